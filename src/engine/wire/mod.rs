//! Bytes to values and back: the only module that knows how the protocol looks on the wire.
//!
//! Three layers lie inside one another: a [`frame`] is one WebSocket message and holds one message of [`accesshub`];
//! the proxied connection's messages hold a room [`packet`]: a header of [`switch`] and a body of [`switch`] or [`liveroom`].
//!
//! Decoding is total. Any bytes give a value or a [`WireError`]; memory is bounded by [`frame::MAX_FRAME_BYTES`], which is
//! checked before anything is decoded.

use alloc::{borrow::Cow, rc::Rc, string::String};

pub mod frame;
pub mod packet;
pub mod pb;

pub use frame::{Frame, FrameType};
pub use packet::{Body, Packet, Push};

/// Messages of the outer protocol, generated from `proto/accesshub.proto`.
#[allow(missing_docs)]
pub mod accesshub {
    use super::pb;

    include!(concat!(env!("OUT_DIR"), "/accesshub.rs"));
}

/// Parts of [`switch`] and [`liveroom`] messages, generated from `proto/common.proto`.
#[allow(missing_docs)]
pub mod common {
    use super::pb;

    include!(concat!(env!("OUT_DIR"), "/common.rs"));
}

/// Application configuration, generated from `proto/initconfig.proto`.
#[allow(missing_docs)]
pub mod initconfig {
    use super::pb;

    include!(concat!(env!("OUT_DIR"), "/initconfig.rs"));
}

/// Room bodies, generated from `proto/liveroom.proto`.
#[allow(missing_docs)]
pub mod liveroom {
    use super::pb;

    include!(concat!(env!("OUT_DIR"), "/liveroom.rs"));
}

/// Session layer of the room protocol, generated from `proto/switch.proto`.
#[allow(missing_docs)]
pub mod switch {
    use super::pb;

    include!(concat!(env!("OUT_DIR"), "/switch.rs"));
}

/// The text of a field. Bytes that are not UTF-8 become U+FFFD.
pub fn text(bytes: &[u8]) -> String {
    lossy(bytes).into_owned()
}

/// The same for whoever keeps it in several places.
pub fn shared(bytes: &[u8]) -> Rc<str> {
    lossy(bytes).into()
}

fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    // What is in order, as almost everything is, is looked at in whole words.
    match core::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
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
