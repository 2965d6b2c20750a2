//! Every promise settles: each asynchronous method in each situation that could leave it open.

use room_server::Command;
use serde_json::{Value as Json, json};

use crate::world::World;

/// An asynchronous method, and what becomes of its promise. Codes are those of docs/differences.md.
struct Method {
    name: &'static str,
    args: fn(token: &str) -> Json,
    /// Of the requests that it sends: none of them is answered.
    unanswered: fn() -> Json,
    /// When it settles if there is no answer, in ms, and with what.
    limit: u64,
    timeout: u32,
    /// With what it settles if the link breaks while it waits; `None`: it goes on until `limit`.
    broken: Option<u32>,
    /// ... if it is called while the room is away.
    away: u32,
    /// ... if the room is left or the engine destroyed while it waits.
    left: u32,
    /// ... if the user is removed from the room while it waits.
    kicked: u32,
}

const SOCKET_CLOSED: u32 = 1_100_003;
const STOPPED: u32 = 1_100_012;
const ROOM_REQUEST_MS: u64 = 6_000;

/// A request of a room that the user is in.
const fn in_room(name: &'static str, args: fn(&str) -> Json, unanswered: fn() -> Json) -> Method {
    Method {
        name,
        args,
        unanswered,
        limit: ROOM_REQUEST_MS,
        timeout: 1_100_002,
        broken: Some(SOCKET_CLOSED),
        away: SOCKET_CLOSED,
        left: SOCKET_CLOSED,
        kicked: SOCKET_CLOSED,
    }
}

/// A question for the addresses of a stream.
const fn address(name: &'static str, args: fn(&str) -> Json) -> Method {
    Method {
        name,
        args,
        unanswered: || json!({"type": 4}),
        limit: 5_000,
        timeout: 1_102_017,
        broken: Some(1_102_017),
        away: 1_000_002,
        left: STOPPED,
        kicked: 1_002_055,
    }
}

const METHODS: [Method; 8] = [
    Method {
        name: "loginRoom",
        args: |token| json!(["other", token, {"userID": "ua"}]),
        unanswered: || json!({"cmd": 1001}),
        limit: 300_000,
        timeout: 1_002_031,
        broken: None,
        away: 0,
        left: STOPPED,
        kicked: 0,
    },
    address("startPublishingStream", |_| json!(["new"])),
    address("startPlayingStream", |_| json!(["theirs"])),
    in_room(
        "sendBroadcastMessage",
        |_| json!(["r", "x"]),
        || json!({"cmd": 303_001}),
    ),
    in_room(
        "sendBarrageMessage",
        |_| json!(["r", "x"]),
        || json!({"cmd": 303_005}),
    ),
    in_room(
        "sendCustomCommand",
        |_| json!(["r", "x", ["ub"]]),
        || json!({"cmd": 303_017}),
    ),
    in_room(
        "setRoomExtraInfo",
        |_| json!(["r", "k", "v"]),
        || json!({"cmd": 301_011}),
    ),
    in_room(
        "setStreamExtraInfo",
        |_| json!(["mine", "x"]),
        || json!({"cmd": 302_005}),
    ),
];

/// A device that is in room "r" and publishes "mine".
fn in_a_room() -> (World, usize) {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.publish(a, "mine", json!({}));
    (world, a)
}

/// The same, one second after the method was called; nothing answers it.
fn waiting(method: &Method) -> (World, usize, u32) {
    let (mut world, a) = if method.name == "loginRoom" {
        let mut world = World::new();
        let a = world.add("ua");
        world.run(100);
        (world, a)
    } else {
        in_a_room()
    };
    let rule = json!({"match": (method.unanswered)(), "do": "drop"});
    let rule = serde_json::from_value(rule).unwrap();
    world.control(Command::AddAnswerRule(rule)).unwrap();
    let token = world.token("ua");
    let call = world.call(a, method.name, (method.args)(&token));
    world.run(1_000);
    assert!(world.is_open(a, call), "{}", method.name);
    (world, a, call)
}

#[test]
fn a_call_that_is_never_answered_settles_at_its_limit() {
    for method in &METHODS {
        let (mut world, a, call) = waiting(method);
        world.run(method.limit - 1_100);
        assert!(world.is_open(a, call), "{}", method.name);
        world.run(200);
        assert_eq!(world.rejected(a, call), method.timeout, "{}", method.name);
        world.control(Command::ClearAnswerRules).unwrap();
        goes_on(&mut world, a, method);
    }
}

#[test]
fn a_call_whose_link_breaks_settles_at_once_or_goes_on_with_the_next() {
    for method in &METHODS {
        let (mut world, a, call) = waiting(method);
        world.reachable = false;
        world.cut(a);
        match method.broken {
            Some(code) => assert_eq!(world.rejected(a, call), code, "{}", method.name),
            None => {
                assert!(world.is_open(a, call), "{}", method.name);
                world.run(method.limit);
                assert_eq!(world.rejected(a, call), method.timeout, "{}", method.name);
            }
        }
        world.control(Command::ClearAnswerRules).unwrap();
        world.reachable = true;
        world.run(60_000);
        goes_on(&mut world, a, method);
    }
}

