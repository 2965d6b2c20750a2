//! Requests of the link and the frames that come in.

use crate::engine::cx::Cx;
use crate::engine::error::{Code, TIMEOUT};
use crate::engine::io::LogLevel;
use crate::engine::lean::{joined, swap_take};
use crate::engine::time::{Instant, Millis};
use crate::engine::wire::{Frame, FrameType, accesshub, pb};

use super::{
    GET_BODY, HttpKey, Link, LinkEvent, MAX_PENDING, METHOD_GET, MODE_ONLINE, NO_ETAG,
    REQUEST_TIMEOUT_MS, RUN_ENV_APPLET, SDK_TYPE_WSS_WEB, SERVICE_MEDIA, State, ZEGOCONN_VERSION,
};

/// Tries of the application configuration.
const APP_CONFIG_TRIES: u32 = 3;
const APP_ID_UNKNOWN: i32 = 20_012;
/// After some tries it means an unknown AppID too.
const INTERNAL_ERROR: i32 = 20_008;
/// A longer one means that the device's clock was set meanwhile.
const MAX_ROUND_TRIP_MS: i64 = 10_000;
const ACTION_DISPATCH: i32 = 1;
const ACTION_SAME_HUB: i32 = 2;
const ACTION_NEXT_GROUP: i32 = 5;

#[derive(Debug)]
pub(super) struct Pending {
    txid: u64,
    stream: u32,
    purpose: Purpose,
    sent_wall: i64,
    pub(super) deadline: Instant,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Config,
    Dispatch,
    AppConfig { tries: u32 },
    Http,
}

impl Link {
    /// Sends a GET through the link. `None` if the link is not open or too much is under way. The answer comes as
    /// [`LinkEvent::Http`], at the latest after [`REQUEST_TIMEOUT_MS`].
    pub fn http_get(
        &mut self,
        location: &str,
        headers: &[(&str, &str)],
        cx: &mut Cx<'_>,
    ) -> Option<HttpKey> {
        let (txid, stream) = self.begin(Purpose::Http, cx)?;
        self.note_traffic(cx);
        let mut list = pb::List::default();
        for (name, value) in headers {
            list.push(&accesshub::write::HttpHeader {
                name: name.as_bytes(),
                val: value.as_bytes(),
            });
        }
        let message = accesshub::write::HttpRequest {
            txid,
            appid: self.app_id,
            biz_type: Some(0),
            id_name: self.user_id.as_bytes(),
            location: location.as_bytes(),
            headers: list,
            body: GET_BODY,
            ack: Some(false),
            mode_no: MODE_ONLINE,
            service_no: SERVICE_MEDIA,
            method_no: METHOD_GET,
            sdk_type: SDK_TYPE_WSS_WEB,
            zegoconn_run_env: RUN_ENV_APPLET,
            zegoconn_version: ZEGOCONN_VERSION,
        };
        self.send(FrameType::HttpRequest, stream, &message, cx);
        Some(txid)
    }

    /// Asks for the application configuration, unless this link has it.
    pub fn request_app_config(&mut self, cx: &mut Cx<'_>) {
        let asked = self
            .pending
            .iter()
            .any(|p| matches!(p.purpose, Purpose::AppConfig { .. }));
        if self.etag.is_none() && !asked {
            self.send_app_config_request(1, cx);
        }
    }

    pub(super) fn request_config(&mut self, cx: &mut Cx<'_>) {
        let Some((txid, stream)) = self.begin(Purpose::Config, cx) else {
            return;
        };
        let message = accesshub::write::GetConfigRequest {
            txid,
            appid: self.app_id,
            biz_type: Some(0),
            id_name: self.user_id.as_bytes(),
            zegoconn_version: ZEGOCONN_VERSION,
            sdk_type: SDK_TYPE_WSS_WEB,
            zegoconn_run_env: RUN_ENV_APPLET,
            mode_no: MODE_ONLINE,
        };
        self.send(FrameType::GetConfigRequest, stream, &message, cx);
    }

    pub(super) fn expire_requests(&mut self, cx: &mut Cx<'_>) {
        let now = cx.now.mono;
        while let Some(at) = self.pending.iter().position(|p| p.deadline <= now) {
            if let Some(pending) = swap_take(&mut self.pending, at) {
                self.fail(&pending, None, cx);
            }
        }
    }

