//! The `Engine` class for JavaScript: conversions, no rules.
//!
//! JavaScript is never called while the engine is borrowed: outputs wait until the shim drains them, and promises settle in
//! a microtask of their own.

use futures_channel::oneshot;
use js_sys::{Array, Object, Promise};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::engine::plain::Plain;
use crate::engine::{self, CallId, Config, Input, Now, Output, Value};

/// Half the size of the standard library's allocator.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

type Outcome = Result<JsValue, JsValue>;

/// One engine. `mono` is a clock that never goes back, `wall` is `Date.now()`, both in milliseconds.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    inner: engine::Engine,
    last_call: CallId,
    open: Vec<(CallId, oneshot::Sender<Outcome>)>,
    outputs: Array,
}

#[wasm_bindgen]
impl Engine {
    /// `config` is `{appID, server, seed, deviceID}`. Throws an `Error` that names the wrong member.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, mono: f64, wall: f64) -> Result<Self, JsError> {
        console_error_panic_hook::set_once();
        let config = Config::from_host(&value(&config)).map_err(JsError::new)?;
        let inner = engine::Engine::new(config, now(mono, wall));
        let mut engine = Self {
            inner,
            last_call: 0,
            open: Vec::new(),
            outputs: Array::new(),
        };
        engine.collect();
        Ok(engine)
    }

    /// An asynchronous method of the page. Rejects with `{code, name, message, advice, errorCode, msg, extendedData}`.
    pub fn call(&mut self, method: &str, args: JsValue, mono: f64, wall: f64) -> Promise {
        let (sender, receiver) = oneshot::channel();
        let id = self.begin(sender);
        self.handle(
            Input::Call {
                id,
                method: method.into(),
                args: list(&args),
            },
            mono,
            wall,
        );
        future_to_promise(async { receiver.await.unwrap_or(Err(JsValue::UNDEFINED)) })
    }

    /// A synchronous method of the page; `undefined` where it failed.
    #[wasm_bindgen(js_name = callSync)]
    pub fn call_sync(&mut self, method: &str, args: JsValue, mono: f64, wall: f64) -> JsValue {
        let (sender, mut receiver) = oneshot::channel();
        let id = self.begin(sender);
        self.handle(
            Input::Call {
                id,
                method: method.into(),
                args: list(&args),
            },
            mono,
            wall,
        );
        receiver
            .try_recv()
            .ok()
            .flatten()
            .and_then(Result::ok)
            .unwrap_or_default()
    }

    /// Something that happened to the host: see `Input::from_host`.
    pub fn input(&mut self, input: JsValue, mono: f64, wall: f64) {
        if let Some(input) = Input::from_host(&value(&input)) {
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

    /// What there is to do, in order. Take it after every other call.
    pub fn drain(&mut self) -> Array {
        core::mem::replace(&mut self.outputs, Array::new())
    }

    /// `mono` of the next `tick`.
    #[allow(clippy::cast_precision_loss)]
    pub fn deadline(&self) -> Option<f64> {
        self.inner.next_deadline().map(|deadline| deadline.0 as f64)
    }

    fn begin(&mut self, sender: oneshot::Sender<Outcome>) -> CallId {
        self.last_call = self.last_call.wrapping_add(1);
        self.open.push((self.last_call, sender));
        self.last_call
    }

    fn handle(&mut self, input: Input, mono: f64, wall: f64) {
        self.inner.handle(input, now(mono, wall));
        self.collect();
    }

    fn collect(&mut self) {
        while let Some(output) = self.inner.poll_output() {
            if let Output::Reply { id, result } = output {
                if let Some(at) = self.open.iter().position(|(call, _)| *call == id) {
                    let (_, sender) = self.open.swap_remove(at);
                    let outcome = result
                        .map(|reply| js(&reply.plain()))
                        .map_err(|error| js(&error.plain()));
                    // Nobody waits for a synchronous method that took too long; there is none.
                    let _unheard = sender.send(outcome);
                }
            } else {
                self.outputs.push(&js(&output.plain()));
            }
        }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn now(mono: f64, wall: f64) -> Now {
    Now::at(mono as u64, wall as i64)
}

/// What is not a plain value counts as missing; the shim has replaced it before.
///
/// By hand and not with `serde-wasm-bindgen`: reading any type with it costs 12 kB of texts for errors that cannot occur.
fn value(js: &JsValue) -> Value {
    if let Some(text) = js.as_string() {
        Value::Text(text)
    } else if let Some(number) = js.as_f64() {
        Value::Number(number)
    } else if let Some(flag) = js.as_bool() {
        Value::Bool(flag)
    } else if Array::is_array(js) {
        Value::List(list(js))
    } else if js.is_object() {
        let entries = Object::entries(js.unchecked_ref());
        let member = |entry: JsValue| {
            let pair: Array = entry.unchecked_into();
            (
                pair.get(0).as_string().unwrap_or_default(),
                value(&pair.get(1)),
            )
        };
        Value::Map(entries.iter().map(member).collect())
    } else {
        Value::Undefined
    }
}

fn list(args: &JsValue) -> Vec<Value> {
    let items: &Array = args.unchecked_ref();
    items.iter().map(|item| value(&item)).collect()
}

fn js(value: &Plain<'_>) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    value.serialize(&serializer).unwrap_or_default()
}
