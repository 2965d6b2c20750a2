//! The streams of the room, kept in step with the service by its stream sequence.
//!
//! Each add, delete or update raises the sequence by one. A push that continues it is applied; a gap leads to a fetch of the
//! whole list, which then replaces the known one.

use alloc::{string::String, vec::Vec};

use crate::engine::cx::Cx;
use crate::engine::event::{Event, Stream, UpdateType, User};
use crate::engine::shared::Shared;
use crate::engine::time::{Instant, Millis};
use crate::engine::wire::pb::{Fields, Message, Messages};
use crate::engine::wire::{liveroom, switch};

use super::table::Table;

/// Delay of a fetch after a heartbeat answer named a newer sequence, or after an answer was older than the known list.
pub(super) const FETCH_DELAY_MS: Millis = 2_000;
/// Streams of a room that are kept and reported; further ones are not.
pub(super) const MAX_STREAMS: usize = 20_000;

/// A stream as the service describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamInfo {
    pub(crate) id: Shared,
    pub(crate) sid: String,
    pub(crate) user: User,
    pub(crate) extra_info: Shared,
    pub(crate) close_type: u32,
}

/// What a push says of its streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    Deleted,
    Updated,
}

#[derive(Debug)]
pub(super) struct Streams {
    own_id: Shared,
    seq: u32,
    list: Table<Stream>,
    fetching: bool,
    fetch_at: Instant,
}

impl Streams {
    pub(super) fn new(own_id: &str) -> Self {
        Self {
            own_id: own_id.into(),
            seq: 0,
            list: Table::default(),
            fetching: false,
            fetch_at: Instant::NEVER,
        }
    }

    pub(super) fn reset_connection(&mut self) {
        self.fetching = false;
        self.fetch_at = Instant::NEVER;
    }

    pub(super) fn next_deadline(&self) -> Instant {
        if self.fetching {
            Instant::NEVER
        } else {
            self.fetch_at
        }
    }

    /// Whether a fetch is due; it counts as begun.
    pub(super) fn begin_fetch(&mut self, now: Instant) -> bool {
        let due = self.next_deadline() <= now;
        if due {
            self.fetch_at = Instant::NEVER;
            self.fetching = true;
        }
        due
    }

    /// The fetch got no answer; it is tried again.
    pub(super) fn fail_fetch(&mut self, now: Instant) {
        self.fetching = false;
        self.fetch_at = now + FETCH_DELAY_MS;
    }

    /// The list of a login answer. It is the truth, whatever sequence was known before: the service may have begun anew.
    /// Returns the own streams that it holds.
    pub(super) fn handle_login(
        &mut self,
        seq: u32,
        list: &[StreamInfo],
        room: &str,
        cx: &mut Cx<'_>,
    ) -> Vec<StreamInfo> {
        self.seq = seq;
        self.replace(list, room, cx)
    }

    /// The answer to a fetch.
    pub(super) fn handle_list(
        &mut self,
        seq: u32,
        list: &[StreamInfo],
        room: &str,
        cx: &mut Cx<'_>,
    ) {
        self.fetching = false;
        if seq < self.seq {
            self.fetch_at = cx.now.mono + FETCH_DELAY_MS;
        } else {
            // A gap that was found meanwhile leads to another fetch.
            self.seq = seq;
            self.replace(list, room, cx);
        }
    }

    /// A change that the service pushed.
    pub(super) fn handle_push(
        &mut self,
        change: Change,
        seq: u32,
        list: &[StreamInfo],
        room: &str,
        cx: &mut Cx<'_>,
    ) {
        if seq <= self.seq {
            return;
        }
        if self.seq.checked_add(1) != Some(seq) {
            self.fetch_at = cx.now.mono;
            return;
        }
        self.seq = seq;
        match change {
            Change::Added => self.add(list, room, cx),
            Change::Deleted => self.delete(list, room, cx),
            Change::Updated => self.update(list, room, cx),
        }
    }

    /// The sequence after a change of an own stream.
    pub(super) fn handle_own_change(&mut self, seq: u32, now: Instant) {
        if self.seq.checked_add(1) == Some(seq) {
            self.seq = seq;
        } else if seq > self.seq {
            self.fetch_at = now;
        }
    }

    /// A change of an own stream got no answer: what the sequence counted meanwhile is not known.
    pub(super) fn handle_unanswered_change(&mut self, now: Instant) {
        self.fetch_at = self.fetch_at.or(now + FETCH_DELAY_MS);
    }

    /// What a heartbeat answer said.
    pub(super) fn handle_heartbeat(&mut self, seq: u32, refresh: bool, now: Instant) {
        if refresh {
            self.fetch_at = now;
        } else if seq > self.seq && !self.fetching {
            self.fetch_at = self.fetch_at.or(now + FETCH_DELAY_MS);
        }
    }

    fn is_own(&self, stream: &StreamInfo) -> bool {
        stream.user.id == self.own_id
    }

