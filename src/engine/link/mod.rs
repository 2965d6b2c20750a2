//! The connection to the service: one WebSocket that is kept open, its heartbeat, and the requests and the proxied
//! connection that share it.
//!
//! ```text
//!            connect                 socket opened
//!  Idle ───────────────▶ Connecting ───────────────▶ Open
//!   ▲                      │    ▲                      │
//!   │ 90 s without success │    │ delay over           │ closed, heartbeat lost, told to go elsewhere
//!   └───────────────────── Waiting ◀────────────────────┘
//! ```
//!
//! Times and rules are those of the vendor's client unless a constant says otherwise.

mod hubs;
mod pc;
mod requests;

use alloc::{string::String, vec::Vec};

use super::backoff;
use super::cx::Cx;
use super::error::{Code, SOCKET_CLOSED, TIMEOUT};
use super::io::{LogLevel, Output, SocketId};
use super::lean::joined;
use super::time::{Instant, Millis};
use super::wire::pb::Encode;
use super::wire::{FrameType, WireError, accesshub, frame};
use hubs::Hubs;
use pc::Pc;
use requests::Pending;

/// How long a socket may take to open.
pub const CONNECT_TIMEOUT_MS: Millis = 10_000;
/// How long a request of the link may wait for its answer.
pub const REQUEST_TIMEOUT_MS: Millis = 5_000;
/// How long connecting is tried before the link gives up; it begins anew if a room needs it.
pub const CYCLE_MS: Millis = 90_000;
/// A link that no room needs is closed after this time without traffic.
pub const IDLE_MS: Millis = 90_000;
/// Attempts while the host says that there is no network.
pub const OFFLINE_ATTEMPTS: u32 = 3;
/// How long the answer to a probe may take, after the application came back or the network changed.
pub const PROBE_TIMEOUT_MS: Millis = 3_000;
/// How long the service's clock is known after it was told; an open link is told every few seconds. Runtimes without a
/// monotonic clock count on one that leaps forward when the user sets it, and then every token would look expired.
pub const CLOCK_AGE_MS: Millis = 30_000;
/// Requests of the link that wait for an answer at the same time; more are refused.
pub const MAX_PENDING: usize = 64;

const HEARTBEAT_INTERVAL_MS: Millis = 5_000;
const HEARTBEAT_TIMEOUT_MS: Millis = 10_000;
/// Version of the connection layer that this client speaks.
const ZEGOCONN_VERSION: u32 = 30;
const SDK_TYPE_WSS_WEB: u32 = 3;
const RUN_ENV_APPLET: u32 = 2;
const MODE_ONLINE: u32 = 1;
const SERVICE_MEDIA: u32 = 1;
const SERVICE_ROOM: u32 = 17;
const METHOD_GET: u32 = 1;
const NO_ETAG: u32 = u32::MAX;
/// Body of a tunnelled GET as the vendor's client sends it: an empty JSON object, escaped twice.
const GET_BODY: &[u8] = b"%257B%257D";

/// Names a tunnelled request.
pub type HttpKey = u64;

/// What the link tells the rooms.
#[derive(Debug)]
pub enum LinkEvent {
    /// The socket is open: rooms can log in.
    Up,
    /// The socket is gone.
    Down,
    /// The proxied connection works again after it broke.
    PcRestored,
    /// The proxied connection broke; the service will restore it.
    PcBroken,
    /// The service closed the proxied connection.
    PcClosed,
    /// A room packet, not decoded yet.
    Packet(Vec<u8>),
    /// A tunnelled request ended: status and body, or why there is none.
    Http(HttpKey, Result<(i32, Vec<u8>), Code>),
    /// The application configuration arrived.
    AppConfig(Vec<u8>),
    /// The service does not know the AppID.
    AppIdInvalid,
    /// Session data must not be used again.
    ForgetSessions,
}

#[derive(Debug)]
enum State {
    Idle,
    Waiting { until: Instant },
    Connecting { socket: SocketId, deadline: Instant },
    Open(Open),
    Destroyed,
}

