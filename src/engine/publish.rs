//! The streams that this user publishes.
//!
//! ```text
//!  Dispatching ──url──▶ Ready ──component pushes (3800)──▶ Announcing ──answer──▶ Published
//! ```
//!
//! After an outage a [`Renewal`] may get another address, whatever the phase.
//!
//! The service learns of a stream only when the component says that it is being pushed, so that nobody plays one that does
//! not exist.

use super::cx::Cx;
use super::error::{Code, DISPATCH_ERROR, PUBLISH_FAILED, SOCKET_CLOSED, STOPPED, TOKEN_EXPIRED};
use super::event::{Event, PublisherState, StreamState, stream_state};
use super::io::{CallId, Reply};
use super::media::Media;
use super::media_url::Direction;
use super::net::{Net, Purpose, RoomKey};
use super::renewal::{OUTAGE_MS, Renewal, UrlReason};
use super::room::{Outage, Room, StreamInfo};
use super::wire::liveroom;
use super::wire::packet::cmd;
use alloc::string::String;

/// Streams that one engine publishes at the same time; more are refused.
pub(super) const MAX_PUBLISHERS: usize = 16;

/// While the first addresses are not known, [`Media::is_dispatching`], it is `Ready`.
#[derive(Debug)]
enum Phase {
    Ready,
    /// The component pushes; the service is being told, or will be when the room is online again.
    Announcing,
    Published,
    /// The service refused the stream; only stopping helps.
    Refused,
}

/// One stream.
#[derive(Debug)]
pub(super) struct Publisher {
    pub(super) media: Media,
    extra_info: String,
    stream_sid: String,
    /// Whether the extra info changed while the stream was being announced with the one before.
    is_outdated: bool,
    /// The newest state that the application was told.
    told: PublisherState,
    /// Number of the packet that announces it. A stream of the same name that was stopped may still get an answer.
    announcement: u32,
    phase: Phase,
}

impl Publisher {
    /// Publishing begins: tells the application; the addresses follow.
    pub(super) fn new(
        stream_id: &str,
        room: RoomKey,
        params: &str,
        extra_info: &str,
        call: CallId,
        cx: &mut Cx<'_>,
    ) -> Self {
        let mut publisher = Self {
            media: Media::new(Direction::Push, stream_id, room, params, call),
            extra_info: extra_info.into(),
            stream_sid: String::new(),
            is_outdated: false,
            told: PublisherState::NoPublish,
            announcement: 0,
            phase: Phase::Ready,
        };
        publisher.tell(PublisherState::PublishRequesting, cx);
        publisher
    }

    /// There is no address. The caller forgets the publisher.
    pub(super) fn fail(&mut self, code: Code, cx: &mut Cx<'_>) {
        if let Some(call) = self.media.take_call() {
            let code = if code == SOCKET_CLOSED {
                code
            } else {
                DISPATCH_ERROR
            };
            cx.refuse(call, code);
        }
    }

    /// `getNextUrl`
    pub(super) fn next_url(&mut self, user_session_id: u64, cx: &mut Cx<'_>) -> String {
        if self.media.is_dispatching() {
            return String::new();
        }
        self.media.advance();
        self.tell(PublisherState::PublishRequesting, cx);
        self.media.url(user_session_id, cx)
    }

    /// The component pushes the stream (3800).
    pub(super) fn handle_pushed(&mut self, room: &Room, net: &mut Net, cx: &mut Cx<'_>) {
        if self.media.is_dispatching() {
            return;
        }
        self.media.renewal = None;
        if self.told == PublisherState::NoPublish && !matches!(self.phase, Phase::Refused) {
            self.tell(PublisherState::PublishRequesting, cx);
        }
        match self.phase {
            Phase::Ready => self.announce(room, net, cx),
            Phase::Published => self.tell(PublisherState::Publishing, cx),
            Phase::Announcing | Phase::Refused => {}
        }
    }

    /// The component does not push it any more (3801). The caller forgets the publisher.
    pub(super) fn handle_push_failed(
        &mut self,
        room: Option<&Room>,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        self.reject_call(PUBLISH_FAILED, PUBLISH_FAILED.text(), cx);
        cx.emit(self.no_publish(PUBLISH_FAILED, ""));
        self.withdraw(room, net, cx);
    }

    /// The component does not push it any more. While the room is away the stream is kept: it comes back with the room. So
    /// it is while a new address is on its way, because what failed is the old one. Returns whether it is kept.
    pub(super) fn keep_without_media(&mut self, is_online: bool, cx: &mut Cx<'_>) -> bool {
        if self.media.is_dispatching() || matches!(self.phase, Phase::Refused) {
            return false;
        }
        if is_online {
            return self.media.failed_on_old_address();
        }
        if self.is_told_active() {
            self.told = PublisherState::NoPublish;
            cx.emit(self.no_publish(PUBLISH_FAILED, ""));
        }
        self.phase = Phase::Ready;
        self.media.renewal = Some(Renewal::new(UrlReason::MediaLost, false));
        true
    }

