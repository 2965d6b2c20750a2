//! A one-to-one call, step by step.

use room_server::Command;
use serde_json::json;

use crate::world::World;

#[test]
fn two_users_publish_and_play_each_other_with_every_callback_in_order() {
    let mut world = World::new();
    let a = world.add("ua");
    let login = world.login(a, "room1");
    world.run(200);
    assert_eq!(world.resolved(a, login), json!(true));
    assert_eq!(
        world.told(a),
        [
            r#"roomStateUpdate ["room1","CONNECTING",0,null]"#,
            r#"roomStateChanged ["room1","LOGINING",0,null]"#,
            r#"roomOnlineUserCountUpdate ["room1",1]"#,
            r#"roomStateUpdate ["room1","CONNECTED",0,null]"#,
            r#"roomStateChanged ["room1","LOGINED",0,null]"#,
        ]
    );

    let url = world.resolve(
        a,
        "startPublishingStream",
        json!(["stream-a", {"streamParams": "x=1", "extraInfo": "hello"}]),
    );
    let text = url["url"].as_str().unwrap();
    assert!(
        text.starts_with("rtmp://127.0.0.1:1935/1234567890/stream-a?x=1&zgseq="),
        "{text}"
    );
    assert!(text.contains("&zgdid="), "{text}");
    assert_eq!(
        world.told(a),
        [state("publisher", "PUBLISH_REQUESTING", "stream-a")]
    );

    let b = world.add_in("room1", "ub");
    world.told(b);
    assert!(
        !world.clients[a].sent.contains(&302_001),
        "nothing is announced before the component pushes"
    );
    assert_eq!(
        world.told_of(a, "roomUserUpdate"),
        [json!(["room1", "ADD", [{"userID": "ub", "userName": "name-ub"}]])]
    );

    world.component(a, "stream-a", 3800);
    world.run(100);
    assert_eq!(
        world.told(a),
        [state("publisher", "PUBLISHING", "stream-a")]
    );
    let stream = json!([{"streamID": "stream-a", "user": {"userID": "ua", "userName": "name-ua"}, "extraInfo": "hello"}]);
    assert_eq!(
        world.told(b),
        [
            format!("roomStreamUpdate {}", json!(["room1", "ADD", stream])),
            format!("streamExtraInfoUpdate {}", json!(["room1", stream])),
        ]
    );
    world.component(a, "stream-a", 3800);
    world.run(100);
    assert_eq!(
        world.told(a),
        [state("publisher", "PUBLISHING", "stream-a")]
    );
    assert_eq!(
        world.clients[a]
            .sent
            .iter()
            .filter(|cmd| **cmd == 302_001)
            .count(),
        1,
        "announced once"
    );

    let url = world.resolve(b, "startPlayingStream", json!(["stream-a"]));
    assert!(
        url["url"]
            .as_str()
            .unwrap()
            .starts_with("rtmp://127.0.0.1:1935/1234567890/stream-a?zgseq=")
    );
    world.component(b, "stream-a", 3802);
    assert_eq!(
        world.told(b),
        [
            state("player", "PLAY_REQUESTING", "stream-a"),
            state("player", "PLAYING", "stream-a")
        ]
    );

    world.call(b, "stopPlayingStream", json!(["stream-a"]));
    assert_eq!(world.told(b), [state("player", "NO_PLAY", "stream-a")]);
    assert_eq!(
        world.resolve(a, "stopPublishingStream", json!(["stream-a"])),
        json!(true)
    );
    assert_eq!(
        world.told(a),
        [state("publisher", "NO_PUBLISH", "stream-a")]
    );
    assert_eq!(
        world.told(b),
        [format!(
            "roomStreamUpdate {}",
            json!(["room1", "DELETE", stream])
        )]
    );
    assert_eq!(
        world.resolve(a, "stopPublishingStream", json!(["stream-a"])),
        json!(false)
    );

    world.call(a, "logoutRoom", json!(["room1"]));
    world.run(100);
    assert_eq!(
        world.told(a),
        [
            r#"roomStateUpdate ["room1","DISCONNECTED",0,null]"#,
            r#"roomStateChanged ["room1","LOGOUT",0,null]"#
        ]
    );
    assert_eq!(
        world.told_of(b, "roomUserUpdate"),
        [json!(["room1", "DELETE", [{"userID": "ua", "userName": "name-ua"}]])]
    );
}

