//! The application and its user: what they want, and how they go about it with what the engine tells them.

use std::collections::{BTreeMap, BTreeSet};

use room_server::command::TokenRequest;
use room_server::{Command, Reply as Answer};
use zego_express_alipay::engine::event::{PlayerState, PublisherState, RoomState};
use zego_express_alipay::engine::{CallId, Error, Event as Told, Input, Reply, Value};

use crate::world::{Event, Pending, World, name};

const PUSHED: u32 = 3_800;
const PUSH_FAILED: u32 = 3_801;
const PLAYED: u32 = 3_802;
const PLAY_FAILED: u32 = 3_803;
/// Streams that one user publishes at most.
const MAX_STREAMS: u32 = 2;

/// See the [module](self).
#[derive(Debug, Default)]
pub struct Page {
    /// The room that the user wants to be in.
    pub room: Option<String>,
    pub login: Option<CallId>,
    login_after: u64,
    pub publishing: BTreeMap<String, Want>,
    pub playing: BTreeMap<String, Want>,
    ignored: BTreeSet<String>,
    last_attempt: u32,
}

/// A stream that is to be published or played.
#[derive(Debug)]
pub struct Want {
    pub step: Step,
    attempt: u32,
    after: u64,
    extra_info: String,
}

/// How far it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Idle,
    Asking(CallId),
    /// The component has the URL.
    Flowing,
    /// The engine said that it is over.
    Failed,
}

impl Want {
    fn new() -> Self {
        Self {
            step: Step::Idle,
            attempt: 0,
            after: 0,
            extra_info: String::new(),
        }
    }

    fn stop_flowing(&mut self) {
        if self.step == Step::Flowing {
            self.step = Step::Failed;
        }
    }

    fn again(&mut self, after: u64) {
        self.step = Step::Idle;
        self.after = after;
    }
}