    /// Ends every waiting request; those of the link itself silently.
    pub(super) fn fail_all(&mut self, code: Code) {
        for pending in core::mem::take(&mut self.pending) {
            if matches!(pending.purpose, Purpose::Http) {
                self.events.push(LinkEvent::Http(pending.txid, Err(code)));
            }
        }
    }

    pub(super) fn handle_frame(&mut self, stream: u32, frame: Frame<'_>, cx: &mut Cx<'_>) {
        match frame {
            Frame::HbResponse(m) => {
                if let State::Open(open) = &mut self.state {
                    open.unanswered = 0;
                }
                self.set_clock(m.ntp_time(), m.ts(), cx);
            }
            Frame::GetConfigResponse(m) => self.handle_config(m, cx),
            Frame::DispatchResponse(m) => {
                let data = m.data().unwrap_or_default();
                if let Some(pending) = self.take(data.txid()) {
                    if m.code() == 0 && self.hubs.replace(data.wss_groups(), true) {
                        self.drop_link(cx);
                        self.open_socket(cx);
                    } else {
                        self.fail(&pending, Some(m.code()), cx);
                    }
                }
            }
            Frame::GetAppConfigResponse(m) => {
                let data = m.data().unwrap_or_default();
                if let Some(pending) = self.take(data.txid()) {
                    if m.code() == 0 {
                        self.etag = Some(data.etag());
                        self.events.push(LinkEvent::AppConfig(data.data().into()));
                    } else {
                        self.fail(&pending, Some(m.code()), cx);
                    }
                }
            }
            Frame::HttpResponse(m) => {
                self.note_traffic(cx);
                if let Some(pending) = self.take(m.txid()) {
                    self.close_stream(pending.stream, cx);
                    let answer = (m.status_code(), m.body().into());
                    self.events.push(LinkEvent::Http(m.txid(), Ok(answer)));
                }
            }
            Frame::PushException(m) => match self.take(m.txid()) {
                Some(pending) => self.fail(&pending, Some(m.reason()), cx),
                None => cx.log(
                    LogLevel::Warn,
                    &joined(&["the service reports: ", &m.msg_text()]),
                ),
            },
            Frame::PcEstablished => self.handle_established(stream, cx),
            Frame::PcBroken => {
                let deadline = cx.now.mono + self.pc_timeout;
                if let Some(pc) = self.pc.as_mut().filter(|pc| pc.stream == stream) {
                    pc.break_until(deadline);
                    self.events.push(LinkEvent::PcBroken);
                }
            }
            Frame::PcDownward(m) => {
                self.note_traffic(cx);
                if self.pc.as_ref().is_some_and(|pc| pc.stream == stream) {
                    self.events.push(LinkEvent::Packet(m.payload().into()));
                }
            }
            Frame::StreamClosed(_) => {
                if self.pc.as_ref().is_some_and(|pc| pc.stream == stream) {
                    self.pc = None;
                    self.events.push(LinkEvent::PcClosed);
                }
            }
            Frame::CloseConnection(m) => self.handle_close_connection(m, cx),
            Frame::Redirect(m) => {
                if self.hubs.replace(m.wss_groups(), false) {
                    cx.log(LogLevel::Info, "the service redirects to another hub");
                    self.drop_link(cx);
                    self.open_socket(cx);
                }
            }
            Frame::Other(_) => {}
        }
    }

    fn handle_established(&mut self, stream: u32, cx: &mut Cx<'_>) {
        let Some(pc) = self.pc.as_mut().filter(|pc| pc.stream == stream) else {
            return;
        };
        let (was_broken, queue) = pc.establish();
        for packet in &queue {
            self.send_upward(stream, false, false, packet, cx);
        }
        if was_broken {
            self.events.push(LinkEvent::PcRestored);
        }
    }

    fn handle_config(&mut self, message: accesshub::GetConfigResponse<'_>, cx: &mut Cx<'_>) {
        let data = message.data().unwrap_or_default();
        let Some(pending) = self.take(data.txid()) else {
            return;
        };
        if message.code() != 0 {
            return;
        }
        if (1..=10).contains(&data.logic_hb_interval()) {
            self.heartbeat_interval = Millis::from(data.logic_hb_interval()) * 1_000;
        }
        if (3..=30).contains(&data.logic_hb_timeout()) {
            self.heartbeat_timeout = Millis::from(data.logic_hb_timeout()) * 1_000;
        }
        if data.pc_establish_timeout() > 0 {
            self.pc_timeout = Millis::from(data.pc_establish_timeout()) * 1_000;
        }
        if let State::Open(open) = &mut self.state {
            open.next_heartbeat = open
                .next_heartbeat
                .min(cx.now.mono + self.heartbeat_interval);
        }
        self.outer_ip = data.client_outer_ip_text();
        self.set_clock(data.ntp_time(), pending.sent_wall, cx);
    }

