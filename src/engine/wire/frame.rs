//! One binary WebSocket message: a 13-byte header and one protobuf message.
//!
//! | offset | size | |
//! |---|---|---|
//! | 0 | 1 | `0xAF` |
//! | 1 | 1 | 0 |
//! | 2 | 2 | type |
//! | 4 | 4 | length of the payload |
//! | 8 | 4 | stream |
//! | 12 | 1 | 0 |
//!
//! Numbers are big-endian. What arrives is read as the vendor's client reads it: bytes 0, 1, 12 and the length are not checked.

use super::pb::{self, Choice, Encode};
use super::{WireError, accesshub};
use alloc::vec::Vec;

/// Longest frame that is decoded.
pub const MAX_FRAME_BYTES: usize = 2 * 1024 * 1024;

const HEADER_BYTES: usize = 13;
const FIRST_BYTE: u8 = 0xAF;

/// Type number in the frame header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
#[repr(u16)]
pub enum FrameType {
    StreamClosed = 2,
    CloseConnection = 3,
    HttpRequest = 4,
    HttpResponse = 5,
    HbRequest = 12,
    HbResponse = 13,
    GetConfigRequest = 14,
    GetConfigResponse = 15,
    PcUpward = 17,
    PcEstablished = 19,
    PcBroken = 20,
    PcDownward = 21,
    GetAppConfigRequest = 23,
    GetAppConfigResponse = 24,
    PushException = 30,
    Redirect = 34,
    DispatchRequest = 35,
    DispatchResponse = 36,
}

/// A decoded frame from the server.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub enum Frame<'a> {
    StreamClosed(accesshub::StreamClosed<'a>),
    CloseConnection(accesshub::CloseConnection<'a>),
    HttpResponse(accesshub::HttpResponse<'a>),
    HbResponse(accesshub::HbResponse<'a>),
    GetConfigResponse(accesshub::GetConfigResponse<'a>),
    PcEstablished,
    PcBroken,
    PcDownward(accesshub::PcDownwardMessage<'a>),
    GetAppConfigResponse(accesshub::GetAppConfigResponse<'a>),
    PushException(accesshub::PushException<'a>),
    Redirect(accesshub::Redirect<'a>),
    DispatchResponse(accesshub::DispatchResponse<'a>),
    /// A type that this client has no use for.
    Other(u16),
}

/// Decodes one WebSocket message. Returns the stream and the frame.
pub fn decode_frame(bytes: &[u8]) -> Result<(u32, Frame<'_>), WireError> {
    if bytes.len() > MAX_FRAME_BYTES {
        return Err(WireError::TooLong);
    }
    let (header, payload) = bytes
        .split_at_checked(HEADER_BYTES)
        .ok_or(WireError::Truncated)?;
    let [_, _, t1, t0, _, _, _, _, s3, s2, s1, s0, _] = header else {
        return Err(WireError::Truncated);
    };
    let stream = u32::from_be_bytes([*s3, *s2, *s1, *s0]);
    let mut choice = Choice::new(payload);
    let frame = match u16::from_be_bytes([*t1, *t0]) {
        2 => Frame::StreamClosed(choice.view()),
        3 => Frame::CloseConnection(choice.view()),
        5 => Frame::HttpResponse(choice.view()),
        13 => Frame::HbResponse(choice.view()),
        15 => Frame::GetConfigResponse(choice.view()),
        19 => Frame::PcEstablished,
        20 => Frame::PcBroken,
        21 => Frame::PcDownward(choice.view()),
        24 => Frame::GetAppConfigResponse(choice.view()),
        30 => Frame::PushException(choice.view()),
        34 => Frame::Redirect(choice.view()),
        36 => Frame::DispatchResponse(choice.view()),
        other => Frame::Other(other),
    };
    choice.check((stream, frame))
}

/// Encodes one message as a frame on `stream`.
#[inline(always)]
pub fn encode_frame(kind: FrameType, stream: u32, message: &impl Encode) -> Vec<u8> {
    frame(kind, stream, pb::encode(message))
}

#[inline(never)]
fn frame(kind: FrameType, stream: u32, payload: Vec<u8>) -> Vec<u8> {
    let length = payload.len();
    let mut bytes = Vec::with_capacity(HEADER_BYTES + length);
    bytes.extend_from_slice(&[FIRST_BYTE, 0]);
    bytes.extend_from_slice(&(kind as u16).to_be_bytes());
    bytes.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend_from_slice(&stream.to_be_bytes());
    bytes.push(0);
    bytes.extend_from_slice(&payload);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_of_a_frame_gives_a_value_or_an_error() {
        let whole = encode_frame(
            FrameType::StreamClosed,
            7,
            &accesshub::write::StreamClosed {
                code: Some(0),
                msg: Some(b"bye"),
            },
        );
        assert_eq!(decode_frame(&whole).map(|(stream, _)| stream), Ok(7));
        for end in 0..HEADER_BYTES {
            assert_eq!(decode_frame(&whole[..end]), Err(WireError::Truncated));
        }
        assert_eq!(
            decode_frame(&whole[..whole.len() - 1]),
            Err(WireError::Malformed)
        );
    }

    #[test]
    fn a_length_prefix_beyond_the_frame_is_refused_without_reserving_memory() {
        let mut bytes = encode_frame(
            FrameType::StreamClosed,
            1,
            &accesshub::write::StreamClosed::default(),
        );
        bytes.extend_from_slice(&[0x12, 0xff, 0xff, 0xff, 0xff, 0x0f, b'x']);
        assert_eq!(decode_frame(&bytes), Err(WireError::Malformed));
    }

    #[test]
    fn an_oversized_frame_is_refused_before_it_is_decoded() {
        assert_eq!(
            decode_frame(&vec![0; MAX_FRAME_BYTES + 1]),
            Err(WireError::TooLong)
        );
    }
}
