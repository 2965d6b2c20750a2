//! Messages and room extra info between users.

use room_server::Command;
use serde_json::json;

use crate::world::World;

#[test]
fn a_broadcast_message_reaches_the_others_and_not_its_sender() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    world.told(a);
    let sent = world.resolve(a, "sendBroadcastMessage", json!(["r", "hello 你好 😀"]));
    assert_eq!(sent["errorCode"], json!(0));
    let got = world.told_of(b, "IMRecvBroadcastMessage");
    assert_eq!(got[0][1][0]["message"], json!("hello 你好 😀"));
    assert_eq!(
        got[0][1][0]["fromUser"],
        json!({"userID": "ua", "userName": "name-ua"})
    );
    assert_eq!(
        got[0][1][0]["messageID"].as_f64(),
        sent["messageID"].as_f64()
    );
    assert_eq!(
        world.told_of(a, "IMRecvBroadcastMessage"),
        Vec::<serde_json::Value>::new()
    );
}

#[test]
fn broadcast_messages_closer_than_half_a_second_are_refused() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.resolve(a, "sendBroadcastMessage", json!(["r", "1"]));
    let second = world.call(a, "sendBroadcastMessage", json!(["r", "2"]));
    assert_eq!(world.rejected(a, second), 1_109_001);
    world.run(500);
    world.resolve(a, "sendBroadcastMessage", json!(["r", "3"]));
}

#[test]
fn barrage_messages_of_a_window_travel_together() {
    let mut world = World::with(room_server::Config {
        barrage_window_ms: 1_000,
        ..Default::default()
    });
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    let calls: Vec<_> = (0..25)
        .map(|n| world.call(a, "sendBarrageMessage", json!(["r", n.to_string()])))
        .collect();
    world.run(6_000);
    for call in calls {
        assert_eq!(world.resolved(a, call)["errorCode"], json!(0));
    }
    let requests = world.clients[a]
        .sent
        .iter()
        .filter(|cmd| **cmd == 303_005)
        .count();
    assert_eq!(requests, 3, "one at once, then twenty, then the rest");
    let got = world.told_of(b, "IMRecvBarrageMessage");
    let texts: Vec<String> = got
        .iter()
        .flat_map(|e| e[1].as_array().unwrap().clone())
        .map(|m| m["message"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(texts, (0..25).map(|n| n.to_string()).collect::<Vec<_>>());
    assert!(world.told_of(a, "IMRecvBarrageMessage").is_empty());
}

#[test]
fn a_custom_command_carries_text_or_an_object() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    let c = world.add_in("r", "uc");
    world.resolve(a, "sendCustomCommand", json!(["r", "say \"hi\"", ["ub"]]));
    world.resolve(
        a,
        "sendCustomCommand",
        json!(["r", {"json": "{\"a\":[1,2]}"}, ["ub"]]),
    );
    let from = json!({"userID": "ua", "userName": "name-ua"});
    let got = world.told_of(b, "IMRecvCustomCommand");
    assert_eq!(
        got,
        [
            json!(["r", from, "say \"hi\""]),
            json!(["r", from, {"json": "{\"a\":[1,2]}"}])
        ]
    );
    assert!(world.told_of(c, "IMRecvCustomCommand").is_empty());
}

#[test]
fn room_extra_info_reaches_everybody_now_and_later() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    let first = world.call(a, "setRoomExtraInfo", json!(["r", "topic", "one"]));
    let busy = world.call(a, "setRoomExtraInfo", json!(["r", "topic", "two"]));
    world.run(100);
    assert_eq!(world.resolved(a, first)["errorCode"], json!(0));
    assert_eq!(world.rejected(a, busy), 1_102_022);
    let got = world.told_of(b, "roomExtraInfoUpdate");
    assert_eq!(got.len(), 1);
    assert_eq!(
        [&got[0][1][0]["key"], &got[0][1][0]["value"]],
        [&json!("topic"), &json!("one")]
    );
    assert!(
        world.told_of(a, "roomExtraInfoUpdate").is_empty(),
        "the own change is not told"
    );
    let c = world.add_in("r", "uc");
    assert_eq!(
        world.told_of(c, "roomExtraInfoUpdate")[0][1][0]["value"],
        json!("one")
    );
    world.resolve(a, "setRoomExtraInfo", json!(["r", "topic", "three"]));
    assert_eq!(
        world.told_of(c, "roomExtraInfoUpdate")[0][1][0]["value"],
        json!("three")
    );
}

#[test]
fn messages_that_get_no_answer_are_rejected_in_time() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    for cmd in [303_002, 303_006, 303_018, 301_012] {
        let rule = json!({"match": {"cmd": cmd}, "do": "drop"});
        world
            .control(Command::AddAnswerRule(
                serde_json::from_value(rule).unwrap(),
            ))
            .unwrap();
    }
    let calls = [
        world.call(a, "sendBroadcastMessage", json!(["r", "x"])),
        world.call(a, "sendBarrageMessage", json!(["r", "x"])),
        world.call(a, "sendCustomCommand", json!(["r", "x", []])),
        world.call(a, "setRoomExtraInfo", json!(["r", "k", "v"])),
    ];
    world.run(6_100);
    for call in calls {
        assert_eq!(world.rejected(a, call), 1_100_002);
    }
}

#[test]
fn sending_without_a_connection_answers_at_once() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.reachable = false;
    world.cut(a);
    let down = world.call(a, "sendBroadcastMessage", json!(["r", "x"]));
    let elsewhere = world.call(a, "sendBroadcastMessage", json!(["other", "x"]));
    assert_eq!(
        [world.rejected(a, down), world.rejected(a, elsewhere)],
        [1_100_003, 1_002_014]
    );
}