    fn add(&mut self, list: &[StreamInfo], room: &str, cx: &mut Cx<'_>) {
        let mut added = Vec::new();
        for info in list {
            if !self.is_own(info) && !self.list.contains(&info.id) && self.list.len() < MAX_STREAMS
            {
                let stream = public(info);
                self.list.insert(stream.id.clone(), stream.clone());
                added.push(stream);
            }
        }
        report_added(room, added, cx);
    }

    fn delete(&mut self, list: &[StreamInfo], room: &str, cx: &mut Cx<'_>) {
        let (mut deleted, mut reasons) = (Vec::new(), Vec::new());
        for info in list {
            if let Some(stream) = self.list.swap_remove(&info.id) {
                if info.close_type != 0 {
                    reasons.push((stream.id.clone(), info.close_type));
                }
                deleted.push(stream);
            }
        }
        report_deleted(room, deleted, reasons, cx);
    }

    fn update(&mut self, list: &[StreamInfo], room: &str, cx: &mut Cx<'_>) {
        let mut changed = Vec::new();
        for info in list {
            let known = self.list.get_mut(&info.id);
            if let Some(stream) = known.filter(|stream| stream.extra_info != info.extra_info) {
                stream.extra_info = info.extra_info.clone();
                changed.push(stream.clone());
            }
        }
        report_extra_info(room, changed, cx);
    }

    fn replace(&mut self, list: &[StreamInfo], room: &str, cx: &mut Cx<'_>) -> Vec<StreamInfo> {
        let mut old = core::mem::take(&mut self.list);
        let (mut own, mut added, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        for info in list {
            if self.is_own(info) {
                own.push(info.clone());
                continue;
            }
            if self.list.len() >= MAX_STREAMS || self.list.contains(&info.id) {
                continue;
            }
            let stream = public(info);
            match old.swap_remove(&stream.id) {
                None => added.push(stream.clone()),
                Some(before) if before.extra_info != stream.extra_info => {
                    changed.push(stream.clone());
                }
                Some(_) => {}
            }
            self.list.insert(stream.id.clone(), stream);
        }
        report_deleted(room, old.into_rows(), Vec::new(), cx);
        report_added(room, added, cx);
        report_extra_info(room, changed, cx);
        own
    }
}

impl StreamInfo {
    /// All messages that describe a stream begin with the same fields.
    #[inline(never)]
    fn new(fields: Fields<'_>, extra_info: Shared) -> Self {
        let stream = liveroom::StreamInfo::new(fields);
        Self {
            id: stream.stream_id_shared(),
            sid: stream.stream_sid_text(),
            user: User {
                id: stream.id_name_shared(),
                name: stream.nick_name_shared(),
            },
            extra_info,
            close_type: 0,
        }
    }

    pub(super) fn from_login(list: Messages<'_, switch::LoginStreamInfo<'_>>) -> Vec<Self> {
        let mut streams = Vec::new();
        for s in list {
            streams.push(Self::new(s.fields(), s.extra_info_shared()));
        }
        streams
    }

    pub(super) fn from_list(list: Messages<'_, liveroom::StreamInfo<'_>>) -> Vec<Self> {
        let mut streams = Vec::new();
        for s in list {
            streams.push(Self::new(s.fields(), s.extra_info_shared()));
        }
        streams
    }

    pub(super) fn from_push(list: Messages<'_, liveroom::PushStreamInfo<'_>>) -> Vec<Self> {
        let mut streams = Vec::new();
        for s in list {
            streams.push(Self {
                close_type: s.close_type(),
                ..Self::new(s.fields(), s.extra_info_shared())
            });
        }
        streams
    }
}

fn public(info: &StreamInfo) -> Stream {
    Stream {
        id: info.id.clone(),
        user: info.user.clone(),
        extra_info: info.extra_info.clone(),
    }
}

fn report_added(room: &str, added: Vec<Stream>, cx: &mut Cx<'_>) {
    if added.is_empty() {
        return;
    }
    let mut with_info = Vec::new();
    for stream in &added {
        if !stream.extra_info.is_empty() {
            with_info.push(stream.clone());
        }
    }
    cx.emit(Event::RoomStreamUpdate {
        room: room.into(),
        update: UpdateType::Add,
        streams: added,
        reasons: Vec::new(),
    });
    report_extra_info(room, with_info, cx);
}

fn report_deleted(room: &str, streams: Vec<Stream>, reasons: Vec<(Shared, u32)>, cx: &mut Cx<'_>) {
    if !streams.is_empty() {
        cx.emit(Event::RoomStreamUpdate {
            room: room.into(),
            update: UpdateType::Delete,
            streams,
            reasons,
        });
    }
}

fn report_extra_info(room: &str, streams: Vec<Stream>, cx: &mut Cx<'_>) {
    if !streams.is_empty() {
        cx.emit(Event::StreamExtraInfoUpdate {
            room: room.into(),
            streams,
        });
    }
}
