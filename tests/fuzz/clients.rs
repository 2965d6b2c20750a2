//! Clients of the room server that say anything, in and out of a session.

use bolero::TypeGenerator;
use prost::Message;
use room_server::command::{BreakPc, Kick, UserTarget};
use room_server::wire::pb::{accesshub as hub, liveroom as live, switch};
use room_server::wire::{Frame, FrameType, Packet, cmd};
use room_server::{CloseReason, Command, Config, ConnId, Input, Output, Server};

use crate::edit::Edit;

/// The app of the recorded frames.
const APP: u32 = 1_739_272_706;
const START: u64 = 1_700_000_000_000;
const LINKS: usize = 3;
/// More steps than this show nothing new.
const MOST_STEPS: usize = 48;
/// Outputs to one input that are still sensible with three links.
const MOST_OUTPUTS: usize = 500;
const COMMANDS: [u32; 18] = [
    cmd::LOGOUT_ROOM,
    cmd::PUSH_RSP,
    cmd::MERGE_PUSH_RSP,
    cmd::ENTER_ROOM,
    cmd::QUIT_ROOM,
    cmd::HEARTBEAT,
    cmd::RENEW_TOKEN,
    cmd::SET_EXTRA_INFO,
    cmd::GET_EXTRA_INFO,
    cmd::ADD_STREAM,
    cmd::DELETE_STREAM,
    cmd::UPDATE_STREAM,
    cmd::GET_STREAM_LIST,
    cmd::SEND_BROADCAST,
    cmd::SEND_BARRAGE,
    cmd::CUSTOM_COMMAND,
    cmd::GET_USER_LIST,
    cmd::LOGIN_ROOM,
];

/// Something that happens on one of the links.
#[derive(Clone, Debug, TypeGenerator)]
pub(crate) struct Step {
    link: u8,
    event: Event,
}

#[derive(Clone, Debug, TypeGenerator)]
enum Event {
    Open,
    Close,
    Text,
    Unfit,
    /// A login that is in order, with or without what the link knows of its session.
    Login {
        user: u8,
        room: u8,
        again: bool,
    },
    /// A request with a sensible body.
    Ask {
        what: u8,
        name: u8,
        text: String,
    },
    /// A request with any body.
    Request {
        cmd: u8,
        key: u8,
        body: Vec<u8>,
    },
    Dispatch {
        stream: u8,
        push: bool,
    },
    /// A frame of a recorded call, changed.
    Recorded {
        which: u16,
        edits: Vec<Edit>,
    },
    Message {
        bytes: Vec<u8>,
    },
    Flood,
    Control {
        what: u8,
        user: u8,
    },
    Wait {
        ms: u16,
    },
}

/// What a client remembers.
#[derive(Debug, Default)]
struct Link {
    conn: Option<ConnId>,
    key: u32,
    session: u64,
    switch_session: u64,
    relogin_token: Vec<u8>,
}

struct World {
    server: Server,
    now: u64,
    links: [Link; LINKS],
    next: u64,
}

/// Gives the steps to a server and asks after each whether it is still in order.
pub(crate) fn run(setup: u8, steps: &[Step], recorded: &[Vec<u8>]) {
    let mut world = World::new(setup);
    for step in steps.iter().take(MOST_STEPS) {
        world.step(step, recorded);
        assert_eq!(world.server.audit(), Ok(()));
    }
    world.finish();
}

impl World {
    /// The setup says how many links are logged in when it begins, and what kind of server it is.
    fn new(setup: u8) -> Self {
        let config = Config {
            app_id: APP,
            check_tokens: false,
            multi_room: setup & 64 == 0,
            barrage_window_ms: u32::from(setup & 128),
            ..Config::default()
        };
        let mut world = Self {
            server: Server::new(config),
            now: START,
            links: Default::default(),
            next: 0,
        };
        for link in 0..setup % 4 {
            let at = usize::from(link) % LINKS;
            world.open(at);
            world.login(at, link, 0, false);
        }
        world
    }

