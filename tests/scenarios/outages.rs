//! Streams over outages: the same address while the service keeps the stream, another one after that, told once.

use room_server::Command;
use serde_json::{Value as Json, json};

use crate::world::{HUB, SECOND_HUB, World};

/// A service that keeps a user for as long as the public one is said to.
fn patient() -> World {
    World::with(room_server::Config {
        grace_ms: 90_000,
        ..Default::default()
    })
}

/// A user who publishes `own` and plays `theirs`, which another one publishes.
fn call(world: &mut World) -> (usize, usize) {
    let (a, b) = (world.add_in("r", "ua"), world.add_in("r", "ub"));
    world.publish(a, "own", json!({"extraInfo": "x"}));
    world.publish(b, "theirs", json!({}));
    play(world, a);
    world.told(a);
    world.told(b);
    (a, b)
}

fn play(world: &mut World, client: usize) {
    world.resolve(client, "startPlayingStream", json!(["theirs"]));
    world.component(client, "theirs", 3802);
}

/// The link of a client is away for this long, and the service out of reach.
fn outage(world: &mut World, client: usize, ms: u64) {
    world.cut(client);
    world.reachable = false;
    // A host that comes online makes the engine try at once, so that the outage lasts as long as said.
    world.run(ms);
    world.reachable = true;
    online(world, client);
    world.run(300);
}

fn online(world: &mut World, client: usize) {
    use zego_express_alipay::engine::{Input, NetworkKind};
    world.give(
        client,
        Input::Network {
            online: true,
            kind: NetworkKind::Wifi,
        },
    );
}

fn rule(world: &mut World, rule: Json) {
    world
        .control(Command::AddAnswerRule(
            serde_json::from_value(rule).unwrap(),
        ))
        .unwrap();
}

/// What the page was told of streams: name, stream, state or reason.
fn streams(world: &mut World, client: usize) -> Vec<String> {
    let told = std::mem::take(&mut world.clients[client].told);
    let news = told
        .into_iter()
        .filter_map(|(_, (name, args))| match name.as_str() {
            "publisherStateUpdate" | "playerStateUpdate" => Some(format!(
                "{} {} {}",
                text(&args[0]["streamID"]),
                text(&args[0]["state"]),
                args[0]["errorCode"]
            )),
            "streamUrlUpdate" => {
                let url = text(&args[1]);
                assert!(
                    url.starts_with("rtmp://127.0.0.1:1935/") && url.contains("zgdid="),
                    "{url}"
                );
                Some(format!("{} url {}", text(&args[0]), text(&args[2])))
            }
            _ => None,
        });
    news.collect()
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or("?")
}

fn is_published(world: &mut World) -> bool {
    let room_server::Reply::Rooms { rooms } = world.control(Command::Rooms).unwrap() else {
        panic!()
    };
    let mut streams = rooms.iter().flat_map(|room| &room.streams);
    streams.any(|stream| stream.stream_id == "own" && stream.extra_info == "x")
}

fn may_push(world: &mut World) -> bool {
    let target = serde_json::from_value(json!({"streamID": "own"})).unwrap();
    world.control(Command::Publishable(target)).is_ok()
}

const RENEWED: [&str; 4] = [
    "own PUBLISH_REQUESTING 0",
    "theirs PLAY_REQUESTING 0",
    "own url LONG_OUTAGE",
    "theirs url LONG_OUTAGE",
];

#[test]
fn up_to_85_seconds_the_addresses_stay() {
    for ms in [20_000, 84_000] {
        let mut world = patient();
        let (a, b) = call(&mut world);
        outage(&mut world, a, ms);
        world.run(60_000);
        assert_eq!(streams(&mut world, a), [""; 0], "{ms} ms");
        assert!(is_published(&mut world) && may_push(&mut world));
        assert_eq!(world.told_of(b, "roomStreamUpdate"), [Json::Null; 0]);
    }
}

#[test]
fn after_a_longer_outage_each_stream_gets_another_address_once() {
    for ms in [86_000, 200_000, 299_000] {
        let mut world = patient();
        let (a, b) = call(&mut world);
        outage(&mut world, a, ms);
        assert_eq!(streams(&mut world, a), RENEWED, "{ms} ms");
        // The service kept the stream for 90 s; later nobody is shown a stream before its component has the new address.
        assert_eq!(is_published(&mut world), ms < 90_000, "{ms} ms");
        world.component(a, "own", 3800);
        world.component(a, "theirs", 3802);
        world.run(60_000);
        assert_eq!(
            streams(&mut world, a)
                .iter()
                .filter(|s| s.ends_with("ING 0"))
                .count(),
            2,
            "{ms} ms"
        );
        assert!(is_published(&mut world) && may_push(&mut world));
        let seen: Vec<Json> = world
            .told_of(b, "roomStreamUpdate")
            .into_iter()
            .map(|u| u[1].clone())
            .collect();
        assert_eq!(
            seen,
            if ms < 90_000 {
                vec![]
            } else {
                vec![json!("DELETE"), json!("ADD")]
            }
        );
    }
}

