use room_server::wire::{
    cmd,
    pb::{liveroom as live, switch},
    sub,
};

use crate::world::{Client, World};

fn add(world: &mut World, client: &mut Client, stream: &str, extra: &str) -> live::AddStreamRsp {
    let request = live::AddStreamReq { stream_id: stream.into(), extra_info: extra.into(), ..Default::default() };
    world.ask(client, cmd::ADD_STREAM, &request)
}

fn ids(streams: &[live::StreamInfo]) -> Vec<String> {
    streams.iter().map(|stream| String::from_utf8(stream.stream_id.clone()).unwrap()).collect()
}

#[test]
fn a_new_stream_is_pushed_to_the_others_only() {
    let mut world = World::unchecked();
    let (mut a, b) = (world.join("a"), world.join("b"));
    let answer = add(&mut world, &mut a, "s", "x");
    assert!(answer.stream_seq == 1 && !answer.stream_sid.is_empty());
    let added: Vec<live::PushStream> = world.pushes(&b, sub::STREAMS_ADDED);
    let info = &added[0].stream_info_list[0];
    assert_eq!((added[0].stream_seq, info.stream_id.as_slice(), info.extra_info.as_slice()), (1, b"s".as_slice(), b"x".as_slice()));
    assert_eq!((info.id_name.as_slice(), info.stream_sid.as_str()), (b"a".as_slice(), answer.stream_sid.as_str()));
    assert!(world.pushes::<live::PushStream>(&a, sub::STREAMS_ADDED).is_empty());
}

#[test]
fn announcing_a_stream_again_changes_nothing() {
    let mut world = World::unchecked();
    let (mut a, b) = (world.join("a"), world.join("b"));
    let first = add(&mut world, &mut a, "s", "x");
    assert_eq!(add(&mut world, &mut a, "s", "x"), first);
    assert_eq!(world.pushes::<live::PushStream>(&b, sub::STREAMS_ADDED).len(), 1);
}

#[test]
fn announcing_a_stream_again_with_other_extra_info_updates_it() {
    let mut world = World::unchecked();
    let (mut a, b) = (world.join("a"), world.join("b"));
    add(&mut world, &mut a, "s", "x");
    assert_eq!(add(&mut world, &mut a, "s", "y").stream_seq, 2);
    assert_eq!(world.pushes::<live::PushStream>(&b, sub::STREAMS_UPDATED).len(), 1);
}

#[test]
fn a_stream_id_of_somebody_else_is_refused() {
    let mut world = World::unchecked();
    let (mut a, mut b) = (world.join("a"), world.join_room("b", "another room"));
    add(&mut world, &mut a, "s", "");
    assert_eq!(add(&mut world, &mut b, "s", "").rsp_head.unwrap().code, 1010);
}

#[test]
fn an_update_reaches_the_others_with_one_step() {
    let mut world = World::unchecked();
    let (mut a, b) = (world.join("a"), world.join("b"));
    add(&mut world, &mut a, "s", "x");
    let request = live::UpdateStreamReq { stream_id: b"s".to_vec(), extra_info: b"y".to_vec(), ..Default::default() };
    let answer: live::UpdateStreamRsp = world.ask(&mut a, cmd::UPDATE_STREAM, &request);
    assert_eq!((answer.stream_seq, answer.stream_ver), (2, 2));
    let updated: Vec<live::PushStream> = world.pushes(&b, sub::STREAMS_UPDATED);
    assert_eq!((updated[0].stream_seq, updated[0].stream_info_list[0].extra_info.as_slice()), (2, b"y".as_slice()));
}

#[test]
fn deleting_twice_is_as_good_as_once() {
    let mut world = World::unchecked();
    let (mut a, b) = (world.join("a"), world.join("b"));
    add(&mut world, &mut a, "s", "");
    let request = live::DeleteStreamReq { stream_id: b"s".to_vec(), ..Default::default() };
    for _ in 0..2 {
        let answer: live::DeleteStreamRsp = world.ask(&mut a, cmd::DELETE_STREAM, &request);
        assert_eq!((answer.rsp_head.unwrap().code, answer.stream_seq), (0, 2));
    }
    assert_eq!(world.pushes::<live::PushStream>(&b, sub::STREAMS_DELETED).len(), 1);
}

#[test]
fn nobody_deletes_or_updates_the_stream_of_another() {
    let mut world = World::unchecked();
    let (mut a, mut b) = (world.join("a"), world.join("b"));
    add(&mut world, &mut a, "s", "");
    let update = live::UpdateStreamReq { stream_id: b"s".to_vec(), extra_info: b"y".to_vec(), ..Default::default() };
    assert_eq!(world.code(&mut b, cmd::UPDATE_STREAM, &update), 1013);
    let delete = live::DeleteStreamReq { stream_id: b"s".to_vec(), ..Default::default() };
    assert_eq!(world.code(&mut b, cmd::DELETE_STREAM, &delete), 0);
    let list: live::GetStreamListRsp = world.ask(&mut a, cmd::GET_STREAM_LIST, &live::GetStreamListReq {});
    assert_eq!(ids(&list.stream_info_list), ["s"]);
}

#[test]
fn a_newcomer_and_a_returning_publisher_find_the_streams_in_the_login_answer() {
    let mut world = World::unchecked();
    let mut a = world.join("a");
    add(&mut world, &mut a, "s", "x");
    let mut b = world.client("b");
    let request = world.login_request(&b, crate::world::ROOM, "any");
    let answer = world.try_login(&mut b, &request);
    assert_eq!((answer.stream_list_seq, answer.stream_info_list[0].extra_info.as_slice()), (1, b"x".as_slice()));
    world.close(a.conn);
    let (_, answer) = world.relogin(&a);
    assert_eq!(answer.stream_info_list[0].stream_id, b"s");
}

#[test]
fn a_logout_takes_the_streams_along() {
    let mut world = World::unchecked();
    let (mut a, b) = (world.join("a"), world.join("b"));
    add(&mut world, &mut a, "s1", "");
    add(&mut world, &mut a, "s2", "");
    world.code(&mut a, cmd::LOGOUT_ROOM, &switch::LogoutRoomReq::default());
    let deleted: Vec<live::PushStream> = world.pushes(&b, sub::STREAMS_DELETED);
    assert_eq!(deleted.iter().map(|push| push.stream_seq).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn a_user_has_no_more_streams_than_the_bound() {
    let mut world = World::unchecked();
    let mut a = world.join("a");
    for n in 0..room_server::config::MAX_STREAMS_PER_USER {
        assert_eq!(add(&mut world, &mut a, &format!("s{n}"), "").rsp_head.unwrap().code, 0);
    }
    assert_eq!(add(&mut world, &mut a, "one too many", "").rsp_head.unwrap().code, 1020);
}
