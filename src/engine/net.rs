//! Room requests: their sequence numbers, what waits for an answer, and how they reach the link.

use super::cx::Cx;
use super::error::{Error, QUEUE_FULL, SOCKET_CLOSED, STREAM_UPDATE_FAILED};
use super::io::{CallId, NetworkKind};
use super::lean::take_first;
use super::link::Link;
use super::time::{Instant, Millis};
use super::wire::pb::{self, Encode};
use super::wire::{packet, switch};
use alloc::{string::String, vec::Vec};

/// How long a login may wait for its answer; then it is sent again.
pub(super) const LOGIN_TIMEOUT_MS: Millis = 6_000;
/// How long `sendBroadcastMessage` may wait for its answer.
pub(super) const BROADCAST_TIMEOUT_MS: Millis = 6_000;
/// How long barrage messages may wait for their answer, once their window is over and they are sent.
pub(super) const BARRAGE_TIMEOUT_MS: Millis = 6_000;
/// How long `sendCustomCommand` may wait for its answer.
pub(super) const COMMAND_TIMEOUT_MS: Millis = 6_000;
/// How long `setRoomExtraInfo` may wait for its answer.
pub(super) const ROOM_EXTRA_INFO_TIMEOUT_MS: Millis = 6_000;
/// How long `setStreamExtraInfo` and `setDeviceState` may wait for their answer.
pub(super) const STREAM_EXTRA_INFO_TIMEOUT_MS: Millis = 6_000;
/// How long requests of a room itself may wait for their answer, such as heartbeats and lists.
pub(super) const ROOM_REQUEST_TIMEOUT_MS: Millis = 6_000;
/// Room requests that wait for an answer at the same time; more are refused.
pub(super) const MAX_PENDING: usize = 512;

/// Names one login to a room, so that answers meant for an earlier login are not mistaken.
pub(super) type RoomKey = u32;

/// How packets of a room are addressed.
#[derive(Debug, Clone, Default)]
pub(super) struct Route {
    /// The room.
    pub room: RoomKey,
    /// Given by the service with the login; 0 before.
    pub context_key: u32,
    /// Opaque bytes that every request after the login repeats.
    pub controls: Option<Vec<u8>>,
}

/// What an answer is for.
#[derive(Debug)]
#[allow(missing_docs)]
pub(super) enum Purpose {
    Login,
    Enter,
    /// A login of a room that was left meanwhile; the user leaves with the answer.
    Leave,
    Heartbeat,
    UserList,
    StreamList,
    RenewToken,
    GetExtraInfo,
    SetExtraInfo {
        call: CallId,
        key: String,
    },
    AddStream {
        stream_id: String,
    },
    DeleteStream {
        stream_id: String,
        stream_sid: String,
        refusals: u32,
    },
    UpdateStream {
        /// `None` where nobody waits any more.
        call: Option<CallId>,
        stream_id: String,
        extra_info: String,
    },
    Broadcast {
        call: CallId,
    },
    Barrage {
        calls: Vec<(String, CallId)>,
    },
    CustomCommand {
        call: CallId,
    },
}

impl Purpose {
    /// How long the answer may take.
    const fn limit(&self) -> Millis {
        match self {
            Self::Login | Self::Enter | Self::Leave => LOGIN_TIMEOUT_MS,
            Self::Broadcast { .. } => BROADCAST_TIMEOUT_MS,
            Self::Barrage { .. } => BARRAGE_TIMEOUT_MS,
            Self::CustomCommand { .. } => COMMAND_TIMEOUT_MS,
            Self::SetExtraInfo { .. } => ROOM_EXTRA_INFO_TIMEOUT_MS,
            Self::UpdateStream { .. } => STREAM_EXTRA_INFO_TIMEOUT_MS,
            _ => ROOM_REQUEST_TIMEOUT_MS,
        }
    }

    /// Settles the calls that the request serves; a request of the engine itself has none.
    #[inline(never)]
    pub(super) fn reject(&self, error: &Error, cx: &mut Cx<'_>) {
        match self {
            Self::SetExtraInfo { call, .. }
            | Self::UpdateStream {
                call: Some(call), ..
            }
            | Self::Broadcast { call }
            | Self::CustomCommand { call } => cx.reply(*call, Err(error.clone())),
            Self::Barrage { calls } => {
                for (_, call) in calls {
                    cx.reply(*call, Err(error.clone()));
                }
            }
            _ => {}
        }
    }
}

/// A request that waits for its answer.
#[derive(Debug)]
pub(super) struct Pending {
    /// Number of the packet.
    pub seq: u32,
    /// For which room.
    pub room: RoomKey,
    /// What it is for.
    pub purpose: Purpose,
    /// When its time is over.
    pub deadline: Instant,
}

/// The link and the room requests on it.
#[derive(Debug)]
pub(super) struct Net {
    /// The link.
    pub link: Link,
    /// AppID.
    pub app_id: u32,
    /// Id of the installation.
    pub device_id: String,
    /// Present network.
    pub network: NetworkKind,
    last_seq: u32,
    pending: Vec<Pending>,
}

