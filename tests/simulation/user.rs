//! What users do: whatever comes to their minds.

use zego_express_alipay::engine::{Input, Value};

use crate::page::{PUSHED, SIDE_ROOM, Step, Want};
use crate::world::{Event, World};

/// Streams that one user publishes at most.
const MAX_STREAMS: u32 = 2;

impl World {
    /// Something that a user does.
    pub fn act(&mut self, device: usize) {
        let room = self.devices[device].page.room.clone();
        let Some(room) = room else {
            if self.rng.u32(0..3) > 0 {
                self.want_room(device);
            }
            return;
        };
        let me = self.devices[device].user_id.clone();
        let number = self.rng.u32(..);
        match self.rng.u32(0..100) {
            0..6 => self.leave_room(device, &room),
            6..10 => self.want_room(device),
            10..32 => self.toggle_publishing(device, &me),
            32..38 => self.toggle_playing(device),
            38..48 => {
                let text = self.next_message(device);
                self.call(
                    device,
                    "sendBroadcastMessage",
                    "",
                    vec![room.as_str().into(), text],
                );
            }
            48..58 => {
                let text = self.next_message(device);
                self.call(
                    device,
                    "sendBarrageMessage",
                    "",
                    vec![room.as_str().into(), text],
                );
            }
            58..64 => {
                let args = vec![
                    room.as_str().into(),
                    self.next_message(device),
                    Value::List(vec!["u0".into(), "u1".into()]),
                ];
                self.call(device, "sendCustomCommand", "", args);
            }
            64..72 => {
                let key = format!("k{}", number % 2);
                let value = format!("v{number}");
                let args = [room, key, value].map(|a| Value::from(a.as_str()));
                self.call(device, "setRoomExtraInfo", "", args.into());
            }
            72..80 => {
                if let Some(stream) = self.any_published(device) {
                    let text = format!("x{number}");
                    if let Some(want) = self.devices[device].page.publishing.get_mut(&stream) {
                        want.extra_info.clone_from(&text);
                    }
                    let args = vec![stream.as_str().into(), text.as_str().into()];
                    self.call(device, "setStreamExtraInfo", &stream, args);
                }
            }
            80..84 => {
                self.renew_token(device);
            }
            84..88 => {
                if let Some(stream) = self.any_published(device) {
                    self.call(device, "getNextUrl", &stream, vec![stream.as_str().into()]);
                    self.push_again(device, stream);
                }
            }
            88..92 => self.give(device, Input::Shown),
            92..93 if self.plan.multi_room => self.toggle_side(device),
            92..94 => self.destroy_and_start(device),
            94..96 => {
                self.call(device, "startPlayingStream", "", vec!["no such".into()]);
            }
            _ => {
                if let Some(stream) = self.any_published(device)
                    && self.may_push(device, &stream)
                {
                    self.component_event(device, &stream, PUSHED);
                }
            }
        }
    }

    pub fn renew_token(&mut self, device: usize) {
        let me = self.devices[device].user_id.clone();
        let token = self.token(&me);
        self.call(device, "renewToken", "", vec![token.as_str().into()]);
    }

    /// The text of a message: a number that grows with each message of a user.
    fn next_message(&mut self, device: usize) -> Value {
        let this = &mut self.devices[device];
        this.last_message += 1;
        Value::from(this.last_message.to_string().as_str())
    }

    /// The application ends in good order and starts again.
    pub fn destroy_and_start(&mut self, device: usize) {
        self.call(device, "destroyEngine", "", Vec::new());
        self.check_open(device);
        self.restart_app(device);
    }

    /// After `destroyEngine` no promise may be open.
    pub fn check_open(&mut self, device: usize) {
        if let Some((id, call)) = self.devices[device].pending.first_key_value() {
            let why = format!("{}#{id} is open after destroyEngine", call.method);
            self.fail(device, &why);
        }
    }

    /// Some seconds after `destroyEngine` nothing may be left.
    pub fn check_rest(&mut self, device: usize) {
        self.check_open(device);
        if self.devices[device].raw_deadline().is_some() {
            self.fail(device, "a timer is left after destroyEngine");
        }
        let incarnation = self.devices[device].incarnation;
        if !self.network.of_device(device, incarnation).is_empty() {
            self.fail(device, "a socket is left after destroyEngine");
        }
    }

    pub fn want_room(&mut self, device: usize) {
        let room = format!("r{}", self.rng.usize(..self.plan.rooms));
        let page = &mut self.devices[device].page;
        if page.room.as_ref() == Some(&room) {
            return;
        }
        let old = page.room.replace(room.clone());
        page.playing.clear();
        page.ignored.clear();
        // Taking another room leaves the present one, where there can be only one.
        if let Some(old) = old.filter(|_| self.plan.multi_room) {
            self.call(device, "logoutRoom", "", vec![old.as_str().into()]);
        }
        self.log_in(device, &room);
    }

    /// Into the second room, or out of it.
    fn toggle_side(&mut self, device: usize) {
        let page = &mut self.devices[device].page;
        page.wants_side = !page.wants_side;
        if !page.wants_side {
            page.side_login = None;
            self.call(device, "logoutRoom", "", vec![SIDE_ROOM.into()]);
        }
    }

    pub fn leave_room(&mut self, device: usize, room: &str) {
        self.devices[device].page.room = None;
        self.devices[device].page.login = None;
        let args = if self.plan.multi_room || self.rng.bool() {
            vec![room.into()]
        } else {
            Vec::new()
        };
        self.call(device, "logoutRoom", "", args);
    }

    pub fn toggle_publishing(&mut self, device: usize, me: &str) {
        let stream = format!("{me}-s{}", self.rng.u32(..MAX_STREAMS));
        if self.devices[device]
            .page
            .publishing
            .remove(&stream)
            .is_some()
        {
            self.call(
                device,
                "stopPublishingStream",
                &stream,
                vec![stream.as_str().into()],
            );
            // Some change their mind at once.
            if self.rng.bool() {
                return;
            }
        }
        let wants = &mut self.devices[device].page.publishing;
        wants.insert(stream, Want::new());
        if self.rng.bool() {
            let room = self.devices[device].page.room.clone().unwrap_or_default();
            if self.devices[device].model.is_connected(&room) {
                self.tend_publishing(device);
            }
        }
    }

    pub fn toggle_playing(&mut self, device: usize) {
        let playing = &self.devices[device].page.playing;
        let Some(stream) = self.rng.choice(playing.keys()).cloned() else {
            return;
        };
        self.stop_playing(device, &stream);
        if self.rng.bool() {
            self.devices[device].page.ignored.insert(stream);
        }
    }

    /// The component takes up the new URL.
    pub fn push_again(&mut self, device: usize, stream: String) {
        let want = self.devices[device].page.publishing.get(&stream);
        if let Some(attempt) = want.map(|want| want.attempt) {
            let event = Event::Component {
                device,
                stream,
                attempt,
                code: PUSHED,
            };
            self.post_in(500, event);
        }
    }

    pub fn any_published(&mut self, device: usize) -> Option<String> {
        let wants = self.devices[device].page.publishing.iter();
        let flowing: Vec<&String> = wants
            .filter(|(_, want)| want.step == Step::Flowing)
            .map(|(stream, _)| stream)
            .collect();
        self.rng.choice(flowing).cloned()
    }
}
