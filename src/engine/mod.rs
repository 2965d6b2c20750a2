//! The engine: one input in, outputs out. No IO, no clock, no randomness, no threads, no JavaScript.
//!
//! [`Engine`] routes; the rules live in the parts it owns. The link keeps one socket to the service open, rooms live on the
//! link, published and played streams live in rooms. Parts do not know each other sideways: what one has to tell another
//! goes through the engine as a value.

#![forbid(unsafe_code)]

mod api;
mod backoff;
mod config;
mod cx;
pub mod error;
pub mod event;
mod io;
pub(crate) mod json;
mod lean;
pub mod link;
mod media;
mod media_url;
mod net;
mod play;
mod publish;
mod quality;
mod random;
mod renewal;
mod room;
mod route;
mod shared;
mod time;
pub mod token;
mod value;
pub mod wire;

use alloc::vec::{self, Vec};

pub use config::{Config, PUBLIC_HUBS};
pub use error::{Code, Error};
pub use event::Event;
pub use io::{CallId, Input, LogLevel, NetworkKind, Output, Reply, SocketId};
pub use time::{Instant, Millis, Now};
pub use value::Value;

use cx::Cx;
use link::Link;
use media::Media;
use media_url::CdnTemplates;
use net::{Net, RoomKey};
use play::Player;
use publish::Publisher;
use random::Random;
use room::Room;

/// Rooms that one engine is in at the same time, in multi-room mode.
pub const MAX_ROOMS: usize = 5;
/// What a clock that leaps to the end of time is taken for; [`Instant::NEVER`] must not come.
const LATEST: Instant = Instant(u64::MAX - 1);
/// Timers that one input may fire one after the other; the rest fires with the next input.
const MAX_TIMER_ROUNDS: usize = 64;

/// See the [crate] for how to drive it.
#[derive(Debug)]
pub struct Engine {
    net: Net,
    rooms: Vec<Room>,
    /// Left while its login had no answer; see [`Purpose::Leave`](net::Purpose::Leave).
    leaving: Vec<Room>,
    last_room: RoomKey,
    multi_room: bool,
    has_logged_in: bool,
    publishers: Vec<Publisher>,
    publish_on_cdn: bool,
    players: Vec<Player>,
    cdn: CdnTemplates,
    is_ios: bool,
    random: Random,
    asks: bool,
    last_now: Instant,
    is_destroyed: bool,
    out: Vec<Output>,
    /// Outputs that were there when all before them were taken.
    polled: vec::IntoIter<Output>,
}

impl Engine {
    /// Makes an engine and begins to connect.
    pub fn new(config: Config, now: Now) -> Self {
        let link = Link::new(config.app_id, config.hubs);
        let mut engine = Self {
            net: Net::new(link, config.app_id, config.device_id, config.network),
            rooms: Vec::new(),
            leaving: Vec::new(),
            last_room: 0,
            multi_room: false,
            has_logged_in: false,
            publishers: Vec::new(),
            publish_on_cdn: false,
            players: Vec::new(),
            cdn: CdnTemplates::default(),
            is_ios: config.is_ios,
            random: Random::new(config.seed),
            asks: config.asks_before_retry,
            last_now: now.mono,
            is_destroyed: false,
            out: Vec::new(),
            polled: Vec::new().into_iter(),
        };
        engine.with_cx(now, |engine, cx| engine.net.link.connect(cx));
        engine
    }

    /// Takes one input. Afterwards take the outputs.
    pub fn handle(&mut self, input: Input, now: Now) {
        let now = Now {
            mono: now.mono.max(self.last_now).min(LATEST),
            ..now
        };
        self.last_now = now.mono;
        self.with_cx(now, |engine, cx| {
            match &input {
                Input::Call { id, method, args } => engine.call(*id, method, args, cx),
                Input::SocketOpened(socket) => engine.net.link.handle_opened(*socket, cx),
                Input::SocketMessage(socket, bytes) => {
                    engine.net.link.handle_message(*socket, bytes, cx)
                }
                Input::SocketClosed(socket) => engine.net.link.handle_closed(*socket, cx),
                Input::Network { online, kind } => {
                    engine.net.network = *kind;
                    engine.net.link.handle_network(*online, cx);
                }
                Input::Retry { of, attempt, delay } => {
                    engine.handle_retry(*of, *attempt, *delay, cx);
                }
                Input::Shown => engine.net.link.probe(cx),
                Input::Timeout => {}
            }
            engine.settle(cx);
            // A login under way is waited for: the service would keep a user whom nobody knows of.
            if engine.is_destroyed && !engine.net.is_leaving() {
                engine.leaving.clear();
                engine.net.forget_requests();
                engine.net.link.destroy(cx);
            }
        });
    }

