//! The room service that [`service`](crate::service) pretends to be.

use std::collections::BTreeMap;

use bolero::TypeGenerator;
use prost::Message;
use room_server::wire::pb::{liveroom as live, switch};
use room_server::wire::{Packet, cmd, sub};

use crate::page;
use crate::service::START;

/// A push of the room service. Numbers that should follow each other are given as differences.
#[derive(Clone, Debug, TypeGenerator)]
pub(crate) enum Push {
    Users {
        skip: u8,
        users: Vec<(u8, u8)>,
    },
    Streams {
        sub: u8,
        skip: u8,
        streams: Vec<(u8, u8, String)>,
    },
    Broadcast {
        messages: Vec<(u8, String)>,
    },
    Barrage {
        messages: Vec<(u8, String)>,
    },
    Command {
        json: String,
    },
    Extra {
        skip: u8,
        key: String,
        value: String,
    },
    KickFromRoom {
        user: u8,
        reason: u8,
    },
    Kick {
        reason: u16,
    },
    Any {
        sub: u16,
        body: Vec<u8>,
    },
}

/// Sequences and the engine's own streams.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    stream_seq: u32,
    user_seq: i64,
    extra_seq: u32,
    streams: BTreeMap<Vec<u8>, u32>,
}

impl Rooms {
    /// The body of the answer to a room request; `None` if it wants none.
    pub(crate) fn answer(&mut self, packet: &Packet<'_>, code: u32) -> Option<Vec<u8>> {
        let rsp_head = Some(live::RspHead {
            code,
            ..Default::default()
        });
        Some(match packet.header.cmd {
            cmd::PUSH_RSP | cmd::MERGE_PUSH_RSP => return None,
            cmd::LOGIN_ROOM => switch::LoginRoomRsp {
                rsp_head: Some(switch::RspHead {
                    code,
                    ..Default::default()
                }),
                switch_session_id: 3,
                user_session_id: 4,
                anchor_info: Some(Default::default()),
                relogin_token: b"again".to_vec(),
                liveroom_hb_interval: 3_000,
                liveroom_hb_timeout: 30_000,
                stream_list_seq: self.stream_seq,
                ..Default::default()
            }
            .encode_to_vec(),
            cmd::ENTER_ROOM => live::EnterRoomRsp {
                rsp_head,
                user_session_id: 5,
                liveroom_hb_interval: 3_000,
                stream_list_seq: self.stream_seq,
                ..Default::default()
            }
            .encode_to_vec(),
            cmd::HEARTBEAT => live::HbRsp {
                rsp_head,
                hb_interval: 3_000,
                hb_timeout: 30_000,
                stream_seq: self.stream_seq,
                user_seq: self.user_seq,
                trans_list_seq: self.extra_seq,
                ..Default::default()
            }
            .encode_to_vec(),
            cmd::ADD_STREAM => {
                let request = live::AddStreamReq::decode(packet.body).unwrap();
                self.stream_seq += 1;
                self.streams.insert(request.stream_id, self.stream_seq);
                live::AddStreamRsp {
                    rsp_head,
                    stream_seq: self.stream_seq,
                    stream_sid: "sid".into(),
                    ..Default::default()
                }
                .encode_to_vec()
            }
            cmd::DELETE_STREAM => {
                let request = live::DeleteStreamReq::decode(packet.body).unwrap();
                self.stream_seq += u32::from(self.streams.remove(&request.stream_id).is_some());
                live::DeleteStreamRsp {
                    rsp_head,
                    stream_seq: self.stream_seq,
                    ..Default::default()
                }
                .encode_to_vec()
            }
            cmd::GET_STREAM_LIST => live::GetStreamListRsp {
                rsp_head,
                stream_list_seq: self.stream_seq,
                stream_info_list: self
                    .streams
                    .keys()
                    .map(|id| live::StreamInfo {
                        stream_id: id.clone(),
                        id_name: b"u".to_vec(),
                        ..Default::default()
                    })
                    .collect(),
            }
            .encode_to_vec(),
            cmd::GET_USER_LIST => live::GetUserlistRsp {
                rsp_head,
                server_user_seq: self.user_seq.unsigned_abs(),
                user_base_info_list: vec![live::UserBaseInfo {
                    id_name: b"other".to_vec(),
                    ..Default::default()
                }],
                ..Default::default()
            }
            .encode_to_vec(),
            cmd::SET_EXTRA_INFO => {
                let request = live::SetTransReq::decode(packet.body).unwrap();
                self.extra_seq += 1;
                live::SetTransRsp {
                    rsp_head,
                    trans_type: request.trans_type,
                    trans_seq: self.extra_seq,
                    trans_list_seq: self.extra_seq,
                    trans_channel: request.trans_channel,
                }
                .encode_to_vec()
            }
            cmd::SEND_BARRAGE => {
                let request = live::SendBigImReq::decode(packet.body).unwrap();
                let messages = request.msg_list.into_iter();
                let msg_list = messages.map(|message| live::SendBigImRspMsgData {
                    msg_id: b"id".to_vec(),
                    msg_client_id: message.msg_client_id,
                });
                live::SendBigImRsp {
                    rsp_head,
                    big_im_time_window: 0,
                    msg_list: msg_list.collect(),
                }
                .encode_to_vec()
            }
            _ => switch::CommonRsp {
                rsp_head: Some(switch::RspHead {
                    code,
                    ..Default::default()
                }),
            }
            .encode_to_vec(),
        })
    }

