use rand_chacha::{
    ChaCha12Rng,
    rand_core::{RngCore, SeedableRng},
};
use room_server::{
    CloseReason, Config, Input, unhex,
    wire::{
        Frame, FrameType, Packet, cmd,
        pb::{accesshub as hub, liveroom as live, switch},
    },
};
use serde_json::Value;

use crate::world::{Client, World};

fn exceptions(world: &mut World, client: &Client) -> Vec<i32> {
    let frames: Vec<hub::PushException> = world.frames(client.conn, FrameType::PushException);
    frames.into_iter().map(|frame| frame.reason).collect()
}

fn recorded_frames() -> Vec<Vec<u8>> {
    let all: Value = serde_json::from_str(include_str!("../../fixtures/frame-vectors.json")).unwrap();
    all.as_array().unwrap().iter().map(|vector| unhex(vector["hex"].as_str().unwrap()).unwrap()).collect()
}

#[test]
fn each_kind_of_nonsense_has_its_exception() {
    let mut world = World::unchecked();
    let a = world.join("a");
    let send = |world: &mut World, bytes: Vec<u8>| {
        world.input(Input::Frame { conn: a.conn, bytes });
        exceptions(world, &a)
    };
    assert_eq!(send(&mut world, vec![1, 2, 3]), [20000]);
    let mut unknown = Frame::encode(FrameType::HBRequest, 1, &hub::HbRequest::default());
    unknown[3] = 200;
    assert_eq!(send(&mut world, unknown), [20003]);
    assert_eq!(send(&mut world, Frame::encode(FrameType::HBResponse, 1, &hub::HbResponse::default())), [20003]);
    let mut broken = Frame::encode(FrameType::HBRequest, 1, &hub::HbRequest { txid: 300, ts: 0 });
    *broken.last_mut().unwrap() = 0xFF;
    assert_eq!(send(&mut world, broken), [20004]);
    let service = hub::PcUpwardMessage { service_no: 9, ..Default::default() };
    assert_eq!(send(&mut world, Frame::encode(FrameType::PCUpwardMessage, 1, &service)), [20010]);
    let packet = hub::PcUpwardMessage { service_no: 17, payload: vec![7; 9], ..Default::default() };
    assert_eq!(send(&mut world, Frame::encode(FrameType::PCUpwardMessage, 1, &packet)), [20004]);
}

#[test]
fn a_body_that_cannot_be_decoded_and_an_unknown_command_are_refused() {
    let mut world = World::unchecked();
    let mut a = world.join("a");
    let header = switch::Header { cmd: cmd::LOGIN_ROOM, seq: 9, ..Default::default() };
    let mut payload = Packet::encode(&header, &hub::PcBroken {});
    payload[6] = 2;
    payload.extend([0x1A, 0x7F]);
    let upward = hub::PcUpwardMessage { service_no: 17, payload, ..Default::default() };
    world.send(a.conn, FrameType::PCUpwardMessage, a.stream, &upward);
    let answers: Vec<switch::LoginRoomRsp> = world.packets(a.conn, 1002);
    assert_eq!(answers[0].rsp_head.as_ref().unwrap().code, 1000);
    assert_eq!(world.code(&mut a, 424_241, &live::HbReq {}), 1000);
}

#[test]
fn ids_and_names_outside_their_bounds_are_refused() {
    let mut world = World::unchecked();
    for (room, user, nick) in [
        (vec![], b"u".to_vec(), vec![]),
        (vec![b'r'; 129], b"u".to_vec(), vec![]),
        (b"r".to_vec(), vec![], vec![]),
        (b"r".to_vec(), vec![b'u'; 65], vec![]),
        (b"r".to_vec(), b"u".to_vec(), vec![b'n'; 257]),
        (b"r".to_vec(), vec![0xFF], vec![]),
    ] {
        let mut client = world.client("u");
        let mut request = world.login_request(&client, "r", "any");
        (request.room_id, request.id_name, request.nick_name) = (room, user, nick);
        assert_eq!(world.try_login(&mut client, &request).rsp_head.unwrap().code, 1000);
    }
}

#[test]
fn a_text_message_or_an_oversized_frame_ends_the_link() {
    let mut world = World::unchecked();
    let (a, b) = (world.connect(), world.connect());
    world.input(Input::Text { conn: a });
    let bytes = vec![0xAF; Config::default().max_frame_bytes + 1];
    world.input(Input::Frame { conn: b, bytes });
    assert_eq!(world.closed, [(a, CloseReason::TextMessage), (b, CloseReason::FrameTooLarge)]);
}

#[test]
fn a_client_that_only_sends_nonsense_is_cut_off() {
    let mut world = World::unchecked();
    let conn = world.connect();
    for _ in 0..room_server::config::MAX_PROTOCOL_ERRORS {
        assert_eq!(world.closed, []);
        world.input(Input::Frame { conn, bytes: vec![0; 20] });
    }
    assert_eq!(world.closed, [(conn, CloseReason::ProtocolErrors)]);
}

#[test]
fn room_streams_of_a_link_are_bounded() {
    let mut world = World::unchecked();
    let mut a = world.join("a");
    for stream in 2..100 {
        a.stream = stream;
        world.packet(&mut a, cmd::HEARTBEAT, &live::HbReq {});
        if !world.closed.is_empty() {
            break;
        }
    }
    let established = world.frames::<hub::PcEstablished>(a.conn, FrameType::PCEstablished).len();
    assert_eq!(established, room_server::config::MAX_PCS);
}

#[test]
fn inputs_for_links_that_are_not_there_do_nothing() {
    let mut world = World::unchecked();
    let conn = world.connect();
    world.close(conn);
    world.log.clear();
    world.input(Input::Frame { conn, bytes: vec![1] });
    world.input(Input::Closed { conn });
    world.input(Input::Text { conn });
    assert!(world.raw.is_empty() && world.closed.is_empty() && world.log.is_empty());
}

/// Every recorded frame with bytes changed, cut and added, from several links, while time passes.
#[test]
fn mutated_frames_never_upset_the_server_and_the_same_seed_gives_the_same_outputs() {
    let run = || {
        let mut rng = ChaCha12Rng::seed_from_u64(7);
        let mut pick = move |n: usize| usize::try_from(rng.next_u32()).unwrap() % n;
        let app_id = 1_739_272_706;
        let mut world = World::new(Config { app_id, check_tokens: false, barrage_window_ms: 50, ..Config::default() });
        let frames = recorded_frames();
        let mut links: Vec<_> = (0..3).map(|_| world.connect()).collect();
        for _ in 0..20_000 {
            let at = pick(links.len());
            let mut bytes = frames[pick(frames.len())].clone();
            match pick(6) {
                0 => bytes.truncate(pick(bytes.len() + 1)),
                1 => bytes.extend([0; 3]),
                2 | 3 => {
                    let place = pick(bytes.len());
                    bytes[place] = u8::try_from(pick(256)).unwrap();
                }
                _ => {}
            }
            world.input(Input::Frame { conn: links[at], bytes });
            world.now += u64::try_from(pick(40)).unwrap();
            if !world.closed.is_empty() || pick(500) == 0 {
                world.close(links[at]);
                world.closed.clear();
                links = (0..3).map(|_| world.connect()).collect();
            }
        }
        world.control(room_server::Command::Frames { since: 0 }).unwrap();
        (world.raw, world.log, world.server.stats().clone())
    };
    let first = run();
    assert!(first.2.logins > 10 && first.2.protocol_errors > 100, "{:?}", first.2);
    assert!(first == run(), "two runs differ");
}
