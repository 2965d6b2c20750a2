//! A world without sockets and without waiting: engines and a room server under one virtual clock, joined by links with a
//! fixed delay that a test can cut.

use std::collections::{BTreeMap, VecDeque};

use room_server::{Command, ConnId, Reply as ControlReply, Server};
use serde_json::{Value as Json, json};
use zego_express_alipay::engine::{
    CallId, Config, Engine, Error, Input, Now, Output, SocketId, Value,
};

/// The address that the engines are given.
pub const HUB: &str = "ws://hub-1.test/accesshub";
/// The one after it.
pub const SECOND_HUB: &str = "ws://hub-2.test/accesshub";
/// Unix time at which every test begins, in milliseconds.
pub const START: u64 = 1_700_000_000_000;

const LATENCY_MS: u64 = 5;

/// An event as the page gets it.
pub type Told = (String, Json);

pub struct World {
    pub now: u64,
    pub server: Server,
    pub server_config: room_server::Config,
    pub clients: Vec<Client>,
    control_replies: VecDeque<Result<ControlReply, room_server::CommandError>>,
    in_flight: Vec<(u64, u64, Delivery)>,
    next_order: u64,
    next_conn: u64,
    /// Whether a new socket can be opened.
    pub reachable: bool,
    /// Whether devices added from now on are Apple's.
    pub is_ios: bool,
    /// Whether the applications added from now on decide about retries.
    pub asks_before_retry: bool,
    /// Whether everything that the server sends comes twice.
    pub doubles_pushes: bool,
}

pub struct Client {
    pub user_id: String,
    pub engine: Engine,
    pub told: Vec<(u64, Told)>,
    pub replies: BTreeMap<CallId, Result<Json, Error>>,
    pub opened_urls: Vec<String>,
    pub logged: Vec<String>,
    /// Retries about which the application was asked: whether of a login, number, time passed, default.
    pub retries: Vec<(bool, u32, u64, u64)>,
    /// What the application answers.
    pub policy: Option<fn(u32, u64) -> Option<u64>>,
    /// Room commands sent, in order.
    pub sent: Vec<u32>,
    pub frames_sent: usize,
    /// Room commands that do not reach the server, each once.
    pub lost: Vec<u32>,
    sockets: BTreeMap<SocketId, Option<ConnId>>,
    next_call: CallId,
    /// Added to the device's wall clock.
    pub wall_skew: i64,
    /// How far the device's monotonic clock has leapt.
    pub mono_skew: u64,
}

enum Delivery {
    Opened {
        client: usize,
        socket: SocketId,
    },
    Failed {
        client: usize,
        socket: SocketId,
    },
    ToServer {
        client: usize,
        conn: ConnId,
        bytes: Vec<u8>,
    },
    ToClient {
        client: usize,
        socket: SocketId,
        bytes: Vec<u8>,
    },
    ClosedToClient {
        client: usize,
        socket: SocketId,
    },
    ClosedToServer {
        conn: ConnId,
    },
}

impl World {
    pub fn new() -> Self {
        Self::with(room_server::Config::default())
    }

    pub fn with(server_config: room_server::Config) -> Self {
        Self {
            now: START,
            server: Server::new(server_config.clone()),
            server_config,
            clients: Vec::new(),
            control_replies: VecDeque::new(),
            in_flight: Vec::new(),
            next_order: 0,
            next_conn: 0,
            reachable: true,
            is_ios: false,
            asks_before_retry: false,
            doubles_pushes: false,
        }
    }

    /// A device that begins to connect.
    pub fn add(&mut self, user_id: &str) -> usize {
        let mut config = Config::new(
            self.server_config.app_id,
            vec![HUB.into(), SECOND_HUB.into()],
        );
        config.seed = self.clients.len() as u64 + 1;
        config.is_ios = self.is_ios;
        config.device_id = format!("device-{user_id}");
        config.asks_before_retry = self.asks_before_retry;
        let engine = Engine::new(config, Now::at(self.now, self.now as i64));
        self.clients.push(Client {
            user_id: user_id.into(),
            engine,
            told: Vec::new(),
            replies: BTreeMap::new(),
            opened_urls: Vec::new(),
            logged: Vec::new(),
            retries: Vec::new(),
            policy: None,
            sent: Vec::new(),
            frames_sent: 0,
            lost: Vec::new(),
            sockets: BTreeMap::new(),
            next_call: 0,
            wall_skew: 0,
            mono_skew: 0,
        });
        let client = self.clients.len() - 1;
        self.carry_out(client);
        client
    }

