//! Who gets what: calls of the page, events of the link, answers and pushes of the service.

use super::api::{self, Command};
use super::cx::Cx;
use super::error::{
    ALREADY_IN_ROOM, APP_ID_INVALID, Code, DESTROYED, Error, KICKED_BY_OTHER_LOGIN,
    KICKED_BY_SERVER, NOT_LOGGED_IN, OK, PLAY_DUPLICATE, PUBLISH_CDN, PUBLISH_DUPLICATE,
    PUBLISH_PARAMETER, QUEUE_FULL, ROOM_ERROR, ROOM_NOT_EXIST, TIMEOUT, TOKEN_EXPIRED,
    TOO_MANY_ROOMS, from_room_answer,
};
use super::event::{Event, Quality, RoomReason, RoomState};
use super::io::{CallId, Reply};
use super::link::{HttpKey, LinkEvent};
use super::media_url::{self, Addresses, Direction};
use super::net::{Pending, Purpose, RoomKey};
use super::play::{self, MAX_PLAYERS, Player};
use super::publish::{self, MAX_PUBLISHERS, Publisher};
use super::room::{self, Change, LoginRequest, Room, RoomEnd, RoomSignal};
use super::value::Value;
use super::wire::packet::{answer_head, cmd, decode_packet};
use super::wire::{Body, Packet, Push, switch, text};
use super::{Engine, MAX_ROOMS, find_room, json, token};

const PUSHED: u32 = 3800;
const PUSH_FAILED: u32 = 3801;
const PLAYED: u32 = 3802;
const PLAY_FAILED: u32 = 3803;
/// Codes with which the service says that it does not know the session any more.
const SESSION_UNKNOWN: [u32; 2] = [1002, 105];
const HEARTBEAT_LOG_IN_AGAIN: [u32; 5] = [152, 105, 2001, 1_000_000_152, 1_000_002_001];

impl Engine {
    /// A method of the page.
    pub(super) fn call(&mut self, id: CallId, method: &str, args: &[Value], cx: &mut Cx<'_>) {
        if self.is_destroyed {
            cx.reply(id, Err(DESTROYED.into()));
            return;
        }
        let command =
            match api::parse(method, args).and_then(|command| self.check_token(command, cx)) {
                Ok(command) => command,
                Err(error) => {
                    if method == "loginRoom" {
                        self.report_refused_login(args, &error, cx);
                    }
                    cx.reply(id, refuse(method, error));
                    return;
                }
            };
        match command {
            Command::LoginRoom(request) => self.login_room(id, request, cx),
            Command::LogoutRoom { room } => {
                self.logout_room(room.as_deref(), cx);
                cx.reply(id, Ok(Reply::Nothing));
            }
            Command::RenewToken { token, room } => {
                let renewed = self.renew_token(&token, room.as_deref(), cx);
                cx.reply(id, Ok(Reply::Flag(renewed)));
            }
            Command::EnableMultiRoom(enable) => {
                let allowed = !self.has_logged_in;
                if allowed {
                    self.multi_room = enable;
                }
                cx.reply(id, Ok(Reply::Flag(allowed)));
            }
            Command::StartPublishing {
                stream,
                room,
                params,
                extra_info,
                cdn,
            } => {
                self.start_publishing(id, stream, room.as_deref(), params, extra_info, cdn, cx);
            }
            Command::StopPublishing { stream } => {
                let stopped = self.stop_publishing(&stream, cx);
                cx.reply(id, Ok(Reply::Flag(stopped)));
            }
            Command::StartPlaying {
                stream,
                params,
                cdn,
            } => self.start_playing(id, stream, params, cdn, cx),
            Command::StopPlaying { stream } => {
                if let Some(at) = self.players.iter().position(|p| p.stream_id == stream) {
                    self.players.remove(at).stop(cx);
                }
                cx.reply(id, Ok(Reply::Nothing));
            }
            Command::NextUrl { stream } => {
                let url = self.next_url(&stream, cx);
                cx.reply(id, Ok(Reply::Text(url)));
            }
            Command::ComponentEvent { stream, code } => {
                self.handle_component(&stream, code, cx);
                cx.reply(id, Ok(Reply::Nothing));
            }
            Command::ComponentQuality { stream, quality } => {
                self.handle_quality(&stream, quality, cx);
                cx.reply(id, Ok(Reply::Nothing));
            }
            Command::SetStreamExtraInfo { stream, text } => {
                match self.publishers.iter_mut().find(|p| p.stream_id == stream) {
                    Some(publisher) => {
                        let room = self.rooms.iter().find(|room| room.key() == publisher.room);
                        publisher.set_extra_info(id, text, room, &mut self.net, cx);
                    }
                    None => cx.reply(id, Err(publish::unknown_stream())),
                }
            }
            Command::Broadcast { room, message } => {
                if let Some((room, net)) = self.online_room(&room, id, cx) {
                    room.send_broadcast(id, message, net, cx);
                }
            }
            Command::Barrage { room, message } => {
                if let Some((room, net)) = self.online_room(&room, id, cx) {
                    room.send_barrage_message(id, message, net, cx);
                }
            }
            Command::Custom { room, content, to } => {
                if let Some((room, net)) = self.online_room(&room, id, cx) {
                    room.send_command(id, &content, to, net, cx);
                }
            }
            Command::SetRoomExtraInfo { room, key, value } => {
                if let Some((room, net)) = self.online_room(&room, id, cx) {
                    room.set_extra_info(id, key, value, net, cx);
                }
            }
            Command::Destroy => {
                self.logout_room(None, cx);
                self.net.link.destroy(cx);
                self.is_destroyed = true;
                cx.reply(id, Ok(Reply::Nothing));
            }
            Command::Ignore => cx.reply(id, Ok(Reply::Nothing)),
            Command::PlayerList => cx.reply(id, Ok(Reply::EmptyList)),
        }
    }

