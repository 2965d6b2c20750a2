//! An engine whose service is made of the input: it answers as it should until a step says otherwise, and pushes anything.

use std::collections::BTreeSet;

use bolero::TypeGenerator;
use prost::Message;
use room_server::wire::pb::{accesshub as hub, switch};
use room_server::wire::{Frame, FrameType, Packet};
use zego_express_alipay::engine::{
    CallId, Config, Engine, Input, NetworkKind, Now, Output, SocketId, Value,
};

use crate::edit::Edit;
use crate::page::{self, Argument};
use crate::rooms::{Push, Rooms};

const APP: u32 = 1;
pub(crate) const START: i64 = 1_700_000_000_000;
const KEY: u32 = 7;
/// More steps than this show nothing new.
const MOST_STEPS: usize = 48;
/// Outputs to one input that are still sensible: a broken link ends all calls and streams there are.
const MOST_OUTPUTS: usize = 2_000;

/// Something that happens.
#[derive(Clone, Debug, TypeGenerator)]
pub(crate) enum Step {
    Use { what: u8, name: u8 },
    Call { method: u8, args: Vec<Argument> },
    Temper(Temper),
    Push { push: Push, key: u8 },
    Link(LinkFrame),
    Frame { kind: u8, stream: u8, body: Vec<u8> },
    Message { bytes: Vec<u8> },
    Late { which: u8 },
    Opened { socket: u8 },
    Closed { socket: u8 },
    Network { online: bool },
    Shown,
    Wait { ms: u16 },
    Timeout,
}

/// How the service answers from now on.
#[derive(Clone, Debug, TypeGenerator)]
pub(crate) enum Temper {
    Answers,
    Withholds,
    Refuses { code: u8 },
    Changes { edits: Vec<Edit> },
    Repeats,
}

/// A frame of the link that nobody asked for.
#[derive(Clone, Debug, TypeGenerator)]
pub(crate) enum LinkFrame {
    Close { action: u8, reason: u8 },
    Redirect { hosts: Vec<String> },
    Broken,
    Established,
    StreamClosed { code: u8 },
    Exception { reason: u8, txid: u8 },
}

/// See the [module](self).
pub(crate) struct World {
    now: u64,
    engine: Engine,
    open: BTreeSet<CallId>,
    last_call: CallId,
    socket: Option<SocketId>,
    temper: Temper,
    withheld: Vec<Vec<u8>>,
    pc: u32,
    rooms: Rooms,
}

/// Runs an engine through some steps and ends it.
pub(crate) fn run(steps: &[Step]) {
    let mut world = World::new();
    for step in steps.iter().take(MOST_STEPS) {
        world.step(step);
    }
    world.finish();
}

impl World {
    fn new() -> Self {
        let hubs = vec![
            "ws://a.hub.test/accesshub".to_owned(),
            "ws://b.hub.test/accesshub".to_owned(),
        ];
        let mut world = Self {
            now: 0,
            engine: Engine::new(Config::new(APP, hubs), Now::at(0, START)),
            open: BTreeSet::new(),
            last_call: 0,
            socket: None,
            temper: Temper::Answers,
            withheld: Vec::new(),
            pc: 1,
            rooms: Rooms::default(),
        };
        world.collect();
        world
    }

    fn step(&mut self, step: &Step) {
        let socket = self.socket.unwrap_or(0);
        match step {
            Step::Use { what, name } => {
                let (method, args) = page::sensible_call(*what, *name);
                self.call(method, args);
            }
            Step::Call { method, args } => {
                let (method, args) = page::any_call(*method, args);
                self.call(method, args);
            }
            Step::Temper(temper) => self.temper = temper.clone(),
            Step::Push { push, key } => self.push(push, u32::from(key % 8 == 0) + KEY),
            Step::Link(frame) => self.link(frame),
            Step::Frame { kind, stream, body } => {
                let length = u8::try_from(body.len()).unwrap_or(u8::MAX);
                let mut bytes = vec![0xAF, 0, 0, kind % 40, 0, 0, 0, length, 0, 0, 0, *stream, 0];
                bytes.extend_from_slice(body);
                self.give(Input::SocketMessage(socket, bytes));
            }
            Step::Message { bytes } => self.give(Input::SocketMessage(socket, bytes.clone())),
            Step::Late { which } => {
                if !self.withheld.is_empty() {
                    let at = usize::from(*which) % self.withheld.len();
                    let bytes = self.withheld.swap_remove(at);
                    self.give(Input::SocketMessage(socket, bytes));
                }
            }
            Step::Opened { socket } => self.give(Input::SocketOpened(u32::from(*socket))),
            Step::Closed { socket: other } if *other >= 192 => {
                self.give(Input::SocketClosed(u32::from(*other)));
            }
            Step::Closed { .. } => {
                self.socket = None;
                self.give(Input::SocketClosed(socket));
            }
            Step::Network { online } => {
                let kind = NetworkKind::from_host("4G");
                let online = *online;
                self.give(Input::Network { online, kind });
            }
            Step::Shown => self.give(Input::Shown),
            Step::Wait { ms } => self.wait(u64::from(*ms)),
            Step::Timeout => self.give(Input::Timeout),
        }
    }

