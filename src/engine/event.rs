//! What the application is told, in the order and the shapes of the vendor's Alipay client.

use alloc::{string::String, vec::Vec};

use super::error::{Code, OK};
use super::json::{Writer, written};
pub use super::quality::Quality;
pub use super::renewal::UrlReason;
pub use super::shared::Shared;

/// A user of a room. Copies share the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Unique in the room.
    pub id: Shared,
    /// Shown to people.
    pub name: Shared,
}

/// A stream of another user. Copies share the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Unique in the AppID.
    pub id: Shared,
    /// Who publishes it.
    pub user: User,
    /// Text that the publisher attached.
    pub extra_info: Shared,
}

/// Connection to a room, `roomStateUpdate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum RoomState {
    Disconnected,
    Connecting,
    Connected,
}

/// Why the connection to a room changed, `roomStateChanged`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum RoomReason {
    Logining,
    Logined,
    LoginFailed,
    Reconnecting,
    Reconnected,
    ReconnectFailed,
    KickOut,
    Logout,
}

/// Whether users or streams came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum UpdateType {
    Add,
    Delete,
}

/// State of a stream that this user publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum PublisherState {
    NoPublish,
    PublishRequesting,
    Publishing,
}

/// State of a stream that this user plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum PlayerState {
    NoPlay,
    PlayRequesting,
    Playing,
}

/// Argument of `publisherStateUpdate` and `playerStateUpdate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamState<S> {
    /// The new state.
    pub state: S,
    /// The stream.
    pub stream_id: String,
    /// 0, a documented code, a component code (3801, 3803) or a code of the service.
    pub error_code: Code,
    /// Text of the error, or empty.
    pub extended_data: String,
}

/// A message of another user.
#[derive(Debug, Clone, PartialEq)]
pub struct Message<Id> {
    /// The sender.
    pub from_user: User,
    /// The text.
    pub message: String,
    /// Unix time in milliseconds.
    pub send_time: i64,
    /// Given by the service; a number for broadcast messages, a text for barrage messages.
    pub message_id: Id,
}

/// A room extra info.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomExtraInfo {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Who set it.
    pub update_user: User,
    /// Unix time in milliseconds.
    pub update_time: i64,
}

/// What a custom command carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandContent<T = String> {
    /// A text.
    Text(T),
    /// JSON text of anything else; crosses the border as `{json}`.
    Json(T),
}

/// An event for the application.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Event {
    RoomStateUpdate {
        room: String,
        state: RoomState,
        code: Code,
        extended_data: Option<String>,
    },
    RoomStateChanged {
        room: String,
        reason: RoomReason,
        code: Code,
        extended_data: Option<String>,
    },
    RoomUserUpdate {
        room: String,
        update: UpdateType,
        users: Vec<User>,
    },
    RoomOnlineUserCountUpdate {
        room: String,
        count: u32,
    },
    RoomStreamUpdate {
        room: String,
        update: UpdateType,
        streams: Vec<Stream>,
        reasons: Vec<(Shared, u32)>,
    },
    StreamExtraInfoUpdate {
        room: String,
        streams: Vec<Stream>,
    },
    RoomExtraInfoUpdate {
        room: String,
        infos: Vec<RoomExtraInfo>,
    },
    BroadcastMessage {
        room: String,
        messages: Vec<Message<u64>>,
    },
    BarrageMessage {
        room: String,
        messages: Vec<Message<String>>,
    },
    CustomCommand {
        room: String,
        from: User,
        command: CommandContent,
    },
    PublisherStateUpdate(StreamState<PublisherState>),
    PlayerStateUpdate(StreamState<PlayerState>),
    PublishQualityUpdate {
        stream_id: String,
        quality: Quality,
    },
    PlayQualityUpdate {
        stream_id: String,
        quality: Quality,
    },
    TokenWillExpire {
        room: String,
    },
    StreamUrlUpdate {
        stream_id: String,
        url: String,
        reason: UrlReason,
    },
}

