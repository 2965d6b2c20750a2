//! Whole conversations with the server, one behaviour each, under a virtual clock.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "clippy.toml exempts test functions, not their helpers"
)]

mod bad_clients;
mod control;
mod hostile;
mod link;
mod messages;
mod rooms;
mod streams;
mod tokens;
mod world;
