//! What goes into a server and what comes out of it.

use std::fmt;

use serde::Serialize;

use crate::{
    command::{Command, CommandError, Reply},
    wire::{FrameError, PacketError},
};

/// Names one link. Chosen by the driver, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ConnId(pub u64);

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Everything that can happen to a server.
#[derive(Debug, Clone)]
pub enum Input {
    /// A client opened a WebSocket.
    Connected {
        /// Its new name.
        conn: ConnId,
    },
    /// A binary message arrived.
    Frame {
        /// From whom.
        conn: ConnId,
        /// The whole message.
        bytes: Vec<u8>,
    },
    /// A text message arrived. Clients never send one; the link is closed.
    Text {
        /// From whom.
        conn: ConnId,
    },
    /// The driver saw a reason to close a link that cannot be seen in its messages.
    Unfit {
        /// Which.
        conn: ConnId,
        /// Why.
        reason: CloseReason,
    },
    /// The socket is gone, whoever closed it.
    Closed {
        /// Whose.
        conn: ConnId,
    },
    /// A control command; answered with one [`Output::ControlReply`].
    Control(Command),
    /// The time of [`Server::next_deadline`](crate::Server::next_deadline) has come. Extra ticks do nothing.
    Tick,
}

/// Everything a server wants done, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send a binary message.
    Send {
        /// To whom.
        conn: ConnId,
        /// The whole message.
        bytes: Vec<u8>,
    },
    /// Close a socket. The server has already forgotten it.
    Close {
        /// Whose.
        conn: ConnId,
        /// Why.
        reason: CloseReason,
    },
    /// The answer to the oldest [`Input::Control`] not yet answered.
    ControlReply(Result<Reply, CommandError>),
    /// Something worth writing down. Never holds a token.
    Log(LogEntry),
}

/// Why the server closes a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CloseReason {
    /// More links than configured.
    #[error("too many connections")]
    TooManyConnections,
    /// A text message.
    #[error("text message")]
    TextMessage,
    /// A message larger than configured.
    #[error("frame too large")]
    FrameTooLarge,
    /// Too many malformed messages.
    #[error("too many malformed frames")]
    ProtocolErrors,
    /// Messages faster than configured.
    #[error("too many frames")]
    Flood,
    /// More tokens refused than [`MAX_REFUSED_TOKENS`](crate::config::MAX_REFUSED_TOKENS).
    #[error("too many refused tokens")]
    RefusedTokens,
    /// It does not read what it is sent: more waits for it than the configuration allows.
    #[error("slow reader")]
    SlowReader,
    /// What it sends is not a WebSocket's.
    #[error("broken WebSocket")]
    BrokenWebSocket,
    /// Nobody asked to log in for the configured time.
    #[error("no login in time")]
    NoLogin,
    /// Nothing was received for the configured time.
    #[error("idle")]
    Idle,
    /// A control command asked for a lost socket; close it without a closing handshake.
    #[error("dropped")]
    Dropped,
    /// The server stops.
    #[error("shutting down")]
    ShuttingDown,
}

/// One line for a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// How much it matters.
    pub level: LogLevel,
    /// Which link it is about.
    pub conn: Option<ConnId>,
    /// What happened.
    pub message: String,
}

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Detail for somebody who looks for it.
    Debug,
    /// Once per step of a link, a session or a stream.
    Info,
    /// A peer or an operator did something wrong.
    Warn,
}

/// What a client sent that the protocol does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// Not a frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A frame type that clients do not send.
    #[error("frame type {0} is not for servers")]
    FrameType(u16),
    /// The message inside a frame or packet cannot be decoded.
    #[error("{what} cannot be decoded: {error}")]
    Message {
        /// Which message.
        what: &'static str,
        /// What is wrong with it.
        error: prost::DecodeError,
    },
    /// Not a room packet.
    #[error(transparent)]
    Packet(#[from] PacketError),
    /// A room command that is not known.
    #[error("room command {0} is not known")]
    Command(u32),
    /// A service number that is not served.
    #[error("service {0} is not served")]
    Service(u32),
    /// More room-service streams on one link than allowed.
    #[error("too many room streams on one link")]
    TooManyPcs,
    /// A room request while the room service is broken on that stream.
    #[error("room request on a broken stream")]
    BrokenPc,
}