    /// The next thing to do, until there is none.
    pub fn poll_output(&mut self) -> Option<Output> {
        if self.polled.len() == 0 {
            self.polled = core::mem::take(&mut self.out).into_iter();
        }
        self.polled.next()
    }

    /// When to give [`Input::Timeout`] at the latest; `None` for never.
    pub fn next_deadline(&self) -> Option<Instant> {
        let deadline = self.deadline();
        (deadline != Instant::NEVER).then_some(deadline)
    }

    fn deadline(&self) -> Instant {
        let mut deadline = self.net.next_deadline().min(self.next_renewal());
        for room in &self.rooms {
            deadline = deadline.min(room.next_deadline());
        }
        deadline
    }

    /// Fires what is due and passes on what the parts have to say, until all is quiet.
    fn settle(&mut self, cx: &mut Cx<'_>) {
        for _ in 0..MAX_TIMER_ROUNDS {
            self.handle_link_events(cx);
            if self.deadline() > cx.now.mono {
                return;
            }
            self.handle_due(cx);
        }
    }

    fn handle_link_events(&mut self, cx: &mut Cx<'_>) {
        loop {
            let events = self.net.link.take_events();
            if events.is_empty() {
                return;
            }
            for event in &events {
                self.handle_link_event(event, cx);
            }
        }
    }

    #[inline(never)]
    fn handle_due(&mut self, cx: &mut Cx<'_>) {
        self.net.link.handle_timeout(cx);
        while let Some(pending) = self.net.take_expired(cx.now.mono) {
            self.handle_expired(pending, cx);
        }
        for &key in &self.room_keys() {
            if let Some(room) = find_room(&mut self.rooms, key) {
                let signal = room.handle_timeout(&mut self.net, cx);
                self.handle_signal(key, signal, cx);
            }
        }
        self.handle_renewals(cx);
    }

    /// The rooms there are now.
    fn room_keys(&self) -> Vec<RoomKey> {
        let mut keys = Vec::new();
        for room in &self.rooms {
            keys.push(room.key());
        }
        keys
    }

    fn with_cx(&mut self, now: Now, act: impl FnOnce(&mut Self, &mut Cx<'_>)) {
        let mut out = core::mem::take(&mut self.out);
        let mut random = self.random.clone();
        let asks = self.asks;
        act(
            self,
            &mut Cx {
                now,
                random: &mut random,
                asks,
                out: &mut out,
            },
        );
        self.random = random;
        self.out = out;
    }
}

#[inline(never)]
fn find_room(rooms: &mut [Room], key: RoomKey) -> Option<&mut Room> {
    rooms.iter_mut().find(|room| room.key() == key)
}

#[inline(never)]
fn room_of(rooms: &[Room], key: RoomKey) -> Option<&Room> {
    rooms.iter().find(|room| room.key() == key)
}

#[inline(never)]
fn room_named<'a>(rooms: &'a [Room], id: &str) -> Option<&'a Room> {
    rooms.iter().find(|room| room.id() == id)
}

/// Number of the user's session in a room, 0 without one; part of RTMP urls.
fn session_in(rooms: &[Room], key: RoomKey) -> u64 {
    room_of(rooms, key).map_or(0, Room::user_session_id)
}

#[inline(never)]
fn find_publisher<'a>(
    publishers: &'a mut [Publisher],
    stream_id: &str,
) -> Option<&'a mut Publisher> {
    publishers
        .iter_mut()
        .find(|p| p.media.stream_id == stream_id)
}

/// The first of the published and played streams that is wanted.
#[inline(never)]
fn find_media<'a>(
    publishers: &'a mut [Publisher],
    players: &'a mut [Player],
    is_wanted: &dyn Fn(&Media) -> bool,
) -> Option<&'a mut Media> {
    for publisher in publishers {
        if is_wanted(&publisher.media) {
            return Some(&mut publisher.media);
        }
    }
    for player in players {
        if is_wanted(&player.media) {
            return Some(&mut player.media);
        }
    }
    None
}

#[inline(never)]
fn find_player<'a>(players: &'a mut [Player], stream_id: &str) -> Option<&'a mut Player> {
    players.iter_mut().find(|p| p.media.stream_id == stream_id)
}
