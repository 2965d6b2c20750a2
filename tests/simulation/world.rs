//! Devices, the network and the server under one clock. Everything that will happen stands in one queue.

use std::collections::BTreeMap;

use fastrand::Rng;
use room_server::{Command, ConnId, Reply as Answer, Server};
use zego_express_alipay::engine::{CallId, Error, Input, Now, Output, Reply, Value};

use crate::device::{Device, Pending};
use crate::model;
use crate::network::{End, Network, Way};
use crate::plan::Plan;
use crate::stats::Stats;

/// Unix time at which every run begins, in milliseconds.
pub const START: u64 = 1_700_000_000_000;
/// Longest time that a call other than a login may stay open. A request waits 6 s, a barrage message some windows more.
const CALL_LIMIT_MS: u64 = 60_000;
/// A login gives up after 300 s.
const LOGIN_CALL_LIMIT_MS: u64 = 310_000;

pub struct World {
    pub now: u64,
    pub rng: Rng,
    pub plan: Plan,
    pub server: Server,
    pub server_is_up: bool,
    pub devices: Vec<Device>,
    pub network: Network,
    pub stats: Stats,
    /// Whether faults happen.
    pub is_chaos: bool,
    pub refused_until: u64,
    pub hanging_until: u64,
    pub violation: Option<String>,
    /// Whether the service may have pushed messages in another order than they were sent.
    pub is_order_lost: bool,
    queue: BTreeMap<(u64, u64), Event>,
    last_order: u64,
    trace: Option<Vec<String>>,
}

/// Something that will happen.
#[derive(Debug)]
pub enum Event {
    Connect(ConnId),
    Opened(ConnId),
    Up(ConnId, Vec<u8>),
    Down(ConnId, Vec<u8>),
    ClosedUp(ConnId),
    ClosedDown(ConnId),
    /// The user does something.
    Act(usize),
    /// The application looks after what it wants.
    Tend(usize),
    RenewToken(usize),
    /// The component of a stream reports.
    Component {
        device: usize,
        stream: String,
        attempt: u32,
        code: u32,
    },
    Fault,
    ServerUp,
    NetworkBack(usize),
    ClearRules,
}

impl World {
    pub fn new(seed: u64, with_trace: bool) -> Self {
        let mut rng = Rng::with_seed(seed);
        let plan = Plan::new(&mut rng);
        let mut world = Self {
            now: START,
            server: Server::new(plan.server.clone()),
            server_is_up: true,
            devices: Vec::new(),
            network: Network::default(),
            stats: Stats {
                runs: 1,
                ..Stats::default()
            },
            is_chaos: true,
            refused_until: 0,
            hanging_until: 0,
            violation: None,
            is_order_lost: false,
            queue: BTreeMap::new(),
            last_order: 0,
            trace: with_trace.then(Vec::new),
            rng,
            plan,
        };
        for number in 0..world.plan.devices {
            let mut device = world.new_device(format!("u{number}"), 0);
            device.page.is_plain = world.rng.u32(..3) == 0;
            device.page.is_blind = world.rng.u32(..6) == 0;
            world.devices.push(device);
            world.carry_out(number);
            world.allow_rooms(number);
            world.devices[number].page.wants_side = world.plan.multi_room && world.rng.bool();
            let delay = world.rng.u64(0..2_000);
            world.post_in(delay, Event::Act(number));
            world.post_in(delay, Event::Tend(number));
        }
        world
    }

    /// Lets time pass.
    pub fn run_until(&mut self, end: u64) {
        while self.violation.is_none() {
            let Some(next) = self.next_moment().filter(|moment| *moment <= end) else {
                break;
            };
            self.now = self.now.max(next);
            self.step();
        }
        self.now = self.now.max(end);
    }

    pub fn post_in(&mut self, delay: u64, event: Event) {
        self.post_at(self.now + delay, event);
    }

    pub fn post_at(&mut self, due: u64, event: Event) {
        self.last_order += 1;
        self.queue.insert((due, self.last_order), event);
    }

    /// A call of the page. `subject` is the stream it is about.
    pub fn call(&mut self, device: usize, method: &str, subject: &str, args: Vec<Value>) -> CallId {
        let id = self.devices[device].last_call + 1;
        self.note(|| format!("{} calls {method}#{id} {subject}", name(device)));
        self.stats.calls += 1;
        let this = &mut self.devices[device];
        this.last_call = id;
        let pending = Pending {
            method: method.into(),
            subject: subject.into(),
            since: self.now,
        };
        this.pending.insert(id, pending);
        match method {
            "getNextUrl" => this.model.next_url = Some(subject.into()),
            "stopPlayingStream" => {
                this.model.failed.remove(subject);
            }
            _ => {}
        }
        let method = method.into();
        self.give(device, Input::Call { id, method, args });
        self.devices[device].model.next_url = None;
        id
    }

