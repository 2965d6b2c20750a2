//! What the page calls, apart from streams.

use crate::engine::api::{self, Command};
use crate::engine::cx::Cx;
use crate::engine::error::{
    ALREADY_IN_ROOM, DESTROYED, Error, OK, PUBLISH_NOT_FOUND, ROOM_NOT_EXIST, SOCKET_CLOSED,
    TOO_MANY_ROOMS,
};
use crate::engine::event::{RoomReason, RoomState};
use crate::engine::io::{CallId, Reply};
use crate::engine::lean::take_first;
use crate::engine::net::Net;
use crate::engine::room::{LoginRequest, Room, RoomEnd};
use crate::engine::value::Value;
use crate::engine::{Engine, MAX_ROOMS, find_publisher, find_room, room_named, room_of, token};
use alloc::{string::String, vec::Vec};

impl Engine {
    /// A method of the page.
    #[inline(never)]
    pub(in crate::engine) fn call(
        &mut self,
        id: CallId,
        method: &str,
        args: &[Value],
        cx: &mut Cx<'_>,
    ) {
        if self.is_destroyed {
            cx.refuse(id, DESTROYED);
            return;
        }
        let command = match api::parse(method, args) {
            Ok(command) => command,
            Err(error) => return self.refuse_call(id, method, args, error, cx),
        };
        let reply = match command {
            Command::LoginRoom(request) => {
                return match self.check_token(&request.token, cx) {
                    Ok(()) => self.login_room(id, *request, cx),
                    Err(error) => self.refuse_call(id, method, args, error, cx),
                };
            }
            Command::LogoutRoom { room } => {
                self.logout_room(room, cx);
                Reply::Nothing
            }
            Command::RenewToken { token, room } => {
                let is_good = self.check_token(token, cx).is_ok();
                Reply::Flag(is_good && self.renew_token(token, room, cx))
            }
            Command::EnableMultiRoom(enable) => {
                let allowed = !self.has_logged_in;
                if allowed {
                    self.multi_room = enable;
                }
                Reply::Flag(allowed)
            }
            Command::StartPublishing {
                stream,
                room,
                params,
                extra_info,
                cdn,
            } => {
                return self.start_publishing(id, stream, room, params, extra_info, cdn, cx);
            }
            Command::StopPublishing { stream } => Reply::Flag(self.stop_publishing(stream, cx)),
            Command::StartPlaying {
                stream,
                params,
                cdn,
            } => return self.start_playing(id, stream, params, cdn, cx),
            Command::StopPlaying { stream } => {
                let player = take_first(&mut self.players, |p| p.media.stream_id == stream);
                if let Some(mut player) = player {
                    player.stop(cx);
                }
                Reply::Nothing
            }
            Command::NextUrl { stream } => Reply::Text(self.next_url(stream, cx)),
            Command::ComponentEvent { stream, code } => {
                self.handle_component(stream, code, cx);
                Reply::Nothing
            }
            Command::ComponentQuality { stream, quality } => {
                self.handle_quality(stream, quality, cx);
                Reply::Nothing
            }
            Command::SetStreamExtraInfo { stream, text } => {
                match find_publisher(&mut self.publishers, stream) {
                    Some(publisher) => {
                        let room = room_of(&self.rooms, publisher.media.room);
                        publisher.set_extra_info(id, text, room, &mut self.net, cx);
                    }
                    None => cx.refuse(id, PUBLISH_NOT_FOUND),
                }
                return;
            }
            Command::Broadcast { room, message } => {
                if let Some((room, net)) = self.online_room(room, id, cx) {
                    room.send_broadcast(id, message, net, cx);
                }
                return;
            }
            Command::Barrage { room, message } => {
                if let Some((room, net)) = self.online_room(room, id, cx) {
                    room.send_barrage_message(id, message, net, cx);
                }
                return;
            }
            Command::Custom { room, content, to } => {
                if let Some((room, net)) = self.online_room(room, id, cx) {
                    room.send_command(id, content, &to, net, cx);
                }
                return;
            }
            Command::SetRoomExtraInfo { room, key, value } => {
                if let Some((room, net)) = self.online_room(room, id, cx) {
                    room.set_extra_info(id, key, value, net, cx);
                }
                return;
            }
            Command::Destroy => {
                self.logout_room(None, cx);
                self.is_destroyed = true;
                Reply::Nothing
            }
            Command::Ignore => Reply::Nothing,
        };
        cx.reply(id, Ok(reply));
    }

