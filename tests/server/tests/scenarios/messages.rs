use room_server::{
    Config,
    wire::{cmd, pb::liveroom as live, sub},
};

use crate::world::{Client, World};

fn barrage(world: &mut World, client: &mut Client, text: &str) -> live::SendBigImRsp {
    let message = live::SendBigImReqMsgData {
        msg_category: 1,
        msg_type: 1,
        msg_content: text.into(),
        msg_client_id: b"7".to_vec(),
        ..Default::default()
    };
    world.ask(
        client,
        cmd::SEND_BARRAGE,
        &live::SendBigImReq {
            msg_list: vec![message],
        },
    )
}

fn set(world: &mut World, client: &mut Client, key: &str, value: &str) -> live::SetTransRsp {
    let request = live::SetTransReq {
        trans_type: key.into(),
        trans_data: value.into(),
        trans_channel: b"clt".to_vec(),
        ..Default::default()
    };
    world.ask(client, cmd::SET_EXTRA_INFO, &request)
}

#[test]
fn a_broadcast_reaches_the_others_with_sender_and_number() {
    let mut world = World::unchecked();
    let (mut a, b) = (world.join("a"), world.join("b"));
    let request = live::SendImReq {
        msg_category: 1,
        msg_type: 1,
        msg_content: "hello 你好 😀".into(),
    };
    let answer: live::SendImRsp = world.ask(&mut a, cmd::SEND_BROADCAST, &request);
    let pushes: Vec<live::PushIm> = world.pushes(&b, sub::BROADCAST);
    let message = &pushes[0].msg_list[0];
    assert_eq!(
        (message.msg_id, message.id_name.as_slice()),
        (answer.msg_id, b"a".as_slice())
    );
    assert_eq!(message.msg_content, "hello 你好 😀".as_bytes());
    assert_eq!(message.send_time, i64::try_from(world.now).unwrap());
    assert!(world.pushes::<live::PushIm>(&a, sub::BROADCAST).is_empty());
}

#[test]
fn barrage_goes_to_all_at_once_without_a_window() {
    let mut world = World::unchecked();
    let (mut a, b) = (world.join("a"), world.join("b"));
    let answer = barrage(&mut world, &mut a, "x");
    assert_eq!(answer.msg_list[0].msg_client_id, b"7");
    assert_eq!(world.barrage(&a), [["x"]]);
    assert_eq!(world.barrage(&b), [["x"]]);
}

#[test]
fn barrage_of_one_window_comes_in_one_push() {
    let mut world = World::new(Config {
        check_tokens: false,
        barrage_window_ms: 1000,
        ..Config::default()
    });
    let (mut a, mut b) = (world.join("a"), world.join("b"));
    assert_eq!(barrage(&mut world, &mut a, "1").big_im_time_window, 1000);
    world.wait(600);
    barrage(&mut world, &mut b, "2");
    assert!(world.barrage(&b).is_empty());
    world.wait(400);
    assert_eq!(world.barrage(&b), [["1", "2"]]);
}

#[test]
fn pending_barrage_is_bounded_and_loses_the_oldest() {
    let mut world = World::new(Config {
        check_tokens: false,
        barrage_window_ms: 1000,
        ..Config::default()
    });
    let mut a = world.join("a");
    for n in 0..=room_server::config::MAX_PENDING_BARRAGE {
        barrage(&mut world, &mut a, &n.to_string());
    }
    world.wait(1000);
    let pushed = world.barrage(&a);
    assert_eq!(
        (pushed[0].len(), pushed[0][0].as_str()),
        (room_server::config::MAX_PENDING_BARRAGE, "1")
    );
}

#[test]
fn a_custom_command_reaches_the_named_users_unchanged() {
    let mut world = World::unchecked();
    let (mut a, b, c) = (world.join("a"), world.join("b"), world.join("c"));
    let text = br#"{"from_userid":"a","custom_content":{"n":1},"room_id":"room"}"#.to_vec();
    let to = |user: &str| live::ToUser {
        id_name: user.into(),
        user_id: 0,
    };
    let request = live::SignalLiveCustomReq {
        push_message: text.clone(),
        to_user_list: vec![to("b"), to("nobody")],
    };
    assert_eq!(world.code(&mut a, cmd::CUSTOM_COMMAND, &request), 0);
    let received = |world: &World, client: &Client| {
        let frames = world.raw.iter().filter(|(conn, _)| *conn == client.conn);
        frames
            .filter(|(_, bytes)| bytes.windows(text.len()).any(|part| part == text))
            .count()
    };
    assert_eq!(
        (
            received(&world, &b),
            received(&world, &c),
            received(&world, &a)
        ),
        (1, 0, 0)
    );
}

