//! The state machine: one type, its methods spread over modules by subject.

mod app_config;
mod audit;
mod control;
mod deadlines;
mod link;
mod login_answer;
mod media;
mod messages;
mod outbox;
mod presence;
mod recorder;
mod room;
mod session;
mod state;
mod streams;

use std::collections::{BTreeMap, VecDeque};

use rand_chacha::{
    ChaCha12Rng,
    rand_core::{RngCore, SeedableRng},
};

use crate::{
    codes,
    command::Stats,
    config::Config,
    io::{CloseReason, ConnId, Input, LogEntry, LogLevel, Output, ProtocolError},
    wire::Frame,
};

use deadlines::Agenda;
use outbox::{Delayed, Rule};
use recorder::Recorder;
use state::{Conn, Place, Retired, Room};

/// The room server's rules. See the crate's front page for how to drive it.
///
/// There are three kinds of method: [`Server::handle`] takes what happened, [`Server::poll`] and [`Server::next_deadline`] say what to do
/// next, the rest are getters. [`Server::control`] is `handle` for a command whose reply is wanted at once.
#[derive(Debug)]
pub struct Server {
    config: Config,
    rng: ChaCha12Rng,
    now: u64,
    conns: BTreeMap<ConnId, Conn>,
    rooms: BTreeMap<String, Room>,
    retired: BTreeMap<String, Retired>,
    due_links: Agenda<ConnId>,
    due_rooms: Agenda<String>,
    due_retired: Agenda<String>,
    /// Announced streams: whose and where.
    stream_owners: BTreeMap<String, Place>,
    /// Streams that somebody was given a push address for: who and where.
    granted: BTreeMap<String, Place>,
    replaced_sessions: VecDeque<u64>,
    rules: Vec<Rule>,
    delayed: Vec<Delayed>,
    outputs: VecDeque<Output>,
    recorder: Recorder,
    stats: Stats,
    message_counter: u64,
}

impl Server {
    /// A server with no links and no rooms.
    pub fn new(config: Config) -> Self {
        let rng = ChaCha12Rng::seed_from_u64(config.seed);
        Self {
            config,
            rng,
            now: 0,
            conns: BTreeMap::new(),
            rooms: BTreeMap::new(),
            retired: BTreeMap::new(),
            due_links: Agenda::default(),
            due_rooms: Agenda::default(),
            due_retired: Agenda::default(),
            stream_owners: BTreeMap::new(),
            granted: BTreeMap::new(),
            replaced_sessions: VecDeque::new(),
            rules: Vec::new(),
            delayed: Vec::new(),
            outputs: VecDeque::new(),
            recorder: Recorder::default(),
            stats: Stats::default(),
            message_counter: 0,
        }
    }

    /// Takes one input at `now_ms`, unix milliseconds. Whatever was due until then happens first.
    pub fn handle(&mut self, now_ms: u64, input: Input) {
        self.advance(now_ms);
        match input {
            Input::Connected { conn } => self.connected(conn),
            Input::Frame { conn, bytes } => self.frame(conn, &bytes),
            Input::Text { conn } => self.cut_off(conn, CloseReason::TextMessage),
            Input::Unfit { conn, reason } => self.cut_off(conn, reason),
            Input::Closed { conn } => self.closed(conn),
            Input::Control(command) => {
                let reply = self.command(command);
                self.outputs.push_back(Output::ControlReply(reply));
            }
            Input::Tick => {}
        }
    }

    /// The next thing to do, or `None` when it is time to wait. Ask after every [`Server::handle`] and [`Server::control`].
    #[must_use]
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When the next [`Input::Tick`] is wanted, unix milliseconds. `None` while nothing waits for time to pass.
    ///
    /// At that time there may turn out to be nothing to do: a link that was heard meanwhile has until later.
    #[must_use]
    pub fn next_deadline(&self) -> Option<u64> {
        let delayed = self.delayed.iter().map(|frame| frame.due);
        let others = [
            self.due_links.next(),
            self.due_rooms.next(),
            self.due_retired.next(),
        ];
        delayed.chain(others.into_iter().flatten()).min()
    }

