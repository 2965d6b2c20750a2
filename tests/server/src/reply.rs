//! What control commands return.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::{io::ConnId, wire::Direction};

/// What a command returns. Serializes to the body of the HTTP answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// Done, to so many links, users or rules.
    Done {
        /// How many.
        affected: usize,
    },
    /// A token.
    Token {
        /// The token.
        token: String,
    },
    /// State in numbers.
    Health(Health),
    /// All rooms.
    Rooms {
        /// By room id.
        rooms: Vec<RoomView>,
    },
    /// Frames seen.
    Frames(FramePage),
    /// Who may publish.
    Publishable {
        /// The user.
        #[serde(rename = "userID")]
        user_id: String,
        /// The room of the user.
        #[serde(rename = "roomID")]
        room_id: String,
    },
}

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The user, room or stream is not here.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// A parameter makes no sense.
    #[error("{0}")]
    Invalid(String),
}

/// The server in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Always `true`.
    pub ok: bool,
    /// Open links.
    pub connections: usize,
    /// Rooms with somebody in them.
    pub rooms: usize,
    /// Users in all rooms.
    pub users: usize,
    /// Counters since the start.
    pub stats: Stats,
}

/// Counters since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// Links opened.
    pub connected: u64,
    /// Links closed by this server.
    pub cut_off: u64,
    /// The same by reason.
    pub cut_off_for: BTreeMap<String, u64>,
    /// Messages received.
    pub frames_in: u64,
    /// Messages sent.
    pub frames_out: u64,
    /// Messages that broke the protocol.
    pub protocol_errors: u64,
    /// Requests refused with a code.
    pub refusals: u64,
    /// Successful first logins.
    pub logins: u64,
    /// Successful re-logins to a session that was still there.
    pub resumptions: u64,
    /// Pushes acknowledged.
    pub push_acks: u64,
    /// Answers spoiled by rules.
    pub spoiled: u64,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomView {
    /// Its id.
    #[serde(rename = "roomID")]
    pub room_id: String,
    /// Joins and leaves so far.
    pub user_seq: u64,
    /// Stream changes so far.
    pub stream_seq: u32,
    /// In order of joining.
    pub users: Vec<UserView>,
    /// In order of announcing.
    pub streams: Vec<StreamView>,
    /// In order of first setting.
    pub extra_info: Vec<ExtraInfoView>,
}

/// A user in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserView {
    /// Its id.
    #[serde(rename = "userID")]
    pub user_id: String,
    /// Its name.
    pub user_name: String,
    /// Its link; `null` while it is lost.
    pub conn: Option<ConnId>,
    /// Whether it is told about other users.
    pub user_update: bool,
    /// Streams it was given a push address for.
    #[serde(rename = "pushGrants")]
    pub push_grants: Vec<String>,
}

/// A stream in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamView {
    /// Its id.
    #[serde(rename = "streamID")]
    pub stream_id: String,
    /// Whose it is.
    #[serde(rename = "userID")]
    pub user_id: String,
    /// Its extra info.
    pub extra_info: String,
    /// Whether a media server said that it flows.
    pub flowing: bool,
}

/// A key of a room's extra info.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtraInfoView {
    /// The key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// How often it was set.
    pub seq: u32,
    /// Who set it last.
    #[serde(rename = "userID")]
    pub user_id: String,
}

/// Some of the frames seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FramePage {
    /// Ask for frames since this number next.
    pub next: u64,
    /// Oldest first.
    pub frames: Vec<FrameView>,
}

/// One frame, decoded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrameView {
    /// Counts up by one.
    pub number: u64,
    /// Unix milliseconds.
    pub time: u64,
    /// The link.
    pub conn: ConnId,
    /// The link's user, if it is known.
    pub user: Option<String>,
    /// Which way.
    pub dir: Direction,
    /// `type`, `name`, `stream`, `msg`, `packet`.
    #[serde(flatten)]
    pub content: Value,
}
