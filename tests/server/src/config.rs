//! What a server can be told at start, and the bounds it keeps.

use std::fmt;

use serde::Deserialize;

/// App id of an unconfigured server.
pub const DEV_APP_ID: u32 = 1_234_567_890;
/// Server secret of an unconfigured server. It protects nothing and is printed at start.
pub const DEV_SECRET: &str = "development-secret-of-32-bytes!!";

/// Longest room id, bytes, as documented for the API.
pub const MAX_ROOM_ID: usize = 128;
/// Longest user id, bytes.
pub const MAX_USER_ID: usize = 64;
/// Longest user name, bytes.
pub const MAX_USER_NAME: usize = 256;
/// Longest stream id, bytes.
pub const MAX_STREAM_ID: usize = 256;
/// Longest message text, bytes: 1024 UTF-16 units, which clients allow, are at most three bytes each.
pub const MAX_MESSAGE: usize = 3 * 1024;
/// Longest custom command with its JSON around the text, bytes.
pub const MAX_COMMAND: usize = 8 * 1024;
/// Longest key of room extra info, bytes.
pub const MAX_EXTRA_KEY: usize = 128;
/// Longest value of room extra info or stream extra info, bytes.
pub const MAX_EXTRA_VALUE: usize = 4096;
/// Most streams of one user in one room.
pub const MAX_STREAMS_PER_USER: usize = 20;
/// Most room-service streams (PCs) open on one link.
pub const MAX_PCS: usize = 8;
/// Most rooms of one link.
pub const MAX_ROOMS_PER_PC: usize = 10;
/// Most barrage messages waiting for the end of a window; the oldest are dropped, as barrage is not reliable.
pub const MAX_PENDING_BARRAGE: usize = 200;
/// Most frames held back by answer rules; more are dropped.
pub const MAX_DELAYED: usize = 1024;
/// Most answer rules at a time.
pub const MAX_RULES: usize = 64;
/// Malformed frames after which a link is closed.
pub const MAX_PROTOCOL_ERRORS: u32 = 64;
/// Tokens refused at login after which a link is closed.
pub const MAX_REFUSED_TOKENS: u32 = 10;
/// Most frames kept for looking at.
pub const MAX_RECORDED_FRAMES: usize = 4096;
/// Most bytes of frames kept for looking at.
pub const MAX_RECORDED_BYTES: usize = 8 * 1024 * 1024;
/// Most rooms remembered after they became empty.
pub const MAX_RETIRED_ROOMS: usize = 1024;
/// Most sessions remembered after another login replaced them.
pub const MAX_REPLACED_SESSIONS: usize = 1024;

