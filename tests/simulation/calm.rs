//! What must hold some time after the faults stopped.

use std::collections::{BTreeMap, BTreeSet};

use room_server::command::RoomView;
use room_server::{Command, Reply as Answer};
use zego_express_alipay::engine::event::{PlayerState, PublisherState};
use zego_express_alipay::engine::{Input, NetworkKind};

use crate::page::{SIDE_ROOM, Step};
use crate::world::{World, name};

/// Within this time all must be well.
pub const RECOVERY_LIMIT_MS: u64 = 180_000;
/// For this long it must stay well: longer than a heartbeat of a room and a merge of user lists.
const STAYS_MS: u64 = 20_000;
const CHECK_EVERY_MS: u64 = 500;

impl World {
    /// Waits until all is well and stays so. The time that it took.
    pub fn recover(&mut self) -> u64 {
        let begin = self.now;
        let mut well_since = None;
        loop {
            self.run_until(self.now + CHECK_EVERY_MS);
            if self.violation.is_some() {
                return 0;
            }
            match self.what_is_wrong() {
                None => {
                    let since = *well_since.get_or_insert(self.now);
                    if self.now - since >= STAYS_MS {
                        return since - begin;
                    }
                }
                Some((device, why)) => {
                    well_since = None;
                    if self.now - begin > RECOVERY_LIMIT_MS {
                        let why = format!("{why} ({RECOVERY_LIMIT_MS} ms after the last fault)");
                        self.fail(device, &why);
                        return 0;
                    }
                }
            }
        }
    }

    /// Ends all applications; nothing of them may be left.
    pub fn destroy_all(&mut self) {
        for device in 0..self.devices.len() {
            self.call(device, "destroyEngine", "", Vec::new());
            self.check_open(device);
            // A login under way is waited for.
            self.run_until(self.now + 6_000);
            self.check_rest(device);
            let events = self.stats.events;
            self.give(
                device,
                Input::Network {
                    online: true,
                    kind: NetworkKind::Wifi,
                },
            );
            self.give(device, Input::Shown);
            self.give(device, Input::Timeout);
            self.give(device, Input::SocketOpened(1));
            self.call(device, "loginRoom", "", Vec::new());
            if self.stats.events != events {
                self.fail(device, "tells something after destroyEngine");
            }
            self.check_rest(device);
            self.devices[device].page = Default::default();
        }
        self.run_until(self.now + 2_000);
        if let Some(room) = self.rooms().first() {
            let user = room.users.first().map(|user| user.user_id.clone());
            let why = format!("{user:?} is still in {} after destroyEngine", room.room_id);
            self.fail(0, &why);
        }
    }

    fn rooms(&mut self) -> Vec<RoomView> {
        match self.control(Command::Rooms) {
            Some(Answer::Rooms { rooms }) => rooms,
            _ => Vec::new(),
        }
    }

    fn what_is_wrong(&mut self) -> Option<(usize, String)> {
        let rooms: BTreeMap<String, RoomView> = self
            .rooms()
            .into_iter()
            .map(|room| (room.room_id.clone(), room))
            .collect();
        (0..self.devices.len())
            .find_map(|device| self.wrong_with(device, &rooms).map(|what| (device, what)))
    }

