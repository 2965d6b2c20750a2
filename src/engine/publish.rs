//! The streams that this user publishes.
//!
//! ```text
//!  Dispatching ──url──▶ Ready ──component pushes (3800)──▶ Announcing ──answer──▶ Published
//! ```
//!
//! The service learns of a stream only when the component says that it is being pushed, so that nobody plays one that does
//! not exist.

use super::cx::Cx;
use super::error::{
    Code, DISPATCH_ERROR, Error, PUBLISH_FAILED, PUBLISH_NOT_FOUND, SOCKET_CLOSED, STOPPED,
    STREAM_UPDATE_FAILED, TOKEN_EXPIRED,
};
use super::event::{Event, PublisherState, StreamState, stream_state};
use super::io::{CallId, Reply};
use super::link::HttpKey;
use super::media_url::Addresses;
use super::net::{Net, Purpose, RoomKey};
use super::quality::Pairs;
use super::room::{Room, StreamInfo};
use super::wire::liveroom;
use super::wire::packet::cmd;

/// Streams that one engine publishes at the same time; more are refused.
pub(super) const MAX_PUBLISHERS: usize = 16;

const TOKEN_EXPIRED_CODES: [u32; 2] = [1_011, 1_000_002_002];

#[derive(Debug)]
enum Phase {
    Dispatching {
        call: CallId,
        key: Option<HttpKey>,
    },
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
    pub(super) stream_id: String,
    pub(super) room: RoomKey,
    pub(super) figures: Pairs,
    params: String,
    extra_info: String,
    stream_sid: String,
    /// Whether the extra info changed while the stream was being announced with the one before.
    is_outdated: bool,
    addresses: Addresses,
    /// Number of the packet that announces it. A stream of the same name that was stopped may still get an answer.
    announcement: u32,
    phase: Phase,
}

impl Publisher {
    /// Publishing begins: tells the application; the addresses follow.
    pub(super) fn new(
        stream_id: String,
        room: RoomKey,
        params: String,
        extra_info: String,
        call: CallId,
        cx: &mut Cx<'_>,
    ) -> Self {
        cx.emit(Event::PublisherStateUpdate(stream_state(
            PublisherState::PublishRequesting,
            &stream_id,
        )));
        Self {
            stream_id,
            room,
            figures: Pairs::default(),
            params,
            extra_info,
            stream_sid: String::new(),
            is_outdated: false,
            addresses: Addresses::default(),
            announcement: 0,
            phase: Phase::Dispatching { call, key: None },
        }
    }

    pub(super) fn set_request(&mut self, request: HttpKey) {
        if let Phase::Dispatching { key, .. } = &mut self.phase {
            *key = Some(request);
        }
    }

    pub(super) fn waits_for(&self, request: HttpKey) -> bool {
        matches!(self.phase, Phase::Dispatching { key: Some(key), .. } if key == request)
    }

    /// The addresses are known: the application gets the URL.
    pub(super) fn set_addresses(
        &mut self,
        addresses: Addresses,
        user_session_id: u64,
        cx: &mut Cx<'_>,
    ) {
        let Phase::Dispatching { call, .. } = self.phase else {
            return;
        };
        self.addresses = addresses;
        self.phase = Phase::Ready;
        let url = self.addresses.url(&self.params, user_session_id, cx.now);
        cx.reply(
            call,
            Ok(Reply::Url {
                stream_id: self.stream_id.clone(),
                url,
            }),
        );
    }

    /// There is no address. The caller forgets the publisher.
    pub(super) fn fail(&self, code: Code, cx: &mut Cx<'_>) {
        if let Phase::Dispatching { call, .. } = self.phase {
            let code = if code == SOCKET_CLOSED {
                code
            } else {
                DISPATCH_ERROR
            };
            cx.reply(call, Err(code.into()));
        }
    }

    /// `getNextUrl`
    pub(super) fn next_url(&mut self, user_session_id: u64, cx: &mut Cx<'_>) -> String {
        if matches!(self.phase, Phase::Dispatching { .. }) {
            return String::new();
        }
        self.addresses.advance();
        cx.emit(Event::PublisherStateUpdate(stream_state(
            PublisherState::PublishRequesting,
            &self.stream_id,
        )));
        self.addresses.url(&self.params, user_session_id, cx.now)
    }

    /// The component pushes the stream (3800).
    pub(super) fn handle_pushed(&mut self, room: &Room, net: &mut Net, cx: &mut Cx<'_>) {
        match self.phase {
            Phase::Ready => self.announce(room, net, cx),
            Phase::Published => cx.emit(Event::PublisherStateUpdate(stream_state(
                PublisherState::Publishing,
                &self.stream_id,
            ))),
            Phase::Dispatching { .. } | Phase::Announcing | Phase::Refused => {}
        }
    }

    /// The component does not push it any more (3801). The caller forgets the publisher.
    pub(super) fn handle_push_failed(&self, room: Option<&Room>, net: &mut Net, cx: &mut Cx<'_>) {
        self.reject_call(&Error::new(PUBLISH_FAILED), cx);
        cx.emit(self.no_publish(PUBLISH_FAILED, ""));
        self.withdraw(room, net, cx);
    }

