//! The one table of codes: number, name, text and advice, in English and in Chinese.
//!
//! The module carries the English rows of [`CODES`], which it can give itself. All other rows and the Chinese texts are for the
//! generated files (`./build.sh reference`): the types, the reference, and the codes of the JavaScript side. As constants
//! that no code of the module names they take no room in it.

use super::Code;

/// A row as the module carries it.
#[derive(Debug, Clone, Copy)]
pub struct CodeInfo {
    /// The number.
    pub code: Code,
    /// Name, text and advice with a NUL between: one pointer instead of three.
    texts: &'static str,
}

impl CodeInfo {
    /// Name for programs.
    pub fn name(&self) -> &'static str {
        self.part(0)
    }

    /// What happened, in one clause.
    pub fn text(&self) -> &'static str {
        self.part(1)
    }

    /// What the developer should do; may be empty.
    pub fn advice(&self) -> &'static str {
        self.part(2)
    }

    #[inline(never)]
    fn part(&self, at: usize) -> &'static str {
        // Not by splitting, which brings in the library's search for a character.
        let (mut part, mut begin) = (0, 0);
        for (end, byte) in self.texts.bytes().enumerate() {
            if byte == 0 {
                if part == at {
                    return self.texts.get(begin..end).unwrap_or_default();
                }
                (part, begin) = (part + 1, end + 1);
            }
        }
        self.texts.get(begin..).unwrap_or_default()
    }
}

