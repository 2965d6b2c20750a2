use room_server::{
    Config,
    command::TokenRequest,
    token::TokenForm,
    wire::{
        FrameType, cmd,
        pb::{accesshub as hub, liveroom as live, switch},
        sub,
    },
};
use serde_json::{Value, json};

use crate::world::{Client, ROOM, World};

fn request(user: &str) -> TokenRequest {
    TokenRequest { user_id: user.to_owned(), ..TokenRequest::default() }
}

fn login_code(world: &mut World, user: &str, token: &str) -> u32 {
    let mut client = world.client(user);
    let login = world.login_request(&client, ROOM, token);
    world.try_login(&mut client, &login).rsp_head.unwrap().code
}

fn login(world: &mut World, user: &str, token: &str) -> (Client, switch::LoginRoomRsp) {
    let mut client = world.client(user);
    let login = world.login_request(&client, ROOM, token);
    let answer = world.try_login(&mut client, &login);
    (client, answer)
}

fn dispatch(world: &mut World, client: &Client, token: &str, way: &str, stream: &str) -> Value {
    let header = |name: &str, val: &str| hub::HttpHeader { name: name.to_owned(), val: val.to_owned() };
    let app = world.server.config().app_id;
    let request = hub::HttpRequest {
        txid: 9,
        location: format!("/v1/jsrtmp/dispatch/{app}/{stream}/{way}/127.0.0.1"),
        headers: vec![header("Token-Appid", &app.to_string()), header("Token-Str", token), header("Token-Userid", &client.user)],
        body: b"%257B%257D".to_vec(),
        service_no: 1,
        method_no: 1,
        ..Default::default()
    };
    world.send(client.conn, FrameType::HTTPRequest, 20, &request);
    let answers: Vec<hub::HttpResponse> = world.frames(client.conn, FrameType::HTTPResponse);
    assert_eq!((answers[0].txid, answers[0].status_code), (9, 200));
    serde_json::from_slice(&answers[0].body).unwrap()
}

#[test]
fn both_forms_of_a_fresh_token_let_their_user_in() {
    let mut world = World::new(Config::default());
    for form in [TokenForm::Cbc, TokenForm::Gcm] {
        let token = world.token(TokenRequest { form, ..request("a") });
        assert_eq!(login_code(&mut world, "a", &token), 0);
    }
}

#[test]
fn every_kind_of_bad_token_has_its_code() {
    let mut world = World::new(Config::default());
    let foreign = World::new(Config { app_id: 7, ..Config::default() }).token(request("a"));
    let other_user = world.token(request("b"));
    let expired = world.token(TokenRequest { effective_seconds: Some(-1), ..request("a") });
    assert_eq!(login_code(&mut world, "a", ""), 50116);
    assert_eq!(login_code(&mut world, "a", "03AAAA"), 50116);
    assert_eq!(login_code(&mut world, "a", "04@@@@"), 50116);
    assert_eq!(login_code(&mut world, "a", &expired), 50117);
    assert_eq!(login_code(&mut world, "a", &foreign), 50119);
    assert_eq!(login_code(&mut world, "a", &other_user), 50120);
}

#[test]
fn a_token_made_with_another_secret_does_not_open() {
    let mut world = World::new(Config::default());
    let secret = room_server::config::Secret::new("0".repeat(32)).unwrap();
    let mut other = World::new(Config { secret, ..Config::default() });
    let token = other.token(TokenRequest { form: TokenForm::Gcm, ..request("a") });
    assert_eq!(login_code(&mut world, "a", &token), 50118);
}

#[test]
fn a_token_for_one_room_does_not_open_another() {
    let mut world = World::new(Config::default());
    let here = world.token(TokenRequest { room_id: Some(ROOM.to_owned()), ..request("a") });
    let there = world.token(TokenRequest { room_id: Some("there".to_owned()), ..request("a") });
    assert_eq!(login_code(&mut world, "a", &here), 0);
    assert_eq!(login_code(&mut world, "a", &there), 50121);
}

#[test]
fn publishing_asks_for_the_privilege_and_the_time() {
    let mut world = World::new(Config::default());
    let silent = world.token(TokenRequest { privilege: Some(json!({"1": 1, "2": 0})), ..request("a") });
    let (mut a, _) = login(&mut world, "a", &silent);
    let stream = |token: &str| live::AddStreamReq { stream_id: b"s".to_vec(), third_token: token.into(), ..Default::default() };
    assert_eq!(world.code(&mut a, cmd::ADD_STREAM, &stream(&silent)), 50121);
    let expired = world.token(TokenRequest { effective_seconds: Some(-1), ..request("a") });
    assert_eq!(world.code(&mut a, cmd::ADD_STREAM, &stream(&expired)), 1011);
    let only_other = world.token(TokenRequest { stream_ids: Some(vec!["other".to_owned()]), ..request("a") });
    assert_eq!(world.code(&mut a, cmd::ADD_STREAM, &stream(&only_other)), 50121);
    let good = world.token(request("a"));
    assert_eq!(world.code(&mut a, cmd::ADD_STREAM, &stream(&good)), 0);
}

