//! Recorded frames of the vendor's client and of a server, read and written byte for byte.
//!
//! The vectors were recorded in 2026-11 between the vendor's Alipay client and an independent server; times, ids and tokens in
//! them are made up.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::Value as Json;
use zego_express_alipay::engine::wire::frame::{FrameType, decode_frame, encode_frame};
use zego_express_alipay::engine::wire::packet::{Body, decode_packet, decode_push, encode_packet};
use zego_express_alipay::engine::wire::pb::{Encode, Message, decode, encode};
use zego_express_alipay::engine::wire::{Frame, Push, accesshub, initconfig, liveroom, switch};
use zego_express_alipay::engine::{Config, Engine, Input, Now, Output, Value};

struct Vector {
    from_client: bool,
    bytes: Vec<u8>,
    decoded: Json,
}

fn vectors() -> Vec<Vector> {
    let list: Vec<Json> =
        serde_json::from_str(include_str!("server/fixtures/frame-vectors.json")).unwrap();
    let vector = |json: Json| Vector {
        from_client: json["dir"] == "C>S",
        bytes: unhex(json["hex"].as_str().unwrap()),
        decoded: json["decoded"].clone(),
    };
    list.into_iter().map(vector).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

#[test]
fn every_frame_of_the_client_is_read_and_written_back_byte_for_byte() {
    let mut seen = 0;
    for vector in vectors().iter().filter(|v| v.from_client) {
        let (kind, stream) = (
            vector.decoded["type"].as_u64().unwrap(),
            vector.decoded["stream"].as_u64().unwrap() as u32,
        );
        let again = match kind {
            2 => again::<accesshub::StreamClosed, accesshub::write::StreamClosed>(
                FrameType::StreamClosed,
                stream,
                &vector.bytes,
            ),
            4 => again::<accesshub::HttpRequest, accesshub::write::HttpRequest>(
                FrameType::HttpRequest,
                stream,
                &vector.bytes,
            ),
            12 => again::<accesshub::HbRequest, accesshub::write::HbRequest>(
                FrameType::HbRequest,
                stream,
                &vector.bytes,
            ),
            14 => again::<accesshub::GetConfigRequest, accesshub::write::GetConfigRequest>(
                FrameType::GetConfigRequest,
                stream,
                &vector.bytes,
            ),
            17 => again::<accesshub::PcUpwardMessage, accesshub::write::PcUpwardMessage>(
                FrameType::PcUpward,
                stream,
                &vector.bytes,
            ),
            23 => again::<accesshub::GetAppConfigRequest, accesshub::write::GetAppConfigRequest>(
                FrameType::GetAppConfigRequest,
                stream,
                &vector.bytes,
            ),
            35 => again::<accesshub::DispatchRequest, accesshub::write::DispatchRequest>(
                FrameType::DispatchRequest,
                stream,
                &vector.bytes,
            ),
            other => panic!("no type {other} in the vectors"),
        };
        assert_eq!(again, vector.bytes, "{}", vector.decoded);
        if kind == 17 {
            let upward: accesshub::PcUpwardMessage = decode(&vector.bytes[13..]).unwrap();
            assert_eq!(
                packet_again(upward.payload()),
                upward.payload(),
                "{}",
                vector.decoded
            );
        }
        seen += 1;
    }
    assert!(seen >= 15, "{seen}");
}

#[test]
fn every_frame_of_the_server_is_understood() {
    for vector in vectors().iter().filter(|v| !v.from_client) {
        let (stream, frame) = decode_frame(&vector.bytes).unwrap();
        assert_eq!(
            u64::from(stream),
            vector.decoded["stream"].as_u64().unwrap()
        );
        let message = &vector.decoded["msg"];
        match frame {
            Frame::GetConfigResponse(m) => {
                let data = m.data().unwrap();
                assert_eq!(
                    data.client_outer_ip(),
                    message["data"]["client_outer_ip"]
                        .as_str()
                        .unwrap()
                        .as_bytes()
                );
                assert_eq!(
                    data.ntp_time().to_string(),
                    message["data"]["ntp_time"].as_str().unwrap()
                );
                assert_eq!(
                    [
                        data.logic_hb_interval(),
                        data.logic_hb_timeout(),
                        data.pc_establish_timeout()
                    ],
                    [1, 4, 15]
                );
            }
            Frame::DispatchResponse(m) => {
                assert_eq!(
                    m.data().unwrap().wss_groups().next().unwrap().host(),
                    message["data"]["wss_groups"][0]["host"]
                        .as_str()
                        .unwrap()
                        .as_bytes()
                );
            }
            Frame::GetAppConfigResponse(m) => {
                let config: initconfig::InitConfig = decode(m.data().unwrap().data()).unwrap();
                assert_eq!(config.app_config().unwrap().domain(), b"zego.im");
                let play = config.media_config().unwrap().play_config().unwrap();
                let resource = play.resource_info().next().unwrap();
                assert_eq!(
                    resource.service_info().next().unwrap().url_template(),
                    b"rtmp://pull.cdn.example/live/{STREAM_NAME}"
                );
            }
            Frame::HbResponse(m) => assert_eq!(
                m.ntp_time().to_string(),
                message["ntp_time"].as_str().unwrap()
            ),
            Frame::HttpResponse(m) => {
                assert_eq!(
                    (m.status_code(), m.body()),
                    (200, message["body"].as_str().unwrap().as_bytes())
                );
            }
            Frame::PcDownward(m) => check_packet(m.payload(), &vector.decoded["packet"]),
            Frame::PcEstablished | Frame::Other(18) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_engine_sends_what_the_vendors_client_sent() {
    let recorded = |name: &str| {
        let frames = vectors();
        let vector = frames.iter().find(|v| {
            v.from_client && (v.decoded["name"] == name || v.decoded["packet"]["name"] == name)
        });
        vector.unwrap().bytes.clone()
    };
    let mut config = Config::new(1_739_272_706, vec!["ws://127.0.0.1:1/accesshub".into()]);
    config.device_id = "773647a6-f5df-46ce-8620-6829d7b92c9e".into();
    let at = |wall: i64| Now::at(0, wall);
    let mut engine = Engine::new(config, at(1_795_332_516_000));
    let user = Value::from([("userID", "ua".into()), ("userName", "名字".into())]);
    let options = Value::from([("userUpdate", true.into())]);
    engine.handle(
        Input::Network {
            online: true,
            kind: zego_express_alipay::engine::NetworkKind::Wifi,
        },
        at(1_795_332_516_001),
    );
    let args = vec!["room1".into(), "tok".into(), user, options];
    engine.handle(
        Input::Call {
            id: 1,
            method: "loginRoom".into(),
            args,
        },
        at(1_795_332_516_100),
    );
    engine.handle(Input::SocketOpened(1), at(1_795_332_516_122));
    let sent: Vec<Vec<u8>> = std::iter::from_fn(|| engine.poll_output())
        .filter_map(|output| match output {
            Output::Send { bytes, .. } => Some(bytes),
            _ => None,
        })
        .collect();
    let types: Vec<u8> = sent.iter().map(|frame| frame[3]).collect();
    assert_eq!(types, [14, 23, 17]);

    let recorded_config = recorded("GetConfigRequest");
    let config: accesshub::GetConfigRequest = decode(&recorded_config[13..]).unwrap();
    // The recorded instance had a user already when its socket opened.
    let sent_config: accesshub::GetConfigRequest = decode(&sent[0][13..]).unwrap();
    assert_eq!(sent_config.sdk_type(), config.sdk_type());
    let recorded_app_config = recorded("GetAppConfigRequest");
    let app_config = |frame: &[u8]| {
        let message: accesshub::GetAppConfigRequest = decode(&frame[13..]).unwrap();
        encode(&accesshub::write::GetAppConfigRequest {
            txid: 2,
            ..message.into()
        })
    };
    assert_eq!(sent[1][13..], app_config(&recorded_app_config));

    fn split(
        frame: &[u8],
    ) -> (
        accesshub::write::PcUpwardMessage<'_>,
        switch::write::LoginRoomReq<'_>,
    ) {
        let upward: accesshub::PcUpwardMessage = decode(&frame[13..]).unwrap();
        let payload = upward.payload();
        let header_bytes = usize::from(u16::from_be_bytes([payload[1], payload[2]]));
        let body: switch::LoginRoomReq = decode(&payload[7 + header_bytes..]).unwrap();
        let common = accesshub::write::PcUpwardMessage {
            payload: &[],
            txid: 0,
            ..upward.into()
        };
        (common, body.into())
    }
    assert_eq!(
        split(&sent[2]),
        split(&recorded("proto_switch_v3.LoginRoomReq"))
    );
}

fn again<'a, Read: Message<'a>, Write: Encode + From<Read>>(
    kind: FrameType,
    stream: u32,
    frame: &'a [u8],
) -> Vec<u8> {
    encode_frame(kind, stream, &Write::from(decode(&frame[13..]).unwrap()))
}

fn packet_again(packet: &[u8]) -> Vec<u8> {
    let header_bytes = usize::from(u16::from_be_bytes([packet[1], packet[2]]));
    let header: switch::Header = decode(&packet[7..7 + header_bytes]).unwrap();
    let body = &packet[7 + header_bytes..];
    match header.cmd() {
        1001 => body_again::<switch::LoginRoomReq, switch::write::LoginRoomReq>(header, body),
        1003 => body_again::<switch::LogoutRoomReq, switch::write::LogoutRoomReq>(header, body),
        1102 => body_again::<switch::PushRsp, switch::write::PushRsp>(header, body),
        1104 => body_again::<switch::MergePushRsp, switch::write::MergePushRsp>(header, body),
        301_011 => body_again::<liveroom::SetTransReq, liveroom::write::SetTransReq>(header, body),
        302_001 => {
            body_again::<liveroom::AddStreamReq, liveroom::write::AddStreamReq>(header, body)
        }
        303_001 => body_again::<liveroom::SendImReq, liveroom::write::SendImReq>(header, body),
        303_005 => {
            body_again::<liveroom::SendBigImReq, liveroom::write::SendBigImReq>(header, body)
        }
        // The recorded client wrote these two fields in another order than the schema numbers them.
        303_017 => {
            body_again::<liveroom::SignalLiveCustomReq, liveroom::write::SignalLiveCustomReq>(
                header, body,
            )
        }
        304_001 => {
            body_again::<liveroom::GetUserlistReq, liveroom::write::GetUserlistReq>(header, body)
        }
        other => panic!("no command {other} in the vectors"),
    }
}

fn body_again<'a, Read: Message<'a>, Write: Encode + From<Read>>(
    header: switch::Header<'_>,
    body: &'a [u8],
) -> Vec<u8> {
    let again = encode(&Write::from(decode(body).unwrap()));
    assert_eq!(again, body);
    encode_packet(&header.into(), &again)
}

fn check_packet(bytes: &[u8], expected: &Json) {
    let packet = decode_packet(bytes).unwrap();
    assert_eq!(
        u64::from(packet.header.cmd()),
        expected["header"]["cmd"].as_u64().unwrap()
    );
    assert_eq!(
        u64::from(packet.header.context_key()),
        expected["header"]["context_key"].as_u64().unwrap()
    );
    let body = &expected["body"];
    match packet.body {
        Body::Login(m) => {
            assert_eq!(
                m.user_session_id().to_string(),
                body["user_session_id"].as_str().unwrap()
            );
            assert_eq!(
                m.relogin_token(),
                body["relogin_token"].as_str().unwrap().as_bytes()
            );
            assert_eq!([m.liveroom_hb_interval(), m.online_count()], [3_000, 1]);
        }
        Body::UserList(m) => {
            let user = m.user_base_info_list().next().unwrap();
            assert_eq!(user.nick_name(), "名字".as_bytes());
        }
        Body::AddStream(m) => assert_eq!(
            (m.stream_seq(), m.stream_sid()),
            (1, body["stream_sid"].as_str().unwrap().as_bytes())
        ),
        Body::SendIm(m) => assert_eq!(m.msg_id(), 1),
        Body::SendBigIm(m) => assert_eq!(m.msg_list().next().unwrap().msg_id(), b"big-2"),
        Body::SetTrans(m) => assert_eq!(m.trans_seq(), 1),
        Body::MergePush(m) => {
            assert_eq!(
                m.head().unwrap().send_time().to_string(),
                body["head"]["send_time"].as_str().unwrap()
            );
            let push = m.message_list().next().unwrap();
            let Push::Barrage(m) = decode_push(push.sub_cmd(), push.msg_body()) else {
                panic!("{push:?}")
            };
            assert_eq!(m.msg_list().next().unwrap().msg_content(), b"b");
        }
        Body::Push(push) => {
            let head = push.head().unwrap();
            assert_eq!((head.sub_cmd(), head.qos_flag()), (15_001, 1));
            let Push::RoomExtraInfo(m) = decode_push(head.sub_cmd(), push.msg_body()) else {
                panic!("{push:?}")
            };
            assert_eq!(
                (m.trans_type(), m.trans_data(), m.trans_seq()),
                (&b"k"[..], &b"v"[..], 1)
            );
        }
        Body::Common(m) => assert_eq!(m.rsp_head().unwrap().code(), 0),
        other => panic!("{other:?}"),
    }
}