    fn wrong_with(&mut self, device: usize, rooms: &BTreeMap<String, RoomView>) -> Option<String> {
        let wanted: Vec<String> = self.devices[device]
            .page
            .publishing
            .keys()
            .cloned()
            .collect();
        let bad = wanted
            .into_iter()
            .find(|stream| !self.may_push(device, stream));
        let this = &self.devices[device];
        let me = &this.user_id;
        if let Some((id, call)) = this.pending.first_key_value() {
            return Some(format!("{}#{id} is not settled", call.method));
        }
        let wanted = this.page.room.as_deref();
        let side = this.page.wants_side.then_some(SIDE_ROOM);
        for (id, room) in rooms {
            if ![wanted, side].contains(&Some(id.as_str()))
                && room.users.iter().any(|u| u.user_id == *me)
            {
                let why = format!("the server still has it in {id}");
                self.devices[device].had_ghost = true;
                return Some(why);
            }
        }
        if let Some(why) = side.and_then(|side| self.wrong_in(device, side, rooms)) {
            return Some(why);
        }
        let Some(wanted) = wanted else {
            let publishers = this.model.publishers.values();
            let active = publishers.filter(|s| **s != PublisherState::NoPublish);
            return (active.count() > 0).then(|| "publishes without a room".into());
        };
        if let Some(why) = self.wrong_in(device, wanted, rooms) {
            return Some(why);
        }
        for (stream, want) in &this.page.publishing {
            let state = this.model.publishers.get(stream);
            if want.step != Step::Flowing || state != Some(&PublisherState::Publishing) {
                return Some(format!("{stream} is {:?}, told {state:?}", want.step));
            }
        }
        if let Some(stream) = bad.filter(|_| !this.had_ghost) {
            return Some(format!("the service gave no address for {stream}"));
        }
        for (stream, want) in &this.page.playing {
            let state = this.model.players.get(stream);
            if want.step != Step::Flowing || state != Some(&PlayerState::Playing) {
                return Some(format!(
                    "playing {stream} is {:?}, told {state:?}",
                    want.step
                ));
            }
        }
        None
    }

    /// What is wrong in one room that the user wants to be in.
    fn wrong_in(
        &self,
        device: usize,
        wanted: &str,
        rooms: &BTreeMap<String, RoomView>,
    ) -> Option<String> {
        let this = &self.devices[device];
        let me = &this.user_id;
        if !this.model.is_connected(wanted) {
            return Some(format!("{wanted} is {:?}", this.model.state(wanted)));
        }
        let told = &this.model.rooms[wanted];
        let Some(room) = rooms.get(wanted) else {
            return Some(format!("the server has no {wanted}"));
        };
        let users: BTreeMap<String, String> = room
            .users
            .iter()
            .filter(|u| u.user_id != *me)
            .map(|u| (u.user_id.clone(), u.user_name.clone()))
            .collect();
        if room.users.len() != users.len() + 1 {
            return Some(format!("the server does not have it in {wanted}"));
        }
        if room
            .users
            .iter()
            .any(|u| u.user_id == *me && u.conn.is_none())
        {
            return Some("the server has it without a connection".into());
        }
        // Who does not want to know of users is told nothing.
        let users = if this.page.is_blind {
            BTreeMap::new()
        } else {
            users
        };
        if told.users != users {
            return Some(format!("users {:?}, server {users:?}", told.users));
        }
        let streams = |own: bool| {
            let streams = room
                .streams
                .iter()
                .filter(move |s| (s.user_id == *me) == own);
            streams.map(|s| {
                let what = (s.user_id.clone(), s.extra_info.clone());
                (s.stream_id.clone(), what)
            })
        };
        let others: BTreeMap<String, (String, String)> = streams(false).collect();
        if told.streams != others {
            return Some(format!("streams {:?}, server {others:?}", told.streams));
        }
        let own: BTreeSet<String> = streams(true).map(|(id, _)| id).collect();
        let published: BTreeSet<String> = match &this.page.room {
            Some(room) if room == wanted => this.page.publishing.keys().cloned().collect(),
            _ => BTreeSet::new(),
        };
        if own != published {
            return Some(format!("publishes {published:?}, server {own:?}"));
        }
        let extra = room
            .extra_info
            .iter()
            .find(|extra| extra.user_id != *me && told.extra.get(&extra.key) != Some(&extra.value));
        extra.map(|extra| {
            let known = told.extra.get(&extra.key);
            let device = name(device);
            format!(
                "{device} has {known:?} under {}, server {:?}",
                extra.key, extra.value
            )
        })
    }
}
