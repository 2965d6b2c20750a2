//! Coming into a room and going out of it: login, re-login, further rooms, logout, loss, kick-out.

use md5::{Digest, Md5};

use crate::{
    codes,
    config::{MAX_REPLACED_SESSIONS, MAX_RETIRED_ROOMS, MAX_ROOM_ID, MAX_ROOMS_PER_PC, MAX_USER_ID, MAX_USER_NAME},
    io::{ConnId, LogLevel},
    token::{self, Access, TokenError},
    wire::{
        cmd,
        pb::{
            liveroom::{self as live, PushUserInfoUpdated, PushUserKickout, UserAction},
            switch::{self as switch, LoginRoomReq, LoginRoomRsp, LogoutRoomReq, PushKickout},
        },
        sub,
    },
};

use super::{
    Server,
    outbox::{Call, Refusal, To},
    room::{decode, text},
    state::{Login, Member, Presence, Retired, Room, Target},
};

/// The `login_logic` of a client that may enter several rooms.
const LOGIC_MULTI_ROOM: u32 = 3;
const ACTION_JOINED: u32 = 1;
const ACTION_LEFT: u32 = 2;

/// How a user comes into a room.
struct Entrance {
    room: String,
    login: Login,
    token: String,
    watches_users: bool,
    limit: usize,
    claim: Claim,
}

/// By what a returning user is known again.
enum Claim {
    /// The ids of the last login's answer.
    Session { session: u64, relogin_token: Vec<u8> },
    /// A further room is resumed with the connection's first one.
    SwitchSession,
}

impl Server {
    pub(super) fn login(&mut self, call: &Call, body: &[u8]) -> Result<(), Refusal> {
        let request: LoginRoomReq = decode(body)?;
        if request.app_id != self.config.app_id {
            return Err(Refusal::new(codes::LINK_INVALID_APP.unsigned_abs(), "another app id"));
        }
        let room = text(&request.room_id, 1, MAX_ROOM_ID, "room id")?;
        let user = text(&request.id_name, 1, MAX_USER_ID, "user id")?;
        let nick = text(&request.nick_name, 0, MAX_USER_NAME, "user name")?;
        let token = text(&request.third_token, 0, token::MAX_TOKEN_BYTES, "token")?;
        if self.replaced_sessions.contains(&request.user_session_id) {
            // Clients know no login code for this, so the kick-out comes first and the code only stops those who ignore it.
            let target = Target { conn: call.conn, stream: call.stream, key: 0 };
            self.push_kickout(target, codes::KICK_ELSEWHERE, "");
            return Err(Refusal::new(codes::SESSION_REPLACED, "replaced by another login"));
        }
        let token_ends_at = self.check_login_token(&token, &user, &room)?;
        if let Some(link) = self.conns.get_mut(&call.conn) {
            link.user = Some(user.clone());
        }
        self.leave_others(call, &user, &room, request.login_logic == LOGIC_MULTI_ROOM);
        let kept = self.login_of(call).map(|login| login.switch_session);
        let known = kept.or_else(|| self.room_session(&room, &user, &request));
        let switch_session = known.unwrap_or_else(|| self.fresh_id());
        let entrance = Entrance {
            room: room.clone(),
            login: Login { user: user.clone(), nick, role: request.role, switch_session },
            token,
            watches_users: request.user_state_flag != 0,
            limit: usize::try_from(request.user_count_limit).unwrap_or(usize::MAX),
            claim: Claim::Session { session: request.user_session_id, relogin_token: request.relogin_token },
        };
        let key = self.enter(call, entrance, token_ends_at)?;
        let answer = self.login_answer(&room, &user)?;
        self.answer_with_key(call, key, &answer);
        Ok(())
    }