#[test]
fn after_300_seconds_everything_ends_with_its_code() {
    let mut world = patient();
    let (a, _) = call(&mut world);
    outage(&mut world, a, 301_000);
    assert_eq!(streams(&mut world, a), ["own NO_PUBLISH 1002031"]);
    let login = world.login(a, "r");
    world.run(300);
    assert_eq!(world.resolved(a, login), json!(true));
    world.publish(a, "own", json!({"extraInfo": "x"}));
    play(&mut world, a);
    assert!(is_published(&mut world));
}

#[test]
fn an_outage_counts_from_when_the_service_was_last_heard() {
    use zego_express_alipay::engine::Input;
    let mut world = patient();
    let (a, _) = call(&mut world);
    // The system froze the application: no timer fires, and the socket dies without notice.
    world.cut_silently(a);
    world.now += 100_000;
    world.give(a, Input::Shown);
    world.run(8_000);
    assert_eq!(streams(&mut world, a), RENEWED);
}

#[test]
fn a_page_that_knows_nothing_of_new_addresses_goes_on_as_before() {
    let mut world = patient();
    let (a, _) = call(&mut world);
    outage(&mut world, a, 120_000);
    assert_eq!(streams(&mut world, a), RENEWED);
    world.run(10_000);
    assert_eq!(
        streams(&mut world, a),
        ["theirs PLAYING 0", "own PUBLISHING 0"]
    );
    assert!(is_published(&mut world));
}

#[test]
fn a_stream_that_the_service_lost_is_announced_at_once_and_gets_another_address() {
    let mut world = World::new();
    let (a, _) = call(&mut world);
    world.restart_server();
    world.run(5_000);
    assert_eq!(
        streams(&mut world, a),
        [
            "own PUBLISH_REQUESTING 0",
            "own PUBLISHING 0",
            "own url STREAM_LOST"
        ],
        "the player is left alone"
    );
    assert!(is_published(&mut world) && may_push(&mut world));
    world.component(a, "own", 3800);
    world.run(30_000);
    assert_eq!(streams(&mut world, a), ["own PUBLISHING 0"]);
    let announced = world.clients[a].sent.iter().filter(|cmd| **cmd == 302_001);
    assert_eq!(announced.count(), 2, "once before and once after");
}

#[test]
fn another_hub_is_no_reason_for_another_address() {
    let mut world = World::new();
    let (a, _) = call(&mut world);
    world.cut(a);
    world.run(20_000);
    assert_eq!(world.clients[a].opened_urls, [HUB, SECOND_HUB]);
    assert_eq!(streams(&mut world, a), [""; 0]);
}

#[test]
fn a_refused_address_is_asked_for_again_with_growing_delays() {
    let mut world = patient();
    let (a, _) = call(&mut world);
    rule(
        &mut world,
        json!({"match": {"type": 4}, "do": "drop", "count": 3}),
    );
    outage(&mut world, a, 100_000);
    world.run(60_000);
    let told = streams(&mut world, a);
    assert_eq!(
        told.iter().filter(|s| s.contains("url")).count(),
        2,
        "{told:?}"
    );
}

#[test]
fn an_address_that_is_never_given_ends_the_stream_after_300_seconds() {
    let mut world = patient();
    let (a, b) = call(&mut world);
    rule(&mut world, json!({"match": {"type": 4}, "do": "drop"}));
    outage(&mut world, a, 100_000);
    world.run(299_000);
    assert_eq!(streams(&mut world, a), RENEWED[..2]);
    world.run(40_000);
    assert_eq!(
        streams(&mut world, a),
        ["own NO_PUBLISH 1102017", "theirs NO_PLAY 1102017"]
    );
    // Nothing is left of it.
    assert_eq!(
        world.rejected_now(a, "setStreamExtraInfo", json!(["own", "y"])),
        1_103_055
    );
    world.told(b);
}

