//! Recorded frames of the vendor's client and of a server that satisfied it, read by this crate's wire layer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "clippy.toml exempts test functions, not their helpers"
)]

use prost::Message;
use room_server::{
    unhex,
    wire::{Frame, FrameType, Packet, describe, pb},
};
use serde_json::Value;

struct Vector {
    bytes: Vec<u8>,
    from_client: bool,
    decoded: Value,
}

fn vectors() -> Vec<Vector> {
    let all: Value = serde_json::from_str(include_str!("../fixtures/frame-vectors.json")).unwrap();
    let vectors = all.as_array().unwrap().iter().map(|vector| Vector {
        bytes: unhex(vector["hex"].as_str().unwrap()).unwrap(),
        from_client: vector["dir"] == "C>S",
        decoded: vector["decoded"].clone(),
    });
    vectors.collect()
}

/// Brings the recording's notation to ours: numbers as numbers, enumerations as their number, zero as absent.
fn normal(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let number = text.parse::<i64>().ok().or_else(|| {
                let (_, number) = text.strip_suffix(')')?.rsplit_once('(')?;
                number.parse().ok()
            });
            number.map_or_else(|| value.clone(), Value::from)
        }
        Value::Array(list) => list.iter().map(normal).collect(),
        Value::Object(map) => {
            let zero = |value: &Value| *value == 0 || *value == "" || *value == false;
            let kept = map
                .iter()
                .map(|(key, value)| (key.clone(), normal(value)))
                .filter(|(_, value)| !zero(value));
            Value::Object(kept.collect())
        }
        _ => value.clone(),
    }
}

/// `ours` must hold everything `theirs` holds, except what is left out on purpose.
fn assert_holds(ours: &Value, theirs: &Value, path: &str) {
    if ours == "(redacted)" || theirs == "(see packet)" {
        return;
    }
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            for (key, value) in theirs {
                let path = format!("{path}/{key}");
                // The app config is left out of descriptions; it has a test of its own.
                if path.ends_with("/msg/data/data") {
                    continue;
                }
                let Some(found) = ours.get(key) else {
                    assert!(
                        path.ends_with("/payload") || path.ends_with("/val"),
                        "{path} is missing, should be {value}"
                    );
                    continue;
                };
                assert_holds(found, value, &path);
            }
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            assert_eq!(ours.len(), theirs.len(), "{path}");
            for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                assert_holds(ours, theirs, &format!("{path}/{at}"));
            }
        }
        _ => assert_eq!(ours, theirs, "{path}"),
    }
}

fn flatten_recorded_packet(decoded: &Value) -> Value {
    let mut packet = decoded["packet"]["header"].clone();
    packet["body"] = decoded["packet"]["body"].clone();
    let mut body = packet["body"].clone();
    if let Some(inner) = body.pointer("/msg_body/body").cloned() {
        body["msg_body"] = inner;
    }
    if let Some(list) = body.get_mut("message_list").and_then(Value::as_array_mut) {
        for item in list {
            item["msg_body"] = item["msg_body"]["body"].clone();
        }
    }
    packet["body"] = body;
    packet
}

#[test]
fn every_recorded_frame_decodes_to_what_was_recorded() {
    let all = vectors();
    assert!(all.len() > 30);
    for (at, vector) in all.iter().enumerate() {
        let ours = describe(&vector.bytes);
        let path = format!("{at}: {}", vector.decoded["name"]);
        assert_eq!(ours["type"], vector.decoded["type"], "{path}");
        assert_eq!(ours["stream"], vector.decoded["stream"], "{path}");
        let mut msg = normal(&vector.decoded["msg"]);
        if vector.decoded["msg"]["body"].is_string() {
            msg["body"] = vector.decoded["msg"]["body"].clone();
        }
        let mut ours_msg = normal(&ours["msg"]);
        if ours["msg"]["body"].is_string() {
            ours_msg["body"] = ours["msg"]["body"].clone();
        }
        assert_holds(&ours_msg, &msg, &format!("{path}/msg"));
        if vector.decoded.get("packet").is_some() {
            let recorded = normal(&flatten_recorded_packet(&vector.decoded));
            assert_holds(
                &normal(&ours["packet"]),
                &recorded,
                &format!("{path}/packet"),
            );
        }
    }
}

#[test]
fn no_description_shows_the_recorded_token() {
    for vector in vectors() {
        let text = describe(&vector.bytes).to_string();
        assert!(!text.contains("\"tok\""), "{text}");
    }
}

#[test]
fn messages_without_explicit_zeros_are_encoded_to_the_recorded_bytes() {
    fn again<M: Message + Default>(frame: &Frame<'_>) -> Vec<u8> {
        let kind = FrameType::from_number(frame.kind).unwrap();
        Frame::encode(kind, frame.stream, &M::decode(frame.payload).unwrap())
    }
    let mut compared = 0;
    for vector in vectors().iter().filter(|vector| !vector.from_client) {
        let frame = Frame::parse(&vector.bytes).unwrap();
        let encoded = match FrameType::from_number(frame.kind).unwrap() {
            FrameType::HTTPResponse => again::<pb::accesshub::HttpResponse>(&frame),
            FrameType::HBResponse => again::<pb::accesshub::HbResponse>(&frame),
            FrameType::PCUpwardMessageAck => again::<pb::accesshub::PcUpwardMessageAck>(&frame),
            FrameType::PCEstablished => again::<pb::accesshub::PcEstablished>(&frame),
            FrameType::PCDownwardMessage => again::<pb::accesshub::PcDownwardMessage>(&frame),
            _ => continue,
        };
        assert_eq!(encoded, vector.bytes, "{}", vector.decoded["name"]);
        compared += 1;
    }
    assert!(compared >= 10);
}

#[test]
fn recorded_answers_survive_decoding_and_encoding() {
    for vector in vectors()
        .iter()
        .filter(|vector| vector.decoded["packet"]["header"]["cmd"] == 1002)
    {
        let frame = Frame::parse(&vector.bytes).unwrap();
        let message = pb::accesshub::PcDownwardMessage::decode(frame.payload).unwrap();
        let packet = Packet::parse(&message.payload).unwrap();
        let answer = pb::switch::LoginRoomRsp::decode(packet.body).unwrap();
        let again = Packet::encode(&packet.header, &answer);
        let again = Packet::parse(&again).unwrap();
        assert_eq!(again.header, packet.header);
        assert_eq!(
            pb::switch::LoginRoomRsp::decode(again.body).unwrap(),
            answer
        );
        assert!(answer.anchor_info.is_some());
    }
}