    /// A device whose user is in `room`, with user updates.
    pub fn add_in(&mut self, room: &str, user_id: &str) -> usize {
        let client = self.add(user_id);
        let call = self.login(client, room);
        self.run(200);
        assert_eq!(self.resolved(client, call), json!(true));
        client
    }

    pub fn login(&mut self, client: usize, room: &str) -> CallId {
        let user_id = self.clients[client].user_id.clone();
        let token = self.token(&user_id);
        self.login_with(client, room, &token, json!({"userUpdate": true}))
    }

    pub fn login_with(&mut self, client: usize, room: &str, token: &str, config: Json) -> CallId {
        let user_id = self.clients[client].user_id.clone();
        let user = json!({"userID": user_id, "userName": format!("name-{user_id}")});
        self.call(client, "loginRoom", json!([room, token, user, config]))
    }

    /// A token of the server for this user.
    pub fn token(&mut self, user_id: &str) -> String {
        let request = serde_json::from_value(json!({"userID": user_id})).unwrap();
        match self.control(Command::IssueToken(request)).unwrap() {
            ControlReply::Token { token } => token,
            other => panic!("no token: {other:?}"),
        }
    }

    pub fn control(&mut self, command: Command) -> Result<ControlReply, room_server::CommandError> {
        self.server
            .handle(self.now, room_server::Input::Control(command));
        self.collect_server();
        self.control_replies
            .pop_front()
            .expect("a control command is answered at once")
    }

    /// A call of the page; the reply may come later.
    pub fn call(&mut self, client: usize, method: &str, args: Json) -> CallId {
        let this = &mut self.clients[client];
        this.next_call += 1;
        let id = this.next_call;
        let Value::List(args) = plain(&args) else {
            panic!("arguments are an array")
        };
        self.give(
            client,
            Input::Call {
                id,
                method: method.into(),
                args,
            },
        );
        id
    }

    /// A call that is answered within the next moments.
    pub fn resolve(&mut self, client: usize, method: &str, args: Json) -> Json {
        let call = self.call(client, method, args);
        self.run(100);
        self.resolved(client, call)
    }

    pub fn resolved(&self, client: usize, call: CallId) -> Json {
        match self.clients[client].replies.get(&call) {
            Some(Ok(value)) => value.clone(),
            other => panic!("not resolved: {other:?}"),
        }
    }

    pub fn rejected(&self, client: usize, call: CallId) -> u32 {
        match self.clients[client].replies.get(&call) {
            Some(Err(error)) => error.code.0,
            other => panic!("not rejected: {other:?}"),
        }
    }

    /// A call that is rejected within the next moments.
    pub fn rejected_now(&mut self, client: usize, method: &str, args: Json) -> u32 {
        let call = self.call(client, method, args);
        self.run(100);
        self.rejected(client, call)
    }

    pub fn is_open(&self, client: usize, call: CallId) -> bool {
        !self.clients[client].replies.contains_key(&call)
    }

    /// The component's `onRtmpEvent`.
    pub fn component(&mut self, client: usize, stream: &str, code: u32) {
        self.call(
            client,
            "updatePlayerState",
            json!([stream, {"detail": {"code": code}}]),
        );
    }

    /// Publishes as a page and its component do.
    pub fn publish(&mut self, client: usize, stream: &str, options: Json) {
        self.resolve(client, "startPublishingStream", json!([stream, options]));
        self.component(client, stream, 3800);
        self.run(100);
    }

    /// Takes what the page was told, as `name [arguments]`.
    pub fn told(&mut self, client: usize) -> Vec<String> {
        let told = std::mem::take(&mut self.clients[client].told);
        told.into_iter()
            .map(|(_, (name, args))| format!("{name} {args}"))
            .collect()
    }

    /// Takes what the page was told under one name.
    pub fn told_of(&mut self, client: usize, name: &str) -> Vec<Json> {
        let told = std::mem::take(&mut self.clients[client].told);
        told.into_iter()
            .filter(|(_, (n, _))| n == name)
            .map(|(_, (_, args))| args)
            .collect()
    }

    /// Cuts the sockets of a client; both sides notice.
    pub fn cut(&mut self, client: usize) {
        let sockets = std::mem::take(&mut self.clients[client].sockets);
        for (socket, conn) in sockets {
            if let Some(conn) = conn {
                self.server
                    .handle(self.now, room_server::Input::Closed { conn });
                self.collect_server();
            }
            self.give(client, Input::SocketClosed(socket));
        }
    }