impl Event {
    /// Name under which the application listens.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RoomStateUpdate { .. } => "roomStateUpdate",
            Self::RoomStateChanged { .. } => "roomStateChanged",
            Self::RoomUserUpdate { .. } => "roomUserUpdate",
            Self::RoomOnlineUserCountUpdate { .. } => "roomOnlineUserCountUpdate",
            Self::RoomStreamUpdate { .. } => "roomStreamUpdate",
            Self::StreamExtraInfoUpdate { .. } => "streamExtraInfoUpdate",
            Self::RoomExtraInfoUpdate { .. } => "roomExtraInfoUpdate",
            Self::BroadcastMessage { .. } => "IMRecvBroadcastMessage",
            Self::BarrageMessage { .. } => "IMRecvBarrageMessage",
            Self::CustomCommand { .. } => "IMRecvCustomCommand",
            Self::PublisherStateUpdate(_) => "publisherStateUpdate",
            Self::PlayerStateUpdate(_) => "playerStateUpdate",
            Self::PublishQualityUpdate { .. } => "publishQualityUpdate",
            Self::PlayQualityUpdate { .. } => "playQualityUpdate",
            Self::TokenWillExpire { .. } => "tokenWillExpire",
            Self::StreamUrlUpdate { .. } => "streamUrlUpdate",
        }
    }

    /// Whether handlers run one timer tick later, as those of stream events do in the vendor's Alipay client; room events
    /// run at once. The promise of the call that caused an event therefore settles between the two.
    pub fn is_deferred(&self) -> bool {
        matches!(
            self,
            Self::RoomStreamUpdate { .. }
                | Self::StreamExtraInfoUpdate { .. }
                | Self::PublisherStateUpdate(_)
                | Self::PlayerStateUpdate(_)
                | Self::PublishQualityUpdate { .. }
                | Self::PlayQualityUpdate { .. }
                | Self::StreamUrlUpdate { .. }
        )
    }
}

/// The shapes of the vendor's Alipay client.
impl Event {
    /// `{type: "event", name, args, deferred}`, `args` being the arguments of the handler. An argument that is undefined is
    /// null here; none is null otherwise.
    pub(crate) fn write(&self, to: &mut Writer) {
        to.open('{');
        to.text_member("type", "event");
        to.text_member("name", self.name());
        to.key("args");
        to.open('[');
        self.write_args(to);
        to.close(']');
        if self.is_deferred() {
            to.key("deferred");
            to.raw("true");
        }
        to.close('}');
    }

    /// What the page gets of it, as JSON.
    pub fn to_json(&self) -> String {
        written(|to| self.write(to))
    }

    fn write_args(&self, to: &mut Writer) {
        match self {
            Self::RoomStateUpdate {
                room,
                state,
                code,
                extended_data,
            } => write_state(room, state.name(), *code, extended_data, to),
            Self::RoomStateChanged {
                room,
                reason,
                code,
                extended_data,
            } => write_state(room, reason.name(), *code, extended_data, to),
            Self::RoomUserUpdate {
                room,
                update,
                users,
            } => {
                to.text(room);
                to.text(update.name());
                let bytes: usize = users.iter().map(User::json_bytes).sum();
                to.reserve(bytes + MORE_BYTES);
                to.open('[');
                for user in users {
                    user.write(to);
                }
                to.close(']');
            }
            Self::RoomOnlineUserCountUpdate { room, count } => {
                to.text(room);
                to.number(*count);
            }
            Self::RoomStreamUpdate {
                room,
                update,
                streams,
                reasons,
            } => {
                to.text(room);
                to.text(update.name());
                write_streams(streams, to);
                if !reasons.is_empty() {
                    to.open('{');
                    to.key("stream_delete_reason");
                    to.open('[');
                    for (stream_id, code) in reasons {
                        to.open('{');
                        to.text_member("streamID", stream_id);
                        to.number_member("code", *code);
                        to.close('}');
                    }
                    to.close(']');
                    to.close('}');
                }
            }
            Self::StreamExtraInfoUpdate { room, streams } => {
                to.text(room);
                write_streams(streams, to);
            }
            Self::RoomExtraInfoUpdate { room, infos } => {
                to.text(room);
                to.open('[');
                for info in infos {
                    info.write(to);
                }
                to.close(']');
            }
            Self::BroadcastMessage { room, messages } => {
                to.text(room);
                to.open('[');
                for message in messages {
                    message.write(to);
                    to.number_member("messageID", message.message_id);
                    to.close('}');
                }
                to.close(']');
            }
            Self::BarrageMessage { room, messages } => {
                to.text(room);
                to.open('[');
                for message in messages {
                    message.write(to);
                    to.text_member("messageID", &message.message_id);
                    to.close('}');
                }
                to.close(']');
            }
            Self::CustomCommand {
                room,
                from,
                command,
            } => {
                to.text(room);
                from.write(to);
                match command {
                    CommandContent::Text(text) => to.text(text),
                    CommandContent::Json(json) => {
                        to.open('{');
                        to.text_member("json", json);
                        to.close('}');
                    }
                }
            }
            Self::PublisherStateUpdate(update) => update.write(update.state.name(), to),
            Self::PlayerStateUpdate(update) => update.write(update.state.name(), to),
            Self::PublishQualityUpdate { stream_id, quality }
            | Self::PlayQualityUpdate { stream_id, quality } => {
                to.text(stream_id);
                quality.write(to);
            }
            Self::TokenWillExpire { room } => to.text(room),
            Self::StreamUrlUpdate {
                stream_id,
                url,
                reason,
            } => {
                for text in &[stream_id, url, reason.name()] {
                    to.text(text);
                }
            }
        }
    }
}

