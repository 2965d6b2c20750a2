//! A client in its room: what it knows, what it waits for, and whether the server's word fits to both.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use md5::{Digest as _, Md5};
use prost::Message;
use room_server::wire::{
    cmd,
    pb::{liveroom as live, switch},
    sub,
};
use tokio::time::timeout;

use crate::{
    client::{PATIENCE, code_of, is_exception},
    ledger::{Micros, Receiver, RoomLedger, To},
    run::{Final, Phase, Run, room_name},
    wire::{Got, Wire},
};

/// Bytes of a message's text.
const TEXT_BYTES: usize = 120;

/// How a session ended as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    LoggedOut,
    /// The client is gone without a word and will be back as the same user.
    Dropped,
}

/// What a client that lost its connection still knows.
#[derive(Debug)]
pub(crate) struct Memory {
    user: String,
    session: u64,
    switch_session: u64,
    relogin_token: Vec<u8>,
    own_streams: BTreeSet<Vec<u8>>,
    streams_made: u32,
}

/// A request without an answer yet.
#[derive(Debug)]
struct Pending {
    number: u32,
    sent: Micros,
    /// The message that it carries.
    message: Option<u64>,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Session {
    run: Rc<Run>,
    pub(crate) wire: Wire,
    room: usize,
    user: String,
    pub(crate) token: String,
    key: u32,
    session: u64,
    switch_session: u64,
    relogin_token: Vec<u8>,
    receiver: Receiver,
    pending: BTreeMap<u32, Pending>,
    text: Option<u64>,
    streams: BTreeSet<Vec<u8>>,
    stream_seq: u32,
    /// Known from the first heartbeat on.
    user_seq: Option<i64>,
    pub(crate) own_streams: BTreeSet<Vec<u8>>,
    /// The stream that a request under way adds or deletes.
    pub(crate) changing: Option<Vec<u8>>,
    streams_made: u32,
    is_settling: bool,
}

impl Session {
    /// Connects and logs in, with what is left of an earlier session of the same user.
    pub(crate) async fn begin(
        run: &Rc<Run>,
        room: usize,
        user: &str,
        memory: Option<Memory>,
    ) -> Result<Self, String> {
        let begun = run.now();
        let entering = Self::enter(run, room, user, memory);
        let session = timeout(PATIENCE, entering)
            .await
            .map_err(|_| "the login was not answered".to_owned())??;
        let took = run.now() - begun;
        run.stats.borrow_mut().logins.add(took);
        run.room(room, |room| room.users.push(user.to_owned()));
        Ok(session)
    }

    async fn enter(
        run: &Rc<Run>,
        room: usize,
        user: &str,
        memory: Option<Memory>,
    ) -> Result<Self, String> {
        let mut wire = Wire::connect(run.server.address, None).await?;
        let memory = memory.filter(|memory| memory.user == user);
        let returns = memory.is_some();
        let memory = memory.unwrap_or_else(|| Memory {
            user: user.to_owned(),
            session: 0,
            switch_session: 0,
            relogin_token: Vec::new(),
            own_streams: BTreeSet::new(),
            streams_made: 0,
        });
        let lost = |end| format!("{end:?}");
        wire.hello(run.server.app_id, user).await.map_err(lost)?;
        let token = run.server.token(user);
        let request = login_request(run.server.app_id, room, &token, &memory);
        let seq = wire.ask(cmd::LOGIN_ROOM, 0, &request).await.map_err(lost)?;
        let (key, answer) = login_answer(&mut wire, seq).await?;
        let streams = answer.stream_info_list.iter();
        let streams: BTreeSet<_> = streams.map(|stream| stream.stream_id.clone()).collect();
        if returns {
            if answer.user_session_id != memory.session {
                return Err("the server forgot the session".to_owned());
            }
            run.stats.borrow_mut().counts.resumptions += 1;
        } else {
            run.stats.borrow_mut().counts.logins += 1;
        }
        let own = |stream: &&Vec<u8>| memory.own_streams.contains(*stream);
        let receiver = run.room(room, |room| Receiver::new(user, &room.ledger));
        Ok(Self {
            run: run.clone(),
            wire,
            room,
            user: user.to_owned(),
            token,
            key,
            session: answer.user_session_id,
            switch_session: answer.switch_session_id,
            relogin_token: answer.relogin_token,
            receiver: receiver.ok_or("no such room")?,
            pending: BTreeMap::new(),
            text: None,
            own_streams: streams.iter().filter(own).cloned().collect(),
            streams,
            stream_seq: answer.stream_list_seq,
            user_seq: None,
            changing: None,
            streams_made: memory.streams_made,
            is_settling: false,
        })
    }

