//! The application and its user: what they want, and how they go about it with what the engine tells them.

use std::collections::{BTreeMap, BTreeSet};

use room_server::command::{StreamTarget, TokenRequest};
use room_server::{Command, Reply as Answer};
use zego_express_alipay::engine::event::{PlayerState, PublisherState, RoomState};
use zego_express_alipay::engine::{CallId, Error, Event as Told, Input, Reply, Value};

use crate::device::Pending;
use crate::world::{Event, World, name};

pub const PUSHED: u32 = 3_800;
const PUSH_FAILED: u32 = 3_801;
const PLAYED: u32 = 3_802;
const PLAY_FAILED: u32 = 3_803;

/// The second room, of applications that are in two.
pub const SIDE_ROOM: &str = "side";

/// See the [module](self).
#[derive(Debug, Default)]
pub struct Page {
    /// The room that the user wants to be in.
    pub room: Option<String>,
    pub login: Option<CallId>,
    login_after: u64,
    /// Whether the user wants to be in [`SIDE_ROOM`] as well.
    pub wants_side: bool,
    pub side_login: Option<CallId>,
    side_login_after: u64,
    pub publishing: BTreeMap<String, Want>,
    pub playing: BTreeMap<String, Want>,
    pub ignored: BTreeSet<String>,
    last_attempt: u32,
    /// Whether the user does not want to know of others.
    pub is_blind: bool,
    /// Whether the application is one that was written without knowing of `streamUrlUpdate`.
    pub is_plain: bool,
}

/// A stream that is to be published or played.
#[derive(Debug)]
pub struct Want {
    pub step: Step,
    pub attempt: u32,
    after: u64,
    pub extra_info: String,
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
    pub fn new() -> Self {
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
            wants_side: self.wants_side,
            publishing: publishing.collect(),
            is_blind: self.is_blind,
            is_plain: self.is_plain,
            ..Self::default()
        }
    }
}

