//! Answers of the service to room requests, and requests that got none.

use crate::engine::backoff;
use crate::engine::cx::Cx;
use crate::engine::error::{Error, ROOM_ERROR, TIMEOUT, from_room_answer};
use crate::engine::io::Reply;
use crate::engine::net::{Pending, Purpose};
use crate::engine::publish;
use crate::engine::room::{self};
use crate::engine::wire::packet::{answer_head, decode_packet};
use crate::engine::wire::{Body, Packet, switch};
use crate::engine::{Engine, find_publisher, find_room};

/// Refusals of a stream's deletion after which it is not tried again, unless the room is entered again.
pub(in crate::engine) const MAX_DELETE_REFUSALS: u32 = 5;

impl Engine {
    #[inline(never)]
    pub(in crate::engine) fn handle_packet(&mut self, bytes: &[u8], cx: &mut Cx<'_>) {
        let Packet { header, body } = match decode_packet(bytes) {
            Ok(packet) => packet,
            Err(error) => {
                self.net.link.refuse(error, cx);
                return;
            }
        };
        match body {
            Body::Push(m) => self.handle_push(header.context_key(), m, cx),
            Body::MergePush(m) => self.handle_merge_push(header.context_key(), m, cx),
            Body::Kickout(m) => self.handle_kickout(m, cx),
            Body::Other => {}
            answer => {
                if let Some(pending) = self.net.take(header.seq()) {
                    self.handle_answer(&header, answer, pending, cx);
                }
            }
        }
    }

    #[inline(never)]
    pub(in crate::engine) fn handle_answer(
        &mut self,
        header: &switch::Header<'_>,
        answer: Body<'_>,
        pending: Pending,
        cx: &mut Cx<'_>,
    ) {
        let key = pending.room;
        let (code, message) = answer_head(answer);
        let Some(room) = find_room(&mut self.rooms, key) else {
            let session = match &answer {
                Body::Login(m) if code == 0 => Some(m.user_session_id()),
                Body::EnterRoom(m) if code == 0 => Some(m.user_session_id()),
                _ => None,
            };
            self.handle_left(&pending, session.map(|id| (header, id)), cx);
            return;
        };
        if code != 0 {
            self.handle_refusal(code, &message, pending, cx);
            return;
        }
        let net = &mut self.net;
        match (answer, &pending.purpose) {
            (Body::Login(m), Purpose::Login) => {
                let signal = room.handle_login(header, m, net, cx);
                self.handle_signal(key, signal, cx);
            }
            (Body::EnterRoom(m), Purpose::Enter) => {
                let signal = room.handle_enter(header, m, net, cx);
                self.handle_signal(key, signal, cx);
            }
            (Body::Heartbeat(m), Purpose::Heartbeat) => room.handle_heartbeat(m, net, cx),
            (Body::UserList(m), Purpose::UserList) => room.handle_user_list(m, net, cx),
            (Body::StreamList(m), Purpose::StreamList) => room.handle_stream_list(m, net, cx),
            (Body::RenewToken(m), Purpose::RenewToken) => {
                room.restart_token_timer(m.token_remain_time(), net, cx)
            }
            (Body::GetTrans(m), Purpose::GetExtraInfo) => room.handle_extra_info_list(m, cx),
            (Body::SetTrans(m), Purpose::SetExtraInfo { call, key, .. }) => {
                room.handle_extra_info_set(*call, key, header.seq(), m, cx)
            }
            (Body::AddStream(m), Purpose::AddStream { stream_id }) => {
                room.handle_own_stream_change(m.stream_seq(), net, cx);
                room.adjust_token_timer(m.token_remain_time(), cx);
                match find_publisher(&mut self.publishers, stream_id) {
                    Some(publisher) if publisher.is_announced_by(header.seq()) => {
                        publisher.handle_announced(m.stream_sid_text(), room, net, cx);
                    }
                    Some(publisher) if publisher.is_announced() => {}
                    // Stopped while it was being announced.
                    _ => publish::send_delete(stream_id, &m.stream_sid_text(), 0, room, net, cx),
                }
            }
            (Body::StreamSeq(m), Purpose::DeleteStream { .. }) => {
                room.handle_own_stream_change(m.stream_seq(), net, cx)
            }
            (
                Body::StreamSeq(m),
                Purpose::UpdateStream {
                    call,
                    stream_id,
                    extra_info,
                },
            ) => {
                room.handle_own_stream_change(m.stream_seq(), net, cx);
                if let Some(publisher) = find_publisher(&mut self.publishers, stream_id) {
                    publisher.handle_extra_info_set(extra_info.clone());
                }
                if let Some(call) = call {
                    cx.reply(*call, Ok(Reply::Done));
                }
            }
            (Body::SendIm(m), Purpose::Broadcast { call }) => {
                cx.reply(*call, Ok(Reply::MessageNumber(m.msg_id())))
            }
            (Body::SendBigIm(m), Purpose::Barrage { calls }) => room::resolve_barrage(calls, m, cx),
            (Body::Common(_), Purpose::CustomCommand { call }) => cx.reply(*call, Ok(Reply::Done)),
            // An answer of another kind than the request: the calls must still settle.
            (_, purpose) => {
                if let Purpose::SetExtraInfo { .. } = purpose {
                    room.trans.finish_setting();
                }
                room.handle_unanswered(purpose, cx);
                purpose.reject(&Error::new(ROOM_ERROR), cx);
            }
        }
    }

