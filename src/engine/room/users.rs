//! Who is in the room, kept in step with the service by its user sequence.
//!
//! Each join or leave raises the sequence by one. A push that continues the known sequence is applied at once; any other
//! waits a moment for the missing ones, then the list is fetched.

use alloc::vec::Vec;

use crate::engine::cx::Cx;
use crate::engine::event::{Event, UpdateType, User};
use crate::engine::lean::swap_take;
use crate::engine::shared::Shared;
use crate::engine::time::{Instant, Millis};
use crate::engine::wire::liveroom;

use super::table::Table;

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

/// A change that the service pushed.
#[derive(Debug)]
struct Push {
    seq: u64,
    actions: Vec<Action>,
}

#[derive(Debug)]
struct Action {
    action: u32,
    role: u32,
    user: User,
}

#[derive(Debug)]
pub(super) struct Users {
    wanted: bool,
    own_id: Shared,
    seq: u64,
    known: bool,
    roster: Table<User>,
    /// What the pages of the list held so far, while it is being fetched.
    page: Option<Table<User>>,
    /// Sequence of the first page: changes after it may be missing in that page and are applied on top of the whole.
    page_seq: Option<u64>,
    waiting: Vec<Push>,
    announced_seq: u64,
    merge_at: Instant,
    fetch_at: Instant,
    last_fetch: Instant,
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
            roster: Table::default(),
            page: None,
            page_seq: None,
            waiting: Vec::new(),
            announced_seq: 0,
            merge_at: Instant::NEVER,
            fetch_at: Instant::NEVER,
            last_fetch: Instant::default(),
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
        self.merge_at = Instant::NEVER;
        self.fetch_at = Instant::NEVER;
    }

    pub(super) fn next_deadline(&self) -> Instant {
        if self.page.is_none() {
            self.merge_at.min(self.fetch_at)
        } else {
            self.merge_at
        }
    }

    /// Returns whether the list is to be fetched now.
    pub(super) fn handle_timeout(&mut self, room: &str, cx: &mut Cx<'_>) -> bool {
        let now = cx.now.mono;
        if self.merge_at <= now {
            self.merge_at = Instant::NEVER;
            self.apply_waiting(room, cx);
            if !self.waiting.is_empty() || self.announced_seq > self.seq {
                self.fetch_at = now.max(self.last_fetch + self.fetch_interval);
            }
        }
        if self.fetch_at <= now && self.page.is_none() {
            self.fetch_at = Instant::NEVER;
            return true;
        }
        false
    }

    /// The list is being fetched from its start.
    pub(super) fn begin_fetch(&mut self, now: Instant) -> u32 {
        self.page = Some(Table::default());
        self.page_seq = None;
        self.last_fetch = now;
        self.fetch_at = Instant::NEVER;
        0
    }

    /// The fetch failed; it is tried again.
    pub(super) fn fail_fetch(&mut self, now: Instant) {
        if self.page.take().is_some() {
            self.fetch_at = now + self.merge_timeout;
        }
    }

    /// A page of the list. Returns the index of the next page, if there is one.
    #[inline(never)]
    pub(super) fn handle_page(
        &mut self,
        answer: liveroom::GetUserlistRsp<'_>,
        room: &str,
        cx: &mut Cx<'_>,
    ) -> Option<u32> {
        let page = self.page.as_mut()?;
        let seq = *self.page_seq.get_or_insert(answer.server_user_seq());
        let mut is_empty = true;
        for user in answer.user_base_info_list() {
            is_empty = false;
            let is_reported =
                user.role() != HIDDEN_ROLE && user.id_name() != self.own_id.as_bytes();
            if is_reported && page.len() < MAX_USERS {
                let id = user.id_name_shared();
                let name = user.nick_name_shared();
                page.insert(id.clone(), User { id, name });
            }
        }
        let last = answer.ret_user_index();
        if last < answer.server_user_index() && !is_empty && page.len() < MAX_USERS {
            return u32::try_from(last.saturating_add(1)).ok();
        }
        let list = self.page.take().unwrap_or_default();
        self.seq = seq;
        self.known = true;
        self.replace(list, room, cx);
        self.apply_waiting(room, cx);
        None
    }

    /// A change that the service pushed.
    pub(super) fn handle_push(
        &mut self,
        push: liveroom::PushUserInfoUpdated<'_>,
        room: &str,
        cx: &mut Cx<'_>,
    ) {
        if !self.wanted {
            return;
        }
        let push = Push::from(push);
        if self.known && self.page.is_none() && self.continues(&push) {
            self.apply(push, room, cx);
            self.apply_waiting(room, cx);
        } else if !self.known || push.seq > self.seq {
            if self.waiting.len() >= MAX_WAITING {
                self.waiting.clear();
                self.announced_seq = self.announced_seq.max(push.seq);
            } else {
                self.waiting.push(push);
            }
            if self.known && self.page.is_none() {
                self.merge_at = self.merge_at.or(cx.now.mono + self.merge_timeout);
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
            && self.fetch_at == Instant::NEVER
        {
            self.merge_at = self.merge_at.or(now + self.merge_timeout);
        }
    }

    fn continues(&self, push: &Push) -> bool {
        let actions = u64::try_from(push.actions.len()).unwrap_or(u64::MAX);
        self.seq.checked_add(actions) == Some(push.seq) && actions > 0
    }

    fn apply_waiting(&mut self, room: &str, cx: &mut Cx<'_>) {
        self.drop_old();
        while let Some(at) = self.waiting.iter().position(|push| self.continues(push)) {
            if let Some(push) = swap_take(&mut self.waiting, at) {
                self.apply(push, room, cx);
            }
        }
        self.drop_old();
    }

    fn drop_old(&mut self) {
        let mut at = 0;
        while let Some(push) = self.waiting.get(at) {
            if push.seq > self.seq {
                at += 1;
            } else {
                swap_take(&mut self.waiting, at);
            }
        }
    }

    fn apply(&mut self, push: Push, room: &str, cx: &mut Cx<'_>) {
        self.seq = push.seq;
        let (mut added, mut deleted) = (Vec::new(), Vec::new());
        for action in &push.actions {
            let user = &action.user;
            if action.role == HIDDEN_ROLE || user.id == self.own_id {
                continue;
            }
            match action.action {
                JOINED
                    if self.roster.len() < MAX_USERS
                        && self.roster.insert(user.id.clone(), user.clone()) =>
                {
                    added.push(user.clone());
                }
                LEFT => {
                    if let Some(user) = self.roster.swap_remove(&user.id) {
                        deleted.push(user);
                    }
                }
                _ => {}
            }
        }
        report(room, UpdateType::Add, added, cx);
        report(room, UpdateType::Delete, deleted, cx);
    }

    fn replace(&mut self, list: Table<User>, room: &str, cx: &mut Cx<'_>) {
        let mut old = core::mem::replace(&mut self.roster, list);
        let mut added = Vec::with_capacity(self.roster.len());
        for user in self.roster.rows() {
            if old.swap_remove(&user.id).is_none() {
                added.push(user.clone());
            }
        }
        report(room, UpdateType::Add, added, cx);
        report(room, UpdateType::Delete, old.into_rows(), cx);
    }
}

impl From<liveroom::PushUserInfoUpdated<'_>> for Push {
    fn from(push: liveroom::PushUserInfoUpdated<'_>) -> Self {
        let mut actions = Vec::new();
        for action in push.user_action_list() {
            actions.push(Action {
                action: action.action(),
                role: action.role(),
                user: User {
                    id: action.id_name_shared(),
                    name: action.nick_name_shared(),
                },
            });
        }
        Self {
            seq: u64::try_from(push.server_user_seq()).unwrap_or(0),
            actions,
        }
    }
}

#[inline(never)]
fn report(room: &str, update: UpdateType, users: Vec<User>, cx: &mut Cx<'_>) {
    if !users.is_empty() {
        cx.emit(Event::RoomUserUpdate {
            room: room.into(),
            update,
            users,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::io::Output;
    use crate::engine::random::Random;
    use crate::engine::time::Now;

    #[test]
    fn recorders_and_the_own_user_are_nobody_to_report() {
        let mut users = Users::new(true, "own");
        let (mut out, mut random) = (Vec::new(), Random::new(1));
        let joined = |id: &str, role| Action {
            action: JOINED,
            role,
            user: User {
                id: id.into(),
                name: "".into(),
            },
        };
        let actions = vec![
            joined("recorder", HIDDEN_ROLE),
            joined("own", 2),
            joined("other", 2),
        ];
        let mut cx = Cx {
            now: Now::default(),
            random: &mut random,
            asks: false,
            out: &mut out,
        };
        users.apply(Push { seq: 3, actions }, "r", &mut cx);
        let [Output::Event(Event::RoomUserUpdate { users, .. })] = out.as_slice() else {
            panic!("{out:?}")
        };
        assert_eq!(users.len(), 1);
        assert_eq!(&*users[0].id, "other");
    }
}
