//! Logging in to a room, again after a break, and out of it.

use crate::engine::backoff;
use crate::engine::cx::Cx;
use crate::engine::error::{Error, LOGIN_TIMEOUT, OK, from_room_answer};
use crate::engine::event::{Event, RoomReason, RoomState};
use crate::engine::io::Reply;
use crate::engine::net::{Net, Purpose};
use crate::engine::time::{Instant, Millis};
use crate::engine::wire::common::TransChannel;
use crate::engine::wire::packet::cmd;
use crate::engine::wire::pb::Messages;
use crate::engine::wire::{liveroom, switch};
use alloc::{string::ToString, vec::Vec};

use super::md5::md5;
use super::streams::StreamInfo;
use super::{
    DEFAULT_HEARTBEAT_MS, Heartbeat, MIN_HEARTBEAT_MS, Outage, Phase, Room, RoomEnd, RoomSignal,
};

const ROLE: u32 = 2;
const TERM_TYPE_MINI_PROGRAM: u32 = 7;
const CONNECTION_WEBSOCKET: u32 = 2;
/// 7<<28 | major<<20 | minor<<8 | patch: the Alipay SDK 1.0.0, whose behaviour this client has.
const SDK_VERSION: u32 = 7 << 28 | 1 << 20;
const LOGIC_SINGLE_ROOM: u32 = 1;
const LOGIC_MULTI_ROOM: u32 = 3;
/// The connection itself is to be renewed before the next login.
const CODE_NEW_CONNECTION: u32 = 10_015;

/// What LoginRoomRsp and EnterRoomRsp have in common.
struct LoginAnswer<'a> {
    user_session_id: u64,
    heartbeat_ms: u32,
    online_count: u32,
    barrage_window: u32,
    users_merge_ms: u32,
    users_interval_ms: u32,
    token_remain_s: u32,
    trans: Messages<'a, TransChannel<'a>>,
    stream_seq: u32,
    streams: Vec<StreamInfo>,
}

impl Room {
    /// Sends the login, or waits for the link, and for the end of a login before it.
    #[inline(never)]
    pub(in crate::engine) fn log_in(&mut self, net: &mut Net, cx: &mut Cx<'_>) {
        self.drop_requests(net, cx);
        if !net.link.is_open() || net.is_leaving() {
            self.phase = Phase::WaitingForLink;
            return;
        }
        self.show_reconnecting(OK, cx);
        net.link
            .set_user(&self.request.user.id, &self.request.token);
        net.link.request_app_config(cx);
        self.route.context_key = 0;
        self.route.controls = None;
        let seq = net.next_seq();
        let sent = if self.is_first {
            let (device_id, stamp) = (net.device_id.clone(), cx.now.wall.to_string());
            let body = self.login_request(net, &device_id, &stamp);
            net.send(seq, &self.route, cmd::LOGIN, &body, Purpose::Login, cx)
        } else {
            let body = self.enter_request(net);
            net.send(seq, &self.route, cmd::ENTER_ROOM, &body, Purpose::Enter, cx)
        };
        self.phase = Phase::LoggingIn;
        if !sent {
            self.retry_login(cx);
        }
    }

    /// In multi-room mode the further rooms follow the first one after a moment.
    pub(in crate::engine) fn enter_later(&mut self, cx: &mut Cx<'_>) {
        self.phase = Phase::Waiting {
            until: cx.now.mono + backoff::delay(1, cx.random),
        };
    }

    /// The login failed in a way that may pass.
    pub(super) fn retry_login(&mut self, cx: &mut Cx<'_>) {
        self.attempt += 1;
        let delay = backoff::delay(self.attempt, cx.random);
        self.phase = Phase::Waiting {
            until: cx.now.mono + delay,
        };
        cx.ask_retry(self.key(), self.attempt, self.trying_since, delay);
    }

    /// What the application says of a retry.
    pub(in crate::engine) fn handle_retry(
        &mut self,
        attempt: u32,
        delay: Option<Millis>,
        cx: &mut Cx<'_>,
    ) -> Option<RoomSignal> {
        let Phase::Waiting { until } = &mut self.phase else {
            return None;
        };
        if self.attempt != attempt {
            return None;
        }
        match delay {
            Some(delay) => {
                *until = cx.now.mono + delay;
                None
            }
            None => Some(self.give_up(cx)),
        }
    }

    /// It was tried for long enough.
    pub(in crate::engine) fn give_up(&mut self, cx: &mut Cx<'_>) -> RoomSignal {
        self.end(Error::with(LOGIN_TIMEOUT, "login timeout"), cx)
    }

    pub(in crate::engine) fn handle_login(
        &mut self,
        header: &switch::Header<'_>,
        answer: switch::LoginRoomRsp<'_>,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) -> Option<RoomSignal> {
        self.session.switch_id = answer.switch_session_id();
        self.session.relogin_token = answer.relogin_token().into();
        let answer = LoginAnswer {
            user_session_id: answer.user_session_id(),
            heartbeat_ms: answer.liveroom_hb_interval(),
            online_count: answer.online_count(),
            barrage_window: answer.big_im_time_window(),
            users_merge_ms: answer.userlist_merge_timeout(),
            users_interval_ms: answer.userlist_interval(),
            token_remain_s: answer.token_remain_time(),
            trans: answer.trans_channel_list(),
            stream_seq: answer.stream_list_seq(),
            streams: StreamInfo::from_login(answer.stream_info_list()),
        };
        self.go_online(header, answer, net, cx)
    }