impl User {
    /// How long it is as JSON, if nothing in it is escaped.
    fn json_bytes(&self) -> usize {
        r#"{"userID":"","userName":""},"#.len() + self.id.len() + self.name.len()
    }

    fn write(&self, to: &mut Writer) {
        to.open('{');
        to.text_member("userID", &self.id);
        to.text_member("userName", &self.name);
        to.close('}');
    }
}

/// What a stream usually takes as JSON.
const STREAM_BYTES: usize = 128;
/// What usually follows a long list in the same text.
const MORE_BYTES: usize = 1024;

fn write_streams(streams: &[Stream], to: &mut Writer) {
    to.reserve(streams.len() * STREAM_BYTES);
    to.open('[');
    for stream in streams {
        to.open('{');
        to.text_member("streamID", &stream.id);
        to.key("user");
        stream.user.write(to);
        to.text_member("extraInfo", &stream.extra_info);
        to.close('}');
    }
    to.close(']');
}

impl<S> StreamState<S> {
    fn write(&self, state: &str, to: &mut Writer) {
        to.open('{');
        to.text_member("state", state);
        to.text_member("streamID", &self.stream_id);
        to.number_member("errorCode", self.error_code.0);
        to.text_member("extendedData", &self.extended_data);
        to.close('}');
    }
}

impl<Id> Message<Id> {
    /// All but the id, which ends it.
    fn write(&self, to: &mut Writer) {
        to.open('{');
        to.key("fromUser");
        self.from_user.write(to);
        to.text_member("message", &self.message);
        to.key("sendTime");
        to.signed(self.send_time);
    }
}

impl RoomExtraInfo {
    fn write(&self, to: &mut Writer) {
        to.open('{');
        to.text_member("key", &self.key);
        to.text_member("value", &self.value);
        to.key("updateUser");
        self.update_user.write(to);
        to.key("updateTime");
        to.signed(self.update_time);
        to.close('}');
    }
}

impl RoomState {
    fn name(self) -> &'static str {
        match self {
            Self::Disconnected => "DISCONNECTED",
            Self::Connecting => "CONNECTING",
            Self::Connected => "CONNECTED",
        }
    }
}

impl RoomReason {
    fn name(self) -> &'static str {
        match self {
            Self::Logining => "LOGINING",
            Self::Logined => "LOGINED",
            Self::LoginFailed => "LOGIN_FAILED",
            Self::Reconnecting => "RECONNECTING",
            Self::Reconnected => "RECONNECTED",
            Self::ReconnectFailed => "RECONNECT_FAILED",
            Self::KickOut => "KICKOUT",
            Self::Logout => "LOGOUT",
        }
    }
}

impl UpdateType {
    fn name(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Delete => "DELETE",
        }
    }
}

impl PublisherState {
    fn name(self) -> &'static str {
        match self {
            Self::NoPublish => "NO_PUBLISH",
            Self::PublishRequesting => "PUBLISH_REQUESTING",
            Self::Publishing => "PUBLISHING",
        }
    }
}

impl PlayerState {
    fn name(self) -> &'static str {
        match self {
            Self::NoPlay => "NO_PLAY",
            Self::PlayRequesting => "PLAY_REQUESTING",
            Self::Playing => "PLAYING",
        }
    }
}

fn write_state(
    room: &str,
    state: &str,
    code: Code,
    extended_data: &Option<String>,
    to: &mut Writer,
) {
    to.text(room);
    to.text(state);
    to.number(code.0);
    match extended_data {
        Some(text) => to.text(text),
        None => to.raw("null"),
    }
}

/// A state without an error.
pub fn stream_state<S>(state: S, stream_id: &str) -> StreamState<S> {
    StreamState {
        state,
        stream_id: stream_id.into(),
        error_code: OK,
        extended_data: String::new(),
    }
}
