//! Room extra info: small values under keys that everybody in the room shares, each key with its own sequence.

use crate::engine::cx::Cx;
use crate::engine::error::{
    EXTRA_INFO_BUSY, Error, ROOM_EXTRA_INFO_KEYS, SOCKET_CLOSED, from_room_answer,
};
use crate::engine::event::{Event, RoomExtraInfo, User};
use crate::engine::io::{CallId, Reply};
use crate::engine::net::{Net, Purpose};
use crate::engine::wire::common::TransChannel;
use crate::engine::wire::liveroom;
use crate::engine::wire::packet::cmd;
use crate::engine::wire::pb::{self, Messages};
use alloc::{string::String, vec, vec::Vec};

use super::Room;

/// Keys of a room that are kept; further ones are not reported.
pub(super) const MAX_KEYS: usize = 256;

const CHANNEL: &[u8] = b"clt";
const UNKNOWN_KEY: u32 = 1_000_001_109;
const TOO_MANY_KEYS: u32 = 1_015;
const TOO_MANY_KEYS_LONG: u32 = 201_015;

#[derive(Debug, Default)]
pub(in crate::engine) struct Trans {
    known: Vec<Known>,
    is_setting: bool,
}

/// What was last heard of a key.
#[derive(Debug)]
struct Known {
    key: String,
    seq: u32,
    /// When it was set, by the service's clock; 0 if that was not told.
    time: i64,
    /// Heard in an earlier session.
    is_old: bool,
}

impl Trans {
    /// A new session: the service may have begun anew, and its sequences with it.
    pub(super) fn begin_session(&mut self) {
        for known in &mut self.known {
            known.is_old = true;
        }
    }

    /// A request to set one is over, however.
    pub(in crate::engine) fn finish_setting(&mut self) {
        self.is_setting = false;
    }

    /// The sequence of a key, if it was heard in this session.
    fn seq(&self, key: &str) -> Option<u32> {
        self.known
            .iter()
            .find(|known| known.key == key && !known.is_old)
            .map(|known| known.seq)
    }

    /// Notes a sequence; false if it is no news, or if there are too many keys.
    fn note(&mut self, key: &str, seq: u32, time: i64) -> bool {
        let Some(known) = self.known.iter_mut().find(|known| known.key == key) else {
            let fresh = Known {
                key: key.into(),
                seq,
                time,
                is_old: false,
            };
            if self.known.len() < MAX_KEYS {
                self.known.push(fresh);
            } else if let Some(old) = self.known.iter_mut().find(|known| known.is_old) {
                *old = fresh;
            } else {
                return false;
            }
            return true;
        };
        let is_same_time = known.time == time || (known.time == 0 && !known.is_old);
        let is_same = known.seq == seq && is_same_time;
        let is_news = if known.is_old {
            !is_same
        } else {
            known.seq < seq
        };
        if is_news || is_same {
            known.seq = seq;
            known.time = time;
            known.is_old = false;
        }
        is_news
    }
}

impl Room {
    /// `setRoomExtraInfo`, already checked.
    pub(in crate::engine) fn set_extra_info(
        &mut self,
        call: CallId,
        key: &str,
        value: &str,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        if self.trans.is_setting {
            cx.refuse(call, EXTRA_INFO_BUSY);
            return;
        }
        let body = liveroom::write::SetTransReq {
            trans_type: key.as_bytes(),
            trans_data: value.as_bytes(),
            trans_local_seq: Some(self.trans.seq(key).unwrap_or(0)),
            trans_channel: CHANNEL,
        };
        let purpose = Purpose::SetExtraInfo {
            call,
            key: key.into(),
        };
        self.trans.is_setting = self.ask(net, cmd::SET_TRANS, &body, purpose, cx);
    }

