//! Frames of the link: configuration, heartbeat, tunnelled HTTP, and the streams that lead to the room service.

use prost::Message;

use crate::{
    codes,
    config::{MAX_PCS, MAX_USER_ID},
    io::{ConnId, LogLevel, ProtocolError},
    wire::{
        Frame, FrameType, Packet, cmd,
        pb::accesshub::{
            AccesshubDispatchRequest2, AccesshubDispatchResponse2, AccesshubDispatchResponseData2,
            GetAppConfigRequest, GetAppConfigResponse, GetAppConfigResponseData, GetConfigRequest,
            GetConfigResponse, GetConfigResponseData, HbRequest, HbResponse, HttpHeader,
            HttpRequest, HttpRequestAck, HttpResponse, PcEstablished, PcUpwardMessage,
            PcUpwardMessageAck, WssGroup,
        },
    },
};

use super::{
    Server,
    app_config::init_config,
    outbox::{Call, Refusal},
    state::{Pc, Target},
};

/// Service number of the rooms.
const SERVICE_ROOMS: u32 = 17;
/// Service number of the media gateway, reached by tunnelled HTTP.
const SERVICE_MEDIA: u32 = 1;
const METHOD_GET: u32 = 1;
/// Tag of the one app config there is.
const CONFIG_ETAG: u32 = 1;
const PC_ESTABLISH_TIMEOUT_S: u32 = 15;

impl Server {
    pub(super) fn link_frame(&mut self, conn: ConnId, frame: &Frame<'_>) {
        let Some(kind) = FrameType::from_number(frame.kind) else {
            return self.offence(
                conn,
                frame.stream,
                0,
                codes::LINK_MESSAGE_TYPE,
                &ProtocolError::FrameType(frame.kind),
            );
        };
        let handled = match kind {
            // Nothing more is expected on a stream that is not open here, so an unknown one needs no answer.
            FrameType::StreamClosed => {
                self.lose_pc(conn, frame.stream);
                Ok(())
            }
            FrameType::HTTPRequest => {
                decode("HTTPRequest", frame).map(|m| self.http(conn, frame.stream, m))
            }
            FrameType::HBRequest => {
                decode("HBRequest", frame).map(|m| self.link_heartbeat(conn, frame.stream, &m))
            }
            FrameType::GetConfigRequest => {
                decode("GetConfigRequest", frame).map(|m| self.get_config(conn, frame.stream, m))
            }
            FrameType::GetAppConfigRequest => decode("GetAppConfigRequest", frame)
                .map(|m| self.get_app_config(conn, frame.stream, m)),
            FrameType::AccesshubDispatchRequest2 => decode("AccesshubDispatchRequest2", frame)
                .map(|m| self.hub_dispatch(conn, frame.stream, m)),
            FrameType::PCUpwardMessage => {
                decode("PCUpwardMessage", frame).map(|m| self.upward(conn, frame.stream, m))
            }
            _ => Err((
                codes::LINK_MESSAGE_TYPE,
                ProtocolError::FrameType(frame.kind),
            )),
        };
        if let Err((code, error)) = handled {
            self.offence(conn, frame.stream, 0, code, &error);
        }
    }

    /// Brings broken room streams of a link back whose time has come.
    pub(super) fn restore_due_pcs(&mut self, conn: ConnId) {
        let now = self.now;
        let Some(link) = self.conns.get_mut(&conn) else {
            return;
        };
        let mut due = Vec::new();
        for (stream, pc) in &mut link.pcs {
            if pc.restore_at.is_some_and(|at| at <= now) {
                pc.restore_at = None;
                pc.established = true;
                due.push(*stream);
            }
        }
        for stream in due {
            self.send_link(conn, stream, FrameType::PCEstablished, &established());
        }
    }

    /// Remembers what only the first message of a stream says: which app and which user.
    fn identify(&mut self, conn: ConnId, app_id: u32, id_name: String) {
        let Some(link) = self.conns.get_mut(&conn) else {
            return;
        };
        if app_id != 0 {
            link.app_id = Some(app_id);
        }
        if !id_name.is_empty() && id_name.len() <= MAX_USER_ID {
            link.user = Some(id_name);
        }
    }

    fn is_another_app(&self, conn: ConnId) -> bool {
        let app = self.conns.get(&conn).and_then(|link| link.app_id);
        app.is_some_and(|app| app != self.config.app_id)
    }

