//! Control commands.

use serde_json::{Map, Value, json};

use crate::{
    codes,
    command::{
        AnswerAction, AnswerRule, BreakPc, CloseConnection, Command, CommandError,
        DEFAULT_TOKEN_SECONDS, ExtraInfoView, Garbage, Health, Kick, MediaEvent, Redirect, Reply,
        RoomView, Sequence, SkipSequence, StreamTarget, StreamView, TokenRequest, UserView,
    },
    config::MAX_RULES,
    io::{CloseReason, ConnId, LogLevel},
    token::{self, Claims},
    unhex,
    wire::{
        FrameType,
        pb::accesshub::{CloseConnection as CloseConnectionFrame, PcBroken, Redirect2},
    },
};

use rand_chacha::rand_core::RngCore;

use super::{Server, outbox::Rule, presence::Cause};

impl Server {
    /// Carries out a control command at `now_ms` and returns its reply. Drain [`Server::poll`] afterwards.
    ///
    /// # Errors
    /// [`CommandError`] if the target is not here or a parameter makes no sense.
    pub fn control(&mut self, now_ms: u64, command: Command) -> Result<Reply, CommandError> {
        self.advance(now_ms);
        self.command(command)
    }

    pub(super) fn command(&mut self, command: Command) -> Result<Reply, CommandError> {
        match command {
            Command::Health => Ok(Reply::Health(self.health())),
            Command::IssueToken(request) => self.issue_token(&request),
            Command::Rooms => Ok(Reply::Rooms {
                rooms: self.room_views(),
            }),
            Command::Kick(kick) => self.kick(&kick),
            Command::Drop(target) => self.each_link(&target.user_id, |server, conn| {
                server.cut_off(conn, CloseReason::Dropped)
            }),
            Command::BreakPc(request) => self.break_pc(&request),
            Command::CloseConnection(request) => self.close_connection(&request),
            Command::Redirect(request) => self.redirect(&request),
            Command::AddAnswerRule(rule) => self.add_rule(rule),
            Command::ClearAnswerRules => {
                let affected = self.rules.len();
                self.rules.clear();
                Ok(Reply::Done { affected })
            }
            Command::ForgetSession(target) => self.forget_session(&target.user_id),
            Command::Garbage(request) => self.garbage(&request),
            Command::SkipSequence(request) => self.skip_sequence(&request),
            Command::Frames { since } => Ok(Reply::Frames(self.recorder.page(since))),
            Command::SetMediaHosts(hosts) => {
                self.config.media_hosts = hosts.hosts;
                Ok(Reply::Done {
                    affected: self.config.media_hosts.len(),
                })
            }
            Command::Publishable(target) => self.publishable(&target),
            Command::MediaEvent(event) => self.media_event(&event),
            Command::Shutdown => {
                let links: Vec<ConnId> = self.conns.keys().copied().collect();
                for conn in &links {
                    self.cut_off(*conn, CloseReason::ShuttingDown);
                }
                Ok(Reply::Done {
                    affected: links.len(),
                })
            }
        }
    }

    fn health(&self) -> Health {
        Health {
            ok: true,
            connections: self.conns.len(),
            rooms: self.rooms.len(),
            users: self.rooms.values().map(|room| room.members.len()).sum(),
            stats: self.stats.clone(),
        }
    }

    fn issue_token(&mut self, request: &TokenRequest) -> Result<Reply, CommandError> {
        let ctime = self.now_i64() / 1000;
        let mut iv = [0; 16];
        self.rng.fill_bytes(&mut iv);
        let claims = Claims {
            app_id: self.config.app_id.into(),
            user_id: request.user_id.clone(),
            nonce: self.rng.next_u32().into(),
            ctime,
            expire: ctime
                .saturating_add(request.effective_seconds.unwrap_or(DEFAULT_TOKEN_SECONDS)),
            payload: payload(request),
        };
        let token = token::issue(request.form, &self.config.secret, &claims, iv);
        token
            .map(|token| Reply::Token { token })
            .map_err(|error| CommandError::Invalid(error.to_string()))
    }