    /// The answer to [`Room::set_extra_info`]; `seq` is that of the packet.
    pub(in crate::engine) fn handle_extra_info_set(
        &mut self,
        call: CallId,
        key: &str,
        seq: u32,
        answer: liveroom::SetTransRsp<'_>,
        cx: &mut Cx<'_>,
    ) {
        self.trans.is_setting = false;
        self.trans.note(key, answer.trans_seq(), 0);
        cx.reply(call, Ok(Reply::Seq(seq)));
    }

    /// The service refused [`Room::set_extra_info`].
    pub(in crate::engine) fn handle_extra_info_refused(
        &mut self,
        call: CallId,
        c: u32,
        text: &str,
        cx: &mut Cx<'_>,
    ) {
        self.trans.is_setting = false;
        let error = if matches!(c, TOO_MANY_KEYS | TOO_MANY_KEYS_LONG) {
            ROOM_EXTRA_INFO_KEYS.into()
        } else {
            from_room_answer(c, text)
        };
        cx.reply(call, Err(error));
    }

    /// Somebody set one. Own changes come back too and are not reported.
    pub(in crate::engine) fn handle_extra_info_push(
        &mut self,
        push: liveroom::PushTrans<'_>,
        cx: &mut Cx<'_>,
    ) {
        let (key, user) = (
            push.trans_type_text(),
            User {
                id: push.id_name_shared(),
                name: push.nick_name_shared(),
            },
        );
        let update_time = push.trans_send_time();
        let is_news = self.trans.note(&key, push.trans_seq(), update_time);
        if is_news && user.id != self.request.user.id {
            let info = RoomExtraInfo {
                key,
                value: push.trans_data_text(),
                update_user: user,
                update_time,
            };
            cx.emit(Event::RoomExtraInfoUpdate {
                room: self.id().into(),
                infos: vec![info],
            });
        }
    }

    /// Values that were asked for.
    pub(in crate::engine) fn handle_extra_info_list(
        &mut self,
        answer: liveroom::GetTransRsp<'_>,
        cx: &mut Cx<'_>,
    ) {
        let mut infos = Vec::new();
        for item in answer.trans_list() {
            let key = item.trans_type_text();
            let update_time = item.trans_send_time();
            if item.err_code() != UNKNOWN_KEY
                && self.trans.note(&key, item.trans_seq(), update_time)
            {
                let update_user = User {
                    id: item.id_name_shared(),
                    name: item.nick_name_shared(),
                };
                infos.push(RoomExtraInfo {
                    key,
                    value: item.trans_data_text(),
                    update_user,
                    update_time,
                });
            }
        }
        if !infos.is_empty() {
            cx.emit(Event::RoomExtraInfoUpdate {
                room: self.id().into(),
                infos,
            });
        }
    }

    /// Asks for the values that the service has and the client does not.
    pub(super) fn fetch_trans(
        &self,
        channels: Messages<'_, TransChannel<'_>>,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        for channel in channels {
            let mut trans_list = pb::List::default();
            let mut count = 0;
            for key in channel.trans_seq_list() {
                let known = self.trans.seq(&key.trans_type_text());
                if count < MAX_KEYS && known.is_none_or(|known| key.trans_seq() > known) {
                    count += 1;
                    trans_list.push(&liveroom::write::TransWanted {
                        trans_type: key.trans_type(),
                        trans_local_seq: Some(key.trans_seq()),
                    });
                }
            }
            if count > 0 {
                let body = liveroom::write::GetTransReq {
                    trans_channel: channel.trans_channel(),
                    trans_list,
                };
                self.ask(net, cmd::GET_TRANS, &body, Purpose::GetExtraInfo, cx);
            }
        }
    }

    /// Ends everything that waits for an answer on the old connection.
    pub(in crate::engine) fn drop_requests(&mut self, net: &mut Net, cx: &mut Cx<'_>) {
        while let Some(pending) = net.take_of_room(self.key()) {
            pending.purpose.reject(&Error::new(SOCKET_CLOSED), cx);
        }
        self.trans.finish_setting();
        self.reject_waiting_barrage(SOCKET_CLOSED, cx);
    }
}
