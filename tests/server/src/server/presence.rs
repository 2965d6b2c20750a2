//! Who is in which room, and how that ends: loss, leaving, kick-out.

use crate::{
    codes,
    config::MAX_RETIRED_ROOMS,
    io::{ConnId, LogLevel},
    wire::{
        cmd,
        pb::{
            liveroom::{PushUserInfoUpdated, PushUserKickout, UserAction},
            switch::PushKickout,
        },
        sub,
    },
};

use super::{
    Server,
    outbox::{Refusal, To},
    state::{Member, Pc, Presence, Retired, Room, Target},
};

pub(super) const ACTION_JOINED: u32 = 1;
const ACTION_LEFT: u32 = 2;

/// Why a user leaves a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    LoggedOut,
    LoggedInAgain,
    Kicked,
    Lost,
    Forgotten,
}

impl Cause {
    fn text(self) -> &'static str {
        match self {
            Self::LoggedOut => "logged out",
            Self::LoggedInAgain => "logged in again",
            Self::Kicked => "kicked",
            Self::Lost => "lost for too long",
            Self::Forgotten => "forgotten",
        }
    }

    /// Why the user's streams end, as others are told; see `PushStreamInfo`.
    fn close_type(self) -> u32 {
        match self {
            Self::LoggedOut => super::streams::CLOSED_BY_USER,
            Self::LoggedInAgain => 3,
            Self::Kicked => 4,
            Self::Lost => 5,
            Self::Forgotten => 6,
        }
    }
}

impl Server {
    /// A room stream is gone: its users stay in their rooms for the grace period.
    pub(super) fn lose_pc(&mut self, conn: ConnId, stream: u32) {
        self.lose_members(conn, stream);
        if let Some(link) = self.conns.get_mut(&conn) {
            link.pcs.remove(&stream);
        }
    }

    pub(super) fn lose_members(&mut self, conn: ConnId, stream: u32) {
        let until = self.now.saturating_add(self.config.grace_ms);
        let Some(pc) = self.pc_mut(conn, stream) else {
            return;
        };
        let Some(user) = pc.login.as_ref().map(|login| login.user.clone()) else {
            return;
        };
        for room in std::mem::take(&mut pc.contexts).into_values() {
            if let Some(member) = self
                .rooms
                .get_mut(&room)
                .and_then(|room| room.member_mut(&user))
            {
                member.presence = Presence::Lost { until };
                self.schedule_room(&room);
                self.log(
                    LogLevel::Info,
                    Some(conn),
                    &format!("{user} lost in {room}"),
                );
            }
        }
    }

    /// Takes a user out of a room and tells the others: first that the streams are gone, then that the user is.
    pub(super) fn leave(&mut self, room_id: &str, user: &str, cause: Cause) {
        let Some(room) = self.rooms.get_mut(room_id) else {
            return;
        };
        let Some(at) = room.members.iter().position(|member| member.user == user) else {
            return;
        };
        let member = room.members.remove(at);
        room.user_seq += 1;
        let seq = room.user_seq;
        for stream in &member.grants {
            self.granted.remove(stream);
        }
        if let Some(Target { conn, stream, key }) = member.target()
            && let Some(pc) = self.pc_mut(conn, stream)
        {
            pc.contexts.remove(&key);
        }
        self.log(
            LogLevel::Info,
            member.target().map(|target| target.conn),
            &format!("{user} left {room_id}: {}", cause.text()),
        );
        self.remove_streams_of(room_id, user, cause.close_type());
        self.push_user(room_id, &member, ACTION_LEFT, seq);
        self.retire_if_empty(room_id);
    }

    /// Throws a user out of one room.
    pub(super) fn kick_from_room(
        &mut self,
        room_id: &str,
        user: &str,
        reason: u32,
        message: &str,
    ) -> bool {
        let Some(member) = self.rooms.get(room_id).and_then(|room| room.member(user)) else {
            return false;
        };
        let push = PushUserKickout {
            id_name: user.as_bytes().to_vec(),
            user_session_id: member.session,
            kickout_reason: super::link::signed(reason),
            custom_reason: message.as_bytes().to_vec(),
        };
        self.push(
            room_id,
            To::Only(&[user.to_owned()]),
            sub::KICKED_OUT,
            &push,
        );
        self.leave(room_id, user, Cause::Kicked);
        true
    }

    /// Throws a user out of all rooms of the link over which it is in `room_id`.
    pub(super) fn kick_link(&mut self, room_id: &str, user: &str, reason: u32, message: &str) {
        let cause = if reason == codes::KICK_ELSEWHERE {
            Cause::LoggedInAgain
        } else {
            Cause::Kicked
        };
        let target = self
            .rooms
            .get(room_id)
            .and_then(|room| room.member(user))
            .and_then(Member::target);
        let Some(target) = target else {
            return self.leave(room_id, user, cause);
        };
        let rooms = self.rooms_of(target.conn, target.stream);
        self.push_kickout(target, reason, message);
        for room in rooms {
            self.leave(&room, user, cause);
        }
        if let Some(pc) = self.pc_mut(target.conn, target.stream) {
            pc.login = None;
        }
    }