#[test]
fn a_component_that_fails_on_the_old_address_and_does_not_take_the_other_has_failed() {
    let mut world = patient();
    let (a, _) = call(&mut world);
    rule(
        &mut world,
        json!({"match": {"type": 4}, "do": "delay", "ms": 1000, "count": 2}),
    );
    outage(&mut world, a, 100_000);
    world.component(a, "own", 3801);
    world.component(a, "theirs", 3803);
    assert_eq!(streams(&mut world, a), RENEWED[..2]);
    world.run(5_000);
    assert_eq!(streams(&mut world, a), RENEWED[2..]);
    world.run(10_000);
    assert_eq!(
        streams(&mut world, a),
        ["own NO_PUBLISH 3801", "theirs NO_PLAY 3803"]
    );
    assert!(!is_published(&mut world));
}

#[test]
fn a_player_that_had_failed_before_the_outage_does_not_come_back_with_the_room() {
    let mut world = patient();
    let (a, _) = call(&mut world);
    world.component(a, "theirs", 3803);
    world.cut(a);
    world.component(a, "theirs", 3803);
    world.run(20_000);
    let failed = "theirs NO_PLAY 3803";
    assert_eq!(streams(&mut world, a), [failed, failed]);
}

#[test]
fn a_stream_that_its_component_lost_meanwhile_comes_back_with_the_room() {
    let mut world = patient();
    let (a, b) = call(&mut world);
    world.cut(a);
    world.component(a, "own", 3801);
    world.component(a, "theirs", 3803);
    assert_eq!(
        streams(&mut world, a),
        ["own NO_PUBLISH 3801", "theirs NO_PLAY 3803"]
    );
    world.run(5_000);
    assert_eq!(
        streams(&mut world, a),
        [
            "own PUBLISH_REQUESTING 0",
            "theirs PLAY_REQUESTING 0",
            "own url MEDIA_LOST",
            "theirs url MEDIA_LOST"
        ]
    );
    assert!(
        !is_published(&mut world),
        "nobody shall play what is not pushed"
    );
    world.component(a, "own", 3800);
    world.component(a, "theirs", 3802);
    world.run(20_000);
    assert_eq!(
        streams(&mut world, a),
        ["theirs PLAYING 0", "own PUBLISHING 0"]
    );
    let seen = world.told_of(b, "roomStreamUpdate");
    assert_eq!(seen.len(), 2, "{seen:?}");
}

#[test]
fn a_page_that_begins_anew_after_a_failure_may_do_so() {
    let mut world = patient();
    let (a, _) = call(&mut world);
    world.cut(a);
    world.component(a, "own", 3801);
    world.run(5_000);
    world.publish(a, "own", json!({"extraInfo": "x"}));
    world.run(20_000);
    assert!(is_published(&mut world));
    // One that does nothing is told that the stream is over.
    world.told(a);
    world.cut(a);
    world.component(a, "own", 3801);
    world.run(20_000);
    let told = streams(&mut world, a);
    assert_eq!(told.last().unwrap(), "own NO_PUBLISH 3801", "{told:?}");
    assert!(!is_published(&mut world));
}

#[test]
fn a_component_that_recovers_by_itself_needs_no_other_address() {
    let mut world = patient();
    let (a, _) = call(&mut world);
    world.cut(a);
    for code in [3801, 3803, 3800, 3802] {
        let stream = if code < 3802 { "own" } else { "theirs" };
        world.component(a, stream, code);
    }
    world.run(20_000);
    let told = streams(&mut world, a);
    assert!(!told.iter().any(|s| s.contains("url")), "{told:?}");
    assert!(told.contains(&"own PUBLISHING 0".into()), "{told:?}");
    assert!(told.contains(&"theirs PLAYING 0".into()), "{told:?}");
    assert!(is_published(&mut world));
}

#[test]
fn a_stream_that_is_stopped_meanwhile_gets_no_address() {
    let mut world = patient();
    let (a, _) = call(&mut world);
    world.cut(a);
    world.reachable = false;
    world.run(100_000);
    world.call(a, "stopPublishingStream", json!(["own"]));
    world.call(a, "stopPlayingStream", json!(["theirs"]));
    world.told(a);
    world.reachable = true;
    online(&mut world, a);
    world.run(20_000);
    assert_eq!(streams(&mut world, a), [""; 0]);
    assert!(!is_published(&mut world));
}

#[test]
fn an_address_that_the_service_forgot_is_renewed_once_more() {
    let mut world = World::new();
    let (a, _) = call(&mut world);
    for _ in 0..2 {
        world.restart_server();
        world.run(5_000);
    }
    let told = streams(&mut world, a);
    assert_eq!(
        told.iter().filter(|s| s.contains("url")).count(),
        2,
        "{told:?}"
    );
    assert!(is_published(&mut world) && may_push(&mut world));
}