    /// Cuts the sockets of a client without the client noticing.
    pub fn cut_silently(&mut self, client: usize) {
        for conn in self.clients[client]
            .sockets
            .values_mut()
            .filter_map(Option::take)
        {
            self.server
                .handle(self.now, room_server::Input::Closed { conn });
        }
        self.collect_server();
    }

    /// Stops the server and starts a new one that knows nothing.
    pub fn restart_server(&mut self) {
        self.server = Server::new(self.server_config.clone());
        for client in 0..self.clients.len() {
            self.cut(client);
        }
    }

    /// Lets time pass.
    pub fn run(&mut self, ms: u64) {
        let end = self.now + ms;
        while let Some(next) = self.next_moment().filter(|moment| *moment <= end) {
            self.now = self.now.max(next);
            self.step();
        }
        self.now = end;
    }

    pub fn give(&mut self, client: usize, input: Input) {
        let this = &mut self.clients[client];
        let wall = self.now as i64 + this.wall_skew;
        let now = Now::at(self.now + this.mono_skew, wall);
        this.engine.handle(input, now);
        self.carry_out(client);
    }

    fn next_moment(&self) -> Option<u64> {
        let engines = self.clients.iter().filter_map(Client::deadline);
        let arrivals = self.in_flight.iter().map(|(due, _, _)| *due);
        engines
            .chain(arrivals)
            .chain(self.server.next_deadline())
            .min()
    }

    fn step(&mut self) {
        while let Some(at) = self.next_arrival() {
            let (_, _, delivery) = self.in_flight.remove(at);
            self.deliver(delivery);
        }
        for client in 0..self.clients.len() {
            if self.clients[client]
                .deadline()
                .is_some_and(|at| at <= self.now)
            {
                self.give(client, Input::Timeout);
                let next = self.clients[client].deadline();
                assert!(
                    next.is_none_or(|at| at > self.now),
                    "the engine does not rest: {next:?}"
                );
            }
        }
        if self.server.next_deadline().is_some_and(|d| d <= self.now) {
            self.server.handle(self.now, room_server::Input::Tick);
            self.collect_server();
        }
    }

    fn next_arrival(&self) -> Option<usize> {
        let due = self
            .in_flight
            .iter()
            .enumerate()
            .filter(|(_, (due, _, _))| *due <= self.now);
        due.min_by_key(|(_, (due, order, _))| (*due, *order))
            .map(|(at, _)| at)
    }