    pub(super) fn enter_room(&mut self, call: &Call, body: &[u8]) -> Result<(), Refusal> {
        let request: live::EnterRoomReq = decode(body)?;
        if !self.config.multi_room {
            return Err(Refusal::new(codes::MULTI_ROOM_OFF, "several rooms are not switched on"));
        }
        let login = self.login_of(call).cloned().ok_or_else(|| Refusal::new(codes::UNKNOWN_CONTEXT, "not logged in"))?;
        let room = text(&request.room_id, 1, MAX_ROOM_ID, "room id")?;
        let token = text(&request.third_token, 0, token::MAX_TOKEN_BYTES, "token")?;
        let token_ends_at = self.check_login_token(&token, &login.user, &room)?;
        let user = login.user.clone();
        let entrance = Entrance {
            room: room.clone(),
            login,
            token,
            watches_users: request.user_state_flag != 0,
            limit: usize::try_from(request.user_count_limit).unwrap_or(usize::MAX),
            claim: Claim::SwitchSession,
        };
        let key = self.enter(call, entrance, token_ends_at)?;
        let login = self.login_answer(&room, &user)?;
        self.answer_with_key(call, key, &enter_answer(login));
        Ok(())
    }

    pub(super) fn logout(&mut self, call: &Call, body: &[u8], room: &str, user: &str) -> Result<(), Refusal> {
        let request: LogoutRoomReq = decode(body)?;
        let digest = self.rooms.get(room).and_then(|room| room.member(user)).map(|member| member.token_digest);
        if digest.is_some_and(|digest| request.logout_check != digest) {
            self.log(LogLevel::Warn, Some(call.conn), "logout with the digest of another token");
        }
        self.answer(call, &switch::CommonRsp { rsp_head: Some(Default::default()) });
        for room in self.rooms_of(call.conn, call.stream) {
            self.leave(&room, user, "logged out");
        }
        if let Some(pc) = self.pc_mut(call.conn, call.stream) {
            pc.login = None;
        }
        Ok(())
    }

    pub(super) fn quit_room(&mut self, call: &Call, room: &str, user: &str) -> Result<(), Refusal> {
        self.answer(call, &switch::CommonRsp { rsp_head: Some(Default::default()) });
        self.leave(room, user, "quit");
        Ok(())
    }

    /// A room stream is gone: its users stay in their rooms for the grace period.
    pub(super) fn lose_pc(&mut self, conn: ConnId, stream: u32) {
        self.lose_members(conn, stream);
        if let Some(link) = self.conns.get_mut(&conn) {
            link.pcs.remove(&stream);
        }
    }

    pub(super) fn lose_members(&mut self, conn: ConnId, stream: u32) {
        let until = self.now.saturating_add(self.config.grace_ms);
        let Some(pc) = self.pc_mut(conn, stream) else { return };
        let Some(user) = pc.login.as_ref().map(|login| login.user.clone()) else { return };
        for room in std::mem::take(&mut pc.contexts).into_values() {
            if let Some(member) = self.rooms.get_mut(&room).and_then(|room| room.member_mut(&user)) {
                member.presence = Presence::Lost { until };
                self.log(LogLevel::Info, Some(conn), &format!("{user} lost in {room}"));
            }
        }
    }

    /// Takes a user out of a room and tells the others: first that the streams are gone, then that the user is.
    pub(super) fn leave(&mut self, room_id: &str, user: &str, why: &str) {
        let Some(room) = self.rooms.get_mut(room_id) else { return };
        let Some(at) = room.members.iter().position(|member| member.user == user) else { return };
        let member = room.members.remove(at);
        room.user_seq += 1;
        let seq = room.user_seq;
        if let Some(Target { conn, stream, key }) = member.target()
            && let Some(pc) = self.pc_mut(conn, stream)
        {
            pc.contexts.remove(&key);
        }
        self.log(LogLevel::Info, member.target().map(|target| target.conn), &format!("{user} left {room_id}: {why}"));
        self.remove_streams_of(room_id, user);
        self.push_user(room_id, &member, ACTION_LEFT, seq);
        self.retire_if_empty(room_id);
    }

