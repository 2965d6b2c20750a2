//! Whole conversations with the server, one behaviour each, under a virtual clock.

mod control;
mod hostile;
mod link;
mod messages;
mod rooms;
mod streams;
mod tokens;
mod world;
