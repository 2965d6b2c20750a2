//! What every part of the engine gets with an input: the time, the jitter, and where to put outputs.

use std::collections::VecDeque;

use super::error::Error;
use super::event::Event;
use super::io::{CallId, LogLevel, Output, Reply};
use super::random::Random;
use super::time::Now;

/// See the [module](self).
#[derive(Debug)]
pub struct Cx<'a> {
    /// When the input came.
    pub now: Now,
    /// Source of jitter.
    pub random: &'a mut Random,
    /// Outputs, in order.
    pub out: &'a mut VecDeque<Output>,
}

impl Cx<'_> {
    /// Tells the application.
    #[inline(never)]
    pub fn emit(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }

    /// Settles a call.
    #[inline(never)]
    pub fn reply(&mut self, id: CallId, result: Result<Reply, Error>) {
        self.out.push_back(Output::Reply { id, result });
    }

    /// Writes to the log. The line must not hold a token.
    #[inline(never)]
    pub fn log(&mut self, level: LogLevel, message: &str) {
        self.out.push_back(Output::Log {
            level,
            message: message.into(),
        });
    }
}