    /// Whatever happened: after `destroyEngine` nothing is left, and nothing brings it back.
    fn finish(&mut self) {
        self.call("destroyEngine", Vec::new());
        assert!(self.open.is_empty(), "calls stay open: {:?}", self.open);
        // A login under way is waited for.
        self.wait(6_000);
        assert_eq!(self.engine.next_deadline(), None, "a timer is left");
        assert_eq!(self.socket, None, "a socket is left");
        self.call("loginRoom", Vec::new());
        self.give(Input::Shown);
        assert!(self.open.is_empty() && self.socket.is_none());
        assert_eq!(self.engine.next_deadline(), None);
    }

    fn call(&mut self, method: &str, args: Vec<Value>) {
        self.last_call += 1;
        let (id, method) = (self.last_call, method.into());
        self.open.insert(id);
        self.give(Input::Call { id, method, args });
    }

    fn wait(&mut self, ms: u64) {
        let end = self.now + ms;
        while let Some(due) = self.engine.next_deadline().filter(|due| due.0 <= end) {
            self.now = self.now.max(due.0);
            self.give(Input::Timeout);
            let next = self.engine.next_deadline();
            assert!(next.is_none_or(|next| next.0 > self.now), "no rest");
        }
        self.now = end;
    }

    fn clock(&self) -> Now {
        Now::at(self.now, START + self.now as i64)
    }

    fn give(&mut self, input: Input) {
        self.engine.handle(input, self.clock());
        self.collect();
    }

    /// Carries out what the engine wants, until it wants nothing more.
    fn collect(&mut self) {
        let mut count = 0;
        while let Some(output) = self.engine.poll_output() {
            count += 1;
            assert!(count < MOST_OUTPUTS, "it goes on for ever");
            match output {
                Output::OpenSocket { socket, .. } => {
                    assert_eq!(self.socket, None, "two sockets at a time");
                    self.socket = Some(socket);
                    self.engine
                        .handle(Input::SocketOpened(socket), self.clock());
                }
                Output::Send { socket, bytes } => {
                    assert_eq!(self.socket, Some(socket), "sent on a socket that is closed");
                    self.answer(&bytes);
                }
                Output::CloseSocket { socket } if self.socket == Some(socket) => {
                    self.socket = None;
                }
                Output::Reply { id, .. } => {
                    assert!(self.open.remove(&id), "call {id} settled twice");
                }
                Output::Event(event) => {
                    drop(serde_json::from_str::<serde_json::Value>(&event.to_json()).unwrap())
                }
                Output::CloseSocket { .. } | Output::Log { .. } | Output::Retry { .. } => {}
            }
        }
    }