    pub(in crate::engine) fn handle_enter(
        &mut self,
        header: &switch::Header<'_>,
        answer: liveroom::EnterRoomRsp<'_>,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) -> Option<RoomSignal> {
        let answer = LoginAnswer {
            user_session_id: answer.user_session_id(),
            heartbeat_ms: answer.liveroom_hb_interval(),
            online_count: answer.online_count(),
            barrage_window: answer.big_im_time_window(),
            users_merge_ms: answer.userlist_merge_timeout(),
            users_interval_ms: answer.userlist_interval(),
            token_remain_s: answer.token_remain_time(),
            trans: answer.trans_channel_list(),
            stream_seq: answer.stream_list_seq(),
            streams: StreamInfo::from_list(answer.stream_info_list()),
        };
        self.go_online(header, answer, net, cx)
    }

    /// The service refused the login with code `c`.
    pub(in crate::engine) fn handle_login_refused(
        &mut self,
        c: u32,
        text: &str,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) -> Option<RoomSignal> {
        if may_pass(c) {
            self.forget_session();
            if c == CODE_NEW_CONNECTION {
                net.link.close_pc(cx);
            }
        } else if !self.was_online || is_final(c) {
            return Some(self.end(from_room_answer(c, text), cx));
        } else {
            self.session.user_id = 0;
        }
        self.retry_login(cx);
        None
    }

    /// The room ends with an error of the login or of the heartbeat.
    pub(in crate::engine) fn end(&mut self, error: Error, cx: &mut Cx<'_>) -> RoomSignal {
        let (code, text) = (error.code, error.message.clone());
        let reason = if self.was_online {
            RoomReason::ReconnectFailed
        } else {
            RoomReason::LoginFailed
        };
        cx.emit_state(
            self.id(),
            RoomState::Disconnected,
            reason,
            code,
            Some(&text),
        );
        if let Some(call) = self.login_call.take() {
            cx.reply(call, Err(error));
        }
        RoomSignal::Ended(RoomEnd { code, text })
    }

    /// A new token: the service gets it if it counts down the old one, the next login has it in any case.
    pub(in crate::engine) fn renew_token(&mut self, token: &str, net: &mut Net, cx: &mut Cx<'_>) {
        self.request.token = token.into();
        if !self.is_online() {
            return;
        }
        if self.token_is_controlled {
            self.ask(
                net,
                cmd::RENEW_TOKEN,
                &liveroom::write::RenewTokenReq {
                    token: token.as_bytes(),
                },
                Purpose::RenewToken,
                cx,
            );
        } else {
            self.restart_token_timer(0, net, cx);
        }
    }

    /// The service said how long the token still lasts, in seconds; 0 for what the token itself says.
    pub(in crate::engine) fn restart_token_timer(
        &mut self,
        remain_s: u32,
        net: &Net,
        cx: &mut Cx<'_>,
    ) {
        self.token_is_controlled |= remain_s > 0;
        self.token_timer.start(
            &self.request.token,
            remain_s,
            net.link.server_time(cx.now.mono),
            cx.now,
        );
    }

    /// The service said it again.
    pub(in crate::engine) fn adjust_token_timer(&mut self, remain_s: u32, cx: &Cx<'_>) {
        self.token_is_controlled |= remain_s > 0;
        self.token_timer.adjust(remain_s, cx.now);
    }

    /// Tells the service that the user leaves.
    ///
    /// `whole`: the login of the connection ends too, and with it every other room.
    pub(in crate::engine) fn send_logout(&self, whole: bool, net: &mut Net, cx: &mut Cx<'_>) {
        if whole {
            let body = switch::write::LogoutRoomReq {
                logout_code: Some(0),
                logout_check: &md5(self.request.token.as_bytes()),
                user_session_id: self.session.user_id,
                logout_logic: self.login_logic(),
            };
            net.notify(&self.route, cmd::LOGOUT, &body, cx);
        } else {
            net.notify(
                &self.route,
                cmd::QUIT_ROOM,
                &liveroom::write::QuitRoomReq {},
                cx,
            );
        }
    }

    /// The login was answered after the room had been left.
    pub(in crate::engine) fn leave_late(
        &mut self,
        header: &switch::Header<'_>,
        user_session_id: u64,
        whole: bool,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        self.route.context_key = header.context_key();
        self.route.controls = header.controls().map(Into::into);
        self.session.user_id = user_session_id;
        self.send_logout(whole, net, cx);
    }

