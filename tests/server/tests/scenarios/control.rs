use room_server::{
    CloseReason, Command, CommandError, Reply,
    command::{
        AnswerAction, AnswerRule, CloseConnection, Garbage, Hosts, Kick, Match, MediaEvent,
        Redirect, Sequence, SkipSequence, UserTarget,
    },
    wire::{
        FrameType, cmd,
        pb::{accesshub as hub, liveroom as live, switch},
        sub,
    },
};
use serde_json::Value;

use crate::world::{Client, ROOM, World};

fn rule(matches: Match, action: AnswerAction) -> AnswerRule {
    AnswerRule {
        user_id: None,
        matches,
        action,
        ms: 0,
        code: 0,
        message: String::new(),
        count: None,
    }
}

fn on_cmd(number: u32) -> Match {
    Match {
        cmd: Some(number),
        kind: None,
    }
}

fn on_type(number: u16) -> Match {
    Match {
        kind: Some(number),
        cmd: None,
    }
}

fn user(id: &str) -> UserTarget {
    UserTarget {
        user_id: id.to_owned(),
    }
}

fn json(reply: &Reply) -> Value {
    serde_json::to_value(reply).unwrap()
}

#[test]
fn a_kick_from_one_room_names_reason_and_text() {
    let mut world = World::unchecked();
    let (a, b) = (world.join("a"), world.join("b"));
    let kick = Kick {
        user_id: "a".into(),
        room_id: Some(ROOM.into()),
        reason: None,
        message: "bye".into(),
    };
    world.control(Command::Kick(kick)).unwrap();
    let kicks: Vec<live::PushUserKickout> = world.pushes(&a, sub::KICKED_OUT);
    assert_eq!(
        (kicks[0].kickout_reason, kicks[0].custom_reason.as_slice()),
        (2, b"bye".as_slice())
    );
    assert_eq!(
        world.pushes::<live::PushUserInfoUpdated>(&b, sub::USERS_CHANGED)[0].user_action_list[0]
            .action,
        2
    );
}

#[test]
fn a_kick_from_everywhere_is_a_kick_of_the_link() {
    let mut world = World::unchecked();
    let a = world.join("a");
    world
        .control(Command::Kick(Kick {
            user_id: "a".into(),
            room_id: None,
            reason: Some(2),
            message: "x".into(),
        }))
        .unwrap();
    let kicks: Vec<switch::PushKickout> = world.packets(a.conn, cmd::PUSH_KICKOUT);
    assert_eq!((kicks[0].reason, kicks[0].message.as_str()), (902, "x"));
    assert_eq!(
        json(&world.control(Command::Rooms).unwrap())["rooms"],
        Value::Array(vec![])
    );
}

#[test]
fn commands_for_unknown_targets_say_so() {
    let mut world = World::unchecked();
    assert_eq!(
        world.control(Command::Drop(user("x"))),
        Err(CommandError::NotFound("user"))
    );
    let skip = SkipSequence {
        room_id: "x".into(),
        what: Sequence::Users,
        by: 1,
    };
    assert_eq!(
        world.control(Command::SkipSequence(skip)),
        Err(CommandError::NotFound("room"))
    );
}

#[test]
fn a_dropped_socket_leaves_the_user_in_its_grace() {
    let mut world = World::unchecked();
    let a = world.join("a");
    world.control(Command::Drop(user("a"))).unwrap();
    assert_eq!(world.closed, [(a.conn, CloseReason::Dropped)]);
    let rooms = json(&world.control(Command::Rooms).unwrap());
    assert_eq!(rooms["rooms"][0]["users"][0]["conn"], Value::Null);
    let (back, _) = world.relogin(&a);
    assert_eq!(back.session, a.session);
}

#[test]
fn a_dropped_answer_still_takes_effect() {
    let mut world = World::unchecked();
    let (mut a, b) = (world.join("a"), world.join("b"));
    world
        .control(Command::AddAnswerRule(AnswerRule {
            count: Some(1),
            ..rule(on_cmd(302_001), AnswerAction::Drop)
        }))
        .unwrap();
    let stream = live::AddStreamReq {
        stream_id: b"s".to_vec(),
        ..Default::default()
    };
    world.packet(&mut a, cmd::ADD_STREAM, &stream);
    assert!(
        world
            .answer::<live::AddStreamRsp>(&a, cmd::ADD_STREAM)
            .is_none()
    );
    assert_eq!(
        world
            .pushes::<live::PushStream>(&b, sub::STREAMS_ADDED)
            .len(),
        1
    );
    assert_eq!(
        world
            .ask::<live::AddStreamRsp>(&mut a, cmd::ADD_STREAM, &stream)
            .stream_seq,
        1
    );
}

