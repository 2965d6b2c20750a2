//! What the service says without being asked.

use crate::engine::cx::Cx;
use crate::engine::error::{
    Code, KICKED_BY_OTHER_LOGIN, KICKED_BY_SERVER, ROOM_ERROR, TOKEN_EXPIRED,
};
use crate::engine::io::LogLevel;
use crate::engine::lean::joined;
use crate::engine::net::Net;
use crate::engine::net::RoomKey;
use crate::engine::room::{self, Change, Room};
use crate::engine::wire::packet::{cmd, decode_push};
use crate::engine::wire::{Push, liveroom, pb, switch};
use crate::engine::{Engine, find_room, json};
use alloc::{string::String, string::ToString};

impl Engine {
    pub(in crate::engine) fn handle_push(
        &mut self,
        context_key: u32,
        push: switch::PushReq<'_>,
        cx: &mut Cx<'_>,
    ) {
        let head = push.head().unwrap_or_default();
        let Some((room, net)) = self.pushed_room(context_key) else {
            return;
        };
        if head.qos_flag() == 1 {
            room::acknowledge(&room.route, head.sub_cmd(), head.send_time(), net, cx);
        }
        let (sent, body) = (head.send_time(), push.msg_body());
        self.deliver(context_key, head.sub_cmd(), sent, body, cx);
    }

    pub(in crate::engine) fn handle_merge_push(
        &mut self,
        context_key: u32,
        pushes: switch::MergePushReq<'_>,
        cx: &mut Cx<'_>,
    ) {
        let head = pushes.head().unwrap_or_default();
        let Some((room, net)) = self.pushed_room(context_key) else {
            return;
        };
        if head.qos_flag() == 1 {
            let mut message_list = pb::List::default();
            for push in pushes.message_list() {
                message_list.push(&switch::write::MergePushRspInfo {
                    sub_cmd: push.sub_cmd(),
                    sub_seq: push.sub_seq(),
                });
            }
            let body = switch::write::MergePushRsp {
                message_list,
                server_send_time: head.send_time(),
            };
            net.notify(&room.route, cmd::MERGE_PUSH_ACK, &body, cx);
        }
        for push in pushes.message_list() {
            let (sent, body) = (head.send_time(), push.msg_body());
            self.deliver(context_key, push.sub_cmd(), sent, body, cx);
        }
    }

    /// The room that a push is for, if it is online.
    fn pushed_room(&mut self, context_key: u32) -> Option<(&mut Room, &mut Net)> {
        let room = self
            .rooms
            .iter_mut()
            .find(|r| r.is_online() && r.route.context_key == context_key && context_key != 0)?;
        Some((room, &mut self.net))
    }

    fn deliver(&mut self, context_key: u32, sub_cmd: u32, sent: i64, body: &[u8], cx: &mut Cx<'_>) {
        let Some((room, net)) = self.pushed_room(context_key) else {
            return;
        };
        let push = decode_push(sub_cmd, body);
        // Changes have sequences of their own.
        let is_message = matches!(
            push,
            Push::CustomCommand(_) | Push::Broadcast(_) | Push::Barrage(_)
        );
        if is_message && room.messages.is_repeated(sent, body) {
            return;
        }
        match push {
            Push::Users(m) => room.handle_users(m, cx),
            Push::StreamsAdded(m) => room.handle_streams(Change::Added, m, net, cx),
            Push::StreamsDeleted(m) => room.handle_streams(Change::Deleted, m, net, cx),
            Push::StreamsUpdated(m) => room.handle_streams(Change::Updated, m, net, cx),
            Push::Broadcast(m) => room.handle_broadcast(m, cx),
            Push::Barrage(m) => room.handle_barrage(m, cx),
            Push::RoomExtraInfo(m) => room.handle_extra_info_push(m, cx),
            Push::CustomCommand(bytes) => match room::command_event(bytes) {
                Some(event) => cx.emit(event),
                None => cx.log(
                    LogLevel::Warn,
                    "a custom command was dropped: it is not JSON",
                ),
            },
            Push::Kickout(m) => {
                let key = room.key();
                self.handle_room_kickout(key, m, cx);
            }
            Push::Ignored { malformed } => {
                if malformed {
                    cx.log(
                        LogLevel::Warn,
                        "a push was dropped: its body cannot be decoded",
                    );
                }
            }
        }
    }

    /// The service removes the user from a room.
    #[inline(never)]
    fn handle_room_kickout(
        &mut self,
        key: RoomKey,
        kickout: liveroom::PushUserKickout<'_>,
        cx: &mut Cx<'_>,
    ) {
        let Some(room) = find_room(&mut self.rooms, key) else {
            return;
        };
        let reason = kickout.kickout_reason();
        let code = kickout_code(u32::try_from(reason).unwrap_or(0));
        let text = kickout_text(code, reason, &kickout.custom_reason_text());
        let end = room.end_by_kickout(code, &text, cx);
        self.remove_room(key, &end, cx);
    }

    /// The service removes the user from all rooms, or asks for a new login.
    #[inline(never)]
    pub(in crate::engine) fn handle_kickout(
        &mut self,
        kickout: switch::PushKickout<'_>,
        cx: &mut Cx<'_>,
    ) {
        if kickout.is_need_relogin() == 1 {
            self.renew_connections(cx);
            return;
        }
        let reason = match kickout.reason() {
            offset @ 901.. => offset - 900,
            reason => reason,
        };
        let code = kickout_code(reason);
        for &key in &self.room_keys() {
            let Some(room) = find_room(&mut self.rooms, key) else {
                continue;
            };
            let text = kickout_text(
                code,
                i32::try_from(reason).unwrap_or(0),
                &kickout.message_text(),
            );
            let end = room.end_by_kickout(code, &text, cx);
            self.remove_room(key, &end, cx);
        }
        // The next login needs a proxied connection of its own.
        self.forget_leaving();
        self.net.link.close_pc(cx);
    }
}

fn kickout_code(reason: u32) -> Code {
    match reason {
        1 => KICKED_BY_OTHER_LOGIN,
        2 => KICKED_BY_SERVER,
        4 => TOKEN_EXPIRED,
        _ => ROOM_ERROR,
    }
}

/// JSON text for the application: the server's reason, or what the number means.
fn kickout_text(code: Code, reason: i32, custom: &str) -> String {
    json::written(|to| {
        to.open('{');
        to.key("custom_kickout_message");
        if custom.is_empty() {
            to.text(&joined(&[
                code.text(),
                "; kickout reason: ",
                &reason.to_string(),
            ]));
        } else {
            to.text(custom);
        }
        to.close('}');
    })
}
