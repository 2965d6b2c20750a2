//! Requests of members: which handler gets them, and those about users, heartbeat and token.

use prost::Message;

use crate::{
    codes,
    config::MAX_REFUSED_TOKENS,
    io::{CloseReason, ConnId, LogLevel, ProtocolError},
    token::{self, Access},
    wire::{
        cmd,
        pb::liveroom::{
            GetUserlistReq, GetUserlistRsp, HbRsp, RenewTokenReq, RenewTokenRsp, UserBaseInfo,
        },
    },
};

use super::{
    Server,
    outbox::{Call, Refusal},
    session::token_refusal,
    state::{Place, Presence, Room},
};

impl Server {
    pub(super) fn room_packet(&mut self, call: &Call, body: &[u8]) {
        if matches!(call.cmd, cmd::PUSH_RSP | cmd::MERGE_PUSH_RSP) {
            self.stats.push_acks += 1;
            if let Some(link) = self.conns.get_mut(&call.conn) {
                link.allowance.give_back();
            }
            return;
        }
        if let Some(refusal) = self.ordered_refusal(call.conn, 0, call.cmd) {
            return self.refuse(call, &refusal);
        }
        let handled = match call.cmd {
            cmd::LOGIN_ROOM => self.login(call, body),
            cmd::ENTER_ROOM => self.enter_room(call, body),
            _ => self.member_request(call, body),
        };
        if let Err(refusal) = handled {
            self.refuse(call, &refusal);
            self.count_refused_token(call.conn, refusal.code);
        }
    }

    /// Gives up on a link that goes on showing tokens which are refused.
    fn count_refused_token(&mut self, conn: ConnId, code: u32) {
        let Some(link) = self.conns.get_mut(&conn) else {
            return;
        };
        if codes::is_of_token(code) {
            link.refused_tokens += 1;
            if link.refused_tokens >= MAX_REFUSED_TOKENS {
                self.cut_off(conn, CloseReason::RefusedTokens);
            }
        }
    }

    fn member_request(&mut self, call: &Call, body: &[u8]) -> Result<(), Refusal> {
        let place = self.place(call)?;
        match call.cmd {
            cmd::LOGOUT_ROOM => self.logout(call, body, &place.room, &place.user),
            cmd::QUIT_ROOM => self.quit_room(call, &place.room, &place.user),
            cmd::HEARTBEAT => self.heartbeat(call, &place),
            cmd::RENEW_TOKEN => self.renew_token(call, body, &place),
            cmd::GET_USER_LIST => self.user_list(call, body, &place),
            cmd::ADD_STREAM => self.add_stream(call, body, &place),
            cmd::DELETE_STREAM => self.delete_stream(call, body, &place),
            cmd::UPDATE_STREAM => self.update_stream(call, body, &place),
            cmd::GET_STREAM_LIST => self.stream_list(call, &place),
            cmd::SEND_BROADCAST => self.broadcast(call, body, &place),
            cmd::SEND_BARRAGE => self.barrage(call, body, &place),
            cmd::CUSTOM_COMMAND => self.custom_command(call, body, &place),
            cmd::SET_EXTRA_INFO => self.set_extra_info(call, body, &place),
            cmd::GET_EXTRA_INFO => self.get_extra_info(call, body, &place),
            unknown => {
                self.stats.protocol_errors += 1;
                self.log(
                    LogLevel::Warn,
                    Some(call.conn),
                    &ProtocolError::Command(unknown).to_string(),
                );
                Err(Refusal::new(codes::BAD_REQUEST, "unknown command"))
            }
        }
    }

    pub(super) fn room_mut(&mut self, place: &Place) -> Result<&mut Room, Refusal> {
        self.rooms
            .get_mut(&place.room)
            .ok_or_else(|| unknown_context(0))
    }

    fn place(&self, call: &Call) -> Result<Place, Refusal> {
        let pc = self
            .conns
            .get(&call.conn)
            .and_then(|link| link.pcs.get(&call.stream));
        let found = pc.and_then(|pc| {
            Some(Place {
                room: pc.contexts.get(&call.key)?.clone(),
                user: pc.login.as_ref()?.user.clone(),
            })
        });
        found.ok_or_else(|| unknown_context(call.cmd))
    }