    fn handle_close_connection(
        &mut self,
        message: accesshub::CloseConnection<'_>,
        cx: &mut Cx<'_>,
    ) {
        cx.log(
            LogLevel::Info,
            &joined(&["the service asks to leave: ", &message.msg_text()]),
        );
        match message.action() {
            ACTION_DISPATCH => self.request_dispatch(cx),
            ACTION_SAME_HUB => {
                self.drop_link(cx);
                self.retry(cx);
            }
            ACTION_NEXT_GROUP => {
                self.events.push(LinkEvent::ForgetSessions);
                self.lose(cx);
            }
            _ => {}
        }
    }

    fn request_dispatch(&mut self, cx: &mut Cx<'_>) {
        let Some((txid, stream)) = self.begin(Purpose::Dispatch, cx) else {
            return;
        };
        let message = accesshub::write::DispatchRequest {
            txid,
            appid: self.app_id,
            biz_type: Some(0),
            mode_no: MODE_ONLINE,
            id_name: self.user_id.as_bytes(),
            sdk_type: SDK_TYPE_WSS_WEB,
            zegoconn_version: ZEGOCONN_VERSION,
            zegoconn_run_env: RUN_ENV_APPLET,
        };
        self.send(FrameType::DispatchRequest, stream, &message, cx);
    }

    fn send_app_config_request(&mut self, tries: u32, cx: &mut Cx<'_>) {
        let Some((txid, stream)) = self.begin(Purpose::AppConfig { tries }, cx) else {
            return;
        };
        self.note_traffic(cx);
        let message = accesshub::write::GetAppConfigRequest {
            txid,
            appid: self.app_id,
            biz_type: Some(0),
            mode_no: MODE_ONLINE,
            id_name: self.user_id.as_bytes(),
            config_key: b"init",
            token: self.token.as_bytes(),
            sdk_type: SDK_TYPE_WSS_WEB,
            zegoconn_version: ZEGOCONN_VERSION,
            zegoconn_run_env: RUN_ENV_APPLET,
            etag: Some(self.etag.unwrap_or(NO_ETAG)),
        };
        self.send(FrameType::GetAppConfigRequest, stream, &message, cx);
    }

    fn begin(&mut self, purpose: Purpose, cx: &Cx<'_>) -> Option<(u64, u32)> {
        if !self.is_open() || self.pending.len() >= MAX_PENDING {
            return None;
        }
        let (txid, stream) = (self.new_txid(), self.new_stream());
        let deadline = cx.now.mono + REQUEST_TIMEOUT_MS;
        self.pending.push(Pending {
            txid,
            stream,
            purpose,
            sent_wall: cx.now.wall,
            deadline,
        });
        Some((txid, stream))
    }

    fn take(&mut self, txid: u64) -> Option<Pending> {
        let at = self.pending.iter().position(|p| p.txid == txid)?;
        swap_take(&mut self.pending, at)
    }

    /// A request ended without its answer; `code` is `None` after a timeout.
    fn fail(&mut self, pending: &Pending, code: Option<i32>, cx: &mut Cx<'_>) {
        match pending.purpose {
            Purpose::Config => {}
            Purpose::Dispatch => self.lose(cx),
            Purpose::Http => self
                .events
                .push(LinkEvent::Http(pending.txid, Err(TIMEOUT))),
            Purpose::AppConfig { tries } => {
                let retry = matches!(code, None | Some(INTERNAL_ERROR)) && tries < APP_CONFIG_TRIES;
                if retry {
                    self.send_app_config_request(tries + 1, cx);
                } else if matches!(code, Some(APP_ID_UNKNOWN | INTERNAL_ERROR)) {
                    self.events.push(LinkEvent::AppIdInvalid);
                }
            }
        }
    }

    /// `sent` is when the request left, by the device's clock. The answer took half of the way there and back.
    fn set_clock(&mut self, server: u64, sent: i64, cx: &Cx<'_>) {
        let Ok(server) = i64::try_from(server) else {
            return;
        };
        if server > 0 {
            let round_trip = cx.now.wall.saturating_sub(sent).clamp(0, MAX_ROUND_TRIP_MS);
            self.server_clock = Some((cx.now.mono, server.saturating_add(round_trip / 2)));
        }
    }
}