#[test]
fn a_custom_command_without_receivers_reaches_all_others() {
    let mut world = World::unchecked();
    let (mut a, b, c) = (world.join("a"), world.join("b"), world.join("c"));
    let text = br#"{"custom_content":"to all","room_id":"room"}"#.to_vec();
    let request = live::SignalLiveCustomReq {
        push_message: text.clone(),
        to_user_list: Vec::new(),
    };
    assert_eq!(world.code(&mut a, cmd::CUSTOM_COMMAND, &request), 0);
    let received = |client: &Client| {
        let frames = world.raw.iter().filter(|(conn, _)| *conn == client.conn);
        frames
            .filter(|(_, bytes)| bytes.windows(text.len()).any(|part| part == text))
            .count()
    };
    assert_eq!([received(&a), received(&b), received(&c)], [0, 1, 1]);
}

#[test]
fn a_message_longer_than_the_bound_is_refused() {
    let mut world = World::unchecked();
    let mut a = world.join("a");
    let content = vec![b'x'; room_server::config::MAX_MESSAGE + 1];
    let request = live::SendImReq {
        msg_content: content,
        ..Default::default()
    };
    assert_eq!(world.code(&mut a, cmd::SEND_BROADCAST, &request), 1020);
}

#[test]
fn extra_info_is_pushed_to_everybody_and_counted_per_key() {
    let mut world = World::unchecked();
    let (mut a, b) = (world.join("a"), world.join("b"));
    assert_eq!(set(&mut world, &mut a, "k", "1").trans_seq, 1);
    assert_eq!(set(&mut world, &mut a, "k", "2").trans_seq, 2);
    for client in [&a, &b] {
        let pushes: Vec<live::PushTrans> = world.pushes(client, sub::EXTRA_INFO);
        let seen: Vec<_> = pushes
            .iter()
            .map(|push| (push.trans_seq, push.trans_data.as_slice()))
            .collect();
        assert_eq!(seen, [(1, b"1".as_slice()), (2, b"2".as_slice())]);
    }
}

#[test]
fn a_newcomer_is_told_the_sequences_of_extra_info_and_can_fetch_the_values() {
    let mut world = World::unchecked();
    let mut a = world.join("a");
    set(&mut world, &mut a, "k", "v");
    let mut b = world.client("b");
    let request = world.login_request(&b, crate::world::ROOM, "any");
    let answer = world.try_login(&mut b, &request);
    let channel = &answer.trans_channel_list[0];
    assert_eq!(
        (
            channel.trans_channel.as_slice(),
            channel.trans_seq_list[0].trans_seq
        ),
        (b"clt".as_slice(), 1)
    );
    let wanted = |key: &str| live::GetTransReqTransData {
        trans_type: key.into(),
        trans_local_seq: 0,
    };
    let request = live::GetTransReq {
        trans_channel: b"clt".to_vec(),
        trans_list: vec![wanted("k"), wanted("none")],
    };
    let answer: live::GetTransRsp = world.ask(&mut b, cmd::GET_EXTRA_INFO, &request);
    assert_eq!(
        (
            answer.trans_list[0].trans_data.as_slice(),
            answer.trans_list[0].id_name.as_slice()
        ),
        (b"v".as_slice(), b"a".as_slice())
    );
    assert_eq!(answer.trans_list[1].err_code, 1_000_001_109);
}

#[test]
fn more_keys_of_extra_info_than_allowed_are_refused() {
    let mut world = World::new(Config {
        check_tokens: false,
        max_extra_info_keys: 1,
        ..Config::default()
    });
    let mut a = world.join("a");
    set(&mut world, &mut a, "k", "v");
    assert_eq!(
        set(&mut world, &mut a, "other", "v").rsp_head.unwrap().code,
        1015
    );
    assert_eq!(set(&mut world, &mut a, "k", "w").trans_seq, 2);
}
