use prost::Message;

use super::pb::switch::Header;

/// Bytes before the header message of a packet.
pub const PACKET_HEADER_LEN: usize = 7;

const MAGIC: u8 = 0x31;

/// Room commands. An answer's number is the request's plus one.
#[allow(missing_docs)]
pub mod cmd {
    pub const LOGIN_ROOM: u32 = 1001;
    pub const LOGOUT_ROOM: u32 = 1003;
    pub const PUSH: u32 = 1101;
    pub const PUSH_RSP: u32 = 1102;
    pub const MERGE_PUSH: u32 = 1103;
    pub const MERGE_PUSH_RSP: u32 = 1104;
    pub const PUSH_KICKOUT: u32 = 1105;
    pub const ENTER_ROOM: u32 = 301_001;
    pub const QUIT_ROOM: u32 = 301_003;
    pub const HEARTBEAT: u32 = 301_005;
    pub const RENEW_TOKEN: u32 = 301_007;
    pub const SET_EXTRA_INFO: u32 = 301_011;
    pub const GET_EXTRA_INFO: u32 = 301_013;
    pub const ADD_STREAM: u32 = 302_001;
    pub const DELETE_STREAM: u32 = 302_003;
    pub const UPDATE_STREAM: u32 = 302_005;
    pub const GET_STREAM_LIST: u32 = 302_007;
    pub const SEND_BROADCAST: u32 = 303_001;
    pub const SEND_BARRAGE: u32 = 303_005;
    pub const CUSTOM_COMMAND: u32 = 303_017;
    pub const GET_USER_LIST: u32 = 304_001;
}

/// Kinds of push inside commands 1101 and 1103.
#[allow(missing_docs)]
pub mod sub {
    pub const USERS_CHANGED: u32 = 10_001;
    pub const KICKED_OUT: u32 = 10_002;
    pub const CUSTOM_COMMAND: u32 = 11_005;
    pub const STREAMS_ADDED: u32 = 12_001;
    pub const STREAMS_DELETED: u32 = 12_002;
    pub const STREAMS_UPDATED: u32 = 12_003;
    pub const BROADCAST: u32 = 13_001;
    pub const BARRAGE: u32 = 14_001;
    pub const EXTRA_INFO: u32 = 15_001;
}

/// One room packet: the payload of frame types 17 and 21.
///
/// | offset | size | meaning |
/// |---|---|---|
/// | 0 | 1 | `0x31` |
/// | 1 | 2 | header length h |
/// | 3 | 4 | body length |
/// | 7 | h | header message |
/// | 7+h | | body message |
#[derive(Debug, Clone, PartialEq)]
pub struct Packet<'a> {
    /// Command, sequence, context key.
    pub header: Header,
    /// The body message, not yet decoded.
    pub body: &'a [u8],
}

/// Why bytes are not a room packet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// Fewer bytes than the lengths need.
    #[error("packet of {0} bytes is shorter than its lengths say")]
    TooShort(usize),
    /// The first byte is not `0x31`.
    #[error("packet starts with {0:#04x}")]
    BadMagic(u8),
    /// Bytes after the body.
    #[error("packet has {0} bytes after its body")]
    TrailingBytes(usize),
    /// The header is not a header message.
    #[error("packet header cannot be decoded: {0}")]
    BadHeader(prost::DecodeError),
}

impl<'a> Packet<'a> {
    /// Reads a packet and its header; the body is left encoded.
    ///
    /// # Errors
    /// [`PacketError`] if the lengths do not add up or the header cannot be decoded.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, PacketError> {
        let Some((lengths, rest)) = bytes.split_first_chunk::<PACKET_HEADER_LEN>() else {
            return Err(PacketError::TooShort(bytes.len()));
        };
        let [magic, h0, h1, b0, b1, b2, b3] = *lengths;
        if magic != MAGIC {
            return Err(PacketError::BadMagic(magic));
        }
        let header_len = usize::from(u16::from_be_bytes([h0, h1]));
        let body_len = u32::from_be_bytes([b0, b1, b2, b3]) as usize;
        let (header, rest) = rest
            .split_at_checked(header_len)
            .ok_or(PacketError::TooShort(bytes.len()))?;
        let (body, trailing) = rest
            .split_at_checked(body_len)
            .ok_or(PacketError::TooShort(bytes.len()))?;
        if !trailing.is_empty() {
            return Err(PacketError::TrailingBytes(trailing.len()));
        }
        let header = Header::decode(header).map_err(PacketError::BadHeader)?;
        Ok(Self { header, body })
    }

    /// Builds the bytes of a packet.
    pub fn encode(header: &Header, body: &impl Message) -> Vec<u8> {
        Self::around(header, &body.encode_to_vec())
    }

    /// Builds the bytes of a packet around a body that is already encoded.
    pub fn around(header: &Header, body: &[u8]) -> Vec<u8> {
        let header = header.encode_to_vec();
        let mut bytes = Vec::with_capacity(PACKET_HEADER_LEN + header.len() + body.len());
        bytes.push(MAGIC);
        // A header has five small fields; `controls` is bounded by the configuration.
        bytes.extend_from_slice(
            &u16::try_from(header.len())
                .unwrap_or(u16::MAX)
                .to_be_bytes(),
        );
        bytes.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(&header);
        bytes.extend_from_slice(body);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::pb::switch::CommonRsp;

    fn packet() -> Vec<u8> {
        let header = Header {
            cmd: 1004,
            seq: 9,
            ..Header::default()
        };
        Packet::encode(
            &header,
            &CommonRsp {
                rsp_head: Some(crate::wire::pb::switch::RspHead::default()),
            },
        )
    }

    #[test]
    fn an_empty_answer_head_is_on_the_wire_with_its_zero() {
        let bytes = packet();
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!(
            (packet.header.cmd, packet.header.seq, packet.body),
            (1004, 9, [0x0a, 2, 0x08, 0].as_slice())
        );
    }

    #[test]
    fn wrong_lengths_are_told_apart() {
        let mut bytes = packet();
        assert_eq!(Packet::parse(&bytes[..3]), Err(PacketError::TooShort(3)));
        assert_eq!(Packet::parse(&bytes[..8]), Err(PacketError::TooShort(8)));
        bytes.push(0);
        assert_eq!(Packet::parse(&bytes), Err(PacketError::TrailingBytes(1)));
        bytes[0] = 0;
        assert_eq!(Packet::parse(&bytes), Err(PacketError::BadMagic(0)));
    }
}