    fn link_refusal(&mut self, conn: ConnId, kind: FrameType) -> Option<Refusal> {
        self.ordered_refusal(conn, kind as u16, 0)
    }

    fn link_heartbeat(&mut self, conn: ConnId, stream: u32, request: &HbRequest) {
        if let Some(refusal) = self.link_refusal(conn, FrameType::HBRequest) {
            return self.exception(
                conn,
                stream,
                request.txid,
                signed(refusal.code),
                &refusal.message,
            );
        }
        let answer = HbResponse {
            txid: request.txid,
            ts: request.ts,
            ntp_time: self.now,
        };
        self.answer_link(
            conn,
            stream,
            FrameType::HBRequest as u16,
            FrameType::HBResponse,
            &answer,
        );
    }

    fn get_config(&mut self, conn: ConnId, stream: u32, request: GetConfigRequest) {
        self.identify(conn, request.appid, request.id_name);
        let (code, message) = outcome(self.link_refusal(conn, FrameType::GetConfigRequest));
        let data = GetConfigResponseData {
            txid: request.txid,
            logic_hb_interval: self.config.link_heartbeat_interval_s,
            logic_hb_timeout: self.config.link_heartbeat_timeout_s,
            pc_establish_timeout: PC_ESTABLISH_TIMEOUT_S,
            client_outer_ip: self.config.client_ip.clone(),
            ntp_time: self.now,
        };
        let answer = GetConfigResponse {
            code,
            message,
            data: Some(data),
        };
        self.answer_link(
            conn,
            stream,
            FrameType::GetConfigRequest as u16,
            FrameType::GetConfigResponse,
            &answer,
        );
    }

    fn get_app_config(&mut self, conn: ConnId, stream: u32, request: GetAppConfigRequest) {
        self.identify(conn, request.appid, request.id_name);
        let refusal = self.link_refusal(conn, FrameType::GetAppConfigRequest);
        let (code, message) = if refusal.is_none() && self.is_another_app(conn) {
            (codes::LINK_INVALID_APP, "another app id".to_owned())
        } else {
            outcome(refusal)
        };
        let data = if code == 0 {
            init_config(self.config.app_id, self.config.media_hosts.first())
        } else {
            Vec::new()
        };
        let data = GetAppConfigResponseData {
            txid: request.txid,
            data,
            ts: self.now,
            etag: CONFIG_ETAG,
        };
        let answer = GetAppConfigResponse {
            code,
            message,
            data: Some(data),
        };
        self.answer_link(
            conn,
            stream,
            FrameType::GetAppConfigRequest as u16,
            FrameType::GetAppConfigResponse,
            &answer,
        );
    }

    fn hub_dispatch(&mut self, conn: ConnId, stream: u32, request: AccesshubDispatchRequest2) {
        self.identify(conn, request.appid, request.id_name);
        let (code, message) =
            outcome(self.link_refusal(conn, FrameType::AccesshubDispatchRequest2));
        let data = AccesshubDispatchResponseData2 {
            txid: request.txid,
            wss_groups: wss_groups(&self.config.hub_hosts),
        };
        let answer = AccesshubDispatchResponse2 {
            code,
            message,
            data: Some(data),
        };
        let asked = FrameType::AccesshubDispatchRequest2 as u16;
        self.answer_link(
            conn,
            stream,
            asked,
            FrameType::AccesshubDispatchResponse2,
            &answer,
        );
    }

    fn http(&mut self, conn: ConnId, stream: u32, request: HttpRequest) {
        self.identify(conn, request.appid, request.id_name.clone());
        let asked = FrameType::HTTPRequest as u16;
        if request.ack {
            self.answer_link(
                conn,
                stream,
                asked,
                FrameType::HTTPRequestAck,
                &HttpRequestAck { txid: request.txid },
            );
        }
        if request.service_no != SERVICE_MEDIA {
            let error = ProtocolError::Service(request.service_no);
            return self.offence(
                conn,
                stream,
                request.txid,
                codes::LINK_UNSUPPORTED_SERVICE,
                &error,
            );
        }
        let (status_code, body) = match self.link_refusal(conn, FrameType::HTTPRequest) {
            Some(refusal) => (
                200,
                serde_json::json!({"code": refusal.code, "message": refusal.message}),
            ),
            None if request.method_no == METHOD_GET => self.media_get(conn, &request),
            None => (405, serde_json::json!({"code": 405, "message": "only GET"})),
        };
        let content_type = HttpHeader {
            name: "Content-Type".into(),
            val: "application/json".into(),
        };
        let answer = HttpResponse {
            txid: request.txid,
            headers: vec![content_type],
            status_code,
            body: body.to_string().into_bytes(),
        };
        self.answer_link(conn, stream, asked, FrameType::HTTPResponse, &answer);
    }