    fn go_online(
        &mut self,
        header: &switch::Header<'_>,
        answer: LoginAnswer<'_>,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) -> Option<RoomSignal> {
        if !matches!(self.phase, Phase::LoggingIn) {
            return None;
        }
        let now = cx.now.mono;
        let is_new_session = self.session.user_id != answer.user_session_id;
        if is_new_session {
            self.trans.begin_session();
        }
        self.session.user_id = answer.user_session_id;
        self.route.context_key = header.context_key();
        self.route.controls = Some(header.controls().unwrap_or_default().into());
        self.heartbeat_interval = match answer.heartbeat_ms {
            0 => DEFAULT_HEARTBEAT_MS,
            ms => Millis::from(ms).max(MIN_HEARTBEAT_MS),
        };
        // After a break, clients that lost the same server must not beat in step.
        let first_beat = if self.was_online {
            cx.random
                .between(self.heartbeat_interval / 2, self.heartbeat_interval)
        } else {
            self.heartbeat_interval
        };
        self.phase = Phase::Online(Heartbeat {
            next: now + first_beat,
            unanswered: 0,
        });
        self.attempt = 0;
        self.users
            .set_times(answer.users_merge_ms, answer.users_interval_ms);
        self.messages.set_window(answer.barrage_window);
        self.token_is_controlled = false;
        self.restart_token_timer(answer.token_remain_s, net, cx);
        if answer.online_count > 0 {
            cx.emit(Event::RoomOnlineUserCountUpdate {
                room: self.id().into(),
                count: answer.online_count,
            });
        }
        let reason = if self.was_online {
            RoomReason::Reconnected
        } else {
            RoomReason::Logined
        };
        self.was_online = true;
        self.is_shown_connected = true;
        cx.emit_state(self.id(), RoomState::Connected, reason, OK, None);
        if let Some(call) = self.login_call.take() {
            cx.reply(call, Ok(Reply::Flag(true)));
        }
        let (seq, room) = (answer.stream_seq, &self.request.room_id);
        let own_streams = self.streams.handle_login(seq, &answer.streams, room, cx);
        self.fetch_users(net, cx);
        self.fetch_trans(answer.trans, net, cx);
        let length = now - core::mem::replace(&mut self.lost_at, Instant::NEVER);
        Some(RoomSignal::Online {
            own_streams,
            outage: Outage {
                length,
                is_new_session,
            },
        })
    }

    fn login_logic(&self) -> u32 {
        if self.multi_room {
            LOGIC_MULTI_ROOM
        } else {
            LOGIC_SINGLE_ROOM
        }
    }

    fn login_request<'a>(
        &'a self,
        net: &Net,
        device_id: &'a str,
        stamp: &'a str,
    ) -> switch::write::LoginRoomReq<'a> {
        let request = &self.request;
        let name = if request.user.name.is_empty() {
            &request.user.id
        } else {
            &request.user.name
        };
        switch::write::LoginRoomReq {
            app_id: net.app_id,
            biz_type: Some(0),
            room_id: request.room_id.as_bytes(),
            room_name: Some(&[]),
            role: ROLE,
            id_name: request.user.id.as_bytes(),
            nick_name: name.as_bytes(),
            device_id: device_id.as_bytes(),
            term_type: TERM_TYPE_MINI_PROGRAM,
            net_type: Some(net.network as u32),
            sdk_conn_type: CONNECTION_WEBSOCKET,
            sdk_version: SDK_VERSION,
            biz_version: Some(&[]),
            client_stamp: stamp.as_bytes(),
            login_logic: self.login_logic(),
            third_token: request.token.as_bytes(),
            relogin_token: Some(&self.session.relogin_token),
            switch_session_id: Some(self.session.switch_id),
            user_session_id: Some(self.session.user_id),
            room_create_flag: 1,
            user_state_flag: Some(u32::from(request.user_update)),
            user_count_limit: Some(request.max_members),
            relate_service: Some(&[]),
        }
    }

    fn enter_request(&self, net: &Net) -> liveroom::write::EnterRoomReq<'_> {
        liveroom::write::EnterRoomReq {
            net_type: Some(net.network as u32),
            conn_type: CONNECTION_WEBSOCKET,
            room_id: self.request.room_id.as_bytes(),
            room_name: Some(&[]),
            role: ROLE,
            third_token: self.request.token.as_bytes(),
            room_create_flag: 1,
            user_state_flag: Some(u32::from(self.request.user_update)),
            user_count_limit: Some(self.request.max_members),
            relate_service: Some(&[]),
        }
    }
}

/// Codes after which a login with a new session is tried.
fn may_pass(c: u32) -> bool {
    matches!(c, CODE_NEW_CONNECTION | 30_019 | 201_002 | 40_001..=40_100 | 50_200..=50_299)
}

/// Codes that end a room also when it only comes back after a break.
fn is_final(c: u32) -> bool {
    matches!(c, 202_002 | 205_030 | 205_035 | 50_116..=50_128)
}

/// Renewal was refused because the service does not check tokens; the new one counts for the next login.
pub(in crate::engine) fn needs_no_renewal(c: u32) -> bool {
    matches!(c, 2014 | 1_000_002_014)
}
