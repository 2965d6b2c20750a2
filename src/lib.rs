//! Engine for one-to-one video calls in Alipay mini programs.
//!
//! The crate has two halves. [`engine`] holds the rooms, streams, messages and the connection to the service; it does no IO.
//! `bindings` (only when compiled to WebAssembly) makes it a class for JavaScript.
//!
//! Whoever drives an [`engine::Engine`] repeats three steps:
//!
//! 1. give it one [`engine::Input`] with the current time: [`engine::Engine::handle`];
//! 2. take outputs with [`engine::Engine::poll_output`] until there are none, and carry them out in order;
//! 3. wait for the next input, at the longest until [`engine::Engine::next_deadline`], then give it [`engine::Input::Timeout`].
//!
//! ```
//! use zego_express_alipay::engine::{Config, Engine, Input, Now, Output};
//!
//! let mut engine = Engine::new(Config::new(1234567890, vec!["ws://127.0.0.1:8765/accesshub".into()]), Now::at(0, 0));
//! while let Some(output) = engine.poll_output() {
//!     if let Output::OpenSocket { url, .. } = output {
//!         assert_eq!(url, "ws://127.0.0.1:8765/accesshub");
//!     }
//! }
//! engine.handle(Input::Timeout, Now::at(10_000, 10_000));
//! ```

#![cfg_attr(not(test), no_std)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod engine;

/// Tokens as far as a mini program may look into them. Issuing and checking them needs the secret and belongs on a server: the
/// crate `zego-token` with its default features.
pub use zego_token as token;

#[cfg(target_arch = "wasm32")]
mod bindings;
#[cfg(target_arch = "wasm32")]
pub use bindings::Engine;