    /// The application stops it. The caller forgets the publisher.
    pub(super) fn stop(&mut self, room: Option<&Room>, net: &mut Net, cx: &mut Cx<'_>) {
        if self.media.is_dispatching() {
            self.reject_call(
                STOPPED,
                "publishing was stopped before its URL was known",
                cx,
            );
        } else {
            if self.is_told_active() {
                cx.emit(self.no_publish(Code(0), ""));
            }
            self.withdraw(room, net, cx);
        }
    }

    /// The room is over. The caller forgets the publisher.
    pub(super) fn end(&mut self, code: Code, text: &str, cx: &mut Cx<'_>) {
        self.reject_call(
            if code.0 == 0 { STOPPED } else { code },
            "the room was left before the URL was known",
            cx,
        );
        cx.emit(self.no_publish(code, if code.0 == 0 { "" } else { text }));
    }

    /// The room is online again, or for the first time. `on_server` is the stream as the service still has it.
    pub(super) fn handle_online(
        &mut self,
        on_server: Option<&StreamInfo>,
        outage: Outage,
        room: &Room,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        if self.media.is_dispatching() || matches!(self.phase, Phase::Refused) {
            return;
        }
        let is_long = outage.length > OUTAGE_MS;
        let ran = self.is_announced();
        let is_published = matches!(self.phase, Phase::Published);
        let is_lost = on_server.is_none() && (is_published || outage.is_new_session);
        let was_announcing = matches!(self.phase, Phase::Announcing);
        if self.media.renewal.is_none() && (is_long || is_lost) {
            let reason = if is_long {
                UrlReason::LongOutage
            } else {
                UrlReason::StreamLost
            };
            self.media.renewal = Some(Renewal::new(reason, ran));
        }
        if let Some(renewal) = &mut self.media.renewal {
            renewal.begin(is_long || is_lost, cx.now.mono);
            if self.told != PublisherState::PublishRequesting {
                self.tell(PublisherState::PublishRequesting, cx);
            }
        }
        match on_server {
            Some(info) if ran => {
                self.stream_sid.clone_from(&info.sid);
                self.phase = Phase::Published;
                if was_announcing && self.media.renewal.is_none() {
                    self.tell(PublisherState::Publishing, cx);
                }
                self.is_outdated = was_announcing && *info.extra_info != *self.extra_info;
                self.bring_up_to_date(room, net, cx);
            }
            // Nothing is pushed any more. When it is again the stream is announced as a new one.
            Some(info) if self.media.is_lost() => {
                send_delete(&self.media.stream_id, &info.sid, 0, room, net, cx);
            }
            Some(_) => {}
            // After a long time nothing is pushed before the component has the new address.
            None if is_long => self.phase = Phase::Ready,
            None if ran => self.announce(room, net, cx),
            None => {}
        }
    }

    /// The component did not begin on the new address: it is taken to go on with the old one. Returns false if it cannot;
    /// the caller forgets the publisher.
    pub(super) fn end_renewal(
        &mut self,
        room: Option<&Room>,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) -> bool {
        let (Some(renewal), Some(room)) = (self.media.renewal.take(), room) else {
            return true;
        };
        if renewal.has_failed {
            self.handle_push_failed(Some(room), net, cx);
            return false;
        }
        match self.phase {
            Phase::Published if self.told != PublisherState::Publishing => {
                self.tell(PublisherState::Publishing, cx);
            }
            Phase::Ready if renewal.ran => self.announce(room, net, cx),
            _ => {}
        }
        true
    }

    /// No new address is to be had. The caller forgets the publisher.
    pub(super) fn fail_renewal(&self, room: Option<&Room>, net: &mut Net, cx: &mut Cx<'_>) {
        cx.emit(self.no_publish(DISPATCH_ERROR, DISPATCH_ERROR.text()));
        self.withdraw(room, net, cx);
    }

    /// The service took the stream.
    #[inline(never)]
    pub(super) fn handle_announced(
        &mut self,
        stream_sid: String,
        room: &Room,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        self.stream_sid = stream_sid;
        self.phase = Phase::Published;
        self.tell(PublisherState::Publishing, cx);
        self.bring_up_to_date(room, net, cx);
    }

    /// Sends the extra info that the service does not have because it changed during the announcement.
    fn bring_up_to_date(&mut self, room: &Room, net: &mut Net, cx: &mut Cx<'_>) {
        if core::mem::take(&mut self.is_outdated) {
            // If it could not be sent the link is gone, and there is no caller any more to tell.
            self.send_extra_info(None, &self.extra_info, room, net, cx);
        }
    }

    /// The service refused the stream.
    pub(super) fn handle_refused(&mut self, c: u32, text: &str, cx: &mut Cx<'_>) {
        self.phase = Phase::Refused;
        self.media.renewal = None;
        self.told = PublisherState::NoPublish;
        let code = if matches!(c, 1_011 | 1_000_002_002) {
            TOKEN_EXPIRED
        } else {
            Code(c)
        };
        cx.emit(self.no_publish(code, if text.is_empty() { code.text() } else { text }));
    }