#[test]
fn a_call_while_the_room_is_away_is_answered_at_once() {
    for method in METHODS.iter().filter(|m| m.name != "loginRoom") {
        let (mut world, a) = in_a_room();
        world.reachable = false;
        world.cut(a);
        world.run(20_000);
        let call = world.call(a, method.name, (method.args)(""));
        assert_eq!(world.rejected(a, call), method.away, "{}", method.name);
        world.reachable = true;
        world.run(60_000);
        goes_on(&mut world, a, method);
    }
}

#[test]
fn a_second_login_while_the_first_is_away_is_answered_at_once() {
    let (mut world, a) = in_a_room();
    world.reachable = false;
    world.cut(a);
    world.run(20_000);
    let again = world.login(a, "r");
    assert_eq!(world.rejected(a, again), 1_002_056);
}

#[test]
fn a_call_settles_at_once_when_the_room_is_left() {
    for method in &METHODS {
        let (mut world, a, call) = waiting(method);
        world.call(a, "logoutRoom", json!([]));
        assert_eq!(world.rejected(a, call), method.left, "{}", method.name);
        world.control(Command::ClearAnswerRules).unwrap();
        world.run(7_000);
        goes_on(&mut world, a, method);
    }
}

#[test]
fn a_call_settles_at_once_when_the_engine_is_destroyed() {
    for method in &METHODS {
        let (mut world, a, call) = waiting(method);
        world.call(a, "destroyEngine", json!([]));
        assert_eq!(world.rejected(a, call), method.left, "{}", method.name);
        world.run(6_000);
        assert_eq!(world.clients[a].engine.next_deadline(), None);
    }
}

#[test]
fn a_call_settles_when_the_user_is_removed_from_the_room() {
    for method in METHODS.iter().filter(|m| m.name != "loginRoom") {
        let (mut world, a, call) = waiting(method);
        let kick = serde_json::from_value(json!({"userID": "ua", "roomID": "r"})).unwrap();
        world.control(Command::Kick(kick)).unwrap();
        world.run(100);
        assert_eq!(world.rejected(a, call), method.kicked, "{}", method.name);
        world.control(Command::ClearAnswerRules).unwrap();
        goes_on(&mut world, a, method);
    }
}

#[test]
fn an_address_that_nobody_waits_for_any_more_settles_with_the_stop() {
    for (start, stop) in [
        ("startPublishingStream", "stopPublishingStream"),
        ("startPlayingStream", "stopPlayingStream"),
    ] {
        let method = METHODS.iter().find(|m| m.name == start).unwrap();
        let (mut world, a, call) = waiting(method);
        let stream = (method.args)("")[0].clone();
        world.call(a, stop, json!([stream]));
        assert_eq!(world.rejected(a, call), STOPPED, "{start}");
        world.control(Command::ClearAnswerRules).unwrap();
        goes_on(&mut world, a, method);
    }
}

#[test]
fn an_extra_info_settles_although_its_stream_is_stopped() {
    let method = METHODS.last().unwrap();
    let (mut world, a, call) = waiting(method);
    world.call(a, "stopPublishingStream", json!(["mine"]));
    world.run(method.limit);
    assert_eq!(world.rejected(a, call), method.timeout);
}

#[test]
fn barrage_messages_that_wait_for_their_window_settle_with_the_room() {
    for end in ["logoutRoom", "destroyEngine"] {
        let mut world = World::with(room_server::Config {
            barrage_window_ms: 5_000,
            ..Default::default()
        });
        let a = world.add_in("r", "ua");
        world.resolve(a, "sendBarrageMessage", json!(["r", "first"]));
        let waits = world.call(a, "sendBarrageMessage", json!(["r", "second"]));
        world.run(1_000);
        assert!(world.is_open(a, waits));
        world.call(a, end, json!([]));
        assert_eq!(world.rejected(a, waits), SOCKET_CLOSED, "{end}");
    }
}

/// After all of it the method works as on the first day.
fn goes_on(world: &mut World, client: usize, method: &Method) {
    let name = method.name;
    let token = world.token("ua");
    world.call(client, "logoutRoom", json!([]));
    let login = world.login(client, "r");
    world.run(300);
    assert_eq!(world.resolved(client, login), json!(true), "after {name}");
    world.publish(client, "mine", json!({}));
    let call = world.call(client, name, (method.args)(&token));
    world.run(300);
    assert!(
        matches!(world.clients[client].replies.get(&call), Some(Ok(_))),
        "{name}: {:?}",
        world.clients[client].replies.get(&call)
    );
}
