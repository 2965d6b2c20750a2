//! Frames as JSON for people and tests: every field by name, text where bytes are text, tokens left out.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage, Value as Pb};
use serde_json::{Map, Value, json};

use super::{
    frame::{Frame, FrameType},
    packet::{Packet, cmd, sub},
};

/// Which way a frame went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Direction {
    /// Client to server.
    #[serde(rename = "C>S")]
    Up,
    /// Server to client.
    #[serde(rename = "S>C")]
    Down,
}

const REDACTED: &str = "(redacted)";

/// Fields that hold a token, a part of one, or a key to a session.
const SECRET_FIELDS: [&str; 5] = ["token", "third_token", "login_token", "relogin_token", "logout_check"];

/// Headers of tunnelled requests that hold a token.
const SECRET_HEADERS: [&str; 1] = ["token-str"];

static SCHEMA: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(include_bytes!(concat!(env!("OUT_DIR"), "/schema.bin")).as_slice()).unwrap_or_default()
});

/// Decodes a frame with everything inside it.
///
/// The result is `{type, name, stream, msg, packet?: {cmd, name, seq, context_key, body}}`, or `{error, length}` for bytes
/// that are no frame. 64-bit numbers are JSON numbers; bytes that are not UTF-8 are `hex:…`. Tokens are replaced.
pub fn describe(bytes: &[u8]) -> Value {
    match Frame::parse(bytes) {
        Ok(frame) => describe_frame(&frame),
        Err(error) => json!({"error": error.to_string(), "length": bytes.len()}),
    }
}

fn describe_frame(frame: &Frame<'_>) -> Value {
    let mut out = Map::new();
    out.insert("type".into(), frame.kind.into());
    out.insert("stream".into(), frame.stream.into());
    let Some(kind) = FrameType::from_number(frame.kind) else {
        out.insert("error".into(), "unknown type".into());
        return out.into();
    };
    out.insert("name".into(), kind.name().into());
    let mut msg = message_json(&format!("accesshub.{}", kind.name()), frame.payload);
    match kind {
        FrameType::PCUpwardMessage | FrameType::PCDownwardMessage => {
            let payload = raw_bytes(&format!("accesshub.{}", kind.name()), frame.payload, "payload");
            if let Some(msg) = msg.as_object_mut() {
                msg.remove("payload");
            }
            out.insert("packet".into(), describe_packet(&payload));
        }
        FrameType::GetAppConfigResponse => {
            if let Some(data) = msg.get_mut("data").and_then(Value::as_object_mut) {
                data.remove("data");
            }
        }
        _ => {}
    }
    out.insert("msg".into(), msg);
    out.into()
}

fn describe_packet(bytes: &[u8]) -> Value {
    let packet = match Packet::parse(bytes) {
        Ok(packet) => packet,
        Err(error) => return json!({"error": error.to_string()}),
    };
    let header = &packet.header;
    let name = packet_message(header.cmd);
    let mut out = Map::new();
    out.insert("cmd".into(), header.cmd.into());
    out.insert("seq".into(), header.seq.into());
    out.insert("context_key".into(), header.context_key.into());
    out.insert("timestamp".into(), header.timestamp.into());
    if !header.controls.is_empty() {
        out.insert("controls".into(), text_or_hex(&header.controls));
    }
    let Some(name) = name else {
        out.insert("error".into(), "unknown command".into());
        return out.into();
    };
    out.insert("name".into(), name.rsplit('.').next().unwrap_or(name).into());
    let mut body = message_json(name, packet.body);
    match header.cmd {
        cmd::PUSH => {
            let number = body.pointer("/head/sub_cmd").and_then(Value::as_u64).unwrap_or(0);
            let raw = raw_bytes(name, packet.body, "msg_body");
            if let Some(body) = body.as_object_mut() {
                body.insert("msg_body".into(), describe_push(number, &raw));
            }
        }
        cmd::MERGE_PUSH => expand_merged(&mut body, packet.body),
        _ => {}
    }
    out.insert("body".into(), body);
    out.into()
}

fn expand_merged(body: &mut Value, bytes: &[u8]) {
    let Ok(typed) = <super::pb::switch::MergePushReq as prost::Message>::decode(bytes) else { return };
    let Some(list) = body.get_mut("message_list").and_then(Value::as_array_mut) else { return };
    for (item, typed) in list.iter_mut().zip(typed.message_list) {
        if let Some(item) = item.as_object_mut() {
            item.insert("msg_body".into(), describe_push(u64::from(typed.sub_cmd), &typed.msg_body));
        }
    }
}

