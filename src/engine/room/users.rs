//! Who is in the room, kept in step with the service by its user sequence.
//!
//! Each join or leave raises the sequence by one. A push that continues the known sequence is applied at once; any other
//! waits a moment for the missing ones, then the list is fetched.

use indexmap::IndexMap;

use crate::engine::event::{Event, UpdateType, User};
use crate::engine::time::{Instant, Millis, earliest, is_due};
use crate::engine::wire::{liveroom, text};

/// How long out-of-order pushes wait for the missing ones, unless the service says otherwise.
pub(super) const MERGE_TIMEOUT_MS: Millis = 5_000;
/// Shortest time between two fetches of the list, unless the service says otherwise.
pub(super) const FETCH_INTERVAL_MS: Millis = 30_000;
/// Pushes kept while they wait. When there are more, they are dropped and the list is fetched instead.
pub(super) const MAX_WAITING: usize = 1_024;
/// Users of a room that are kept and reported; further ones are not.
pub(super) const MAX_USERS: usize = 200_000;

const JOINED: u32 = 1;
const LEFT: u32 = 2;
const HIDDEN_ROLE: u32 = 4;

type Roster = IndexMap<String, String, foldhash::fast::FixedState>;

#[derive(Debug)]
pub(super) struct Users {
    wanted: bool,
    own_id: String,
    seq: u64,
    known: bool,
    roster: Roster,
    page: Option<Vec<User>>,
    /// Sequence of the first page: changes after it may be missing in that page and are applied on top of the whole.
    page_seq: Option<u64>,
    waiting: Vec<liveroom::PushUserInfoUpdated>,
    announced_seq: u64,
    merge_at: Option<Instant>,
    fetch_at: Option<Instant>,
    last_fetch: Option<Instant>,
    merge_timeout: Millis,
    fetch_interval: Millis,
}

