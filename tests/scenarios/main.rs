//! Scenarios of whole calls: engines and the room server in one process, under a virtual clock.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing
)]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]

mod call;
mod input;
mod leaving;
mod login;
mod messages;
mod multi_room;
mod outages;
mod policy;
mod races;
mod reconnect;
mod settling;
mod sync;
mod world;
