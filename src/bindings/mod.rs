//! The border of the module: text and bytes, no JavaScript values. `engine.mjs` makes of it the class that the shim uses, with
//! promises and values.
//!
//! One JSON text costs a tenth of what a call into JavaScript for each text, number and member does, and no table of values
//! has to be kept on either side. JavaScript is never called while the engine is borrowed: outputs wait until they are taken.

mod panic;

use alloc::{string::String, vec::Vec};
use wasm_bindgen::prelude::*;

use crate::engine::json::Writer;
use crate::engine::{self, Config, Input, Now};

/// Half the size of the standard library's allocator.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// What the outputs of one input usually take: a text that grows by itself is copied on the way.
const USUAL_BYTES: usize = 512;

/// One engine. `mono` is a clock that never goes back, `wall` is `Date.now()`, both in milliseconds.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    inner: engine::Engine,
    /// What was not taken yet: nothing, or a list that is not closed.
    outputs: Writer,
}

#[wasm_bindgen]
impl Engine {
    /// `config` is JSON, `{appID, server, seed, deviceID, platform, networkType, reconnect}`. Undefined where it is wrong;
    /// `console.error` gets the member's name then.
    pub fn create(config: &str, mono: f64, wall: f64) -> Option<Self> {
        panic::hook();
        let config = Config::from_json(config)
            .inspect_err(|wrong| panic::report(wrong, "", 0))
            .ok()?;
        let mut engine = Self {
            inner: engine::Engine::new(config, now(mono, wall)),
            outputs: Writer::default(),
        };
        engine.collect();
        Some(engine)
    }

    /// Something that happened to the host, a call of the page included, as JSON: see `Input::from_json`.
    pub fn input(&mut self, input: &str, mono: f64, wall: f64) {
        if let Some(input) = Input::from_json(input) {
            self.handle(input, mono, wall);
        }
    }

    /// A binary message of a socket.
    pub fn frame(&mut self, socket: u32, bytes: Vec<u8>, mono: f64, wall: f64) {
        self.handle(Input::SocketMessage(socket, bytes), mono, wall);
    }

    /// A timer fired.
    pub fn tick(&mut self, mono: f64, wall: f64) {
        self.handle(Input::Timeout, mono, wall);
    }

    /// What there is to do, in order, as a JSON list; empty for nothing. Take it after every other call.
    pub fn drain(&mut self) -> String {
        if !self.outputs.is_empty() {
            self.outputs.close(']');
        }
        core::mem::take(&mut self.outputs).finish()
    }

    /// `mono` of the next `tick`; negative for never.
    #[allow(clippy::cast_precision_loss)]
    pub fn deadline(&self) -> f64 {
        self.inner
            .next_deadline()
            .map_or(-1.0, |deadline| deadline.0 as f64)
    }

    fn handle(&mut self, input: Input, mono: f64, wall: f64) {
        self.inner.handle(input, now(mono, wall));
        self.collect();
    }

    fn collect(&mut self) {
        while let Some(output) = self.inner.poll_output() {
            if self.outputs.is_empty() {
                self.outputs.reserve(USUAL_BYTES);
                self.outputs.open('[');
            }
            output.write(&mut self.outputs);
        }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn now(mono: f64, wall: f64) -> Now {
    Now::at(mono as u64, wall as i64)
}
