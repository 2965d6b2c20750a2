//! Putting faults into the world.

use room_server::command::{
    AnswerAction, AnswerRule, BreakPc, CloseConnection, Garbage, Kick, Match, Redirect, Sequence,
    SkipSequence, UserTarget,
};
use room_server::{Command, ConnId, Server};
use zego_express_alipay::engine::{Input, NetworkKind};

use crate::network::End;
use crate::plan::Fault;
use crate::world::{Event, World, name};

/// Requests whose answers are spoiled: room commands and frame types.
const COMMANDS: [u32; 15] = [
    1_001, 1_101, 1_103, 301_001, 301_005, 301_007, 301_011, 301_013, 302_001, 302_003, 302_005,
    302_007, 303_001, 303_005, 304_001,
];
const FRAME_TYPES: [u16; 7] = [4, 12, 14, 19, 21, 23, 35];
/// Codes of injected refusals: some mean "again", some the end, some nothing special.
pub const REFUSALS: [u32; 8] = [1_002, 105, 10_015, 40_050, 50_250, 201_002, 1_000, 2_014];

impl World {
    /// One fault of those that this run has.
    pub fn inject(&mut self) {
        let Some(fault) = self.rng.choice(self.plan.faults.clone()) else {
            return;
        };
        let device = self.rng.usize(..self.devices.len());
        let ms = self.rng.u64(500..20_000);
        self.stats.fault(&format!("{fault:?}"));
        self.note(|| format!("FAULT {fault:?} {} {ms} ms", name(device)));
        match fault {
            Fault::Cut => self.each_conn(device, |world, conn| {
                world.close_server_end(conn);
                world.close_device_end(conn);
            }),
            Fault::HalfOpen => self.each_conn(device, |world, conn| {
                world.network.get(conn).is_silent = true;
            }),
            Fault::ServerSideClose => self.each_conn(device, |world, conn| {
                world.network.get(conn).is_silent = true;
                world.close_server_end(conn);
            }),
            Fault::ClientSideClose => self.each_conn(device, |world, conn| {
                world.network.get(conn).is_silent = true;
                world.close_device_end(conn);
            }),
            Fault::Refused => {
                // Now and then for longer than addresses last, or than a room waits.
                let long = match self.rng.u32(0..20) {
                    0 => 320_000,
                    1..4 => self.rng.u64(80_000..200_000),
                    _ => ms,
                };
                self.refused_until = self.now + long;
                self.each_conn(device, |world, conn| {
                    world.close_server_end(conn);
                    world.close_device_end(conn);
                });
            }
            Fault::Hanging => {
                self.hanging_until = self.now + ms;
                self.each_conn(device, Self::close_device_end);
            }
            Fault::DelaySpike => self.each_conn(device, |world, conn| {
                let until = world.now + ms;
                world.network.slot(conn, crate::network::Way::Down, until);
                world.network.slot(conn, crate::network::Way::Up, until);
            }),
            Fault::SlowConsumer => {
                let until = self.chaos_end().min(self.now + ms);
                let this = &mut self.devices[device];
                this.slow_until = this.slow_until.max(until);
            }
            Fault::Sleep => {
                let until = self.chaos_end().min(self.now + ms * 3);
                let this = &mut self.devices[device];
                this.asleep_until = this.asleep_until.max(until);
            }
            Fault::WallClockJump => {
                let hours = i64::from(self.rng.i32(-30_000..30_000));
                self.devices[device].wall_skew = hours * 3_600_000;
            }
            Fault::MonotonicClockJump => {
                self.devices[device].mono_skew += ms * 4;
                self.give(device, Input::Shown);
            }
            Fault::Offline => {
                self.set_online(device, false);
                self.post_in(ms * 2, Event::NetworkBack(device));
            }
            Fault::AppRestart => {
                self.each_conn(device, |world, conn| {
                    if world.rng.bool() {
                        world.close_server_end(conn);
                    }
                    world.network.get(conn).is_silent = true;
                    world.network.get(conn).device_end = End::Closed;
                });
                self.restart_app(device);
            }
            Fault::MediaLost => self.lose_media(device),
            Fault::ServerRestart => self.restart_server(ms),
            Fault::LateAnswers => self.spoil(device, AnswerAction::Delay, ms),
            Fault::MissingAnswers => self.spoil(device, AnswerAction::Drop, ms),
            Fault::Refusals => self.spoil(device, AnswerAction::Error, ms),
            Fault::BrokenPc
            | Fault::Redirect
            | Fault::CloseConnection
            | Fault::ForgottenSession
            | Fault::Kick
            | Fault::SkippedSequence
            | Fault::Garbage => {
                let command = self.order(fault, device, ms);
                if self.server_is_up {
                    self.control(command);
                }
            }
        }
    }