    pub fn give(&mut self, device: usize, input: Input) {
        self.stats.inputs += 1;
        let this = &mut self.devices[device];
        let wall = self.now as i64 + this.wall_skew;
        let now = Now::at(self.now + this.mono_skew, wall);
        this.engine.handle(input, now);
        self.carry_out(device);
    }

    pub fn control(&mut self, command: Command) -> Option<Answer> {
        let reply = self.server.control(self.now, command).ok();
        self.collect_server();
        reply
    }

    pub fn serve(&mut self, input: room_server::Input) {
        if self.server_is_up {
            self.server.handle(self.now, input);
            self.collect_server();
        }
    }

    pub fn fail(&mut self, device: usize, why: &str) {
        if self.violation.is_none() {
            let what = format!("{}: {why}", name(device));
            self.note(|| format!("VIOLATION {what}"));
            self.violation = Some(what);
        }
    }

    pub fn note(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            let at = (self.now - START) as f64 / 1_000.0;
            trace.push(format!("{at:>9.3}  {}", line()));
        }
    }

    pub fn take_trace(&mut self) -> Vec<String> {
        self.trace.take().unwrap_or_default()
    }

    /// Calls must not stay open for ever.
    pub fn check_calls(&mut self) {
        for device in 0..self.devices.len() {
            let this = &self.devices[device];
            // A sleeping device cannot settle anything.
            let now = if this.asleep_until > self.now {
                0
            } else {
                self.now
            };
            let late = this.pending.iter().find(|(_, call)| {
                let limit = match call.method.as_str() {
                    "loginRoom" => LOGIN_CALL_LIMIT_MS,
                    _ => CALL_LIMIT_MS,
                };
                now.saturating_sub(call.since) > limit + this.timer_lag
            });
            if let Some((id, call)) = late {
                let why = format!("{}#{id} {} is not settled", call.method, call.subject);
                self.fail(device, &why);
            }
        }
    }

    pub fn chaos_end(&self) -> u64 {
        START + self.plan.chaos_ms
    }

    fn next_moment(&self) -> Option<u64> {
        let queue = self.queue.first_key_value().map(|((due, _), _)| *due);
        let engines = self.devices.iter().filter_map(Device::deadline);
        let server = self.server_is_up.then(|| self.server.next_deadline());
        engines.chain(queue).chain(server.flatten()).min()
    }

    fn step(&mut self) {
        if let Some(entry) = self.queue.first_entry().filter(|e| e.key().0 <= self.now) {
            let ((_, order), event) = entry.remove_entry();
            match self.postponed(&event) {
                Some(until) => {
                    self.queue.insert((until, order), event);
                }
                None => self.happen(event),
            }
            return;
        }
        let due = |d: &Device| d.deadline().is_some_and(|at| at <= self.now);
        if let Some(device) = self.devices.iter().position(due) {
            self.give(device, Input::Timeout);
            if self.devices[device]
                .raw_deadline()
                .is_some_and(|at| at <= self.now)
            {
                self.fail(device, "does not rest after a timeout");
            }
        } else if self.server_is_up {
            self.serve(room_server::Input::Tick);
        }
    }

    /// Until when a sleeping or slow device lets an event wait.
    fn postponed(&mut self, event: &Event) -> Option<u64> {
        let (device, is_frame) = match event {
            Event::Opened(conn) | Event::ClosedDown(conn) => {
                (self.network.get(*conn).device, false)
            }
            Event::Down(conn, _) => (self.network.get(*conn).device, true),
            Event::Act(device)
            | Event::Tend(device)
            | Event::RenewToken(device)
            | Event::NetworkBack(device) => (*device, false),
            Event::Component { device, .. } => (*device, false),
            _ => return None,
        };
        let this = &self.devices[device];
        let until = if is_frame {
            this.asleep_until.max(this.slow_until)
        } else {
            this.asleep_until
        };
        (until > self.now).then_some(until)
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Connect(conn) => self.connect(conn),
            Event::Opened(conn) => {
                let this = self.network.get(conn);
                if this.device_end == End::Opening && !this.is_silent {
                    this.device_end = End::Open;
                    let (device, socket, incarnation) =
                        (this.device, this.socket, this.incarnation);
                    if self.devices[device].incarnation == incarnation {
                        self.note(|| format!("{} socket {socket} open", name(device)));
                        self.give(device, Input::SocketOpened(socket));
                    }
                }
            }
            Event::Up(conn, bytes) => {
                let this = self.network.get(conn);
                if this.server_end == End::Open && !this.is_silent {
                    let device = this.device;
                    self.note_frame(device, "->", &bytes);
                    self.serve(room_server::Input::Frame { conn, bytes });
                }
            }
            Event::Down(conn, bytes) => {
                let this = self.network.get(conn);
                let (device, socket, incarnation) = (this.device, this.socket, this.incarnation);
                // Hosts deliver what was under way even after the engine closed the socket.
                let arrives = this.device_end != End::Opening && !this.is_silent;
                if arrives && self.devices[device].incarnation == incarnation {
                    self.note_frame(device, "<-", &bytes);
                    self.give(device, Input::SocketMessage(socket, bytes));
                }
            }
            Event::ClosedUp(conn) => self.close_server_end(conn),
            Event::ClosedDown(conn) => self.close_device_end(conn),
            Event::Act(device) => {
                if self.is_chaos {
                    self.act(device);
                    let delay = self.rng.u64(100..=self.plan.user_gap_ms);
                    self.post_in(delay, Event::Act(device));
                }
            }
            Event::RenewToken(device) => self.renew_token(device),
            Event::Tend(device) => {
                self.tend(device);
                let delay = self.rng.u64(300..1_200);
                self.post_in(delay, Event::Tend(device));
            }
            Event::Component {
                device,
                stream,
                attempt,
                code,
            } => self.component(device, &stream, attempt, code),
            Event::Fault => {
                if self.is_chaos {
                    self.inject();
                    let delay = self.rng.u64(100..=self.plan.fault_gap_ms);
                    self.post_in(delay, Event::Fault);
                }
            }
            Event::ServerUp => {
                self.note(|| "server is up".into());
                self.server_is_up = true;
            }
            Event::NetworkBack(device) => self.set_online(device, true),
            Event::ClearRules => {
                self.control(Command::ClearAnswerRules);
            }
        }
    }

    pub fn carry_out(&mut self, device: usize) {
        while let Some(output) = self.devices[device].engine.poll_output() {
            match output {
                Output::OpenSocket { socket, url } => self.open_socket(device, socket, &url),
                Output::Send { socket, bytes } => {
                    let incarnation = self.devices[device].incarnation;
                    match self.network.find(device, incarnation, socket) {
                        Some(conn) if self.network.get(conn).device_end == End::Open => {
                            self.transmit(conn, Way::Up, bytes);
                        }
                        _ => self.fail(device, "sends on a socket that is not open"),
                    }
                }
                Output::CloseSocket { socket } => self.close_socket(device, socket),
                Output::Event(event) => {
                    self.stats.events += 1;
                    self.note(|| format!("{} told {}", name(device), told(&event)));
                    let is_order_lost = self.is_order_lost;
                    if let Err(why) = self.devices[device].model.take(&event, is_order_lost) {
                        self.fail(device, &why);
                    }
                    self.page_event(device, &event);
                }
                Output::Reply { id, result } => self.settle(device, id, result),
                Output::Retry {
                    of, attempt, delay, ..
                } => self.choose(device, of, attempt, delay),
                Output::Log { message, .. } => {
                    self.note(|| format!("{} log: {message}", name(device)));
                }
            }
        }
    }

    fn settle(&mut self, device: usize, id: CallId, result: Result<Reply, Error>) {
        let Some(call) = self.devices[device].pending.remove(&id) else {
            self.fail(device, &format!("call #{id} is settled twice"));
            return;
        };
        self.note(|| format!("{} {}#{id}: {result:?}", name(device), call.method));
        if let Err(error) = &result {
            *self.stats.rejections.entry(error.code.0).or_default() += 1;
            if let Err(why) = model::check_error(error) {
                self.fail(device, &format!("{}: {why}", call.method));
            }
            if call.method == "startPublishingStream" {
                self.devices[device].model.publish_rejected(&call.subject);
            }
        }
        self.page_reply(device, id, &call, &result);
    }

    fn note_frame(&mut self, device: usize, way: &str, bytes: &[u8]) {
        if self.trace.is_some() {
            let frame = room_server::wire::describe(bytes).to_string();
            let frame: String = frame.chars().take(700).collect();
            self.note(|| format!("{} {way} {frame}", name(device)));
        }
    }
}

/// As traces name a device.
pub fn name(device: usize) -> String {
    format!("u{device}")
}

fn told(event: &zego_express_alipay::engine::Event) -> String {
    let json: serde_json::Value = serde_json::from_str(&event.to_json()).unwrap_or_default();
    format!("{} {}", event.name(), json["args"])
}
