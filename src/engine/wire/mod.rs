//! Bytes to values and back: the only module that knows how the protocol looks on the wire.
//!
//! Three layers lie inside one another: a [`frame`] is one WebSocket message and holds one message of [`accesshub`];
//! the proxied connection's messages hold a room [`packet`]: a header of [`switch`] and a body of [`switch`] or [`liveroom`].
//!
//! Decoding is total. Any bytes give a value or a [`WireError`]; memory is bounded by [`frame::MAX_FRAME_BYTES`], which is
//! checked before anything is decoded.

use alloc::string::String;

use super::shared::Shared;

pub mod frame;
pub mod packet;
pub mod pb;

pub use frame::{Frame, FrameType};
pub use packet::{Body, Packet, Push};

/// Messages of the outer protocol, generated from `proto/accesshub.proto`.
// `String` is in the prelude where the library is compiled for tests.
#[allow(missing_docs, unused_qualifications)]
pub mod accesshub {
    use super::pb;

    include!(concat!(env!("OUT_DIR"), "/accesshub.rs"));
}

/// Parts of [`switch`] and [`liveroom`] messages, generated from `proto/common.proto`.
#[allow(missing_docs, unused_qualifications)]
pub mod common {
    use super::pb;

    include!(concat!(env!("OUT_DIR"), "/common.rs"));
}

/// Application configuration, generated from `proto/initconfig.proto`.
#[allow(missing_docs, unused_qualifications)]
pub mod initconfig {
    use super::pb;

    include!(concat!(env!("OUT_DIR"), "/initconfig.rs"));
}

/// Room bodies, generated from `proto/liveroom.proto`.
#[allow(missing_docs, unused_qualifications)]
pub mod liveroom {
    use super::pb;

    include!(concat!(env!("OUT_DIR"), "/liveroom.rs"));
}

/// Session layer of the room protocol, generated from `proto/switch.proto`.
#[allow(missing_docs, unused_qualifications)]
pub mod switch {
    use super::pb;

    include!(concat!(env!("OUT_DIR"), "/switch.rs"));
}

/// The text of a field. Bytes that are not UTF-8 become U+FFFD, as `String::from_utf8_lossy` has it, which would bring in a
/// second reader of UTF-8.
pub fn text(mut bytes: &[u8]) -> String {
    let mut text = String::new();
    loop {
        match core::str::from_utf8(bytes) {
            // What is in order, as almost everything is, takes exactly the memory that it needs.
            Ok(good) if text.is_empty() => return good.into(),
            Ok(good) => {
                text.push_str(good);
                return text;
            }
            Err(error) => {
                let (good, rest) = bytes
                    .split_at_checked(error.valid_up_to())
                    .unwrap_or_default();
                text.push_str(core::str::from_utf8(good).unwrap_or_default());
                text.push(char::REPLACEMENT_CHARACTER);
                let bad = error.error_len().unwrap_or(rest.len());
                bytes = rest.get(bad..).unwrap_or_default();
            }
        }
    }
}

/// Why bytes were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WireError {
    /// Longer than [`frame::MAX_FRAME_BYTES`].
    TooLong,
    /// Shorter than its own header, or than the header says.
    Truncated,
    /// A room packet that does not start with `0x31`.
    NotAPacket,
    /// A protobuf message that cannot be decoded.
    Malformed,
}

impl WireError {
    /// One sentence for the log.
    pub fn text(self) -> &'static str {
        match self {
            Self::TooLong => "frame is too long",
            Self::Truncated => "frame is cut short",
            Self::NotAPacket => "room packet has an unknown start byte",
            Self::Malformed => "message cannot be decoded",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::Random;
    use alloc::vec::Vec;

    #[test]
    fn damaged_texts_are_read_as_the_library_reads_them() {
        let parts: [&[u8]; 12] = [
            b"a",
            "\u{e9}".as_bytes(),
            "\u{754c}".as_bytes(),
            "\u{1f600}".as_bytes(),
            &[0x80],
            &[0xc0, 0xaf],
            &[0xe7, 0x95],
            &[0xed, 0xa0, 0x80],
            &[0xf0, 0x9f, 0x98],
            &[0xf4, 0x90],
            &[0xf0],
            &[0xff],
        ];
        let mut random = Random::new(3);
        for _ in 0..20_000 {
            let mut bytes = Vec::new();
            for _ in 0..random.between(0, 6) {
                bytes.extend_from_slice(parts[random.between(0, 11) as usize]);
            }
            let expected = String::from_utf8_lossy(&bytes);
            assert_eq!(text(&bytes), expected, "{bytes:x?}");
        }
    }
}
