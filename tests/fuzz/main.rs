//! Hostile input. Each test replays its corpus under `__fuzz__/` and then draws new cases for a second.
//!
//! `./build.sh fuzz` runs them guided by coverage, as the README beside this file says.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_wrap
)]

mod clients;
mod edit;
mod page;
mod rooms;
mod service;
mod talk;

use bolero::check;
use talk::{Step, Talk};
use zego_express_alipay::engine::wire::frame::decode_frame;
use zego_express_alipay::engine::wire::packet::decode_packet;
use zego_express_alipay::engine::wire::pb::decode;
use zego_express_alipay::engine::wire::{accesshub, initconfig, liveroom, switch};

#[test]
fn any_bytes_are_a_frame_or_refused() {
    check!().for_each(|bytes: &[u8]| {
        let first = decode_frame(bytes).map(|frame| format!("{frame:?}"));
        let second = decode_frame(bytes).map(|frame| format!("{frame:?}"));
        assert_eq!(first, second);
        let _ = decode::<accesshub::PcUpwardMessage>(bytes);
        let _ = decode::<initconfig::InitConfig>(bytes);
    });
}

#[test]
fn any_bytes_are_a_room_packet_or_refused() {
    check!().for_each(|bytes: &[u8]| {
        let _ = decode_packet(bytes);
        // The same as the body of each kind of packet.
        let _ = decode::<switch::LoginRoomRsp>(bytes);
        let _ = decode::<liveroom::HbRsp>(bytes);
        let _ = decode::<liveroom::PushStream>(bytes);
        let _ = decode::<liveroom::GetUserlistRsp>(bytes);
        let _ = room_server::wire::describe(bytes);
    });
}

#[test]
fn a_conversation_with_changed_frames_ends_in_good_order() {
    check!()
        .with_type::<(u8, Vec<Step>)>()
        .for_each(|(setup, steps)| {
            let mut talk = Talk::new(*setup);
            for step in steps {
                talk.step(step);
            }
            talk.finish();
        });
}

#[test]
fn an_engine_stands_any_service_and_any_page() {
    check!()
        .with_type::<Vec<service::Step>>()
        .for_each(|steps| service::run(steps));
}

#[test]
fn the_room_server_stands_any_clients() {
    let recorded = clients::recorded_frames();
    check!()
        .with_type::<(u8, Vec<clients::Step>)>()
        .for_each(|(setup, steps)| clients::run(*setup, steps, &recorded));
}