    /// What the engine sends must be readable whatever it was told.
    fn answer(&mut self, bytes: &[u8]) {
        let frame = Frame::parse(bytes).unwrap();
        let (kind, stream) = (FrameType::from_number(frame.kind).unwrap(), frame.stream);
        let refused = match self.temper {
            Temper::Refuses { code } => 1_000 + i32::from(code),
            _ => 0,
        };
        let answer = match kind {
            FrameType::GetConfigRequest => {
                let request = hub::GetConfigRequest::decode(frame.payload).unwrap();
                let data = hub::GetConfigResponseData {
                    txid: request.txid,
                    logic_hb_interval: 5,
                    logic_hb_timeout: 10,
                    pc_establish_timeout: 15,
                    ntp_time: START as u64 + self.now,
                    ..Default::default()
                };
                let answer = hub::GetConfigResponse {
                    code: refused,
                    data: Some(data),
                    ..Default::default()
                };
                Frame::encode(FrameType::GetConfigResponse, stream, &answer)
            }
            FrameType::HBRequest => {
                let request = hub::HbRequest::decode(frame.payload).unwrap();
                let answer = hub::HbResponse {
                    txid: request.txid,
                    ts: request.ts,
                    ntp_time: START as u64 + self.now,
                };
                Frame::encode(FrameType::HBResponse, stream, &answer)
            }
            FrameType::HTTPRequest => {
                let request = hub::HttpRequest::decode(frame.payload).unwrap();
                let body = format!(r#"{{"code":{refused},"message":"","hosts":["h.test"]}}"#);
                let answer = hub::HttpResponse {
                    txid: request.txid,
                    status_code: 200,
                    body: body.into_bytes(),
                    ..Default::default()
                };
                Frame::encode(FrameType::HTTPResponse, stream, &answer)
            }
            FrameType::PCUpwardMessage => {
                let upward = hub::PcUpwardMessage::decode(frame.payload).unwrap();
                if self.pc != stream {
                    self.pc = stream;
                    self.deliver(Frame::encode(
                        FrameType::PCEstablished,
                        stream,
                        &hub::PcEstablished { elapse: 1, from: 1 },
                    ));
                }
                let packet = Packet::parse(&upward.payload).unwrap();
                let Some(body) = self.rooms.answer(&packet, refused.unsigned_abs()) else {
                    return;
                };
                self.downward(stream, packet.header.cmd + 1, packet.header.seq, KEY, &body)
            }
            _ => return,
        };
        self.deliver(answer);
    }

    fn deliver(&mut self, mut bytes: Vec<u8>) {
        let Some(socket) = self.socket else {
            return;
        };
        let mut times = 1;
        match &self.temper {
            Temper::Withholds => return self.withheld.push(bytes),
            Temper::Changes { edits } => {
                let edits = edits.clone();
                edits.iter().for_each(|edit| edit.apply(&mut bytes));
                self.temper = Temper::Answers;
            }
            Temper::Repeats => times = 2,
            Temper::Answers | Temper::Refuses { .. } => {}
        }
        for _ in 0..times {
            let input = Input::SocketMessage(socket, bytes.clone());
            self.engine.handle(input, self.clock());
        }
    }

    fn downward(&self, stream: u32, cmd: u32, seq: u32, context_key: u32, body: &[u8]) -> Vec<u8> {
        let header = switch::Header {
            cmd,
            seq,
            context_key,
            timestamp: START + self.now as i64,
            ..Default::default()
        };
        let message = hub::PcDownwardMessage {
            payload: Packet::around(&header, body),
            wss_message_type: 1,
            ts: 0,
        };
        Frame::encode(FrameType::PCDownwardMessage, stream, &message)
    }

    fn push(&mut self, push: &Push, key: u32) {
        let (number, body) = self.rooms.push(push);
        let bytes = self.downward(self.pc, number, 0, key, &body);
        self.deliver(bytes);
        self.collect();
    }

    fn link(&mut self, frame: &LinkFrame) {
        let bytes = match frame {
            LinkFrame::Close { action, reason } => {
                let message = hub::CloseConnection {
                    reason: i32::from(*reason),
                    msg: String::new(),
                    action: i32::from(action % 8),
                };
                Frame::encode(FrameType::CloseConnection, 0, &message)
            }
            LinkFrame::Redirect { hosts } => {
                let group = |host: &String| hub::WssGroup {
                    group: "g".into(),
                    host: host.clone(),
                    main_domain: "test".into(),
                };
                let message = hub::Redirect2 {
                    wss_groups: hosts.iter().map(group).collect(),
                };
                Frame::encode(FrameType::Redirect2, 0, &message)
            }
            LinkFrame::Broken => Frame::encode(FrameType::PCBroken, self.pc, &hub::PcBroken {}),
            LinkFrame::Established => {
                let message = hub::PcEstablished { elapse: 1, from: 1 };
                Frame::encode(FrameType::PCEstablished, self.pc, &message)
            }
            LinkFrame::StreamClosed { code } => {
                let message = hub::StreamClosed {
                    code: i32::from(*code),
                    msg: String::new(),
                };
                Frame::encode(FrameType::StreamClosed, self.pc, &message)
            }
            LinkFrame::Exception { reason, txid } => {
                let message = hub::PushException {
                    reason: 20_000 + i32::from(reason % 16),
                    msg: String::new(),
                    txid: u64::from(*txid),
                };
                Frame::encode(FrameType::PushException, self.pc, &message)
            }
        };
        self.deliver(bytes);
        self.collect();
    }
}
