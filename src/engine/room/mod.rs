//! One room: logging in, staying in, coming back after a break, leaving.
//!
//! ```text
//!  WaitingForLink ──link up──▶ LoggingIn ──answer──▶ Online
//!        ▲                      │    ▲                 │
//!        │ link down            │    │ delay over      │ heartbeat lost, session unknown, told to log in again
//!        └──────────────────────┤  Waiting ◀───────────┘
//!                               └──failed, may be tried again──▶ Waiting
//! ```
//!
//! A room ends with a [`RoomEnd`]: the application left, the service refused or removed the user, or
//! [`LOGIN_LIMIT_MS`] passed without success.

mod login;
mod md5;
mod messages;
mod streams;
mod table;
mod trans;
mod users;

pub(super) use login::needs_no_renewal;
pub(super) use messages::{command_event, resolve_barrage};
pub(super) use streams::{Change, StreamInfo};

use super::cx::Cx;
use super::error::{Code, NETWORK_BROKEN, OK, STOPPED};
use super::event::{Event, RoomReason, RoomState, User};
use super::io::CallId;
use super::net::{Net, Purpose, RoomKey, Route};
use super::time::{Instant, Millis};
use super::token;
use super::wire::packet::cmd;
use super::wire::pb::Encode;
use super::wire::{liveroom, switch};
use alloc::{string::String, vec::Vec};
use messages::Messages;
use streams::Streams;
use trans::Trans;
use users::Users;

/// How long a login, or coming back after a break, is tried.
pub(super) const LOGIN_LIMIT_MS: Millis = 300_000;
/// Shortest room heartbeat interval that is honoured.
pub(super) const MIN_HEARTBEAT_MS: Millis = 3_000;
/// Room heartbeat interval where the service names none.
pub(super) const DEFAULT_HEARTBEAT_MS: Millis = 30_000;
/// Heartbeats without an answer after which the room logs in again.
pub(super) const MAX_UNANSWERED_HEARTBEATS: u32 = 3;

/// What a login call asked for.
#[derive(Debug, Clone)]
pub(super) struct LoginRequest {
    pub(super) room_id: String,
    pub(super) token: String,
    pub(super) user: User,
    pub(super) user_update: bool,
    pub(super) max_members: u32,
}

/// What a room tells the engine, which then acts on the streams of the room.
#[derive(Debug)]
pub(super) enum RoomSignal {
    /// The login succeeded.
    Online {
        /// The own streams that the service still has.
        own_streams: Vec<StreamInfo>,
        /// What was between the last login and this one.
        outage: Outage,
    },
    /// The room is over.
    Ended(RoomEnd),
}

/// The time without a room before a login.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outage {
    /// How long it was, 0 at the first login.
    pub(super) length: Millis,
    /// Whether the service did not know the session any more.
    pub(super) is_new_session: bool,
}

/// Why a room is over.
#[derive(Debug)]
pub(super) struct RoomEnd {
    pub(super) code: Code,
    pub(super) text: String,
}

#[derive(Debug)]
enum Phase {
    WaitingForLink,
    Waiting { until: Instant },
    LoggingIn,
    Online(Heartbeat),
}

#[derive(Debug)]
struct Heartbeat {
    next: Instant,
    unanswered: u32,
}

/// Session data that a re-login repeats.
#[derive(Debug, Default)]
struct Session {
    switch_id: u64,
    user_id: u64,
    relogin_token: Vec<u8>,
}

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Room {
    pub(super) request: LoginRequest,
    pub(super) route: Route,
    /// In multi-room mode only the first room opens the connection; the others enter through it.
    pub(super) is_first: bool,
    multi_room: bool,
    phase: Phase,
    login_call: Option<CallId>,
    was_online: bool,
    is_shown_connected: bool,
    trying_since: Instant,
    /// How long it is tried.
    limit: Millis,
    /// Since when the room is away.
    lost_at: Instant,
    attempt: u32,
    session: Session,
    heartbeat_interval: Millis,
    token_timer: token::ExpiryTimer,
    token_is_controlled: bool,
    users: Users,
    streams: Streams,
    pub(super) messages: Messages,
    pub(super) trans: Trans,
}