    /// What comes back after the connection was lost. A stream whose change was under way may be there or not.
    pub(crate) fn memory(self) -> Memory {
        let mut own_streams = self.own_streams;
        own_streams.extend(self.changing);
        Memory {
            user: self.user,
            session: self.session,
            switch_session: self.switch_session,
            relogin_token: self.relogin_token,
            own_streams,
            streams_made: self.streams_made,
        }
    }

    /// Whoever sends from now on need not reach this client, and what it sent may have arrived or not.
    pub(crate) fn leave_ledger(&mut self) {
        let (pending, user) = (std::mem::take(&mut self.pending), &self.user);
        self.run.room(self.room, |room| {
            room.users.retain(|other| other != user);
            for message in pending.into_values().filter_map(|request| request.message) {
                room.ledger.abandon(message);
            }
        });
    }

    pub(crate) async fn ask(&mut self, number: u32, body: &impl Message) -> Result<(), String> {
        let sent = self.run.now();
        let asked = self.wire.ask(number, self.key, body).await;
        let seq = asked.map_err(|end| format!("cut off: {end:?}"))?;
        let message = self.text.take();
        let request = Pending {
            number,
            sent,
            message,
        };
        self.pending.insert(seq, request);
        Ok(())
    }

    pub(crate) async fn heartbeat(&mut self) -> Result<(), String> {
        self.ask(cmd::HEARTBEAT, &live::HbReq {}).await
    }

    pub(crate) async fn log_out(&mut self) -> Result<(), String> {
        let request = switch::LogoutRoomReq {
            user_session_id: self.session,
            logout_check: Md5::digest(self.token.as_bytes()).to_vec(),
            ..Default::default()
        };
        self.ask(cmd::LOGOUT_ROOM, &request).await
    }

    /// With the answer to this, everything that the client must have received was received.
    pub(crate) async fn settle_for_good(&mut self) -> Result<(), String> {
        self.is_settling = true;
        self.heartbeat().await
    }

    /// The text of the next message, which says where it is written down.
    pub(crate) fn text(&mut self, to: To) -> Vec<u8> {
        let now = self.run.now();
        let number = self
            .run
            .room(self.room, |room| room.ledger.send(&self.user, to, now));
        self.text = number;
        let number = number.unwrap_or(0);
        format!("{:<TEXT_BYTES$}", format!("{} {number}", self.room)).into_bytes()
    }

    /// A few of the others in the room.
    pub(crate) fn some_users(&self, most: usize) -> Vec<String> {
        let others = self.run.room(self.room, |room| {
            let others = room.users.iter().filter(|user| **user != self.user);
            fastrand::choose_multiple(others.cloned(), most)
        });
        others.unwrap_or_default()
    }

    pub(crate) fn new_stream(&mut self) -> Vec<u8> {
        self.streams_made += 1;
        let id = format!("s-{}-{}", self.user, self.streams_made).into_bytes();
        self.changing = Some(id.clone());
        id
    }

    pub(crate) fn is_changing_streams(&self) -> bool {
        self.changing.is_some()
    }

    pub(crate) fn check_patience(&self) -> Result<(), String> {
        let now = self.run.now();
        let late = self
            .pending
            .values()
            .find(|request| u128::from(now.saturating_sub(request.sent)) > PATIENCE.as_micros());
        match late {
            Some(request) => Err(format!("command {} is not answered", request.number)),
            None => Ok(()),
        }
    }

