//! The module as JavaScript sees it, run under Node: `wasm-pack test --node`, or the wasm-bindgen test runner.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs)]

use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use zego_express_alipay::Engine;

const CONFIG: &str = r#"{"appID": 1234567890, "server": ["ws://127.0.0.1:1/accesshub"], "seed": 7, "deviceID": "d"}"#;

fn json(text: &str) -> JsValue {
    JSON::parse(text).ok().unwrap_or_default()
}

fn text(value: &JsValue) -> String {
    JSON::stringify(value)
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

fn engine() -> Engine {
    let Ok(engine) = Engine::new(json(CONFIG), 0.0, 0.0) else {
        panic!("the configuration is good")
    };
    engine
}

fn member(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or_default()
}

#[wasm_bindgen_test]
fn a_new_engine_asks_for_a_socket_and_names_its_next_deadline() {
    let mut engine = engine();
    let expected = r#"[{"type":"open","socket":1,"url":"ws://127.0.0.1:1/accesshub"}]"#;
    assert_eq!(text(&engine.drain()), expected);
    assert!(engine.drain().is_undefined(), "nothing is left");
    assert_eq!(engine.deadline(), Some(10_000.0));
}

#[wasm_bindgen_test]
fn a_configuration_that_is_wrong_throws_and_names_the_member() {
    for (config, wrong) in [
        ("{}", "appID"),
        (r#"{"appID": -1}"#, "appID"),
        (r#"{"appID": 1}"#, "server"),
    ] {
        let Err(error) = Engine::new(json(config), 0.0, 0.0) else {
            panic!("{config} was taken")
        };
        let message = member(&JsValue::from(error), "message")
            .as_string()
            .unwrap_or_default();
        assert!(message.starts_with(wrong), "{message}");
    }
}

#[wasm_bindgen_test]
fn an_open_socket_sends_its_first_frame_as_base64() {
    let mut engine = engine();
    engine.drain();
    engine.input(json(r#"{"type": "socketOpened", "socket": 1}"#), 5.0, 5.0);
    let outputs: Array = engine.drain().unchecked_into();
    let send = outputs
        .iter()
        .find(|output| member(output, "type") == "send")
        .unwrap_or_default();
    // 0xAF, 0, 0, 14
    let data = member(&send, "data").as_string().unwrap_or_default();
    assert!(data.starts_with("rwAADg"), "{data}");
}

#[wasm_bindgen_test]
fn events_and_synchronous_answers_are_plain_values() {
    let mut engine = engine();
    engine.drain();
    assert_eq!(
        engine.call_sync("enableMultiRoom", json("[true]"), 0.0, 0.0),
        true
    );
    assert_eq!(
        engine.call_sync("stopPublishingStream", json(r#"["s"]"#), 0.0, 0.0),
        false
    );
    assert_eq!(
        engine.call_sync("getNextUrl", json(r#"["s"]"#), 0.0, 0.0),
        ""
    );
    let _login = engine.call(
        "loginRoom",
        json(r#"["r", "t", {"userID": "u"}]"#),
        1.0,
        1.0,
    );
    let outputs: Array = engine.drain().unchecked_into();
    let event = outputs.get(0);
    assert_eq!(member(&event, "name"), "roomStateUpdate");
    let args: Array = member(&event, "args").unchecked_into();
    assert_eq!(
        (args.length(), args.get(1).as_string().as_deref()),
        (4, Some("CONNECTING"))
    );
    assert!(args.get(3).is_null(), "no extended data");
    assert!(member(&event, "deferred").is_undefined());
}

#[wasm_bindgen_test]
async fn a_rejection_is_an_object_with_code_name_and_advice() {
    let mut engine = engine();
    let promise = engine.call("loginRoom", json(r#"["", "t", {"userID": "u"}]"#), 1.0, 1.0);
    let Err(error) = JsFuture::from(promise).await else {
        panic!("an empty room id was taken")
    };
    assert_eq!(
        (member(&error, "code"), member(&error, "errorCode")),
        (1_002_011.into(), 1_002_011.into())
    );
    assert_eq!(member(&error, "name"), "RoomIdEmpty");
    assert!(
        !member(&error, "advice")
            .as_string()
            .unwrap_or_default()
            .is_empty()
    );
}

#[wasm_bindgen_test]
async fn values_of_any_type_are_refused_and_do_no_harm() {
    let mut engine = engine();
    let odd = [
        JsValue::NULL,
        JsValue::from(1.5),
        JsValue::symbol(None),
        Object::new().into(),
        Array::new().into(),
    ];
    for value in odd {
        let args = Array::of(&[value.clone(), value.clone(), value.clone(), value]);
        for method in [
            "loginRoom",
            "startPublishingStream",
            "sendCustomCommand",
            "setRoomExtraInfo",
        ] {
            assert!(
                JsFuture::from(engine.call(method, args.clone().into(), 0.0, 0.0))
                    .await
                    .is_err()
            );
        }
        engine.call_sync("updatePlayerState", args.clone().into(), 0.0, 0.0);
        engine.input(args.into(), 0.0, 0.0);
        engine.frame(1, vec![1, 2, 3], 0.0, 0.0);
    }
    assert_eq!(engine.deadline(), Some(10_000.0));
}