#[test]
fn a_delayed_answer_comes_after_its_time() {
    let mut world = World::unchecked();
    let mut a = world.join("a");
    world
        .control(Command::AddAnswerRule(AnswerRule {
            ms: 700,
            ..rule(on_cmd(301_005), AnswerAction::Delay)
        }))
        .unwrap();
    world.packet(&mut a, cmd::HEARTBEAT, &live::HbReq {});
    world.wait(699);
    assert!(world.answer::<live::HbRsp>(&a, cmd::HEARTBEAT).is_none());
    world.wait(1);
    assert!(world.answer::<live::HbRsp>(&a, cmd::HEARTBEAT).is_some());
}

#[test]
fn an_ordered_refusal_has_code_and_text_and_no_effect() {
    let mut world = World::unchecked();
    let (mut a, b) = (world.join("a"), world.join("b"));
    let ordered = AnswerRule {
        code: 5030,
        message: "no".into(),
        user_id: Some("a".into()),
        ..rule(on_cmd(303_001), AnswerAction::Error)
    };
    world.control(Command::AddAnswerRule(ordered)).unwrap();
    let head = world
        .ask::<switch::CommonRsp>(&mut a, cmd::SEND_BROADCAST, &live::SendImReq::default())
        .rsp_head
        .unwrap();
    assert_eq!((head.code, head.message.as_str()), (5030, "no"));
    assert!(world.pushes::<live::PushIm>(&b, sub::BROADCAST).is_empty());
    world.control(Command::ClearAnswerRules).unwrap();
    assert_eq!(
        world.code(&mut a, cmd::SEND_BROADCAST, &live::SendImReq::default()),
        0
    );
}

#[test]
fn a_refusal_of_a_link_request_sits_where_its_answer_has_a_code() {
    let mut world = World::unchecked();
    let a = world.join("a");
    for kind in [14, 12] {
        world
            .control(Command::AddAnswerRule(AnswerRule {
                code: 20011,
                ..rule(on_type(kind), AnswerAction::Error)
            }))
            .unwrap();
    }
    world.send(
        a.conn,
        FrameType::GetConfigRequest,
        2,
        &hub::GetConfigRequest {
            txid: 5,
            ..Default::default()
        },
    );
    assert_eq!(
        world.frames::<hub::GetConfigResponse>(a.conn, FrameType::GetConfigResponse)[0].code,
        20011
    );
    world.send(
        a.conn,
        FrameType::HBRequest,
        3,
        &hub::HbRequest { txid: 6, ts: 0 },
    );
    let exceptions: Vec<hub::PushException> = world.frames(a.conn, FrameType::PushException);
    assert_eq!((exceptions[0].txid, exceptions[0].reason), (6, 20011));
}

#[test]
fn pc_established_can_be_held_back() {
    let mut world = World::unchecked();
    world
        .control(Command::AddAnswerRule(rule(
            on_type(19),
            AnswerAction::Drop,
        )))
        .unwrap();
    let a = world.join("a");
    assert!(
        world
            .frames::<hub::PcEstablished>(a.conn, FrameType::PCEstablished)
            .is_empty()
    );
    assert_eq!(world.server.stats().spoiled, 1);
}

#[test]
fn pushes_can_be_lost() {
    let mut world = World::unchecked();
    let a = world.join("a");
    world
        .control(Command::AddAnswerRule(AnswerRule {
            count: Some(1),
            ..rule(on_cmd(1101), AnswerAction::Drop)
        }))
        .unwrap();
    world.join("b");
    world.join("c");
    let pushes: Vec<live::PushUserInfoUpdated> = world.pushes(&a, sub::USERS_CHANGED);
    assert_eq!((pushes.len(), pushes[0].server_user_seq), (1, 3));
}

#[test]
fn a_rule_that_matches_nothing_is_refused() {
    let mut world = World::unchecked();
    assert!(
        world
            .control(Command::AddAnswerRule(rule(
                Match::default(),
                AnswerAction::Drop
            )))
            .is_err()
    );
    assert!(
        world
            .control(Command::AddAnswerRule(rule(on_cmd(1), AnswerAction::Delay)))
            .is_err()
    );
}

#[test]
fn a_skipped_sequence_shows_as_a_gap() {
    let mut world = World::unchecked();
    let (mut a, b) = (world.join("a"), world.join("b"));
    world
        .control(Command::SkipSequence(SkipSequence {
            room_id: ROOM.into(),
            what: Sequence::Streams,
            by: 3,
        }))
        .unwrap();
    world.code(
        &mut a,
        cmd::ADD_STREAM,
        &live::AddStreamReq {
            stream_id: b"s".to_vec(),
            ..Default::default()
        },
    );
    assert_eq!(
        world.pushes::<live::PushStream>(&b, sub::STREAMS_ADDED)[0].stream_seq,
        4
    );
}