impl World {
    /// What an application does by itself, again and again, until it has what it wants.
    pub fn tend(&mut self, device: usize) {
        let page = &self.devices[device].page;
        let may_enter = page.side_login.is_none() && page.side_login_after <= self.now;
        if page.wants_side && may_enter && self.devices[device].model.is_out(SIDE_ROOM) {
            self.devices[device].page.side_login = Some(self.devices[device].last_call + 1);
            self.log_in(device, SIDE_ROOM);
        }
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
            let is_refused = code == PUSHED && !self.may_push(device, stream);
            let code = if is_refused { PUSH_FAILED } else { code };
            self.component_event(device, stream, code);
        }
    }

    /// Whether the address that a component pushes to is still good: the media server asks the service. Of several rooms the
    /// room server grants addresses in the one that was entered first, so this says nothing there.
    pub fn may_push(&mut self, device: usize, stream: &str) -> bool {
        if self.plan.multi_room {
            return true;
        }
        let target = StreamTarget {
            app_id: None,
            stream_id: stream.into(),
        };
        let me = &self.devices[device].user_id.clone();
        matches!(self.control(Command::Publishable(target)), Some(Answer::Publishable { user_id, .. }) if user_id == *me)
    }

    /// The component loses what it pushes or plays.
    pub fn lose_media(&mut self, device: usize) {
        let page = &self.devices[device].page;
        let flowing = |wants: &BTreeMap<String, Want>, code| {
            let all = wants.iter().filter(|(_, want)| want.step == Step::Flowing);
            let all = all.map(|(stream, _)| (stream.clone(), code));
            all.collect::<Vec<(String, u32)>>()
        };
        let mut all = flowing(&page.publishing, PUSH_FAILED);
        all.extend(flowing(&page.playing, PLAY_FAILED));
        for (stream, code) in all {
            self.component_event(device, &stream, code);
        }
    }

    /// The application is asked when to try again: it may leave that to the engine, choose, or give up.
    pub fn choose(&mut self, device: usize, of: u32, attempt: u32, default: u64) {
        let choice = match self.rng.u32(..10) {
            0 => return,
            1 if self.is_chaos => None,
            2..5 => Some(self.rng.u64(..3_000)),
            _ => Some(default / 2),
        };
        self.note(|| format!("{} retries {of} after {choice:?} ms", name(device)));
        let delay = choice;
        self.give(device, Input::Retry { of, attempt, delay });
    }

    /// A component that has an address begins after a while, or cannot.
    fn start_component(&mut self, device: usize, stream: &str, attempt: u32, codes: [u32; 2]) {
        let delay = self.rng.u64(20..1_500);
        let fails = self.is_chaos && self.rng.u32(0..12) == 0;
        let event = Event::Component {
            device,
            stream: stream.into(),
            attempt,
            code: codes[usize::from(fails)],
        };
        self.post_in(delay, event);
    }

    /// A stream has another address: the application makes the component anew.
    fn take_url(&mut self, device: usize, stream: &str) {
        let page = &mut self.devices[device].page;
        let attempt = page.last_attempt + 1;
        let (wants, codes) = if page.publishing.contains_key(stream) {
            (&mut page.publishing, [PUSHED, PUSH_FAILED])
        } else {
            (&mut page.playing, [PLAYED, PLAY_FAILED])
        };
        let want = wants.get_mut(stream);
        if let Some(want) = want.filter(|want| want.step == Step::Flowing) {
            want.attempt = attempt;
            page.last_attempt = attempt;
            self.start_component(device, stream, attempt, codes);
        }
    }

    /// What an application does when it is told something.
    pub fn page_event(&mut self, device: usize, event: &Told) {
        let this = &mut self.devices[device];
        let room = this.page.room.clone().unwrap_or_default();
        // What fails while the room is away comes back with it, for an application that knows. Of several rooms it cannot know
        // which one a played stream is in.
        let comes_back = !this.page.is_plain
            && !self.plan.multi_room
            && this.model.state(&room) == Some(RoomState::Connecting);
        let page = &mut this.page;
        match event {
            // Now and then after the token has expired.
            Told::TokenWillExpire { .. } => {
                let most = if self.rng.u32(..8) == 0 {
                    60_000
                } else {
                    3_000
                };
                let delay = self.rng.u64(..most);
                self.post_in(delay, Event::RenewToken(device));
            }
            Told::StreamUrlUpdate { stream_id, .. } if !page.is_plain => {
                self.take_url(device, stream_id);
            }
            // Players live in the room that was entered first, whichever that is: begin anew.
            Told::RoomStateUpdate {
                state: RoomState::Disconnected,
                room,
                ..
            } if room == SIDE_ROOM => {
                page.side_login_after = self.now + 1_000;
                page.playing.clear();
            }
            Told::PublisherStateUpdate(update)
                if update.error_code.0 == PUSH_FAILED && comes_back => {}
            Told::PlayerStateUpdate(update) if update.error_code.0 == PLAY_FAILED && comes_back => {
            }
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
        let page = &mut self.devices[device].page;
        if page.side_login == Some(id) {
            page.side_login = None;
            if result.is_err() {
                page.side_login_after = later;
            }
        }
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
            let attempt = want.attempt;
            self.start_component(device, &call.subject, attempt, codes);
        } else {
            want.step = Step::Failed;
            want.after = later;
        }
    }

    /// A token of the server for a user.
    pub fn token(&mut self, user: &str) -> String {
        let request = TokenRequest {
            user_id: user.into(),
            effective_seconds: self.plan.token_s,
            ..TokenRequest::default()
        };
        match self.control(Command::IssueToken(request)) {
            Some(Answer::Token { token }) => token,
            _ => "no token".into(),
        }
    }

    pub fn log_in(&mut self, device: usize, room: &str) {
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
            Value::from([("userUpdate", (!self.devices[device].page.is_blind).into())]),
        ];
        if room != SIDE_ROOM {
            self.devices[device].page.login = Some(self.devices[device].last_call + 1);
        }
        self.call(device, "loginRoom", room, args);
    }

    pub fn tend_publishing(&mut self, device: usize) {
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
                    let extra_info = want.extra_info.as_str().into();
                    let mut options = vec![("extraInfo".into(), extra_info)];
                    if self.plan.multi_room {
                        let room = this.page.room.as_deref().unwrap_or_default();
                        options.push(("roomID".into(), room.into()));
                    }
                    this.page.last_attempt = attempt;
                    let args = vec![stream.as_str().into(), Value::Map(options)];
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

    pub fn stop_playing(&mut self, device: usize, stream: &str) {
        self.devices[device].page.playing.remove(stream);
        self.call(device, "stopPlayingStream", stream, vec![stream.into()]);
    }

    pub fn component_event(&mut self, device: usize, stream: &str, code: u32) {
        let detail = Value::from([("code", code.into())]);
        let args = vec![stream.into(), Value::from([("detail", detail)])];
        self.call(device, "updatePlayerState", stream, args);
    }
}
