//! Everything that crosses the border of the engine.

use super::error::Error;
use super::event::Event;
use super::json::{self, Writer, written};
use super::time::Millis;
use super::value::Value;
use alloc::{string::String, vec::Vec};

/// Number that the host gives to a call; the reply carries it.
pub type CallId = u32;

/// Number that the engine gives to a socket. Never used twice, so late callbacks of an old socket are recognised.
pub type SocketId = u32;

/// One thing that happened to the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The application called a method. Exactly one [`Output::Reply`] answers it, at once for a synchronous method.
    Call {
        /// Repeated by the reply.
        id: CallId,
        /// Name of the method, as documented.
        method: String,
        /// Its arguments, unchecked.
        args: Vec<Value>,
    },
    /// The socket is open.
    SocketOpened(SocketId),
    /// A binary message arrived.
    SocketMessage(SocketId, Vec<u8>),
    /// The socket is closed, could not be opened, or failed.
    SocketClosed(SocketId),
    /// The device's network changed.
    Network {
        /// Whether there is any.
        online: bool,
        /// Which.
        kind: NetworkKind,
    },
    /// The application came to the foreground. Whatever happened to the socket meanwhile may be unknown.
    Shown,
    /// The answer to an [`Output::Retry`]. Without one, and where it comes too late, the engine's own delay counts.
    Retry {
        /// As in the output.
        of: u32,
        /// As in the output.
        attempt: u32,
        /// When to try, in milliseconds from now; `None` to give up.
        delay: Option<Millis>,
    },
    /// The time of [`super::Engine::next_deadline`] has come. More of them do no harm.
    Timeout,
}

impl Input {
    /// What the host reports as `{type, ...}`: `call` with `id`, `method` and `args`, `socketOpened` and `socketClosed` with
    /// `socket`, `network` with `online` and `networkType`, `visibility` with `visible`, `retry` with `of`, `attempt` and
    /// `delay`. `None` for anything else, and where there is nothing to do.
    pub fn from_json(report: &str) -> Option<Self> {
        let mut report = json::value(report);
        let socket = report.get("socket").as_u32();
        Some(match report.get("type").as_text()? {
            "call" => Self::Call {
                id: report.get("id").as_u32()?,
                method: report.get("method").as_text()?.into(),
                args: match report.take("args") {
                    Value::List(args) => args,
                    _ => Vec::new(),
                },
            },
            "socketOpened" => Self::SocketOpened(socket?),
            "socketClosed" => Self::SocketClosed(socket?),
            "network" => Self::Network {
                online: !matches!(report.get("online"), Value::Bool(false)),
                kind: NetworkKind::from_host(
                    report.get("networkType").as_text().unwrap_or_default(),
                ),
            },
            "retry" => Self::Retry {
                of: report.get("of").as_u32()?,
                attempt: report.get("attempt").as_u32()?,
                delay: report.get("delay").as_whole(),
            },
            "visibility" if matches!(report.get("visible"), Value::Bool(true)) => Self::Shown,
            _ => return None,
        })
    }
}

/// Kind of network, with the number that the service uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum NetworkKind {
    None = 0,
    Wifi = 2,
    Mobile2G = 3,
    Mobile3G = 4,
    Mobile4G = 5,
    #[default]
    Unknown = 32,
}

impl NetworkKind {
    /// From the `networkType` that the host reports. The service has no number for 5G.
    pub fn from_host(name: &str) -> Self {
        match name {
            "NOTREACHABLE" => Self::None,
            "WIFI" | "Wi-Fi" | "wifi" => Self::Wifi,
            "2G" => Self::Mobile2G,
            "3G" => Self::Mobile3G,
            "4G" | "5G" => Self::Mobile4G,
            _ => Self::Unknown,
        }
    }
}

/// One thing that the host has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Open a WebSocket.
    OpenSocket {
        /// Its number.
        socket: SocketId,
        /// `ws://` or `wss://`.
        url: String,
    },
    /// Send a binary message.
    Send {
        /// On which socket.
        socket: SocketId,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Close a socket; nothing more of it matters.
    CloseSocket {
        /// Its number.
        socket: SocketId,
    },
    /// Tell the application.
    Event(Event),
    /// Settle a call.
    Reply {
        /// Number of the call.
        id: CallId,
        /// What it returns, resolves or rejects with.
        result: Result<Reply, Error>,
    },
    /// Ask the application when to try again; only with [`super::Config::asks_before_retry`].
    Retry {
        /// 0 for the connection, else the number of a login.
        of: u32,
        /// Counted from 1, anew after a success.
        attempt: u32,
        /// Since the connection was lost or the first login was tried, in milliseconds.
        elapsed: Millis,
        /// When it is tried without an answer, in milliseconds from now.
        delay: Millis,
    },
    /// Write a line to the log. Never holds a token.
    Log {
        /// How important it is.
        level: LogLevel,
        /// The line.
        message: String,
    },
}

