//! Sessions: login, re-login, further rooms, logout.

use md5::{Digest, Md5};

use crate::{
    codes,
    config::{MAX_REPLACED_SESSIONS, MAX_ROOM_ID, MAX_ROOMS_PER_PC, MAX_USER_ID, MAX_USER_NAME},
    io::{ConnId, LogLevel},
    token::{self, Access, TokenError},
    wire::pb::{
        liveroom::{EnterRoomReq, UserAction},
        switch::{CommonRsp, LoginRoomReq, LogoutRoomReq},
    },
};

use super::{
    Server,
    login_answer::enter_answer,
    outbox::{Call, Refusal},
    presence::{ACTION_JOINED, Cause},
    room::{decode, text},
    state::{Login, Member, Presence, Target},
};

/// The `login_logic` of a client that may enter several rooms.
const LOGIC_MULTI_ROOM: u32 = 3;

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
    Session {
        session: u64,
        relogin_token: Vec<u8>,
    },
    /// A further room is resumed with the connection's first one.
    SwitchSession,
}

impl Server {
    pub(super) fn login(&mut self, call: &Call, body: &[u8]) -> Result<(), Refusal> {
        let request: LoginRoomReq = decode(body)?;
        if let Some(link) = self.conns.get_mut(&call.conn) {
            link.login_by = None;
        }
        if request.app_id != self.config.app_id {
            return Err(Refusal::new(
                codes::LINK_INVALID_APP.unsigned_abs(),
                "another app id",
            ));
        }
        let room = text(&request.room_id, 1, MAX_ROOM_ID, "room id")?;
        let user = text(&request.id_name, 1, MAX_USER_ID, "user id")?;
        let nick = text(&request.nick_name, 0, MAX_USER_NAME, "user name")?;
        let token = text(&request.third_token, 0, token::MAX_TOKEN_BYTES, "token")?;
        if self.replaced_sessions.contains(&request.user_session_id) {
            // Clients know no login code for this, so the kick-out comes first and the code only stops those who ignore it.
            let target = Target {
                conn: call.conn,
                stream: call.stream,
                key: 0,
            };
            self.push_kickout(target, codes::KICK_ELSEWHERE, "");
            return Err(Refusal::new(
                codes::SESSION_REPLACED,
                "replaced by another login",
            ));
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
            login: Login {
                user: user.clone(),
                nick,
                role: request.role,
                switch_session,
            },
            token,
            watches_users: request.user_state_flag != 0,
            limit: usize::try_from(request.user_count_limit).unwrap_or(usize::MAX),
            claim: Claim::Session {
                session: request.user_session_id,
                relogin_token: request.relogin_token,
            },
        };
        let key = self.enter(call, entrance, token_ends_at)?;
        let answer = self.login_answer(&room, &user)?;
        self.answer_with_key(call, key, &answer);
        Ok(())
    }

