//! The `Engine` class for JavaScript. Stand-in with the agreed methods, so that the build has something to build.
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

/// One engine.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    config: JsValue,
    inputs: Vec<JsValue>,
    bytes: usize,
}

#[wasm_bindgen]
impl Engine {
    /// Keeps the configuration.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, _mono: f64, _wall: f64) -> Self {
        Self {
            config,
            inputs: Vec::new(),
            bytes: 0,
        }
    }

    /// Answers with the arguments.
    pub fn call(&mut self, method: &str, args: JsValue, _mono: f64, _wall: f64) -> Promise {
        if method == "panic" {
            panic!("asked to");
        }
        Promise::resolve(&args)
    }

    /// Answers with the configuration.
    #[wasm_bindgen(js_name = callSync)]
    pub fn call_sync(&mut self, _method: &str, _args: JsValue, _mono: f64, _wall: f64) -> JsValue {
        self.config.clone()
    }

    /// Keeps the input.
    pub fn input(&mut self, input: JsValue, _mono: f64, _wall: f64) {
        self.inputs.push(input);
    }

    /// Counts the bytes.
    pub fn frame(&mut self, _socket: f64, bytes: &[u8], _mono: f64, _wall: f64) {
        self.bytes += bytes.len();
    }

    /// Does nothing.
    pub fn tick(&mut self, _mono: f64, _wall: f64) {}

    /// Gives the inputs back.
    pub fn drain(&mut self) -> Array {
        self.inputs.drain(..).collect()
    }

    /// No deadline.
    pub fn deadline(&self) -> Option<f64> {
        None
    }
}
