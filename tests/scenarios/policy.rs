//! An application that decides itself when the connection is tried again, and when it has been tried for long enough.

use serde_json::json;
use zego_express_alipay::engine::Input;

use crate::world::World;

fn asking() -> World {
    let mut world = World::new();
    world.asks_before_retry = true;
    world
}

/// Times at which sockets were opened, in ms after `since`, while nothing is reachable.
fn attempts(world: &mut World, client: usize, ms: u64) -> Vec<u64> {
    let (begin, mut times) = (world.now, Vec::new());
    while world.now < begin + ms {
        let before = world.clients[client].opened_urls.len();
        world.run(10);
        if world.clients[client].opened_urls.len() > before {
            times.push(world.now - begin);
        }
    }
    times
}

#[test]
fn the_delays_of_the_application_count() {
    let mut world = asking();
    let a = world.add_in("r", "ua");
    world.clients[a].policy = Some(|attempt, _| Some(u64::from(attempt) * 1_000));
    world.reachable = false;
    world.cut(a);
    let times = attempts(&mut world, a, 11_000);
    let near: Vec<u64> = times.iter().map(|t| t / 100).collect();
    assert_eq!(near, [10, 30, 60, 100], "{times:?}");
    let asked: Vec<(bool, u32)> = world.clients[a]
        .retries
        .iter()
        .map(|r| (r.0, r.1))
        .collect();
    assert_eq!(
        asked,
        [(false, 1), (false, 2), (false, 3), (false, 4), (false, 5)]
    );
    world.reachable = true;
    world.run(10_000);
    world.cut(a);
    assert_eq!(
        world.clients[a].retries.last().unwrap().1,
        1,
        "a success begins anew"
    );
}

#[test]
fn a_choice_that_is_too_short_does_not_make_a_storm() {
    let mut world = asking();
    let a = world.add_in("r", "ua");
    world.clients[a].policy = Some(|_, _| Some(0));
    world.reachable = false;
    world.cut(a);
    let count = attempts(&mut world, a, 1_000).len();
    assert!((5..=10).contains(&count), "{count}");
}

#[test]
fn an_application_that_does_not_answer_gets_the_default() {
    let mut world = asking();
    let a = world.add_in("r", "ua");
    world.cut(a);
    world.run(4_000);
    let (is_login, attempt, elapsed, delay) = world.clients[a].retries[0];
    assert_eq!((is_login, attempt, elapsed), (false, 1, 0));
    assert!((1_000..=3_000).contains(&delay));
    assert!(
        world
            .told(a)
            .contains(&r#"roomStateUpdate ["r","CONNECTED",0,null]"#.into())
    );
    // An answer that comes too late changes nothing.
    world.give(
        a,
        Input::Retry {
            of: 0,
            attempt: 1,
            delay: None,
        },
    );
    assert_eq!(
        world.resolve(a, "sendBroadcastMessage", json!(["r", "x"]))["errorCode"],
        0
    );
}

#[test]
fn an_application_may_wait_for_longer_than_300_seconds() {
    let mut world = asking();
    let a = world.add_in("r", "ua");
    world.clients[a].policy = Some(|_, _| Some(20_000));
    world.reachable = false;
    world.cut(a);
    world.run(1_000_000);
    world.reachable = true;
    world.told(a);
    world.run(30_000);
    assert!(
        world
            .told(a)
            .contains(&r#"roomStateChanged ["r","RECONNECTED",0,null]"#.into())
    );
}

#[test]
fn giving_up_ends_the_room_with_its_code() {
    let mut world = asking();
    let a = world.add_in("r", "ua");
    world.publish(a, "s", json!({}));
    world.told(a);
    world.clients[a].policy = Some(|_, elapsed| (elapsed < 30_000).then_some(5_000));
    world.reachable = false;
    world.cut(a);
    world.run(60_000);
    let told = world.told(a);
    assert!(
        told[2].starts_with(r#"roomStateUpdate ["r","DISCONNECTED",1002031"#),
        "{told:?}"
    );
    assert!(
        told[3].starts_with(r#"roomStateChanged ["r","RECONNECT_FAILED",1002031"#),
        "{told:?}"
    );
    assert!(told[4].contains("NO_PUBLISH"), "{told:?}");
    assert_eq!(
        world.clients[a].engine.next_deadline(),
        None,
        "nothing is tried any more"
    );
    world.reachable = true;
    let login = world.login(a, "r");
    world.run(500);
    assert_eq!(world.resolved(a, login), json!(true));
}

#[test]
fn giving_up_ends_a_first_login_and_a_login_that_is_not_answered() {
    let mut world = asking();
    world.reachable = false;
    let a = world.add("ua");
    world.clients[a].policy = Some(|attempt, _| (attempt < 3).then_some(500));
    let login = world.login(a, "r");
    world.run(5_000);
    assert_eq!(world.rejected(a, login), 1_002_031);
    world.reachable = true;
    let b = world.add("ub");
    world.clients[b].policy = Some(|_, _| None);
    world.clients[b].lost = vec![1_001];
    let login = world.login(b, "r");
    world.run(10_000);
    assert_eq!(world.rejected(b, login), 1_002_031);
    assert!(world.clients[b].retries[0].0, "of a login");
}
