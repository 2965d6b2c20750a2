//! The link breaks, the service restarts or sends clients elsewhere: the call comes back by itself.

use room_server::Command;
use serde_json::json;

use crate::world::{HUB, SECOND_HUB, World};

#[test]
fn a_cut_link_is_restored_and_peers_notice_nothing() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    world.publish(a, "s", json!({}));
    world.told(a);
    world.told(b);
    world.cut(a);
    assert_eq!(
        world.told(a),
        [
            r#"roomStateUpdate ["r","CONNECTING",1000017,null]"#,
            r#"roomStateChanged ["r","RECONNECTING",1000017,null]"#,
        ]
    );
    world.run(4_000);
    let told = world.told(a);
    assert!(
        told.contains(&r#"roomStateUpdate ["r","CONNECTED",0,null]"#.to_owned()),
        "{told:?}"
    );
    assert!(
        told.contains(&r#"roomStateChanged ["r","RECONNECTED",0,null]"#.to_owned()),
        "{told:?}"
    );
    assert!(
        !told
            .iter()
            .any(|e| e.contains("ADD") || e.contains("DELETE")),
        "{told:?}"
    );
    assert!(
        !world
            .told(b)
            .iter()
            .any(|e| e.contains("ADD") || e.contains("DELETE"))
    );
    assert_eq!(
        world.clients[a].opened_urls,
        [HUB, SECOND_HUB],
        "the next hub is tried"
    );
    assert_eq!(
        world.clients[a]
            .sent
            .iter()
            .filter(|cmd| **cmd == 302_001)
            .count(),
        1,
        "the stream is still there"
    );
}

#[test]
fn changes_during_a_break_are_told_as_differences() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    world.publish(b, "old", json!({}));
    world.told(a);
    world.reachable = false;
    world.cut(a);
    world.call(b, "logoutRoom", json!([]));
    world.reachable = true;
    let c = world.add_in("r", "uc");
    world.publish(c, "new", json!({}));
    world.run(15_000);
    let told = world.told(a);
    let streams: Vec<&String> = told
        .iter()
        .filter(|e| e.starts_with("roomStreamUpdate"))
        .collect();
    assert_eq!(streams.len(), 2, "{told:?}");
    assert!(
        streams[0].contains("DELETE") && streams[0].contains("old"),
        "{told:?}"
    );
    assert!(
        streams[1].contains("ADD") && streams[1].contains("new"),
        "{told:?}"
    );
    let users: Vec<&String> = told
        .iter()
        .filter(|e| e.starts_with("roomUserUpdate"))
        .collect();
    assert!(
        users.iter().any(|e| e.contains("ADD") && e.contains("uc")),
        "{told:?}"
    );
    assert!(
        users
            .iter()
            .any(|e| e.contains("DELETE") && e.contains("ub")),
        "{told:?}"
    );
}

#[test]
fn a_restarted_server_gets_the_stream_again_exactly_once() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    world.publish(a, "s", json!({}));
    world.restart_server();
    world.run(10_000);
    assert_eq!(
        world.clients[a]
            .sent
            .iter()
            .filter(|cmd| **cmd == 302_001)
            .count(),
        2
    );
    let room_server::Reply::Rooms { rooms } = world.control(Command::Rooms).unwrap() else {
        panic!()
    };
    assert_eq!(rooms[0].streams.len(), 1);
    assert_eq!(rooms[0].users.len(), 2);
    let told = world.told(b);
    let last = told
        .iter()
        .rev()
        .find(|e| e.starts_with("roomStreamUpdate"))
        .unwrap();
    assert!(last.contains("ADD"), "{told:?}");
}

#[test]
fn a_dead_socket_is_noticed_by_the_heartbeat() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.told(a);
    world.cut_silently(a);
    world.run(30_000);
    let told = world.told(a);
    assert!(
        told.contains(&r#"roomStateChanged ["r","RECONNECTED",0,null]"#.to_owned()),
        "{told:?}"
    );
}