#[test]
fn logging_out_ends_own_streams_for_everybody() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    world.publish(a, "s", json!({}));
    world.told(a);
    world.told(b);
    world.call(a, "logoutRoom", json!([]));
    world.run(100);
    assert_eq!(
        world.told(a),
        [
            r#"roomStateUpdate ["r","DISCONNECTED",0,null]"#.to_owned(),
            r#"roomStateChanged ["r","LOGOUT",0,null]"#.to_owned(),
            state("publisher", "NO_PUBLISH", "s"),
        ]
    );
    let deleted = world.told(b);
    assert!(
        deleted
            .iter()
            .any(|e| e.starts_with(r#"roomStreamUpdate ["r","DELETE""#)),
        "{deleted:?}"
    );
    assert!(
        !world.clients[a].sent.contains(&302_003),
        "streams of a user who leaves are not deleted one by one"
    );
}

#[test]
fn a_component_that_cannot_push_ends_the_stream_and_withdraws_it() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    world.publish(a, "s", json!({}));
    world.told(a);
    world.told(b);
    world.component(a, "s", 3801);
    world.run(100);
    let failed =
        json!([{"state": "NO_PUBLISH", "streamID": "s", "errorCode": 3801, "extendedData": ""}]);
    assert_eq!(world.told(a), [format!("publisherStateUpdate {failed}")]);
    assert_eq!(world.told_of(b, "roomStreamUpdate").len(), 1);
    world.resolve(a, "startPublishingStream", json!(["s"]));
}

#[test]
fn a_failed_player_must_be_stopped_before_it_plays_again() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.resolve(a, "startPlayingStream", json!(["s"]));
    world.component(a, "s", 3803);
    let again = world.call(a, "startPlayingStream", json!(["s"]));
    assert_eq!(world.rejected(a, again), 1_103_049);
    world.call(a, "stopPlayingStream", json!(["s"]));
    world.resolve(a, "startPlayingStream", json!(["s"]));
}

#[test]
fn a_failed_player_may_try_the_next_url() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.resolve(a, "startPlayingStream", json!(["s"]));
    world.component(a, "s", 3803);
    world.told(a);
    let url = world.resolve(a, "getNextUrl", json!(["s"]));
    assert!(url.as_str().unwrap().starts_with("rtmp://"));
    world.component(a, "s", 3802);
    assert_eq!(
        world.told(a),
        [
            state("player", "PLAY_REQUESTING", "s"),
            state("player", "PLAYING", "s")
        ]
    );
}

#[test]
fn a_failed_player_plays_again_when_the_component_recovers_by_itself() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.resolve(a, "startPlayingStream", json!(["s"]));
    world.told(a);
    for code in [3803, 3803, 3802] {
        world.component(a, "s", code);
    }
    let failed =
        json!([{"state": "NO_PLAY", "streamID": "s", "errorCode": 3803, "extendedData": ""}]);
    let failed = format!("playerStateUpdate {failed}");
    assert_eq!(
        world.told(a),
        [failed.clone(), failed, state("player", "PLAYING", "s")]
    );
    world.call(a, "stopPlayingStream", json!(["s"]));
    assert_eq!(world.told(a), [state("player", "NO_PLAY", "s")]);
}

#[test]
fn each_next_url_is_on_the_next_host() {
    let config = room_server::Config {
        media_hosts: vec!["h1.example".into(), "h2.example".into()],
        ..Default::default()
    };
    let mut world = World::with(config);
    let a = world.add_in("r", "ua");
    let first = world.resolve(
        a,
        "startPublishingStream",
        json!(["s", {"streamParams": "k=v"}]),
    );
    assert!(
        first["url"]
            .as_str()
            .unwrap()
            .starts_with("rtmp://h1.example/")
    );
    let urls: Vec<_> = (0..3)
        .map(|_| world.resolve(a, "getNextUrl", json!(["s"])))
        .collect();
    let hosts: Vec<_> = urls
        .iter()
        .map(|url| url.as_str().unwrap().get(7..9).unwrap())
        .collect();
    assert_eq!(hosts, ["h2", "h1", "h2"]);
    assert!(urls[0].as_str().unwrap().contains("?k=v&zgseq="));
    assert_eq!(
        world.resolve(a, "getNextUrl", json!(["unknown"])),
        json!("")
    );
}

#[test]
fn the_extra_info_of_a_stream_reaches_the_others() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    world.resolve(a, "startPublishingStream", json!(["s"]));
    assert_eq!(
        world.resolve(a, "setStreamExtraInfo", json!(["s", "early"])),
        json!({"errorCode": 0, "extendedData": ""})
    );
    world.component(a, "s", 3800);
    world.run(100);
    assert_eq!(
        world.told_of(b, "streamExtraInfoUpdate")[0][1][0]["extraInfo"],
        json!("early")
    );
    world.resolve(a, "setStreamExtraInfo", json!(["s", "later"]));
    assert_eq!(
        world.told_of(b, "streamExtraInfoUpdate")[0][1][0]["extraInfo"],
        json!("later")
    );
    let unknown = world.call(a, "setStreamExtraInfo", json!(["x", "y"]));
    assert_eq!(world.rejected(a, unknown), 1_103_055);
}