    fn step(&mut self, step: &Step, recorded: &[Vec<u8>]) {
        let at = usize::from(step.link) % LINKS;
        let conn = self.links[at].conn.unwrap_or(ConnId(0));
        match &step.event {
            Event::Open => self.open(at),
            Event::Close => self.give(Input::Closed { conn }),
            Event::Text => self.give(Input::Text { conn }),
            Event::Unfit => {
                let reason = CloseReason::SlowReader;
                self.give(Input::Unfit { conn, reason });
            }
            Event::Login { user, room, again } => self.login(at, *user, *room, *again),
            Event::Ask { what, name, text } => self.ask(at, *what, *name, text),
            Event::Request { cmd, key, body } => {
                let number = COMMANDS[usize::from(*cmd) % COMMANDS.len()];
                let key = self.links[at].key ^ u32::from(key % 8 == 0);
                self.request(at, number, key, body);
            }
            Event::Dispatch { stream, push } => self.dispatch(at, *stream, *push),
            Event::Recorded { which, edits } => {
                let mut bytes = recorded[usize::from(*which) % recorded.len()].clone();
                edits.iter().for_each(|edit| edit.apply(&mut bytes));
                self.give(Input::Frame { conn, bytes });
            }
            Event::Message { bytes } => {
                let bytes = bytes.clone();
                self.give(Input::Frame { conn, bytes });
            }
            Event::Flood => {
                let ping = hub::HbRequest { txid: 1, ts: 1 };
                let bytes = Frame::encode(FrameType::HBRequest, 3, &ping);
                for _ in 0..16 {
                    let bytes = bytes.clone();
                    self.give(Input::Frame { conn, bytes });
                }
            }
            Event::Control { what, user } => self.control(*what, user_name(*user)),
            Event::Wait { ms } => self.wait(u64::from(*ms) * 4),
        }
    }

    /// When everybody is gone, nothing is left.
    fn finish(&mut self) {
        for at in 0..LINKS {
            if let Some(conn) = self.links[at].conn {
                self.give(Input::Closed { conn });
            }
        }
        self.wait(self.server.config().grace_ms + self.server.config().room_memory_ms);
        assert_eq!(self.server.audit(), Ok(()));
        assert_eq!(self.server.next_deadline(), None, "something is left");
    }

    fn open(&mut self, at: usize) {
        if self.links[at].conn.is_none() {
            self.next += 1;
            let conn = ConnId(self.next);
            self.links[at].conn = Some(conn);
            self.give(Input::Connected { conn });
        }
    }

    fn login(&mut self, at: usize, user: u8, room: u8, again: bool) {
        let link = &self.links[at];
        let known = |session| if again { session } else { 0 };
        let request = switch::LoginRoomReq {
            app_id: APP,
            room_id: room_name(room),
            id_name: user_name(user).into_bytes(),
            login_logic: if room & 128 == 0 { 1 } else { 3 },
            third_token: b"any".to_vec(),
            relogin_token: link.relogin_token.clone(),
            switch_session_id: known(link.switch_session),
            user_session_id: known(link.session),
            user_state_flag: u32::from(user & 128 == 0),
            ..Default::default()
        };
        self.request(at, cmd::LOGIN_ROOM, 0, &request.encode_to_vec());
    }

    fn ask(&mut self, at: usize, what: u8, name: u8, text: &str) {
        let text = text.as_bytes().to_vec();
        let stream_id = vec![b's' + name % 4];
        let (number, body) = match what % 9 {
            0 => (
                cmd::ADD_STREAM,
                live::AddStreamReq {
                    stream_id,
                    extra_info: text,
                    ..Default::default()
                }
                .encode_to_vec(),
            ),
            1 => (
                cmd::DELETE_STREAM,
                live::DeleteStreamReq {
                    stream_id,
                    ..Default::default()
                }
                .encode_to_vec(),
            ),
            2 => (
                cmd::UPDATE_STREAM,
                live::UpdateStreamReq {
                    stream_id,
                    extra_info: text,
                    ..Default::default()
                }
                .encode_to_vec(),
            ),
            3 => (
                cmd::SEND_BROADCAST,
                live::SendImReq {
                    msg_content: text,
                    ..Default::default()
                }
                .encode_to_vec(),
            ),
            4 => (
                cmd::SEND_BARRAGE,
                live::SendBigImReq {
                    msg_list: vec![live::SendBigImReqMsgData {
                        msg_content: text,
                        ..Default::default()
                    }],
                }
                .encode_to_vec(),
            ),
            5 => (
                cmd::CUSTOM_COMMAND,
                live::SignalLiveCustomReq {
                    push_message: text,
                    to_user_list: vec![live::ToUser {
                        id_name: user_name(name).into_bytes(),
                        user_id: 0,
                    }],
                }
                .encode_to_vec(),
            ),
            6 => (
                cmd::SET_EXTRA_INFO,
                live::SetTransReq {
                    trans_type: vec![name],
                    trans_data: text,
                    ..Default::default()
                }
                .encode_to_vec(),
            ),
            7 => (
                cmd::ENTER_ROOM,
                live::EnterRoomReq {
                    room_id: room_name(name),
                    third_token: b"any".to_vec(),
                    ..Default::default()
                }
                .encode_to_vec(),
            ),
            _ => (cmd::HEARTBEAT, Vec::new()),
        };
        self.request(at, number, self.links[at].key, &body);
    }

