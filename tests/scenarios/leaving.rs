//! Leaving: what the service must not keep although the application is gone.

use room_server::Command;
use serde_json::json;

use crate::world::World;

fn rule(world: &mut World, rule: serde_json::Value) {
    let rule = serde_json::from_value(rule).unwrap();
    world.control(Command::AddAnswerRule(rule)).unwrap();
}

/// `room: users, streams` of every room.
fn on_server(world: &mut World) -> Vec<String> {
    let room_server::Reply::Rooms { rooms } = world.control(Command::Rooms).unwrap() else {
        panic!()
    };
    let mut lines = Vec::new();
    for room in rooms {
        let users = room.users.into_iter().map(|user| user.user_id);
        let streams = room.streams.into_iter().map(|stream| stream.stream_id);
        let content: Vec<String> = users.chain(streams).collect();
        lines.push(format!("{}: {}", room.room_id, content.join(", ")));
    }
    lines
}

/// A device that is connected, and whose logins are answered half a second late.
fn slow_login(world: &mut World) -> usize {
    let a = world.add("ua");
    world.run(100);
    rule(
        world,
        json!({"match": {"cmd": 1002}, "do": "delay", "ms": 500, "count": 1}),
    );
    a
}

/// A client in a first room whose next `count` rooms are entered half a second late.
fn slow_further_rooms(world: &mut World, count: u32) -> usize {
    let a = world.add("ua");
    world.resolve(a, "enableMultiRoom", json!([true]));
    world.login(a, "r1");
    world.run(300);
    rule(
        world,
        json!({"match": {"cmd": 301_002}, "do": "delay", "ms": 500, "count": count}),
    );
    a
}

/// A client that logs in and gets no answer.
fn unanswered_login(world: &mut World) -> usize {
    let a = world.add("ua");
    world.run(100);
    rule(
        world,
        json!({"match": {"cmd": 1002}, "do": "drop", "count": 1}),
    );
    world.login(a, "r");
    world.run(100);
    a
}

#[test]
fn a_room_that_is_left_before_the_login_is_answered_is_left_on_the_service_too() {
    let mut world = World::new();
    let a = slow_login(&mut world);
    let login = world.login(a, "r");
    world.run(100);
    assert_eq!(on_server(&mut world), ["r: ua"]);
    world.call(a, "logoutRoom", json!(["r"]));
    assert_eq!(world.rejected(a, login), 1_100_012, "nobody waits");
    let told = world.told(a);
    assert_eq!(
        told.last().unwrap(),
        r#"roomStateChanged ["r","LOGOUT",0,null]"#
    );
    world.run(600);
    assert!(on_server(&mut world).is_empty());
    assert!(world.told(a).is_empty(), "the late answer is not told");
}

#[test]
fn a_login_right_after_it_waits_for_the_end_of_the_first() {
    for room in ["r", "other"] {
        let mut world = World::new();
        let a = slow_login(&mut world);
        world.login(a, "r");
        world.run(100);
        world.call(a, "logoutRoom", json!([]));
        let second = world.login(a, room);
        world.run(300);
        assert!(world.is_open(a, second));
        world.run(400);
        assert_eq!(world.resolved(a, second), json!(true));
        assert_eq!(on_server(&mut world), [format!("{room}: ua")]);
        assert_eq!(world.clients[a].sent[..3], [1001, 1003, 1001]);
        world.run(60_000);
        assert_eq!(on_server(&mut world), [format!("{room}: ua")]);
    }
}

#[test]
fn another_room_instead_of_one_that_has_not_answered_leaves_nobody_behind() {
    let mut world = World::new();
    let a = slow_login(&mut world);
    let first = world.login(a, "r");
    world.run(100);
    let second = world.login(a, "other");
    assert_eq!(world.rejected(a, first), 1_100_012);
    world.run(700);
    assert_eq!(world.resolved(a, second), json!(true));
    assert_eq!(on_server(&mut world), ["other: ua"]);
}