    /// Takes something from the room service.
    pub(crate) async fn handle(
        &mut self,
        header: &switch::Header,
        body: &[u8],
    ) -> Result<Option<End>, String> {
        match header.cmd {
            cmd::PUSH => {
                let push: switch::PushReq = decode(body)?;
                let kind = push.head.unwrap_or_default().sub_cmd;
                self.push(kind, &push.msg_body)?;
            }
            cmd::MERGE_PUSH => {
                let merged: switch::MergePushReq = decode(body)?;
                for push in merged.message_list {
                    self.push(push.sub_cmd, &push.msg_body)?;
                }
            }
            cmd::PUSH_KICKOUT => return Err("kicked out".to_owned()),
            _ => return self.answer(header, body),
        }
        let acknowledged = self.wire.acknowledge(header).await;
        acknowledged.map_err(|end| format!("cut off: {end:?}"))?;
        Ok(None)
    }

    fn push(&mut self, kind: u32, body: &[u8]) -> Result<(), String> {
        match kind {
            sub::BROADCAST => {
                let push: live::PushIm = decode(body)?;
                for message in push.msg_list {
                    self.message(&message.msg_content)?;
                }
            }
            sub::BARRAGE => {
                let push: live::PushBigIm = decode(body)?;
                for message in push.msg_list {
                    self.message(&message.msg_content)?;
                }
            }
            sub::CUSTOM_COMMAND => self.message(body)?,
            sub::STREAMS_ADDED | sub::STREAMS_DELETED => {
                let push: live::PushStream = decode(body)?;
                self.next_stream_seq(push.stream_seq)?;
                self.run.stats.borrow_mut().counts.stream_pushes += 1;
                for stream in push.stream_info_list {
                    self.stream(stream.stream_id, kind == sub::STREAMS_ADDED)?;
                }
            }
            sub::USERS_CHANGED => {
                let push: live::PushUserInfoUpdated = decode(body)?;
                self.run.stats.borrow_mut().counts.user_pushes += 1;
                if let Some(known) = &mut self.user_seq {
                    if push.server_user_seq != *known + 1 {
                        return Err(format!("user push {} after {known}", push.server_user_seq));
                    }
                    *known += 1;
                }
            }
            // Bad clients set extra info.
            sub::EXTRA_INFO => {}
            unknown => return Err(format!("push of kind {unknown}")),
        }
        Ok(())
    }

    fn message(&mut self, text: &[u8]) -> Result<(), String> {
        let text = String::from_utf8_lossy(text);
        let mut words = text.split_whitespace().map(str::parse::<u64>);
        let (Some(Ok(room)), Some(Ok(number))) = (words.next(), words.next()) else {
            return Err(format!("a message that nobody wrote: {text:?}"));
        };
        if room != self.room as u64 {
            return Err(format!("a message of room {room} in room {}", self.room));
        }
        let now = self.run.now();
        let took = self.in_ledger(|receiver, ledger| receiver.receive(ledger, number, now))?;
        let stats = &mut *self.run.stats.borrow_mut();
        stats.counts.deliveries += 1;
        stats.delivery.add(took);
        Ok(())
    }

    fn in_ledger<T>(
        &mut self,
        act: impl FnOnce(&mut Receiver, &RoomLedger) -> Result<T, String>,
    ) -> Result<T, String> {
        let receiver = &mut self.receiver;
        let result = self.run.room(self.room, |room| act(receiver, &room.ledger));
        result.unwrap_or_else(|| Err("no such room".to_owned()))
    }

    fn stream(&mut self, id: Vec<u8>, is_added: bool) -> Result<(), String> {
        let name = String::from_utf8_lossy(&id).into_owned();
        if is_added && !self.streams.insert(id) {
            return Err(format!("stream {name} was added twice"));
        }
        if !is_added && !self.streams.remove(name.as_bytes()) {
            return Err(format!("stream {name} was deleted and is not known"));
        }
        Ok(())
    }

    fn next_stream_seq(&mut self, seq: u32) -> Result<(), String> {
        if seq != self.stream_seq + 1 {
            return Err(format!("stream change {seq} after {}", self.stream_seq));
        }
        self.stream_seq = seq;
        Ok(())
    }

