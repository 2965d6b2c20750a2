//! Reading and writing frames: the smallest push, an acknowledgement, and an answer with a whole room.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use zego_express_alipay::engine::wire::frame::{FrameType, decode_frame, encode_frame};
use zego_express_alipay::engine::wire::packet::{decode_packet, decode_push, encode_packet};
use zego_express_alipay::engine::wire::pb::{Encode, encode};
use zego_express_alipay::engine::wire::{Body, Frame, Push, accesshub, liveroom, switch};

const STREAMS: usize = 1_000;

fn downward(cmd: u32, body: &impl Encode) -> Vec<u8> {
    let header = switch::write::Header {
        cmd,
        seq: 0,
        context_key: 1,
        ..Default::default()
    };
    let packet = encode_packet(&header, &encode(body));
    let message = accesshub::write::PcDownwardMessage { payload: &packet };
    encode_frame(FrameType::PcDownward, 1, &message)
}

fn join() -> Vec<u8> {
    let push = liveroom::write::PushUserInfoUpdated {
        server_user_seq: 12_345,
        user_action_list: [liveroom::write::UserAction {
            action: 1,
            id_name: b"user-12345",
            nick_name: "用户12345".as_bytes(),
            role: 1,
        }]
        .into_iter()
        .collect(),
    };
    let head = switch::write::PushReqHead {
        sub_cmd: 10_001,
        qos_flag: 1,
        send_time: 1_700_000_000_000,
    };
    let body = encode(&push);
    downward(
        1101,
        &switch::write::PushReq {
            head: Some(head),
            msg_body: &body,
        },
    )
}

fn login_answer() -> Vec<u8> {
    let ids: Vec<String> = (0..STREAMS)
        .map(|n| format!("stream-of-user-{n}"))
        .collect();
    let users: Vec<String> = (0..STREAMS).map(|n| format!("user-{n}")).collect();
    let stream_info_list = ids
        .iter()
        .zip(&users)
        .map(|(id, user)| switch::write::LoginStreamInfo {
            stream_id: id.as_bytes(),
            stream_sid: b"sid",
            id_name: user.as_bytes(),
            nick_name: user.as_bytes(),
            ..Default::default()
        })
        .collect();
    let answer = switch::write::LoginRoomRsp {
        rsp_head: Some(Default::default()),
        stream_info_list,
        ..Default::default()
    };
    downward(1002, &answer)
}

/// Reads a frame, the packet in it, and every id that it names. Returns how many bytes those have.
fn read(bytes: &[u8]) -> usize {
    let Ok((_, Frame::PcDownward(message))) = decode_frame(bytes) else {
        return 0;
    };
    match decode_packet(message.payload()).map(|packet| packet.body) {
        Ok(Body::Push(push)) => match decode_push(10_001, push.msg_body()) {
            Push::Users(users) => users
                .user_action_list()
                .map(|action| action.id_name().len())
                .sum(),
            _ => 0,
        },
        Ok(Body::Login(answer)) => answer
            .stream_info_list()
            .map(|stream| stream.stream_id().len() + stream.id_name().len())
            .sum(),
        _ => 0,
    }
}

fn write_acknowledgement() -> Vec<u8> {
    let body = switch::write::PushRsp {
        sub_cmd: 10_001,
        server_send_time: 1_700_000_000_000,
        ..Default::default()
    };
    let header = switch::write::Header {
        cmd: 1102,
        seq: 7,
        timestamp: 1_700_000_000_000,
        context_key: 1,
        ..Default::default()
    };
    let payload = encode_packet(&header, &encode(&body));
    let message = accesshub::write::PcUpwardMessage {
        txid: 7,
        service_no: 17,
        payload: &payload,
        wss_message_type: 1,
        ..Default::default()
    };
    encode_frame(FrameType::PcUpward, 1, &message)
}

fn wire(c: &mut Criterion) {
    let mut group = c.benchmark_group("wire");
    for (name, frame) in [
        ("read a join", join()),
        ("read a login answer with 1000 streams", login_answer()),
    ] {
        assert_ne!(read(&frame), 0, "{name}");
        group.bench_function(name, |b| b.iter(|| read(black_box(&frame))));
    }
    group.bench_function("write an acknowledgement", |b| {
        b.iter(write_acknowledgement)
    });
    group.finish();
}

criterion_group!(benches, wire);
criterion_main!(benches);
