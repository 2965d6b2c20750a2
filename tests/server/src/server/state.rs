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
    pub(super) opened_at: u64,
    /// When the link ends unless somebody said something, and then unless somebody asked to log in; `None` once somebody did.
    pub(super) login_by: Option<u64>,
    pub(super) allowance: Allowance,
    pub(super) offences: u32,
    pub(super) refused_tokens: u32,
    /// Room-service streams by stream id.
    pub(super) pcs: BTreeMap<u32, Pc>,
}

/// How many frames a link may still send. Answers to pushes are owed, so they do not count.
#[derive(Debug)]
pub(super) struct Allowance {
    /// Thousandths of a frame.
    left: u64,
    at: u64,
    /// Pushes not yet acknowledged.
    owed: u32,
}

impl Allowance {
    /// Counts a frame; `false` if it is one too many.
    pub(super) fn spend(&mut self, now: u64, config: &Config) -> bool {
        let earned = now
            .saturating_sub(self.at)
            .saturating_mul(config.frames_per_s.into());
        let most = u64::from(config.frame_burst).saturating_mul(FRAME);
        self.left = self.left.saturating_add(earned).min(most);
        self.at = now;
        match self.left.checked_sub(FRAME) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }

    pub(super) fn owe_answer(&mut self) {
        self.owed = self.owed.saturating_add(1);
    }

    /// The frame just counted answers a push.
    pub(super) fn give_back(&mut self) {
        if self.owed > 0 {
            self.owed -= 1;
            self.left = self.left.saturating_add(FRAME);
        }
    }
}

/// One frame in the unit of an [`Allowance`].
const FRAME: u64 = 1000;

/// A user in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) room: String,
    pub(super) user: String,
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
    pub(super) fn new(now: u64, config: &Config) -> Self {
        Self {
            app_id: None,
            user: None,
            heard_at: now,
            opened_at: now,
            login_by: Some(now.saturating_add(config.handshake_timeout_ms)),
            allowance: Allowance {
                left: u64::from(config.frame_burst).saturating_mul(FRAME),
                at: now,
                owed: 0,
            },
            offences: 0,
            refused_tokens: 0,
            pcs: BTreeMap::new(),
        }
    }

    /// The client said something.
    pub(super) fn was_heard(&mut self, config: &Config) {
        let login_by = self.opened_at.saturating_add(config.login_timeout_ms);
        self.login_by = self.login_by.map(|_| login_by);
    }

    pub(super) fn idle_at(&self, config: &Config) -> u64 {
        self.heard_at.saturating_add(config.link_idle_ms)
    }

    /// When the link has to be looked at.
    pub(super) fn deadline(&self, config: &Config) -> u64 {
        let restores = self.pcs.values().filter_map(|pc| pc.restore_at);
        restores
            .chain(self.login_by)
            .fold(self.idle_at(config), u64::min)
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

    /// When the room has to be looked at.
    pub(super) fn deadline(&self, config: &Config) -> Option<u64> {
        let members = self.members.iter();
        members
            .filter_map(|member| member.deadline(config))
            .chain(self.barrage_due)
            .min()
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