    /// Throws a user out of one room.
    pub(super) fn kick_from_room(&mut self, room_id: &str, user: &str, reason: u32, message: &str) -> bool {
        let Some(member) = self.rooms.get(room_id).and_then(|room| room.member(user)) else { return false };
        let push = PushUserKickout {
            id_name: user.as_bytes().to_vec(),
            user_session_id: member.session,
            kickout_reason: super::link::signed(reason),
            custom_reason: message.as_bytes().to_vec(),
        };
        self.push(room_id, To::Only(&[user.to_owned()]), sub::KICKED_OUT, &push);
        self.leave(room_id, user, "kicked");
        true
    }

    /// Throws a user out of all rooms of the link over which it is in `room_id`.
    pub(super) fn kick_link(&mut self, room_id: &str, user: &str, reason: u32, message: &str) {
        let target = self.rooms.get(room_id).and_then(|room| room.member(user)).and_then(Member::target);
        let Some(target) = target else { return self.leave(room_id, user, "kicked") };
        let rooms = self.rooms_of(target.conn, target.stream);
        self.push_kickout(target, reason, message);
        for room in rooms {
            self.leave(&room, user, "kicked");
        }
        if let Some(pc) = self.pc_mut(target.conn, target.stream) {
            pc.login = None;
        }
    }

    /// Ends memberships whose grace, heartbeat or token is over.
    pub(super) fn expire_members(&mut self) {
        let now = self.now;
        let mut due = Vec::new();
        for (room_id, room) in &self.rooms {
            for member in &room.members {
                if member.deadline(&self.config).is_some_and(|at| at <= now) {
                    let token_ended = member.token_ends_at.is_some_and(|at| at <= now);
                    due.push((room_id.clone(), member.user.clone(), token_ended));
                }
            }
        }
        for (room, user, token_ended) in due {
            if token_ended {
                self.kick_from_room(&room, &user, codes::KICK_TOKEN_EXPIRED, "");
            } else {
                self.leave(&room, &user, "lost for too long");
            }
        }
    }

    /// Checks a login token and says when the membership ends with it, if it does.
    pub(super) fn check_login_token(&self, token: &str, user: &str, room: &str) -> Result<Option<u64>, Refusal> {
        let claims = if self.config.check_tokens {
            let access = Access::Login { room };
            let checked = token::check(token, &self.config.secret, self.config.app_id, user, access, self.now);
            Some(checked.map_err(|error| token_refusal(error))?)
        } else {
            token::open(token, &self.config.secret).ok()
        };
        let controlled = claims.filter(|_| self.config.token_control);
        Ok(controlled.map(|claims| u64::try_from(claims.expire).unwrap_or(0).saturating_mul(1000)))
    }

    pub(super) fn token_remain_s(&self, member: &Member) -> u32 {
        let ms = member.token_ends_at.map_or(0, |at| at.saturating_sub(self.now));
        u32::try_from(ms.div_ceil(1000)).unwrap_or(u32::MAX)
    }

    pub(super) fn rooms_of(&self, conn: ConnId, stream: u32) -> Vec<String> {
        let pc = self.conns.get(&conn).and_then(|link| link.pcs.get(&stream));
        pc.map(|pc| pc.contexts.values().cloned().collect()).unwrap_or_default()
    }

    pub(super) fn pc_mut(&mut self, conn: ConnId, stream: u32) -> Option<&mut super::state::Pc> {
        self.conns.get_mut(&conn)?.pcs.get_mut(&stream)
    }

    fn login_of(&self, call: &Call) -> Option<&Login> {
        self.conns.get(&call.conn)?.pcs.get(&call.stream)?.login.as_ref()
    }

    /// The switch session of a login that may be resumed.
    fn room_session(&self, room: &str, user: &str, request: &LoginRoomReq) -> Option<u64> {
        let member = self.rooms.get(room)?.member(user)?;
        (member.session == request.user_session_id).then_some(member.switch_session)
    }