fn describe_push(number: u64, bytes: &[u8]) -> Value {
    let name = match u32::try_from(number).unwrap_or(0) {
        sub::USERS_CHANGED => "liveroom.PushUserInfoUpdated",
        sub::KICKED_OUT => "liveroom.PushUserKickout",
        sub::STREAMS_ADDED | sub::STREAMS_DELETED | sub::STREAMS_UPDATED => "liveroom.PushStream",
        sub::BROADCAST => "liveroom.PushIm",
        sub::BARRAGE => "liveroom.PushBigIm",
        sub::EXTRA_INFO => "liveroom.PushTrans",
        _ => return text_or_hex(bytes),
    };
    message_json(name, bytes)
}

/// Full name of the message that a command's body is.
fn packet_message(number: u32) -> Option<&'static str> {
    Some(match number {
        1001 => "switch.LoginRoomReq",
        1002 => "switch.LoginRoomRsp",
        1003 => "switch.LogoutRoomReq",
        1101 => "switch.PushReq",
        1102 => "switch.PushRsp",
        1103 => "switch.MergePushReq",
        1104 => "switch.MergePushRsp",
        1105 => "switch.PushKickout",
        301_001 => "liveroom.EnterRoomReq",
        301_002 => "liveroom.EnterRoomRsp",
        301_003 => "liveroom.QuitRoomReq",
        301_005 => "liveroom.HbReq",
        301_006 => "liveroom.HbRsp",
        301_007 => "liveroom.RenewTokenReq",
        301_008 => "liveroom.RenewTokenRsp",
        301_011 => "liveroom.SetTransReq",
        301_012 => "liveroom.SetTransRsp",
        301_013 => "liveroom.GetTransReq",
        301_014 => "liveroom.GetTransRsp",
        302_001 => "liveroom.AddStreamReq",
        302_002 => "liveroom.AddStreamRsp",
        302_003 => "liveroom.DeleteStreamReq",
        302_004 => "liveroom.DeleteStreamRsp",
        302_005 => "liveroom.UpdateStreamReq",
        302_006 => "liveroom.UpdateStreamRsp",
        302_007 => "liveroom.GetStreamListReq",
        302_008 => "liveroom.GetStreamListRsp",
        303_001 => "liveroom.SendImReq",
        303_002 => "liveroom.SendImRsp",
        303_005 => "liveroom.SendBigImReq",
        303_006 => "liveroom.SendBigImRsp",
        303_017 => "liveroom.SignalLiveCustomReq",
        304_001 => "liveroom.GetUserlistReq",
        304_002 => "liveroom.GetUserlistRsp",
        1004 | 301_004 | 303_018 => "switch.CommonRsp",
        _ => return None,
    })
}

fn message_json(name: &str, bytes: &[u8]) -> Value {
    match dynamic(name, bytes) {
        Ok(message) => dynamic_json(&message),
        Err(error) => json!({"error": error}),
    }
}

fn raw_bytes(name: &str, bytes: &[u8], field: &str) -> Vec<u8> {
    let Ok(message) = dynamic(name, bytes) else { return Vec::new() };
    message.get_field_by_name(field).and_then(|value| value.as_bytes().map(|b| b.to_vec())).unwrap_or_default()
}

fn dynamic(name: &str, bytes: &[u8]) -> Result<DynamicMessage, String> {
    let descriptor = SCHEMA.get_message_by_name(name).ok_or_else(|| format!("no schema for {name}"))?;
    DynamicMessage::decode(descriptor, bytes).map_err(|error| error.to_string())
}

fn dynamic_json(message: &DynamicMessage) -> Value {
    let mut out = Map::new();
    let is_header = message.descriptor().name() == "HttpHeader";
    for (field, value) in message.fields() {
        let secret = SECRET_FIELDS.contains(&field.name())
            || (is_header && field.name() == "val" && secret_header(message));
        let json = if secret { REDACTED.into() } else { value_json(value) };
        out.insert(field.name().to_owned(), json);
    }
    out.into()
}

fn secret_header(header: &DynamicMessage) -> bool {
    header
        .get_field_by_name("name")
        .and_then(|name| name.as_str().map(str::to_ascii_lowercase))
        .is_some_and(|name| SECRET_HEADERS.contains(&name.as_str()))
}

fn value_json(value: &Pb) -> Value {
    match value {
        Pb::Bool(v) => (*v).into(),
        Pb::I32(v) | Pb::EnumNumber(v) => (*v).into(),
        Pb::I64(v) => (*v).into(),
        Pb::U32(v) => (*v).into(),
        Pb::U64(v) => (*v).into(),
        Pb::F32(v) => (*v).into(),
        Pb::F64(v) => (*v).into(),
        Pb::String(v) => v.as_str().into(),
        Pb::Bytes(v) => text_or_hex(v),
        Pb::Message(v) => dynamic_json(v),
        Pb::List(v) => v.iter().map(value_json).collect(),
        Pb::Map(_) => Value::Null,
    }
}

fn text_or_hex(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => format!("hex:{}", crate::hex(bytes)).into(),
    }
}