    /// The settings, as changed by control commands.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Counters since the start.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    fn advance(&mut self, now_ms: u64) {
        self.now = self.now.max(now_ms);
        self.send_due();
        for conn in self.due_links.take_due(self.now) {
            self.look_at_link(conn);
        }
        for room in self.due_rooms.take_due(self.now) {
            self.look_at_room(&room);
        }
        for room in self.due_retired.take_due(self.now) {
            self.retired.remove(&room);
        }
    }

    fn connected(&mut self, conn: ConnId) {
        if self.conns.contains_key(&conn) {
            return self.log(LogLevel::Warn, Some(conn), "connection id used twice");
        }
        self.stats.connected += 1;
        if self.conns.len() >= self.config.max_connections {
            return self.close(conn, CloseReason::TooManyConnections);
        }
        self.conns.insert(conn, Conn::new(self.now, &self.config));
        self.schedule_link(conn);
        self.log(LogLevel::Info, Some(conn), "link opened");
    }

    fn frame(&mut self, conn: ConnId, bytes: &[u8]) {
        let Some(link) = self.conns.get_mut(&conn) else {
            return;
        };
        link.heard_at = self.now;
        link.was_heard(&self.config);
        self.stats.frames_in += 1;
        if !link.allowance.spend(self.now, &self.config) {
            return self.cut_off(conn, CloseReason::Flood);
        }
        if bytes.len() > self.config.max_frame_bytes {
            return self.cut_off(conn, CloseReason::FrameTooLarge);
        }
        self.record_up(conn, bytes);
        match Frame::parse(bytes) {
            Ok(frame) => self.link_frame(conn, &frame),
            Err(error) => self.offence(conn, 0, 0, codes::LINK_INVALID_FRAME, &error.into()),
        }
    }

    fn closed(&mut self, conn: ConnId) {
        if !self.conns.contains_key(&conn) {
            return;
        }
        self.log(LogLevel::Info, Some(conn), "link closed");
        self.forget_link(conn);
    }

    /// Closes a socket from this side; its users are lost, not gone.
    fn cut_off(&mut self, conn: ConnId, reason: CloseReason) {
        if !self.conns.contains_key(&conn) {
            return;
        }
        self.close(conn, reason);
        self.forget_link(conn);
    }

    fn close(&mut self, conn: ConnId, reason: CloseReason) {
        self.stats.cut_off += 1;
        *self
            .stats
            .cut_off_for
            .entry(reason.to_string())
            .or_default() += 1;
        self.log(
            LogLevel::Warn,
            Some(conn),
            &format!("link cut off: {reason}"),
        );
        self.outputs.push_back(Output::Close { conn, reason });
    }

    fn forget_link(&mut self, conn: ConnId) {
        let streams: Vec<u32> = self
            .conns
            .get(&conn)
            .map(|link| link.pcs.keys().copied().collect())
            .unwrap_or_default();
        for stream in streams {
            self.lose_pc(conn, stream);
        }
        self.conns.remove(&conn);
        self.due_links.remove(&conn);
        self.delayed.retain(|frame| frame.conn != conn);
    }

    /// Does what is due on a link, and says when to look again.
    fn look_at_link(&mut self, conn: ConnId) {
        let Some(link) = self.conns.get(&conn) else {
            return;
        };
        if link.idle_at(&self.config) <= self.now {
            return self.cut_off(conn, CloseReason::Idle);
        }
        if link.login_by.is_some_and(|at| at <= self.now) {
            return self.cut_off(conn, CloseReason::NoLogin);
        }
        self.restore_due_pcs(conn);
        self.schedule_link(conn);
    }

    fn schedule_link(&mut self, conn: ConnId) {
        if let Some(link) = self.conns.get(&conn) {
            self.due_links.set(&conn, link.deadline(&self.config));
        }
    }

    /// Does what is due in a room, and says when to look again.
    fn look_at_room(&mut self, room_id: &str) {
        self.expire_members(room_id);
        self.flush_due_barrage(room_id);
        self.schedule_room(room_id);
    }

    fn schedule_room(&mut self, room_id: &str) {
        let room = self.rooms.get(room_id);
        if let Some(due) = room.and_then(|room| room.deadline(&self.config)) {
            self.due_rooms.set(&room_id.to_owned(), due);
        }
    }

    /// Counts and logs what a client did wrong, tells the client, and gives up on it after too many times.
    fn offence(&mut self, conn: ConnId, stream: u32, txid: u64, code: i32, error: &ProtocolError) {
        self.stats.protocol_errors += 1;
        self.log(LogLevel::Warn, Some(conn), &error.to_string());
        self.exception(conn, stream, txid, code, &error.to_string());
        let Some(link) = self.conns.get_mut(&conn) else {
            return;
        };
        link.offences += 1;
        if link.offences >= crate::config::MAX_PROTOCOL_ERRORS {
            self.cut_off(conn, CloseReason::ProtocolErrors);
        }
    }

    fn log(&mut self, level: LogLevel, conn: Option<ConnId>, message: &str) {
        self.outputs.push_back(Output::Log(LogEntry {
            level,
            conn,
            message: message.to_owned(),
        }));
    }

    /// A number that has not been given out before, in practice.
    fn fresh_id(&mut self) -> u64 {
        // Clients read some ids as JSON numbers, so they stay below 2^53.
        (self.rng.next_u64() >> 11).max(1)
    }
}