impl Page {
    /// The same wishes in a new application.
    pub fn after_restart(self) -> Self {
        let publishing = self.publishing.into_keys().map(|id| (id, Want::new()));
        Self {
            room: self.room,
            publishing: publishing.collect(),
            ..Self::default()
        }
    }
}

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
                let text = Value::from(format!("m{number}").as_str());
                self.call(
                    device,
                    "sendBroadcastMessage",
                    "",
                    vec![room.as_str().into(), text],
                );
            }
            48..58 => {
                let text = Value::from(format!("b{number}").as_str());
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
                    "hello".into(),
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
                let token = self.token(&me);
                self.call(device, "renewToken", "", vec![token.as_str().into()]);
            }
            84..88 => {
                if let Some(stream) = self.any_published(device) {
                    self.call(device, "getNextUrl", &stream, vec![stream.as_str().into()]);
                    self.push_again(device, stream);
                }
            }
            88..92 => self.give(device, Input::Shown),
            92..94 => self.destroy_and_start(device),
            94..96 => {
                self.call(device, "startPlayingStream", "", vec!["no such".into()]);
            }
            _ => {
                if let Some(stream) = self.any_published(device) {
                    self.component_event(device, &stream, PUSHED);
                }
            }
        }
    }

    /// What an application does by itself, again and again, until it has what it wants.
    pub fn tend(&mut self, device: usize) {
        let Some(room) = self.devices[device].page.room.clone() else {
            return;
        };
        if self.devices[device].model.is_out(&room) {
            let page = &self.devices[device].page;
            if page.login.is_none() && page.login_after <= self.now {
                self.log_in(device, &room);
            }
            return;
        }
        if self.devices[device].model.is_connected(&room) {
            self.tend_publishing(device);
            self.tend_playing(device, &room);
        }
    }

    /// The component of a stream reports.
    pub fn component(&mut self, device: usize, stream: &str, attempt: u32, code: u32) {
        let page = &self.devices[device].page;
        let wants = if matches!(code, PUSHED | PUSH_FAILED) {
            &page.publishing
        } else {
            &page.playing
        };
        let is_current = wants
            .get(stream)
            .is_some_and(|want| want.attempt == attempt && want.step == Step::Flowing);
        if is_current {
            self.component_event(device, stream, code);
        }
    }

    /// What an application does when it is told something.
    pub fn page_event(&mut self, device: usize, event: &Told) {
        let page = &mut self.devices[device].page;
        match event {
            Told::RoomStateUpdate {
                room,
                state: RoomState::Disconnected,
                ..
            } if page.room.as_ref() == Some(room) => {
                page.login_after = page.login_after.max(self.now + 1_000);
                page.playing.clear();
                page.ignored.clear();
            }
            Told::PublisherStateUpdate(update) if update.state == PublisherState::NoPublish => {
                if let Some(want) = page.publishing.get_mut(&update.stream_id) {
                    want.stop_flowing();
                }
            }
            Told::PlayerStateUpdate(update) if update.state == PlayerState::NoPlay => {
                if let Some(want) = page.playing.get_mut(&update.stream_id) {
                    want.stop_flowing();
                }
            }
            _ => {}
        }
    }

    /// What an application does when a call is settled.
    pub fn page_reply(
        &mut self,
        device: usize,
        id: CallId,
        call: &Pending,
        result: &Result<Reply, Error>,
    ) {
        let later = self.now + self.rng.u64(1_000..3_000);
        let component_delay = self.rng.u64(20..1_500);
        let fails = self.is_chaos && self.rng.u32(0..12) == 0;
        let page = &mut self.devices[device].page;
        if page.login == Some(id) {
            page.login = None;
            if result.is_err() {
                page.login_after = later;
            }
        }
        let (wants, codes) = match call.method.as_str() {
            "startPublishingStream" => (&mut page.publishing, [PUSHED, PUSH_FAILED]),
            "startPlayingStream" => (&mut page.playing, [PLAYED, PLAY_FAILED]),
            _ => return,
        };
        let Some(want) = wants.get_mut(&call.subject) else {
            return;
        };
        if want.step != Step::Asking(id) {
            return;
        }
        if result.is_ok() {
            want.step = Step::Flowing;
            let event = Event::Component {
                device,
                stream: call.subject.clone(),
                attempt: want.attempt,
                code: codes[usize::from(fails)],
            };
            self.post_in(component_delay, event);
        } else {
            want.step = Step::Failed;
            want.after = later;
        }
    }

    /// A token of the server for a user.
    pub fn token(&mut self, user: &str) -> String {
        let request = TokenRequest {
            user_id: user.into(),
            ..TokenRequest::default()
        };
        match self.control(Command::IssueToken(request)) {
            Some(Answer::Token { token }) => token,
            _ => "no token".into(),
        }
    }

    /// The application ends in good order and starts again.
    fn destroy_and_start(&mut self, device: usize) {
        self.call(device, "destroyEngine", "", Vec::new());
        self.check_rest(device);
        self.restart_app(device);
    }

    /// After `destroyEngine` nothing may be left.
    pub fn check_rest(&mut self, device: usize) {
        let this = &self.devices[device];
        if let Some((id, call)) = this.pending.first_key_value() {
            let why = format!("{}#{id} is open after destroyEngine", call.method);
            self.fail(device, &why);
        }
        if self.devices[device].raw_deadline().is_some() {
            self.fail(device, "a timer is left after destroyEngine");
        }
        let incarnation = self.devices[device].incarnation;
        if !self.network.of_device(device, incarnation).is_empty() {
            self.fail(device, "a socket is left after destroyEngine");
        }
    }

    fn want_room(&mut self, device: usize) {
        let room = format!("r{}", self.rng.usize(..self.plan.rooms));
        let page = &mut self.devices[device].page;
        if page.room.as_ref() == Some(&room) {
            return;
        }
        page.room = Some(room.clone());
        page.playing.clear();
        page.ignored.clear();
        // Taking another room leaves the present one.
        self.log_in(device, &room);
    }

    fn leave_room(&mut self, device: usize, room: &str) {
        self.devices[device].page.room = None;
        self.devices[device].page.login = None;
        let args = if self.rng.bool() {
            vec![room.into()]
        } else {
            Vec::new()
        };
        self.call(device, "logoutRoom", "", args);
    }

    fn log_in(&mut self, device: usize, room: &str) {
        let user_id = self.devices[device].user_id.clone();
        let token = self.token(&user_id);
        let args = vec![
            room.into(),
            token.as_str().into(),
            Value::from([
                ("userID", user_id.as_str().into()),
                (
                    "userName",
                    format!("name of {}", name(device)).as_str().into(),
                ),
            ]),
            Value::from([("userUpdate", true.into())]),
        ];
        self.devices[device].page.login = Some(self.devices[device].last_call + 1);
        self.call(device, "loginRoom", room, args);
    }

    fn toggle_publishing(&mut self, device: usize, me: &str) {
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

    fn toggle_playing(&mut self, device: usize) {
        let playing = &self.devices[device].page.playing;
        let Some(stream) = self.rng.choice(playing.keys()).cloned() else {
            return;
        };
        self.stop_playing(device, &stream);
        if self.rng.bool() {
            self.devices[device].page.ignored.insert(stream);
        }
    }

    fn tend_publishing(&mut self, device: usize) {
        let streams: Vec<String> = self.devices[device]
            .page
            .publishing
            .keys()
            .cloned()
            .collect();
        for stream in streams {
            let now = self.now;
            let later = now + self.rng.u64(0..3_000);
            let this = &mut self.devices[device];
            let (next, attempt) = (this.last_call + 1, this.page.last_attempt + 1);
            let Some(want) = this.page.publishing.get_mut(&stream) else {
                continue;
            };
            match want.step {
                Step::Failed => {
                    want.again(later.max(want.after));
                    let args = vec![stream.as_str().into()];
                    self.call(device, "stopPublishingStream", &stream, args);
                }
                Step::Idle if want.after <= now => {
                    want.step = Step::Asking(next);
                    want.attempt = attempt;
                    let options = [("extraInfo", want.extra_info.as_str().into())];
                    this.page.last_attempt = attempt;
                    let args = vec![stream.as_str().into(), Value::from(options)];
                    self.call(device, "startPublishingStream", &stream, args);
                }
                _ => {}
            }
        }
    }

    fn tend_playing(&mut self, device: usize, room: &str) {
        let streams: BTreeSet<String> = self.devices[device]
            .model
            .rooms
            .get(room)
            .map(|room| room.streams.keys().cloned().collect())
            .unwrap_or_default();
        let page = &mut self.devices[device].page;
        page.ignored.retain(|stream| streams.contains(stream));
        let known: Vec<String> = page.playing.keys().cloned().collect();
        for stream in known {
            if !streams.contains(&stream) {
                self.stop_playing(device, &stream);
            }
        }
        for stream in streams {
            let now = self.now;
            let later = now + self.rng.u64(0..3_000);
            let this = &mut self.devices[device];
            if this.page.ignored.contains(&stream) {
                continue;
            }
            let (next, attempt) = (this.last_call + 1, this.page.last_attempt + 1);
            let want = this
                .page
                .playing
                .entry(stream.clone())
                .or_insert_with(Want::new);
            match want.step {
                Step::Failed => {
                    want.again(later.max(want.after));
                    self.call(
                        device,
                        "stopPlayingStream",
                        &stream,
                        vec![stream.as_str().into()],
                    );
                }
                Step::Idle if want.after <= now => {
                    want.step = Step::Asking(next);
                    want.attempt = attempt;
                    this.page.last_attempt = attempt;
                    self.call(
                        device,
                        "startPlayingStream",
                        &stream,
                        vec![stream.as_str().into()],
                    );
                }
                _ => {}
            }
        }
    }

    fn stop_playing(&mut self, device: usize, stream: &str) {
        self.devices[device].page.playing.remove(stream);
        self.call(device, "stopPlayingStream", stream, vec![stream.into()]);
    }

    fn component_event(&mut self, device: usize, stream: &str, code: u32) {
        let detail = Value::from([("code", code.into())]);
        let args = vec![stream.into(), Value::from([("detail", detail)])];
        self.call(device, "updatePlayerState", stream, args);
    }

    /// The component takes up the new URL.
    fn push_again(&mut self, device: usize, stream: String) {
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

    fn any_published(&mut self, device: usize) -> Option<String> {
        let wants = self.devices[device].page.publishing.iter();
        let flowing: Vec<&String> = wants
            .filter(|(_, want)| want.step == Step::Flowing)
            .map(|(stream, _)| stream)
            .collect();
        self.rng.choice(flowing).cloned()
    }
}
