//! What a user who comes into a room is told.

use crate::{
    codes,
    wire::pb::{
        liveroom as live,
        switch::{self as switch, LoginRoomRsp},
    },
};

use super::{Server, messages::to_live_channel, outbox::Refusal, state::Stream};
impl Server {
    pub(super) fn login_answer(&self, room_id: &str, user: &str) -> Result<LoginRoomRsp, Refusal> {
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
            stream_info_list: room.streams.iter().map(Stream::login_info).collect(),
            ..LoginRoomRsp::default()
        })
    }
}

/// The same answer in the form of a further room.
pub(super) fn enter_answer(login: LoginRoomRsp) -> live::EnterRoomRsp {
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
        trans_channel_list: login
            .trans_channel_list
            .into_iter()
            .map(to_live_channel)
            .collect(),
        stream_count: login.stream_count,
        stream_list_seq: login.stream_list_seq,
        stream_info_list: login.stream_info_list.into_iter().map(stream).collect(),
        ..live::EnterRoomRsp::default()
    }
}
