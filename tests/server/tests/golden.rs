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
    wire::{
        Frame, FrameType, Packet, describe,
        pb::{self, accesshub as hub},
    },
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

/// Decodes a message to its type and encodes it again.
fn again<M: Message + Default>(bytes: &[u8]) -> Vec<u8> {
    M::decode(bytes).unwrap().encode_to_vec()
}

fn downward_again(bytes: &[u8]) -> Vec<u8> {
    use pb::{liveroom as live, switch};
    let message = hub::PcDownwardMessage::decode(bytes).unwrap();
    let packet = Packet::parse(&message.payload).unwrap();
    let body = match packet.header.cmd {
        1002 => again::<switch::LoginRoomRsp>(packet.body),
        1101 => again::<switch::PushReq>(packet.body),
        1103 => again::<switch::MergePushReq>(packet.body),
        301_012 => again::<live::SetTransRsp>(packet.body),
        302_002 => again::<live::AddStreamRsp>(packet.body),
        303_002 => again::<live::SendImRsp>(packet.body),
        303_006 => again::<live::SendBigImRsp>(packet.body),
        304_002 => again::<live::GetUserlistRsp>(packet.body),
        1004 | 303_018 => again::<switch::CommonRsp>(packet.body),
        other => panic!("command {other}"),
    };
    assert_eq!(
        room_server::hex(&body),
        room_server::hex(packet.body),
        "command {}",
        packet.header.cmd
    );
    again::<hub::PcDownwardMessage>(bytes)
}

#[test]
fn every_recorded_server_message_is_encoded_to_the_recorded_bytes() {
    let mut compared = 0;
    for vector in vectors().iter().filter(|vector| !vector.from_client) {
        let frame = Frame::parse(&vector.bytes).unwrap();
        let encoded = match FrameType::from_number(frame.kind).unwrap() {
            FrameType::HTTPResponse => again::<hub::HttpResponse>(frame.payload),
            FrameType::HBResponse => again::<hub::HbResponse>(frame.payload),
            FrameType::GetConfigResponse => again::<hub::GetConfigResponse>(frame.payload),
            FrameType::GetAppConfigResponse => again::<hub::GetAppConfigResponse>(frame.payload),
            FrameType::AccesshubDispatchResponse2 => {
                again::<hub::AccesshubDispatchResponse2>(frame.payload)
            }
            FrameType::PCUpwardMessageAck => again::<hub::PcUpwardMessageAck>(frame.payload),
            FrameType::PCEstablished => again::<hub::PcEstablished>(frame.payload),
            FrameType::PCDownwardMessage => downward_again(frame.payload),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            room_server::hex(&encoded),
            room_server::hex(frame.payload),
            "{}",
            vector.decoded["name"]
        );
        compared += 1;
    }
    assert!(compared > 15);
}