    fn heartbeat(&mut self, call: &Call, place: &Place) -> Result<(), Refusal> {
        let now = self.now;
        let room = self.room_mut(place)?;
        if let Some(member) = room.member_mut(&place.user)
            && let Presence::Here { heard_at, .. } = &mut member.presence
        {
            *heard_at = now;
        }
        let answer = HbRsp {
            rsp_head: Some(Default::default()),
            ret_timestamp: i64::try_from(now).unwrap_or(i64::MAX),
            stream_seq: room.stream_seq,
            user_seq: i64::try_from(room.user_seq).unwrap_or(i64::MAX),
            online_count: room.online(),
            trans_channel_list: room
                .extra_channels()
                .into_iter()
                .map(super::messages::to_live_channel)
                .collect(),
            trans_list_seq: room.extra_list_seq,
            hb_interval: self.config.room_heartbeat_interval_ms,
            hb_timeout: self.config.room_heartbeat_timeout_ms,
            big_im_time_window: self.config.barrage_window_ms,
            stream_refresh: 0,
        };
        self.answer(call, &answer);
        Ok(())
    }

    fn renew_token(&mut self, call: &Call, body: &[u8], place: &Place) -> Result<(), Refusal> {
        let request: RenewTokenReq = decode(body)?;
        if !self.config.token_control {
            return Err(Refusal::new(
                codes::RENEW_NOT_NEEDED,
                "tokens are not controlled",
            ));
        }
        let claims = if self.config.check_tokens {
            let access = Access::Login { room: &place.room };
            token::check(
                &request.token,
                &self.config.secret,
                self.config.app_id,
                &place.user,
                access,
                self.now,
            )
        } else {
            token::open(&request.token, &self.config.secret)
        };
        let claims = claims.map_err(token_refusal)?;
        let token_remain_time = claims.remaining_seconds(self.now);
        let ends_at = u64::try_from(claims.expire)
            .unwrap_or(0)
            .saturating_mul(1000);
        if let Some(member) = self.room_mut(place)?.member_mut(&place.user) {
            member.token_ends_at = Some(ends_at);
        }
        self.schedule_room(&place.room);
        self.answer(
            call,
            &RenewTokenRsp {
                rsp_head: Some(Default::default()),
                token_remain_time,
            },
        );
        Ok(())
    }

    fn user_list(&mut self, call: &Call, body: &[u8], place: &Place) -> Result<(), Refusal> {
        let request: GetUserlistReq = decode(body)?;
        let page = self.config.user_page.max(1);
        let room = self.room_mut(place)?;
        let last = room
            .members
            .last()
            .map_or(0, |member| i64::from(member.index));
        let wanted = room
            .members
            .iter()
            .filter(|member| member.index >= request.user_index)
            .take(page);
        let mut returned = last;
        let user_base_info_list = wanted
            .map(|member| {
                returned = i64::from(member.index);
                UserBaseInfo {
                    id_name: member.user.as_bytes().to_vec(),
                    nick_name: member.nick.as_bytes().to_vec(),
                    role: member.role,
                }
            })
            .collect();
        let answer = GetUserlistRsp {
            rsp_head: Some(Default::default()),
            server_user_seq: room.user_seq,
            server_user_index: last,
            ret_user_index: returned,
            user_base_info_list,
        };
        self.answer(call, &answer);
        Ok(())
    }
}

/// Decodes the body of a room request.
pub(super) fn decode<M: Message + Default>(body: &[u8]) -> Result<M, Refusal> {
    M::decode(body).map_err(|error| Refusal::new(codes::BAD_REQUEST, error.to_string()))
}

/// Text of a bounded length in a bytes field.
pub(super) fn text(bytes: &[u8], min: usize, max: usize, what: &str) -> Result<String, Refusal> {
    if bytes.len() < min || bytes.len() > max {
        return Err(Refusal::new(
            codes::BAD_REQUEST,
            format!("{what} of {} bytes", bytes.len()),
        ));
    }
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|_| Refusal::new(codes::BAD_REQUEST, format!("{what} is not text")))
}

pub(super) fn bounded(bytes: &[u8], max: usize, what: &str) -> Result<(), Refusal> {
    if bytes.len() <= max {
        Ok(())
    } else {
        Err(Refusal::new(
            codes::LIMIT,
            format!("{what} of {} bytes", bytes.len()),
        ))
    }
}

fn unknown_context(command: u32) -> Refusal {
    let code = if command == cmd::HEARTBEAT {
        codes::HEARTBEAT_UNKNOWN_CONTEXT
    } else {
        codes::UNKNOWN_CONTEXT
    };
    Refusal::new(code, "no such room membership")
}
