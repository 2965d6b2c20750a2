//! The streams that this user plays.
//!
//! ```text
//!  Dispatching ──url──▶ Ready ──component plays (3802)──▶ Playing
//!       └──no address──▶ Failed ◀──component cannot play (3803)──┘
//! ```
//!
//! A failed player stays until the application stops it, as in the vendor's client.

use super::cx::Cx;
use super::error::{Code, PLAY_FAILED, STOPPED};
use super::event::{Event, PlayerState, StreamState, stream_state};
use super::io::{CallId, Reply};
use super::link::HttpKey;
use super::media_url::Addresses;
use super::net::RoomKey;
use super::quality::Pairs;
use super::renewal::{OUTAGE_MS, Renewal, UrlReason, is_media_lost};
use super::time::Millis;
use alloc::string::String;

/// Streams that one engine plays at the same time; more are refused.
pub(super) const MAX_PLAYERS: usize = 64;

#[derive(Debug)]
enum Phase {
    Dispatching { call: CallId, key: Option<HttpKey> },
    Ready,
    Playing,
    Failed,
}

/// One stream.
#[derive(Debug)]
pub(super) struct Player {
    pub(super) stream_id: String,
    pub(super) room: RoomKey,
    pub(super) figures: Pairs,
    params: String,
    pub(super) addresses: Addresses,
    pub(super) renewal: Option<Renewal>,
    phase: Phase,
}

impl Player {
    /// Playing begins: tells the application; the addresses follow.
    pub(super) fn new(
        stream_id: &str,
        room: RoomKey,
        params: &str,
        call: CallId,
        cx: &mut Cx<'_>,
    ) -> Self {
        let player = Self {
            stream_id: stream_id.into(),
            room,
            figures: Pairs::default(),
            params: params.into(),
            addresses: Addresses::default(),
            renewal: None,
            phase: Phase::Dispatching { call, key: None },
        };
        player.tell(PlayerState::PlayRequesting, cx);
        player
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

    /// There is no address. The player stays until it is stopped.
    pub(super) fn fail(&mut self, code: Code, cx: &mut Cx<'_>) {
        if let Phase::Dispatching { call, .. } = self.phase {
            cx.refuse(call, code);
            self.phase = Phase::Failed;
            cx.emit(self.no_play(code, code.text()));
        }
    }

    /// `getNextUrl`. Also the way on after a failure, as in the vendor's client.
    pub(super) fn next_url(&mut self, user_session_id: u64, cx: &mut Cx<'_>) -> String {
        if self.addresses.is_empty() {
            return String::new();
        }
        self.phase = Phase::Ready;
        self.addresses.advance();
        // The application found a way of its own.
        self.renewal.take_if(|renewal| !renewal.is_given());
        self.tell(PlayerState::PlayRequesting, cx);
        self.addresses.url(&self.params, user_session_id, cx.now)
    }

    /// The component plays the stream (3802).
    pub(super) fn handle_played(&mut self, cx: &mut Cx<'_>) {
        let renewal = self.renewal.take();
        if matches!(self.phase, Phase::Failed) && is_media_lost(renewal.as_ref()) {
            self.phase = Phase::Ready;
            self.tell(PlayerState::PlayRequesting, cx);
        }
        if !matches!(self.phase, Phase::Dispatching { .. } | Phase::Failed) {
            self.phase = Phase::Playing;
            self.tell(PlayerState::Playing, cx);
        }
    }

    /// The component cannot play it, or not any more (3803). One that fails while the room is away comes back with the room.
    pub(super) fn handle_play_failed(&mut self, is_online: bool, cx: &mut Cx<'_>) {
        if !matches!(self.phase, Phase::Ready | Phase::Playing) {
            return;
        }
        // What fails before the new address is there is the old one.
        if is_online && self.renewal.as_ref().is_some_and(|r| !r.is_given()) {
            return;
        }
        self.phase = Phase::Failed;
        self.renewal = (!is_online).then(|| Renewal::new(UrlReason::MediaLost, false));
        cx.emit(self.no_play(PLAY_FAILED, ""));
    }

    /// The room is online after `outage` ms without it.
    pub(super) fn handle_online(&mut self, outage: Millis, cx: &mut Cx<'_>) {
        let is_long = outage > OUTAGE_MS;
        let ran = matches!(self.phase, Phase::Playing);
        if is_long && self.renewal.is_none() && matches!(self.phase, Phase::Ready | Phase::Playing)
        {
            self.renewal = Some(Renewal::new(UrlReason::LongOutage, ran));
        }
        if let Some(renewal) = &mut self.renewal {
            renewal.begin(is_long, cx.now.mono);
            if matches!(self.phase, Phase::Playing | Phase::Failed) {
                self.phase = Phase::Ready;
                self.tell(PlayerState::PlayRequesting, cx);
            }
        }
    }

    /// The application gets the new address.
    pub(super) fn give_renewed(&mut self, user_session_id: u64, cx: &mut Cx<'_>) {
        if let Some(renewal) = &mut self.renewal {
            let url = self.addresses.url(&self.params, user_session_id, cx.now);
            renewal.give(&self.stream_id, url, cx);
        }
    }

    /// The component did not begin on the new address: it is taken to go on with the old one, if it can.
    pub(super) fn end_renewal(&mut self, cx: &mut Cx<'_>) {
        match self.renewal.take() {
            Some(renewal) if renewal.reason == UrlReason::MediaLost => {
                self.handle_play_failed(true, cx);
            }
            Some(renewal) if renewal.ran => self.handle_played(cx),
            _ => {}
        }
    }

    /// No new address is to be had.
    pub(super) fn fail_renewal(&mut self, code: Code, cx: &mut Cx<'_>) {
        self.renewal = None;
        self.phase = Phase::Failed;
        cx.emit(self.no_play(code, code.text()));
    }

    /// The application stops it. The caller forgets the player.
    pub(super) fn stop(&self, cx: &mut Cx<'_>) {
        match self.phase {
            Phase::Dispatching { call, .. } => {
                cx.refuse_with(
                    call,
                    STOPPED,
                    "playing was stopped before its URL was known",
                );
                cx.emit(self.no_play(Code(0), ""));
            }
            Phase::Ready | Phase::Playing => cx.emit(self.no_play(Code(0), "")),
            Phase::Failed => {}
        }
    }

    /// The room is over; there is no event. The caller forgets the player.
    pub(super) fn end(&self, code: Code, cx: &mut Cx<'_>) {
        if let Phase::Dispatching { call, .. } = self.phase {
            let code = if code.0 == 0 { STOPPED } else { code };
            cx.refuse_with(call, code, "the room was left before the URL was known");
        }
    }

    fn tell(&self, state: PlayerState, cx: &mut Cx<'_>) {
        cx.emit(Event::PlayerStateUpdate(stream_state(
            state,
            &self.stream_id,
        )));
    }

    fn no_play(&self, code: Code, text: &str) -> Event {
        Event::PlayerStateUpdate(StreamState {
            state: PlayerState::NoPlay,
            stream_id: self.stream_id.clone(),
            error_code: code,
            extended_data: text.into(),
        })
    }
}