impl Net {
    /// No request yet.
    pub(super) fn new(link: Link, app_id: u32, device_id: String, network: NetworkKind) -> Self {
        Self {
            link,
            app_id,
            device_id,
            network,
            last_seq: 0,
            pending: Vec::new(),
        }
    }

    /// The number of the next packet.
    pub(super) fn next_seq(&mut self) -> u32 {
        self.last_seq = self.last_seq.wrapping_add(1);
        self.last_seq
    }

    /// Sends a request under the number `seq`. If it cannot be sent, the calls that it serves are rejected and false is returned.
    #[inline(always)]
    pub(super) fn send(
        &mut self,
        seq: u32,
        route: &Route,
        cmd: u32,
        body: &impl Encode,
        purpose: Purpose,
        cx: &mut Cx<'_>,
    ) -> bool {
        self.send_bytes(seq, route, cmd, pb::encode(body), purpose, cx)
    }

    #[inline(never)]
    fn send_bytes(
        &mut self,
        seq: u32,
        route: &Route,
        cmd: u32,
        body: Vec<u8>,
        purpose: Purpose,
        cx: &mut Cx<'_>,
    ) -> bool {
        let sent = self.pending.len() < MAX_PENDING && self.transmit(seq, route, cmd, &body, cx);
        if sent {
            let deadline = cx.now.mono + purpose.limit();
            self.pending.push(Pending {
                seq,
                room: route.room,
                purpose,
                deadline,
            });
        } else {
            let code = match purpose {
                Purpose::UpdateStream { .. } => STREAM_UPDATE_FAILED,
                _ if self.link.is_open() => QUEUE_FULL,
                _ => SOCKET_CLOSED,
            };
            purpose.reject(&Error::new(code), cx);
        }
        sent
    }

    /// Sends a packet that has no answer.
    #[inline(always)]
    pub(super) fn notify(&mut self, route: &Route, cmd: u32, body: &impl Encode, cx: &mut Cx<'_>) {
        self.notify_bytes(route, cmd, pb::encode(body), cx);
    }

    #[inline(never)]
    fn notify_bytes(&mut self, route: &Route, cmd: u32, body: Vec<u8>, cx: &mut Cx<'_>) {
        let seq = self.next_seq();
        self.transmit(seq, route, cmd, &body, cx);
    }

    /// Takes the request that answer `seq` belongs to.
    pub(super) fn take(&mut self, seq: u32) -> Option<Pending> {
        self.take_first(&|p| p.seq == seq)
    }

    /// Takes the login of a room, if it has no answer yet.
    pub(super) fn take_login(&mut self, room: RoomKey) -> Option<Pending> {
        self.take_first(&|p| p.room == room && matches!(p.purpose, Purpose::Login | Purpose::Enter))
    }

    /// Waits for a request that was taken.
    pub(super) fn put_back(&mut self, pending: Pending) {
        self.pending.push(pending);
    }

    /// Whether a login that nobody wants any more has no answer yet. Until then no other one may be sent.
    pub(super) fn is_leaving(&self) -> bool {
        self.pending
            .iter()
            .any(|p| matches!(p.purpose, Purpose::Leave))
    }

    /// Takes a request whose time is over.
    pub(super) fn take_expired(&mut self, now: Instant) -> Option<Pending> {
        self.take_first(&|p| p.deadline <= now)
    }

    /// Forgets the requests that nobody waits for any more.
    pub(super) fn forget_requests(&mut self) {
        self.pending.clear();
    }

    /// Takes a request of a room.
    pub(super) fn take_of_room(&mut self, room: RoomKey) -> Option<Pending> {
        self.take_first(&|p| p.room == room)
    }

    #[inline(never)]
    fn take_first(&mut self, is_wanted: &dyn Fn(&Pending) -> bool) -> Option<Pending> {
        take_first(&mut self.pending, is_wanted)
    }

    /// Forgets the requests of rooms that are not there any more. Nobody waits for them: who did was told when the room ended.
    pub(super) fn forget_others(&mut self, is_there: &dyn Fn(RoomKey) -> bool) {
        while self.take_first(&|p| !is_there(p.room)).is_some() {}
    }

    /// When the link wants to be woken, or the first request expires.
    pub(super) fn next_deadline(&self) -> Instant {
        let mut deadline = self.link.next_deadline();
        for pending in &self.pending {
            deadline = deadline.min(pending.deadline);
        }
        deadline
    }

    fn transmit(
        &mut self,
        seq: u32,
        route: &Route,
        cmd: u32,
        body: &[u8],
        cx: &mut Cx<'_>,
    ) -> bool {
        let header = switch::write::Header {
            cmd,
            seq,
            timestamp: cx.now.wall,
            controls: route.controls.as_deref(),
            context_key: route.context_key,
        };
        let bytes = packet::encode_packet(&header, body);
        self.link.send_packet(bytes, cmd == packet::cmd::LOGIN, cx)
    }
}
