//! Messages between members, and the room's extra info.

use crate::{
    codes,
    config::{MAX_COMMAND, MAX_EXTRA_KEY, MAX_EXTRA_VALUE, MAX_MESSAGE, MAX_PENDING_BARRAGE},
    wire::{
        pb::{
            liveroom::{
                self as live, BigImData, GetTransReq, GetTransRsp, GetTransRspTransData, ImData,
                PushBigIm, PushIm, PushTrans, SendBigImReq, SendBigImRsp, SendBigImRspMsgData,
                SendImReq, SendImRsp, SetTransReq, SetTransRsp, SignalLiveCustomReq,
            },
            switch::{CommonRsp, TransChannel, TransSeq},
        },
        sub,
    },
};

use super::{
    Server,
    outbox::{Call, Refusal, To},
    room::{bounded, decode},
    state::{Extra, Place, Room},
};

/// Most barrage messages in one request.
const MAX_BARRAGE_BATCH: usize = 20;

impl Server {
    pub(super) fn broadcast(
        &mut self,
        call: &Call,
        body: &[u8],
        place: &Place,
    ) -> Result<(), Refusal> {
        let request: SendImReq = decode(body)?;
        bounded(&request.msg_content, MAX_MESSAGE, "message")?;
        let (nick_name, role) = self.speaker(place);
        self.message_counter += 1;
        let msg_id = self.message_counter;
        self.answer(
            call,
            &SendImRsp {
                rsp_head: Some(Default::default()),
                msg_id,
            },
        );
        let message = ImData {
            id_name: place.user.as_bytes().to_vec(),
            nick_name,
            role,
            msg_id,
            msg_category: request.msg_category,
            msg_type: request.msg_type,
            msg_content: request.msg_content,
            send_time: self.now_i64(),
        };
        let push = PushIm {
            server_msg_id: msg_id,
            ret_msg_id: msg_id,
            msg_list: vec![message],
        };
        self.push(&place.room, To::Except(&place.user), sub::BROADCAST, &push);
        Ok(())
    }

    pub(super) fn barrage(
        &mut self,
        call: &Call,
        body: &[u8],
        place: &Place,
    ) -> Result<(), Refusal> {
        let request: SendBigImReq = decode(body)?;
        if request.msg_list.len() > MAX_BARRAGE_BATCH {
            return Err(Refusal::new(codes::LIMIT, "too many messages at once"));
        }
        for message in &request.msg_list {
            bounded(&message.msg_content, MAX_MESSAGE, "message")?;
        }
        let (nick_name, role) = self.speaker(place);
        let (mut ids, mut messages) = (Vec::new(), Vec::new());
        for message in request.msg_list {
            self.message_counter += 1;
            let msg_id = format!("barrage-{}", self.message_counter).into_bytes();
            ids.push(SendBigImRspMsgData {
                msg_id: msg_id.clone(),
                msg_client_id: message.msg_client_id,
            });
            messages.push(BigImData {
                id_name: place.user.as_bytes().to_vec(),
                nick_name: nick_name.clone(),
                role,
                msg_id,
                msg_category: message.msg_category,
                msg_type: message.msg_type,
                msg_content: message.msg_content,
                msg_timestamp: self.now_i64(),
            });
        }
        let window = self.config.barrage_window_ms;
        self.answer(
            call,
            &SendBigImRsp {
                rsp_head: Some(Default::default()),
                big_im_time_window: window,
                msg_list: ids,
            },
        );
        if messages.is_empty() {
            return Ok(());
        }
        let due = self.now.saturating_add(window.into());
        let room = self.room_mut(place)?;
        room.barrage.extend(messages);
        let excess = room.barrage.len().saturating_sub(MAX_PENDING_BARRAGE);
        room.barrage.drain(..excess);
        room.barrage_due.get_or_insert(due);
        self.look_at_room(&place.room);
        Ok(())
    }

    /// Pushes collected barrage messages if their window is over, in one push.
    pub(super) fn flush_due_barrage(&mut self, room_id: &str) {
        let now = self.now;
        let Some(room) = self.rooms.get_mut(room_id) else {
            return;
        };
        if room.barrage_due.is_some_and(|at| at <= now) {
            room.barrage_due = None;
            let msg_list = std::mem::take(&mut room.barrage);
            self.push_merged(room_id, sub::BARRAGE, &PushBigIm { msg_list });
        }
    }

    pub(super) fn custom_command(
        &mut self,
        call: &Call,
        body: &[u8],
        place: &Place,
    ) -> Result<(), Refusal> {
        let request: SignalLiveCustomReq = decode(body)?;
        bounded(&request.push_message, MAX_COMMAND, "custom command")?;
        let users: Vec<String> = request
            .to_user_list
            .iter()
            .map(|user| String::from_utf8_lossy(&user.id_name).into_owned())
            .collect();
        self.answer(
            call,
            &CommonRsp {
                rsp_head: Some(Default::default()),
            },
        );
        let to = if users.is_empty() {
            To::Except(&place.user)
        } else {
            To::Only(&users)
        };
        self.push_raw(&place.room, to, sub::CUSTOM_COMMAND, request.push_message);
        Ok(())
    }

