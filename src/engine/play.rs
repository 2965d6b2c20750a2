//! The streams that this user plays.
//!
//! ```text
//!  Dispatching ──url──▶ Ready ──component plays (3802)──▶ Playing
//!       └──no address──▶ Failed ◀──component cannot play (3803)──┘
//! ```
//!
//! A failed player stays until the application stops it, as in the vendor's client, and plays again when the component says so.

use super::cx::Cx;
use super::error::{Code, PLAY_FAILED, PLAY_NOT_FOUND, STOPPED};
use super::event::{Event, PlayerState, StreamState, stream_state};
use super::io::CallId;
use super::media::Media;
use super::media_url::Direction;
use super::net::RoomKey;
use super::renewal::{OUTAGE_MS, Renewal, UrlReason};
use super::time::Millis;
use alloc::string::String;

/// Streams that one engine plays at the same time; more are refused.
pub(super) const MAX_PLAYERS: usize = 64;

/// While the first addresses are not known, [`Media::is_dispatching`], it is `Ready`.
#[derive(Debug)]
enum Phase {
    Ready,
    Playing,
    Failed,
}

/// One stream.
#[derive(Debug)]
pub(super) struct Player {
    pub(super) media: Media,
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
            media: Media::new(Direction::Pull, stream_id, room, params, call),
            phase: Phase::Ready,
        };
        player.tell(PlayerState::PlayRequesting, cx);
        player
    }

    /// There is no address. The player stays until it is stopped.
    pub(super) fn fail(&mut self, code: Code, cx: &mut Cx<'_>) {
        if let Some(call) = self.media.take_call() {
            cx.refuse(call, code);
            self.fail_renewal(code, cx);
        }
    }

    /// The service named no address.
    pub(super) fn handle_no_address(&mut self, code: Code, cx: &mut Cx<'_>) {
        if self.media.is_dispatching() {
            self.fail(code, cx);
        } else if code == PLAY_NOT_FOUND || !self.media.tries_again(cx) {
            self.fail_renewal(code, cx);
        }
    }

    /// `getNextUrl`. Also the way on after a failure, as in the vendor's client.
    pub(super) fn next_url(&mut self, user_session_id: u64, cx: &mut Cx<'_>) -> String {
        if self.media.addresses.is_empty() {
            return String::new();
        }
        self.phase = Phase::Ready;
        self.media.advance();
        self.tell(PlayerState::PlayRequesting, cx);
        self.media.url(user_session_id, cx)
    }

    /// The component plays the stream (3802).
    pub(super) fn handle_played(&mut self, cx: &mut Cx<'_>) {
        if matches!(self.phase, Phase::Failed) && self.media.is_lost() {
            self.phase = Phase::Ready;
            self.tell(PlayerState::PlayRequesting, cx);
        }
        self.media.renewal = None;
        if self.has_address() {
            self.phase = Phase::Playing;
            self.tell(PlayerState::Playing, cx);
        }
    }

    /// The component cannot play it, or not any more (3803). One that fails while the room is away comes back with the room.
    pub(super) fn handle_play_failed(&mut self, is_online: bool, cx: &mut Cx<'_>) {
        // What fails before the new address is there is the old one.
        if !self.has_address() || (is_online && self.media.failed_on_old_address()) {
            return;
        }
        // One that had failed before is not the outage's work.
        if !matches!(self.phase, Phase::Failed) {
            self.phase = Phase::Failed;
            self.media.renewal = (!is_online).then(|| Renewal::new(UrlReason::MediaLost, false));
        }
        cx.emit(self.no_play(PLAY_FAILED, ""));
    }

    /// The room is online after `outage` ms without it.
    pub(super) fn handle_online(&mut self, outage: Millis, cx: &mut Cx<'_>) {
        let is_long = outage > OUTAGE_MS;
        let ran = matches!(self.phase, Phase::Playing);
        let may_run = self.has_address() && !matches!(self.phase, Phase::Failed);
        if is_long && self.media.renewal.is_none() && may_run {
            self.media.renewal = Some(Renewal::new(UrlReason::LongOutage, ran));
        }
        if let Some(renewal) = &mut self.media.renewal {
            renewal.begin(is_long, cx.now.mono);
            if matches!(self.phase, Phase::Playing | Phase::Failed) {
                self.phase = Phase::Ready;
                self.tell(PlayerState::PlayRequesting, cx);
            }
        }
    }

    /// The component did not begin on the new address: it is taken to go on with the old one, if it can.
    pub(super) fn end_renewal(&mut self, cx: &mut Cx<'_>) {
        match self.media.renewal.take() {
            Some(renewal) if renewal.has_failed => {
                self.handle_play_failed(true, cx);
            }
            Some(renewal) if renewal.ran => self.handle_played(cx),
            _ => {}
        }
    }

    /// No new address is to be had.
    pub(super) fn fail_renewal(&mut self, code: Code, cx: &mut Cx<'_>) {
        self.media.renewal = None;
        self.phase = Phase::Failed;
        cx.emit(self.no_play(code, code.text()));
    }

    /// The application stops it. The caller forgets the player.
    pub(super) fn stop(&mut self, cx: &mut Cx<'_>) {
        if let Some(call) = self.media.take_call() {
            cx.refuse_with(
                call,
                STOPPED,
                "playing was stopped before its URL was known",
            );
        }
        if !matches!(self.phase, Phase::Failed) {
            cx.emit(self.no_play(Code(0), ""));
        }
    }

    /// The room is over; there is no event. The caller forgets the player.
    pub(super) fn end(&mut self, code: Code, cx: &mut Cx<'_>) {
        if let Some(call) = self.media.take_call() {
            let code = if code.0 == 0 { STOPPED } else { code };
            cx.refuse_with(call, code, "the room was left before the URL was known");
        }
    }

    /// Whether the component has what it needs to play it.
    fn has_address(&self) -> bool {
        !self.media.addresses.is_empty()
    }

    fn tell(&self, state: PlayerState, cx: &mut Cx<'_>) {
        cx.emit(Event::PlayerStateUpdate(stream_state(
            state,
            &self.media.stream_id,
        )));
    }

    fn no_play(&self, code: Code, text: &str) -> Event {
        Event::PlayerStateUpdate(StreamState {
            state: PlayerState::NoPlay,
            stream_id: self.media.stream_id.clone(),
            error_code: code,
            extended_data: text.into(),
        })
    }
}
