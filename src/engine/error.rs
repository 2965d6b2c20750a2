//! Error codes: one table is the source of the numbers, names, texts and advice.

use core::fmt;

use super::json::{Writer, to_json};

macro_rules! codes {
    ($($const:ident = $number:literal, $name:literal, $text:literal, $advice:literal;)*) => {
        $(
            #[doc = concat!($text, ". ", $advice)]
            pub const $const: Code = Code($number);
        )*

        /// Every code that the engine itself uses.
        pub const CODES: &[CodeInfo] = &[$(CodeInfo { code: $const, name: $name, text: $text, advice: $advice },)*];
    };
}

/// Number of an error, as in the vendor's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(pub u32);

/// A row of the table of codes.
#[derive(Debug, Clone, Copy)]
pub struct CodeInfo {
    /// The number.
    pub code: Code,
    /// Name for programs, in camel case.
    pub name: &'static str,
    /// What happened, in one clause.
    pub text: &'static str,
    /// What the developer should do; may be empty.
    pub advice: &'static str,
}

codes! {
    OK = 0, "ok", "no error", "";
    PUBLISH_FAILED = 3801, "publishFailed", "the component could not push the stream", "Stop publishing, wait a few seconds and publish again.";
    PLAY_FAILED = 3803, "playFailed", "the component could not play the stream", "Stop playing, wait a few seconds and play again.";
    CLIENT_TOO_OLD = 10001, "clientTooOld", "the Alipay client is older than 10.1.80", "Ask the user to update Alipay.";
    NO_PERMISSION = 10002, "noPermission", "camera and microphone are not both allowed", "Call my.openSetting and let the user allow scope.camera and scope.record.";
    NOT_LOGGED_IN = 1_000_002, "notLoggedIn", "not logged in to a room", "Publish and play after loginRoom has resolved, and not while the room is CONNECTING.";
    STREAM_ID_TOO_LONG = 1_000_014, "streamIdTooLong", "streamID is longer than 255 bytes", "Use a shorter streamID.";
    STREAM_ID_EMPTY = 1_000_015, "streamIdEmpty", "streamID is empty", "Give every stream an id that is unique in the AppID.";
    STREAM_ID_CHARACTERS = 1_000_016, "streamIdCharacters", "streamID has a character that is not allowed", "Use letters, digits, - and _.";
    NETWORK_BROKEN = 1_000_017, "networkBroken", "the connection to the service is broken", "Nothing to do: it is being restored.";
    APP_ID_INVALID = 1_001_004, "appIdInvalid", "the service does not know this AppID", "Compare the AppID with the console.";
    TOO_MANY_ROOMS = 1_002_001, "tooManyRooms", "already in as many rooms as allowed", "Log out of a room first.";
    USER_ID_EMPTY = 1_002_005, "userIdEmpty", "userID is empty", "Give every user an id.";
    USER_ID_CHARACTERS = 1_002_006, "userIdCharacters", "userID has a character that is not allowed", "Use letters, digits, - and _.";
    USER_ID_TOO_LONG = 1_002_007, "userIdTooLong", "userID is longer than 64 bytes", "Use a shorter userID.";
    USER_NAME_TOO_LONG = 1_002_010, "userNameTooLong", "userName is longer than 256 bytes", "Use a shorter userName.";
    ROOM_ID_EMPTY = 1_002_011, "roomIdEmpty", "roomID is empty", "Give the room an id.";
    ROOM_ID_CHARACTERS = 1_002_012, "roomIdCharacters", "roomID has a character that is not allowed", "Use letters, digits, - and _.";
    ROOM_ID_TOO_LONG = 1_002_013, "roomIdTooLong", "roomID is longer than 128 bytes", "Use a shorter roomID.";
    ROOM_NOT_EXIST = 1_002_014, "roomNotExist", "not in this room", "Log in to the room first.";
    ROOM_EXTRA_INFO_KEYS = 1_002_017, "roomExtraInfoKeys", "the room has as many extra info keys as allowed", "Use one key.";
    LOGIN_TIMEOUT = 1_002_031, "loginTimeout", "no login succeeded within 300 seconds", "Check the network and log in again.";
    ROOM_FULL = 1_002_034, "roomFull", "the room is full", "Raise maxMemberCount for the first user, or use another room.";
    MULTI_ROOM_OFF = 1_002_036, "multiRoomOff", "several rooms are not enabled for this AppID", "Ask ZEGO's support to enable them.";
    KICKED_BY_OTHER_LOGIN = 1_002_050, "kickedByOtherLogin", "the same user logged in elsewhere", "Use a userID of its own on each device.";
    KICKED_BY_SERVER = 1_002_055, "kickedByServer", "the server removed the user from the room", "extendedData may hold the reason.";
    ALREADY_IN_ROOM = 1_002_056, "alreadyInRoom", "user repeatedly login", "Log out of the room before logging in to it again.";
    BLACKLISTED = 1_002_066, "blacklisted", "the user is on the black list", "Remove the user from the list in the console.";
    ROOM_ERROR = 1_002_099, "roomError", "room inner error", "extendedData may hold the reason.";
    PUBLISH_DUPLICATE = 1_103_056, "alreadyPublishing", "this stream is already being published", "Stop publishing it first.";
    PUBLISH_NOT_FOUND = 1_103_055, "publishNotFound", "this stream is not being published", "Publish it first.";
    PUBLISH_PARAMETER = 1_103_001, "publishParameter", "bad parameter for publishing", "";
    PUBLISH_CDN = 1_103_052, "publishCdn", "no CDN address is configured for this AppID", "Publish with sourceType BGP, or have a CDN configured.";
    STREAM_UPDATE_FAILED = 1_103_062, "streamUpdateFailed", "the stream's extra info could not be updated", "Try again.";
    PLAY_PARAMETER = 1_104_001, "playParameter", "bad parameter for playing", "";
    PLAY_DUPLICATE = 1_103_049, "alreadyPlaying", "repeated pull same stream", "Stop playing it first.";
    PLAY_NOT_FOUND = 1_104_039, "playNotFound", "play stream not found", "Play a stream after roomStreamUpdate ADD.";
    MESSAGE_EMPTY = 1_009_001, "messageEmpty", "the message is empty", "Send at least one character.";
    MESSAGE_TOO_LONG = 1_009_002, "messageTooLong", "the message is longer than 1024 characters", "Send a shorter message.";
    PARAMETER = 1_100_001, "badParameter", "bad parameter", "";
    TIMEOUT = 1_100_002, "timeout", "the service did not answer in time", "Check the network and try again.";
    SOCKET_CLOSED = 1_100_003, "socketClosed", "the connection was closed before the answer came", "Try again when the room is CONNECTED.";
    UNSUPPORTED = 1_100_010, "unsupported", "not available in Alipay mini programs", "";
    DESTROYED = 1_100_011, "destroyed", "the engine was destroyed", "Create a new ZegoExpressEngine.";
    STOPPED = 1_100_012, "stopped", "stopped before it was finished", "";
    QUEUE_FULL = 1_100_013, "queueFull", "too many calls are waiting for an answer", "Send slower.";
    CONNECT_TIMEOUT = 1_100_006, "connectTimeout", "the service could not be reached", "Check the network and the server address.";
    HEARTBEAT_TIMEOUT = 1_102_001, "heartbeatTimeout", "the room heartbeat was not answered", "Check the network.";
    TOKEN_ERROR = 1_102_016, "tokenError", "the token was refused", "Ask your server for a new token for this user.";
    DISPATCH_ERROR = 1_102_017, "dispatchError", "dispatch error", "No media server was offered: check the network and try again.";
    TOKEN_EXPIRED = 1_102_018, "tokenExpired", "the token has expired", "Ask your server for a new token and call renewToken or log in again.";
    EXTRA_INFO_BUSY = 1_102_022, "extraInfoBusy", "an earlier extra info was not answered yet", "Wait for the earlier call.";
    TOO_FREQUENT = 1_109_001, "tooFrequent", "messages are sent too often", "Leave at least 500 ms between broadcast messages.";
}

