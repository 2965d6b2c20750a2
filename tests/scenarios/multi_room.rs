//! Several rooms at once.

use room_server::Command;
use serde_json::json;

use crate::world::World;

fn two_rooms(world: &mut World) -> usize {
    let a = world.add("ua");
    assert_eq!(
        world.resolve(a, "enableMultiRoom", json!([true])),
        json!(true)
    );
    for room in ["r1", "r2"] {
        let login = world.login(a, room);
        world.run(300);
        assert_eq!(world.resolved(a, login), json!(true));
    }
    world.told(a);
    a
}

fn rooms_of_server(world: &mut World) -> Vec<String> {
    let room_server::Reply::Rooms { rooms } = world.control(Command::Rooms).unwrap() else {
        panic!()
    };
    rooms
        .into_iter()
        .filter(|r| r.users.iter().any(|u| u.user_id == "ua"))
        .map(|r| r.room_id)
        .collect()
}

#[test]
fn a_second_room_is_entered_beside_the_first() {
    let mut world = World::new();
    let a = two_rooms(&mut world);
    assert_eq!(rooms_of_server(&mut world), ["r1", "r2"]);
    assert_eq!(
        world.clients[a]
            .sent
            .iter()
            .filter(|cmd| **cmd == 1001)
            .count(),
        1
    );
    assert_eq!(
        world.clients[a]
            .sent
            .iter()
            .filter(|cmd| **cmd == 301_001)
            .count(),
        1
    );
    let b = world.add_in("r2", "ub");
    world.resolve(a, "sendBroadcastMessage", json!(["r2", "x"]));
    assert_eq!(
        world.told_of(b, "IMRecvBroadcastMessage")[0][0],
        json!("r2")
    );
    let no_room = world.call(a, "startPublishingStream", json!(["s"]));
    assert_eq!(world.rejected(a, no_room), 1_103_001);
    world.resolve(a, "startPublishingStream", json!(["s", {"roomID": "r2"}]));
    assert_eq!(
        world.resolve(a, "enableMultiRoom", json!([false])),
        json!(false),
        "too late"
    );
}

#[test]
fn leaving_one_room_keeps_the_other_whichever_it_is() {
    for (left, kept) in [("r1", "r2"), ("r2", "r1")] {
        let mut world = World::new();
        let a = two_rooms(&mut world);
        world.call(a, "logoutRoom", json!([left]));
        world.run(100);
        assert_eq!(rooms_of_server(&mut world), [kept]);
        world.resolve(a, "sendBroadcastMessage", json!([kept, "still here"]));
    }
}

#[test]
fn logging_out_without_a_room_leaves_all() {
    let mut world = World::new();
    let a = two_rooms(&mut world);
    world.call(a, "logoutRoom", json!([]));
    world.run(100);
    assert!(rooms_of_server(&mut world).is_empty());
    assert_eq!(world.told_of(a, "roomStateUpdate").len(), 2);
    assert!(!world.clients[a].sent.contains(&301_003));
}

#[test]
fn both_rooms_come_back_after_a_break() {
    let mut world = World::new();
    let a = two_rooms(&mut world);
    world.cut(a);
    world.run(10_000);
    let reasons: Vec<_> = world
        .told_of(a, "roomStateChanged")
        .into_iter()
        .map(|e| (e[0].clone(), e[1].clone()))
        .collect();
    assert_eq!(
        reasons,
        [
            (json!("r1"), json!("RECONNECTING")),
            (json!("r2"), json!("RECONNECTING")),
            (json!("r1"), json!("RECONNECTED")),
            (json!("r2"), json!("RECONNECTED")),
        ]
    );
}

#[test]
fn a_room_that_removes_the_user_leaves_the_other_alone() {
    let mut world = World::new();
    let a = two_rooms(&mut world);
    let kick = serde_json::from_value(json!({"userID": "ua", "roomID": "r1"})).unwrap();
    world.control(Command::Kick(kick)).unwrap();
    world.run(100);
    assert_eq!(world.told_of(a, "roomStateChanged")[0][1], json!("KICKOUT"));
    world.resolve(a, "sendBroadcastMessage", json!(["r2", "still here"]));
}
