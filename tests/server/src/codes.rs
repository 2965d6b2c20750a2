//! Numbers in answers and pushes, with what clients make of them.
//!
//! Where clients only know a range, the number inside the range is this server's own choice.

/// The request cannot be read or names something impossible. Clients show 1002099.
pub const BAD_REQUEST: u32 = 1000;
/// The context key belongs to no membership. Clients log in again with empty sessions.
pub const UNKNOWN_CONTEXT: u32 = 1002;
/// The same for a heartbeat, where clients take 1002 for the end of the room and 105 for "log in again".
pub const HEARTBEAT_UNKNOWN_CONTEXT: u32 = 105;
/// The stream id is in use by somebody else. Own choice.
pub const STREAM_IN_USE: u32 = 1010;
/// The token had expired when the stream was announced. Clients show 1102018.
pub const PUBLISH_TOKEN_EXPIRED: u32 = 1011;
/// No such stream of this user. Own choice.
pub const STREAM_UNKNOWN: u32 = 1013;
/// Too many keys of room extra info. Clients show 1002017.
pub const EXTRA_INFO_KEYS: u32 = 1015;
/// Several rooms are not switched on. Clients show 1002036.
pub const MULTI_ROOM_OFF: u32 = 1016;
/// More than a bound of this server allows. Own choice.
pub const LIMIT: u32 = 1020;
/// The room is full. Clients show 1002034.
pub const ROOM_FULL: u32 = 1105;
/// Tokens need not be renewed here; the client only keeps the new one.
pub const RENEW_NOT_NEEDED: u32 = 2014;
/// Too many rooms. Clients show 1002001.
pub const TOO_MANY_ROOMS: u32 = 5022;
/// Not a token. Clients show 1102016.
pub const TOKEN_FORMAT: u32 = 50_116;
/// The token ended. Clients show 1102018.
pub const TOKEN_EXPIRED: u32 = 50_117;
/// The token does not open with the secret. Clients show 1102016.
pub const TOKEN_CIPHER: u32 = 50_118;
/// The token is for another app. Clients show 1102016.
pub const TOKEN_APP: u32 = 50_119;
/// The token is for another user. Clients show 1102016.
pub const TOKEN_USER: u32 = 50_120;
/// The token's privileges do not cover this. Clients show 1102016.
pub const TOKEN_PRIVILEGE: u32 = 50_121;

/// Whether a request was refused with this code because of its token.
pub(crate) fn is_of_token(code: u32) -> bool {
    matches!(code, PUBLISH_TOKEN_EXPIRED | TOKEN_FORMAT..=TOKEN_PRIVILEGE)
}

/// A re-login of a session that another login of the same user has replaced; fatal on a re-login.
pub const SESSION_REPLACED: u32 = 205_035;

/// Link: the frame cannot be read.
pub const LINK_INVALID_FRAME: i32 = 20_000;
/// Link: no such frame type.
pub const LINK_MESSAGE_TYPE: i32 = 20_003;
/// Link: the message inside the frame cannot be decoded.
pub const LINK_UNMARSHAL: i32 = 20_004;
/// Link: the room service is away.
pub const LINK_BROKEN: i32 = 20_007;
/// Link: no such service.
pub const LINK_UNSUPPORTED_SERVICE: i32 = 20_010;
/// Link: another app id. Clients fail their logins with 1001004.
pub const LINK_INVALID_APP: i32 = 20_012;

/// Dispatch: asked by somebody who is in no room. Own choice.
pub const DISPATCH_NOT_IN_ROOM: u64 = 1_900_000_001;
/// Dispatch: the token was refused. Own choice.
pub const DISPATCH_TOKEN: u64 = 1_900_000_002;
/// Dispatch: the stream belongs to somebody else. Own choice.
pub const DISPATCH_STREAM_IN_USE: u64 = 1_900_000_003;
/// Dispatch: nobody publishes this stream. Clients show 1104039.
pub const DISPATCH_NO_STREAM: u64 = 1_900_001_004;

/// Extra info: no such key.
pub const ITEM_UNKNOWN_KEY: u32 = 1_000_001_109;

/// Kick-out: the same user logged in elsewhere. Clients show 1002050.
pub const KICK_ELSEWHERE: u32 = 1;
/// Kick-out: ordered by the operator. Clients show 1002055.
pub const KICK_BY_SERVER: u32 = 2;
/// Kick-out: the token ended. Clients show 1102018.
pub const KICK_TOKEN_EXPIRED: u32 = 4;
/// Command 1105 carries reasons with this added.
pub const KICK_OFFSET: u32 = 900;