#[test]
fn with_token_control_the_remaining_time_is_told_and_renewal_extends_it() {
    let mut world = World::new(Config { token_control: true, ..Config::default() });
    let token = world.token(TokenRequest { effective_seconds: Some(30), ..request("a") });
    let (mut a, answer) = login(&mut world, "a", &token);
    assert_eq!(answer.token_remain_time, 30);
    world.wait(20_000);
    let token = world.token(TokenRequest { effective_seconds: Some(50), ..request("a") });
    let renewed: live::RenewTokenRsp = world.ask(&mut a, cmd::RENEW_TOKEN, &live::RenewTokenReq { token });
    assert_eq!(renewed.token_remain_time, 50);
    world.wait(20_000);
    assert_eq!(world.code(&mut a, cmd::HEARTBEAT, &live::HbReq {}), 0);
}

#[test]
fn with_token_control_a_user_is_kicked_when_the_token_ends() {
    let mut world = World::new(Config { token_control: true, ..Config::default() });
    let token = world.token(TokenRequest { effective_seconds: Some(30), ..request("a") });
    let (a, _) = login(&mut world, "a", &token);
    world.wait(30_000);
    let kicks: Vec<live::PushUserKickout> = world.pushes(&a, sub::KICKED_OUT);
    assert_eq!(kicks[0].kickout_reason, 4);
    assert_eq!(world.server.next_deadline(), Some(world.now + 60_000), "only the idle link is left");
}

#[test]
fn without_token_control_nothing_is_told_and_renewal_is_not_needed() {
    let mut world = World::new(Config::default());
    let token = world.token(request("a"));
    let (mut a, answer) = login(&mut world, "a", &token);
    assert_eq!(answer.token_remain_time, 0);
    assert_eq!(world.code(&mut a, cmd::RENEW_TOKEN, &live::RenewTokenReq { token }), 2014);
}

#[test]
fn dispatch_gives_hosts_and_remembers_who_may_publish() {
    let mut world = World::new(Config::default());
    let token = world.token(request("a"));
    let (a, _) = login(&mut world, "a", &token);
    assert_eq!(dispatch(&mut world, &a, &token, "push", "s")["hosts"], json!(["127.0.0.1:1935"]));
    let target = |id: &str| {
        room_server::Command::Publishable(room_server::command::StreamTarget { app_id: None, stream_id: id.to_owned() })
    };
    let reply = world.control(target("s")).unwrap();
    assert_eq!(serde_json::to_value(reply).unwrap(), json!({"userID": "a", "roomID": ROOM}));
    assert!(world.control(target("other")).is_err());
    world.close(a.conn);
    world.wait(20_000);
    assert!(world.control(target("s")).is_err());
}

#[test]
fn playing_needs_no_announced_stream_unless_configured() {
    let mut world = World::new(Config { pull_requires_stream: true, ..Config::default() });
    let token = world.token(request("a"));
    let (mut a, _) = login(&mut world, "a", &token);
    assert_eq!(dispatch(&mut world, &a, &token, "pull", "s")["code"], 1_900_001_004_u64);
    let stream = live::AddStreamReq { stream_id: b"s".to_vec(), third_token: token.clone().into(), ..Default::default() };
    world.code(&mut a, cmd::ADD_STREAM, &stream);
    assert_eq!(dispatch(&mut world, &a, &token, "pull", "s")["code"], 0);
}

#[test]
fn dispatch_refuses_strangers_and_bad_tokens_with_a_code() {
    let mut world = World::new(Config::default());
    let token = world.token(request("a"));
    let stranger = world.client("a");
    assert_eq!(dispatch(&mut world, &stranger, &token, "push", "s")["code"], 1_900_000_001_u64);
    let (a, _) = login(&mut world, "a", &token);
    assert_eq!(dispatch(&mut world, &a, "04junk", "push", "s")["code"], 1_900_000_002_u64);
}

#[test]
fn no_log_line_and_no_recorded_frame_shows_a_token_or_the_secret() {
    let mut world = World::new(Config::default());
    let token = world.token(request("a"));
    let (mut a, _) = login(&mut world, "a", &token);
    dispatch(&mut world, &a, &token, "push", "s");
    world.code(&mut a, cmd::RENEW_TOKEN, &live::RenewTokenReq { token: token.clone() });
    login_code(&mut world, "b", &token);
    let frames = world.control(room_server::Command::Frames { since: 0 }).unwrap();
    let shown = format!("{}{}", serde_json::to_string(&frames).unwrap(), world.log.join("\n"));
    assert!(shown.contains("LoginRoomReq") && shown.contains("Token-Str"));
    assert!(!shown.contains(&token) && !shown.contains(room_server::config::DEV_SECRET));
}