    /// What the link has to say.
    pub(super) fn handle_link_event(&mut self, event: LinkEvent, cx: &mut Cx<'_>) {
        match event {
            LinkEvent::Up => self
                .rooms
                .iter_mut()
                .for_each(|room| room.handle_link_up(&mut self.net, cx)),
            LinkEvent::Down => self
                .rooms
                .iter_mut()
                .for_each(|room| room.handle_link_down(&mut self.net, cx)),
            LinkEvent::PcBroken => {}
            LinkEvent::PcRestored | LinkEvent::PcClosed => self
                .rooms
                .iter_mut()
                .for_each(|room| room.renew_connection(cx)),
            LinkEvent::Packet(bytes) => self.handle_packet(&bytes, cx),
            LinkEvent::Http(key, result) => self.handle_http(key, result, cx),
            LinkEvent::AppConfig(bytes) => self.cdn.update(&bytes),
            LinkEvent::AppIdInvalid => {
                let waiting: Vec<RoomKey> = self
                    .rooms
                    .iter()
                    .filter(|r| !r.is_online())
                    .map(Room::key)
                    .collect();
                for key in waiting {
                    let signal = find_room(&mut self.rooms, key)
                        .map(|room| room.end(APP_ID_INVALID.into(), cx));
                    self.handle_signal(key, signal, cx);
                }
            }
            LinkEvent::ForgetSessions => self.rooms.iter_mut().for_each(Room::forget_session),
        }
    }

