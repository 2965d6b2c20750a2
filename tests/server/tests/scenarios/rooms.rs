use room_server::{
    Config,
    wire::{
        FrameType, cmd,
        pb::{accesshub as hub, liveroom as live, switch},
        sub,
    },
};

use crate::world::{ROOM, World};

const ROUND_TRIP: u64 = 10;

fn actions(world: &mut World, client: &crate::world::Client) -> Vec<(i64, u32, String)> {
    let pushes: Vec<live::PushUserInfoUpdated> = world.pushes(client, sub::USERS_CHANGED);
    pushes
        .into_iter()
        .flat_map(|push| {
            let seq = push.server_user_seq;
            push.user_action_list.into_iter().map(move |a| (seq, a.action, String::from_utf8(a.id_name).unwrap()))
        })
        .collect()
}

#[test]
fn a_login_answer_has_a_context_key_sessions_and_an_anchor() {
    let mut world = World::unchecked();
    let mut client = world.client("a");
    let request = world.login_request(&client, ROOM, "any");
    let answer = world.try_login(&mut client, &request);
    assert_ne!(client.key, 0);
    assert!(answer.user_session_id != 0 && answer.switch_session_id != 0 && !answer.relogin_token.is_empty());
    assert!(answer.anchor_info.is_some());
    assert_eq!((answer.rsp_head.unwrap().code, answer.online_count), (0, 1));
}

#[test]
fn others_learn_who_joins_and_leaves_one_step_each() {
    let mut world = World::unchecked();
    let a = world.join("a");
    let mut b = world.join("b");
    assert_eq!(actions(&mut world, &a), [(2, 1, "b".to_owned())]);
    assert_eq!(actions(&mut world, &b), []);
    assert_eq!(world.code(&mut b, cmd::LOGOUT_ROOM, &switch::LogoutRoomReq::default()), 0);
    assert_eq!(actions(&mut world, &a), [(3, 2, "b".to_owned())]);
}

#[test]
fn users_that_did_not_ask_are_not_told_about_others() {
    let mut world = World::unchecked();
    let mut a = world.client("a");
    let mut request = world.login_request(&a, ROOM, "any");
    request.user_state_flag = 0;
    world.try_login(&mut a, &request);
    let b = world.join("b");
    assert_eq!(actions(&mut world, &a), []);
    drop(b);
    assert_eq!(world.ask::<live::HbRsp>(&mut a, cmd::HEARTBEAT, &live::HbReq {}).online_count, 2);
}

#[test]
fn the_user_list_comes_in_pages() {
    let mut world = World::new(Config { check_tokens: false, user_page: 2, ..Config::default() });
    let mut clients: Vec<_> = ["a", "b", "c", "d", "e"].iter().map(|user| world.join(user)).collect();
    let leaver = &mut clients[1].clone();
    world.code(leaver, cmd::LOGOUT_ROOM, &switch::LogoutRoomReq::default());
    let (mut users, mut index) = (Vec::new(), 0);
    loop {
        let request = live::GetUserlistReq { sort_type: 0, user_index: index };
        let page: live::GetUserlistRsp = world.ask(&mut clients[0], cmd::GET_USER_LIST, &request);
        assert_eq!(page.server_user_seq, 6);
        users.extend(page.user_base_info_list.into_iter().map(|user| String::from_utf8(user.id_name).unwrap()));
        if page.ret_user_index == page.server_user_index {
            break;
        }
        index = u32::try_from(page.ret_user_index + 1).unwrap();
    }
    assert_eq!(users, ["a", "c", "d", "e"]);
}

#[test]
fn a_user_who_comes_back_in_time_is_the_same_user() {
    let mut world = World::unchecked();
    let a = world.join("a");
    let b = world.join("b");
    actions(&mut world, &a);
    world.close(b.conn);
    world.wait(19_000);
    let (back, answer) = world.relogin(&b);
    assert_eq!((back.session, back.switch_session, answer.online_count), (b.session, b.switch_session, 2));
    assert_eq!(actions(&mut world, &a), []);
    world.wait(30_000);
    assert_eq!(actions(&mut world, &a), []);
}

