//! Orders of events that the simulation found.

use std::collections::BTreeSet;

use room_server::Command;
use serde_json::{Value as Json, json};

use crate::world::World;

fn rule(world: &mut World, rule: Json) {
    world
        .control(Command::AddAnswerRule(
            serde_json::from_value(rule).unwrap(),
        ))
        .unwrap();
}

fn streams_on_server(world: &mut World) -> Vec<String> {
    let room_server::Reply::Rooms { rooms } = world.control(Command::Rooms).unwrap() else {
        panic!()
    };
    let streams = rooms.into_iter().flat_map(|room| room.streams);
    streams.map(|stream| stream.stream_id).collect()
}

#[test]
fn a_gap_found_while_the_list_is_fetched_is_no_reason_to_wake_up_until_the_answer() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    rule(
        &mut world,
        json!({"userID": "ub", "match": {"cmd": 302_007}, "do": "delay", "ms": 3_000, "count": 1}),
    );
    for stream in ["s1", "s2"] {
        let gap = json!({"roomID": "r", "what": "streams", "by": 2});
        world
            .control(Command::SkipSequence(serde_json::from_value(gap).unwrap()))
            .unwrap();
        // The world panics at an engine that does not rest.
        world.publish(a, stream, json!({}));
    }
    world.run(4_000);
    let updates = world.told_of(b, "roomStreamUpdate");
    assert_eq!(
        updates.len(),
        2,
        "the second gap is fetched too: {updates:?}"
    );
}

#[test]
fn a_lost_answer_to_a_delete_does_not_delete_the_stream_that_is_published_again() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.publish(a, "s", json!({}));
    rule(
        &mut world,
        json!({"match": {"cmd": 302_003}, "do": "drop", "count": 1}),
    );
    world.call(a, "stopPublishingStream", json!(["s"]));
    world.publish(a, "s", json!({}));
    world.run(10_000);
    assert_eq!(streams_on_server(&mut world), ["s"]);
}

#[test]
fn the_refusal_of_a_stopped_stream_does_not_reach_the_one_that_took_its_name() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    rule(
        &mut world,
        json!({"match": {"cmd": 302_001}, "do": "error", "code": 1_010, "count": 1}),
    );
    world.resolve(a, "startPublishingStream", json!(["s"]));
    world.component(a, "s", 3800);
    world.call(a, "stopPublishingStream", json!(["s"]));
    let again = world.call(a, "startPublishingStream", json!(["s"]));
    world.told(a);
    world.run(100);
    assert!(world.resolved(a, again).is_object());
    world.component(a, "s", 3800);
    world.run(100);
    let states: Vec<Json> = world
        .told_of(a, "publisherStateUpdate")
        .iter()
        .map(|args| args[0]["state"].clone())
        .collect();
    assert_eq!(states, ["PUBLISHING"]);
}

#[test]
fn extra_info_of_a_service_that_began_anew_is_told_although_its_sequence_is_lower() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    for value in ["1", "2"] {
        world.resolve(a, "setRoomExtraInfo", json!(["r", "k", value]));
    }
    world.restart_server();
    world.run(10_000);
    world.told(b);
    world.resolve(a, "setRoomExtraInfo", json!(["r", "k", "3"]));
    let told = world.told_of(b, "roomExtraInfoUpdate");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0][1][0]["value"], json!("3"));
}

#[test]
fn extra_info_of_a_service_that_began_anew_is_told_although_it_has_the_sequence_of_the_own() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    // The push of the own change tells when it was made.
    rule(
        &mut world,
        json!({"userID": "ua", "match": {"cmd": 1101}, "do": "drop"}),
    );
    world.resolve(a, "setRoomExtraInfo", json!(["r", "k", "own"]));
    world.told(a);
    world.restart_server();
    world.run(10_000);
    world.resolve(b, "setRoomExtraInfo", json!(["r", "k", "foreign"]));
    world.run(100);
    let told = world.told_of(a, "roomExtraInfoUpdate");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0][1][0]["value"], json!("foreign"));
}

#[test]
fn who_was_given_up_and_comes_back_is_told_of_extra_info_that_changed_only() {
    let mut world = World::with(room_server::Config {
        grace_ms: 1_000,
        ..Default::default()
    });
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    let set = |world: &mut World, who, key, value| {
        world.resolve(who, "setRoomExtraInfo", json!(["r", key, value]))
    };
    set(&mut world, a, "own", "1");
    set(&mut world, b, "kept", "1");
    set(&mut world, b, "changed", "1");
    let c = world.add_in("r", "uc");
    world.run(100);
    world.told(a);
    world.told(c);
    world.reachable = false;
    world.cut(a);
    world.cut(c);
    world.run(2_000);
    set(&mut world, b, "changed", "2");
    world.reachable = true;
    world.run(10_000);
    for who in [a, c] {
        let told = world.told_of(who, "roomExtraInfoUpdate");
        assert_eq!(told.len(), 1, "{told:?}");
        let infos = told[0][1].as_array().unwrap();
        let values: Vec<_> = infos.iter().map(|i| (&i["key"], &i["value"])).collect();
        assert_eq!(values, [(&json!("changed"), &json!("2"))]);
    }
}

#[test]
fn a_user_who_leaves_between_two_pages_of_the_list_is_not_kept() {
    let mut world = World::with(room_server::Config {
        user_page: 1,
        ..Default::default()
    });
    let first = world.add_in("r", "u0");
    for n in 1..4 {
        world.add_in("r", &format!("u{n}"));
    }
    let last = world.add("last");
    world.run(100);
    world.login(last, "r");
    // The first page is under way.
    world.run(22);
    world.call(first, "logoutRoom", json!([]));
    world.run(1_000);
    let mut users = BTreeSet::new();
    for update in world.told_of(last, "roomUserUpdate") {
        for user in update[2].as_array().unwrap() {
            let id = user["userID"].as_str().unwrap().to_owned();
            if update[1] == "ADD" {
                users.insert(id);
            } else {
                users.remove(&id);
            }
        }
    }
    assert_eq!(users, ["u1", "u2", "u3"].map(String::from).into());
}

#[test]
fn a_delete_that_never_arrived_does_not_hide_the_stream_of_another_user() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    world.publish(a, "s", json!({}));
    world.clients[a].lost.push(302_003);
    world.call(a, "stopPublishingStream", json!(["s"]));
    rule(
        &mut world,
        json!({"userID": "ua", "match": {"cmd": 1_101}, "do": "drop", "count": 1}),
    );
    world.publish(b, "t", json!({}));
    // The service has the stream already, so that its sequence counts the stream of the other user only.
    world.publish(a, "s", json!({}));
    world.run(9_000);
    let told = world.told_of(a, "roomStreamUpdate");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0][2][0]["streamID"], json!("t"));
}

#[test]
fn nothing_is_left_of_two_logins_whose_rooms_were_left_before_their_answers() {
    let mut world = World::new();
    let a = world.add("ua");
    world.run(100);
    assert_eq!(
        world.resolve(a, "enableMultiRoom", json!([true])),
        json!(true)
    );
    let first = world.login(a, "one");
    world.run(100);
    world.resolved(a, first);
    world.clients[a].lost = vec![301_001, 301_001];
    world.login(a, "two");
    world.call(a, "logoutRoom", json!(["two"]));
    world.login(a, "three");
    world.call(a, "destroyEngine", json!([]));
    world.run(6_000);
    assert_eq!(world.clients[a].engine.next_deadline(), None);
}