    /// A login makes room streams of one room lead nowhere else, and of another user lead nowhere at all.
    fn leave_others(&mut self, call: &Call, user: &str, room: &str, several: bool) {
        let Some(before) = self.login_of(call).map(|login| login.user.clone()) else { return };
        for other in self.rooms_of(call.conn, call.stream) {
            if before != user || (other != room && !several) {
                self.leave(&other, &before, "logged in elsewhere on the same stream");
            }
        }
        if before != user
            && let Some(pc) = self.pc_mut(call.conn, call.stream)
        {
            pc.login = None;
        }
    }

    /// Makes the user a present member of the room, new or resumed, and returns the context key.
    fn enter(&mut self, call: &Call, entrance: Entrance, token_ends_at: Option<u64>) -> Result<u32, Refusal> {
        let Entrance { room: room_id, login, token, watches_users, limit, claim } = entrance;
        let user = login.user.clone();
        let resumed = self.rooms.get(&room_id).and_then(|room| room.member(&user)).map(|member| match &claim {
            Claim::Session { session, relogin_token } => {
                member.session == *session && member.relogin_token.as_bytes() == relogin_token
            }
            Claim::SwitchSession => member.switch_session == login.switch_session,
        });
        if resumed == Some(false) {
            self.replace(call, &room_id, &user);
        }
        let held = self.rooms_of(call.conn, call.stream);
        if !held.contains(&room_id) && held.len() >= MAX_ROOMS_PER_PC {
            return Err(Refusal::new(codes::TOO_MANY_ROOMS, "too many rooms on this connection"));
        }
        self.open_room(&room_id, limit)?;
        let key = self.fresh_key(call.conn);
        let presence = Presence::Here { conn: call.conn, stream: call.stream, key, heard_at: self.now };
        let token_digest = Md5::digest(token.as_bytes()).into();
        if resumed == Some(true) {
            self.detach(&room_id, &user);
            self.stats.resumptions += 1;
            self.log(LogLevel::Info, Some(call.conn), &format!("{user} is back in {room_id}"));
        } else {
            self.admit(&room_id, &login).inspect_err(|_| self.retire_if_empty(&room_id))?;
            self.stats.logins += 1;
            self.log(LogLevel::Info, Some(call.conn), &format!("{user} joined {room_id}"));
        }
        let Some(member) = self.rooms.get_mut(&room_id).and_then(|room| room.member_mut(&user)) else {
            return Err(Refusal::new(codes::UNKNOWN_CONTEXT, "room is gone"));
        };
        member.presence = presence;
        member.nick = login.nick.clone();
        member.switch_session = login.switch_session;
        member.watches_users = watches_users;
        member.token_ends_at = token_ends_at;
        member.token_digest = token_digest;
        if let Some(pc) = self.pc_mut(call.conn, call.stream) {
            pc.login = Some(login);
            pc.contexts.insert(key, room_id);
        }
        Ok(key)
    }

    /// Another login of a user who is in the room without being the same session.
    fn replace(&mut self, call: &Call, room_id: &str, user: &str) {
        let Some(member) = self.rooms.get(room_id).and_then(|room| room.member(user)) else { return };
        let (session, target) = (member.session, member.target());
        if self.replaced_sessions.len() >= MAX_REPLACED_SESSIONS {
            self.replaced_sessions.pop_front();
        }
        match target {
            Some(target) if target.conn != call.conn => {
                self.replaced_sessions.push_back(session);
                self.kick_link(room_id, user, codes::KICK_ELSEWHERE, "");
            }
            None => {
                self.replaced_sessions.push_back(session);
                self.leave(room_id, user, "replaced by a new login");
            }
            // The same client that has lost its session, for instance after an unknown context key.
            Some(_) => self.leave(room_id, user, "logged in again without its session"),
        }
    }