#[test]
fn a_user_who_stays_away_leaves_with_its_streams() {
    let mut world = World::unchecked();
    let a = world.join("a");
    let mut b = world.join("b");
    actions(&mut world, &a);
    let stream = live::AddStreamReq { stream_id: b"s".to_vec(), ..Default::default() };
    world.code(&mut b, cmd::ADD_STREAM, &stream);
    world.close(b.conn);
    world.wait(20_000);
    let deleted: Vec<live::PushStream> = world.pushes(&a, sub::STREAMS_DELETED);
    assert_eq!((deleted[0].stream_seq, deleted[0].stream_info_list[0].stream_id.as_slice()), (2, b"s".as_slice()));
    assert_eq!(actions(&mut world, &a), [(3, 2, "b".to_owned())]);
}

#[test]
fn a_closed_room_stream_loses_the_user_and_a_new_one_takes_it_back() {
    let mut world = World::unchecked();
    let a = world.join("a");
    let mut b = world.join("b");
    actions(&mut world, &a);
    world.send(b.conn, FrameType::StreamClosed, b.stream, &hub::StreamClosed::default());
    let request = world.login_request(&b, ROOM, "any");
    b.stream = 6;
    let session = b.session;
    assert_eq!(world.try_login(&mut b, &request).user_session_id, session);
    assert_eq!(actions(&mut world, &a), []);
}

#[test]
fn a_return_while_the_old_link_still_looks_alive_moves_the_session() {
    let mut world = World::unchecked();
    let a = world.join("a");
    let b = world.join("b");
    actions(&mut world, &a);
    let (mut back, _) = world.relogin(&b);
    assert_eq!(world.code(&mut back, cmd::HEARTBEAT, &live::HbReq {}), 0);
    world.close(b.conn);
    world.wait(30_000);
    assert_eq!(actions(&mut world, &a), []);
    assert!(world.packets::<switch::PushKickout>(b.conn, cmd::PUSH_KICKOUT).is_empty());
}

#[test]
fn the_same_user_elsewhere_kicks_the_older_session() {
    let mut world = World::unchecked();
    let watcher = world.join("w");
    let mut old = world.join("a");
    let stream = live::AddStreamReq { stream_id: b"s".to_vec(), ..Default::default() };
    world.code(&mut old, cmd::ADD_STREAM, &stream);
    actions(&mut world, &watcher);
    world.join("a");
    let kicks: Vec<switch::PushKickout> = world.packets(old.conn, cmd::PUSH_KICKOUT);
    assert_eq!((kicks[0].reason, kicks[0].is_need_relogin), (901, 0));
    assert_eq!(world.pushes::<live::PushStream>(&watcher, sub::STREAMS_DELETED).len(), 1);
    assert_eq!(actions(&mut world, &watcher), [(3, 2, "a".to_owned()), (4, 1, "a".to_owned())]);
    assert_eq!(world.code(&mut old, cmd::GET_STREAM_LIST, &live::GetStreamListReq {}), 1002);
}

#[test]
fn a_replaced_session_that_comes_back_is_kicked_and_does_not_disturb_the_new_one() {
    let mut world = World::unchecked();
    let old = world.join("a");
    world.close(old.conn);
    let mut new = world.join("a");
    let (back, answer) = world.relogin(&old);
    assert_eq!(answer.rsp_head.unwrap().code, 205_035);
    assert_eq!(world.packets::<switch::PushKickout>(back.conn, cmd::PUSH_KICKOUT)[0].reason, 901);
    assert_eq!(world.code(&mut new, cmd::HEARTBEAT, &live::HbReq {}), 0);
}

#[test]
fn sequences_of_an_emptied_room_go_on_for_those_who_return() {
    let mut world = World::unchecked();
    let mut a = world.join("a");
    let stream = live::AddStreamReq { stream_id: b"s".to_vec(), ..Default::default() };
    world.code(&mut a, cmd::ADD_STREAM, &stream);
    world.close(a.conn);
    world.wait(60_000);
    let (_, answer) = world.relogin(&a);
    assert_eq!((answer.stream_list_seq, answer.stream_info_list.len()), (2, 0));
    let fresh = World::unchecked().join("a");
    assert_ne!(fresh.key, 0);
}