    /// The service answered with an error.
    pub(in crate::engine) fn handle_refusal(
        &mut self,
        c: u32,
        text: &str,
        mut pending: Pending,
        cx: &mut Cx<'_>,
    ) {
        let key = pending.room;
        let Some(room) = find_room(&mut self.rooms, key) else {
            return;
        };
        match &mut pending.purpose {
            Purpose::Login | Purpose::Enter => {
                let signal = room.handle_login_refused(c, text, &mut self.net, cx);
                self.handle_signal(key, signal, cx);
            }
            Purpose::Heartbeat if logs_in_again(c) => room.log_in_later(cx),
            purpose if is_session_unknown(c) => {
                purpose.reject(&from_room_answer(c, text), cx);
                room.trans.finish_setting();
                room.forget_session();
                room.log_in_later(cx);
            }
            Purpose::Heartbeat => {
                let signal = room.end(from_room_answer(c, text), cx);
                self.handle_signal(key, Some(signal), cx);
            }
            Purpose::AddStream { stream_id } => {
                let publisher = find_publisher(&mut self.publishers, stream_id);
                if let Some(publisher) = publisher.filter(|p| p.is_announced_by(pending.seq)) {
                    publisher.handle_refused(c, text, cx);
                }
            }
            Purpose::DeleteStream { refusals, .. } if *refusals < MAX_DELETE_REFUSALS => {
                *refusals += 1;
                pending.deadline = cx.now.mono + backoff::delay(*refusals, cx.random);
                self.net.put_back(pending);
            }
            Purpose::SetExtraInfo { call, .. } => {
                room.handle_extra_info_refused(*call, c, text, cx)
            }
            Purpose::RenewToken if room::needs_no_renewal(c) => {}
            purpose => {
                room.handle_unanswered(purpose, cx);
                purpose.reject(&from_room_answer(c, text), cx);
            }
        }
    }

    /// A room request got no answer in time, or is to be tried again.
    pub(in crate::engine) fn handle_expired(&mut self, pending: Pending, cx: &mut Cx<'_>) {
        let Some(room) = find_room(&mut self.rooms, pending.room) else {
            self.handle_left(&pending, None, cx);
            return;
        };
        match &pending.purpose {
            Purpose::AddStream { stream_id } => {
                let publisher = find_publisher(&mut self.publishers, stream_id);
                if let Some(publisher) = publisher.filter(|p| p.is_announced_by(pending.seq)) {
                    publisher.announce(room, &mut self.net, cx);
                }
            }
            Purpose::DeleteStream {
                stream_id,
                stream_sid,
                refusals,
            } if room.is_online()
                && find_publisher(&mut self.publishers, stream_id)
                    .is_none_or(|p| !p.is_announced()) =>
            {
                publish::send_delete(stream_id, stream_sid, *refusals, room, &mut self.net, cx);
            }
            Purpose::SetExtraInfo { .. } => room.trans.finish_setting(),
            _ => {}
        }
        room.handle_unanswered(&pending.purpose, cx);
        pending.purpose.reject(&Error::new(TIMEOUT), cx);
    }
}

/// Codes with which the service says that it does not know the session any more.
fn is_session_unknown(c: u32) -> bool {
    matches!(c, 1_002 | 105)
}

/// Codes of a heartbeat answer after which the room logs in again; any other ends it.
fn logs_in_again(c: u32) -> bool {
    matches!(c, 152 | 105 | 2_001 | 1_000_000_152 | 1_000_002_001)
}
