//! Messages between users: broadcast (reliable), barrage (many, may be collected), custom command (to named users).

use alloc::{string::String, string::ToString, vec::Vec};
use core::hash::Hasher;

use fnv::FnvHasher;

use crate::engine::cx::Cx;
use crate::engine::error::{Code, QUEUE_FULL, TOO_FREQUENT};
use crate::engine::event::{CommandContent, Event, Message, User};
use crate::engine::io::{CallId, Reply};
use crate::engine::json;
use crate::engine::lean::joined;
use crate::engine::net::{Net, Purpose};
use crate::engine::time::{Instant, Millis};
use crate::engine::wire::packet::cmd;
use crate::engine::wire::{liveroom, pb, text};

use super::Room;

/// Shortest time between two broadcast messages of this client.
pub(super) const BROADCAST_INTERVAL_MS: Millis = 500;
/// Barrage messages in one request.
pub(super) const BARRAGE_PER_REQUEST: usize = 20;
/// Pushed messages that are remembered, so that one that is delivered again is not told again.
pub(super) const MAX_RECENT: usize = 64;
/// Barrage messages that wait for their window; more are refused.
pub(super) const MAX_WAITING_BARRAGE: usize = 256;

const CATEGORY: u32 = 1;
const TYPE_TEXT: u32 = 1;

#[derive(Debug)]
pub(in crate::engine) struct Messages {
    next_broadcast: Instant,
    window: Millis,
    window_end: Instant,
    send_at: Instant,
    /// Number as a text, call and message of each.
    waiting: Vec<(String, CallId, String)>,
    last_client_id: u32,
    last_command: u32,
    /// Digests of the newest pushes; when there are [`MAX_RECENT`], the next one takes the place of the oldest.
    recent: Vec<u64>,
    oldest: usize,
}

impl Messages {
    pub(super) fn new() -> Self {
        Self {
            next_broadcast: Instant::default(),
            window: 0,
            window_end: Instant::default(),
            send_at: Instant::NEVER,
            waiting: Vec::new(),
            last_client_id: 0,
            last_command: 0,
            recent: Vec::new(),
            oldest: 0,
        }
    }

    /// Length of the barrage window, 0 for none.
    pub(super) fn set_window(&mut self, ms: u32) {
        self.window = Millis::from(ms);
    }

    /// Whether this push came before: the service delivers one again whose acknowledgement it did not get. The time of sending
    /// names a push, as it does in the acknowledgement.
    pub(in crate::engine) fn is_repeated(&mut self, sent: i64, body: &[u8]) -> bool {
        if sent == 0 {
            return false;
        }
        let mut digest = FnvHasher::default();
        digest.write(&sent.to_le_bytes());
        digest.write(body);
        let digest = digest.finish();
        // Not `contains`, which is written out for several at a time.
        let mut known = self.recent.iter();
        if known.any(|known| *known == digest) {
            return true;
        }
        if self.recent.len() < MAX_RECENT {
            self.recent.push(digest);
        } else if let Some(oldest) = self.recent.get_mut(self.oldest) {
            *oldest = digest;
            self.oldest = (self.oldest + 1) % MAX_RECENT;
        }
        false
    }

    pub(super) fn next_deadline(&self) -> Instant {
        self.send_at
    }
}

impl Room {
    /// `sendBroadcastMessage`, already checked.
    pub(in crate::engine) fn send_broadcast(
        &mut self,
        call: CallId,
        message: &str,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        let now = cx.now.mono;
        if self.messages.next_broadcast > now {
            cx.refuse(call, TOO_FREQUENT);
            return;
        }
        self.messages.next_broadcast = now + BROADCAST_INTERVAL_MS;
        let body = liveroom::write::SendImReq {
            msg_category: CATEGORY,
            msg_type: TYPE_TEXT,
            msg_content: message.as_bytes(),
        };
        self.ask(net, cmd::SEND_IM, &body, Purpose::Broadcast { call }, cx);
    }

    /// `sendBarrageMessage`, already checked.
    pub(in crate::engine) fn send_barrage_message(
        &mut self,
        call: CallId,
        message: &str,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        let now = cx.now.mono;
        let messages = &mut self.messages;
        if messages.waiting.len() >= MAX_WAITING_BARRAGE {
            cx.refuse(call, QUEUE_FULL);
            return;
        }
        messages.last_client_id += 1;
        let id = messages.last_client_id.to_string();
        messages.waiting.push((id, call, message.into()));
        if messages.window_end > now && messages.window > 0 {
            let moment = cx.random.between(0, messages.window);
            messages.send_at = messages.send_at.or(messages.window_end + moment);
        } else {
            messages.send_at = now;
            self.send_barrage(net, cx);
        }
    }