    fn answer(&mut self, header: &switch::Header, body: &[u8]) -> Result<Option<End>, String> {
        let Some(request) = self.pending.remove(&header.seq) else {
            return Err(format!("an answer {} to nothing", header.cmd));
        };
        let code = code_of(body)?;
        if header.cmd != request.number + 1 || code != 0 {
            return Err(format!("command {} refused with {code}", request.number));
        }
        let now = self.run.now();
        // At the end all ask at the same time, which says nothing about the load.
        if self.run.phase() <= Phase::Load {
            self.run.stats.borrow_mut().answers.add(now - request.sent);
        }
        if let Some(message) = request.message {
            self.run
                .room(self.room, |room| room.ledger.accept(message, now));
        }
        let sent = request.sent;
        let arrived = self.in_ledger(|receiver, ledger| receiver.settle(ledger, sent))?;
        let stats = self.run.clone();
        let counts = &mut stats.stats.borrow_mut().counts;
        counts.checked_off += arrived;
        match request.number {
            cmd::HEARTBEAT => {
                counts.heartbeats += 1;
                self.heartbeat_answer(&decode(body)?)?;
            }
            cmd::SEND_BROADCAST => counts.broadcasts += 1,
            cmd::SEND_BARRAGE => counts.barrages += 1,
            cmd::CUSTOM_COMMAND => counts.custom_commands += 1,
            cmd::ADD_STREAM => {
                counts.streams_added += 1;
                let answer: live::AddStreamRsp = decode(body)?;
                self.next_stream_seq(answer.stream_seq)?;
                let id = self.changing.take().unwrap_or_default();
                self.own_streams.insert(id.clone());
                self.stream(id, true)?;
            }
            cmd::DELETE_STREAM => {
                counts.streams_deleted += 1;
                let answer: live::DeleteStreamRsp = decode(body)?;
                self.next_stream_seq(answer.stream_seq)?;
                let id = self.changing.take().unwrap_or_default();
                self.own_streams.remove(&id);
                self.stream(id, false)?;
            }
            cmd::LOGOUT_ROOM => {
                counts.logouts += 1;
                return Ok(Some(End::LoggedOut));
            }
            _ => {}
        }
        Ok(None)
    }

    fn heartbeat_answer(&mut self, answer: &live::HbRsp) -> Result<(), String> {
        if answer.stream_seq != self.stream_seq {
            let (told, known) = (answer.stream_seq, self.stream_seq);
            return Err(format!(
                "heartbeat with stream sequence {told}, not {known}"
            ));
        }
        let known = *self.user_seq.get_or_insert(answer.user_seq);
        if answer.user_seq != known {
            let told = answer.user_seq;
            return Err(format!("heartbeat with user sequence {told}, not {known}"));
        }
        if std::mem::take(&mut self.is_settling) {
            self.run.finals.borrow_mut().push(Final {
                room: self.room,
                user: self.user.clone(),
                streams: self.streams.clone(),
            });
        }
        Ok(())
    }
}

/// The request with which a user comes into a room.
fn login_request(app_id: u32, room: usize, token: &str, memory: &Memory) -> switch::LoginRoomReq {
    switch::LoginRoomReq {
        app_id,
        room_id: room_name(room).into_bytes(),
        role: 2,
        id_name: memory.user.clone().into_bytes(),
        login_logic: 1,
        third_token: token.as_bytes().to_vec(),
        relogin_token: memory.relogin_token.clone(),
        switch_session_id: memory.switch_session,
        user_session_id: memory.session,
        room_create_flag: 1,
        user_state_flag: 1,
        ..Default::default()
    }
}

/// Waits for the answer to a login, which is the first thing of the room service; gives the context key.
async fn login_answer(wire: &mut Wire, seq: u32) -> Result<(u32, switch::LoginRoomRsp), String> {
    loop {
        match wire.next().await? {
            Got::Link(kind) if is_exception(kind) => return Err("an exception".to_owned()),
            Got::Link(_) => {}
            Got::End(end) => return Err(format!("cut off: {end:?}")),
            Got::Room(header, body) => {
                if (header.cmd, header.seq) != (cmd::LOGIN_ROOM + 1, seq) {
                    return Err(format!("{} before the answer to the login", header.cmd));
                }
                let code = code_of(&body)?;
                if code != 0 {
                    return Err(format!("the login is refused with {code}"));
                }
                return Ok((header.context_key, decode(&body)?));
            }
        }
    }
}

fn decode<M: Message + Default>(body: &[u8]) -> Result<M, String> {
    M::decode(body).map_err(|error| format!("a message that cannot be read: {error}"))
}