/// A whole row, for the generated files.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The number. Those of the component are negative.
    pub number: i32,
    /// Name for programs.
    pub name: &'static str,
    /// What happened, in English and in Chinese.
    pub text: [&'static str; 2],
    /// What the developer should do, in English and in Chinese; may be empty.
    pub advice: [&'static str; 2],
}

macro_rules! codes {
    ($($const:ident = $number:literal, $name:literal, $text:literal, $advice:literal, $zh_text:literal, $zh_advice:literal;)*) => {
        $(
            #[doc = concat!($text, ". ", $advice)]
            pub const $const: Code = Code($number);
        )*

        /// Every code that the engine itself gives.
        pub const CODES: &[CodeInfo] = &[$(CodeInfo { code: $const, texts: concat!($name, "\0", $text, "\0", $advice) },)*];

        /// The same with their Chinese texts.
        pub const ENGINE: &[Row] = &[$(Row {
            number: $number, name: $name, text: [$text, $zh_text], advice: [$advice, $zh_advice],
        },)*];
    };
}

codes! {
    OK = 0, "Ok", "no error", "",
        "没有错误", "";
    PUBLISH_FAILED = 3801, "PublishFailed", "the component could not push the stream", "Stop publishing, wait a few seconds and publish again.",
        "组件推流失败", "先停止推流，等几秒后重新推流。";
    PLAY_FAILED = 3803, "PlayFailed", "the component could not play the stream", "Stop playing, wait a few seconds and play again.",
        "组件拉流失败", "先停止拉流，等几秒后重新拉流。";
    NOT_LOGGED_IN = 1_000_002, "NotLoggedIn", "not logged in to a room", "Publish and play after loginRoom has resolved, and not while the room is CONNECTING.",
        "没有登录房间", "loginRoom 成功之后再推流、拉流；房间处于 CONNECTING 时不要调用。";
    STREAM_ID_TOO_LONG = 1_000_014, "StreamIdTooLong", "streamID is longer than 255 bytes", "Use a shorter streamID.",
        "streamID 超过 255 字节", "使用更短的 streamID。";
    STREAM_ID_EMPTY = 1_000_015, "StreamIdEmpty", "streamID is empty", "Give every stream an id that is unique in the AppID.",
        "streamID 为空", "给每条流一个在 AppID 内唯一的 ID。";
    STREAM_ID_CHARACTERS = 1_000_016, "StreamIdCharacters", "streamID has a character that is not allowed", "Use letters, digits, - and _.",
        "streamID 含有不允许的字符", "只用字母、数字、- 和 _。";
    NETWORK_BROKEN = 1_000_017, "NetworkBroken", "the connection to the service is broken", "Nothing to do: it is being restored.",
        "与服务的连接断开", "无需处理，正在自动恢复。";
    APP_ID_INVALID = 1_001_004, "AppIdInvalid", "the service does not know this AppID", "Compare the AppID with the console.",
        "服务不认识这个 AppID", "与控制台核对 AppID。";
    TOO_MANY_ROOMS = 1_002_001, "TooManyRooms", "already in as many rooms as allowed", "Log out of a room first.",
        "已登录的房间数达到上限", "先退出一个房间。";
    USER_ID_EMPTY = 1_002_005, "UserIdEmpty", "userID is empty", "Give every user an id.",
        "userID 为空", "给每个用户一个 ID。";
    USER_ID_CHARACTERS = 1_002_006, "UserIdCharacters", "userID has a character that is not allowed", "Use letters, digits, - and _.",
        "userID 含有不允许的字符", "只用字母、数字、- 和 _。";
    USER_ID_TOO_LONG = 1_002_007, "UserIdTooLong", "userID is longer than 64 bytes", "Use a shorter userID.",
        "userID 超过 64 字节", "使用更短的 userID。";
    USER_NAME_TOO_LONG = 1_002_010, "UserNameTooLong", "userName is longer than 256 bytes", "Use a shorter userName.",
        "userName 超过 256 字节", "使用更短的 userName。";
    ROOM_ID_EMPTY = 1_002_011, "RoomIdEmpty", "roomID is empty", "Give the room an id.",
        "roomID 为空", "给房间一个 ID。";
    ROOM_ID_CHARACTERS = 1_002_012, "RoomIdCharacters", "roomID has a character that is not allowed", "Use letters, digits, - and _.",
        "roomID 含有不允许的字符", "只用字母、数字、- 和 _。";
    ROOM_ID_TOO_LONG = 1_002_013, "RoomIdTooLong", "roomID is longer than 128 bytes", "Use a shorter roomID.",
        "roomID 超过 128 字节", "使用更短的 roomID。";
    ROOM_NOT_EXIST = 1_002_014, "RoomNotExist", "not in this room", "Log in to the room first.",
        "不在这个房间", "先登录这个房间。";
    ROOM_EXTRA_INFO_KEYS = 1_002_017, "RoomExtraInfoKeys", "the room has as many extra info keys as allowed", "Use one key.",
        "房间附加信息的键数达到上限", "只用一个键。";
    LOGIN_TIMEOUT = 1_002_031, "LoginTimeout", "no login succeeded within 300 seconds", "Check the network and log in again.",
        "300 秒内没有登录成功", "检查网络后重新登录。";
    ROOM_FULL = 1_002_034, "RoomFull", "the room is full", "Raise maxMemberCount for the first user, or use another room.",
        "房间已满", "调大第一个用户的 maxMemberCount，或换一个房间。";
    MULTI_ROOM_OFF = 1_002_036, "MultiRoomOff", "several rooms are not enabled for this AppID", "Ask ZEGO's support to enable them.",
        "这个 AppID 没有开通多房间", "联系 ZEGO 技术支持开通。";
    KICKED_BY_OTHER_LOGIN = 1_002_050, "KickedByOtherLogin", "the same user logged in elsewhere", "Use a userID of its own on each device.",
        "同一用户在别处登录", "每台设备使用各自的 userID。";
    KICKED_BY_SERVER = 1_002_055, "KickedByServer", "the server removed the user from the room", "extendedData may hold the reason.",
        "被服务端移出房间", "extendedData 中可能有原因。";
    ALREADY_IN_ROOM = 1_002_056, "AlreadyInRoom", "user repeatedly login", "Log out of the room before logging in to it again.",
        "重复登录同一房间", "先退出房间再登录。";
    BLACKLISTED = 1_002_066, "Blacklisted", "the user is on the black list", "Remove the user from the list in the console.",
        "用户在黑名单中", "在控制台把用户移出黑名单。";
    ROOM_ERROR = 1_002_099, "RoomError", "room inner error", "extendedData may hold the reason.",
        "房间内部错误", "extendedData 中可能有原因。";
    PUBLISH_DUPLICATE = 1_103_056, "AlreadyPublishing", "this stream is already being published", "Stop publishing it first.",
        "这条流已在推送", "先停止推流。";
    PUBLISH_NOT_FOUND = 1_103_055, "PublishNotFound", "this stream is not being published", "Publish it first.",
        "没有在推送这条流", "先推流。";
    PUBLISH_PARAMETER = 1_103_001, "PublishParameter", "bad parameter for publishing", "The message names the argument.",
        "推流参数错误", "message 中写明是哪个参数。";
    PUBLISH_CDN = 1_103_052, "PublishCdn", "no CDN address is configured for this AppID", "Publish with sourceType BGP, or have a CDN configured.",
        "这个 AppID 没有配置 CDN 地址", "以 sourceType BGP 推流，或开通 CDN。";
    STREAM_UPDATE_FAILED = 1_103_062, "StreamUpdateFailed", "the stream's extra info could not be updated", "Try again.",
        "流附加信息更新失败", "重试。";
    PLAY_PARAMETER = 1_104_001, "PlayParameter", "bad parameter for playing", "The message names the argument.",
        "拉流参数错误", "message 中写明是哪个参数。";
    PLAY_DUPLICATE = 1_103_049, "AlreadyPlaying", "repeated pull same stream", "Stop playing it first.",
        "这条流已在拉取", "先停止拉流。";
    PLAY_NOT_FOUND = 1_104_039, "PlayNotFound", "play stream not found", "Play a stream after roomStreamUpdate ADD.",
        "要拉的流不存在", "收到 roomStreamUpdate ADD 之后再拉流。";
    MESSAGE_EMPTY = 1_009_001, "MessageEmpty", "the message is empty", "Send at least one character.",
        "消息为空", "至少发送一个字符。";
    MESSAGE_TOO_LONG = 1_009_002, "MessageTooLong", "the message is longer than 1024 characters", "Send a shorter message.",
        "消息超过 1024 个字符", "发送更短的消息。";
    PARAMETER = 1_100_001, "BadParameter", "bad parameter", "The message names the argument.",
        "参数错误", "message 中写明是哪个参数。";
    TIMEOUT = 1_100_002, "Timeout", "the service did not answer in time", "Check the network and try again.",
        "服务没有及时应答", "检查网络后重试。";
    SOCKET_CLOSED = 1_100_003, "SocketClosed", "the connection was closed before the answer came", "Try again when the room is CONNECTED.",
        "应答到达之前连接已断开", "房间恢复 CONNECTED 后重试。";
    UNSUPPORTED = 1_100_010, "Unsupported", "not available in Alipay mini programs", "",
        "支付宝小程序不支持", "";
    STOPPED = 1_100_012, "Stopped", "stopped before it was finished", "",
        "尚未完成就被停止", "";
    QUEUE_FULL = 1_100_013, "QueueFull", "too many calls are waiting for an answer", "Send slower.",
        "等待应答的调用过多", "降低发送频率。";
    TOKEN_ERROR = 1_102_016, "TokenError", "the token was refused", "Ask your server for a new token for this user.",
        "token 无效", "向你的服务端为该用户获取新的 token。";
    DISPATCH_ERROR = 1_102_017, "DispatchError", "dispatch error", "No media server was offered: check the network and try again.",
        "没有取得媒体服务地址", "检查网络后重试。";
    TOKEN_EXPIRED = 1_102_018, "TokenExpired", "the token has expired", "Ask your server for a new token and call renewToken or log in again.",
        "token 已过期", "向你的服务端获取新的 token，然后调用 renewToken 或重新登录。";
    EXTRA_INFO_BUSY = 1_102_022, "ExtraInfoBusy", "an earlier extra info was not answered yet", "Wait for the earlier call.",
        "上一次设置还没有应答", "等上一次调用结束。";
    TOO_FREQUENT = 1_109_001, "TooFrequent", "messages are sent too often", "Leave at least 500 ms between broadcast messages.",
        "消息发送过于频繁", "两条广播消息之间至少间隔 500 毫秒。";
    DESTROYED = 1_199_003, "EngineDestroyed", "destroyEngine() was called on this engine", "Create a new ZegoExpressEngine.",
        "已对这个引擎调用过 destroyEngine()", "创建新的 ZegoExpressEngine。";
}
