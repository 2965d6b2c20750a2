//! What the application is told, in the order and the shapes of the vendor's Alipay client.

use super::error::{Code, OK};
use super::plain::Plain;
pub use super::quality::Quality;
pub use super::renewal::UrlReason;

/// A user of a room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User {
    /// Unique in the room.
    pub id: String,
    /// Shown to people.
    pub name: String,
}

/// A stream of another user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Unique in the AppID.
    pub id: String,
    /// Who publishes it.
    pub user: User,
    /// Text that the publisher attached.
    pub extra_info: String,
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
    /// `{type: "event", name, args, deferred}`, `args` being the arguments of the handler.
    pub(crate) fn plain(&self) -> Plain<'_> {
        Plain::Object(vec![
            ("type", "event".into()),
            ("name", self.name().into()),
            ("args", Plain::List(self.args())),
            ("deferred", Plain::Flag(self.is_deferred())),
        ])
    }

    fn args(&self) -> Vec<Plain<'_>> {
        match self {
            Self::RoomStateUpdate {
                room,
                state,
                code,
                extended_data,
            } => state_args(room, state.name(), *code, extended_data),
            Self::RoomStateChanged {
                room,
                reason,
                code,
                extended_data,
            } => state_args(room, reason.name(), *code, extended_data),
            Self::RoomUserUpdate {
                room,
                update,
                users,
            } => vec![room.into(), update.name().into(), list(users, User::plain)],
            Self::RoomOnlineUserCountUpdate { room, count } => vec![room.into(), (*count).into()],
            Self::RoomStreamUpdate {
                room,
                update,
                streams,
                reasons,
            } => {
                let mut args = vec![
                    room.into(),
                    update.name().into(),
                    list(streams, Stream::plain),
                ];
                if !reasons.is_empty() {
                    let reasons = list(reasons, delete_reason);
                    args.push(Plain::Object(vec![("stream_delete_reason", reasons)]));
                }
                args
            }
            Self::StreamExtraInfoUpdate { room, streams } => {
                vec![room.into(), list(streams, Stream::plain)]
            }
            Self::RoomExtraInfoUpdate { room, infos } => {
                vec![room.into(), list(infos, RoomExtraInfo::plain)]
            }
            Self::BroadcastMessage { room, messages } => {
                vec![
                    room.into(),
                    list(messages, |m| m.plain(m.message_id.into())),
                ]
            }
            Self::BarrageMessage { room, messages } => {
                vec![
                    room.into(),
                    list(messages, |m| m.plain((&m.message_id).into())),
                ]
            }
            Self::CustomCommand {
                room,
                from,
                command,
            } => vec![room.into(), from.plain(), command.plain()],
            Self::PublisherStateUpdate(update) => vec![update.plain(update.state.name())],
            Self::PlayerStateUpdate(update) => vec![update.plain(update.state.name())],
            Self::PublishQualityUpdate { stream_id, quality }
            | Self::PlayQualityUpdate { stream_id, quality } => {
                vec![stream_id.into(), quality.plain()]
            }
            Self::TokenWillExpire { room } => vec![room.into()],
            Self::StreamUrlUpdate {
                stream_id,
                url,
                reason,
            } => vec![stream_id.into(), url.into(), reason.name().into()],
        }
    }
}

impl User {
    fn plain(&self) -> Plain<'_> {
        Plain::Object(vec![
            ("userID", (&self.id).into()),
            ("userName", (&self.name).into()),
        ])
    }
}

impl Stream {
    fn plain(&self) -> Plain<'_> {
        Plain::Object(vec![
            ("streamID", (&self.id).into()),
            ("user", self.user.plain()),
            ("extraInfo", (&self.extra_info).into()),
        ])
    }
}

impl<S> StreamState<S> {
    fn plain(&self, state: &'static str) -> Plain<'_> {
        Plain::Object(vec![
            ("state", state.into()),
            ("streamID", (&self.stream_id).into()),
            ("errorCode", self.error_code.0.into()),
            ("extendedData", (&self.extended_data).into()),
        ])
    }
}

impl<Id> Message<Id> {
    fn plain<'a>(&'a self, id: Plain<'a>) -> Plain<'a> {
        Plain::Object(vec![
            ("fromUser", self.from_user.plain()),
            ("message", (&self.message).into()),
            ("sendTime", self.send_time.into()),
            ("messageID", id),
        ])
    }
}

impl RoomExtraInfo {
    fn plain(&self) -> Plain<'_> {
        Plain::Object(vec![
            ("key", (&self.key).into()),
            ("value", (&self.value).into()),
            ("updateUser", self.update_user.plain()),
            ("updateTime", self.update_time.into()),
        ])
    }
}

impl CommandContent {
    fn plain(&self) -> Plain<'_> {
        match self {
            Self::Text(text) => text.into(),
            Self::Json(json) => Plain::Object(vec![("json", json.into())]),
        }
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

fn state_args<'a>(
    room: &'a str,
    state: &'a str,
    code: Code,
    extended_data: &'a Option<String>,
) -> Vec<Plain<'a>> {
    let extended_data = match extended_data {
        Some(text) => text.into(),
        None => Plain::Undefined,
    };
    vec![room.into(), state.into(), code.0.into(), extended_data]
}

/// Why a stream went, in `extendedData` of a `roomStreamUpdate` DELETE.
fn delete_reason((stream_id, code): &(String, u32)) -> Plain<'_> {
    Plain::Object(vec![
        ("streamID", stream_id.into()),
        ("code", (*code).into()),
    ])
}

fn list<'a, T>(items: &'a [T], plain: impl Fn(&'a T) -> Plain<'a>) -> Plain<'a> {
    let mut list = Vec::with_capacity(items.len());
    for item in items {
        list.push(plain(item));
    }
    Plain::List(list)
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