/// Settings of a [`Server`](crate::Server). `Config::default()` is a working development server.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The only app id served.
    pub app_id: u32,
    /// Key of the tokens.
    pub secret: Secret,
    /// Where all numbers that must not repeat come from. The same seed and the same inputs give the same outputs.
    pub seed: u64,
    /// Whether tokens are checked. If not, any text is a token.
    pub check_tokens: bool,
    /// Whether clients are told how long their token lasts, may renew it, and are kicked when it ends.
    pub token_control: bool,
    /// Whether viewers are told why a stream ended.
    pub stream_close_types: bool,
    /// Whether a link may hold several rooms.
    pub multi_room: bool,
    /// Link hosts told to clients that ask (without scheme or path).
    pub hub_hosts: Vec<String>,
    /// RTMP hosts (`host[:port]`) told to clients that publish or play.
    pub media_hosts: Vec<String>,
    /// Whether a play address is refused for a stream nobody has announced.
    pub pull_requires_stream: bool,
    /// The client's address as told to itself; becomes the last part of a dispatch path.
    pub client_ip: String,
    /// Opaque bytes that clients must send back with every room request; empty for none.
    pub controls: String,
    /// Seconds between link heartbeats; clients honour 1 to 10.
    pub link_heartbeat_interval_s: u32,
    /// Seconds of silence after which clients drop the link; clients honour 3 to 30.
    pub link_heartbeat_timeout_s: u32,
    /// Milliseconds of silence after which the server drops a link.
    pub link_idle_ms: u64,
    /// Milliseconds between room heartbeats; clients raise it to 3000.
    pub room_heartbeat_interval_ms: u32,
    /// Milliseconds without a room heartbeat after which a user is out of the room.
    pub room_heartbeat_timeout_ms: u32,
    /// Milliseconds that a user whose link is lost stays in the room.
    pub grace_ms: u64,
    /// Milliseconds that an empty room's sequence numbers are remembered; not below the 300 s for which clients try to come back.
    pub room_memory_ms: u64,
    /// Milliseconds over which barrage messages are collected into one push; 0 sends each at once.
    pub barrage_window_ms: u32,
    /// Milliseconds for which clients collect user pushes after a gap; 0 leaves it to them (5000).
    pub userlist_merge_timeout_ms: u32,
    /// Milliseconds that clients wait between two fetches of the user list; 0 leaves it to them (30000).
    pub userlist_interval_ms: u32,
    /// Users per page of the user list.
    pub user_page: usize,
    /// Most users in a room; a client may ask for less.
    pub max_users: usize,
    /// Most rooms.
    pub max_rooms: usize,
    /// Most links at a time.
    pub max_connections: usize,
    /// Milliseconds that a client may take to ask for its WebSocket, and then to say something on it.
    pub handshake_timeout_ms: u64,
    /// Milliseconds after which a link is closed on which nobody asked to log in; clients close such a one after 90 s themselves.
    pub login_timeout_ms: u64,
    /// Largest frame accepted, bytes.
    pub max_frame_bytes: usize,
    /// Frames per second that a client may go on sending, answers to pushes apart.
    pub frames_per_s: u32,
    /// Frames that a client may send at once, answers to pushes apart.
    pub frame_burst: u32,
    /// Most frames that may wait to be sent to a client.
    pub outbox_frames: usize,
    /// Most bytes that may wait to be sent to a client.
    pub outbox_bytes: usize,
    /// Most keys of extra info in a room.
    pub max_extra_info_keys: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            app_id: DEV_APP_ID,
            secret: Secret(DEV_SECRET.to_owned()),
            seed: 1,
            check_tokens: true,
            token_control: false,
            stream_close_types: false,
            multi_room: true,
            hub_hosts: Vec::new(),
            media_hosts: vec!["127.0.0.1:1935".to_owned()],
            pull_requires_stream: false,
            client_ip: "127.0.0.1".to_owned(),
            controls: String::new(),
            link_heartbeat_interval_s: 5,
            link_heartbeat_timeout_s: 10,
            link_idle_ms: 90_000,
            room_heartbeat_interval_ms: 10_000,
            room_heartbeat_timeout_ms: 60_000,
            grace_ms: 20_000,
            room_memory_ms: 300_000,
            barrage_window_ms: 0,
            userlist_merge_timeout_ms: 0,
            userlist_interval_ms: 0,
            user_page: 100,
            max_users: 500,
            max_rooms: 1000,
            max_connections: 1000,
            handshake_timeout_ms: 30_000,
            login_timeout_ms: 120_000,
            max_frame_bytes: 64 * 1024,
            frames_per_s: 200,
            frame_burst: 1000,
            // Answers to a whole burst must fit.
            outbox_frames: 4096,
            outbox_bytes: 1024 * 1024,
            max_extra_info_keys: 10,
        }
    }
}

/// A server secret: 32 bytes of text. Its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Secret(String);

/// The text is not 32 bytes long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a server secret has 32 bytes, not {0}")]
pub struct SecretLength(pub usize);

impl Secret {
    /// Takes the text of a secret.
    ///
    /// # Errors
    /// [`SecretLength`] unless it is 32 bytes long.
    pub fn new(text: impl Into<String>) -> Result<Self, SecretLength> {
        let text = text.into();
        if text.len() == 32 {
            Ok(Self(text))
        } else {
            Err(SecretLength(text.len()))
        }
    }

    /// The text itself, for whoever has to hand it to an operator.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl TryFrom<String> for Secret {
    type Error = SecretLength;

    fn try_from(text: String) -> Result<Self, SecretLength> {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_by_debug() {
        assert!(!format!("{:?}", Config::default()).contains(DEV_SECRET));
    }

    #[test]
    fn the_answers_to_everything_that_may_come_at_once_may_wait() {
        let config = Config::default();
        assert!(config.outbox_frames > 2 * config.frame_burst as usize);
    }

    #[test]
    fn a_secret_has_32_bytes() {
        assert_eq!(Secret::new("short"), Err(SecretLength(5)));
        assert_eq!(DEV_SECRET.len(), 32);
    }
}
