//! A room packet, the payload of the proxied connection.
//!
//! | offset | size | |
//! |---|---|---|
//! | 0 | 1 | `0x31` |
//! | 1 | 2 | length h of the header |
//! | 3 | 4 | length of the body |
//! | 7 | h | [`switch::Header`] |
//! | 7+h | | body |

use super::pb::{self, Choice, Message, decode};
use super::{WireError, liveroom, switch};
use alloc::{string::String, vec::Vec};

const PREFIX_BYTES: usize = 7;
const FIRST_BYTE: u8 = 0x31;

/// Command numbers of requests.
#[allow(missing_docs)]
pub mod cmd {
    pub const LOGIN: u32 = 1001;
    pub const LOGOUT: u32 = 1003;
    pub const PUSH_ACK: u32 = 1102;
    pub const MERGE_PUSH_ACK: u32 = 1104;
    pub const ENTER_ROOM: u32 = 301_001;
    pub const QUIT_ROOM: u32 = 301_003;
    pub const HEARTBEAT: u32 = 301_005;
    pub const RENEW_TOKEN: u32 = 301_007;
    pub const SET_TRANS: u32 = 301_011;
    pub const GET_TRANS: u32 = 301_013;
    pub const ADD_STREAM: u32 = 302_001;
    pub const DELETE_STREAM: u32 = 302_003;
    pub const UPDATE_STREAM: u32 = 302_005;
    pub const GET_STREAM_LIST: u32 = 302_007;
    pub const SEND_IM: u32 = 303_001;
    pub const SEND_BIG_IM: u32 = 303_005;
    pub const CUSTOM_COMMAND: u32 = 303_017;
    pub const GET_USER_LIST: u32 = 304_001;
}

/// A decoded packet from the server.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub struct Packet<'a> {
    pub header: switch::Header<'a>,
    pub body: Body<'a>,
}