#[test]
fn a_login_that_is_never_answered_holds_up_the_next_one_for_six_seconds_at_most() {
    let mut world = World::new();
    let a = unanswered_login(&mut world);
    world.call(a, "logoutRoom", json!([]));
    let second = world.login(a, "r");
    world.run(6_200);
    assert_eq!(world.resolved(a, second), json!(true));
}

#[test]
fn a_lost_link_or_connection_ends_the_waiting() {
    for breaks in ["link", "connection"] {
        let mut world = World::new();
        let a = slow_login(&mut world);
        world.login(a, "r");
        world.run(100);
        world.call(a, "logoutRoom", json!([]));
        let second = world.login(a, "r");
        if breaks == "link" {
            world.cut(a);
        } else {
            let target = json!({"userID": "ua", "restoreMs": 100});
            let target = serde_json::from_value(target).unwrap();
            world.control(Command::BreakPc(target)).unwrap();
        }
        world.run(10_000);
        assert_eq!(world.resolved(a, second), json!(true), "{breaks}");
        assert_eq!(on_server(&mut world), ["r: ua"]);
    }
}

#[test]
fn a_room_that_is_left_while_it_is_entered_again_is_left_on_the_service_too() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    rule(
        &mut world,
        json!({"match": {"cmd": 1002}, "do": "delay", "ms": 500, "count": 1}),
    );
    world.cut(a);
    world.run(3_100);
    world.call(a, "logoutRoom", json!([]));
    world.run(700);
    assert!(on_server(&mut world).is_empty());
}

#[test]
fn a_further_room_that_is_left_before_it_was_entered_does_not_disturb_the_first() {
    let mut world = World::new();
    let a = slow_further_rooms(&mut world, 1);
    world.login(a, "r2");
    world.run(100);
    assert_eq!(on_server(&mut world), ["r1: ua", "r2: ua"]);
    world.call(a, "logoutRoom", json!(["r2"]));
    world.run(700);
    assert_eq!(on_server(&mut world), ["r1: ua"]);
    world.resolve(a, "sendBroadcastMessage", json!(["r1", "still here"]));
}

#[test]
fn the_first_of_two_rooms_that_is_left_before_it_was_entered_makes_way_for_the_other() {
    let mut world = World::new();
    let a = world.add("ua");
    world.resolve(a, "enableMultiRoom", json!([true]));
    world.run(100);
    rule(
        &mut world,
        json!({"match": {"cmd": 1002}, "do": "delay", "ms": 500, "count": 1}),
    );
    world.login(a, "r1");
    let second = world.login(a, "r2");
    world.run(100);
    world.call(a, "logoutRoom", json!(["r1"]));
    world.run(700);
    assert_eq!(world.resolved(a, second), json!(true));
    assert_eq!(on_server(&mut world), ["r2: ua"]);
}

#[test]
fn an_engine_that_is_destroyed_before_its_login_is_answered_leaves_with_the_answer() {
    let mut world = World::new();
    let a = slow_login(&mut world);
    let login = world.login(a, "r");
    world.run(100);
    world.told(a);
    world.call(a, "destroyEngine", json!([]));
    assert_eq!(world.rejected(a, login), 1_100_012, "nobody waits");
    assert_eq!(on_server(&mut world), ["r: ua"]);
    let told = world.told(a);
    world.run(600);
    assert!(on_server(&mut world).is_empty());
    assert_eq!(world.clients[a].engine.next_deadline(), None);
    assert!(world.told(a).is_empty(), "after {told:?}");
    let again = world.login(a, "r");
    assert_eq!(world.rejected(a, again), 1_199_003);
}