#[derive(Debug)]
struct Open {
    socket: SocketId,
    heartbeat_stream: u32,
    next_heartbeat: Instant,
    unanswered: u64,
    /// When the answer to a probe is too late.
    probe: Instant,
}

/// See the [module](self).
#[derive(Debug)]
pub struct Link {
    app_id: u32,
    user_id: String,
    token: String,
    hubs: Hubs,
    state: State,
    wanted: bool,
    online: bool,
    attempt: u32,
    cycle_started: Instant,
    last_socket: SocketId,
    last_stream: u32,
    last_txid: u64,
    heartbeat_interval: Millis,
    heartbeat_timeout: Millis,
    pc_timeout: Millis,
    outer_ip: String,
    /// The service's clock when it was last told, and when that was.
    server_clock: Option<(Instant, i64)>,
    etag: Option<u32>,
    pc: Option<Pc>,
    pending: Vec<Pending>,
    last_traffic: Instant,
    last_heard: Instant,
    refused_frames: u32,
    events: Vec<LinkEvent>,
}

impl Link {
    /// A link that is not connected yet.
    pub fn new(app_id: u32, hubs: Vec<String>) -> Self {
        Self {
            app_id,
            user_id: String::new(),
            token: String::new(),
            hubs: Hubs::new(hubs),
            state: State::Idle,
            wanted: false,
            online: true,
            attempt: 0,
            cycle_started: Instant::NEVER,
            last_socket: 0,
            last_stream: 0,
            last_txid: 0,
            heartbeat_interval: HEARTBEAT_INTERVAL_MS,
            heartbeat_timeout: HEARTBEAT_TIMEOUT_MS,
            pc_timeout: pc::ESTABLISH_TIMEOUT_MS,
            outer_ip: String::new(),
            server_clock: None,
            etag: None,
            pc: None,
            pending: Vec::new(),
            last_traffic: Instant::default(),
            last_heard: Instant::default(),
            refused_frames: 0,
            events: Vec::new(),
        }
    }

    /// Connects at once, also where a retry would come later; nothing if it is connected or connecting.
    pub fn connect(&mut self, cx: &mut Cx<'_>) {
        if matches!(self.state, State::Idle | State::Waiting { .. }) {
            self.attempt = 0;
            self.cycle_started = cx.now.mono;
            self.open_socket(cx);
        }
    }

    /// Says who logs in. The connection layer names the user and shows the token when it asks for the configuration.
    pub fn set_user(&mut self, user_id: &str, token: &str) {
        self.user_id = user_id.into();
        self.token = token.into();
    }

    /// Says whether a room needs the link; if none does, it may be closed.
    pub fn set_wanted(&mut self, wanted: bool) {
        self.wanted = wanted;
    }

    /// Whether frames can be sent.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// Address of this client as the service sees it; empty while unknown.
    pub fn outer_ip(&self) -> &str {
        &self.outer_ip
    }

    /// When the service was last heard of: a link that is dead without notice has been so since then.
    pub fn last_heard(&self) -> Instant {
        self.last_heard
    }

    /// Unix time of the service in milliseconds; `None` where it did not tell it within [`CLOCK_AGE_MS`]. Counted on the
    /// monotonic clock, so that a device clock that is set does not matter.
    #[allow(clippy::cast_possible_wrap)]
    pub(super) fn server_time(&self, now: Instant) -> Option<i64> {
        let (told_at, time) = self
            .server_clock
            .filter(|(at, _)| now - *at < CLOCK_AGE_MS)?;
        Some(time.saturating_add((now - told_at) as i64))
    }

    /// Closes the socket for good.
    pub fn destroy(&mut self, cx: &mut Cx<'_>) {
        self.close_socket(cx);
        self.fail_all(SOCKET_CLOSED);
        self.pc = None;
        self.state = State::Destroyed;
    }

    /// What rooms should know, in order.
    pub fn take_events(&mut self) -> Vec<LinkEvent> {
        core::mem::take(&mut self.events)
    }