    fn open_room(&mut self, room_id: &str, limit: usize) -> Result<(), Refusal> {
        if self.rooms.contains_key(room_id) {
            return Ok(());
        }
        if self.rooms.len() >= self.config.max_rooms {
            return Err(Refusal::new(codes::TOO_MANY_ROOMS, "too many rooms"));
        }
        let session = self.fresh_id();
        let before = self.retired.remove(room_id);
        self.rooms.insert(room_id.to_owned(), Room::new(session, limit, before));
        Ok(())
    }

    /// Adds a member and tells the others. The caller says where it is.
    fn admit(&mut self, room_id: &str, login: &Login) -> Result<(), Refusal> {
        let (session, number, relogin) = (self.fresh_id(), self.fresh_id(), self.fresh_id());
        let (now, bound) = (self.now, self.config.max_users);
        let Some(room) = self.rooms.get_mut(room_id) else {
            return Err(Refusal::new(codes::UNKNOWN_CONTEXT, "room is gone"));
        };
        if room.is_full(bound) {
            return Err(Refusal::new(codes::ROOM_FULL, "room is full"));
        }
        room.members.push(Member {
            index: room.next_index,
            user: login.user.clone(),
            nick: login.nick.clone(),
            role: login.role,
            number,
            session,
            switch_session: login.switch_session,
            relogin_token: format!("relogin-{relogin:x}"),
            joined_at: now,
            watches_users: false,
            presence: Presence::Lost { until: now },
            token_ends_at: None,
            token_digest: [0; 16],
            grants: Vec::new(),
        });
        room.next_index += 1;
        room.user_seq += 1;
        let seq = room.user_seq;
        let action = UserAction {
            action: ACTION_JOINED,
            id_name: login.user.as_bytes().to_vec(),
            nick_name: login.nick.as_bytes().to_vec(),
            role: login.role,
            login_time: self.now_i64(),
        };
        self.push_users(room_id, &login.user, action, seq);
        Ok(())
    }

    /// Takes the membership away from the room stream that held it.
    fn detach(&mut self, room_id: &str, user: &str) {
        let target = self.rooms.get(room_id).and_then(|room| room.member(user)).and_then(Member::target);
        if let Some(Target { conn, stream, key }) = target
            && let Some(pc) = self.pc_mut(conn, stream)
        {
            pc.contexts.remove(&key);
        }
    }

    fn push_user(&mut self, room_id: &str, member: &Member, action: u32, seq: u64) {
        let action = UserAction {
            action,
            id_name: member.user.as_bytes().to_vec(),
            nick_name: member.nick.as_bytes().to_vec(),
            role: member.role,
            login_time: i64::try_from(member.joined_at).unwrap_or(i64::MAX),
        };
        self.push_users(room_id, &member.user, action, seq);
    }

    fn push_users(&mut self, room_id: &str, user: &str, action: UserAction, seq: u64) {
        let server_user_seq = i64::try_from(seq).unwrap_or(i64::MAX);
        let push = PushUserInfoUpdated { server_user_seq, user_action_list: vec![action] };
        self.push(room_id, To::Watchers(user), sub::USERS_CHANGED, &push);
    }

    pub(super) fn push_kickout(&mut self, target: Target, reason: u32, message: &str) {
        let reason = if reason > codes::KICK_OFFSET { reason } else { reason + codes::KICK_OFFSET };
        let push = PushKickout { reason, message: message.to_owned(), is_need_relogin: 0 };
        self.push_packet(Target { key: 0, ..target }, cmd::PUSH_KICKOUT, &push);
    }

    pub(super) fn retire_if_empty(&mut self, room_id: &str) {
        if self.rooms.get(room_id).is_none_or(|room| !room.members.is_empty()) {
            return;
        }
        let Some(room) = self.rooms.remove(room_id) else { return };
        if self.retired.len() >= MAX_RETIRED_ROOMS {
            let oldest = self.retired.iter().min_by_key(|(_, room)| room.forget_at).map(|(id, _)| id.clone());
            oldest.map(|id| self.retired.remove(&id));
        }
        let forget_at = self.now.saturating_add(self.config.room_memory_ms);
        let retired = Retired { user_seq: room.user_seq, stream_seq: room.stream_seq, forget_at };
        self.retired.insert(room_id.to_owned(), retired);
        self.log(LogLevel::Info, None, &format!("room {room_id} is empty"));
    }

