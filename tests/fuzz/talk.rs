//! An engine and the room server in conversation, with somebody between them who changes what they say.

use std::collections::BTreeSet;

use bolero::TypeGenerator;
use room_server::{ConnId, Server};
use zego_express_alipay::engine::{
    CallId, Config, Engine, Input, NetworkKind, Now, Output, SocketId, Value,
};

use crate::edit::Edit;
use crate::page::{self, Argument};

const START: u64 = 1_700_000_000_000;
/// Something that happens.
#[derive(Clone, Debug, TypeGenerator)]
pub(crate) enum Step {
    /// A sensible call.
    Use {
        what: u8,
        name: u8,
    },
    /// A call with any arguments.
    Call {
        method: u8,
        args: Vec<Argument>,
    },
    /// The next frame down is changed.
    ChangeDown {
        edits: Vec<Edit>,
    },
    /// The next frame up is changed.
    ChangeUp {
        edits: Vec<Edit>,
    },
    /// A message of any bytes.
    Message {
        socket: u8,
        bytes: Vec<u8>,
    },
    /// A frame of a known type with any content.
    Frame {
        kind: u8,
        stream: u8,
        body: Vec<u8>,
    },
    Opened {
        socket: u8,
    },
    Closed {
        socket: u8,
    },
    Network {
        online: bool,
    },
    Shown,
    Wait {
        ms: u16,
    },
    Timeout,
}

/// See the [module](self).
pub(crate) struct Talk {
    now: u64,
    engine: Engine,
    server: Server,
    open: BTreeSet<CallId>,
    last_call: CallId,
    socket: Option<SocketId>,
    conn: u64,
    down: Vec<Edit>,
    up: Vec<Edit>,
}

impl Talk {
    /// `setup` says how far the conversation got before anything is changed.
    pub(crate) fn new(setup: u8) -> Self {
        let config = server_config();
        let hubs = vec!["ws://hub.test/accesshub".to_owned()];
        let engine = Engine::new(Config::new(config.app_id, hubs), Now::at(0, START as i64));
        let mut talk = Self {
            now: START,
            engine,
            server: Server::new(config),
            open: BTreeSet::new(),
            last_call: 0,
            socket: None,
            conn: 0,
            down: Vec::new(),
            up: Vec::new(),
        };
        talk.collect();
        for what in 0..setup % 5 {
            talk.step(&Step::Use { what, name: 0 });
        }
        talk
    }

    pub(crate) fn step(&mut self, step: &Step) {
        match step {
            Step::Use { what, name } => self.use_it(*what, *name),
            Step::Call { method, args } => {
                let (method, args) = page::any_call(*method, args);
                self.call(method, args);
            }
            Step::ChangeDown { edits } => self.down.clone_from(edits),
            Step::ChangeUp { edits } => self.up.clone_from(edits),
            Step::Message { socket, bytes } => {
                let socket = self.socket.unwrap_or(0) ^ u32::from(socket / 128);
                self.give(Input::SocketMessage(socket, bytes.clone()));
            }
            Step::Frame { kind, stream, body } => {
                let mut bytes = vec![0xAF, 0, 0, kind % 40, 0, 0, 0, 0, 0, 0, 0, *stream, 0];
                bytes.extend_from_slice(body);
                self.give(Input::SocketMessage(self.socket.unwrap_or(1), bytes));
            }
            Step::Opened { socket } => self.give(Input::SocketOpened(u32::from(*socket))),
            Step::Closed { socket } => {
                let socket = if *socket < 128 {
                    self.socket.take().unwrap_or(0)
                } else {
                    u32::from(*socket)
                };
                self.give(Input::SocketClosed(socket));
            }
            Step::Network { online } => {
                let kind = NetworkKind::from_host("WIFI");
                let online = *online;
                self.give(Input::Network { online, kind });
            }
            Step::Shown => self.give(Input::Shown),
            Step::Wait { ms } => self.wait(u64::from(*ms)),
            Step::Timeout => self.give(Input::Timeout),
        }
    }

