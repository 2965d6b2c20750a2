//! The streams that this user plays.
//!
//! ```text
//!  Dispatching ──url──▶ Ready ──component plays (3802)──▶ Playing
//!       └──no address──▶ Failed ◀──component cannot play (3803)──┘
//! ```
//!
//! A failed player stays until the application stops it, as in the vendor's client.

use super::cx::Cx;
use super::error::{Code, Error, PLAY_FAILED, SOCKET_CLOSED, STOPPED};
use super::event::{Event, PlayerState, StreamState, stream_state};
use super::io::{CallId, Reply};
use super::link::HttpKey;
use super::media_url::Addresses;
use super::net::RoomKey;
use super::quality::Pairs;

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
    addresses: Addresses,
    phase: Phase,
}

impl Player {
    /// Playing begins: tells the application; the addresses follow.
    pub(super) fn new(
        stream_id: String,
        room: RoomKey,
        params: String,
        call: CallId,
        cx: &mut Cx<'_>,
    ) -> Self {
        cx.emit(Event::PlayerStateUpdate(stream_state(
            PlayerState::PlayRequesting,
            &stream_id,
        )));
        Self {
            stream_id,
            room,
            figures: Pairs::default(),
            params,
            addresses: Addresses::default(),
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

    /// There is no address. The player stays until it is stopped.
    pub(super) fn fail(&mut self, code: Code, cx: &mut Cx<'_>) {
        if let Phase::Dispatching { call, .. } = self.phase {
            cx.reply(call, Err(code.into()));
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
        cx.emit(Event::PlayerStateUpdate(stream_state(
            PlayerState::PlayRequesting,
            &self.stream_id,
        )));
        self.addresses.url(&self.params, user_session_id, cx.now)
    }

    /// The component plays the stream (3802).
    pub(super) fn handle_played(&mut self, cx: &mut Cx<'_>) {
        if !matches!(self.phase, Phase::Dispatching { .. } | Phase::Failed) {
            self.phase = Phase::Playing;
            cx.emit(Event::PlayerStateUpdate(stream_state(
                PlayerState::Playing,
                &self.stream_id,
            )));
        }
    }

    /// The component cannot play it, or not any more (3803).
    pub(super) fn handle_play_failed(&mut self, cx: &mut Cx<'_>) {
        if matches!(self.phase, Phase::Ready | Phase::Playing) {
            self.phase = Phase::Failed;
            cx.emit(self.no_play(PLAY_FAILED, ""));
        }
    }

    /// The application stops it. The caller forgets the player.
    pub(super) fn stop(&self, cx: &mut Cx<'_>) {
        match self.phase {
            Phase::Dispatching { call, .. } => {
                cx.reply(
                    call,
                    Err(Error::with(
                        STOPPED,
                        "playing was stopped before its URL was known",
                    )),
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
            cx.reply(
                call,
                Err(Error::with(
                    code,
                    "the room was left before the URL was known",
                )),
            );
        }
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

/// Error of a call that could not even be sent.
pub(super) fn not_sent() -> Code {
    SOCKET_CLOSED
}
