//! Streams of a room: announced, changed, gone.

use crate::{
    codes,
    config::{MAX_EXTRA_VALUE, MAX_STREAM_ID, MAX_STREAMS_PER_USER},
    io::LogLevel,
    token::{self, Access, TokenError},
    wire::{
        pb::{
            liveroom::{
                AddStreamReq, AddStreamRsp, DeleteStreamReq, DeleteStreamRsp, GetStreamListRsp,
                PushStream, PushStreamInfo, StreamInfo, UpdateStreamReq, UpdateStreamRsp,
            },
            switch,
        },
        sub,
    },
};

use super::{
    Server,
    outbox::{Call, Refusal, To},
    room::{bounded, decode, text},
    session::token_refusal,
    state::{Place, Stream},
};

/// A stream ended because its publisher said so.
pub(super) const CLOSED_BY_USER: u32 = 1;

impl Server {
    pub(super) fn add_stream(
        &mut self,
        call: &Call,
        body: &[u8],
        place: &Place,
    ) -> Result<(), Refusal> {
        let request: AddStreamReq = decode(body)?;
        let id = text(&request.stream_id, 1, MAX_STREAM_ID, "stream id")?;
        bounded(&request.extra_info, MAX_EXTRA_VALUE, "extra info")?;
        self.check_publish_token(&request.third_token, place, &id)?;
        match self.owner_of(&id) {
            Some(owner) if owner != place => {
                return Err(Refusal::new(codes::STREAM_IN_USE, "stream id in use"));
            }
            // Clients announce a stream again after a re-login, or when they missed the answer.
            Some(_) => self.change_extra_info(place, &id, request.extra_info)?,
            None => self.announce(call, place, &id, request.extra_info)?,
        }
        let room = self.room_mut(place)?;
        let stream_seq = room.stream_seq;
        let Some(stream) = room.stream_mut(&id) else {
            return Err(unknown_stream());
        };
        let mut answer = AddStreamRsp {
            rsp_head: Some(Default::default()),
            stream_seq,
            stream_sid: stream.sid.clone(),
            stream_ver: stream.version,
            stream_nid: stream.nid,
            token_remain_time: 0,
        };
        if let Some(member) = self
            .rooms
            .get(&place.room)
            .and_then(|room| room.member(&place.user))
        {
            answer.token_remain_time = self.token_remain_s(member);
        }
        self.answer(call, &answer);
        Ok(())
    }

    pub(super) fn update_stream(
        &mut self,
        call: &Call,
        body: &[u8],
        place: &Place,
    ) -> Result<(), Refusal> {
        let request: UpdateStreamReq = decode(body)?;
        let id = text(&request.stream_id, 1, MAX_STREAM_ID, "stream id")?;
        bounded(&request.extra_info, MAX_EXTRA_VALUE, "extra info")?;
        self.own_stream(place, &id)?;
        self.change_extra_info(place, &id, request.extra_info)?;
        let room = self.room_mut(place)?;
        let stream_seq = room.stream_seq;
        let stream_ver = room.stream_mut(&id).map_or(0, |stream| stream.version);
        self.answer(
            call,
            &UpdateStreamRsp {
                rsp_head: Some(Default::default()),
                stream_seq,
                stream_ver,
            },
        );
        Ok(())
    }

    pub(super) fn delete_stream(
        &mut self,
        call: &Call,
        body: &[u8],
        place: &Place,
    ) -> Result<(), Refusal> {
        let request: DeleteStreamReq = decode(body)?;
        let id = text(&request.stream_id, 1, MAX_STREAM_ID, "stream id")?;
        // A repeated delete finds nothing and is as good as the first.
        if self.own_stream(place, &id).is_ok() {
            self.remove_stream(&place.room, &place.user, &id, CLOSED_BY_USER);
        }
        let stream_seq = self.room_mut(place)?.stream_seq;
        self.answer(
            call,
            &DeleteStreamRsp {
                rsp_head: Some(Default::default()),
                stream_seq,
                stream_ver: 0,
            },
        );
        Ok(())
    }

    pub(super) fn stream_list(&mut self, call: &Call, place: &Place) -> Result<(), Refusal> {
        let room = self.room_mut(place)?;
        let answer = GetStreamListRsp {
            rsp_head: Some(Default::default()),
            stream_list_seq: room.stream_seq,
            stream_info_list: room.streams.iter().map(Stream::info).collect(),
        };
        self.answer(call, &answer);
        Ok(())
    }

    pub(super) fn remove_streams_of(&mut self, room_id: &str, user: &str, close_type: u32) {
        let Some(room) = self.rooms.get(room_id) else {
            return;
        };
        let ids: Vec<String> = room
            .streams
            .iter()
            .filter(|stream| stream.user == user)
            .map(|stream| stream.id.clone())
            .collect();
        for id in ids {
            self.remove_stream(room_id, user, &id, close_type);
        }
    }

    /// The room and user of an announced stream. Stream ids are unique in an app.
    pub(super) fn owner_of(&self, id: &str) -> Option<&Place> {
        self.stream_owners.get(id)
    }

