//! What a page calls.

use bolero::TypeGenerator;
use serde_json::{Value as Json, json};
use zego_express_alipay::engine::{Input, Value};

pub(crate) const STREAMS: [&str; 3] = ["s", "t", ""];
pub(crate) const ROOMS: [&str; 3] = ["r", "q", ""];
const METHODS: [&str; 20] = [
    "loginRoom",
    "logoutRoom",
    "renewToken",
    "enableMultiRoom",
    "startPublishingStream",
    "startPlayingStream",
    "stopPublishingStream",
    "stopPlayingStream",
    "getNextUrl",
    "updatePlayerState",
    "updatePlayerNetStatus",
    "setStreamExtraInfo",
    "sendBroadcastMessage",
    "sendBarrageMessage",
    "sendCustomCommand",
    "setRoomExtraInfo",
    "getPlayerList",
    "setLogConfig",
    "startMixerTask",
    "destroyEngine",
];

/// A value of a page.
#[derive(Clone, Debug, TypeGenerator)]
pub(crate) enum Argument {
    Nothing,
    Flag(bool),
    Number(f64),
    Small(u8),
    Room(u8),
    Stream(u8),
    Text(String),
    User { id: String },
    Code(u16),
    Texts(Vec<String>),
    Member { name: String, value: i32 },
}

impl Argument {
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Nothing => Value::Undefined,
            Self::Flag(flag) => Value::Bool(*flag),
            Self::Number(number) => json!(number).as_f64().map_or(Value::Undefined, |_| {
                Value::Number(json!(number).to_string())
            }),
            Self::Small(number) => Value::Number(number.to_string()),
            Self::Room(n) => ROOMS[usize::from(*n) % ROOMS.len()].into(),
            Self::Stream(n) => STREAMS[usize::from(*n) % STREAMS.len()].into(),
            Self::Text(text) => text.as_str().into(),
            Self::User { id } => Value::from([("userID", id.as_str().into())]),
            Self::Code(n) => Value::from([("code", Value::from(3_800 + u32::from(n % 5)))]),
            Self::Texts(list) => Value::List(list.iter().map(|t| t.as_str().into()).collect()),
            Self::Member { name, value } => {
                Value::from([(name.as_str(), Value::Number(value.to_string()))])
            }
        }
    }
}

/// The same as JSON.
fn json_of(value: &Value) -> Json {
    match value {
        Value::Undefined => Json::Null,
        Value::Bool(flag) => json!(flag),
        Value::Number(number) => number.parse::<i64>().map_or_else(
            |_| json!(number.parse::<f64>().unwrap()),
            |whole| json!(whole),
        ),
        Value::Text(text) => json!(text),
        Value::List(items) => items.iter().map(json_of).collect(),
        Value::Map(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), json_of(value)))
            .collect(),
    }
}

/// What a page passes arrives as it was.
pub(crate) fn crosses_the_border(id: u32, method: u8, args: &[Argument]) {
    let (method, args) = any_call(method, args);
    let text = json!({ "method": method, "args": args.iter().map(json_of).collect::<Json>(), "id": id, "type": "call" });
    for text in [text.to_string(), format!(" {text:#}\n")] {
        let call = Input::Call {
            id,
            method: method.into(),
            args: args.clone(),
        };
        assert_eq!(Input::from_json(&text), Some(call), "{text}");
    }
}

/// A call with any arguments.
pub(crate) fn any_call(method: u8, args: &[Argument]) -> (&'static str, Vec<Value>) {
    let method = METHODS[usize::from(method) % METHODS.len()];
    (method, args.iter().map(Argument::value).collect())
}

/// A call as an application would make it.
pub(crate) fn sensible_call(what: u8, name: u8) -> (&'static str, Vec<Value>) {
    let stream = STREAMS[usize::from(name) % 2];
    let room = ROOMS[usize::from(name) % 2];
    match what % 8 {
        0 => {
            let user = Value::from([("userID", "u".into())]);
            let options = Value::from([("userUpdate", true.into())]);
            let args = vec![room.into(), "token".into(), user, options];
            ("loginRoom", args)
        }
        1 => ("startPublishingStream", vec![stream.into()]),
        2 => {
            let pushed = Value::from([("code", 3_800.into())]);
            ("updatePlayerState", vec![stream.into(), pushed])
        }
        3 => ("startPlayingStream", vec![stream.into()]),
        4 => ("sendBarrageMessage", vec![room.into(), "m".into()]),
        5 => (
            "setRoomExtraInfo",
            vec![room.into(), "k".into(), "v".into()],
        ),
        6 => ("stopPublishingStream", vec![stream.into()]),
        _ => ("logoutRoom", Vec::new()),
    }
}
