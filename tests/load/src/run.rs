//! What all clients of a run share.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

use crate::{
    ledger::{Micros, RoomLedger},
    options::Options,
    server::Server,
    stats::Stats,
};

/// What clients do, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Come in, one after the other.
    Ramp,
    /// Talk, leave, come back.
    Load,
    /// Say nothing new and wait for what is under way.
    Rest,
    /// Check off everything and say what they know.
    Settle,
    /// Leave.
    Leave,
}

/// Shared by all clients; they run on one thread.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) options: Options,
    pub(crate) server: Server,
    pub(crate) start: Instant,
    pub(crate) phase: watch::Receiver<Phase>,
    pub(crate) rooms: RefCell<Vec<Room>>,
    pub(crate) stats: RefCell<Stats>,
    pub(crate) finals: RefCell<Vec<Final>>,
    pub(crate) present: Cell<u32>,
}

/// A room.
#[derive(Debug, Default)]
pub(crate) struct Room {
    pub(crate) ledger: RoomLedger,
    /// Users whose clients know that they are in it.
    pub(crate) users: Vec<String>,
}

/// What a client knows at the end.
#[derive(Debug)]
pub(crate) struct Final {
    pub(crate) room: usize,
    pub(crate) user: String,
    pub(crate) streams: BTreeSet<Vec<u8>>,
}

impl Run {
    pub(crate) fn now(&self) -> Micros {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Changes a room. Rooms are made at the start, and clients only know those.
    pub(crate) fn room<T>(&self, room: usize, act: impl FnOnce(&mut Room) -> T) -> Option<T> {
        self.rooms.borrow_mut().get_mut(room).map(act)
    }

    pub(crate) fn problem(&self, what: String) {
        self.stats.borrow_mut().problem(what);
    }

    /// A time around this many seconds, so that clients do not act in step.
    pub(crate) fn around(&self, seconds: f64) -> Duration {
        Duration::from_secs_f64((seconds * (0.5 + fastrand::f64())).clamp(0.001, 1e6))
    }
}

/// The name of a room.
pub(crate) fn room_name(room: usize) -> String {
    format!("room-{room}")
}
