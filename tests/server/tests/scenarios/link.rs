use prost::Message;
use room_server::{
    CloseReason, Config, Input,
    wire::{
        FrameType, cmd, pb::accesshub as hub, pb::initconfig::InitConfig, pb::liveroom as live,
    },
};

use crate::world::{Got, START, World};

fn app() -> u32 {
    Config::default().app_id
}

#[test]
fn the_config_answer_carries_heartbeat_address_and_clock() {
    let mut world = World::unchecked();
    let conn = world.connect();
    let request = hub::GetConfigRequest {
        txid: 1,
        appid: app(),
        ..Default::default()
    };
    world.send(conn, FrameType::GetConfigRequest, 2, &request);
    let answers: Vec<hub::GetConfigResponse> = world.frames(conn, FrameType::GetConfigResponse);
    let data = answers[0].data.as_ref().unwrap();
    assert_eq!(
        (data.txid, data.ntp_time, data.client_outer_ip.as_str()),
        (1, START, "127.0.0.1")
    );
    assert!(
        (1..=10).contains(&data.logic_hb_interval) && (3..=30).contains(&data.logic_hb_timeout)
    );
}

#[test]
fn the_hub_dispatch_names_the_configured_hosts() {
    let mut world = World::new(Config {
        hub_hosts: vec!["a.example.com".into()],
        ..Config::default()
    });
    let conn = world.connect();
    let request = hub::AccesshubDispatchRequest2 {
        txid: 2,
        appid: app(),
        ..Default::default()
    };
    world.send(conn, FrameType::AccesshubDispatchRequest2, 3, &request);
    let answers: Vec<hub::AccesshubDispatchResponse2> =
        world.frames(conn, FrameType::AccesshubDispatchResponse2);
    let data = answers[0].data.as_ref().unwrap();
    assert_eq!(data.txid, 2);
    assert_eq!(
        (
            data.wss_groups[0].host.as_str(),
            data.wss_groups[0].main_domain.as_str()
        ),
        ("a.example.com", "example.com")
    );
}

#[test]
fn the_app_config_has_the_rtc_entry_that_the_wechat_build_needs() {
    let mut world = World::unchecked();
    let conn = world.connect();
    let request = hub::GetAppConfigRequest {
        txid: 3,
        appid: app(),
        config_key: "init".into(),
        ..Default::default()
    };
    world.send(conn, FrameType::GetAppConfigRequest, 4, &request);
    let answers: Vec<hub::GetAppConfigResponse> =
        world.frames(conn, FrameType::GetAppConfigResponse);
    let data = answers[0].data.as_ref().unwrap();
    let config = InitConfig::decode(data.data.as_slice())
        .unwrap()
        .media_config
        .unwrap();
    for entries in [
        config.play_config.unwrap().resource_info,
        config.publish_config.unwrap().resource_info,
    ] {
        let rtc = entries
            .iter()
            .find(|entry| entry.resource_type == 1)
            .unwrap();
        assert!(
            rtc.service_info[0]
                .url_template
                .ends_with(&format!("/{}/{{STREAM_NAME}}", app()))
        );
    }
}

#[test]
fn a_code_of_zero_is_on_the_wire() {
    let mut world = World::unchecked();
    let conn = world.connect();
    world.send(
        conn,
        FrameType::GetAppConfigRequest,
        4,
        &hub::GetAppConfigRequest::default(),
    );
    let (_, bytes) = &world.raw[0];
    assert_eq!(
        bytes[13..15],
        [0x08, 0],
        "the vendor's client takes an absent code for a failure"
    );
}

#[test]
fn another_app_id_is_refused_with_the_app_config() {
    let mut world = World::unchecked();
    let conn = world.connect();
    world.send(
        conn,
        FrameType::GetAppConfigRequest,
        4,
        &hub::GetAppConfigRequest {
            txid: 3,
            appid: 1,
            ..Default::default()
        },
    );
    let answers: Vec<hub::GetAppConfigResponse> =
        world.frames(conn, FrameType::GetAppConfigResponse);
    assert_eq!(
        (answers[0].code, answers[0].data.as_ref().unwrap().txid),
        (20012, 3)
    );
}

#[test]
fn what_the_first_message_said_holds_for_the_link() {
    let mut world = World::unchecked();
    let conn = world.connect();
    let first = hub::GetConfigRequest {
        txid: 1,
        appid: app(),
        id_name: "a".into(),
        ..Default::default()
    };
    world.send(conn, FrameType::GetConfigRequest, 2, &first);
    let later = hub::GetAppConfigRequest {
        txid: 2,
        config_key: "init".into(),
        ..Default::default()
    };
    world.send(conn, FrameType::GetAppConfigRequest, 2, &later);
    let answers: Vec<hub::GetAppConfigResponse> =
        world.frames(conn, FrameType::GetAppConfigResponse);
    assert_eq!(answers[0].code, 0);
}

