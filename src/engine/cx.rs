//! What every part of the engine gets with an input: the time, the jitter, and where to put outputs.

use alloc::vec::Vec;

use super::error::{Code, Error};
use super::event::{Event, RoomReason, RoomState};
use super::io::{CallId, LogLevel, Output, Reply};
use super::random::Random;
use super::time::{Instant, Millis, Now};

/// See the [module](self).
#[derive(Debug)]
pub struct Cx<'a> {
    /// When the input came.
    pub now: Now,
    /// Source of jitter.
    pub random: &'a mut Random,
    /// Whether the application decides about retries.
    pub asks: bool,
    /// Outputs, in order.
    pub out: &'a mut Vec<Output>,
}

impl Cx<'_> {
    /// Tells the application.
    #[inline(never)]
    pub fn emit(&mut self, event: Event) {
        self.out.push(Output::Event(event));
    }

    /// Tells the application of the connection to a room, as the older and as the newer event.
    #[inline(never)]
    pub fn emit_state(
        &mut self,
        room: &str,
        state: RoomState,
        reason: RoomReason,
        code: Code,
        extended_data: Option<&str>,
    ) {
        self.emit(Event::RoomStateUpdate {
            room: room.into(),
            state,
            code,
            extended_data: extended_data.map(Into::into),
        });
        self.emit(Event::RoomStateChanged {
            room: room.into(),
            reason,
            code,
            extended_data: extended_data.map(Into::into),
        });
    }

    /// Settles a call.
    #[inline(never)]
    pub fn reply(&mut self, id: CallId, result: Result<Reply, Error>) {
        self.out.push(Output::Reply { id, result });
    }

    /// Rejects a call with the table's text of a code.
    #[inline(never)]
    pub fn refuse(&mut self, id: CallId, code: Code) {
        self.reply(id, Err(code.into()));
    }

    /// Rejects a call with a text of its own.
    #[inline(never)]
    pub fn refuse_with(&mut self, id: CallId, code: Code, message: &str) {
        self.reply(id, Err(Error::with(code, message)));
    }

    /// A retry after `delay`, about which the application may have another opinion.
    #[inline(never)]
    pub fn ask_retry(&mut self, of: u32, attempt: u32, since: Instant, delay: Millis) {
        if self.asks {
            self.out.push(Output::Retry {
                of,
                attempt,
                elapsed: self.now.mono - since,
                delay,
            });
        }
    }

    /// Writes to the log. The line must not hold a token.
    #[inline(never)]
    pub fn log(&mut self, level: LogLevel, message: &str) {
        self.out.push(Output::Log {
            level,
            message: message.into(),
        });
    }
}