#[test]
fn viewers_are_told_why_a_stream_ended_where_the_service_says_so() {
    let mut world = World::with(room_server::Config {
        stream_close_types: true,
        grace_ms: 1_000,
        ..Default::default()
    });
    let b = world.add_in("r", "ub");
    let mut reasons = Vec::new();
    for how in ["stop", "log out", "kick", "lose", "log in again"] {
        let user = how.replace(' ', "-");
        let a = world.add_in("r", &user);
        let stream = format!("s-{user}");
        world.publish(a, &stream, json!({}));
        world.told(b);
        match how {
            "stop" => {
                world.call(a, "stopPublishingStream", json!([stream]));
            }
            "log out" => {
                world.call(a, "logoutRoom", json!([]));
            }
            "kick" => {
                let kick = serde_json::from_value(json!({"userID": user, "roomID": "r"})).unwrap();
                world.control(Command::Kick(kick)).unwrap();
            }
            "lose" => {
                world.reachable = false;
                world.cut_silently(a);
                world.run(2_000);
                world.reachable = true;
            }
            _ => {
                world.add_in("r", &user);
            }
        }
        world.run(200);
        let updates = world.told_of(b, "roomStreamUpdate");
        let deleted = updates.iter().find(|args| args[1] == "DELETE").unwrap();
        assert_eq!(deleted[3]["stream_delete_reason"][0]["streamID"], stream);
        reasons.push(deleted[3]["stream_delete_reason"][0]["code"].clone());
    }
    assert_eq!(json!(reasons), json!([1, 1, 4, 5, 3]));
}

#[test]
fn figures_of_the_component_are_joined_where_it_gives_halves() {
    for (is_ios, expected) in [(false, 4), (true, 2)] {
        let mut world = World::new();
        world.is_ios = is_ios;
        let a = world.add_in("r", "ua");
        world.publish(a, "s", json!({}));
        world.told(a);
        for _ in 0..2 {
            world.run(2_000);
            for info in [json!({"videoBitrate": 500}), json!({"audioBitrate": 48})] {
                let event = json!({"detail": {"info": info}});
                world.call(a, "updatePlayerNetStatus", json!(["s", event]));
                world.run(10);
            }
        }
        let told = world.told_of(a, "publishQualityUpdate");
        assert_eq!(told.len(), expected, "{told:?}");
        let last = &told[expected - 1][1];
        assert_eq!(last["audio"]["audioBitrate"].as_f64(), Some(48.0));
        let video = last["video"]["videoBitrate"].as_f64();
        assert_eq!(video, is_ios.then_some(500.0));
    }
}

#[test]
fn an_extra_info_that_is_set_while_the_stream_is_announced_is_sent_after_it() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    world.resolve(
        a,
        "startPublishingStream",
        json!(["s", {"extraInfo": "old"}]),
    );
    world.component(a, "s", 3800);
    let set = world.call(a, "setStreamExtraInfo", json!(["s", "new"]));
    assert!(world.resolved(a, set).is_object());
    world.run(200);
    let told = world.told_of(b, "streamExtraInfoUpdate");
    assert_eq!(told.last().unwrap()[1][0]["extraInfo"], json!("new"));
}

#[test]
fn stopping_before_the_url_is_known_settles_the_call() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.told(a);
    let publish = world.call(a, "startPublishingStream", json!(["s"]));
    let play = world.call(a, "startPlayingStream", json!(["t"]));
    world.call(a, "stopPlayingStream", json!(["t"]));
    assert_eq!(
        world.resolve(a, "stopPublishingStream", json!(["s"])),
        json!(true)
    );
    assert_eq!(
        [world.rejected(a, publish), world.rejected(a, play)],
        [1_100_012; 2]
    );
    world.run(10_000);
    world.resolve(a, "startPublishingStream", json!(["s"]));
}

#[test]
fn streams_that_are_there_already_come_with_the_login() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.publish(a, "s", json!({}));
    let c = world.add_in("r", "uc");
    let names: Vec<String> = world
        .told(c)
        .iter()
        .map(|e| e.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        names,
        [
            "roomStateUpdate",
            "roomStateChanged",
            "roomOnlineUserCountUpdate",
            "roomStateUpdate",
            "roomStateChanged",
            "roomStreamUpdate",
            "roomUserUpdate",
        ]
    );
}

fn state(who: &str, state: &str, stream: &str) -> String {
    let argument =
        json!([{"state": state, "streamID": stream, "errorCode": 0, "extendedData": ""}]);
    format!("{who}StateUpdate {argument}")
}