    fn kick(&mut self, kick: &Kick) -> Result<Reply, CommandError> {
        let reason = kick.reason.unwrap_or(codes::KICK_BY_SERVER);
        if let Some(room) = &kick.room_id {
            let kicked = self.kick_from_room(room, &kick.user_id, reason, &kick.message);
            return if kicked {
                Ok(Reply::Done { affected: 1 })
            } else {
                Err(CommandError::NotFound("user in room"))
            };
        }
        let rooms: Vec<String> = self
            .rooms
            .iter()
            .filter(|(_, room)| room.member(&kick.user_id).is_some())
            .map(|(id, _)| id.clone())
            .collect();
        for room in &rooms {
            if self
                .rooms
                .get(room)
                .is_some_and(|room| room.member(&kick.user_id).is_some())
            {
                self.kick_link(room, &kick.user_id, reason, &kick.message);
            }
        }
        done_or_missing(rooms.len())
    }

    fn break_pc(&mut self, request: &BreakPc) -> Result<Reply, CommandError> {
        let restore_at = request.restore_ms.map(|ms| self.now.saturating_add(ms));
        let targets = self.pcs_of(&request.user_id);
        for target in &targets {
            self.lose_members(target.conn, target.stream);
            if let Some(pc) = self.pc_mut(target.conn, target.stream) {
                pc.established = false;
                pc.restore_at = restore_at;
            }
            self.schedule_link(target.conn);
            self.send_link(
                target.conn,
                target.stream,
                FrameType::PCBroken,
                &PcBroken {},
            );
        }
        done_or_missing(targets.len())
    }

    fn close_connection(&mut self, request: &CloseConnection) -> Result<Reply, CommandError> {
        let frame = CloseConnectionFrame {
            reason: request.reason,
            msg: request.message.clone(),
            action: request.action,
        };
        self.each_link(&request.user_id, |server, conn| {
            server.send_link(conn, 0, FrameType::CloseConnection, &frame)
        })
    }

    fn redirect(&mut self, request: &Redirect) -> Result<Reply, CommandError> {
        let frame = Redirect2 {
            wss_groups: super::link::wss_groups(&request.hosts),
        };
        self.each_link(&request.user_id, |server, conn| {
            server.send_link(conn, 0, FrameType::Redirect2, &frame)
        })
    }

    fn add_rule(&mut self, rule: AnswerRule) -> Result<Reply, CommandError> {
        if rule.matches.kind.is_none() && rule.matches.cmd.is_none() {
            return Err(CommandError::Invalid(
                "a rule matches a type or a cmd".to_owned(),
            ));
        }
        if rule.action == AnswerAction::Delay && rule.ms == 0 {
            return Err(CommandError::Invalid("a delay needs ms".to_owned()));
        }
        if self.rules.len() >= MAX_RULES {
            return Err(CommandError::Invalid(format!(
                "more than {MAX_RULES} rules"
            )));
        }
        self.rules.push(Rule {
            left: rule.count,
            rule,
        });
        Ok(Reply::Done { affected: 1 })
    }

    fn forget_session(&mut self, user: &str) -> Result<Reply, CommandError> {
        let rooms: Vec<String> = self
            .rooms
            .iter()
            .filter(|(_, room)| room.member(user).is_some())
            .map(|(id, _)| id.clone())
            .collect();
        for room in &rooms {
            self.leave(room, user, Cause::Forgotten);
        }
        // A link may hold room streams of several users.
        for pc in self
            .conns
            .values_mut()
            .flat_map(|link| link.pcs.values_mut())
        {
            if pc.login.as_ref().is_some_and(|login| login.user == user) {
                pc.login = None;
            }
        }
        done_or_missing(rooms.len())
    }

    fn garbage(&mut self, request: &Garbage) -> Result<Reply, CommandError> {
        let bytes = unhex(&request.hex)
            .ok_or_else(|| CommandError::Invalid("hex is not hexadecimal".to_owned()))?;
        self.each_link(&request.user_id, |server, conn| {
            server.deliver(conn, bytes.clone())
        })
    }