    /// Whatever happened: after `destroyEngine` nothing is left.
    pub(crate) fn finish(&mut self) {
        self.wait(20_000);
        self.call("destroyEngine", Vec::new());
        assert!(self.open.is_empty(), "calls stay open: {:?}", self.open);
        // A login under way is waited for.
        self.wait(6_000);
        assert_eq!(self.engine.next_deadline(), None, "a timer is left");
    }

    fn use_it(&mut self, what: u8, name: u8) {
        let (method, args) = page::sensible_call(what, name);
        self.call(method, args);
    }

    fn call(&mut self, method: &str, args: Vec<Value>) {
        self.last_call += 1;
        let (id, method) = (self.last_call, method.into());
        self.open.insert(id);
        self.give(Input::Call { id, method, args });
    }

    fn wait(&mut self, ms: u64) {
        let end = self.now + ms;
        loop {
            let engine = self.engine.next_deadline().map(|d| START + d.0);
            let next = engine.into_iter().chain(self.server.next_deadline()).min();
            let Some(next) = next.filter(|next| *next <= end) else {
                break;
            };
            self.now = self.now.max(next);
            if engine.is_some_and(|at| at <= self.now) {
                self.give(Input::Timeout);
                let next = self.engine.next_deadline();
                assert!(
                    next.is_none_or(|d| START + d.0 > self.now),
                    "the engine does not rest"
                );
            } else {
                self.server.handle(self.now, room_server::Input::Tick);
                self.collect();
            }
        }
        self.now = end;
    }

    fn give(&mut self, input: Input) {
        self.engine
            .handle(input, Now::at(self.now - START, self.now as i64));
        self.collect();
    }

    /// Carries frames over until both are silent.
    fn collect(&mut self) {
        let mut rounds = 0;
        loop {
            rounds += 1;
            assert!(rounds < 50_000, "they talk for ever");
            if let Some(output) = self.engine.poll_output() {
                self.carry_out(output);
            } else if let Some(output) = self.server.poll() {
                self.answer(output);
            } else {
                return;
            }
        }
    }

    fn carry_out(&mut self, output: Output) {
        let now = Now::at(self.now - START, self.now as i64);
        match output {
            Output::OpenSocket { socket, .. } => {
                self.socket = Some(socket);
                self.conn += 1;
                let conn = ConnId(self.conn);
                self.server
                    .handle(self.now, room_server::Input::Connected { conn });
                self.engine.handle(Input::SocketOpened(socket), now);
            }
            Output::Send { socket, mut bytes } if self.socket == Some(socket) => {
                for edit in std::mem::take(&mut self.up) {
                    edit.apply(&mut bytes);
                }
                let conn = ConnId(self.conn);
                self.server
                    .handle(self.now, room_server::Input::Frame { conn, bytes });
            }
            Output::CloseSocket { socket } if self.socket == Some(socket) => {
                self.socket = None;
                let conn = ConnId(self.conn);
                self.server
                    .handle(self.now, room_server::Input::Closed { conn });
            }
            Output::Reply { id, .. } => assert!(self.open.remove(&id), "call {id} settled twice"),
            Output::Event(event) => {
                drop(serde_json::from_str::<serde_json::Value>(&event.to_json()).unwrap())
            }
            _ => {}
        }
    }

    fn answer(&mut self, output: room_server::Output) {
        let now = Now::at(self.now - START, self.now as i64);
        match output {
            room_server::Output::Send { conn, mut bytes } if conn.0 == self.conn => {
                for edit in std::mem::take(&mut self.down) {
                    edit.apply(&mut bytes);
                }
                if let Some(socket) = self.socket {
                    self.engine.handle(Input::SocketMessage(socket, bytes), now);
                }
            }
            room_server::Output::Close { conn, .. } if conn.0 == self.conn => {
                if let Some(socket) = self.socket.take() {
                    self.engine.handle(Input::SocketClosed(socket), now);
                }
            }
            _ => {}
        }
    }
}

fn server_config() -> room_server::Config {
    room_server::Config {
        // That of the recorded frames.
        app_id: 1_739_272_706,
        check_tokens: false,
        ..Default::default()
    }
}