impl Users {
    pub(super) fn new(wanted: bool, own_id: &str) -> Self {
        Self {
            wanted,
            own_id: own_id.into(),
            seq: 0,
            known: false,
            roster: Roster::default(),
            page: None,
            page_seq: None,
            waiting: Vec::new(),
            announced_seq: 0,
            merge_at: None,
            fetch_at: None,
            last_fetch: None,
            merge_timeout: MERGE_TIMEOUT_MS,
            fetch_interval: FETCH_INTERVAL_MS,
        }
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Times from the login answer, 0 for the defaults.
    pub(super) fn set_times(&mut self, merge_timeout: u32, fetch_interval: u32) {
        let or = |value: u32, default| {
            if value == 0 {
                default
            } else {
                Millis::from(value)
            }
        };
        self.merge_timeout = or(merge_timeout, MERGE_TIMEOUT_MS);
        self.fetch_interval = or(fetch_interval, FETCH_INTERVAL_MS);
    }

    /// Forgets what was under way on an old connection. The roster stays, to be compared with the new list.
    pub(super) fn reset_connection(&mut self) {
        self.known = false;
        self.page = None;
        self.waiting.clear();
        self.merge_at = None;
        self.fetch_at = None;
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let fetch_at = self.fetch_at.filter(|_| self.page.is_none());
        earliest(self.merge_at, fetch_at)
    }

    /// Returns whether the list is to be fetched now.
    pub(super) fn handle_timeout(
        &mut self,
        now: Instant,
        room: &str,
        events: &mut Vec<Event>,
    ) -> bool {
        if is_due(self.merge_at, now) {
            self.merge_at = None;
            self.apply_waiting(room, events);
            if !self.waiting.is_empty() || self.announced_seq > self.seq {
                let earliest_fetch = self
                    .last_fetch
                    .map_or(now, |last| last + self.fetch_interval);
                self.fetch_at = Some(earliest_fetch.max(now));
            }
        }
        if is_due(self.fetch_at, now) && self.page.is_none() {
            self.fetch_at = None;
            return true;
        }
        false
    }

    /// The list is being fetched from its start.
    pub(super) fn begin_fetch(&mut self, now: Instant) -> u32 {
        self.page = Some(Vec::new());
        self.page_seq = None;
        self.last_fetch = Some(now);
        self.fetch_at = None;
        0
    }

    /// The fetch failed; it is tried again.
    pub(super) fn fail_fetch(&mut self, now: Instant) {
        if self.page.take().is_some() {
            self.fetch_at = Some(now + self.merge_timeout);
        }
    }

    /// A page of the list. Returns the index of the next page, if there is one.
    pub(super) fn handle_page(
        &mut self,
        answer: liveroom::GetUserlistRsp,
        room: &str,
        events: &mut Vec<Event>,
    ) -> Option<u32> {
        let page = self.page.as_mut()?;
        let seq = *self.page_seq.get_or_insert(answer.server_user_seq);
        let is_empty = answer.user_base_info_list.is_empty();
        let users = answer
            .user_base_info_list
            .into_iter()
            .filter(|u| u.role != HIDDEN_ROLE)
            .map(|u| User {
                id: text(u.id_name),
                name: text(u.nick_name),
            });
        page.extend(users);
        page.truncate(MAX_USERS);
        let more =
            answer.ret_user_index < answer.server_user_index && !is_empty && page.len() < MAX_USERS;
        if more {
            return u32::try_from(answer.ret_user_index.saturating_add(1)).ok();
        }
        let list = self.page.take().unwrap_or_default();
        self.seq = seq;
        self.known = true;
        self.replace(list, room, events);
        self.apply_waiting(room, events);
        None
    }

    /// A change that the service pushed.
    pub(super) fn handle_push(
        &mut self,
        push: liveroom::PushUserInfoUpdated,
        now: Instant,
        room: &str,
        events: &mut Vec<Event>,
    ) {
        if !self.wanted {
            return;
        }
        if self.known && self.page.is_none() && self.continues(&push) {
            self.apply(push, room, events);
            self.apply_waiting(room, events);
        } else if !self.known || seq_of(&push) > self.seq {
            if self.waiting.len() >= MAX_WAITING {
                self.waiting.clear();
                self.announced_seq = self.announced_seq.max(seq_of(&push));
            } else {
                self.waiting.push(push);
            }
            if self.known && self.page.is_none() {
                self.merge_at.get_or_insert(now + self.merge_timeout);
            }
        }
    }

    /// The sequence that a heartbeat answer named.
    pub(super) fn handle_heartbeat_seq(&mut self, seq: i64, now: Instant) {
        let seq = u64::try_from(seq).unwrap_or(0);
        self.announced_seq = seq;
        if self.wanted
            && self.known
            && seq > self.seq
            && self.page.is_none()
            && self.fetch_at.is_none()
        {
            self.merge_at.get_or_insert(now + self.merge_timeout);
        }
    }

    fn continues(&self, push: &liveroom::PushUserInfoUpdated) -> bool {
        let actions = u64::try_from(push.user_action_list.len()).unwrap_or(u64::MAX);
        self.seq.checked_add(actions) == Some(seq_of(push)) && actions > 0
    }

    fn apply_waiting(&mut self, room: &str, events: &mut Vec<Event>) {
        let seq = self.seq;
        self.waiting.retain(|push| seq_of(push) > seq);
        while let Some(at) = self.waiting.iter().position(|push| self.continues(push)) {
            let push = self.waiting.swap_remove(at);
            self.apply(push, room, events);
        }
        let seq = self.seq;
        self.waiting.retain(|push| seq_of(push) > seq);
    }

    fn apply(&mut self, push: liveroom::PushUserInfoUpdated, room: &str, events: &mut Vec<Event>) {
        self.seq = seq_of(&push);
        let (mut added, mut deleted) = (Vec::new(), Vec::new());
        for action in push.user_action_list {
            let user = User {
                id: text(action.id_name),
                name: text(action.nick_name),
            };
            if action.role == HIDDEN_ROLE || user.id == self.own_id {
                continue;
            }
            match action.action {
                JOINED if self.roster.len() < MAX_USERS => {
                    if self
                        .roster
                        .insert(user.id.clone(), user.name.clone())
                        .is_none()
                    {
                        added.push(user);
                    }
                }
                LEFT => {
                    if let Some(name) = self.roster.swap_remove(&user.id) {
                        deleted.push(User { id: user.id, name });
                    }
                }
                _ => {}
            }
        }
        report(room, added, deleted, events);
    }

    fn replace(&mut self, list: Vec<User>, room: &str, events: &mut Vec<Event>) {
        let mut old = core::mem::take(&mut self.roster);
        let mut added = Vec::new();
        self.roster.reserve(list.len());
        for user in list {
            if user.id == self.own_id {
                continue;
            }
            let is_new = old.swap_remove(&user.id).is_none();
            if self
                .roster
                .insert(user.id.clone(), user.name.clone())
                .is_none()
                && is_new
            {
                added.push(user);
            }
        }
        let deleted = old
            .into_iter()
            .map(|(id, name)| User { id, name })
            .collect();
        report(room, added, deleted, events);
    }
}

fn seq_of(push: &liveroom::PushUserInfoUpdated) -> u64 {
    u64::try_from(push.server_user_seq).unwrap_or(0)
}

fn report(room: &str, added: Vec<User>, deleted: Vec<User>, events: &mut Vec<Event>) {
    for (update, users) in [(UpdateType::Add, added), (UpdateType::Delete, deleted)] {
        if !users.is_empty() {
            events.push(Event::RoomUserUpdate {
                room: room.into(),
                update,
                users,
            });
        }
    }
}
