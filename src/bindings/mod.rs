//! The `Engine` class for JavaScript: conversions, no rules.
//!
//! JavaScript is never called while the engine is borrowed: outputs wait until the shim drains them, and promises settle in
//! a microtask.

mod panic;

use alloc::{string::String, vec::Vec};
use js_sys::{Array, Function, JSON, Object, Promise};
use wasm_bindgen::prelude::*;

use crate::engine::json::Writer;
use crate::engine::{self, CallId, Config, Input, Now, Output, Reply, Value};

/// Half the size of the standard library's allocator.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

type Outcome = Result<JsValue, JsValue>;

#[wasm_bindgen]
extern "C" {
    /// Writes a number as JavaScript does.
    #[wasm_bindgen(js_name = String)]
    fn fraction(number: f64) -> String;
}

/// One engine. `mono` is a clock that never goes back, `wall` is `Date.now()`, both in milliseconds.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    inner: engine::Engine,
    last_call: CallId,
    /// How to resolve and to reject the promises that are not settled yet.
    open: Vec<(CallId, [Function; 2])>,
    /// Of the last call, if it was answered at once.
    answer: Option<Outcome>,
    /// What the shim has not taken yet, as a list that is not closed.
    outputs: Writer,
}

#[wasm_bindgen]
impl Engine {
    /// `config` is `{appID, server, seed, deviceID}`. Throws an `Error` that names the wrong member.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, mono: f64, wall: f64) -> Result<Self, JsError> {
        panic::hook();
        let config = Config::from_host(&value(&config)).map_err(JsError::new)?;
        let inner = engine::Engine::new(config, now(mono, wall));
        let mut outputs = Writer::new(fraction);
        outputs.open('[');
        let mut engine = Self {
            inner,
            last_call: 0,
            open: Vec::new(),
            answer: None,
            outputs,
        };
        engine.collect();
        Ok(engine)
    }

    /// An asynchronous method of the page. Rejects with `{code, name, message, advice, errorCode, msg, extendedData}`.
    pub fn call(&mut self, method: &str, args: JsValue, mono: f64, wall: f64) -> Promise {
        let mut settlers = None;
        let promise = Promise::new(&mut |resolve, reject| settlers = Some([resolve, reject]));
        let id = self.begin(method, &args, mono, wall);
        if let Some(settlers) = settlers {
            match self.answer.take() {
                Some(outcome) => settle(&settlers, &outcome),
                None => self.open.push((id, settlers)),
            }
        }
        promise
    }

    /// A synchronous method of the page; `undefined` where it failed.
    #[wasm_bindgen(js_name = callSync)]
    pub fn call_sync(&mut self, method: &str, args: JsValue, mono: f64, wall: f64) -> JsValue {
        self.begin(method, &args, mono, wall);
        self.answer.take().and_then(Result::ok).unwrap_or_default()
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

    /// What there is to do, in order; undefined for nothing. Take it after every other call.
    pub fn drain(&mut self) -> JsValue {
        if self.outputs.is_fresh() {
            return JsValue::UNDEFINED;
        }
        self.outputs.close(']');
        let outputs = parsed(&self.outputs);
        self.outputs.clear();
        self.outputs.open('[');
        outputs
    }

    /// `mono` of the next `tick`.
    #[allow(clippy::cast_precision_loss)]
    pub fn deadline(&self) -> Option<f64> {
        self.inner.next_deadline().map(|deadline| deadline.0 as f64)
    }

    fn begin(&mut self, method: &str, args: &JsValue, mono: f64, wall: f64) -> CallId {
        self.answer = None;
        self.last_call = self.last_call.wrapping_add(1);
        let id = self.last_call;
        let call = Input::Call {
            id,
            method: method.into(),
            args: list(args),
        };
        self.handle(call, mono, wall);
        id
    }

    fn handle(&mut self, input: Input, mono: f64, wall: f64) {
        self.inner.handle(input, now(mono, wall));
        self.collect();
    }

    fn collect(&mut self) {
        while let Some(output) = self.inner.poll_output() {
            if let Output::Reply { id, result } = output {
                let mut to = Writer::new(fraction);
                let outcome = match &result {
                    Ok(Reply::Nothing) => Ok(JsValue::UNDEFINED),
                    Ok(reply) => {
                        reply.write(&mut to);
                        Ok(parsed(&to))
                    }
                    Err(error) => {
                        error.write(&mut to);
                        Err(parsed(&to))
                    }
                };
                match self.open.iter().position(|(call, _)| *call == id) {
                    Some(at) => settle(&self.open.swap_remove(at).1, &outcome),
                    // A synchronous method that was not answered at once has nobody who waits; there is none.
                    None if id == self.last_call => self.answer = Some(outcome),
                    None => {}
                }
            } else {
                output.write(&mut self.outputs);
            }
        }
    }
}

/// Handlers of the promise run later, in a microtask.
fn settle([resolve, reject]: &[Function; 2], outcome: &Outcome) {
    let (function, value) = match outcome {
        Ok(value) => (resolve, value),
        Err(error) => (reject, error),
    };
    // The functions of a promise do not throw.
    let _done = function.call1(&JsValue::UNDEFINED, value);
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn now(mono: f64, wall: f64) -> Now {
    Now::at(mono as u64, wall as i64)
}

/// What is not a plain value counts as missing; the shim has replaced it before.
///
/// By hand and not with `serde-wasm-bindgen`, whose errors and options cost more than all of this.
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
        let mut members = Vec::new();
        for entry in entries.iter() {
            let pair: Array = entry.unchecked_into();
            let key = pair.get(0).as_string().unwrap_or_default();
            members.push((key, value(&pair.get(1))));
        }
        Value::Map(members)
    } else {
        Value::Undefined
    }
}

fn list(args: &JsValue) -> Vec<Value> {
    let items: &Array = args.unchecked_ref();
    let mut values = Vec::new();
    for item in items.iter() {
        values.push(value(&item));
    }
    values
}

fn parsed(json: &Writer) -> JsValue {
    JSON::parse(json.as_text()).unwrap_or_default()
}
