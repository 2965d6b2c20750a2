//! The module's border, run under Node: `wasm-pack test --node`, or the wasm-bindgen test runner.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs)]

use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;
use zego_express_alipay::Engine;

fn engine() -> Engine {
    let config = json!({ "appID": 1_234_567_890, "server": ["ws://127.0.0.1:1/accesshub"], "seed": 7, "deviceID": "d" });
    let Some(engine) = Engine::create(&config.to_string(), 0.0, 0.0) else {
        panic!("the configuration is good")
    };
    engine
}

/// What the engine has to say, as values.
fn outputs(engine: &mut Engine) -> Vec<Value> {
    let text = engine.drain();
    if text.is_empty() {
        return Vec::new();
    }
    let Ok(outputs) = serde_json::from_str(&text) else {
        panic!("not a list: {text}")
    };
    outputs
}

fn call(engine: &mut Engine, id: u32, method: &str, args: &Value) {
    let call = json!({ "type": "call", "id": id, "method": method, "args": args });
    engine.input(&call.to_string(), 1.0, 1.0);
}

/// The reply to a call that is answered at once.
fn answer(engine: &mut Engine, method: &str, args: &Value) -> Value {
    call(engine, 9, method, args);
    let replies = outputs(engine);
    let reply = replies.iter().find(|output| output["id"] == 9);
    reply.cloned().unwrap_or_default()
}

#[wasm_bindgen_test]
fn a_new_engine_asks_for_a_socket_and_names_its_next_deadline() {
    let mut engine = engine();
    let expected = r#"[{"type":"open","socket":1,"url":"ws://127.0.0.1:1/accesshub"}]"#;
    assert_eq!(engine.drain(), expected);
    assert_eq!(engine.drain(), "", "nothing is left");
    assert!((engine.deadline() - 10_000.0).abs() < f64::EPSILON);
}

#[wasm_bindgen_test]
fn a_configuration_that_is_wrong_makes_no_engine() {
    for config in ["", "{}", r#"{"appID": -1}"#, r#"{"appID": 1}"#] {
        assert!(
            Engine::create(config, 0.0, 0.0).is_none(),
            "{config} was taken"
        );
    }
}

#[wasm_bindgen_test]
fn an_open_socket_sends_its_first_frame_as_base64() {
    let mut engine = engine();
    engine.drain();
    engine.input(r#"{"type": "socketOpened", "socket": 1}"#, 5.0, 5.0);
    let outputs = outputs(&mut engine);
    let send = outputs.iter().find(|output| output["type"] == "send");
    // 0xAF, 0, 0, 14
    let data = send
        .and_then(|send| send["data"].as_str())
        .unwrap_or_default();
    assert!(data.starts_with("rwAADg"), "{data}");
}

#[wasm_bindgen_test]
fn events_and_answers_stand_in_one_list_in_order() {
    let mut engine = engine();
    engine.drain();
    let value = |engine: &mut Engine, method: &str, args: Value| {
        answer(engine, method, &args)["value"].clone()
    };
    assert_eq!(value(&mut engine, "enableMultiRoom", json!([true])), true);
    assert_eq!(
        value(&mut engine, "stopPublishingStream", json!(["s"])),
        false
    );
    assert_eq!(value(&mut engine, "getNextUrl", json!(["s"])), "");
    assert_eq!(
        answer(&mut engine, "logoutRoom", &json!([])),
        json!({ "type": "reply", "id": 9 })
    );
    call(
        &mut engine,
        3,
        "loginRoom",
        &json!(["r", "t", { "userID": "u" }]),
    );
    let outputs = outputs(&mut engine);
    assert_eq!(outputs[0]["name"], "roomStateUpdate");
    assert_eq!(outputs[0]["args"], json!(["r", "CONNECTING", 0, null]));
    assert_eq!(outputs[0]["deferred"], Value::Null);
    assert!(outputs.iter().all(|output| output["type"] != "reply"));
}

#[wasm_bindgen_test]
fn a_rejection_has_code_name_and_advice() {
    let mut engine = engine();
    let error = answer(
        &mut engine,
        "loginRoom",
        &json!(["", "t", { "userID": "u" }]),
    )["error"]
        .clone();
    assert_eq!(
        (&error["code"], &error["errorCode"]),
        (&json!(1_002_011), &json!(1_002_011))
    );
    assert_eq!(error["name"], "RoomIdEmpty");
    assert!(
        error["advice"]
            .as_str()
            .is_some_and(|advice| !advice.is_empty())
    );
}

#[wasm_bindgen_test]
fn values_of_any_type_are_refused_and_do_no_harm() {
    let mut engine = engine();
    for value in [json!(null), json!(1.5), json!({}), json!([])] {
        let args = json!([value, value, value, value]);
        for method in [
            "loginRoom",
            "startPublishingStream",
            "sendCustomCommand",
            "setRoomExtraInfo",
        ] {
            let reply = answer(&mut engine, method, &args);
            assert!(reply["error"]["code"].is_u64(), "{method}: {reply}");
        }
        call(&mut engine, 1, "updatePlayerState", &args);
        engine.input(&args.to_string(), 0.0, 0.0);
        engine.input("no JSON", 0.0, 0.0);
        engine.frame(1, vec![1, 2, 3], 0.0, 0.0);
    }
    assert!((engine.deadline() - 10_000.0).abs() < f64::EPSILON);
}