/// Importance of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Each frame.
    Debug,
    /// Each step of a life cycle, once.
    Info,
    /// Something was lost or refused; the engine goes on.
    Warn,
    /// Somebody has to act.
    Error,
}

const NORMAL_CLOSURE: u32 = 1_000;

impl Output {
    /// As the shim gets it: `{type, ...}`. A reply has `id` and either `value`, missing for nothing, or `error`.
    pub(crate) fn write(&self, to: &mut Writer) {
        let (kind, socket) = match self {
            Self::Event(event) => return event.write(to),
            Self::Reply { .. } => ("reply", None),
            Self::OpenSocket { socket, .. } => ("open", Some(*socket)),
            Self::Send { socket, .. } => ("send", Some(*socket)),
            Self::CloseSocket { socket } => ("close", Some(*socket)),
            Self::Retry { .. } => ("retry", None),
            Self::Log { .. } => ("log", None),
        };
        to.open('{');
        to.text_member("type", kind);
        if let Some(socket) = socket {
            to.number_member("socket", socket);
        }
        match self {
            Self::OpenSocket { url, .. } => to.text_member("url", url),
            Self::Send { bytes, .. } => {
                to.key("data");
                to.bytes(bytes);
            }
            Self::CloseSocket { .. } => {
                to.number_member("code", NORMAL_CLOSURE);
                to.text_member("reason", "");
            }
            Self::Retry {
                of,
                attempt,
                elapsed,
                delay,
            } => {
                to.number_member("of", *of);
                to.number_member("attempt", *attempt);
                to.number_member("elapsed", *elapsed);
                to.number_member("delay", *delay);
            }
            Self::Log { level, message } => {
                to.text_member("level", level.name());
                to.text_member("message", message);
            }
            Self::Reply { id, result } => {
                to.number_member("id", *id);
                match result {
                    Ok(Reply::Nothing) => {}
                    Ok(reply) => {
                        to.key("value");
                        reply.write(to);
                    }
                    Err(error) => {
                        to.key("error");
                        error.write(to);
                    }
                }
            }
            Self::Event(_) => {}
        }
        to.close('}');
    }

    /// What the shim gets of it, as JSON.
    pub fn to_json(&self) -> String {
        written(|to| self.write(to))
    }
}

impl LogLevel {
    fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// What a call returns or resolves with.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// `undefined`
    Nothing,
    /// A boolean.
    Flag(bool),
    /// A text.
    Text(String),
    /// `{streamID, url}` of a publish or play.
    Url {
        /// The stream.
        stream_id: String,
        /// For the `extraInfo` of the component.
        url: String,
    },
    /// `{errorCode: 0, messageID}` of a broadcast message.
    MessageNumber(u64),
    /// `{errorCode: 0, messageID}` of a barrage message.
    MessageText(String),
    /// `{errorCode: 0, extendedData: ""}`
    Done,
    /// `{seq, errorCode: 0}` of a room extra info.
    Seq(u32),
}

impl Reply {
    /// As JavaScript gets it; [`Reply::Nothing`] is null here and undefined there.
    pub(crate) fn write(&self, to: &mut Writer) {
        let code = match self {
            Self::Nothing => return to.raw("null"),
            Self::Flag(flag) => return to.raw(if *flag { "true" } else { "false" }),
            Self::Text(text) => return to.text(text),
            Self::Url { .. } => None,
            _ => Some("errorCode"),
        };
        to.open('{');
        if let Some(code) = code {
            to.number_member(code, 0_u32);
        }
        match self {
            Self::Url { stream_id, url } => {
                to.text_member("streamID", stream_id);
                to.text_member("url", url);
            }
            Self::MessageNumber(id) => to.number_member("messageID", *id),
            Self::MessageText(id) => to.text_member("messageID", id),
            Self::Done => to.text_member("extendedData", ""),
            Self::Seq(seq) => to.number_member("seq", *seq),
            _ => {}
        }
        to.close('}');
    }

    /// What the page gets of it, as JSON.
    pub fn to_json(&self) -> String {
        written(|to| self.write(to))
    }
}