    fn announce(
        &mut self,
        call: &Call,
        place: &Place,
        id: &str,
        extra_info: Vec<u8>,
    ) -> Result<(), Refusal> {
        let (sid, nid) = (self.fresh_id(), self.fresh_id());
        let now = self.now;
        let room = self.room_mut(place)?;
        if room
            .streams
            .iter()
            .filter(|stream| stream.user == place.user)
            .count()
            >= MAX_STREAMS_PER_USER
        {
            return Err(Refusal::new(codes::LIMIT, "too many streams"));
        }
        let nick = room
            .member(&place.user)
            .map(|member| member.nick.clone())
            .unwrap_or_default();
        room.streams.push(Stream {
            id: id.to_owned(),
            sid: format!("sid-{sid:x}"),
            nid: u32::try_from(nid & 0x7FFF_FFFF).unwrap_or(0),
            version: 1,
            user: place.user.clone(),
            nick,
            extra_info,
            created_at: now,
            flowing: false,
        });
        room.stream_seq += 1;
        self.stream_owners.insert(id.to_owned(), place.clone());
        self.log(
            LogLevel::Info,
            Some(call.conn),
            &format!("{} publishes {id} in {}", place.user, place.room),
        );
        self.push_stream(&place.room, id, sub::STREAMS_ADDED);
        Ok(())
    }

    fn change_extra_info(
        &mut self,
        place: &Place,
        id: &str,
        extra_info: Vec<u8>,
    ) -> Result<(), Refusal> {
        let room = self.room_mut(place)?;
        let Some(stream) = room.stream_mut(id) else {
            return Err(unknown_stream());
        };
        if stream.extra_info == extra_info {
            return Ok(());
        }
        stream.extra_info = extra_info;
        stream.version += 1;
        room.stream_seq += 1;
        self.push_stream(&place.room, id, sub::STREAMS_UPDATED);
        Ok(())
    }

    fn remove_stream(&mut self, room_id: &str, user: &str, id: &str, close_type: u32) {
        let tells_why = self.config.stream_close_types;
        let Some(room) = self.rooms.get_mut(room_id) else {
            return;
        };
        let Some(at) = room.streams.iter().position(|stream| stream.id == id) else {
            return;
        };
        let stream = room.streams.remove(at);
        room.stream_seq += 1;
        self.stream_owners.remove(id);
        let push = PushStream {
            stream_seq: room.stream_seq,
            stream_info_list: vec![PushStreamInfo {
                close_type: if tells_why { close_type } else { 0 },
                ..stream.push_info()
            }],
        };
        self.log(
            LogLevel::Info,
            None,
            &format!("{id} of {user} in {room_id} is gone"),
        );
        self.push(room_id, To::Except(user), sub::STREAMS_DELETED, &push);
    }

    fn push_stream(&mut self, room_id: &str, id: &str, sub_cmd: u32) {
        let Some(room) = self.rooms.get(room_id) else {
            return;
        };
        let Some(stream) = room.streams.iter().find(|stream| stream.id == id) else {
            return;
        };
        let push = PushStream {
            stream_seq: room.stream_seq,
            stream_info_list: vec![stream.push_info()],
        };
        let user = stream.user.clone();
        self.push(room_id, To::Except(&user), sub_cmd, &push);
    }

    fn own_stream(&self, place: &Place, id: &str) -> Result<(), Refusal> {
        if self.owner_of(id) == Some(place) {
            Ok(())
        } else {
            Err(unknown_stream())
        }
    }

    fn check_publish_token(
        &self,
        token: &[u8],
        place: &Place,
        stream: &str,
    ) -> Result<(), Refusal> {
        if !self.config.check_tokens {
            return Ok(());
        }
        let token = text(token, 0, token::MAX_TOKEN_BYTES, "token")?;
        let access = Access::Publish {
            room: &place.room,
            stream,
        };
        match token::check(
            &token,
            &self.config.secret,
            self.config.app_id,
            &place.user,
            access,
            self.now,
        ) {
            Ok(_) => Ok(()),
            Err(error @ TokenError::Expired) => Err(Refusal::new(
                codes::PUBLISH_TOKEN_EXPIRED,
                error.to_string(),
            )),
            Err(error) => Err(token_refusal(error)),
        }
    }
}

impl Stream {
    pub(super) fn info(&self) -> StreamInfo {
        StreamInfo {
            stream_id: self.id.as_bytes().to_vec(),
            stream_sid: self.sid.clone(),
            id_name: self.user.as_bytes().to_vec(),
            nick_name: self.nick.as_bytes().to_vec(),
            stream_ver: self.version,
            create_time: self.created(),
            stream_nid: self.nid,
            extra_info: self.extra_info.clone(),
        }
    }

    pub(super) fn login_info(&self) -> switch::StreamInfo {
        switch::StreamInfo {
            stream_id: self.id.as_bytes().to_vec(),
            stream_sid: self.sid.clone(),
            id_name: self.user.as_bytes().to_vec(),
            nick_name: self.nick.as_bytes().to_vec(),
            create_time: self.created(),
            extra_info: self.extra_info.clone(),
            stream_ver: self.version,
            stream_nid: self.nid,
        }
    }

    fn push_info(&self) -> PushStreamInfo {
        PushStreamInfo {
            stream_id: self.id.as_bytes().to_vec(),
            stream_sid: self.sid.clone(),
            id_name: self.user.as_bytes().to_vec(),
            nick_name: self.nick.as_bytes().to_vec(),
            stream_ver: self.version,
            stream_nid: self.nid,
            extra_info: self.extra_info.clone(),
            create_time: self.created(),
            close_type: 0,
        }
    }

    fn created(&self) -> i64 {
        i64::try_from(self.created_at).unwrap_or(i64::MAX)
    }
}

fn unknown_stream() -> Refusal {
    Refusal::new(codes::STREAM_UNKNOWN, "no such stream of this user")
}