    /// A context key that this link has not used.
    fn fresh_key(&mut self, conn: ConnId) -> u32 {
        loop {
            // Half of the range, so that no client may take it for a negative number.
            let key = u32::try_from(self.fresh_id() & 0x7FFF_FFFF).unwrap_or(1);
            let link = self.conns.get(&conn);
            let used = link.is_some_and(|link| link.pcs.values().any(|pc| pc.contexts.contains_key(&key)));
            if key != 0 && !used {
                return key;
            }
        }
    }

    fn login_answer(&self, room_id: &str, user: &str) -> Result<LoginRoomRsp, Refusal> {
        let gone = || Refusal::new(codes::UNKNOWN_CONTEXT, "room is gone");
        let room = self.rooms.get(room_id).ok_or_else(gone)?;
        let member = room.member(user).ok_or_else(gone)?;
        Ok(LoginRoomRsp {
            rsp_head: Some(Default::default()),
            switch_session_id: member.switch_session,
            user_session_id: member.session,
            room_session_id: room.session,
            user_id: member.number,
            ret_timestamp: self.now_i64(),
            big_im_time_window: self.config.barrage_window_ms,
            liveroom_hb_interval: self.config.room_heartbeat_interval_ms,
            liveroom_hb_timeout: self.config.room_heartbeat_timeout_ms,
            online_count: room.online(),
            anchor_info: Some(Default::default()),
            relogin_token: member.relogin_token.as_bytes().to_vec(),
            userlist_merge_timeout: self.config.userlist_merge_timeout_ms,
            userlist_interval: self.config.userlist_interval_ms,
            token_remain_time: self.token_remain_s(member),
            trans_list_seq: room.extra_list_seq,
            trans_channel_list: room.extra_channels(),
            stream_count: u32::try_from(room.streams.len()).unwrap_or(u32::MAX),
            stream_list_seq: room.stream_seq,
            stream_info_list: room.streams.iter().map(super::state::Stream::login_info).collect(),
        })
    }
}

pub(super) fn token_refusal(error: TokenError) -> Refusal {
    Refusal::new(error.code(), error.to_string())
}

/// The same answer in the form of a further room.
fn enter_answer(login: LoginRoomRsp) -> live::EnterRoomRsp {
    let stream = |info: switch::StreamInfo| live::StreamInfo {
        stream_id: info.stream_id,
        stream_sid: info.stream_sid,
        id_name: info.id_name,
        nick_name: info.nick_name,
        stream_ver: info.stream_ver,
        create_time: info.create_time,
        stream_nid: info.stream_nid,
        extra_info: info.extra_info,
    };
    live::EnterRoomRsp {
        rsp_head: Some(Default::default()),
        user_session_id: login.user_session_id,
        room_session_id: login.room_session_id,
        user_id: login.user_id,
        ret_timestamp: login.ret_timestamp,
        big_im_time_window: login.big_im_time_window,
        liveroom_hb_interval: login.liveroom_hb_interval,
        liveroom_hb_timeout: login.liveroom_hb_timeout,
        online_count: login.online_count,
        anchor_info: Some(Default::default()),
        userlist_merge_timeout: login.userlist_merge_timeout,
        userlist_interval: login.userlist_interval,
        token_remain_time: login.token_remain_time,
        trans_list_seq: login.trans_list_seq,
        trans_channel_list: login.trans_channel_list.into_iter().map(super::messages::to_live_channel).collect(),
        stream_count: login.stream_count,
        stream_list_seq: login.stream_list_seq,
        stream_info_list: login.stream_info_list.into_iter().map(stream).collect(),
    }
}
