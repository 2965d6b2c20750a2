//! Hostile input. Each test replays its corpus under `__fuzz__/` and then draws new cases for a second.
//!
//! `./build.sh fuzz` runs them guided by coverage, as the README beside this file says.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    missing_docs,
    clippy::expect_used,
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
use zego_express_alipay::engine::wire::pb::{decode, encode};
use zego_express_alipay::engine::wire::{Frame, accesshub, initconfig, liveroom, switch};
use zego_express_alipay::engine::{Config, Input};

/// Reads bytes as some kind of message, every field of it. Written and read again it must be the same.
macro_rules! read_all {
    ($bytes:expr, $($module:ident :: $kind:ident),* $(,)?) => {$(
        if let Ok(message) = decode::<$module::$kind>($bytes) {
            let read = $module::write::$kind::from(message);
            let written = encode(&read);
            let again = decode::<$module::$kind>(&written).unwrap();
            assert_eq!($module::write::$kind::from(again), read);
        }
    )*};
}

#[test]
fn any_bytes_are_a_frame_or_refused() {
    check!().for_each(|bytes: &[u8]| {
        if let Ok((_, Frame::PcDownward(message))) = decode_frame(bytes) {
            let _ = decode_packet(message.payload());
        }
        read_all!(
            bytes,
            accesshub::CloseConnection,
            accesshub::GetConfigResponse,
            accesshub::HttpResponse,
            accesshub::Redirect,
            initconfig::InitConfig,
        );
    });
}

#[test]
fn any_bytes_are_a_room_packet_or_refused() {
    check!().for_each(|bytes: &[u8]| {
        let _ = decode_packet(bytes);
        // The same as the body of each kind of packet.
        read_all!(
            bytes,
            switch::LoginRoomRsp,
            switch::MergePushReq,
            liveroom::HbRsp,
            liveroom::PushStream,
            liveroom::PushIm,
            liveroom::GetUserlistRsp,
        );
        let _ = room_server::wire::describe(bytes);
    });
}

#[test]
fn any_text_is_an_input_or_refused() {
    check!().for_each(|bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let _ = Input::from_json(&text);
        let _ = Config::from_json(&text);
    });
}

#[test]
fn what_a_page_passes_arrives_as_it_was() {
    check!()
        .with_type::<(u32, u8, Vec<page::Argument>)>()
        .for_each(|(id, method, args)| page::crosses_the_border(*id, *method, args));
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
