//! Development room server and test peer for room clients, written from its own reading of the protocol.
//!
//! The rules are a state machine without sockets, clock, threads or randomness of its own, so that the same code runs behind
//! the `room-server` binary, inside a test under a virtual clock, and in a deterministic simulation with faults:
//!
//! ```
//! use room_server::{Config, ConnId, Input, Output, Server};
//!
//! let mut server = Server::new(Config::default());
//! let conn = ConnId(1);
//! server.handle(0, Input::Connected { conn });
//! server.handle(5, Input::Frame { conn, bytes: vec![1, 2, 3] });
//! while let Some(output) = server.poll() {
//!     match output {
//!         Output::Send { conn, bytes } => { /* write a binary message */ }
//!         Output::Close { conn, reason } => { /* close the socket */ }
//!         Output::ControlReply(reply) => { /* answer to Input::Control */ }
//!         Output::Log(entry) => { /* write it down */ }
//!     }
//! }
//! // Then wait for the next input, at most until `next_deadline`, and hand in `Input::Tick`.
//! assert!(server.next_deadline().is_some());
//! ```
//!
//! One input, then drain all outputs, then wait. Time is unix milliseconds and may only grow; a smaller value counts as the
//! last one. Any bytes from a client lead to an answer, a refusal or a logged and counted [`ProtocolError`], never to a panic,
//! and everything that a client can make grow has a bound in [`config`].

#![forbid(unsafe_code)]

pub mod codes;
pub mod command;
pub mod config;
mod io;
mod reply;
mod server;
pub mod token;
pub mod wire;

pub use command::{Command, CommandError, Reply};
pub use config::Config;
pub use io::{CloseReason, ConnId, Input, LogEntry, LogLevel, Output, ProtocolError};
pub use server::Server;

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Hexadecimal digits as bytes; `None` if they are not.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(
        digits
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect(),
    )
}