    /// Command and body of a push.
    pub(crate) fn push(&mut self, push: &Push) -> (u32, Vec<u8>) {
        let (sub_cmd, msg_body) = match push {
            Push::Kick { reason } => {
                let kick = switch::PushKickout {
                    reason: u32::from(*reason),
                    ..Default::default()
                };
                return (cmd::PUSH_KICKOUT, kick.encode_to_vec());
            }
            Push::Barrage { messages } => {
                let messages = messages.iter().map(|(user, text)| live::BigImData {
                    id_name: name(*user),
                    msg_id: vec![*user],
                    msg_content: text.clone().into_bytes(),
                    ..Default::default()
                });
                let push = live::PushBigIm {
                    msg_list: messages.collect(),
                };
                let merged = switch::MergePushReq {
                    head: Some(Default::default()),
                    message_list: vec![switch::MergePushInfo {
                        sub_cmd: sub::BARRAGE,
                        sub_seq: 1,
                        msg_body: push.encode_to_vec(),
                    }],
                };
                return (cmd::MERGE_PUSH, merged.encode_to_vec());
            }
            Push::Users { skip, users } => {
                self.user_seq += 1 + i64::from(skip.saturating_sub(192));
                let action = |(action, user): &(u8, u8)| live::UserAction {
                    action: u32::from(action % 4),
                    id_name: name(*user),
                    ..Default::default()
                };
                let push = live::PushUserInfoUpdated {
                    server_user_seq: self.user_seq,
                    user_action_list: users.iter().map(action).collect(),
                };
                (sub::USERS_CHANGED, push.encode_to_vec())
            }
            Push::Streams { sub, skip, streams } => {
                self.stream_seq += 1 + u32::from(skip.saturating_sub(192));
                let info = |(stream, user, extra): &(u8, u8, String)| live::PushStreamInfo {
                    stream_id: page::STREAMS[usize::from(*stream) % 3].into(),
                    id_name: name(*user),
                    extra_info: extra.clone().into_bytes(),
                    ..Default::default()
                };
                let push = live::PushStream {
                    stream_seq: self.stream_seq,
                    stream_info_list: streams.iter().map(info).collect(),
                };
                (
                    sub::STREAMS_ADDED + u32::from(sub % 3),
                    push.encode_to_vec(),
                )
            }
            Push::Broadcast { messages } => {
                let data = |(user, text): &(u8, String)| live::ImData {
                    id_name: name(*user),
                    msg_id: u64::from(*user),
                    msg_content: text.clone().into_bytes(),
                    ..Default::default()
                };
                let push = live::PushIm {
                    msg_list: messages.iter().map(data).collect(),
                    ..Default::default()
                };
                (sub::BROADCAST, push.encode_to_vec())
            }
            Push::Command { json } => (sub::CUSTOM_COMMAND, json.clone().into_bytes()),
            Push::Extra { skip, key, value } => {
                self.extra_seq += 1 + u32::from(skip.saturating_sub(192));
                let push = live::PushTrans {
                    id_name: name(*skip),
                    trans_type: key.clone().into_bytes(),
                    trans_data: value.clone().into_bytes(),
                    trans_seq: self.extra_seq,
                    trans_list_seq: self.extra_seq,
                    ..Default::default()
                };
                (sub::EXTRA_INFO, push.encode_to_vec())
            }
            Push::KickFromRoom { user, reason } => {
                let push = live::PushUserKickout {
                    id_name: name(*user),
                    user_session_id: 4,
                    kickout_reason: i32::from(*reason),
                    ..Default::default()
                };
                (sub::KICKED_OUT, push.encode_to_vec())
            }
            Push::Any { sub, body } => (u32::from(*sub), body.clone()),
        };
        let head = Some(switch::PushReqHead {
            sub_cmd,
            qos_flag: 1,
            send_time: START,
        });
        let push = switch::PushReq { head, msg_body };
        (cmd::PUSH, push.encode_to_vec())
    }
}

/// Few users, among them the engine's own and nobody.
fn name(user: u8) -> Vec<u8> {
    match user % 5 {
        0 => b"u".to_vec(),
        4 => Vec::new(),
        n => vec![b'a' + n],
    }
}