impl Code {
    /// Row of this code in the table, if the engine knows it.
    pub fn info(self) -> Option<&'static CodeInfo> {
        CODES.iter().find(|info| info.code == self)
    }

    /// What the code means.
    pub fn text(self) -> &'static str {
        self.info()
            .map_or("error reported by the service", |info| info.text)
    }
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The code, as documented; may be one of the service that the table lacks.
    pub code: Code,
    /// What went wrong, for a developer.
    pub message: String,
}

impl Error {
    /// An error with the table's text.
    #[inline(never)]
    pub fn new(code: Code) -> Self {
        Self::told(code, code.text())
    }

    /// An error with a text of its own.
    pub fn with(code: Code, message: impl AsRef<str>) -> Self {
        Self::told(code, message.as_ref())
    }

    #[inline(never)]
    fn told(code: Code, message: &str) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl Error {
    /// With the names of the vendor's newer clients and of its older ones, so that code written for either works.
    pub(crate) fn write(&self, to: &mut Writer) {
        let (name, advice) = match self.code.info() {
            Some(info) => (info.name, info.advice),
            None => ("serviceError", ""),
        };
        to.open('{');
        for key in ["code", "errorCode"] {
            to.number_member(key, f64::from(self.code.0));
        }
        to.text_member("name", name);
        to.text_member("advice", advice);
        for key in ["message", "msg", "extendedData"] {
            to.text_member(key, &self.message);
        }
        to.close('}');
    }

    /// What the page gets of it, as JSON.
    pub fn to_json(&self) -> String {
        to_json(|to| self.write(to))
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (code {})", self.message, self.code.0)
    }
}

impl core::error::Error for Error {}

/// Code that the application sees for a room answer with code `c`, and its text.
///
/// The service numbers the same condition with and without an offset of 200000.
pub fn from_room_answer(c: u32, text: &str) -> Error {
    let known = match c {
        50_116 | 50_118..=50_122 | 50_124..=50_128 => Some(TOKEN_ERROR),
        50_117 | 50_123 => Some(TOKEN_EXPIRED),
        _ => match short_code(c) {
            1_016 => Some(MULTI_ROOM_OFF),
            1_105 => Some(ROOM_FULL),
            2_002 | 2_010 => Some(TOKEN_ERROR),
            5_022 => Some(TOO_MANY_ROOMS),
            5_030 => Some(BLACKLISTED),
            _ => None,
        },
    };
    match known {
        Some(code) => Error::new(code),
        None if (200_001..300_000).contains(&c) => Error::with(Code(c), format_unknown(c)),
        None if text.is_empty() => Error::new(ROOM_ERROR),
        None => Error::with(ROOM_ERROR, text),
    }
}

fn short_code(c: u32) -> u32 {
    if (200_001..300_000).contains(&c) {
        c - 200_000
    } else {
        c
    }
}

fn format_unknown(c: u32) -> String {
    let mut text = String::from("unknown error code:");
    text.push_str(&c.to_string());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_and_no_name_stands_twice_in_the_table() {
        for (i, a) in CODES.iter().enumerate() {
            for b in &CODES[i + 1..] {
                assert_ne!(a.code, b.code, "{}", a.name);
                assert_ne!(a.name, b.name);
            }
        }
    }

    #[test]
    fn room_answers_map_to_the_documented_codes() {
        let map = |c| from_room_answer(c, "").code;
        assert_eq!([map(50_116), map(50_120), map(50_128)], [TOKEN_ERROR; 3]);
        assert_eq!([map(50_117), map(50_123)], [TOKEN_EXPIRED; 2]);
        assert_eq!([map(201_016), map(1_016)], [MULTI_ROOM_OFF; 2]);
        assert_eq!([map(1_105), map(201_105)], [ROOM_FULL; 2]);
        assert_eq!([map(205_022), map(205_030)], [TOO_MANY_ROOMS, BLACKLISTED]);
        assert_eq!(map(203_001), Code(203_001));
        assert_eq!(map(7), ROOM_ERROR);
        assert_eq!(
            from_room_answer(203_001, "x").message,
            "unknown error code:203001"
        );
    }
}