    /// When the link wants to be woken.
    pub fn next_deadline(&self) -> Instant {
        let mut deadline = match &self.state {
            State::Idle | State::Destroyed => Instant::NEVER,
            State::Waiting { until } => *until,
            State::Connecting { deadline, .. } => *deadline,
            State::Open(open) => open
                .next_heartbeat
                .min(open.probe)
                .min(self.idle_deadline()),
        };
        for pending in &self.pending {
            deadline = deadline.min(pending.deadline);
        }
        deadline.min(self.pc_deadline())
    }

    /// The socket is open.
    pub fn handle_opened(&mut self, socket: SocketId, cx: &mut Cx<'_>) {
        if !matches!(self.state, State::Connecting { socket: expected, .. } if expected == socket) {
            return;
        }
        self.attempt = 0;
        self.cycle_started = Instant::NEVER;
        self.last_traffic = cx.now.mono;
        self.last_heard = cx.now.mono;
        let heartbeat_stream = self.new_stream();
        let next_heartbeat = cx.now.mono + self.heartbeat_interval;
        self.state = State::Open(Open {
            socket,
            heartbeat_stream,
            next_heartbeat,
            unanswered: 0,
            probe: Instant::NEVER,
        });
        cx.log(LogLevel::Info, "link is open");
        self.request_config(cx);
        self.events.push(LinkEvent::Up);
    }

    /// The socket is closed or could not be opened.
    pub fn handle_closed(&mut self, socket: SocketId, cx: &mut Cx<'_>) {
        let current = match &self.state {
            State::Connecting { socket, .. } | State::Open(Open { socket, .. }) => *socket,
            State::Idle | State::Waiting { .. } | State::Destroyed => return,
        };
        if current == socket {
            cx.log(LogLevel::Info, "socket is closed");
            self.forget_link();
            self.hubs.advance();
            self.retry(cx);
        }
    }

    /// A binary message. Bytes that cannot be decoded are dropped, counted, and logged the first time.
    pub fn handle_message(&mut self, socket: SocketId, bytes: &[u8], cx: &mut Cx<'_>) {
        match &mut self.state {
            State::Open(open) if open.socket == socket => open.probe = Instant::NEVER,
            _ => return,
        }
        self.last_heard = cx.now.mono;
        match frame::decode_frame(bytes) {
            Ok((stream, frame)) => self.handle_frame(stream, frame, cx),
            Err(e) => self.refuse(e, cx),
        }
    }

    /// Notes that bytes of the service were dropped; only the first ones are logged.
    pub fn refuse(&mut self, why: WireError, cx: &mut Cx<'_>) {
        self.refused_frames += 1;
        if self.refused_frames == 1 {
            cx.log(
                LogLevel::Warn,
                &joined(&["a frame of the service was dropped: ", why.text()]),
            );
        }
    }

    /// The device's network changed.
    pub fn handle_network(&mut self, online: bool, cx: &mut Cx<'_>) {
        self.online = online;
        match self.state {
            State::Waiting { .. } if online => {
                self.attempt = 0;
                if !cx.asks {
                    self.cycle_started = cx.now.mono;
                }
                self.open_socket(cx);
            }
            State::Idle if online && self.wanted => self.connect(cx),
            State::Open(_) => self.probe(cx),
            _ => {}
        }
    }

    /// Asks for a sign of life, because the socket may be dead without notice.
    pub fn probe(&mut self, cx: &mut Cx<'_>) {
        let now = cx.now.mono;
        match &mut self.state {
            State::Open(open) if open.probe == Instant::NEVER => {
                open.probe = now + PROBE_TIMEOUT_MS;
                self.send_heartbeat(cx);
            }
            // A timer that the system held back must not delay the way back.
            State::Waiting { until } if *until != Instant::NEVER => self.open_socket(cx),
            _ => {}
        }
    }

