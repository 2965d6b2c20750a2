//! What a published and a played stream have in common: its addresses, and who waits for one.

use super::cx::Cx;
use super::io::{CallId, Reply};
use super::link::HttpKey;
use super::media_url::{Addresses, Direction};
use super::net::RoomKey;
use super::quality::Pairs;
use super::renewal::{Renewal, UrlReason};
use super::time::Instant;
use alloc::string::String;

/// One stream.
#[derive(Debug)]
pub(super) struct Media {
    pub(super) stream_id: String,
    pub(super) room: RoomKey,
    pub(super) direction: Direction,
    pub(super) figures: Pairs,
    params: String,
    pub(super) addresses: Addresses,
    pub(super) renewal: Option<Renewal>,
    /// The call that waits for the first URL.
    call: Option<CallId>,
    /// The request for the first addresses.
    request: Option<HttpKey>,
}

impl Media {
    /// The first addresses are to follow.
    pub(super) fn new(
        direction: Direction,
        stream_id: &str,
        room: RoomKey,
        params: &str,
        call: CallId,
    ) -> Self {
        Self {
            stream_id: stream_id.into(),
            room,
            direction,
            figures: Pairs::default(),
            params: params.into(),
            addresses: Addresses::default(),
            renewal: None,
            call: Some(call),
            request: None,
        }
    }

    /// Whether the first addresses are not known yet.
    pub(super) fn is_dispatching(&self) -> bool {
        self.call.is_some()
    }

    /// The service was asked for the first addresses.
    pub(super) fn set_request(&mut self, request: HttpKey) {
        self.request = Some(request);
    }

    /// Whether the answer of a request is for this stream.
    pub(super) fn waits_for(&self, request: HttpKey) -> bool {
        let renewal = self.renewal.as_ref();
        (self.is_dispatching() && self.request == Some(request))
            || renewal.is_some_and(|renewal| renewal.waits_for(request))
    }

    /// Addresses came: the application gets the URL.
    pub(super) fn set_addresses(
        &mut self,
        addresses: Addresses,
        user_session_id: u64,
        cx: &mut Cx<'_>,
    ) {
        self.addresses = addresses;
        self.give_url(user_session_id, cx);
    }

    /// The application gets the URL, as the answer to its call or as a new one.
    #[inline(never)]
    pub(super) fn give_url(&mut self, user_session_id: u64, cx: &mut Cx<'_>) {
        let url = self.url(user_session_id, cx);
        if let Some(call) = self.call.take() {
            let stream_id = self.stream_id.clone();
            cx.reply(call, Ok(Reply::Url { stream_id, url }));
        } else if let Some(renewal) = &mut self.renewal {
            renewal.give(&self.stream_id, url, cx);
        }
    }

    /// The call that still waits for the first URL; it is to be answered.
    pub(super) fn take_call(&mut self) -> Option<CallId> {
        self.call.take()
    }

    /// Moves to the next address. The application found a way of its own, so that a new one need not be waited for.
    pub(super) fn advance(&mut self) {
        self.addresses.advance();
        self.renewal.take_if(|renewal| !renewal.is_given());
    }

    /// The address in use.
    pub(super) fn url(&self, user_session_id: u64, cx: &Cx<'_>) -> String {
        self.addresses.url(&self.params, user_session_id, cx.now)
    }

    /// When the renewal, if there is one, wants to be woken.
    pub(super) fn deadline(&self) -> Instant {
        self.renewal
            .as_ref()
            .map_or(Instant::NEVER, Renewal::deadline)
    }

    /// The component failed. Returns whether that was on an address for which another is on its way; it is noted then.
    pub(super) fn failed_on_old_address(&mut self) -> bool {
        match &mut self.renewal {
            Some(renewal) if !renewal.is_given() => {
                renewal.has_failed = true;
                true
            }
            _ => false,
        }
    }

    /// There was no new address. Returns whether it is tried again.
    pub(super) fn tries_again(&mut self, cx: &mut Cx<'_>) -> bool {
        self.renewal.as_mut().is_some_and(|r| r.fail(cx))
    }

    /// Whether the stream was lost with its media and is on its way back.
    pub(super) fn is_lost(&self) -> bool {
        let renewal = self.renewal.as_ref();
        renewal.is_some_and(|renewal| renewal.reason == UrlReason::MediaLost)
    }
}