    fn upward(&mut self, conn: ConnId, stream: u32, message: PcUpwardMessage) {
        self.identify(conn, message.appid, message.id_name);
        if message.service_no != SERVICE_ROOMS {
            let error = ProtocolError::Service(message.service_no);
            return self.offence(
                conn,
                stream,
                message.txid,
                codes::LINK_UNSUPPORTED_SERVICE,
                &error,
            );
        }
        if let Some(refusal) = self.link_refusal(conn, FrameType::PCUpwardMessage) {
            return self.exception(
                conn,
                stream,
                message.txid,
                signed(refusal.code),
                &refusal.message,
            );
        }
        let packet = match Packet::parse(&message.payload) {
            Ok(packet) => packet,
            Err(error) => {
                return self.offence(
                    conn,
                    stream,
                    message.txid,
                    codes::LINK_UNMARSHAL,
                    &error.into(),
                );
            }
        };
        let Some(link) = self.conns.get_mut(&conn) else {
            return;
        };
        if !link.pcs.contains_key(&stream) && link.pcs.len() >= MAX_PCS {
            return self.offence(
                conn,
                stream,
                message.txid,
                codes::LINK_BROKEN,
                &ProtocolError::TooManyPcs,
            );
        }
        let is_new = !link.pcs.contains_key(&stream);
        let pc = link.pcs.entry(stream).or_insert_with(Pc::default);
        let was_established = pc.established;
        if !is_new && !was_established && packet.header.cmd != cmd::LOGIN_ROOM {
            return self.offence(
                conn,
                stream,
                message.txid,
                codes::LINK_BROKEN,
                &ProtocolError::BrokenPc,
            );
        }
        pc.established = true;
        pc.restore_at = None;
        let asked = FrameType::PCUpwardMessage as u16;
        if message.ack {
            let ack = PcUpwardMessageAck { txid: message.txid };
            self.answer_link(conn, stream, asked, FrameType::PCUpwardMessageAck, &ack);
        }
        if !was_established {
            self.answer_link(
                conn,
                stream,
                asked,
                FrameType::PCEstablished,
                &established(),
            );
            self.log(LogLevel::Debug, Some(conn), "room stream established");
        }
        let header = &packet.header;
        let call = Call {
            conn,
            stream,
            cmd: header.cmd,
            seq: header.seq,
            key: header.context_key,
        };
        self.room_packet(&call, packet.body);
    }

    /// Sends something over every room stream of a user's links; returns how many there were.
    pub(super) fn pcs_of(&self, user: &str) -> Vec<Target> {
        let mut found = Vec::new();
        for (conn, link) in &self.conns {
            if link.user.as_deref() == Some(user) {
                found.extend(link.pcs.keys().map(|stream| Target {
                    conn: *conn,
                    stream: *stream,
                    key: 0,
                }));
            }
        }
        found
    }
}

pub(super) fn wss_groups(hosts: &[String]) -> Vec<WssGroup> {
    let group = |host: &String| WssGroup {
        group: "default".to_owned(),
        host: host.clone(),
        main_domain: main_domain(host),
    };
    hosts.iter().map(group).collect()
}

pub(super) fn signed(code: u32) -> i32 {
    i32::try_from(code).unwrap_or(i32::MAX)
}

fn established() -> PcEstablished {
    PcEstablished { elapse: 1, from: 1 }
}

fn decode<M: Message + Default>(
    what: &'static str,
    frame: &Frame<'_>,
) -> Result<M, (i32, ProtocolError)> {
    M::decode(frame.payload).map_err(|error| {
        (
            codes::LINK_UNMARSHAL,
            ProtocolError::Message { what, error },
        )
    })
}

fn outcome(refusal: Option<Refusal>) -> (i32, String) {
    refusal.map_or((0, "ok".to_owned()), |refusal| {
        (signed(refusal.code), refusal.message)
    })
}

/// The last two labels of a host name; the host as it is if it is an address or has a port.
fn main_domain(host: &str) -> String {
    let labels: Vec<&str> = host.split('.').collect();
    match labels.as_slice() {
        [.., domain, top] if top.chars().all(char::is_alphabetic) => format!("{domain}.{top}"),
        _ => host.to_owned(),
    }
}
