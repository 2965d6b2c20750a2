//! Clients that would take more than their share. Each is cut off with a reason, and the others notice nothing of it.

use room_server::{
    CloseReason, Config, Input, codes,
    config::MAX_REFUSED_TOKENS,
    wire::{
        FrameType, cmd,
        pb::{accesshub as hub, liveroom as live},
        sub,
    },
};

use crate::world::{Client, ROOM, World};

fn heartbeat() -> hub::HbRequest {
    hub::HbRequest { txid: 1, ts: 0 }
}

/// `from` says something in the room and `to` hears it, once.
fn speak_and_hear(world: &mut World, from: &mut Client, to: &Client) {
    let message = live::SendImReq {
        msg_category: 1,
        msg_type: 1,
        msg_content: b"hello".to_vec(),
    };
    let answer: live::SendImRsp = world.ask(from, cmd::SEND_BROADCAST, &message);
    assert_eq!(answer.rsp_head.unwrap().code, 0);
    let heard: Vec<live::PushIm> = world.pushes(to, sub::BROADCAST);
    assert_eq!(heard.len(), 1);
}

fn cut_off_for(world: &World, reason: CloseReason) -> u64 {
    let counts = &world.server.stats().cut_off_for;
    counts.get(&reason.to_string()).copied().unwrap_or(0)
}

#[test]
fn a_client_that_floods_is_cut_off_and_the_others_go_on() {
    let mut world = World::unchecked();
    let (mut a, b, bad) = (world.join("a"), world.join("b"), world.join("bad"));
    let burst = Config::default().frame_burst;
    // Its login was one frame.
    for _ in 1..burst {
        world.send(bad.conn, FrameType::HBRequest, 1, &heartbeat());
    }
    assert_eq!(world.closed, []);
    speak_and_hear(&mut world, &mut a, &b);
    world.send(bad.conn, FrameType::HBRequest, 1, &heartbeat());
    assert_eq!(world.closed, [(bad.conn, CloseReason::Flood)]);
    assert_eq!(cut_off_for(&world, CloseReason::Flood), 1);
    assert!(world.log.contains(&"link cut off: too many frames".into()));
    speak_and_hear(&mut world, &mut a, &b);
    world.wait(Config::default().grace_ms);
    let left: Vec<live::PushUserInfoUpdated> = world.pushes(&a, sub::USERS_CHANGED);
    assert_eq!(left.last().unwrap().user_action_list[0].id_name, b"bad");
}

#[test]
fn a_client_may_send_at_the_allowed_rate_for_ever() {
    let mut world = World::unchecked();
    let a = world.join("a");
    let rate = u64::from(Config::default().frames_per_s);
    for _ in 0..rate * 30 {
        world.now += 1000 / rate;
        world.send(a.conn, FrameType::HBRequest, 1, &heartbeat());
    }
    assert_eq!(world.closed, []);
}

#[test]
fn acknowledging_a_flood_of_pushes_is_no_flood() {
    let mut world = World::new(Config {
        check_tokens: false,
        frame_burst: 20,
        ..Config::default()
    });
    let (mut a, mut b) = (world.join("a"), world.join("b"));
    for _ in 0..200 {
        speak_and_hear(&mut world, &mut a, &b);
        world.packet(&mut b, cmd::PUSH_RSP, &live::HbReq {});
        world.now += 10;
    }
    assert_eq!(world.closed, []);
    // What nobody asked for counts, whatever it claims to be.
    for _ in 0..25 {
        world.packet(&mut b, cmd::PUSH_RSP, &live::HbReq {});
    }
    assert_eq!(world.closed, [(b.conn, CloseReason::Flood)]);
}

#[test]
fn a_client_that_tries_one_token_after_the_other_is_refused_and_then_cut_off() {
    let mut world = World::new(Config::default());
    let mut bad = world.client("bad");
    for n in 1..=MAX_REFUSED_TOKENS {
        assert_eq!(world.closed, []);
        let request = world.login_request(&bad, ROOM, &format!("04guess{n}"));
        let answer = world.try_login(&mut bad, &request);
        assert_eq!(answer.rsp_head.unwrap().code, codes::TOKEN_FORMAT);
    }
    assert_eq!(world.closed, [(bad.conn, CloseReason::RefusedTokens)]);
}

#[test]
fn a_client_that_does_not_read_is_cut_off_and_the_others_go_on() {
    let mut world = World::unchecked();
    let (mut a, b, bad) = (world.join("a"), world.join("b"), world.join("bad"));
    world.input(Input::Unfit {
        conn: bad.conn,
        reason: CloseReason::SlowReader,
    });
    assert_eq!(world.closed, [(bad.conn, CloseReason::SlowReader)]);
    assert!(world.log.contains(&"link cut off: slow reader".into()));
    speak_and_hear(&mut world, &mut a, &b);
}

#[test]
fn a_link_on_which_nobody_says_anything_is_cut_off() {
    let mut world = World::unchecked();
    let (a, bad) = (world.join("a"), world.connect());
    world.wait(Config::default().handshake_timeout_ms - 1);
    world.send(a.conn, FrameType::HBRequest, 1, &heartbeat());
    assert_eq!(world.closed, []);
    world.wait(1);
    assert_eq!(world.closed, [(bad, CloseReason::NoLogin)]);
}

#[test]
fn a_link_on_which_nobody_logs_in_is_cut_off_whatever_else_it_says() {
    let mut world = World::unchecked();
    let (a, bad) = (world.join("a"), world.connect());
    for _ in 0..20 {
        assert_eq!(world.closed, []);
        for conn in [a.conn, bad] {
            world.send(conn, FrameType::HBRequest, 1, &heartbeat());
        }
        world.wait(Config::default().login_timeout_ms / 20);
    }
    assert_eq!(world.closed, [(bad, CloseReason::NoLogin)]);
}
