//! What the application is told, in the order and the shapes of the vendor's Alipay client.

use serde::ser::{SerializeStruct, SerializeTuple, Serializer};
use serde::{Serialize, ser::SerializeMap};

use super::error::{Code, OK};

/// A user of a room.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct User {
    /// Unique in the room.
    #[serde(rename = "userID")]
    pub id: String,
    /// Shown to people.
    #[serde(rename = "userName")]
    pub name: String,
}

/// A stream of another user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stream {
    /// Unique in the AppID.
    #[serde(rename = "streamID")]
    pub id: String,
    /// Who publishes it.
    pub user: User,
    /// Text that the publisher attached.
    #[serde(rename = "extraInfo")]
    pub extra_info: String,
}

/// Connection to a room, `roomStateUpdate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RoomState {
    Disconnected,
    Connecting,
    Connected,
}

/// Why the connection to a room changed, `roomStateChanged`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RoomReason {
    Logining,
    Logined,
    LoginFailed,
    Reconnecting,
    Reconnected,
    ReconnectFailed,
    #[serde(rename = "KICKOUT")]
    KickOut,
    Logout,
}

/// Whether users or streams came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UpdateType {
    Add,
    Delete,
}

/// State of a stream that this user publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PublisherState {
    NoPublish,
    PublishRequesting,
    Publishing,
}

/// State of a stream that this user plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PlayerState {
    NoPlay,
    PlayRequesting,
    Playing,
}

/// Argument of `publisherStateUpdate` and `playerStateUpdate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamState<S> {
    /// The new state.
    pub state: S,
    /// The stream.
    #[serde(rename = "streamID")]
    pub stream_id: String,
    /// 0, a documented code, a component code (3801, 3803) or a code of the service.
    pub error_code: Code,
    /// Text of the error, or empty.
    pub extended_data: String,
}

/// A message of another user.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message<Id> {
    /// The sender.
    pub from_user: User,
    /// The text.
    pub message: String,
    /// Unix time in milliseconds.
    #[serde(serialize_with = "as_number")]
    pub send_time: i64,
    /// Given by the service; a number for broadcast messages, a text for barrage messages.
    #[serde(rename = "messageID")]
    pub message_id: Id,
}

/// JavaScript numbers are exact to 2^53; a larger one loses digits rather than the event.
#[allow(clippy::cast_precision_loss)]
fn as_number<S: Serializer>(value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(*value as f64)
}

/// A room extra info.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomExtraInfo {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Who set it.
    pub update_user: User,
    /// Unix time in milliseconds.
    #[serde(serialize_with = "as_number")]
    pub update_time: i64,
}

/// Bit rate and picture of a published or played stream.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Quality {
    /// Picture.
    pub video: VideoQuality,
    /// Sound.
    pub audio: AudioQuality,
}

/// Picture part of [`Quality`].
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct VideoQuality {
    /// kbit/s
    pub video_bitrate: f64,
    /// Frames per second.
    #[serde(rename = "videoFPS")]
    pub video_fps: f64,
    /// Pixels.
    pub video_width: f64,
    /// Pixels.
    pub video_height: f64,
}

/// Sound part of [`Quality`].
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct AudioQuality {
    /// kbit/s
    pub audio_bitrate: f64,
}

/// What a custom command carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandContent {
    /// A text.
    Text(String),
    /// JSON text of anything else; crosses the border as `{json}`.
    Json(String),
}

impl Serialize for CommandContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Json(json) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("json", json)?;
                map.end()
            }
        }
    }
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
        reasons: Vec<(String, u32)>,
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
        messages: Vec<Message<f64>>,
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
        )
    }
}

/// `{type: "event", name, args, deferred}`, `args` being the arguments of the handler.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut event = serializer.serialize_struct("Event", 4)?;
        event.serialize_field("type", "event")?;
        event.serialize_field("name", self.name())?;
        event.serialize_field("args", &Args(self))?;
        event.serialize_field("deferred", &self.is_deferred())?;
        event.end()
    }
}

struct Args<'a>(&'a Event);

impl Serialize for Args<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Event::RoomStateUpdate {
                room,
                state,
                code,
                extended_data,
            } => (room, state, code, extended_data).serialize(s),
            Event::RoomStateChanged {
                room,
                reason,
                code,
                extended_data,
            } => (room, reason, code, extended_data).serialize(s),
            Event::RoomUserUpdate {
                room,
                update,
                users,
            } => (room, update, users).serialize(s),
            Event::RoomOnlineUserCountUpdate { room, count } => (room, count).serialize(s),
            Event::RoomStreamUpdate {
                room,
                update,
                streams,
                reasons,
            } if reasons.is_empty() => (room, update, streams).serialize(s),
            Event::RoomStreamUpdate {
                room,
                update,
                streams,
                reasons,
            } => (room, update, streams, DeleteReasons(reasons)).serialize(s),
            Event::StreamExtraInfoUpdate { room, streams } => (room, streams).serialize(s),
            Event::RoomExtraInfoUpdate { room, infos } => (room, infos).serialize(s),
            Event::BroadcastMessage { room, messages } => (room, messages).serialize(s),
            Event::BarrageMessage { room, messages } => (room, messages).serialize(s),
            Event::CustomCommand {
                room,
                from,
                command,
            } => (room, from, command).serialize(s),
            Event::PublisherStateUpdate(state) => one(s, state),
            Event::PlayerStateUpdate(state) => one(s, state),
            Event::PublishQualityUpdate { stream_id, quality }
            | Event::PlayQualityUpdate { stream_id, quality } => (stream_id, quality).serialize(s),
            Event::TokenWillExpire { room } => one(s, room),
        }
    }
}

fn one<S: Serializer>(serializer: S, argument: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut tuple = serializer.serialize_tuple(1)?;
    tuple.serialize_element(argument)?;
    tuple.end()
}

/// `extendedData` of a `roomStreamUpdate` DELETE: why each stream went.
struct DeleteReasons<'a>(&'a [(String, u32)]);

impl Serialize for DeleteReasons<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Reason<'a> {
            #[serde(rename = "streamID")]
            stream_id: &'a str,
            code: u32,
        }
        let reasons: Vec<Reason<'_>> = self
            .0
            .iter()
            .map(|(stream_id, code)| Reason {
                stream_id,
                code: *code,
            })
            .collect();
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("stream_delete_reason", &reasons)?;
        map.end()
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