    /// Sends the barrage messages whose time has come.
    pub(super) fn send_barrage(&mut self, net: &mut Net, cx: &mut Cx<'_>) {
        let now = cx.now.mono;
        let messages = &mut self.messages;
        if messages.send_at > now {
            return;
        }
        messages.window_end = now + messages.window;
        let count = messages.waiting.len().min(BARRAGE_PER_REQUEST);
        let waiting = messages.waiting.split_off(count);
        let sent = core::mem::replace(&mut messages.waiting, waiting);
        let mut msg_list = pb::List::default();
        let mut calls = Vec::new();
        for (id, call, message) in &sent {
            calls.push((id.clone(), *call));
            msg_list.push(&liveroom::write::BigImToSend {
                msg_category: CATEGORY,
                msg_type: TYPE_TEXT,
                msg_content: message.as_bytes(),
                msg_timestamp: cx.now.wall,
                msg_client_id: id.as_bytes(),
            });
        }
        messages.send_at = if messages.waiting.is_empty() {
            Instant::NEVER
        } else {
            now + messages.window
        };
        if !msg_list.is_empty() {
            self.ask(
                net,
                cmd::SEND_BIG_IM,
                &liveroom::write::SendBigImReq { msg_list },
                Purpose::Barrage { calls },
                cx,
            );
        }
    }

    /// `sendCustomCommand`, already checked.
    pub(in crate::engine) fn send_command(
        &mut self,
        call: CallId,
        content: CommandContent<&str>,
        to: &[&str],
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        self.messages.last_command += 1;
        let user = &self.request.user;
        let number = self.messages.last_command.to_string();
        let push_message = json::written(|to| {
            to.open('{');
            to.text_member("from_userid", &user.id);
            to.text_member("from_username", &user.name);
            to.text_member("request_id", &joined(&[&user.id, "-", &number]));
            to.key("custom_content");
            match content {
                CommandContent::Text(text) => to.text(text),
                CommandContent::Json(json) => to.raw(json),
            }
            to.text_member("room_id", self.id());
            to.close('}');
        });
        let mut to_user_list = pb::List::default();
        for id in to {
            to_user_list.push(&liveroom::write::ToUser {
                id_name: id.as_bytes(),
            });
        }
        let body = liveroom::write::SignalLiveCustomReq {
            push_message: push_message.as_bytes(),
            to_user_list,
        };
        self.ask(
            net,
            cmd::CUSTOM_COMMAND,
            &body,
            Purpose::CustomCommand { call },
            cx,
        );
    }

    /// Broadcast messages; own ones come back too and are not reported.
    pub(in crate::engine) fn handle_broadcast(&self, push: liveroom::PushIm<'_>, cx: &mut Cx<'_>) {
        let mut messages = Vec::new();
        for m in push.msg_list() {
            if m.id_name() != self.request.user.id.as_bytes() {
                messages.push(Message {
                    from_user: User {
                        id: m.id_name_shared(),
                        name: m.nick_name_shared(),
                    },
                    message: m.msg_content_text(),
                    send_time: m.send_time(),
                    message_id: m.msg_id(),
                });
            }
        }
        if !messages.is_empty() {
            cx.emit(Event::BroadcastMessage {
                room: self.id().into(),
                messages,
            });
        }
    }

    /// Barrage messages; own ones come back too and are not reported.
    pub(in crate::engine) fn handle_barrage(&self, push: liveroom::PushBigIm<'_>, cx: &mut Cx<'_>) {
        let mut messages = Vec::new();
        for m in push.msg_list() {
            if m.id_name() != self.request.user.id.as_bytes() {
                messages.push(Message {
                    from_user: User {
                        id: m.id_name_shared(),
                        name: m.nick_name_shared(),
                    },
                    message: m.msg_content_text(),
                    send_time: m.msg_timestamp(),
                    message_id: m.msg_id_text(),
                });
            }
        }
        if !messages.is_empty() {
            cx.emit(Event::BarrageMessage {
                room: self.id().into(),
                messages,
            });
        }
    }

    pub(super) fn reject_waiting_barrage(&mut self, code: Code, cx: &mut Cx<'_>) {
        self.messages.send_at = Instant::NEVER;
        for (_, call, _) in &core::mem::take(&mut self.messages.waiting) {
            cx.refuse(*call, code);
        }
    }
}

/// Settles barrage calls with the ids that the service gave.
pub(in crate::engine) fn resolve_barrage(
    calls: &[(String, CallId)],
    answer: liveroom::SendBigImRsp<'_>,
    cx: &mut Cx<'_>,
) {
    for (client_id, call) in calls {
        let sent = answer
            .msg_list()
            .find(|m| m.msg_client_id() == client_id.as_bytes());
        let message_id = sent.map(|m| m.msg_id_text()).unwrap_or_default();
        cx.reply(*call, Ok(Reply::MessageText(message_id)));
    }
}

/// The event of a custom command; `None` if it is not the JSON that it should be.
pub(in crate::engine) fn command_event(body: &[u8]) -> Option<Event> {
    let body = text(body);
    let members = json::members(&body)?;
    let find = |name: &str| {
        members
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| *value)
    };
    let find_text = |name: &str| find(name).and_then(json::text).unwrap_or_default();
    let content = find("custom_content").unwrap_or("null");
    let command = json::text(content).map_or_else(
        || CommandContent::Json(content.into()),
        CommandContent::Text,
    );
    let from = User {
        id: find_text("from_userid").into(),
        name: find_text("from_username").into(),
    };
    Some(Event::CustomCommand {
        room: find_text("room_id"),
        from,
        command,
    })
}