impl Room {
    /// A login begins: tells the application and logs in as soon as the link is open.
    pub(super) fn new(
        key: RoomKey,
        request: LoginRequest,
        call: CallId,
        multi_room: bool,
        is_first: bool,
        cx: &mut Cx<'_>,
    ) -> Self {
        let room = Self {
            route: Route {
                room: key,
                ..Route::default()
            },
            is_first,
            multi_room,
            phase: Phase::WaitingForLink,
            login_call: Some(call),
            was_online: false,
            is_shown_connected: false,
            trying_since: cx.now.mono,
            limit: LOGIN_LIMIT_MS,
            lost_at: Instant::NEVER,
            attempt: 0,
            session: Session::default(),
            heartbeat_interval: DEFAULT_HEARTBEAT_MS,
            token_timer: token::ExpiryTimer::default(),
            token_is_controlled: false,
            users: Users::new(request.user_update, &request.user.id),
            streams: Streams::new(&request.user.id),
            messages: Messages::new(),
            trans: Trans::default(),
            request,
        };
        cx.emit_state(
            room.id(),
            RoomState::Connecting,
            RoomReason::Logining,
            OK,
            None,
        );
        room
    }

    pub(super) fn key(&self) -> RoomKey {
        self.route.room
    }

    pub(super) fn id(&self) -> &str {
        &self.request.room_id
    }

    pub(super) fn is_online(&self) -> bool {
        matches!(self.phase, Phase::Online(_))
    }

    /// Number that the service gave to the user's session; part of RTMP urls.
    pub(super) fn user_session_id(&self) -> u64 {
        self.session.user_id
    }

    pub(super) fn next_deadline(&self) -> Instant {
        let limit = self.trying_since + self.limit;
        let own = match &self.phase {
            Phase::WaitingForLink | Phase::LoggingIn => limit,
            Phase::Waiting { until } => limit.min(*until),
            Phase::Online(heartbeat) => heartbeat
                .next
                .min(self.users.next_deadline())
                .min(self.streams.next_deadline())
                .min(self.messages.next_deadline()),
        };
        own.min(self.token_timer.deadline())
    }

    pub(super) fn handle_timeout(&mut self, net: &mut Net, cx: &mut Cx<'_>) -> Option<RoomSignal> {
        let now = cx.now.mono;
        if self.token_timer.take_due(now) {
            cx.emit(Event::TokenWillExpire {
                room: self.id().into(),
            });
        }
        match &mut self.phase {
            Phase::Online(heartbeat) => {
                if heartbeat.next <= now {
                    if heartbeat.unanswered >= MAX_UNANSWERED_HEARTBEATS {
                        self.log_in_later(cx);
                        return None;
                    }
                    heartbeat.unanswered += 1;
                    heartbeat.next = now + self.heartbeat_interval;
                    self.ask(
                        net,
                        cmd::HEARTBEAT,
                        &liveroom::write::HbReq {},
                        Purpose::Heartbeat,
                        cx,
                    );
                }
                self.sync(net, cx);
                self.send_barrage(net, cx);
                None
            }
            _ if self.trying_since + self.limit <= now => Some(self.give_up(cx)),
            Phase::Waiting { until } if *until <= now => {
                self.log_in(net, cx);
                None
            }
            _ => None,
        }
    }

    /// The link is open again, or for the first time.
    pub(super) fn handle_link_up(&mut self, net: &mut Net, cx: &mut Cx<'_>) {
        if self.is_first {
            self.log_in(net, cx);
        }
    }

    /// The link is gone.
    pub(super) fn handle_link_down(&mut self, net: &mut Net, cx: &mut Cx<'_>) {
        self.leave_online(net.link.last_heard(), cx);
        self.show_reconnecting(NETWORK_BROKEN, cx);
        self.phase = Phase::WaitingForLink;
        self.drop_requests(net, cx);
    }