    /// The application stops it. The caller forgets the publisher.
    pub(super) fn stop(&self, room: Option<&Room>, net: &mut Net, cx: &mut Cx<'_>) {
        if matches!(self.phase, Phase::Dispatching { .. }) {
            self.reject_call(
                &Error::with(STOPPED, "publishing was stopped before its URL was known"),
                cx,
            );
        } else {
            cx.emit(Event::PublisherStateUpdate(stream_state(
                PublisherState::NoPublish,
                &self.stream_id,
            )));
            self.withdraw(room, net, cx);
        }
    }

    /// The room is over. The caller forgets the publisher.
    pub(super) fn end(&self, code: Code, text: &str, cx: &mut Cx<'_>) {
        if matches!(self.phase, Phase::Dispatching { .. }) {
            self.reject_call(
                &Error::with(
                    if code.0 == 0 { STOPPED } else { code },
                    "the room was left before the URL was known",
                ),
                cx,
            );
        }
        cx.emit(self.no_publish(code, if code.0 == 0 { "" } else { text }));
    }

    /// The room is online, perhaps again. `on_server` is the stream as the service still has it.
    pub(super) fn handle_online(
        &mut self,
        on_server: Option<&StreamInfo>,
        room: &Room,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        match (&self.phase, on_server) {
            (Phase::Announcing, Some(info)) => {
                self.is_outdated = info.extra_info != self.extra_info;
                self.handle_announced(info.sid.clone(), room, net, cx);
            }
            (Phase::Announcing | Phase::Published, None) => self.announce(room, net, cx),
            _ => {}
        }
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
        cx.emit(Event::PublisherStateUpdate(stream_state(
            PublisherState::Publishing,
            &self.stream_id,
        )));
        if self.is_outdated {
            let text = self.extra_info.clone();
            // If it could not be sent the link is gone, and there is no caller any more to tell.
            let _unsent = self.send_extra_info(None, text, room, net, cx);
        }
    }

    /// The service refused the stream.
    pub(super) fn handle_refused(&mut self, c: u32, text: &str, cx: &mut Cx<'_>) {
        self.phase = Phase::Refused;
        let code = if TOKEN_EXPIRED_CODES.contains(&c) {
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
        let body = liveroom::AddStreamReq {
            stream_id: self.stream_id.as_bytes(),
            extra_info: self.extra_info.as_bytes(),
            client_req_seq: seq,
            third_token: room.request.token.as_bytes(),
        };
        let purpose = Purpose::AddStream {
            stream_id: self.stream_id.clone(),
        };
        // If it could not be sent the link is gone, and the stream is announced when the room is back.
        let _unsent = net.send(seq, &room.route, cmd::ADD_STREAM, &body, purpose, cx);
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
        text: String,
        room: Option<&Room>,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) {
        let room = match (&self.phase, room) {
            (Phase::Published, Some(room)) => room,
            _ => {
                self.is_outdated = matches!(self.phase, Phase::Announcing);
                self.extra_info = text;
                cx.reply(call, Ok(Reply::Done));
                return;
            }
        };
        if !room.is_online() {
            cx.reply(call, Err(SOCKET_CLOSED.into()));
            return;
        }
        if self
            .send_extra_info(Some(call), text, room, net, cx)
            .is_err()
        {
            cx.reply(call, Err(STREAM_UPDATE_FAILED.into()));
        }
    }

    #[inline(never)]
    fn send_extra_info(
        &self,
        call: Option<CallId>,
        text: String,
        room: &Room,
        net: &mut Net,
        cx: &mut Cx<'_>,
    ) -> Result<(), Purpose> {
        let seq = net.next_seq();
        let purpose = Purpose::UpdateStream {
            call,
            stream_id: self.stream_id.clone(),
            extra_info: text.clone(),
        };
        let body = liveroom::UpdateStreamReq {
            stream_sid: self.stream_sid.as_bytes(),
            stream_id: self.stream_id.as_bytes(),
            extra_info: text.as_bytes(),
            client_req_seq: seq,
        };
        net.send(seq, &room.route, cmd::UPDATE_STREAM, &body, purpose, cx)
    }

    /// The service took a new extra info; a later announcement carries it.
    pub(super) fn handle_extra_info_set(&mut self, text: String) {
        self.extra_info = text;
    }

    fn withdraw(&self, room: Option<&Room>, net: &mut Net, cx: &mut Cx<'_>) {
        if let Some(room) = room.filter(|room| self.is_announced() && room.is_online()) {
            send_delete(&self.stream_id, &self.stream_sid, 0, room, net, cx);
        }
    }

    fn reject_call(&self, error: &Error, cx: &mut Cx<'_>) {
        if let Phase::Dispatching { call, .. } = self.phase {
            cx.reply(call, Err(error.clone()));
        }
    }

    fn no_publish(&self, code: Code, text: &str) -> Event {
        Event::PublisherStateUpdate(StreamState {
            state: PublisherState::NoPublish,
            stream_id: self.stream_id.clone(),
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
    let body = liveroom::DeleteStreamReq {
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
    let _unsent = net.send(seq, &room.route, cmd::DELETE_STREAM, &body, purpose, cx);
}

/// Error for a stream that is not published.
pub(super) fn unknown_stream() -> Error {
    Error::new(PUBLISH_NOT_FOUND)
}