    fn request(&mut self, at: usize, number: u32, context_key: u32, body: &[u8]) {
        let header = switch::Header {
            cmd: number,
            seq: 1,
            context_key,
            ..Default::default()
        };
        let upward = hub::PcUpwardMessage {
            txid: 1,
            service_no: 17,
            payload: Packet::around(&header, body),
            ..Default::default()
        };
        let conn = self.links[at].conn.unwrap_or(ConnId(0));
        let bytes = Frame::encode(FrameType::PCUpwardMessage, 1, &upward);
        self.give(Input::Frame { conn, bytes });
    }

    fn dispatch(&mut self, at: usize, stream: u8, push: bool) {
        let way = if push { "push" } else { "pull" };
        let stream = char::from(b's' + stream % 4);
        let header = |name: &str, val: &str| hub::HttpHeader {
            name: name.into(),
            val: val.into(),
        };
        let request = hub::HttpRequest {
            txid: 2,
            location: format!("/v1/jsrtmp/dispatch/{APP}/{stream}/{way}/"),
            headers: vec![header("Token-Userid", "u0"), header("Token-Str", "any")],
            service_no: 1,
            method_no: 1,
            ..Default::default()
        };
        let conn = self.links[at].conn.unwrap_or(ConnId(0));
        let bytes = Frame::encode(FrameType::HTTPRequest, 5, &request);
        self.give(Input::Frame { conn, bytes });
    }

    fn control(&mut self, what: u8, user_id: String) {
        let command = match what % 5 {
            0 => Command::Kick(Kick {
                user_id,
                room_id: (what & 128 == 0).then(|| "r".to_owned()),
                reason: None,
                message: String::new(),
            }),
            1 => Command::Drop(UserTarget { user_id }),
            2 => Command::BreakPc(BreakPc {
                user_id,
                restore_ms: Some(u64::from(what)),
            }),
            3 => Command::ForgetSession(UserTarget { user_id }),
            _ => Command::Rooms,
        };
        self.give(Input::Control(command));
    }

    fn wait(&mut self, ms: u64) {
        let end = self.now + ms;
        while let Some(due) = self.server.next_deadline().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.give(Input::Tick);
        }
        self.now = end;
    }

    fn give(&mut self, input: Input) {
        if let Input::Closed { conn } = input {
            self.forget(conn);
        }
        self.server.handle(self.now, input);
        let mut count = 0;
        while let Some(output) = self.server.poll() {
            count += 1;
            assert!(count < MOST_OUTPUTS, "it goes on for ever");
            match output {
                Output::Send { conn, bytes } => self.receive(conn, &bytes),
                Output::Close { conn, .. } => self.forget(conn),
                Output::ControlReply(_) | Output::Log(_) => {}
            }
        }
        let next = self.server.next_deadline();
        assert!(next.is_none_or(|at| at > self.now), "no rest");
    }

    fn forget(&mut self, conn: ConnId) {
        for link in &mut self.links {
            if link.conn == Some(conn) {
                link.conn = None;
            }
        }
    }

    /// Whatever was said: what the server says can be read, and goes to links that are there.
    fn receive(&mut self, conn: ConnId, bytes: &[u8]) {
        let known = self.links.iter_mut().find(|link| link.conn == Some(conn));
        let link = known.expect("something for a link that is closed");
        let frame = Frame::parse(bytes).unwrap();
        if frame.kind != FrameType::PCDownwardMessage as u16 {
            return;
        }
        let message = hub::PcDownwardMessage::decode(frame.payload).unwrap();
        let packet = Packet::parse(&message.payload).unwrap();
        if packet.header.cmd == cmd::LOGIN_ROOM + 1 {
            let answer = switch::LoginRoomRsp::decode(packet.body).unwrap();
            if answer.rsp_head.unwrap().code == 0 {
                link.key = packet.header.context_key;
                link.session = answer.user_session_id;
                link.switch_session = answer.switch_session_id;
                link.relogin_token = answer.relogin_token;
            }
        }
    }
}

fn user_name(user: u8) -> String {
    format!("u{}", user % 3)
}

fn room_name(room: u8) -> Vec<u8> {
    vec![b'r' + room % 3]
}

/// What a client sent in a recorded call.
pub(crate) fn recorded_frames() -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let list: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../server/fixtures/frame-vectors.json")).unwrap();
    for frame in list.iter().filter(|frame| frame["dir"] == "C>S") {
        frames.extend(room_server::unhex(frame["hex"].as_str().unwrap()));
    }
    frames
}