#[test]
fn an_engine_that_is_destroyed_twice_still_leaves() {
    let mut world = World::new();
    let a = slow_login(&mut world);
    world.login(a, "r");
    world.run(100);
    world.call(a, "logoutRoom", json!([]));
    world.call(a, "destroyEngine", json!([]));
    world.call(a, "destroyEngine", json!([]));
    world.run(600);
    assert!(on_server(&mut world).is_empty());
    assert_eq!(world.clients[a].engine.next_deadline(), None);
}

#[test]
fn a_destroyed_engine_waits_six_seconds_at_most() {
    let mut world = World::new();
    let a = unanswered_login(&mut world);
    world.call(a, "destroyEngine", json!([]));
    world.run(5_800);
    assert!(world.clients[a].engine.next_deadline().is_some());
    world.run(200);
    assert_eq!(world.clients[a].engine.next_deadline(), None);
}

#[test]
fn a_destroyed_engine_whose_link_breaks_does_not_connect_again() {
    let mut world = World::new();
    let a = slow_login(&mut world);
    world.login(a, "r");
    world.run(100);
    world.call(a, "destroyEngine", json!([]));
    world.cut(a);
    assert_eq!(world.clients[a].engine.next_deadline(), None);
}

#[test]
fn an_engine_that_is_destroyed_before_its_login_was_sent_waits_for_nothing() {
    let mut world = World::new();
    world.reachable = false;
    let a = world.add("ua");
    world.login(a, "r");
    world.run(100);
    world.call(a, "destroyEngine", json!([]));
    assert_eq!(world.clients[a].engine.next_deadline(), None);
}

#[test]
fn an_engine_that_is_destroyed_while_it_enters_two_rooms_is_over_with_the_answers() {
    let mut world = World::new();
    let a = slow_further_rooms(&mut world, 2);
    world.login(a, "r2");
    world.login(a, "r3");
    world.run(100);
    world.call(a, "logoutRoom", json!(["r2"]));
    world.call(a, "destroyEngine", json!([]));
    world.run(600);
    assert!(on_server(&mut world).is_empty());
    assert_eq!(world.clients[a].engine.next_deadline(), None);
}

/// Publishes "s" and stops it while the service refuses `count` times to delete it.
fn refused_delete(count: u32) -> (World, usize) {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.publish(a, "s", json!({}));
    rule(
        &mut world,
        json!({"match": {"cmd": 302_003}, "do": "error", "code": 1_010, "count": count}),
    );
    world.resolve(a, "stopPublishingStream", json!(["s"]));
    (world, a)
}

fn deletes(world: &World, client: usize) -> usize {
    let sent = &world.clients[client].sent;
    sent.iter().filter(|cmd| **cmd == 302_003).count()
}

#[test]
fn a_stream_whose_deletion_is_refused_is_deleted_later() {
    let (mut world, a) = refused_delete(2);
    assert_eq!(on_server(&mut world), ["r: ua, s"]);
    world.run(3_100);
    assert_eq!(deletes(&world, a), 2);
    world.run(4_100);
    assert_eq!(deletes(&world, a), 3);
    assert_eq!(on_server(&mut world), ["r: ua"]);
    world.run(120_000);
    assert_eq!(deletes(&world, a), 3);
}

#[test]
fn a_deletion_that_is_always_refused_is_given_up() {
    let (mut world, a) = refused_delete(100);
    world.run(60_000);
    assert_eq!(deletes(&world, a), 6);
    world.run(120_000);
    assert_eq!(deletes(&world, a), 6);
}

#[test]
fn a_stream_that_is_published_again_is_not_deleted_for_the_one_before() {
    let (mut world, a) = refused_delete(1);
    world.publish(a, "s", json!({}));
    world.run(60_000);
    assert_eq!(deletes(&world, a), 1);
    assert_eq!(on_server(&mut world), ["r: ua, s"]);
}

#[test]
fn a_refused_deletion_ends_with_the_room() {
    let (mut world, a) = refused_delete(100);
    world.call(a, "logoutRoom", json!([]));
    world.run(60_000);
    assert_eq!(deletes(&world, a), 1);
}