    /// The host's word on the network.
    pub fn set_online(&mut self, device: usize, online: bool) {
        if self.devices[device].is_online == online {
            return;
        }
        self.devices[device].is_online = online;
        self.note(|| format!("{} online: {online}", name(device)));
        if !online && self.rng.bool() {
            self.each_conn(device, |world, conn| {
                world.network.get(conn).is_silent = true;
            });
        }
        let kind = if online {
            NetworkKind::Mobile4G
        } else {
            NetworkKind::None
        };
        self.give(device, Input::Network { online, kind });
    }

    /// From now on nothing goes wrong any more.
    pub fn end_chaos(&mut self) {
        self.note(|| "the faults stop".into());
        self.is_chaos = false;
        self.server_is_up = true;
        self.refused_until = 0;
        self.hanging_until = 0;
        self.control(Command::ClearAnswerRules);
        for device in 0..self.devices.len() {
            self.set_online(device, true);
        }
    }

    fn each_conn(&mut self, device: usize, act: impl Fn(&mut Self, ConnId)) {
        let incarnation = self.devices[device].incarnation;
        for conn in self.network.of_device(device, incarnation) {
            act(self, conn);
        }
    }

    fn restart_server(&mut self, ms: u64) {
        let conns = self.network.of_server();
        self.plan.server.seed = self.rng.u64(..);
        self.server = Server::new(self.plan.server.clone());
        self.server_is_up = false;
        for conn in conns {
            let is_noticed = self.rng.bool();
            let this = self.network.get(conn);
            this.server_end = End::Closed;
            if is_noticed {
                self.close_device_end(conn);
            } else {
                self.network.get(conn).is_silent = true;
            }
        }
        let delay = if self.rng.bool() { 1 } else { ms };
        self.post_in(delay, Event::ServerUp);
    }

    fn spoil(&mut self, device: usize, action: AnswerAction, ms: u64) {
        let matches = if self.rng.u32(0..4) > 0 {
            Match {
                cmd: self.rng.choice(COMMANDS),
                kind: None,
            }
        } else {
            Match {
                cmd: None,
                kind: self.rng.choice(FRAME_TYPES),
            }
        };
        // What the service refuses to delete for good stays.
        let most = if matches.cmd == Some(302_003) { 2 } else { 6 };
        if matches!(action, AnswerAction::Delay)
            && [Some(1_101), Some(1_103)].contains(&matches.cmd)
            || matches.kind == Some(21)
        {
            self.is_order_lost = true;
        }
        let everybody = self.rng.u32(0..4) == 0;
        let rule = AnswerRule {
            user_id: (!everybody).then(|| self.devices[device].user_id.clone()),
            matches,
            action,
            ms,
            code: self.rng.choice(REFUSALS).unwrap_or_default(),
            message: String::new(),
            count: Some(self.rng.u32(1..=most)),
        };
        self.note(|| format!("rule {rule:?}"));
        self.control(Command::AddAnswerRule(rule));
        if self.rng.u32(0..6) == 0 {
            self.post_in(ms, Event::ClearRules);
        }
    }

    fn order(&mut self, fault: Fault, device: usize, ms: u64) -> Command {
        let user_id = self.devices[device].user_id.clone();
        let room_id = format!("r{}", self.rng.usize(..self.plan.rooms));
        match fault {
            Fault::BrokenPc => Command::BreakPc(BreakPc {
                user_id,
                restore_ms: self.rng.bool().then_some(ms),
            }),
            Fault::Redirect => Command::Redirect(Redirect {
                user_id,
                hosts: vec!["hub-5.test".into()],
            }),
            Fault::CloseConnection => Command::CloseConnection(CloseConnection {
                user_id,
                action: self.rng.choice([1, 2, 5]).unwrap_or(1),
                reason: 0,
                message: String::new(),
            }),
            Fault::ForgottenSession => Command::ForgetSession(UserTarget { user_id }),
            Fault::Kick => Command::Kick(Kick {
                user_id,
                room_id: self.rng.bool().then_some(room_id),
                reason: self.rng.choice([None, Some(1), Some(2)]).flatten(),
                message: String::new(),
            }),
            Fault::SkippedSequence => Command::SkipSequence(SkipSequence {
                room_id,
                what: if self.rng.bool() {
                    Sequence::Users
                } else {
                    Sequence::Streams
                },
                by: self.rng.u32(1..4),
            }),
            _ => Command::Garbage(Garbage {
                user_id,
                hex: (0..self.rng.usize(0..40))
                    .map(|_| format!("{:02x}", self.rng.u8(..)))
                    .collect(),
            }),
        }
    }
}
