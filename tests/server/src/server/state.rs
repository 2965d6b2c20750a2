//! What the server remembers. Data dies with the thing it belongs to.

use std::collections::BTreeMap;

use crate::{config::Config, io::ConnId};

/// One socket.
#[derive(Debug)]
pub(super) struct Conn {
    /// The app the client named on this link.
    pub(super) app_id: Option<u32>,
    /// Last user id the client named on this link.
    pub(super) user: Option<String>,
    pub(super) heard_at: u64,
    pub(super) offences: u32,
    /// Room-service streams by stream id.
    pub(super) pcs: BTreeMap<u32, Pc>,
}

/// A proxied connection: one stream of a link that leads to the room service.
///
/// ```text
/// (first upward message) -> established -> broken (control) -> established (login, or by itself)
///                                       \-> gone (stream closed, link closed): members are lost
/// ```
#[derive(Debug, Default)]
pub(super) struct Pc {
    pub(super) established: bool,
    /// When a broken one comes back by itself.
    pub(super) restore_at: Option<u64>,
    pub(super) login: Option<Login>,
    /// Rooms by context key.
    pub(super) contexts: BTreeMap<u32, String>,
}

/// Who is logged in on a PC.
#[derive(Debug, Clone)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) nick: String,
    pub(super) role: u32,
    pub(super) switch_session: u64,
}

#[derive(Debug)]
pub(super) struct Room {
    pub(super) session: u64,
    pub(super) user_seq: u64,
    pub(super) stream_seq: u32,
    pub(super) next_index: u32,
    /// Most users, as asked for by whoever created it; 0 for the server's own bound.
    pub(super) limit: usize,
    /// In order of joining.
    pub(super) members: Vec<Member>,
    /// In order of announcing.
    pub(super) streams: Vec<Stream>,
    /// In order of first setting.
    pub(super) extra: Vec<Extra>,
    pub(super) extra_list_seq: u32,
    pub(super) barrage: Vec<crate::wire::pb::liveroom::BigImData>,
    pub(super) barrage_due: Option<u64>,
}

/// What is kept of an empty room, so that its sequences do not go back for a client that returns.
#[derive(Debug)]
pub(super) struct Retired {
    pub(super) user_seq: u64,
    pub(super) stream_seq: u32,
    pub(super) forget_at: u64,
}

#[derive(Debug)]
pub(super) struct Member {
    /// Place in the user list; stays while others leave.
    pub(super) index: u32,
    pub(super) user: String,
    pub(super) nick: String,
    pub(super) role: u32,
    pub(super) number: u64,
    pub(super) session: u64,
    pub(super) switch_session: u64,
    pub(super) relogin_token: String,
    pub(super) joined_at: u64,
    /// Whether it wants to be told about other users.
    pub(super) watches_users: bool,
    pub(super) presence: Presence,
    pub(super) token_ends_at: Option<u64>,
    pub(super) token_digest: [u8; 16],
    /// Streams for which it was given a push address, oldest first.
    pub(super) grants: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Presence {
    /// Reachable over a PC.
    Here {
        conn: ConnId,
        stream: u32,
        key: u32,
        heard_at: u64,
    },
    /// Its link is lost; it is still in the room.
    Lost { until: u64 },
}

#[derive(Debug)]
pub(super) struct Stream {
    pub(super) id: String,
    pub(super) sid: String,
    pub(super) nid: u32,
    pub(super) version: u32,
    pub(super) user: String,
    pub(super) nick: String,
    pub(super) extra_info: Vec<u8>,
    pub(super) created_at: u64,
    pub(super) flowing: bool,
}

#[derive(Debug)]
pub(super) struct Extra {
    pub(super) channel: Vec<u8>,
    pub(super) key: Vec<u8>,
    pub(super) value: Vec<u8>,
    pub(super) seq: u32,
    pub(super) user: String,
    pub(super) nick: String,
    pub(super) role: u32,
    pub(super) set_at: u64,
}

/// Where to send something for a member.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) conn: ConnId,
    pub(super) stream: u32,
    pub(super) key: u32,
}

impl Conn {
    pub(super) fn new(now: u64) -> Self {
        Self {
            app_id: None,
            user: None,
            heard_at: now,
            offences: 0,
            pcs: BTreeMap::new(),
        }
    }

    pub(super) fn idle_at(&self, config: &Config) -> u64 {
        self.heard_at.saturating_add(config.link_idle_ms)
    }
}

impl Room {
    pub(super) fn new(session: u64, limit: usize, before: Option<Retired>) -> Self {
        let (user_seq, stream_seq) =
            before.map_or((0, 0), |before| (before.user_seq, before.stream_seq));
        Self {
            session,
            user_seq,
            stream_seq,
            next_index: 0,
            limit,
            members: Vec::new(),
            streams: Vec::new(),
            extra: Vec::new(),
            extra_list_seq: 0,
            barrage: Vec::new(),
            barrage_due: None,
        }
    }

    pub(super) fn member(&self, user: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.user == user)
    }

    pub(super) fn member_mut(&mut self, user: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.user == user)
    }

    pub(super) fn stream_mut(&mut self, id: &str) -> Option<&mut Stream> {
        self.streams.iter_mut().find(|stream| stream.id == id)
    }

    pub(super) fn is_full(&self, bound: usize) -> bool {
        let limit = if self.limit == 0 {
            bound
        } else {
            self.limit.min(bound)
        };
        self.members.len() >= limit
    }

    pub(super) fn online(&self) -> u32 {
        u32::try_from(self.members.len()).unwrap_or(u32::MAX)
    }
}

impl Member {
    pub(super) fn target(&self) -> Option<Target> {
        match self.presence {
            Presence::Here {
                conn, stream, key, ..
            } => Some(Target { conn, stream, key }),
            Presence::Lost { .. } => None,
        }
    }

    /// When the member leaves unless something happens.
    pub(super) fn deadline(&self, config: &Config) -> Option<u64> {
        let end = match self.presence {
            Presence::Here { heard_at, .. } => {
                heard_at.saturating_add(config.room_heartbeat_timeout_ms.into())
            }
            Presence::Lost { until } => until,
        };
        Some(self.token_ends_at.map_or(end, |token| token.min(end)))
    }
}