    /// Tells the service of the stream; also again, when it did not answer.
    pub(super) fn announce(&mut self, room: &Room, net: &mut Net, cx: &mut Cx<'_>) {
        self.phase = Phase::Announcing;
        self.is_outdated = false;
        if !room.is_online() {
            return;
        }
        let seq = net.next_seq();
        self.announcement = seq;
        let body = liveroom::write::AddStreamReq {
            stream_id: self.media.stream_id.as_bytes(),
            extra_info: self.extra_info.as_bytes(),
            client_req_seq: seq,
            third_token: room.request.token.as_bytes(),
        };
        let purpose = Purpose::AddStream {
            stream_id: self.media.stream_id.clone(),
        };
        // If it could not be sent the link is gone, and the stream is announced when the room is back.
        net.send(seq, &room.route, cmd::ADD_STREAM, &body, purpose, cx);
    }

    /// Whether packet `seq` announces it and was not answered yet.
    pub(super) fn is_announced_by(&self, seq: u32) -> bool {
        matches!(self.phase, Phase::Announcing) && self.announcement == seq
    }

    /// Whether the service has the stream, or is being told.
    pub(super) fn is_announced(&self) -> bool {
        matches!(self.phase, Phase::Announcing | Phase::Published)
    }

    /// `setStreamExtraInfo`, already checked.
    pub(super) fn set_extra_info(
        &mut self,
        call: CallId,
        text: &str,
        room: Option<&Room>,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        let room = match (&self.phase, room) {
            (Phase::Published, Some(room)) => room,
            _ => {
                self.is_outdated = matches!(self.phase, Phase::Announcing);
                self.extra_info = text.into();
                cx.reply(call, Ok(Reply::Done));
                return;
            }
        };
        if !room.is_online() {
            cx.refuse(call, SOCKET_CLOSED);
            return;
        }
        self.send_extra_info(Some(call), text, room, net, cx);
    }

    #[inline(never)]
    fn send_extra_info(
        &self,
        call: Option<CallId>,
        text: &str,
        room: &Room,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        let seq = net.next_seq();
        let purpose = Purpose::UpdateStream {
            call,
            stream_id: self.media.stream_id.clone(),
            extra_info: text.into(),
        };
        let body = liveroom::write::UpdateStreamReq {
            stream_sid: self.stream_sid.as_bytes(),
            stream_id: self.media.stream_id.as_bytes(),
            extra_info: text.as_bytes(),
            client_req_seq: seq,
        };
        net.send(seq, &room.route, cmd::UPDATE_STREAM, &body, purpose, cx);
    }

    /// The service took a new extra info; a later announcement carries it.
    pub(super) fn handle_extra_info_set(&mut self, text: String) {
        self.extra_info = text;
    }

    fn tell(&mut self, state: PublisherState, cx: &mut Cx<'_>) {
        self.told = state;
        cx.emit(Event::PublisherStateUpdate(stream_state(
            state,
            &self.media.stream_id,
        )));
    }

    /// Whether the application must be told of its end: not of one that it knows to be over, but of one that was refused, as
    /// in the vendor's client.
    fn is_told_active(&self) -> bool {
        self.told != PublisherState::NoPublish || matches!(self.phase, Phase::Refused)
    }

    fn withdraw(&self, room: Option<&Room>, net: &mut Net, cx: &mut Cx<'_>) {
        if let Some(room) = room.filter(|room| self.is_announced() && room.is_online()) {
            send_delete(&self.media.stream_id, &self.stream_sid, 0, room, net, cx);
        }
    }

    /// If the call that publishes it still waits.
    fn reject_call(&mut self, code: Code, message: &str, cx: &mut Cx<'_>) {
        if let Some(call) = self.media.take_call() {
            cx.refuse_with(call, code, message);
        }
    }

    fn no_publish(&self, code: Code, text: &str) -> Event {
        Event::PublisherStateUpdate(StreamState {
            state: PublisherState::NoPublish,
            stream_id: self.media.stream_id.clone(),
            error_code: code,
            extended_data: text.into(),
        })
    }
}

/// Tells the service that a stream is gone, which it refused `refusals` times.
#[inline(never)]
pub(super) fn send_delete(
    stream_id: &str,
    stream_sid: &str,
    refusals: u32,
    room: &Room,
    net: &mut Net,
    cx: &mut Cx<'_>,
) {
    let seq = net.next_seq();
    let body = liveroom::write::DeleteStreamReq {
        stream_sid: stream_sid.as_bytes(),
        stream_id: stream_id.as_bytes(),
        client_req_seq: seq,
    };
    let purpose = Purpose::DeleteStream {
        stream_id: stream_id.into(),
        stream_sid: stream_sid.into(),
        refusals,
    };
    // If it could not be sent the link is gone; a stream that the service still has is deleted when the room is back.
    net.send(seq, &room.route, cmd::DELETE_STREAM, &body, purpose, cx);
}