    /// The session is to be taken up again on the same link.
    pub(super) fn log_in_later(&mut self, cx: &mut Cx<'_>) {
        self.leave_online(cx.now.mono, cx);
        self.attempt = 0;
        self.retry_login(cx);
    }

    /// The connection of all rooms is renewed: the first room takes its session up again, the others follow it.
    pub(super) fn renew_connection(&mut self, cx: &mut Cx<'_>) {
        self.log_in_later(cx);
        if !self.is_first {
            self.phase = Phase::WaitingForLink;
        }
    }

    /// The room before this one is over, and with it the login that this one relied on.
    pub(super) fn become_first(&mut self, net: &mut Net, cx: &mut Cx<'_>) {
        self.is_first = true;
        if matches!(self.phase, Phase::WaitingForLink) {
            self.log_in(net, cx);
        }
    }

    /// The next login begins a new session.
    pub(super) fn forget_session(&mut self) {
        self.session = Session::default();
    }

    /// The application leaves, or takes another room instead. `net` still has the connection.
    pub(super) fn end_by_application(&mut self, cx: &mut Cx<'_>) {
        if let Some(call) = self.login_call.take() {
            cx.refuse_with(call, STOPPED, "logged out before the login was finished");
        }
        cx.emit_state(
            self.id(),
            RoomState::Disconnected,
            RoomReason::Logout,
            OK,
            None,
        );
    }

    /// The service removed the user.
    pub(super) fn end_by_kickout(
        &mut self,
        code: Code,
        extended_data: &str,
        cx: &mut Cx<'_>,
    ) -> RoomEnd {
        if let Some(call) = self.login_call.take() {
            cx.refuse(call, code);
        }
        cx.emit_state(
            self.id(),
            RoomState::Disconnected,
            RoomReason::KickOut,
            code,
            Some(extended_data),
        );
        RoomEnd {
            code,
            text: code.text().into(),
        }
    }

    /// A request got no answer in time, or none that is of use.
    #[inline(never)]
    pub(super) fn handle_unanswered(&mut self, purpose: &Purpose, cx: &mut Cx<'_>) {
        match purpose {
            Purpose::Login | Purpose::Enter => self.retry_login(cx),
            Purpose::UserList => self.users.fail_fetch(cx.now.mono),
            Purpose::StreamList => self.streams.fail_fetch(cx.now.mono),
            Purpose::AddStream { .. }
            | Purpose::DeleteStream { .. }
            | Purpose::UpdateStream { .. } => self.streams.handle_unanswered_change(cx.now.mono),
            _ => {}
        }
    }

    /// A heartbeat was answered.
    pub(super) fn handle_heartbeat(
        &mut self,
        answer: liveroom::HbRsp<'_>,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        let now = cx.now.mono;
        let Phase::Online(heartbeat) = &mut self.phase else {
            return;
        };
        heartbeat.unanswered = 0;
        if answer.hb_interval() > 0 {
            self.heartbeat_interval = Millis::from(answer.hb_interval()).max(MIN_HEARTBEAT_MS);
            heartbeat.next = heartbeat.next.min(now + self.heartbeat_interval);
        }
        self.messages.set_window(answer.big_im_time_window());
        if answer.online_count() > 0 {
            cx.emit(Event::RoomOnlineUserCountUpdate {
                room: self.id().into(),
                count: answer.online_count(),
            });
        }
        self.streams
            .handle_heartbeat(answer.stream_seq(), answer.stream_refresh() != 0, now);
        self.users.handle_heartbeat_seq(answer.user_seq(), now);
        self.fetch_trans(answer.trans_channel_list(), net, cx);
        self.sync(net, cx);
    }

    /// A page of the user list.
    pub(super) fn handle_user_list(
        &mut self,
        answer: liveroom::GetUserlistRsp<'_>,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        let next = self.users.handle_page(answer, &self.request.room_id, cx);
        if let Some(index) = next {
            self.ask_users(index, net, cx);
        }
    }

