//! Input that nobody should send: garbage frames, late callbacks, unknown calls.

use room_server::Command;
use serde_json::json;
use zego_express_alipay::engine::Input;

use crate::world::World;

#[test]
fn garbage_frames_are_dropped_and_logged_once_and_the_call_goes_on() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.told(a);
    for hex in [
        "",
        "af",
        "00112233445566778899aabbcc",
        "af0000150000000400000001000a02ffff",
        "af0000150000000400000001000affffffff0f",
    ] {
        let garbage = json!({"userID": "ua", "hex": hex});
        world
            .control(Command::Garbage(serde_json::from_value(garbage).unwrap()))
            .unwrap();
    }
    world.run(100);
    let logged = world.clients[a]
        .logged
        .iter()
        .filter(|line| line.contains("dropped"))
        .count();
    assert_eq!(logged, 1, "{:?}", world.clients[a].logged);
    assert!(world.told(a).is_empty());
    world.resolve(a, "sendBroadcastMessage", json!(["r", "still here"]));
}

#[test]
fn callbacks_of_old_sockets_are_ignored() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.told(a);
    for socket in [0, 7, u32::MAX] {
        world.give(a, Input::SocketOpened(socket));
        world.give(a, Input::SocketMessage(socket, vec![1, 2, 3]));
        world.give(a, Input::SocketClosed(socket));
    }
    assert!(world.told(a).is_empty());
    world.resolve(a, "sendBroadcastMessage", json!(["r", "x"]));
}

#[test]
fn methods_that_the_module_lacks_reject_at_once() {
    let mut world = World::new();
    let a = world.add("ua");
    for method in ["startMixerTask", "setLogConfig", "nonsense", ""] {
        let call = world.call(a, method, json!([]));
        assert_eq!(world.rejected(a, call), 1_100_010);
    }
}

#[test]
fn publishing_and_playing_need_a_room() {
    let mut world = World::new();
    let a = world.add("ua");
    let calls = [
        world.call(a, "startPublishingStream", json!(["s"])),
        world.call(a, "startPlayingStream", json!(["s"])),
    ];
    assert_eq!(calls.map(|call| world.rejected(a, call)), [1_000_002; 2]);
    world.login(a, "r");
    world.run(200);
    let call = world.call(
        a,
        "startPublishingStream",
        json!(["s", {"roomID": "other"}]),
    );
    assert_eq!(world.rejected(a, call), 1_103_001);
    world.resolve(a, "startPublishingStream", json!(["s"]));
    let again = world.call(a, "startPublishingStream", json!(["s"]));
    assert_eq!(world.rejected(a, again), 1_103_056);
}

#[test]
fn a_dispatch_that_fails_rejects_and_frees_the_stream() {
    let mut world = World::new();
    let a = world.add_in("r", "ua");
    world.told(a);
    let rule = json!({"match": {"type": 4}, "do": "drop", "count": 2});
    world
        .control(Command::AddAnswerRule(
            serde_json::from_value(rule).unwrap(),
        ))
        .unwrap();
    let publish = world.call(a, "startPublishingStream", json!(["s"]));
    let play = world.call(a, "startPlayingStream", json!(["t"]));
    world.run(5_100);
    assert_eq!(
        [world.rejected(a, publish), world.rejected(a, play)],
        [1_102_017; 2]
    );
    let failed = json!([{"state": "NO_PLAY", "streamID": "t", "errorCode": 1_102_017, "extendedData": "dispatch error"}]);
    assert_eq!(
        world.told(a).last().unwrap(),
        &format!("playerStateUpdate {failed}")
    );
    world.resolve(a, "startPublishingStream", json!(["s"]));
    let again = world.call(a, "startPlayingStream", json!(["t"]));
    assert_eq!(
        world.rejected(a, again),
        1_103_049,
        "a failed player stays until it is stopped"
    );
}