    /// Ends memberships whose grace, heartbeat or token is over.
    pub(super) fn expire_members(&mut self, room_id: &str) {
        let now = self.now;
        let Some(room) = self.rooms.get(room_id) else {
            return;
        };
        let over = |member: &&Member| member.deadline(&self.config).is_some_and(|at| at <= now);
        let due: Vec<_> = room
            .members
            .iter()
            .filter(over)
            .map(|member| {
                let token_ended = member.token_ends_at.is_some_and(|at| at <= now);
                (member.user.clone(), token_ended)
            })
            .collect();
        for (user, token_ended) in due {
            if token_ended {
                self.kick_from_room(room_id, &user, codes::KICK_TOKEN_EXPIRED, "");
            } else {
                self.leave(room_id, &user, Cause::Lost);
            }
        }
    }

    /// Takes the membership away from the room stream that held it.
    pub(super) fn detach(&mut self, room_id: &str, user: &str) {
        let target = self
            .rooms
            .get(room_id)
            .and_then(|room| room.member(user))
            .and_then(Member::target);
        if let Some(Target { conn, stream, key }) = target
            && let Some(pc) = self.pc_mut(conn, stream)
        {
            pc.contexts.remove(&key);
        }
    }

    pub(super) fn push_user(&mut self, room_id: &str, member: &Member, action: u32, seq: u64) {
        let action = UserAction {
            action,
            id_name: member.user.as_bytes().to_vec(),
            nick_name: member.nick.as_bytes().to_vec(),
            role: member.role,
            login_time: i64::try_from(member.joined_at).unwrap_or(i64::MAX),
        };
        self.push_users(room_id, &member.user, action, seq);
    }

    pub(super) fn push_users(&mut self, room_id: &str, user: &str, action: UserAction, seq: u64) {
        let server_user_seq = i64::try_from(seq).unwrap_or(i64::MAX);
        let push = PushUserInfoUpdated {
            server_user_seq,
            user_action_list: vec![action],
        };
        self.push(room_id, To::Watchers(user), sub::USERS_CHANGED, &push);
    }

    pub(super) fn push_kickout(&mut self, target: Target, reason: u32, message: &str) {
        let reason = if reason > codes::KICK_OFFSET {
            reason
        } else {
            reason + codes::KICK_OFFSET
        };
        let push = PushKickout {
            reason,
            message: message.to_owned(),
            is_need_relogin: 0,
        };
        self.push_packet(Target { key: 0, ..target }, cmd::PUSH_KICKOUT, &push);
    }

    pub(super) fn rooms_of(&self, conn: ConnId, stream: u32) -> Vec<String> {
        let pc = self.conns.get(&conn).and_then(|link| link.pcs.get(&stream));
        pc.map(|pc| pc.contexts.values().cloned().collect())
            .unwrap_or_default()
    }

    pub(super) fn pc_mut(&mut self, conn: ConnId, stream: u32) -> Option<&mut Pc> {
        self.conns.get_mut(&conn)?.pcs.get_mut(&stream)
    }

    pub(super) fn open_room(&mut self, room_id: &str, limit: usize) -> Result<(), Refusal> {
        if self.rooms.contains_key(room_id) {
            return Ok(());
        }
        if self.rooms.len() >= self.config.max_rooms {
            return Err(Refusal::new(codes::TOO_MANY_ROOMS, "too many rooms"));
        }
        let session = self.fresh_id();
        let before = self.retired.remove(room_id);
        self.due_retired.remove(&room_id.to_owned());
        self.rooms
            .insert(room_id.to_owned(), Room::new(session, limit, before));
        Ok(())
    }

    pub(super) fn retire_if_empty(&mut self, room_id: &str) {
        if self
            .rooms
            .get(room_id)
            .is_none_or(|room| !room.members.is_empty())
        {
            return;
        }
        let Some(room) = self.rooms.remove(room_id) else {
            return;
        };
        self.due_rooms.remove(&room_id.to_owned());
        if self.due_retired.len() >= MAX_RETIRED_ROOMS
            && let Some(oldest) = self.due_retired.pop()
        {
            self.retired.remove(&oldest);
        }
        let forget_at = self.now.saturating_add(self.config.room_memory_ms);
        let retired = Retired {
            user_seq: room.user_seq,
            stream_seq: room.stream_seq,
        };
        self.due_retired.set(&room_id.to_owned(), forget_at);
        self.retired.insert(room_id.to_owned(), retired);
        self.log(LogLevel::Info, None, &format!("room {room_id} is empty"));
    }
}
