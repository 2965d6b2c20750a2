//! Control commands: how tests and operators look into the server and make it misbehave.

use serde::Deserialize;
use serde_json::Value;

use crate::token::TokenForm;

pub use crate::reply::{
    CommandError, ExtraInfoView, FramePage, FrameView, Health, Reply, RoomView, Stats, StreamView,
    UserView,
};

/// Lifetime of an issued token if none is asked for, seconds.
pub const DEFAULT_TOKEN_SECONDS: i64 = 3600;

/// One control command. Each is also an HTTP endpoint of the binary; as JSON it is `"health"`, or `{"kick": {"userID": "u"}}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// State of the server in numbers.
    Health,
    /// Make a token with the server's secret.
    #[serde(rename = "token")]
    IssueToken(TokenRequest),
    /// Everything about all rooms.
    Rooms,
    /// Throw a user out.
    Kick(Kick),
    /// Lose a user's sockets without a closing handshake.
    Drop(UserTarget),
    /// Report the room service as broken on all of a user's room streams.
    BreakPc(BreakPc),
    /// Send a CloseConnection frame.
    CloseConnection(CloseConnection),
    /// Send a Redirect frame.
    Redirect(Redirect),
    /// Delay, drop or refuse answers from now on.
    #[serde(rename = "answers")]
    AddAnswerRule(AnswerRule),
    /// Forget all answer rules. Answers already delayed still come.
    #[serde(rename = "clear-answers")]
    ClearAnswerRules,
    /// Forget a user's memberships and sessions as a restarted server would; the sockets stay.
    ForgetSession(UserTarget),
    /// Send any bytes as a message.
    Garbage(Garbage),
    /// Raise a room's sequence without telling anybody.
    SkipSequence(SkipSequence),
    /// Frames seen, oldest first, with a number of at least `since`.
    Frames {
        /// Number of the first frame wanted; the page gives the next one to ask for.
        since: u64,
    },
    /// Hand out other RTMP hosts from now on.
    #[serde(rename = "media-hosts")]
    SetMediaHosts(Hosts),
    /// Who may publish a stream.
    Publishable(StreamTarget),
    /// A media server tells what became of a stream.
    MediaEvent(MediaEvent),
    /// Close every socket.
    Shutdown,
}

/// What to put into a token.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// The user.
    #[serde(rename = "userID")]
    pub user_id: String,
    /// The only room allowed; needs or implies `privilege`.
    #[serde(default, rename = "roomID")]
    pub room_id: Option<String>,
    /// Lifetime in seconds, [`DEFAULT_TOKEN_SECONDS`] if absent; may be negative for an expired token.
    #[serde(default, rename = "effectiveSeconds")]
    pub effective_seconds: Option<i64>,
    /// For instance `{"1": 1, "2": 0}`: may log in, may not publish.
    #[serde(default)]
    pub privilege: Option<Value>,
    /// The only streams allowed.
    #[serde(default, rename = "streamIDs")]
    pub stream_ids: Option<Vec<String>>,
    /// The cipher.
    #[serde(default)]
    pub form: TokenForm,
}

/// A user.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserTarget {
    /// The user's id.
    #[serde(rename = "userID")]
    pub user_id: String,
}

/// Parameters of [`Command::Kick`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kick {
    /// The user's id.
    #[serde(rename = "userID")]
    pub user_id: String,
    /// The only room to leave; all rooms of the link if absent.
    #[serde(default, rename = "roomID")]
    pub room_id: Option<String>,
    /// 1 logged in elsewhere, 2 by the server (default), 4 token ended, others have no meaning to clients.
    #[serde(default)]
    pub reason: Option<u32>,
    /// Text for the user.
    #[serde(default)]
    pub message: String,
}

/// Parameters of [`Command::BreakPc`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakPc {
    /// The user's id.
    #[serde(rename = "userID")]
    pub user_id: String,
    /// Milliseconds until the server reports the service as back by itself; never if absent.
    #[serde(default, rename = "restoreMs")]
    pub restore_ms: Option<u64>,
}

/// Parameters of [`Command::CloseConnection`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseConnection {
    /// The user's id.
    #[serde(rename = "userID")]
    pub user_id: String,
    /// 1 ask for hosts again, 2 same host again, 5 forget the session and take the next host.
    pub action: i32,
    /// Number told to the client.
    #[serde(default)]
    pub reason: i32,
    /// Text told to the client.
    #[serde(default)]
    pub message: String,
}

/// Parameters of [`Command::Redirect`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redirect {
    /// The user's id.
    #[serde(rename = "userID")]
    pub user_id: String,
    /// Link hosts without scheme and path.
    pub hosts: Vec<String>,
}

/// Which answers to spoil, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerRule {
    /// Only this user's; everybody's if absent.
    #[serde(default, rename = "userID")]
    pub user_id: Option<String>,
    /// Which answers.
    #[serde(rename = "match")]
    pub matches: Match,
    /// What to do with them.
    #[serde(rename = "do")]
    pub action: AnswerAction,
    /// Milliseconds of delay.
    #[serde(default)]
    pub ms: u64,
    /// Code of the refusal.
    #[serde(default)]
    pub code: u32,
    /// Text of the refusal.
    #[serde(default)]
    pub message: String,
    /// How often to apply; always if absent.
    #[serde(default)]
    pub count: Option<u32>,
}

/// Numbers of requests and answers differ, so one number names either. Pushes have numbers, too.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// A frame type: of the request, or of the frame that would be sent.
    #[serde(default, rename = "type")]
    pub kind: Option<u16>,
    /// A room command: of the request, or of the packet that would be sent.
    #[serde(default)]
    pub cmd: Option<u32>,
}

/// What happens to a matching answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerAction {
    /// The request takes effect, the answer comes later.
    Delay,
    /// The request takes effect, the answer never comes.
    Drop,
    /// The request has no effect and is refused with code and text. Matches requests only.
    Error,
}

/// Parameters of [`Command::Garbage`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Garbage {
    /// The user's id.
    #[serde(rename = "userID")]
    pub user_id: String,
    /// The message, as hexadecimal digits.
    pub hex: String,
}

/// Parameters of [`Command::SkipSequence`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkipSequence {
    /// The room's id.
    #[serde(rename = "roomID")]
    pub room_id: String,
    /// Which sequence.
    pub what: Sequence,
    /// How many steps.
    pub by: u32,
}

/// One of a room's sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sequence {
    /// Joins and leaves.
    Users,
    /// Streams added, deleted, updated.
    Streams,
}

/// A list of hosts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hosts {
    /// `host[:port]` each.
    pub hosts: Vec<String>,
}

/// A stream of an app.
#[derive(Debug, Clone, Deserialize)]
pub struct StreamTarget {
    /// The app; this server's if absent.
    #[serde(default, rename = "appID")]
    pub app_id: Option<u32>,
    /// The stream's id.
    #[serde(rename = "streamID")]
    pub stream_id: String,
}

/// Parameters of [`Command::MediaEvent`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaEvent {
    /// The stream's id.
    #[serde(rename = "streamID")]
    pub stream_id: String,
    /// `published`, `unpublished`, or anything else a media server wants in the log.
    pub event: String,
}