#[test]
fn a_full_room_refuses_with_its_code() {
    let mut world = World::unchecked();
    let mut a = world.client("a");
    let mut request = world.login_request(&a, ROOM, "any");
    request.user_count_limit = 1;
    world.try_login(&mut a, &request);
    let mut b = world.client("b");
    let request = world.login_request(&b, ROOM, "any");
    assert_eq!(world.try_login(&mut b, &request).rsp_head.unwrap().code, 1105);
}

#[test]
fn an_unknown_context_key_is_1002_and_105_for_a_heartbeat() {
    let mut world = World::unchecked();
    let mut a = world.join("a");
    a.key += 1;
    assert_eq!(world.code(&mut a, cmd::GET_STREAM_LIST, &live::GetStreamListReq {}), 1002);
    assert_eq!(world.code(&mut a, cmd::HEARTBEAT, &live::HbReq {}), 105);
}

#[test]
fn a_user_without_room_heartbeats_is_out() {
    let mut world = World::unchecked();
    let mut a = world.join("a");
    let b = world.join("b");
    actions(&mut world, &a);
    for _ in 0..7 {
        world.wait(10_000);
        world.send(b.conn, FrameType::HBRequest, 9, &hub::HbRequest::default());
        assert_eq!(world.code(&mut a, cmd::HEARTBEAT, &live::HbReq {}), 0);
    }
    assert_eq!(actions(&mut world, &a), [(3, 2, "b".to_owned())]);
}

#[test]
fn heartbeats_tell_the_sequences() {
    let mut world = World::unchecked();
    let mut a = world.join("a");
    world.join("b");
    let stream = live::AddStreamReq { stream_id: b"s".to_vec(), ..Default::default() };
    world.code(&mut a, cmd::ADD_STREAM, &stream);
    let answer: live::HbRsp = world.ask(&mut a, cmd::HEARTBEAT, &live::HbReq {});
    assert_eq!((answer.user_seq, answer.stream_seq, answer.online_count), (2, 1, 2));
}

#[test]
fn a_further_room_has_its_own_key_and_quitting_leaves_the_other() {
    let mut world = World::unchecked();
    let mut a = world.client("a");
    let mut request = world.login_request(&a, ROOM, "any");
    request.login_logic = 3;
    world.try_login(&mut a, &request);
    let mut second = crate::world::Client { key: 0, ..a.clone() };
    let enter = live::EnterRoomReq { room_id: b"two".to_vec(), role: 2, ..Default::default() };
    world.packet(&mut second, cmd::ENTER_ROOM, &enter);
    second.key = world.inbox[&a.conn]
        .iter()
        .find_map(|got| match got {
            crate::world::Got::Packet { header, .. } if header.cmd == 301_002 => Some(header.context_key),
            _ => None,
        })
        .unwrap();
    assert!(second.key != 0 && second.key != a.key);
    a.seq = second.seq;
    assert_eq!(world.code(&mut a, cmd::QUIT_ROOM, &live::QuitRoomReq {}), 0);
    second.seq = a.seq;
    assert_eq!(world.code(&mut second, cmd::HEARTBEAT, &live::HbReq {}), 0);
}

#[test]
fn a_second_room_without_multi_room_leaves_the_first() {
    let mut world = World::unchecked();
    let watcher = world.join("w");
    let mut a = world.join("a");
    actions(&mut world, &watcher);
    let request = world.login_request(&a, "other", "any");
    assert_eq!(world.try_login(&mut a, &request).rsp_head.unwrap().code, 0);
    assert_eq!(actions(&mut world, &watcher), [(3, 2, "a".to_owned())]);
}

#[test]
fn multi_room_can_be_switched_off() {
    let mut world = World::new(Config { check_tokens: false, multi_room: false, ..Config::default() });
    let mut a = world.join("a");
    let enter = live::EnterRoomReq { room_id: b"two".to_vec(), ..Default::default() };
    assert_eq!(world.code(&mut a, cmd::ENTER_ROOM, &enter), 1016);
}

#[test]
fn controls_given_by_the_server_are_in_every_answer() {
    let mut world = World::new(Config { check_tokens: false, controls: "xyz".into(), ..Config::default() });
    let a = world.join("a");
    world.wait(ROUND_TRIP);
    let described = room_server::wire::describe(&world.raw.last().unwrap().1);
    assert_eq!(described["packet"]["controls"], "xyz");
    drop(a);
}