    fn skip_sequence(&mut self, request: &SkipSequence) -> Result<Reply, CommandError> {
        let room = self
            .rooms
            .get_mut(&request.room_id)
            .ok_or(CommandError::NotFound("room"))?;
        match request.what {
            Sequence::Users => room.user_seq = room.user_seq.saturating_add(request.by.into()),
            Sequence::Streams => room.stream_seq = room.stream_seq.saturating_add(request.by),
        }
        Ok(Reply::Done { affected: 1 })
    }

    fn publishable(&self, target: &StreamTarget) -> Result<Reply, CommandError> {
        if target.app_id.is_some_and(|app| app != self.config.app_id) {
            return Err(CommandError::NotFound("app"));
        }
        let place = self
            .publisher_of(&target.stream_id)
            .ok_or(CommandError::NotFound("publisher"))?;
        Ok(Reply::Publishable {
            user_id: place.user.clone(),
            room_id: place.room.clone(),
        })
    }

    fn media_event(&mut self, event: &MediaEvent) -> Result<Reply, CommandError> {
        self.log(
            LogLevel::Info,
            None,
            &format!("media server: {:?} {:?}", event.stream_id, event.event),
        );
        let mut affected = 0;
        for room in self.rooms.values_mut() {
            if let Some(stream) = room.stream_mut(&event.stream_id) {
                affected += 1;
                match event.event.as_str() {
                    "published" => stream.flowing = true,
                    "unpublished" => stream.flowing = false,
                    _ => {}
                }
            }
        }
        Ok(Reply::Done { affected })
    }

    fn each_link(
        &mut self,
        user: &str,
        mut act: impl FnMut(&mut Self, ConnId),
    ) -> Result<Reply, CommandError> {
        let links: Vec<ConnId> = self
            .conns
            .iter()
            .filter(|(_, link)| link.user.as_deref() == Some(user))
            .map(|(conn, _)| *conn)
            .collect();
        for conn in &links {
            act(self, *conn);
        }
        done_or_missing(links.len())
    }

    fn room_views(&self) -> Vec<RoomView> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.rooms
            .iter()
            .map(|(room_id, room)| RoomView {
                room_id: room_id.clone(),
                user_seq: room.user_seq,
                stream_seq: room.stream_seq,
                users: room
                    .members
                    .iter()
                    .map(|member| UserView {
                        user_id: member.user.clone(),
                        user_name: member.nick.clone(),
                        conn: member.target().map(|target| target.conn),
                        user_update: member.watches_users,
                        push_grants: member.grants.clone(),
                    })
                    .collect(),
                streams: room
                    .streams
                    .iter()
                    .map(|stream| StreamView {
                        stream_id: stream.id.clone(),
                        user_id: stream.user.clone(),
                        extra_info: text(&stream.extra_info),
                        flowing: stream.flowing,
                    })
                    .collect(),
                extra_info: room
                    .extra
                    .iter()
                    .map(|item| ExtraInfoView {
                        key: text(&item.key),
                        value: text(&item.value),
                        seq: item.seq,
                        user_id: item.user.clone(),
                    })
                    .collect(),
            })
            .collect()
    }
}

/// The privileges asked for as the JSON text that goes into a token; empty if none were.
fn payload(request: &TokenRequest) -> String {
    if request.room_id.is_none() && request.privilege.is_none() && request.stream_ids.is_none() {
        return String::new();
    }
    let mut payload = Map::new();
    payload.insert(
        "room_id".to_owned(),
        request.room_id.clone().unwrap_or_default().into(),
    );
    payload.insert(
        "privilege".to_owned(),
        request
            .privilege
            .clone()
            .unwrap_or_else(|| json!({"1": 1, "2": 1})),
    );
    payload.insert(
        "stream_id_list".to_owned(),
        request.stream_ids.clone().map_or(Value::Null, Value::from),
    );
    Value::Object(payload).to_string()
}

fn done_or_missing(affected: usize) -> Result<Reply, CommandError> {
    if affected == 0 {
        Err(CommandError::NotFound("user"))
    } else {
        Ok(Reply::Done { affected })
    }
}