/// Body of a packet from the server, by command.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub enum Body<'a> {
    Login(switch::LoginRoomRsp<'a>),
    EnterRoom(liveroom::EnterRoomRsp<'a>),
    Heartbeat(liveroom::HbRsp<'a>),
    RenewToken(liveroom::RenewTokenRsp<'a>),
    SetTrans(liveroom::SetTransRsp<'a>),
    GetTrans(liveroom::GetTransRsp<'a>),
    AddStream(liveroom::AddStreamRsp<'a>),
    /// Answers to DeleteStream and UpdateStream.
    StreamSeq(liveroom::StreamSeqRsp<'a>),
    StreamList(liveroom::GetStreamListRsp<'a>),
    SendIm(liveroom::SendImRsp<'a>),
    SendBigIm(liveroom::SendBigImRsp<'a>),
    UserList(liveroom::GetUserlistRsp<'a>),
    /// An answer that only has a head: logout, quit, custom command.
    Common(liveroom::CommonRsp<'a>),
    /// To be read further with [`decode_push`].
    Push(switch::PushReq<'a>),
    /// Several pushes, each to be read further with [`decode_push`].
    MergePush(switch::MergePushReq<'a>),
    Kickout(switch::PushKickout<'a>),
    Other,
}

/// What a push says, by its `sub_cmd`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub enum Push<'a> {
    Users(liveroom::PushUserInfoUpdated<'a>),
    Kickout(liveroom::PushUserKickout<'a>),
    CustomCommand(&'a [u8]),
    StreamsAdded(liveroom::PushStream<'a>),
    StreamsDeleted(liveroom::PushStream<'a>),
    StreamsUpdated(liveroom::PushStream<'a>),
    Broadcast(liveroom::PushIm<'a>),
    Barrage(liveroom::PushBigIm<'a>),
    RoomExtraInfo(liveroom::PushTrans<'a>),
    /// A push without a public effect, or one whose body could not be decoded.
    Ignored {
        malformed: bool,
    },
}

/// Decodes one room packet.
pub fn decode_packet(bytes: &[u8]) -> Result<Packet<'_>, WireError> {
    let (prefix, rest) = bytes
        .split_at_checked(PREFIX_BYTES)
        .ok_or(WireError::Truncated)?;
    let [first, h1, h0, b3, b2, b1, b0] = prefix else {
        return Err(WireError::Truncated);
    };
    if *first != FIRST_BYTE {
        return Err(WireError::NotAPacket);
    }
    let header_bytes = usize::from(u16::from_be_bytes([*h1, *h0]));
    let body_bytes = usize::try_from(u32::from_be_bytes([*b3, *b2, *b1, *b0]))
        .map_err(|_| WireError::Truncated)?;
    let (header, rest) = rest
        .split_at_checked(header_bytes)
        .ok_or(WireError::Truncated)?;
    let body = rest.get(..body_bytes).ok_or(WireError::Truncated)?;
    let header: switch::Header = decode(header)?;
    let body = decode_body(header.cmd(), body)?;
    Ok(Packet { header, body })
}

/// Encodes one room packet; its body is encoded already.
pub fn encode_packet(header: &switch::write::Header<'_>, body: &[u8]) -> Vec<u8> {
    let header = pb::encode(header);
    let (header_bytes, body_bytes) = (header.len(), body.len());
    let mut bytes = Vec::with_capacity(PREFIX_BYTES + header_bytes + body_bytes);
    bytes.push(FIRST_BYTE);
    bytes.extend_from_slice(
        &u16::try_from(header_bytes)
            .unwrap_or(u16::MAX)
            .to_be_bytes(),
    );
    bytes.extend_from_slice(&u32::try_from(body_bytes).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend_from_slice(&header);
    bytes.extend_from_slice(body);
    bytes
}

/// Code and text of an answer. An answer without a head counts as failed, as in the vendor's client, with code `u32::MAX`.
pub fn answer_head(body: Body<'_>) -> (u32, String) {
    let fields = match body {
        Body::Login(m) => m.fields(),
        Body::EnterRoom(m) => m.fields(),
        Body::Heartbeat(m) => m.fields(),
        Body::RenewToken(m) => m.fields(),
        Body::SetTrans(m) => m.fields(),
        Body::GetTrans(m) => m.fields(),
        Body::AddStream(m) => m.fields(),
        Body::StreamSeq(m) => m.fields(),
        Body::StreamList(m) => m.fields(),
        Body::SendIm(m) => m.fields(),
        Body::SendBigIm(m) => m.fields(),
        Body::UserList(m) => m.fields(),
        Body::Common(m) => m.fields(),
        Body::Push(_) | Body::MergePush(_) | Body::Kickout(_) | Body::Other => {
            return (0, String::new());
        }
    };
    // They all begin with it.
    match liveroom::CommonRsp::new(fields).rsp_head() {
        Some(head) => (head.code(), head.message_text()),
        None => (u32::MAX, "answer without a head".into()),
    }
}

fn decode_body(cmd: u32, bytes: &[u8]) -> Result<Body<'_>, WireError> {
    let mut choice = Choice::new(bytes);
    let body = match cmd {
        1002 => Body::Login(choice.view()),
        1004 | 301_004 | 303_018 => Body::Common(choice.view()),
        1101 => Body::Push(choice.view()),
        1103 => Body::MergePush(choice.view()),
        1105 => Body::Kickout(choice.view()),
        301_002 => Body::EnterRoom(choice.view()),
        301_006 => Body::Heartbeat(choice.view()),
        301_008 => Body::RenewToken(choice.view()),
        301_012 => Body::SetTrans(choice.view()),
        301_014 => Body::GetTrans(choice.view()),
        302_002 => Body::AddStream(choice.view()),
        302_004 | 302_006 => Body::StreamSeq(choice.view()),
        302_008 => Body::StreamList(choice.view()),
        303_002 => Body::SendIm(choice.view()),
        303_006 => Body::SendBigIm(choice.view()),
        304_002 => Body::UserList(choice.view()),
        _ => Body::Other,
    };
    choice.check(body)
}

/// What a push says. One whose body is damaged is still acknowledged, so its envelope must survive.
pub fn decode_push(sub_cmd: u32, body: &[u8]) -> Push<'_> {
    let mut choice = Choice::new(body);
    let push = match sub_cmd {
        10_001 => Push::Users(choice.view()),
        10_002 => Push::Kickout(choice.view()),
        11_005 => Push::CustomCommand(body),
        12_001 => Push::StreamsAdded(choice.view()),
        12_002 => Push::StreamsDeleted(choice.view()),
        12_003 => Push::StreamsUpdated(choice.view()),
        13_001 => Push::Broadcast(choice.view()),
        14_001 => Push::Barrage(choice.view()),
        15_001 => Push::RoomExtraInfo(choice.view()),
        _ => Push::Ignored { malformed: false },
    };
    let damaged = Push::Ignored { malformed: true };
    choice.check(push).unwrap_or(damaged)
}
