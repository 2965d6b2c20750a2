//! A stream that needs another address, because the connection was away for long or lost it.
//!
//! ```text
//!  Away ──room online──▶ Due ──▶ Asked ──address──▶ Given ──component reports, or patience ends──▶ (over)
//!   ▲                     ▲        │
//!   └──room away──────────┴─failed─┘
//! ```
//!
//! The stream keeps what it is; a component that reports that it runs ends the renewal at any step, since it has an address
//! that works.

use super::backoff;
use super::cx::Cx;
use super::event::Event;
use super::link::HttpKey;
use super::time::{Instant, Millis};
use alloc::string::String;

/// After a longer time without hearing of the service addresses are worth nothing: it keeps a stream for about 90 s.
pub(super) const OUTAGE_MS: Millis = 85_000;
/// How long the component may take to begin on a new address. After it the stream is taken to go on as before, or to have failed
/// if the component said so, as for a page that knows nothing of new addresses.
pub(super) const PATIENCE_MS: Millis = 10_000;
/// How long the service is asked for a new address; then the stream has failed.
pub(super) const LIMIT_MS: Millis = 300_000;

/// Why a stream has another address, third argument of `streamUrlUpdate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlReason {
    /// The connection was away for more than [`OUTAGE_MS`].
    LongOutage,
    /// The service lost the published stream, or the session that its address belongs to.
    StreamLost,
    /// The component lost the stream while the connection was away.
    MediaLost,
}

impl UrlReason {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::LongOutage => "LONG_OUTAGE",
            Self::StreamLost => "STREAM_LOST",
            Self::MediaLost => "MEDIA_LOST",
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Away,
    Due(Instant),
    Asked(HttpKey),
    Given(Instant),
}

/// What is to be done for a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// Ask the service for an address.
    Ask,
    /// The component did not begin on the new address.
    GiveUpWaiting,
}

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Renewal {
    pub(super) reason: UrlReason,
    /// Whether the stream ran, so that it is taken to run again when the component says nothing.
    pub(super) ran: bool,
    /// Whether the component failed on the old address: then nothing runs unless it begins on the new one.
    pub(super) has_failed: bool,
    step: Step,
    attempt: u32,
    since: Instant,
}

impl Renewal {
    /// Waits for the room to be online.
    pub(super) fn new(reason: UrlReason, ran: bool) -> Self {
        Self {
            reason,
            ran,
            has_failed: reason == UrlReason::MediaLost,
            step: Step::Away,
            attempt: 0,
            since: Instant::default(),
        }
    }

    /// The room is online. An address that was given just now is still good, unless it `is_stale`.
    pub(super) fn begin(&mut self, is_stale: bool, now: Instant) {
        self.attempt = 0;
        self.since = now;
        self.step = match self.step {
            Step::Given(_) if !is_stale => Step::Given(now + PATIENCE_MS),
            _ => Step::Due(now),
        };
    }

    /// When the renewal wants to be woken.
    pub(super) fn deadline(&self) -> Instant {
        match self.step {
            Step::Due(at) | Step::Given(at) => at,
            Step::Away | Step::Asked(_) => Instant::NEVER,
        }
    }

    /// What is due. Nothing is while the room is away.
    pub(super) fn take_due(&mut self, is_online: bool, now: Instant) -> Option<Task> {
        if self.deadline() > now {
            return None;
        }
        let task = match self.step {
            Step::Due(_) => Task::Ask,
            _ => Task::GiveUpWaiting,
        };
        if !is_online {
            self.step = Step::Away;
            return None;
        }
        Some(task)
    }

    /// The service was asked; `None` if that was not possible. Returns false when it was tried for long enough.
    pub(super) fn set_request(&mut self, request: Option<HttpKey>, cx: &mut Cx<'_>) -> bool {
        match request {
            Some(key) => {
                self.step = Step::Asked(key);
                true
            }
            None => self.fail(cx),
        }
    }

    pub(super) fn waits_for(&self, request: HttpKey) -> bool {
        matches!(self.step, Step::Asked(key) if key == request)
    }

    /// The application gets the address.
    pub(super) fn give(&mut self, stream_id: &str, url: String, cx: &mut Cx<'_>) {
        self.step = Step::Given(cx.now.mono + PATIENCE_MS);
        cx.emit(Event::StreamUrlUpdate {
            stream_id: stream_id.into(),
            url,
            reason: self.reason,
        });
    }

    /// There was no address; it is tried again. Returns false when it was tried for long enough.
    pub(super) fn fail(&mut self, cx: &mut Cx<'_>) -> bool {
        self.attempt += 1;
        self.step = Step::Due(cx.now.mono + backoff::delay(self.attempt, cx.random));
        cx.now.mono - self.since < LIMIT_MS
    }

    /// Whether the application has the new address.
    pub(super) fn is_given(&self) -> bool {
        matches!(self.step, Step::Given(_))
    }
}