    pub(super) fn set_extra_info(
        &mut self,
        call: &Call,
        body: &[u8],
        place: &Place,
    ) -> Result<(), Refusal> {
        let request: SetTransReq = decode(body)?;
        bounded(&request.trans_channel, MAX_EXTRA_KEY, "channel")?;
        bounded(&request.trans_type, MAX_EXTRA_KEY, "key")?;
        bounded(&request.trans_data, MAX_EXTRA_VALUE, "value")?;
        let (nick_name, role) = self.speaker(place);
        let (now, most) = (self.now, self.config.max_extra_info_keys);
        let room = self.room_mut(place)?;
        let known = room.extra.iter().position(|item| {
            item.channel == request.trans_channel && item.key == request.trans_type
        });
        let at = match known {
            Some(at) => at,
            None if room.extra.len() >= most => {
                return Err(Refusal::new(codes::EXTRA_INFO_KEYS, "too many keys"));
            }
            None => {
                room.extra.push(Extra::new(
                    request.trans_channel.clone(),
                    request.trans_type.clone(),
                ));
                room.extra.len() - 1
            }
        };
        room.extra_list_seq += 1;
        let trans_list_seq = room.extra_list_seq;
        let Some(item) = room.extra.get_mut(at) else {
            return Err(Refusal::new(codes::BAD_REQUEST, "no such key"));
        };
        item.value = request.trans_data;
        item.seq += 1;
        item.user = place.user.clone();
        item.nick = String::from_utf8_lossy(&nick_name).into_owned();
        item.role = role;
        item.set_at = now;
        let push = PushTrans {
            id_name: place.user.as_bytes().to_vec(),
            nick_name,
            role,
            trans_type: item.key.clone(),
            trans_data: item.value.clone(),
            trans_seq: item.seq,
            trans_send_time: i64::try_from(now).unwrap_or(i64::MAX),
            trans_channel: item.channel.clone(),
            trans_list_seq,
        };
        let answer = SetTransRsp {
            rsp_head: Some(Default::default()),
            trans_type: push.trans_type.clone(),
            trans_seq: push.trans_seq,
            trans_list_seq,
            trans_channel: push.trans_channel.clone(),
        };
        self.answer(call, &answer);
        self.push(&place.room, To::All, sub::EXTRA_INFO, &push);
        Ok(())
    }

    pub(super) fn get_extra_info(
        &mut self,
        call: &Call,
        body: &[u8],
        place: &Place,
    ) -> Result<(), Refusal> {
        let request: GetTransReq = decode(body)?;
        let room = self.room_mut(place)?;
        let item = |key: Vec<u8>| match room
            .extra
            .iter()
            .find(|item| item.channel == request.trans_channel && item.key == key)
        {
            Some(item) => item.data(),
            None => GetTransRspTransData {
                err_code: codes::ITEM_UNKNOWN_KEY,
                trans_type: key,
                ..Default::default()
            },
        };
        let answer = GetTransRsp {
            rsp_head: Some(Default::default()),
            trans_list_seq: room.extra_list_seq,
            trans_list: request
                .trans_list
                .into_iter()
                .map(|wanted| item(wanted.trans_type))
                .collect(),
            trans_channel: request.trans_channel,
        };
        self.answer(call, &answer);
        Ok(())
    }

    /// Name and role of whoever asks, as others see them.
    fn speaker(&self, place: &Place) -> (Vec<u8>, u32) {
        let member = self
            .rooms
            .get(&place.room)
            .and_then(|room| room.member(&place.user));
        member
            .map(|member| (member.nick.as_bytes().to_vec(), member.role))
            .unwrap_or_default()
    }
}

impl Room {
    /// Keys and sequences by channel, for a client to see what it has missed.
    pub(super) fn extra_channels(&self) -> Vec<TransChannel> {
        let mut channels: Vec<TransChannel> = Vec::new();
        for item in &self.extra {
            let seq = TransSeq {
                trans_type: item.key.clone(),
                trans_seq: item.seq,
            };
            match channels
                .iter_mut()
                .find(|channel| channel.trans_channel == item.channel)
            {
                Some(channel) => channel.trans_seq_list.push(seq),
                None => channels.push(TransChannel {
                    trans_channel: item.channel.clone(),
                    trans_seq_list: vec![seq],
                }),
            }
        }
        channels
    }
}

impl Extra {
    fn new(channel: Vec<u8>, key: Vec<u8>) -> Self {
        Self {
            channel,
            key,
            value: Vec::new(),
            seq: 0,
            user: String::new(),
            nick: String::new(),
            role: 0,
            set_at: 0,
        }
    }

    fn data(&self) -> GetTransRspTransData {
        GetTransRspTransData {
            err_code: 0,
            trans_type: self.key.clone(),
            trans_data: self.value.clone(),
            trans_send_time: i64::try_from(self.set_at).unwrap_or(i64::MAX),
            trans_seq: self.seq,
            id_name: self.user.as_bytes().to_vec(),
            nick_name: self.nick.as_bytes().to_vec(),
            role: self.role,
        }
    }
}

pub(super) fn to_live_channel(channel: TransChannel) -> live::TransChannel {
    let seq = |seq: TransSeq| live::TransSeq {
        trans_type: seq.trans_type,
        trans_seq: seq.trans_seq,
    };
    live::TransChannel {
        trans_channel: channel.trans_channel,
        trans_seq_list: channel.trans_seq_list.into_iter().map(seq).collect(),
    }
}
