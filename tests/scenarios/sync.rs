//! Users and streams stay in step with the service, also when pushes are missing.

use room_server::Command;
use serde_json::{Value as Json, json};

use crate::world::World;

fn gap(world: &mut World, what: &str, by: u32) {
    let gap = json!({"roomID": "r", "what": what, "by": by});
    world
        .control(Command::SkipSequence(serde_json::from_value(gap).unwrap()))
        .unwrap();
}

#[test]
fn a_gap_in_the_stream_sequence_leads_to_a_fetch() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    world.told(b);
    gap(&mut world, "streams", 2);
    world.publish(a, "s", json!({}));
    assert!(
        world.clients[b].sent.contains(&302_007),
        "the list was fetched"
    );
    let updates = world.told_of(b, "roomStreamUpdate");
    assert_eq!(updates.len(), 1);
    assert_eq!(updates[0][2][0]["streamID"], json!("s"));
}

#[test]
fn a_gap_in_the_user_sequence_leads_to_a_fetch_after_a_moment() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.run(30_000);
    world.told(a);
    let fetches = |world: &World| {
        world.clients[a]
            .sent
            .iter()
            .filter(|cmd| **cmd == 304_001)
            .count()
    };
    let before = fetches(&world);
    gap(&mut world, "users", 1);
    world.add_in("r", "ub");
    assert_eq!(
        world.told_of(a, "roomUserUpdate"),
        Vec::<Json>::new(),
        "the missing push may still come"
    );
    world.run(6_000);
    assert_eq!(fetches(&world), before + 1);
    assert_eq!(
        world.told_of(a, "roomUserUpdate"),
        [json!(["r", "ADD", [{"userID": "ub", "userName": "name-ub"}]])]
    );
}

#[test]
fn a_heartbeat_that_names_a_newer_sequence_leads_to_a_fetch() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    gap(&mut world, "streams", 1);
    world.run(15_000);
    assert!(world.clients[a].sent.contains(&302_007));
}

#[test]
fn a_long_user_list_comes_in_pages_and_is_told_once() {
    let mut world = World::with(room_server::Config {
        user_page: 3,
        ..Default::default()
    });
    for n in 0..10 {
        world.add_in("r", &format!("u{n}"));
    }
    let last = world.add_in("r", "last");
    let updates = world.told_of(last, "roomUserUpdate");
    assert_eq!(updates.len(), 1);
    let ids: Vec<&str> = updates[0][2]
        .as_array()
        .unwrap()
        .iter()
        .map(|u| u["userID"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        ["u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8", "u9"]
    );
}

#[test]
fn without_user_updates_only_the_count_is_told() {
    let mut world = World::new();
    let a = world.add("ua");
    let token = world.token("ua");
    world.login_with(a, "r", &token, json!({}));
    world.run(200);
    world.add_in("r", "ub");
    world.run(12_000);
    assert!(!world.clients[a].sent.contains(&304_001));
    let told = world.told(a);
    assert!(
        !told.iter().any(|e| e.starts_with("roomUserUpdate")),
        "{told:?}"
    );
    assert!(
        told.contains(&r#"roomOnlineUserCountUpdate ["r",2]"#.to_owned()),
        "{told:?}"
    );
}

#[test]
fn every_push_that_asks_for_it_is_acknowledged() {
    let mut world = World::new();
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    let acks = |world: &World| {
        world.clients[b]
            .sent
            .iter()
            .filter(|cmd| **cmd == 1102)
            .count()
    };
    let before = acks(&world);
    world.publish(a, "s", json!({}));
    assert_eq!(acks(&world), before + 1);
}