    /// Does whatever is due.
    pub fn handle_timeout(&mut self, cx: &mut Cx<'_>) {
        let now = cx.now.mono;
        self.expire_requests(cx);
        match &self.state {
            State::Waiting { until } if *until <= now => self.open_socket(cx),
            State::Connecting { deadline, .. } if *deadline <= now => {
                cx.log(LogLevel::Warn, "the service could not be reached in time");
                self.lose(cx);
            }
            State::Open(open) if open.probe <= now => self.lose(cx),
            State::Open(_) if self.idle_deadline() <= now => {
                cx.log(LogLevel::Info, "link is idle, closing it");
                self.drop_link(cx);
                self.state = State::Idle;
            }
            State::Open(open) if open.next_heartbeat <= now => self.heartbeat(cx),
            _ => {}
        }
        if self.pc_deadline() <= now {
            cx.log(LogLevel::Warn, "proxied connection was not established");
            self.lose(cx);
        }
    }

    /// Sends a room packet. `login` opens the proxied connection if there is none; anything else waits until it works.
    /// Returns whether the packet was taken.
    pub fn send_packet(&mut self, bytes: Vec<u8>, login: bool, cx: &mut Cx<'_>) -> bool {
        if !self.is_open() {
            return false;
        }
        if self.pc.is_none() {
            if !login {
                return false;
            }
            let stream = self.new_stream();
            self.pc = Some(Pc::new(stream, cx.now.mono + self.pc_timeout));
        }
        let Some(pc) = &mut self.pc else { return false };
        if !login && !pc.is_established() {
            return pc.queue(bytes);
        }
        let (stream, first) = (pc.stream, !pc.is_established());
        self.send_upward(stream, first, login, &bytes, cx);
        true
    }

    /// Closes the proxied connection; the next login opens another one.
    pub fn close_pc(&mut self, cx: &mut Cx<'_>) {
        if let Some(pc) = self.pc.take() {
            self.close_stream(pc.stream, cx);
        }
    }

    fn open_socket(&mut self, cx: &mut Cx<'_>) {
        self.last_socket += 1;
        let socket = self.last_socket;
        self.state = State::Connecting {
            socket,
            deadline: cx.now.mono + CONNECT_TIMEOUT_MS,
        };
        cx.out.push(Output::OpenSocket {
            socket,
            url: self.hubs.current().into(),
        });
    }

    fn close_socket(&self, cx: &mut Cx<'_>) {
        if let State::Connecting { socket, .. } | State::Open(Open { socket, .. }) = &self.state {
            cx.out.push(Output::CloseSocket { socket: *socket });
        }
    }

    /// The link does not work: closes it and tries the next hub later.
    fn lose(&mut self, cx: &mut Cx<'_>) {
        self.drop_link(cx);
        self.hubs.advance();
        self.retry(cx);
    }

    /// Closes the socket and everything that lives on it. The caller sets the next state.
    fn drop_link(&mut self, cx: &mut Cx<'_>) {
        self.close_socket(cx);
        self.forget_link();
    }

    fn forget_link(&mut self) {
        let was_open = self.is_open();
        self.pc = None;
        self.fail_all(TIMEOUT);
        self.state = State::Idle;
        if was_open {
            self.events.push(LinkEvent::Down);
        }
    }

    fn retry(&mut self, cx: &mut Cx<'_>) {
        let now = cx.now.mono;
        self.cycle_started = self.cycle_started.or(now);
        let started = self.cycle_started;
        self.attempt += 1;
        let asks = cx.asks && self.wanted;
        if !asks && now - started >= CYCLE_MS {
            self.attempt = 0;
            self.cycle_started = now;
            self.hubs.rewind();
            if self.wanted {
                self.open_socket(cx);
            } else {
                self.state = State::Idle;
            }
        } else if !asks && !self.online && self.attempt > OFFLINE_ATTEMPTS {
            self.state = State::Waiting {
                until: Instant::NEVER,
            };
        } else {
            let delay = backoff::delay(self.attempt, cx.random);
            self.state = State::Waiting { until: now + delay };
            if asks {
                cx.ask_retry(0, self.attempt, started, delay);
            }
        }
    }