#[test]
fn a_link_heartbeat_is_echoed_with_the_clock() {
    let mut world = World::unchecked();
    let conn = world.connect();
    world.send(
        conn,
        FrameType::HBRequest,
        9,
        &hub::HbRequest { txid: 7, ts: 42 },
    );
    let answers: Vec<hub::HbResponse> = world.frames(conn, FrameType::HBResponse);
    assert_eq!(
        answers,
        [hub::HbResponse {
            txid: 7,
            ts: 42,
            ntp_time: START
        }]
    );
}

#[test]
fn a_silent_link_is_cut_off_and_a_beating_one_is_not() {
    let mut world = World::unchecked();
    let (quiet, beating) = (world.connect(), world.connect());
    let heartbeat = hub::HbRequest { txid: 7, ts: 42 };
    world.send(quiet, FrameType::HBRequest, 9, &heartbeat);
    for _ in 0..10 {
        world.wait(10_000);
        world.send(beating, FrameType::HBRequest, 9, &heartbeat);
    }
    assert_eq!(world.closed, [(quiet, CloseReason::Idle)]);
}

#[test]
fn the_first_login_is_acknowledged_then_established_then_answered() {
    let mut world = World::unchecked();
    let client = world.join("a");
    let seen: Vec<FrameType> = world
        .raw
        .iter()
        .filter(|(conn, _)| *conn == client.conn)
        .map(|(_, bytes)| kind_of(bytes))
        .collect();
    assert_eq!(
        seen,
        [
            FrameType::PCUpwardMessageAck,
            FrameType::PCEstablished,
            FrameType::PCDownwardMessage
        ]
    );
}

#[test]
fn a_second_request_on_a_room_stream_is_not_established_again() {
    let mut world = World::unchecked();
    let mut client = world.join("a");
    world.inbox.clear();
    world.packet(&mut client, cmd::HEARTBEAT, &live::HbReq {});
    assert!(matches!(
        world.inbox[&client.conn].as_slice(),
        [Got::Packet { .. }]
    ));
}

#[test]
fn closing_an_unknown_stream_is_ignored() {
    let mut world = World::unchecked();
    let conn = world.connect();
    world.send(
        conn,
        FrameType::StreamClosed,
        77,
        &hub::StreamClosed::default(),
    );
    assert!(world.raw.is_empty() && world.closed.is_empty());
    assert_eq!(world.server.stats().protocol_errors, 0);
}

#[test]
fn a_request_on_a_broken_room_stream_is_an_exception_and_a_login_repairs_it() {
    let mut world = World::unchecked();
    let mut client = world.join("a");
    let target = room_server::command::BreakPc {
        user_id: "a".into(),
        restore_ms: None,
    };
    world
        .control(room_server::Command::BreakPc(target))
        .unwrap();
    assert_eq!(
        world
            .frames::<hub::PcBroken>(client.conn, FrameType::PCBroken)
            .len(),
        1
    );
    world.packet(&mut client, cmd::HEARTBEAT, &live::HbReq {});
    let exceptions: Vec<hub::PushException> = world.frames(client.conn, FrameType::PushException);
    assert_eq!(exceptions[0].reason, 20007);
    let session = client.session;
    let request = world.login_request(&client, crate::world::ROOM, "any");
    let answer = world.try_login(&mut client, &request);
    assert_eq!(
        (answer.rsp_head.unwrap().code, answer.user_session_id),
        (0, session)
    );
}

#[test]
fn a_broken_room_stream_comes_back_by_itself_if_told_to() {
    let mut world = World::unchecked();
    let client = world.join("a");
    world.inbox.clear();
    let target = room_server::command::BreakPc {
        user_id: "a".into(),
        restore_ms: Some(500),
    };
    world
        .control(room_server::Command::BreakPc(target))
        .unwrap();
    world.wait(499);
    assert!(
        world
            .frames::<hub::PcEstablished>(client.conn, FrameType::PCEstablished)
            .is_empty()
    );
    world.wait(1);
    assert_eq!(
        world
            .frames::<hub::PcEstablished>(client.conn, FrameType::PCEstablished)
            .len(),
        1
    );
}

#[test]
fn links_beyond_the_bound_are_closed_at_once() {
    let mut world = World::new(Config {
        max_connections: 1,
        ..Config::default()
    });
    world.connect();
    let second = world.connect();
    assert_eq!(world.closed, [(second, CloseReason::TooManyConnections)]);
}

#[test]
fn time_that_goes_back_counts_as_the_last_time() {
    let mut world = World::unchecked();
    let conn = world.connect();
    world.now -= 5000;
    world.input(Input::Tick);
    world.send(
        conn,
        FrameType::HBRequest,
        9,
        &hub::HbRequest { txid: 7, ts: 42 },
    );
    let answers: Vec<hub::HbResponse> = world.frames(conn, FrameType::HBResponse);
    assert_eq!(answers[0].ntp_time, START);
}

fn kind_of(bytes: &[u8]) -> FrameType {
    FrameType::from_number(u16::from_be_bytes([bytes[2], bytes[3]])).unwrap()
}