    fn deliver(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Opened { client, socket } => {
                if let Some(conn) = self.clients[client].sockets.get_mut(&socket) {
                    self.next_conn += 1;
                    let id = ConnId(self.next_conn);
                    *conn = Some(id);
                    self.server
                        .handle(self.now, room_server::Input::Connected { conn: id });
                    self.collect_server();
                    self.give(client, Input::SocketOpened(socket));
                }
            }
            Delivery::Failed { client, socket } => {
                self.clients[client].sockets.remove(&socket);
                self.give(client, Input::SocketClosed(socket));
            }
            Delivery::ToServer {
                client,
                conn,
                bytes,
            } => {
                let mut open = self.clients[client].sockets.values();
                // What was sent before a close arrives before it.
                let is_closing = |(_, _, d): &(u64, u64, Delivery)| matches!(d, Delivery::ClosedToServer { conn: c } if *c == conn);
                if open.any(|c| *c == Some(conn)) || self.in_flight.iter().any(is_closing) {
                    self.server
                        .handle(self.now, room_server::Input::Frame { conn, bytes });
                    self.collect_server();
                }
            }
            Delivery::ToClient {
                client,
                socket,
                bytes,
            } => {
                if self.clients[client].sockets.contains_key(&socket) {
                    self.give(client, Input::SocketMessage(socket, bytes));
                }
            }
            Delivery::ClosedToClient { client, socket } => {
                if self.clients[client].sockets.remove(&socket).is_some() {
                    self.give(client, Input::SocketClosed(socket));
                }
            }
            Delivery::ClosedToServer { conn } => {
                self.server
                    .handle(self.now, room_server::Input::Closed { conn });
                self.collect_server();
            }
        }
    }

    fn collect_server(&mut self) {
        while let Some(output) = self.server.poll() {
            match output {
                room_server::Output::Send { conn, bytes } => {
                    if let Some((client, socket)) = self.find(conn) {
                        if self.doubles_pushes {
                            let bytes = bytes.clone();
                            self.post(Delivery::ToClient {
                                client,
                                socket,
                                bytes,
                            });
                        }
                        self.post(Delivery::ToClient {
                            client,
                            socket,
                            bytes,
                        });
                    }
                }
                room_server::Output::Close { conn, .. } => {
                    if let Some((client, socket)) = self.find(conn) {
                        self.post(Delivery::ClosedToClient { client, socket });
                    }
                }
                room_server::Output::ControlReply(reply) => self.control_replies.push_back(reply),
                room_server::Output::Log(_) => {}
            }
        }
    }

    fn carry_out(&mut self, client: usize) {
        while let Some(output) = self.clients[client].engine.poll_output() {
            let this = &mut self.clients[client];
            match output {
                Output::OpenSocket { socket, url } => {
                    this.opened_urls.push(url);
                    this.sockets.insert(socket, None);
                    let reachable = self.reachable;
                    self.post(if reachable {
                        Delivery::Opened { client, socket }
                    } else {
                        Delivery::Failed { client, socket }
                    });
                }
                Output::Send { socket, bytes } => {
                    this.frames_sent += 1;
                    this.note_command(&bytes);
                    let command = this.sent.last().copied().unwrap_or_default();
                    if let Some(at) = this.lost.iter().position(|cmd| *cmd == command) {
                        this.lost.remove(at);
                        continue;
                    }
                    if let Some(Some(conn)) = this.sockets.get(&socket).copied() {
                        self.post(Delivery::ToServer {
                            client,
                            conn,
                            bytes,
                        });
                    }
                }
                Output::CloseSocket { socket } => {
                    if let Some(Some(conn)) = this.sockets.remove(&socket) {
                        self.post(Delivery::ClosedToServer { conn });
                    }
                }
                Output::Event(event) => {
                    let shape =
                        serde_json::from_str::<serde_json::Value>(&event.to_json()).unwrap();
                    this.told
                        .push((self.now, (event.name().into(), shape["args"].clone())));
                }
                Output::Reply { id, result } => {
                    let reply = result.map(|reply| serde_json::from_str(&reply.to_json()).unwrap());
                    let before = this.replies.insert(id, reply);
                    assert!(before.is_none(), "a call is settled once");
                }
                Output::Retry {
                    of,
                    attempt,
                    elapsed,
                    delay,
                } => {
                    this.retries.push((of > 0, attempt, elapsed, delay));
                    if let Some(policy) = this.policy {
                        let delay = policy(attempt, elapsed);
                        self.give(client, Input::Retry { of, attempt, delay });
                    }
                }
                Output::Log { message, .. } => this.logged.push(message),
            }
        }
    }

    fn find(&self, conn: ConnId) -> Option<(usize, SocketId)> {
        self.clients.iter().enumerate().find_map(|(client, c)| {
            c.sockets
                .iter()
                .find(|(_, id)| **id == Some(conn))
                .map(|(socket, _)| (client, *socket))
        })
    }

    fn post(&mut self, delivery: Delivery) {
        self.next_order += 1;
        self.in_flight
            .push((self.now + LATENCY_MS, self.next_order, delivery));
    }
}

impl Client {
    /// When the engine wants to be woken, by the clock of the world.
    fn deadline(&self) -> Option<u64> {
        let deadline = self.engine.next_deadline()?;
        Some(deadline.0.saturating_sub(self.mono_skew))
    }

    fn note_command(&mut self, frame: &[u8]) {
        use zego_express_alipay::engine::wire::{accesshub, pb, switch};
        if frame.get(3) != Some(&17) {
            return;
        }
        let message = pb::decode::<accesshub::PcUpwardMessage>(&frame[13..]).unwrap();
        let payload = message.payload();
        let length = usize::from(u16::from_be_bytes([payload[1], payload[2]]));
        let header = pb::decode::<switch::Header>(&payload[7..7 + length]).unwrap();
        self.sent.push(header.cmd());
    }
}

fn plain(json: &Json) -> Value {
    match json {
        Json::Null => Value::Undefined,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => Value::Number(number.to_string()),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(plain).collect()),
        Json::Object(members) => Value::Map(
            members
                .iter()
                .map(|(key, value)| (key.clone(), plain(value)))
                .collect(),
        ),
    }
}
