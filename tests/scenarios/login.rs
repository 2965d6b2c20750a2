//! Getting into a room, being refused, leaving, being removed.

use room_server::Command;
use serde_json::json;

use crate::world::World;

#[test]
fn a_login_before_the_socket_is_open_waits_for_it() {
    let mut world = World::new();
    let a = world.add("ua");
    let login = world.login(a, "r");
    assert!(world.is_open(a, login));
    world.run(100);
    assert_eq!(world.resolved(a, login), json!(true));
    assert_eq!(world.clients[a].opened_urls.len(), 1);
}

#[test]
fn an_expired_token_has_its_code_and_a_foreign_one_another() {
    let mut world = World::new();
    let a = world.add("ua");
    let request = serde_json::from_value(json!({"userID": "ua", "effectiveSeconds": -10})).unwrap();
    let room_server::Reply::Token { token: expired } =
        world.control(Command::IssueToken(request)).unwrap()
    else {
        panic!()
    };
    let foreign = world.token("somebody-else");
    for (token, code) in [
        (expired.as_str(), 1_102_018),
        (&foreign, 1_102_016),
        ("garbage", 1_102_016),
    ] {
        let login = world.login_with(a, "r", token, json!({}));
        world.run(200);
        assert_eq!(world.rejected(a, login), code);
        let states = world.told(a);
        assert!(
            states[2].starts_with(&format!(r#"roomStateUpdate ["r","DISCONNECTED",{code},"#)),
            "{states:?}"
        );
        assert!(
            states[3].starts_with(&format!(r#"roomStateChanged ["r","LOGIN_FAILED",{code},"#)),
            "{states:?}"
        );
    }
    let login = world.login(a, "r");
    world.run(200);
    assert_eq!(world.resolved(a, login), json!(true));
}

#[test]
fn a_bad_argument_is_refused_before_anything_is_sent() {
    let mut world = World::new();
    let a = world.add("ua");
    world.run(50);
    let frames = world.clients[a].frames_sent;
    let login = world.call(a, "loginRoom", json!(["bad room", "t", {"userID": "ua"}]));
    assert_eq!(world.rejected(a, login), 1_002_012);
    assert_eq!(world.told(a).len(), 4, "told like a failed login");
    assert_eq!(world.clients[a].frames_sent, frames);
}

#[test]
fn the_same_room_twice_is_refused_and_another_room_takes_its_place() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    let again = world.login(a, "r");
    assert_eq!(world.rejected(a, again), 1_002_056);
    world.told(a);
    let other = world.login(a, "r2");
    world.run(200);
    assert_eq!(world.resolved(a, other), json!(true));
    assert_eq!(
        world.told(a),
        [
            r#"roomStateUpdate ["r2","CONNECTING",0,null]"#,
            r#"roomStateChanged ["r2","LOGINING",0,null]"#,
            r#"roomStateUpdate ["r","DISCONNECTED",0,null]"#,
            r#"roomStateChanged ["r","LOGOUT",0,null]"#,
            r#"roomOnlineUserCountUpdate ["r2",1]"#,
            r#"roomStateUpdate ["r2","CONNECTED",0,null]"#,
            r#"roomStateChanged ["r2","LOGINED",0,null]"#,
        ]
    );
}

#[test]
fn a_full_room_refuses_with_its_code() {
    let mut world = World::new();
    let a = world.add("ua");
    let token = world.token("ua");
    world.login_with(a, "r", &token, json!({"maxMemberCount": 1}));
    world.run(200);
    let b = world.add("ub");
    let login = world.login(b, "r");
    world.run(200);
    assert_eq!(world.rejected(b, login), 1_002_034);
}

#[test]
fn the_same_user_elsewhere_removes_the_earlier_one() {
    let mut world = World::new();
    let first = world.add_in("r", "ua");
    world.publish(first, "s", json!({}));
    world.told(first);
    world.add_in("r", "ua");
    let told = world.told(first);
    assert!(
        told[0].starts_with(
            r#"roomStateUpdate ["r","DISCONNECTED",1002050,"{\"custom_kickout_message\""#
        ),
        "{told:?}"
    );
    assert!(
        told[1].starts_with(r#"roomStateChanged ["r","KICKOUT",1002050"#),
        "{told:?}"
    );
    assert!(
        told[2].contains(r#""errorCode":1002050"#) && told[2].contains("NO_PUBLISH"),
        "{told:?}"
    );
}

#[test]
fn a_kick_of_the_server_carries_its_text() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.told(a);
    let kick = serde_json::from_value(json!({"userID": "ua", "roomID": "r", "message": "be nice"}))
        .unwrap();
    world.control(Command::Kick(kick)).unwrap();
    world.run(100);
    assert_eq!(
        world.told(a)[0],
        r#"roomStateUpdate ["r","DISCONNECTED",1002055,"{\"custom_kickout_message\":\"be nice\"}"]"#
    );
    let login = world.login(a, "r");
    world.run(200);
    assert_eq!(world.resolved(a, login), json!(true));
}

#[test]
fn a_first_login_that_is_not_answered_is_sent_again() {
    let mut world = World::new();
    let rule = json!({"match": {"cmd": 1002}, "do": "drop", "count": 1});
    world
        .control(Command::AddAnswerRule(
            serde_json::from_value(rule).unwrap(),
        ))
        .unwrap();
    let a = world.add("ua");
    let login = world.login(a, "r");
    world.run(5_000);
    assert!(world.is_open(a, login));
    world.run(6_000);
    assert_eq!(world.resolved(a, login), json!(true));
}

#[test]
fn a_login_without_any_answer_ends_after_three_hundred_seconds() {
    let mut world = World::new();
    world.reachable = false;
    let a = world.add("ua");
    let login = world.login(a, "r");
    world.run(299_000);
    assert!(world.is_open(a, login));
    world.run(2_000);
    assert_eq!(world.rejected(a, login), 1_002_031);
    let told = world.told(a);
    assert!(
        told[2].starts_with(r#"roomStateUpdate ["r","DISCONNECTED",1002031,"login timeout"]"#),
        "{told:?}"
    );
}

#[test]
fn an_unused_link_is_closed_and_the_next_login_opens_it_again() {
    let mut world = World::new();
    let a = world.add("ua");
    world.run(100_000);
    assert_eq!(world.clients[a].opened_urls.len(), 1);
    let login = world.login(a, "r");
    world.run(200);
    assert_eq!(world.resolved(a, login), json!(true));
    assert_eq!(world.clients[a].opened_urls.len(), 2);
}

#[test]
fn logging_out_while_logging_in_settles_the_login() {
    let mut world = World::new();
    let a = world.add("ua");
    let login = world.login(a, "r");
    world.call(a, "logoutRoom", json!(["r"]));
    assert_eq!(world.rejected(a, login), 1_100_012);
    world.run(60_000);
    let room_server::Reply::Rooms { rooms } = world.control(Command::Rooms).unwrap() else {
        panic!()
    };
    assert!(rooms.is_empty(), "{rooms:?}");
}

#[test]
fn nothing_can_be_called_after_the_engine_was_destroyed() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.call(a, "destroyEngine", json!([]));
    let login = world.login(a, "r");
    assert_eq!(world.rejected(a, login), 1_199_003);
    assert_eq!(
        world.clients[a].engine.next_deadline(),
        None,
        "no timer is left"
    );
}

#[test]
fn a_damaged_or_expired_token_is_refused_before_anything_is_sent() {
    let mut world = World::new();
    let a = world.add("ua");
    world.run(100);
    let request = serde_json::from_value(json!({"userID": "ua", "effectiveSeconds": -60})).unwrap();
    let room_server::Reply::Token { token: expired } =
        world.control(Command::IssueToken(request)).unwrap()
    else {
        panic!()
    };
    let good = world.token("ua");
    let sent = world.clients[a].frames_sent;
    for (token, code) in [
        (expired.as_str(), 1_102_018),
        (&good[..good.len() - 8], 1_102_016),
        ("04", 1_102_016),
    ] {
        let login = world.login_with(a, "r", token, json!({}));
        assert_eq!(world.rejected(a, login), code);
        assert_eq!(
            world.told_of(a, "roomStateChanged").len(),
            2,
            "told like a failed login"
        );
    }
    assert_eq!(world.clients[a].frames_sent, sent);
    world.add_in("r", "ub");
    let renewed = world.resolve(1, "renewToken", json!([expired]));
    assert_eq!(renewed, json!(false));
}

#[test]
fn the_warning_that_a_token_will_expire_does_not_depend_on_the_devices_clock() {
    let mut world = World::new();
    let a = world.add("ua");
    world.clients[a].wall_skew = 3_600_000;
    let request = serde_json::from_value(json!({"userID": "ua", "effectiveSeconds": 100})).unwrap();
    let room_server::Reply::Token { token } = world.control(Command::IssueToken(request)).unwrap()
    else {
        panic!()
    };
    world.run(100);
    let login = world.login_with(a, "r", &token, json!({}));
    world.run(60_000);
    assert_eq!(world.resolved(a, login), json!(true));
    assert!(world.told_of(a, "tokenWillExpire").is_empty());
    world.clients[a].wall_skew = -3_600_000;
    world.run(12_000);
    assert_eq!(world.told_of(a, "tokenWillExpire"), [json!(["r"])]);
    let renewed = world.token("ua");
    assert_eq!(
        world.resolve(a, "renewToken", json!([renewed, "r"])),
        json!(true)
    );
    world.run(60_000);
    assert!(world.told_of(a, "tokenWillExpire").is_empty());
}

#[test]
fn a_server_that_counts_tokens_down_is_told_the_new_one() {
    let mut world = World::with(room_server::Config {
        token_control: true,
        ..Default::default()
    });
    let a = world.add("ua");
    let request = serde_json::from_value(json!({"userID": "ua", "effectiveSeconds": 100})).unwrap();
    let room_server::Reply::Token { token } = world.control(Command::IssueToken(request)).unwrap()
    else {
        panic!()
    };
    world.login_with(a, "r", &token, json!({}));
    world.run(72_000);
    assert_eq!(world.told_of(a, "tokenWillExpire").len(), 1);
    let renewed = world.token("ua");
    world.resolve(a, "renewToken", json!([renewed]));
    assert!(world.clients[a].sent.contains(&301_007));
    world.run(60_000);
    assert!(
        world
            .told_of(a, "roomStateUpdate")
            .iter()
            .all(|e| e[1] != "DISCONNECTED")
    );
}

#[test]
fn a_refused_second_login_says_nothing_of_the_room_that_the_first_is_in() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.told(a);
    let login = world.call(a, "loginRoom", json!(["r", "04", {"userID": "ua"}]));
    assert_eq!(world.rejected(a, login), 1_102_016);
    assert!(world.told(a).is_empty());
}