    /// Users came or went.
    pub(super) fn handle_users(
        &mut self,
        push: liveroom::PushUserInfoUpdated<'_>,
        cx: &mut Cx<'_>,
    ) {
        self.users.handle_push(push, &self.request.room_id, cx);
    }

    /// The whole list of streams.
    pub(super) fn handle_stream_list(
        &mut self,
        answer: liveroom::GetStreamListRsp<'_>,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        let list = StreamInfo::from_list(answer.stream_info_list());
        let seq = answer.stream_list_seq();
        self.streams
            .handle_list(seq, &list, &self.request.room_id, cx);
        self.sync(net, cx);
    }

    /// Streams came, went or changed.
    pub(super) fn handle_streams(
        &mut self,
        change: Change,
        push: liveroom::PushStream<'_>,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        let list = StreamInfo::from_push(push.stream_info_list());
        let (seq, room) = (push.stream_seq(), &self.request.room_id);
        self.streams.handle_push(change, seq, &list, room, cx);
        self.sync(net, cx);
    }

    /// The service counted a change of an own stream.
    pub(super) fn handle_own_stream_change(&mut self, seq: u32, net: &mut Net, cx: &mut Cx<'_>) {
        self.streams.handle_own_change(seq, cx.now.mono);
        self.sync(net, cx);
    }

    /// Starts whatever fetch is due.
    fn sync(&mut self, net: &mut Net, cx: &mut Cx<'_>) {
        let now = cx.now.mono;
        if self.streams.begin_fetch(now)
            && !self.ask(
                net,
                cmd::GET_STREAM_LIST,
                &liveroom::write::GetStreamListReq {},
                Purpose::StreamList,
                cx,
            )
        {
            self.streams.fail_fetch(now);
        }
        if self.users.next_deadline() <= now {
            let fetch = self.users.handle_timeout(&self.request.room_id, cx);
            if fetch {
                self.fetch_users(net, cx);
            }
        }
    }

    fn fetch_users(&mut self, net: &mut Net, cx: &mut Cx<'_>) {
        if self.users.is_wanted() {
            let index = self.users.begin_fetch(cx.now.mono);
            self.ask_users(index, net, cx);
        }
    }

    fn ask_users(&mut self, index: u32, net: &mut Net, cx: &mut Cx<'_>) {
        let body = liveroom::write::GetUserlistReq {
            sort_type: Some(0),
            user_index: Some(index),
        };
        if !self.ask(net, cmd::GET_USER_LIST, &body, Purpose::UserList, cx) {
            self.users.fail_fetch(cx.now.mono);
        }
    }

    /// Sends a request. If it cannot be sent, the calls that it serves are rejected and false is returned.
    #[inline(always)]
    fn ask(
        &self,
        net: &mut Net,
        command: u32,
        body: &impl Encode,
        purpose: Purpose,
        cx: &mut Cx<'_>,
    ) -> bool {
        let seq = net.next_seq();
        net.send(seq, &self.route, command, body, purpose, cx)
    }

    fn leave_online(&mut self, lost_at: Instant, cx: &Cx<'_>) {
        if self.is_online() {
            self.lost_at = lost_at;
            // An application that decides about retries also decides how long.
            self.limit = if cx.asks { Millis::MAX } else { LOGIN_LIMIT_MS };
            self.trying_since = cx.now.mono;
            self.attempt = 0;
        }
        self.users.reset_connection();
        self.streams.reset_connection();
    }

    fn show_reconnecting(&mut self, code: Code, cx: &mut Cx<'_>) {
        if self.is_shown_connected {
            self.is_shown_connected = false;
            cx.emit_state(
                self.id(),
                RoomState::Connecting,
                RoomReason::Reconnecting,
                code,
                None,
            );
        }
    }
}

/// Acknowledges a push.
pub(super) fn acknowledge(route: &Route, sub_cmd: u32, sent: i64, net: &mut Net, cx: &mut Cx<'_>) {
    let body = switch::write::PushRsp {
        code: Some(0),
        message: Some(&[]),
        sub_cmd,
        server_send_time: sent,
    };
    net.notify(route, cmd::PUSH_ACK, &body, cx);
}
