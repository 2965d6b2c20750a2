//! The module as JavaScript sees it, run under Node by the wasm-bindgen test runner.
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use zego_express_alipay::Engine;

#[wasm_bindgen_test]
fn a_new_engine_has_nothing_to_say() {
    let mut engine = Engine::new(Object::new().into(), 0.0, 0.0);
    assert_eq!(engine.drain().length(), 0);
    assert_eq!(engine.deadline(), None);
    engine.input(JsValue::from_str("x"), 1.0, 1.0);
    assert_eq!(
        engine.drain().to_vec(),
        Array::of1(&JsValue::from_str("x")).to_vec()
    );
}
