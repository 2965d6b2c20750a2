//! Bytes to values and back: the link frame, the room packet inside it, and the messages they carry.
//!
//! Only this module knows the layout of bytes. All integers in headers are big-endian.

mod describe;
mod frame;
mod packet;

pub use describe::{Direction, describe};
pub use frame::{FRAME_HEADER_LEN, Frame, FrameError, FrameType};
pub use packet::{PACKET_HEADER_LEN, Packet, PacketError, cmd, sub};

/// Message types generated from the crate's own `.proto` files.
#[allow(missing_docs, unreachable_pub, clippy::all)]
pub mod pb {
    /// Messages of the link.
    pub mod accesshub {
        include!(concat!(env!("OUT_DIR"), "/accesshub.rs"));
    }
    /// Content of the app config.
    pub mod initconfig {
        include!(concat!(env!("OUT_DIR"), "/initconfig.rs"));
    }
    /// Packet header, login, logout, pushes.
    pub mod switch {
        include!(concat!(env!("OUT_DIR"), "/switch.rs"));
    }
    /// Room commands.
    pub mod liveroom {
        include!(concat!(env!("OUT_DIR"), "/liveroom.rs"));
    }
}
