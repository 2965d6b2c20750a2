//! The proxied connection: the stream on which room packets travel.

use crate::engine::time::{Instant, Millis};
use alloc::vec::Vec;

/// How long the service may take to establish it, unless its configuration says otherwise.
pub(super) const ESTABLISH_TIMEOUT_MS: Millis = 15_000;
/// Packets kept until it works; more are refused.
pub(super) const MAX_QUEUED: usize = 256;

#[derive(Debug)]
pub(super) struct Pc {
    pub(super) stream: u32,
    state: State,
}

#[derive(Debug)]
enum State {
    Establishing {
        deadline: Instant,
        broken: bool,
        queue: Vec<Vec<u8>>,
    },
    Established,
}

impl Pc {
    pub(super) fn new(stream: u32, deadline: Instant) -> Self {
        Self {
            stream,
            state: State::Establishing {
                deadline,
                broken: false,
                queue: Vec::new(),
            },
        }
    }

    pub(super) fn is_established(&self) -> bool {
        matches!(self.state, State::Established)
    }

    pub(super) fn deadline(&self) -> Instant {
        match &self.state {
            State::Establishing { deadline, .. } => *deadline,
            State::Established => Instant::NEVER,
        }
    }

    /// Keeps a packet for later. Returns whether there was room.
    pub(super) fn queue(&mut self, packet: Vec<u8>) -> bool {
        match &mut self.state {
            State::Establishing { queue, .. } if queue.len() < MAX_QUEUED => {
                queue.push(packet);
                true
            }
            _ => false,
        }
    }

    /// It works. Returns whether it was broken before, and the packets that waited.
    pub(super) fn establish(&mut self) -> (bool, Vec<Vec<u8>>) {
        match core::mem::replace(&mut self.state, State::Established) {
            State::Establishing { broken, queue, .. } => (broken, queue),
            State::Established => (false, Vec::new()),
        }
    }

    /// It broke and will be established again.
    pub(super) fn break_until(&mut self, deadline: Instant) {
        self.state = State::Establishing {
            deadline,
            broken: true,
            queue: Vec::new(),
        };
    }
}