    /// What a room has to say.
    pub(super) fn handle_signal(
        &mut self,
        key: RoomKey,
        signal: Option<RoomSignal>,
        cx: &mut Cx<'_>,
    ) {
        match signal {
            None => {}
            Some(RoomSignal::Ended(end)) => self.remove_room(key, &end, cx),
            Some(RoomSignal::Online { own_streams }) => {
                let Some(room) = self.rooms.iter().find(|room| room.key() == key) else {
                    return;
                };
                for publisher in self.publishers.iter_mut().filter(|p| p.room == key) {
                    let on_server = own_streams.iter().find(|s| s.id == publisher.stream_id);
                    publisher.handle_online(on_server, room, &mut self.net, cx);
                }
                let publishers = &self.publishers;
                for stale in own_streams
                    .iter()
                    .filter(|s| !publishers.iter().any(|p| p.stream_id == s.id))
                {
                    publish::send_delete(&stale.id, &stale.sid, room, &mut self.net, cx);
                }
                if self.multi_room && room.is_first {
                    self.rooms
                        .iter_mut()
                        .filter(|room| !room.is_first && !room.is_online())
                        .for_each(|room| room.enter_later(cx));
                }
            }
        }
    }

    /// A room request got no answer in time.
    pub(super) fn handle_expired(&mut self, pending: Pending, cx: &mut Cx<'_>) {
        let Some(room) = find_room(&mut self.rooms, pending.room) else {
            return;
        };
        match &pending.purpose {
            Purpose::AddStream { stream_id } => {
                let publisher = self
                    .publishers
                    .iter_mut()
                    .find(|p| p.stream_id == *stream_id && p.is_announced_by(pending.seq));
                if let Some(publisher) = publisher {
                    publisher.announce(room, &mut self.net, cx);
                }
            }
            Purpose::DeleteStream {
                stream_id,
                stream_sid,
            } if room.is_online()
                && !self
                    .publishers
                    .iter()
                    .any(|p| p.stream_id == *stream_id && p.is_announced()) =>
            {
                publish::send_delete(stream_id, stream_sid, room, &mut self.net, cx);
            }
            Purpose::SetExtraInfo { .. } => room.trans.finish_setting(),
            _ => {}
        }
        let signal = room.handle_expired(&pending.purpose, cx);
        room::reject(pending.purpose, &Error::new(TIMEOUT), cx);
        self.handle_signal(pending.room, signal, cx);
    }

    /// A refused login is told like a failed one, as the vendor's client does; not of a room whose state is another login's.
    fn report_refused_login(&self, args: &[Value], error: &Error, cx: &mut Cx<'_>) {
        let room = args.first().and_then(Value::as_text).unwrap_or_default();
        if self.rooms.iter().any(|known| known.id() == room) {
            return;
        }
        let states = [
            (RoomState::Connecting, RoomReason::Logining, OK, None),
            (
                RoomState::Disconnected,
                RoomReason::LoginFailed,
                error.code,
                Some(error.message.clone()),
            ),
        ];
        for (state, reason, code, extended_data) in states {
            cx.emit(Event::RoomStateUpdate {
                room: room.into(),
                state,
                code,
                extended_data: extended_data.clone(),
            });
            cx.emit(Event::RoomStateChanged {
                room: room.into(),
                reason,
                code,
                extended_data,
            });
        }
    }

    /// Stops a token that cannot be good before it is sent.
    fn check_token(&self, command: Command, cx: &Cx<'_>) -> Result<Command, Error> {
        let token = match &command {
            Command::LoginRoom(request) => &request.token,
            Command::RenewToken { token, .. } => token,
            _ => return Ok(command),
        };
        token::check(token, self.net.link.server_time(cx.now.mono)).map(|()| command)
    }