    pub(super) fn enter_room(&mut self, call: &Call, body: &[u8]) -> Result<(), Refusal> {
        let request: EnterRoomReq = decode(body)?;
        if !self.config.multi_room {
            return Err(Refusal::new(
                codes::MULTI_ROOM_OFF,
                "several rooms are not switched on",
            ));
        }
        let login = self
            .login_of(call)
            .cloned()
            .ok_or_else(|| Refusal::new(codes::UNKNOWN_CONTEXT, "not logged in"))?;
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

    pub(super) fn logout(
        &mut self,
        call: &Call,
        body: &[u8],
        room: &str,
        user: &str,
    ) -> Result<(), Refusal> {
        let request: LogoutRoomReq = decode(body)?;
        let digest = self
            .rooms
            .get(room)
            .and_then(|room| room.member(user))
            .map(|member| member.token_digest);
        if digest.is_some_and(|digest| request.logout_check != digest) {
            self.log(
                LogLevel::Warn,
                Some(call.conn),
                "logout with the digest of another token",
            );
        }
        self.answer(
            call,
            &CommonRsp {
                rsp_head: Some(Default::default()),
            },
        );
        for room in self.rooms_of(call.conn, call.stream) {
            self.leave(&room, user, Cause::LoggedOut);
        }
        if let Some(pc) = self.pc_mut(call.conn, call.stream) {
            pc.login = None;
        }
        Ok(())
    }

    pub(super) fn quit_room(&mut self, call: &Call, room: &str, user: &str) -> Result<(), Refusal> {
        self.answer(
            call,
            &CommonRsp {
                rsp_head: Some(Default::default()),
            },
        );
        self.leave(room, user, Cause::LoggedOut);
        Ok(())
    }

    /// Checks a login token and says when the membership ends with it, if it does.
    pub(super) fn check_login_token(
        &self,
        token: &str,
        user: &str,
        room: &str,
    ) -> Result<Option<u64>, Refusal> {
        let claims = if self.config.check_tokens {
            let access = Access::Login { room };
            let checked = token::check(
                token,
                &self.config.secret,
                self.config.app_id,
                user,
                access,
                self.now,
            );
            Some(checked.map_err(token_refusal)?)
        } else {
            token::open(token, &self.config.secret).ok()
        };
        let controlled = claims.filter(|_| self.config.token_control);
        Ok(controlled.map(|claims| {
            u64::try_from(claims.expire)
                .unwrap_or(0)
                .saturating_mul(1000)
        }))
    }

    pub(super) fn token_remain_s(&self, member: &Member) -> u32 {
        let ms = member
            .token_ends_at
            .map_or(0, |at| at.saturating_sub(self.now));
        u32::try_from(ms.div_ceil(1000)).unwrap_or(u32::MAX)
    }

    fn login_of(&self, call: &Call) -> Option<&Login> {
        self.conns
            .get(&call.conn)?
            .pcs
            .get(&call.stream)?
            .login
            .as_ref()
    }

    /// The switch session of a login that may be resumed.
    fn room_session(&self, room: &str, user: &str, request: &LoginRoomReq) -> Option<u64> {
        let member = self.rooms.get(room)?.member(user)?;
        (member.session == request.user_session_id).then_some(member.switch_session)
    }

    /// A login makes room streams of one room lead nowhere else, and of another user lead nowhere at all.
    fn leave_others(&mut self, call: &Call, user: &str, room: &str, several: bool) {
        let Some(before) = self.login_of(call).map(|login| login.user.clone()) else {
            return;
        };
        for other in self.rooms_of(call.conn, call.stream) {
            if before != user || (other != room && !several) {
                self.leave(&other, &before, Cause::LoggedInAgain);
            }
        }
        if before != user
            && let Some(pc) = self.pc_mut(call.conn, call.stream)
        {
            pc.login = None;
        }
    }

    /// Makes the user a present member of the room, new or resumed, and returns the context key.
    fn enter(
        &mut self,
        call: &Call,
        entrance: Entrance,
        token_ends_at: Option<u64>,
    ) -> Result<u32, Refusal> {
        let Entrance {
            room: room_id,
            login,
            token,
            watches_users,
            limit,
            claim,
        } = entrance;
        let user = login.user.clone();
        let resumed = self
            .rooms
            .get(&room_id)
            .and_then(|room| room.member(&user))
            .map(|member| match &claim {
                Claim::Session {
                    session,
                    relogin_token,
                } => member.session == *session && member.relogin_token.as_bytes() == relogin_token,
                Claim::SwitchSession => member.switch_session == login.switch_session,
            });
        if resumed == Some(false) {
            self.replace(call, &room_id, &user);
        }
        let held = self.rooms_of(call.conn, call.stream);
        if !held.contains(&room_id) && held.len() >= MAX_ROOMS_PER_PC {
            return Err(Refusal::new(
                codes::TOO_MANY_ROOMS,
                "too many rooms on this connection",
            ));
        }
        self.open_room(&room_id, limit)?;
        let key = self.fresh_key(call.conn);
        let presence = Presence::Here {
            conn: call.conn,
            stream: call.stream,
            key,
            heard_at: self.now,
        };
        let token_digest = Md5::digest(token.as_bytes()).into();
        if resumed == Some(true) {
            self.detach(&room_id, &user);
            self.stats.resumptions += 1;
            self.log(
                LogLevel::Info,
                Some(call.conn),
                &format!("{user} is back in {room_id}"),
            );
        } else {
            self.admit(&room_id, &login)
                .inspect_err(|_| self.retire_if_empty(&room_id))?;
            self.stats.logins += 1;
            self.log(
                LogLevel::Info,
                Some(call.conn),
                &format!("{user} joined {room_id}"),
            );
        }
        let Some(member) = self
            .rooms
            .get_mut(&room_id)
            .and_then(|room| room.member_mut(&user))
        else {
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
            pc.contexts.insert(key, room_id.clone());
        }
        self.schedule_room(&room_id);
        Ok(key)
    }

    /// Another login of a user who is in the room without being the same session.
    fn replace(&mut self, call: &Call, room_id: &str, user: &str) {
        let Some(member) = self.rooms.get(room_id).and_then(|room| room.member(user)) else {
            return;
        };
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
                self.leave(room_id, user, Cause::LoggedInAgain);
            }
            // The same client that has lost its session, for instance after an unknown context key.
            Some(_) => self.leave(room_id, user, Cause::LoggedInAgain),
        }
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

    /// A context key that this link has not used.
    fn fresh_key(&mut self, conn: ConnId) -> u32 {
        loop {
            // Half of the range, so that no client may take it for a negative number.
            let key = u32::try_from(self.fresh_id() & 0x7FFF_FFFF).unwrap_or(1);
            let link = self.conns.get(&conn);
            let used =
                link.is_some_and(|link| link.pcs.values().any(|pc| pc.contexts.contains_key(&key)));
            if key != 0 && !used {
                return key;
            }
        }
    }
}

pub(super) fn token_refusal(error: TokenError) -> Refusal {
    Refusal::new(error.code(), error.to_string())
}