#[test]
fn a_dead_socket_is_noticed_at_once_when_the_application_comes_back() {
    use zego_express_alipay::engine::Input;
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.told(a);
    world.cut_silently(a);
    world.give(a, Input::Shown);
    world.run(3_100);
    assert!(
        world
            .told(a)
            .contains(&r#"roomStateUpdate ["r","CONNECTING",1000017,null]"#.to_owned())
    );
}

#[test]
fn after_three_hundred_seconds_the_room_is_lost() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.publish(a, "s", json!({}));
    world.told(a);
    world.reachable = false;
    world.cut(a);
    world.run(301_000);
    let told = world.told(a);
    assert!(
        told[2].starts_with(r#"roomStateUpdate ["r","DISCONNECTED",1002031"#),
        "{told:?}"
    );
    assert!(
        told[3].starts_with(r#"roomStateChanged ["r","RECONNECT_FAILED",1002031"#),
        "{told:?}"
    );
    assert!(
        told[4].contains("NO_PUBLISH") && told[4].contains("1002031"),
        "{told:?}"
    );
    world.reachable = true;
    let login = world.login(a, "r");
    world.run(10_000);
    assert_eq!(world.resolved(a, login), json!(true));
}

#[test]
fn a_broken_room_service_is_waited_for() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.told(a);
    let broken = json!({"userID": "ua", "restoreMs": 2000});
    world
        .control(Command::BreakPc(serde_json::from_value(broken).unwrap()))
        .unwrap();
    world.run(8_000);
    let told = world.told(a);
    assert!(
        told.contains(&r#"roomStateUpdate ["r","CONNECTING",0,null]"#.to_owned()),
        "{told:?}"
    );
    assert!(
        told.contains(&r#"roomStateChanged ["r","RECONNECTED",0,null]"#.to_owned()),
        "{told:?}"
    );
    assert_eq!(world.clients[a].opened_urls.len(), 1, "the socket stays");
}

#[test]
fn a_redirect_is_followed_at_once() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    let redirect = json!({"userID": "ua", "hosts": ["elsewhere.test:9"]});
    world
        .control(Command::Redirect(serde_json::from_value(redirect).unwrap()))
        .unwrap();
    world.run(500);
    assert_eq!(
        world.clients[a].opened_urls.last().unwrap(),
        "ws://elsewhere.test:9/accesshub"
    );
    world.told(a);
    let login = world.login(a, "r");
    assert_eq!(
        world.rejected(a, login),
        1_002_056,
        "the room is still there"
    );
}

#[test]
fn each_close_action_is_obeyed() {
    for (action, hub) in [(2, HUB), (5, SECOND_HUB)] {
        let mut world = World::new();
        let a = world.add_in("r", "ua");
        world.told(a);
        let close = json!({"userID": "ua", "action": action});
        world
            .control(Command::CloseConnection(
                serde_json::from_value(close).unwrap(),
            ))
            .unwrap();
        world.run(5_000);
        assert_eq!(world.clients[a].opened_urls, [HUB, hub], "action {action}");
        assert!(
            world
                .told(a)
                .contains(&r#"roomStateUpdate ["r","CONNECTED",0,null]"#.to_owned())
        );
    }
    let mut world = World::with(room_server::Config {
        hub_hosts: vec!["new.test".into()],
        ..Default::default()
    });
    let a = world.add_in("r", "ua");
    let close = json!({"userID": "ua", "action": 1});
    world
        .control(Command::CloseConnection(
            serde_json::from_value(close).unwrap(),
        ))
        .unwrap();
    world.run(500);
    assert_eq!(
        world.clients[a].opened_urls,
        [HUB, "ws://new.test/accesshub"]
    );
}

#[test]
fn a_session_that_the_server_forgot_is_begun_anew() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.publish(a, "s", json!({}));
    world.told(a);
    let forget = json!({"userID": "ua"});
    world
        .control(Command::ForgetSession(
            serde_json::from_value(forget).unwrap(),
        ))
        .unwrap();
    let lost = world.call(a, "sendBroadcastMessage", json!(["r", "x"]));
    world.run(5_000);
    assert!(world.rejected(a, lost) != 0);
    let told = world.told(a);
    assert!(
        told.contains(&r#"roomStateChanged ["r","RECONNECTED",0,null]"#.to_owned()),
        "{told:?}"
    );
    let room_server::Reply::Rooms { rooms } = world.control(Command::Rooms).unwrap() else {
        panic!()
    };
    assert_eq!(rooms[0].streams.len(), 1, "the stream was announced again");
}

#[test]
fn unanswered_room_heartbeats_lead_to_a_new_login() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.told(a);
    let rule = json!({"match": {"cmd": 301_006}, "do": "drop", "count": 4});
    world
        .control(Command::AddAnswerRule(
            serde_json::from_value(rule).unwrap(),
        ))
        .unwrap();
    world.run(50_000);
    let told = world.told(a);
    assert!(
        told.contains(&r#"roomStateChanged ["r","RECONNECTED",0,null]"#.to_owned()),
        "{told:?}"
    );
}

#[test]
fn a_device_clock_that_jumps_changes_nothing() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.told(a);
    for skew in [86_400_000, -86_400_000, 0] {
        world.clients[a].wall_skew = skew;
        world.run(20_000);
    }
    let told = world.told(a);
    assert!(
        told.iter()
            .all(|e| e.starts_with("roomOnlineUserCountUpdate")),
        "{told:?}"
    );
}

#[test]
fn a_client_that_is_sent_away_with_its_session_begins_a_new_one() {
    for (action, resumptions) in [(2, 1), (5, 0)] {
        let mut world = World::new();
        world.add_in("r", "ua");
        let close = json!({"userID": "ua", "action": action});
        world
            .control(Command::CloseConnection(
                serde_json::from_value(close).unwrap(),
            ))
            .unwrap();
        world.run(5_000);
        assert_eq!(
            world.server.stats().resumptions,
            resumptions,
            "action {action}"
        );
    }
}

#[test]
fn a_clock_that_leapt_while_no_link_was_there_does_not_make_tokens_look_expired() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.call(a, "logoutRoom", json!(["r"]));
    // The unused link is closed, and with it goes the service's word on the time. Then the user sets the clock, which is the
    // only one that this runtime has.
    world.run(100_000);
    world.clients[a].mono_skew += 400 * 86_400_000;
    world.clients[a].wall_skew += 400 * 86_400_000;
    let login = world.login(a, "r");
    world.run(500);
    assert_eq!(world.resolved(a, login), json!(true));
}

#[test]
fn a_message_that_is_pushed_again_is_told_once() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    world.told(b);
    world.doubles_pushes = true;
    for text in ["one", "two"] {
        for (method, more) in [
            ("sendBroadcastMessage", json!(null)),
            ("sendBarrageMessage", json!(null)),
            ("sendCustomCommand", json!(["ub"])),
        ] {
            world.resolve(a, method, json!(["r", text, more]));
            world.run(1_000);
        }
    }
    let told = world.told(b);
    for name in [
        "IMRecvBroadcastMessage",
        "IMRecvBarrageMessage",
        "IMRecvCustomCommand",
    ] {
        let of: Vec<&String> = told.iter().filter(|e| e.starts_with(name)).collect();
        assert_eq!(of.len(), 2, "{of:?}");
        assert!(of[0].contains("one") && of[1].contains("two"), "{of:?}");
    }
}