    /// What the application says of a retry. Returns whether it gives up.
    pub(super) fn handle_retry(
        &mut self,
        attempt: u32,
        delay: Option<Millis>,
        cx: &Cx<'_>,
    ) -> bool {
        match &mut self.state {
            State::Waiting { until } if self.attempt == attempt => {
                match delay {
                    Some(delay) => *until = cx.now.mono + delay,
                    None => self.state = State::Idle,
                }
                delay.is_none()
            }
            _ => false,
        }
    }

    fn heartbeat(&mut self, cx: &mut Cx<'_>) {
        let limit = self.heartbeat_timeout / self.heartbeat_interval.max(1);
        let State::Open(open) = &mut self.state else {
            return;
        };
        if open.unanswered > limit {
            cx.log(LogLevel::Warn, "link heartbeat is not answered");
            self.lose(cx);
            return;
        }
        open.unanswered += 1;
        open.next_heartbeat = cx.now.mono + self.heartbeat_interval;
        self.send_heartbeat(cx);
    }

    fn send_heartbeat(&mut self, cx: &mut Cx<'_>) {
        let State::Open(open) = &self.state else {
            return;
        };
        let stream = open.heartbeat_stream;
        let txid = self.new_txid();
        self.send(
            FrameType::HbRequest,
            stream,
            &accesshub::write::HbRequest {
                txid,
                ts: cx.now.wall,
            },
            cx,
        );
    }

    fn idle_deadline(&self) -> Instant {
        if self.wanted {
            Instant::NEVER
        } else {
            self.last_traffic + IDLE_MS
        }
    }

    fn pc_deadline(&self) -> Instant {
        self.pc.as_ref().map_or(Instant::NEVER, Pc::deadline)
    }

    fn send_upward(
        &mut self,
        stream: u32,
        first: bool,
        ack: bool,
        payload: &[u8],
        cx: &mut Cx<'_>,
    ) {
        self.note_traffic(cx);
        let txid = self.new_txid();
        let common = |value: u32| if first { value } else { 0 };
        let message = accesshub::write::PcUpwardMessage {
            txid,
            appid: common(self.app_id),
            biz_type: first.then_some(0),
            mode_no: common(MODE_ONLINE),
            id_name: if first { self.user_id.as_bytes() } else { &[] },
            service_no: SERVICE_ROOM,
            ack: Some(ack),
            payload,
            sdk_type: common(SDK_TYPE_WSS_WEB),
            wss_message_type: 1,
            zegoconn_version: ZEGOCONN_VERSION,
            zegoconn_run_env: common(RUN_ENV_APPLET),
        };
        self.send(FrameType::PcUpward, stream, &message, cx);
    }

    fn close_stream(&mut self, stream: u32, cx: &mut Cx<'_>) {
        // The counter moves for every frame, also for those without a number.
        self.new_txid();
        let message = accesshub::write::StreamClosed {
            code: Some(0),
            msg: Some(&[]),
        };
        self.send(FrameType::StreamClosed, stream, &message, cx);
    }

    #[inline(always)]
    fn send(&self, kind: FrameType, stream: u32, message: &impl Encode, cx: &mut Cx<'_>) {
        self.send_bytes(frame::encode_frame(kind, stream, message), cx);
    }

    #[inline(never)]
    fn send_bytes(&self, bytes: Vec<u8>, cx: &mut Cx<'_>) {
        if let State::Open(open) = &self.state {
            let socket = open.socket;
            cx.out.push(Output::Send { socket, bytes });
        }
    }

    fn new_stream(&mut self) -> u32 {
        self.last_stream += 1;
        self.last_stream
    }

    fn new_txid(&mut self) -> u64 {
        self.last_txid += 1;
        self.last_txid
    }

    fn note_traffic(&mut self, cx: &Cx<'_>) {
        self.last_traffic = cx.now.mono;
    }
}