#[test]
fn a_forgotten_session_is_a_new_login() {
    let mut world = World::unchecked();
    let mut a = world.join("a");
    world.control(Command::ForgetSession(user("a"))).unwrap();
    assert_eq!(
        world.code(&mut a, cmd::GET_STREAM_LIST, &live::GetStreamListReq {}),
        1002
    );
    let old = a.session;
    let request = world.login_request(&a, ROOM, "any");
    let answer = world.try_login(&mut a, &request);
    assert_eq!(answer.rsp_head.unwrap().code, 0);
    assert_ne!(answer.user_session_id, old);
}

#[test]
fn a_forgotten_session_leaves_another_user_of_the_same_link_alone() {
    let mut world = World::unchecked();
    let neighbour = world.join("neighbour");
    let mut a = Client {
        user: "a".into(),
        stream: 2,
        ..neighbour.clone()
    };
    let request = world.login_request(&a, ROOM, "any");
    world.try_login(&mut a, &request);
    world.control(Command::ForgetSession(user("a"))).unwrap();
    world.close(neighbour.conn);
    world.wait(world.server.config().grace_ms);
    let left = world.log.iter().filter(|line| line.contains("lost"));
    assert_eq!(left.count(), 2, "lost, then lost for too long");
}

#[test]
fn close_connection_redirect_and_garbage_reach_the_link() {
    let mut world = World::unchecked();
    let a = world.join("a");
    let close = CloseConnection {
        user_id: "a".into(),
        action: 2,
        reason: 9,
        message: "m".into(),
    };
    world.control(Command::CloseConnection(close)).unwrap();
    let frames: Vec<hub::CloseConnection> = world.frames(a.conn, FrameType::CloseConnection);
    assert_eq!(
        frames,
        [hub::CloseConnection {
            reason: 9,
            msg: "m".into(),
            action: 2
        }]
    );
    world
        .control(Command::Redirect(Redirect {
            user_id: "a".into(),
            hosts: vec!["h".into()],
        }))
        .unwrap();
    assert_eq!(
        world.frames::<hub::Redirect2>(a.conn, FrameType::Redirect2)[0].wss_groups[0].host,
        "h"
    );
    world
        .control(Command::Garbage(Garbage {
            user_id: "a".into(),
            hex: "00ff".into(),
        }))
        .unwrap();
    assert_eq!(world.raw.last(), Some(&(a.conn, vec![0, 255])));
    let garbage = Garbage {
        user_id: "a".into(),
        hex: "0x".into(),
    };
    assert!(matches!(
        world.control(Command::Garbage(garbage)),
        Err(CommandError::Invalid(_))
    ));
}

#[test]
fn media_hosts_and_events_show() {
    let mut world = World::unchecked();
    let mut a = world.join("a");
    world.code(
        &mut a,
        cmd::ADD_STREAM,
        &live::AddStreamReq {
            stream_id: b"s".to_vec(),
            ..Default::default()
        },
    );
    world
        .control(Command::SetMediaHosts(Hosts {
            hosts: vec!["m:1".into()],
        }))
        .unwrap();
    assert_eq!(world.server.config().media_hosts, ["m:1"]);
    world
        .control(Command::MediaEvent(MediaEvent {
            stream_id: "s".into(),
            event: "published".into(),
        }))
        .unwrap();
    let rooms = json(&world.control(Command::Rooms).unwrap());
    assert_eq!(rooms["rooms"][0]["streams"][0]["flowing"], true);
}

#[test]
fn frames_are_numbered_and_can_be_asked_for_from_a_number_on() {
    let mut world = World::unchecked();
    world.join("a");
    let all = json(&world.control(Command::Frames { since: 0 }).unwrap());
    let names: Vec<&str> = all["frames"]
        .as_array()
        .unwrap()
        .iter()
        .map(|frame| frame["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "PCUpwardMessage",
            "PCUpwardMessageAck",
            "PCEstablished",
            "PCDownwardMessage"
        ]
    );
    assert_eq!(
        (
            &all["frames"][0]["dir"],
            &all["frames"][3]["packet"]["name"]
        ),
        (&"C>S".into(), &"LoginRoomRsp".into())
    );
    let rest = json(&world.control(Command::Frames { since: 3 }).unwrap());
    assert_eq!(
        (
            rest["frames"].as_array().unwrap().len(),
            rest["next"].as_u64()
        ),
        (1, Some(4))
    );
}

#[test]
fn a_shutdown_closes_every_socket() {
    let mut world = World::unchecked();
    let (a, b) = (world.connect(), world.connect());
    assert_eq!(
        world.control(Command::Shutdown),
        Ok(Reply::Done { affected: 2 })
    );
    assert_eq!(
        world.closed,
        [
            (a, CloseReason::ShuttingDown),
            (b, CloseReason::ShuttingDown)
        ]
    );
}