    #[inline(never)]
    fn refuse_call(&self, id: CallId, method: &str, args: &[Value], error: Error, cx: &mut Cx<'_>) {
        if method == "loginRoom" {
            self.report_refused_login(args, &error, cx);
        }
        cx.reply(id, refuse(method, error));
    }

    /// A refused login is told like a failed one, as the vendor's client does; not of a room whose state is another login's.
    pub(in crate::engine) fn report_refused_login(
        &self,
        args: &[Value],
        error: &Error,
        cx: &mut Cx<'_>,
    ) {
        let room = args.first().and_then(Value::as_text).unwrap_or_default();
        if room_named(&self.rooms, room).is_some() {
            return;
        }
        cx.emit_state(room, RoomState::Connecting, RoomReason::Logining, OK, None);
        let (code, text) = (error.code, Some(error.message.as_str()));
        let reason = RoomReason::LoginFailed;
        cx.emit_state(room, RoomState::Disconnected, reason, code, text);
    }

    /// Stops a token that cannot be good before it is sent.
    fn check_token(&self, token: &str, cx: &Cx<'_>) -> Result<(), Error> {
        token::check(token, self.net.link.server_time(cx.now.mono))
    }

    pub(in crate::engine) fn login_room(
        &mut self,
        id: CallId,
        request: LoginRequest,
        cx: &mut Cx<'_>,
    ) {
        let same = room_named(&self.rooms, &request.room_id).is_some();
        if same || (self.multi_room && self.rooms.len() >= MAX_ROOMS) {
            let code = if same {
                ALREADY_IN_ROOM
            } else {
                TOO_MANY_ROOMS
            };
            cx.refuse(id, code);
            return;
        }
        let is_first = !self.multi_room || self.rooms.is_empty();
        self.has_logged_in = true;
        self.last_room += 1;
        let key = self.last_room;
        let room = Room::new(key, request, id, self.multi_room, is_first, cx);
        if !self.multi_room {
            self.logout_room(None, cx);
        }
        self.rooms.push(room);
        self.net.link.set_wanted(true);
        self.net.link.connect(cx);
        let first_is_online = self.rooms.first().is_some_and(Room::is_online);
        let Some(room) = find_room(&mut self.rooms, key) else {
            return;
        };
        if is_first || first_is_online {
            room.log_in(&mut self.net, cx);
        }
    }

    pub(in crate::engine) fn logout_room(&mut self, room_id: Option<&str>, cx: &mut Cx<'_>) {
        let mut keys = Vec::new();
        for room in &self.rooms {
            if room_id.is_none_or(|id| id == room.id()) {
                keys.push(room.key());
            }
        }
        let leaves_all = keys.len() == self.rooms.len() && !keys.is_empty();
        for &key in &keys {
            let Some(room) = find_room(&mut self.rooms, key) else {
                continue;
            };
            // Leaving the first room ends the connection of all; where others stay, it is only quit.
            if room.is_online() && (room.is_first || !leaves_all) {
                room.send_logout(leaves_all, &mut self.net, cx);
            }
            room.end_by_application(cx);
            self.remove_room(
                key,
                &RoomEnd {
                    code: OK,
                    text: String::new(),
                },
                cx,
            );
        }
    }

    pub(in crate::engine) fn renew_token(
        &mut self,
        token: &str,
        room_id: Option<&str>,
        cx: &mut Cx<'_>,
    ) -> bool {
        let mut renewed = false;
        for room in self
            .rooms
            .iter_mut()
            .filter(|r| room_id.is_none_or(|id| id == r.id()))
        {
            room.renew_token(token, &mut self.net, cx);
            renewed = true;
        }
        renewed
    }

    /// The room if it is there and online; otherwise the call is rejected.
    pub(in crate::engine) fn online_room(
        &mut self,
        room_id: &str,
        call: CallId,
        cx: &mut Cx<'_>,
    ) -> Option<(&mut Room, &mut Net)> {
        let room = self.rooms.iter_mut().find(|room| room.id() == room_id);
        match room {
            Some(room) if room.is_online() => Some((room, &mut self.net)),
            found => {
                let code = if found.is_some() {
                    SOCKET_CLOSED
                } else {
                    ROOM_NOT_EXIST
                };
                cx.refuse(call, code);
                None
            }
        }
    }
}

/// Synchronous methods answer bad arguments with their plain value.
fn refuse(method: &str, error: Error) -> Result<Reply, Error> {
    match method {
        "logoutRoom" => Ok(Reply::Nothing),
        "renewToken" | "enableMultiRoom" => Ok(Reply::Flag(false)),
        _ => Err(error),
    }
}