    fn login_room(&mut self, id: CallId, request: LoginRequest, cx: &mut Cx<'_>) {
        let same = self.rooms.iter().any(|room| room.id() == request.room_id);
        if same || (self.multi_room && self.rooms.len() >= MAX_ROOMS) {
            let code = if same {
                ALREADY_IN_ROOM
            } else {
                TOO_MANY_ROOMS
            };
            cx.reply(id, Err(code.into()));
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

    fn logout_room(&mut self, room_id: Option<&str>, cx: &mut Cx<'_>) {
        let keys: Vec<RoomKey> = self
            .rooms
            .iter()
            .filter(|r| room_id.is_none_or(|id| id == r.id()))
            .map(Room::key)
            .collect();
        let leaves_all = keys.len() == self.rooms.len() && !keys.is_empty();
        for key in keys {
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

    fn renew_token(&mut self, token: &str, room_id: Option<&str>, cx: &mut Cx<'_>) -> bool {
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
    fn online_room(
        &mut self,
        room_id: &str,
        call: CallId,
        cx: &mut Cx<'_>,
    ) -> Option<(&mut Room, &mut super::net::Net)> {
        let room = self.rooms.iter_mut().find(|room| room.id() == room_id);
        match room {
            Some(room) if room.is_online() => Some((room, &mut self.net)),
            found => {
                let code = if found.is_some() {
                    super::error::SOCKET_CLOSED
                } else {
                    ROOM_NOT_EXIST
                };
                cx.reply(call, Err(code.into()));
                None
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn start_publishing(
        &mut self,
        call: CallId,
        stream: String,
        room_id: Option<&str>,
        params: String,
        extra_info: String,
        cdn: bool,
        cx: &mut Cx<'_>,
    ) {
        let room = match room_id {
            Some(id) => self.rooms.iter().find(|room| room.id() == id),
            None if self.multi_room => None,
            None => self.rooms.first(),
        };
        let refusal = match room {
            None if self.rooms.is_empty() && room_id.is_none() => Some(NOT_LOGGED_IN),
            None => Some(PUBLISH_PARAMETER),
            Some(room) if !room.is_online() => Some(NOT_LOGGED_IN),
            Some(_) if self.publishers.iter().any(|p| p.stream_id == stream) => {
                Some(PUBLISH_DUPLICATE)
            }
            Some(_) if self.publishers.len() >= MAX_PUBLISHERS => Some(QUEUE_FULL),
            Some(_) => None,
        };
        let (Some(room), None) = (room, refusal) else {
            let code = refusal.unwrap_or(NOT_LOGGED_IN);
            let error = if code == PUBLISH_PARAMETER {
                Error::with(code, "roomID: not in this room")
            } else {
                code.into()
            };
            cx.reply(call, Err(error));
            return;
        };
        // As in the vendor's client, once published on the CDN means always.
        self.publish_on_cdn |= cdn;
        let path = media_url::dispatch_path(
            self.net.app_id,
            &stream,
            Direction::Push,
            self.net.link.outer_ip(),
        );
        let app_id = self.net.app_id.to_string();
        let headers = media_url::dispatch_headers(&app_id, &room.request);
        let (key, session) = (room.key(), room.user_session_id());
        let mut publisher = Publisher::new(stream, key, params, extra_info, call, cx);
        if self.publish_on_cdn {
            match self.cdn.get(Direction::Push) {
                Some(template) => publisher.set_addresses(
                    Addresses::on_cdn(template, &publisher.stream_id),
                    session,
                    cx,
                ),
                None => {
                    cx.reply(call, Err(PUBLISH_CDN.into()));
                    return;
                }
            }
        } else {
            match self.net.link.http_get(&path, &headers, cx) {
                Some(request) => publisher.set_request(request),
                None => {
                    publisher.fail(super::error::SOCKET_CLOSED, cx);
                    return;
                }
            }
        }
        self.publishers.push(publisher);
    }

    fn stop_publishing(&mut self, stream: &str, cx: &mut Cx<'_>) -> bool {
        let Some(at) = self.publishers.iter().position(|p| p.stream_id == stream) else {
            return false;
        };
        let publisher = self.publishers.remove(at);
        let room = self.rooms.iter().find(|room| room.key() == publisher.room);
        publisher.stop(room, &mut self.net, cx);
        true
    }

    fn start_playing(
        &mut self,
        call: CallId,
        stream: String,
        params: String,
        cdn: bool,
        cx: &mut Cx<'_>,
    ) {
        let refusal = match self.rooms.first() {
            Some(room) if room.is_online() => {
                if self.players.iter().any(|p| p.stream_id == stream) {
                    Some(PLAY_DUPLICATE)
                } else {
                    (self.players.len() >= MAX_PLAYERS).then_some(QUEUE_FULL)
                }
            }
            _ => Some(NOT_LOGGED_IN),
        };
        let (Some(room), None) = (self.rooms.first(), refusal) else {
            cx.reply(call, Err(refusal.unwrap_or(NOT_LOGGED_IN).into()));
            return;
        };
        let path = media_url::dispatch_path(
            self.net.app_id,
            &stream,
            Direction::Pull,
            self.net.link.outer_ip(),
        );
        let app_id = self.net.app_id.to_string();
        let headers = media_url::dispatch_headers(&app_id, &room.request);
        let session = room.user_session_id();
        let mut player = Player::new(stream, room.key(), params, call, cx);
        if cdn {
            match self.cdn.get(Direction::Pull) {
                Some(template) => player.set_addresses(
                    Addresses::on_cdn(template, &player.stream_id),
                    session,
                    cx,
                ),
                None => player.fail(super::error::DISPATCH_ERROR, cx),
            }
        } else {
            match self.net.link.http_get(&path, &headers, cx) {
                Some(request) => player.set_request(request),
                None => player.fail(play::not_sent(), cx),
            }
        }
        self.players.push(player);
    }

    fn next_url(&mut self, stream: &str, cx: &mut Cx<'_>) -> String {
        let session = |rooms: &[Room], key: RoomKey| {
            rooms
                .iter()
                .find(|r| r.key() == key)
                .map_or(0, Room::user_session_id)
        };
        if let Some(publisher) = self.publishers.iter_mut().find(|p| p.stream_id == stream) {
            return publisher.next_url(session(&self.rooms, publisher.room), cx);
        }
        match self.players.iter_mut().find(|p| p.stream_id == stream) {
            Some(player) => player.next_url(session(&self.rooms, player.room), cx),
            None => String::new(),
        }
    }

    fn handle_component(&mut self, stream: &str, code: u32, cx: &mut Cx<'_>) {
        let publisher = self.publishers.iter().position(|p| p.stream_id == stream);
        let player = self.players.iter_mut().find(|p| p.stream_id == stream);
        match (code, publisher, player) {
            (PUSHED, Some(at), _) => {
                let Some(publisher) = self.publishers.get_mut(at) else {
                    return;
                };
                if let Some(room) = self.rooms.iter().find(|room| room.key() == publisher.room) {
                    publisher.handle_pushed(room, &mut self.net, cx);
                }
            }
            (PUSH_FAILED, Some(at), _) => {
                let publisher = self.publishers.remove(at);
                let room = self.rooms.iter().find(|room| room.key() == publisher.room);
                publisher.handle_push_failed(room, &mut self.net, cx);
            }
            (PLAYED, _, Some(player)) => player.handle_played(cx),
            (PLAY_FAILED, _, Some(player)) => player.handle_play_failed(cx),
            _ => {}
        }
    }

    fn handle_quality(&self, stream: &str, quality: Quality, cx: &mut Cx<'_>) {
        let stream_id = stream.into();
        if self.publishers.iter().any(|p| p.stream_id == stream) {
            cx.emit(Event::PublishQualityUpdate { stream_id, quality });
        } else if self.players.iter().any(|p| p.stream_id == stream) {
            cx.emit(Event::PlayQualityUpdate { stream_id, quality });
        }
    }

    fn handle_http(&mut self, key: HttpKey, result: Result<(i32, Vec<u8>), Code>, cx: &mut Cx<'_>) {
        let hosts = result.map_err(|code| {
            if code == TIMEOUT {
                super::error::DISPATCH_ERROR
            } else {
                code
            }
        });
        let hosts = hosts.and_then(|(_, body)| media_url::parse_dispatch(&body));
        let app_id = self.net.app_id;
        let session = |rooms: &[Room], key: RoomKey| {
            rooms
                .iter()
                .find(|r| r.key() == key)
                .map_or(0, Room::user_session_id)
        };
        if let Some(at) = self.publishers.iter().position(|p| p.waits_for(key)) {
            match (hosts, self.publishers.get_mut(at)) {
                (Ok(hosts), Some(publisher)) => {
                    let addresses = Addresses::on_hosts(hosts, app_id, &publisher.stream_id);
                    publisher.set_addresses(addresses, session(&self.rooms, publisher.room), cx);
                }
                (Err(code), _) => self.publishers.remove(at).fail(code, cx),
                (Ok(_), None) => {}
            }
        } else if let Some(player) = self.players.iter_mut().find(|p| p.waits_for(key)) {
            match hosts {
                Ok(hosts) => {
                    let addresses = Addresses::on_hosts(hosts, app_id, &player.stream_id);
                    player.set_addresses(addresses, session(&self.rooms, player.room), cx);
                }
                Err(code) => player.fail(code, cx),
            }
        }
    }

    fn handle_packet(&mut self, bytes: &[u8], cx: &mut Cx<'_>) {
        let Packet { header, body } = match decode_packet(bytes) {
            Ok(packet) => packet,
            Err(error) => {
                self.net.link.refuse(error, cx);
                return;
            }
        };
        match body {
            Body::Push { head, push } => self.handle_push(header.context_key, &head, push, cx),
            Body::MergePush { head, pushes } => {
                self.handle_merge_push(header.context_key, &head, pushes, cx)
            }
            Body::Kickout(kickout) => self.handle_kickout(&kickout, cx),
            Body::Other => {}
            answer => {
                if let Some(pending) = self.net.take(header.seq) {
                    self.handle_answer(&header, answer, pending, cx);
                }
            }
        }
    }

    fn handle_answer(
        &mut self,
        header: &switch::Header<'_>,
        answer: Body<'_>,
        pending: Pending,
        cx: &mut Cx<'_>,
    ) {
        let key = pending.room;
        let Some(room) = find_room(&mut self.rooms, key) else {
            room::reject(pending.purpose, &Error::new(ROOM_NOT_EXIST), cx);
            return;
        };
        let (code, message) = answer_head(&answer);
        if code != 0 {
            self.handle_refusal(code, &message, pending, cx);
            return;
        }
        let net = &mut self.net;
        let publisher =
            |list: &mut Vec<Publisher>, id: &str| list.iter().position(|p| p.stream_id == id);
        let mut signal = None;
        match (answer, pending.purpose) {
            (Body::Login(m), Purpose::Login) => signal = room.handle_login(header, m, net, cx),
            (Body::EnterRoom(m), Purpose::Enter) => signal = room.handle_enter(header, m, net, cx),
            (Body::Heartbeat(m), Purpose::Heartbeat) => room.handle_heartbeat(m, net, cx),
            (Body::UserList(m), Purpose::UserList) => room.handle_user_list(m, net, cx),
            (Body::StreamList(m), Purpose::StreamList) => room.handle_stream_list(m, net, cx),
            (Body::RenewToken(m), Purpose::RenewToken) => {
                room.restart_token_timer(m.token_remain_time, net, cx)
            }
            (Body::GetTrans(m), Purpose::GetExtraInfo) => room.handle_extra_info_list(m, cx),
            (Body::SetTrans(m), Purpose::SetExtraInfo { call, key, .. }) => {
                room.handle_extra_info_set(call, &key, header.seq, &m, cx)
            }
            (Body::AddStream(m), Purpose::AddStream { stream_id }) => {
                room.handle_own_stream_change(m.stream_seq, net, cx);
                if m.token_remain_time > 0 {
                    room.restart_token_timer(m.token_remain_time, net, cx);
                }
                match publisher(&mut self.publishers, &stream_id)
                    .and_then(|at| self.publishers.get_mut(at))
                {
                    Some(publisher) if publisher.is_announced_by(header.seq) => {
                        publisher.handle_announced(text(m.stream_sid), cx);
                    }
                    Some(publisher) if publisher.is_announced() => {}
                    // Stopped while it was being announced.
                    _ => publish::send_delete(&stream_id, &text(m.stream_sid), room, net, cx),
                }
            }
            (Body::StreamSeq(m), Purpose::DeleteStream { .. }) => {
                room.handle_own_stream_change(m.stream_seq, net, cx)
            }
            (
                Body::StreamSeq(m),
                Purpose::UpdateStream {
                    call,
                    stream_id,
                    extra_info,
                },
            ) => {
                room.handle_own_stream_change(m.stream_seq, net, cx);
                if let Some(publisher) = publisher(&mut self.publishers, &stream_id)
                    .and_then(|at| self.publishers.get_mut(at))
                {
                    publisher.handle_extra_info_set(extra_info);
                }
                cx.reply(call, Ok(Reply::Done));
            }
            (Body::SendIm(m), Purpose::Broadcast { call }) => {
                cx.reply(call, Ok(Reply::MessageNumber(m.msg_id)))
            }
            (Body::SendBigIm(m), Purpose::Barrage { calls }) => {
                room::resolve_barrage(calls, &m, cx)
            }
            (Body::Common(_), Purpose::CustomCommand { call }) => cx.reply(call, Ok(Reply::Done)),
            // An answer of another kind than the request: the calls must still settle.
            (_, purpose) => {
                if let Purpose::SetExtraInfo { .. } = purpose {
                    room.trans.finish_setting();
                }
                room.handle_list_error(&purpose, cx);
                room::reject(purpose, &Error::new(ROOM_ERROR), cx);
            }
        }
        self.handle_signal(key, signal, cx);
    }

    /// The service answered with an error.
    fn handle_refusal(&mut self, c: u32, text: &str, pending: Pending, cx: &mut Cx<'_>) {
        let key = pending.room;
        let Some(room) = find_room(&mut self.rooms, key) else {
            return;
        };
        let mut signal = None;
        match pending.purpose {
            Purpose::Login | Purpose::Enter => {
                signal = room.handle_login_refused(c, text, &mut self.net, cx)
            }
            Purpose::Heartbeat if HEARTBEAT_LOG_IN_AGAIN.contains(&c) => room.log_in_later(cx),
            purpose if SESSION_UNKNOWN.contains(&c) => {
                room::reject(purpose, &from_room_answer(c, text), cx);
                room.trans.finish_setting();
                room.forget_session();
                room.log_in_later(cx);
            }
            Purpose::Heartbeat => signal = Some(room.end(from_room_answer(c, text), cx)),
            Purpose::AddStream { stream_id } => {
                if let Some(publisher) = self
                    .publishers
                    .iter_mut()
                    .find(|p| p.stream_id == stream_id && p.is_announced_by(pending.seq))
                {
                    publisher.handle_refused(c, text, cx);
                }
            }
            Purpose::SetExtraInfo { call, .. } => room.handle_extra_info_refused(call, c, text, cx),
            Purpose::RenewToken if room::needs_no_renewal(c) => {}
            purpose => {
                room.handle_list_error(&purpose, cx);
                room::reject(purpose, &from_room_answer(c, text), cx);
            }
        }
        self.handle_signal(key, signal, cx);
    }

    fn handle_push(
        &mut self,
        context_key: u32,
        head: &switch::PushReqHead,
        push: Push<'_>,
        cx: &mut Cx<'_>,
    ) {
        let Some(room) = self
            .rooms
            .iter_mut()
            .find(|r| r.is_online() && r.route.context_key == context_key && context_key != 0)
        else {
            return;
        };
        let net = &mut self.net;
        if head.qos_flag == 1 {
            room::acknowledge(&room.route, head.sub_cmd, head.send_time, net, cx);
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
                    super::LogLevel::Warn,
                    "a custom command was dropped: it is not JSON",
                ),
            },
            Push::Kickout(m) => {
                let key = room.key();
                let code = kickout_code(u32::try_from(m.kickout_reason).unwrap_or(0));
                let text = text(m.custom_reason);
                let end =
                    room.end_by_kickout(code, kickout_text(code, m.kickout_reason, &text), cx);
                self.remove_room(key, &end, cx);
            }
            Push::Ignored { malformed } => {
                if malformed {
                    cx.log(
                        super::LogLevel::Warn,
                        "a push was dropped: its body cannot be decoded",
                    );
                }
            }
        }
    }

    fn handle_merge_push(
        &mut self,
        context_key: u32,
        head: &switch::MergePushHead,
        pushes: Vec<(switch::MergePushRspInfo, Push<'_>)>,
        cx: &mut Cx<'_>,
    ) {
        let Some(room) = self
            .rooms
            .iter_mut()
            .find(|r| r.is_online() && r.route.context_key == context_key && context_key != 0)
        else {
            return;
        };
        if head.qos_flag == 1 {
            let list = pushes.iter().map(|(id, _)| id.clone()).collect();
            let body = switch::MergePushRsp {
                message_list: list,
                server_send_time: head.send_time,
            };
            self.net.notify(&room.route, cmd::MERGE_PUSH_ACK, &body, cx);
        }
        for (id, push) in pushes {
            let head = switch::PushReqHead {
                sub_cmd: id.sub_cmd,
                qos_flag: 0,
                send_time: head.send_time,
            };
            self.handle_push(context_key, &head, push, cx);
        }
    }

    /// The service removes the user from all rooms, or asks for a new login.
    fn handle_kickout(&mut self, kickout: &switch::PushKickout<'_>, cx: &mut Cx<'_>) {
        if kickout.is_need_relogin == 1 {
            self.rooms
                .iter_mut()
                .for_each(|room| room.renew_connection(cx));
            return;
        }
        let reason = if kickout.reason > 900 {
            kickout.reason - 900
        } else {
            kickout.reason
        };
        let code = kickout_code(reason);
        let keys: Vec<RoomKey> = self.rooms.iter().map(Room::key).collect();
        for key in keys {
            let Some(room) = find_room(&mut self.rooms, key) else {
                continue;
            };
            let text = kickout_text(
                code,
                i32::try_from(reason).unwrap_or(0),
                &text(kickout.message),
            );
            let end = room.end_by_kickout(code, text, cx);
            self.remove_room(key, &end, cx);
        }
        // The next login needs a proxied connection of its own.
        self.net.link.close_pc(cx);
    }

    /// Forgets a room and ends what lives in it.
    fn remove_room(&mut self, key: RoomKey, end: &RoomEnd, cx: &mut Cx<'_>) {
        let Some(at) = self.rooms.iter().position(|room| room.key() == key) else {
            return;
        };
        let mut room = self.rooms.remove(at);
        room.drop_requests(&mut self.net, cx);
        let (ended, kept) = core::mem::take(&mut self.publishers)
            .into_iter()
            .partition(|p| p.room == key);
        self.publishers = kept;
        let ended: Vec<Publisher> = ended;
        ended
            .iter()
            .for_each(|publisher| publisher.end(end.code, &end.text, cx));
        let (ended, kept) = core::mem::take(&mut self.players)
            .into_iter()
            .partition(|p| p.room == key);
        self.players = kept;
        let ended: Vec<Player> = ended;
        ended.iter().for_each(|player| player.end(end.code, cx));
        match self.rooms.first_mut() {
            Some(next) if room.is_first => next.become_first(&mut self.net, cx),
            Some(_) => {}
            None => {
                self.net.link.set_wanted(false);
                self.net.link.close_pc(cx);
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
    let mut object = json::Object::new();
    if custom.is_empty() {
        object.text(
            "custom_kickout_message",
            &[code.text(), "; kickout reason: ", &reason.to_string()].concat(),
        );
    } else {
        object.text("custom_kickout_message", custom);
    }
    object.finish()
}
