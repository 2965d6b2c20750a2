//! Devices and their applications.

use std::collections::BTreeMap;

use zego_express_alipay::engine::{CallId, Config, Engine, Now};

use crate::model::Model;
use crate::page::Page;
use crate::world::{World, name};

/// A phone with one application.
pub struct Device {
    pub user_id: String,
    pub incarnation: u32,
    pub engine: Engine,
    pub model: Model,
    pub page: Page,
    pub pending: BTreeMap<CallId, Pending>,
    pub last_call: CallId,
    pub last_message: u64,
    pub wall_skew: i64,
    pub mono_skew: u64,
    /// How late timers fire.
    pub timer_lag: u64,
    pub asleep_until: u64,
    pub slow_until: u64,
    pub is_online: bool,
    /// Whether the service had the user in a room left long ago when the faults stopped. The room server grants addresses in
    /// the room that was entered first, so they end with that room.
    pub had_ghost: bool,
}

/// A call that is not settled.
pub struct Pending {
    pub method: String,
    pub subject: String,
    pub since: u64,
}

impl Device {
    /// When its next timer fires, by the clock of the world.
    pub fn deadline(&self) -> Option<u64> {
        self.raw_deadline()
            .map(|at| (at + self.timer_lag).max(self.asleep_until))
    }

    pub fn raw_deadline(&self) -> Option<u64> {
        let deadline = self.engine.next_deadline()?;
        Some(deadline.0.saturating_sub(self.mono_skew))
    }
}

impl World {
    pub fn new_device(&mut self, user_id: String, incarnation: u32) -> Device {
        let hubs = (1..=2).map(|n| format!("ws://hub-{n}.test/accesshub"));
        let mut config = Config::new(self.plan.server.app_id, hubs.collect());
        config.seed = self.rng.u64(..);
        config.device_id = format!("device-{user_id}");
        config.asks_before_retry = self.plan.policies;
        let mono_skew = self.rng.u64(0..1_000_000);
        let now = Now::at(self.now + mono_skew, self.now as i64);
        Device {
            model: Model::new(&user_id),
            user_id,
            incarnation,
            engine: Engine::new(config, now),
            page: Page::default(),
            pending: BTreeMap::new(),
            last_call: 0,
            last_message: 0,
            wall_skew: 0,
            mono_skew,
            timer_lag: if self.rng.bool() {
                0
            } else {
                self.rng.u64(0..60)
            },
            asleep_until: 0,
            slow_until: 0,
            is_online: true,
            had_ghost: false,
        }
    }

    /// The application of a device begins anew; what it wanted stays.
    pub fn restart_app(&mut self, device: usize) {
        let old = &self.devices[device];
        let (user_id, incarnation) = (old.user_id.clone(), old.incarnation + 1);
        let last_message = old.last_message;
        let mut new = self.new_device(user_id, incarnation);
        new.last_message = last_message;
        new.page = std::mem::take(&mut self.devices[device].page).after_restart();
        self.devices[device] = new;
        self.note(|| format!("{} application starts", name(device)));
        self.carry_out(device);
        self.allow_rooms(device);
    }

    /// Before the first login an application says that it will be in several rooms.
    pub fn allow_rooms(&mut self, device: usize) {
        if self.plan.multi_room {
            self.call(device, "enableMultiRoom", "", vec![true.into()]);
            self.devices[device].model.is_multi_room = true;
        }
    }
}
