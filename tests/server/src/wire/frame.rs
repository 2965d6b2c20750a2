use prost::Message;

/// Bytes before the protobuf of a frame.
pub const FRAME_HEADER_LEN: usize = 13;

const MAGIC: u8 = 0xAF;

/// One link frame: exactly one binary WebSocket message.
///
/// | offset | size | meaning |
/// |---|---|---|
/// | 0 | 1 | `0xAF` |
/// | 1 | 1 | 0 |
/// | 2 | 2 | type |
/// | 4 | 4 | payload length |
/// | 8 | 4 | stream id |
/// | 12 | 1 | 0 |
/// | 13 | n | one protobuf message |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Frame type as sent; see [`FrameType`] for the known ones.
    pub kind: u16,
    /// Stream id, chosen by the client.
    pub stream: u32,
    /// The protobuf message, not yet decoded.
    pub payload: &'a [u8],
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Fewer bytes than the header has.
    #[error("frame of {0} bytes is shorter than its header")]
    TooShort(usize),
    /// The first byte is not `0xAF`.
    #[error("frame starts with {0:#04x}")]
    BadMagic(u8),
    /// The header's length and the message's length differ.
    #[error("frame announces {announced} payload bytes and carries {carried}")]
    LengthMismatch {
        /// Length in the header.
        announced: usize,
        /// Bytes after the header.
        carried: usize,
    },
}

impl<'a> Frame<'a> {
    /// Reads one WebSocket message.
    ///
    /// # Errors
    /// [`FrameError`] if the header is short, starts wrongly or contradicts the length of the message.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let Some((header, payload)) = bytes.split_first_chunk::<FRAME_HEADER_LEN>() else {
            return Err(FrameError::TooShort(bytes.len()));
        };
        let [magic, _, k0, k1, l0, l1, l2, l3, s0, s1, s2, s3, _] = *header;
        if magic != MAGIC {
            return Err(FrameError::BadMagic(magic));
        }
        let announced = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
        if announced != payload.len() {
            return Err(FrameError::LengthMismatch { announced, carried: payload.len() });
        }
        Ok(Self { kind: u16::from_be_bytes([k0, k1]), stream: u32::from_be_bytes([s0, s1, s2, s3]), payload })
    }

    /// Builds the bytes of a frame around a message.
    pub fn encode(kind: FrameType, stream: u32, message: &impl Message) -> Vec<u8> {
        let payload = message.encode_to_vec();
        let mut bytes = Vec::with_capacity(FRAME_HEADER_LEN + payload.len());
        bytes.extend_from_slice(&[MAGIC, 0]);
        bytes.extend_from_slice(&(kind as u16).to_be_bytes());
        // A message is bounded far below 4 GiB by what a room may hold.
        bytes.extend_from_slice(&u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(&stream.to_be_bytes());
        bytes.push(0);
        bytes.extend_from_slice(&payload);
        bytes
    }
}

macro_rules! frame_types {
    ($($(#[$doc:meta])* $name:ident = $value:literal,)*) => {
        /// Frame types that a mini-program client and its server exchange.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum FrameType { $($(#[$doc])* $name = $value,)* }

        impl FrameType {
            /// The type with this number, if it is one that is used.
            pub fn from_number(number: u16) -> Option<Self> {
                match number { $($value => Some(Self::$name),)* _ => None }
            }

            /// The message name that goes with the type.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }
        }
    };
}

frame_types! {
    /// Both ways: a stream is given up.
    StreamClosed = 2,
    /// From the server: this link ends.
    CloseConnection = 3,
    /// From the client: tunnelled HTTP.
    HTTPRequest = 4,
    /// Answer to 4.
    HTTPResponse = 5,
    /// From the client: link heartbeat.
    HBRequest = 12,
    /// Answer to 12.
    HBResponse = 13,
    /// From the client, first on every link.
    GetConfigRequest = 14,
    /// Answer to 14.
    GetConfigResponse = 15,
    /// Early acknowledgement of 4, if asked for.
    HTTPRequestAck = 16,
    /// From the client: bytes for the room service.
    PCUpwardMessage = 17,
    /// Acknowledgement of 17, if asked for.
    PCUpwardMessageAck = 18,
    /// The room service is reachable on this stream.
    PCEstablished = 19,
    /// The room service is not reachable any more.
    PCBroken = 20,
    /// Bytes from the room service.
    PCDownwardMessage = 21,
    /// From the client, at its first login.
    GetAppConfigRequest = 23,
    /// Answer to 23.
    GetAppConfigResponse = 24,
    /// From the server: a message could not be handled.
    PushException = 30,
    /// From the server: go to another host.
    Redirect2 = 34,
    /// From the client: which hosts are there.
    AccesshubDispatchRequest2 = 35,
    /// Answer to 35.
    AccesshubDispatchResponse2 = 36,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::pb::accesshub::PcBroken;

    #[test]
    fn a_frame_survives_encoding_and_parsing() {
        let bytes = Frame::encode(FrameType::PCBroken, 7, &PcBroken {});
        assert_eq!(Frame::parse(&bytes), Ok(Frame { kind: 20, stream: 7, payload: &[] }));
    }

    #[test]
    fn every_malformed_header_has_its_own_error() {
        assert_eq!(Frame::parse(&[0xAF; 12]), Err(FrameError::TooShort(12)));
        assert_eq!(Frame::parse(&[0; 13]), Err(FrameError::BadMagic(0)));
        let mut bytes = Frame::encode(FrameType::PCBroken, 7, &PcBroken {});
        bytes.push(1);
        assert_eq!(Frame::parse(&bytes), Err(FrameError::LengthMismatch { announced: 0, carried: 1 }));
    }
}
