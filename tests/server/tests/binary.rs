//! The binary with real sockets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "clippy.toml exempts test functions, not their helpers"
)]

use std::{process::Stdio, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use prost::Message as _;
use room_server::wire::{
    Frame, FrameType, Packet, cmd,
    pb::{accesshub as hub, switch},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    process::{Child, Command},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, protocol::frame::coding::CloseCode},
};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Longest that anything here may take.
const PATIENCE: Duration = Duration::from_secs(20);

struct Running {
    child: Child,
    ready: Value,
}

impl Running {
    async fn start(flags: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_room-server"))
            .args(flags)
            .args(["--exit-with-parent", "--log", "warn"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .await
            .unwrap();
        Self {
            child,
            ready: serde_json::from_str(&line).unwrap(),
        }
    }

    fn authority(&self) -> &str {
        self.ready["http"]
            .as_str()
            .unwrap()
            .strip_prefix("http://")
            .unwrap()
    }

    async fn http(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        let mut stream = TcpStream::connect(self.authority()).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nOrigin: http://demo.example\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.authority(),
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(
            head.to_lowercase()
                .contains("access-control-allow-origin: *"),
            "{head}"
        );
        (
            head.split(' ').nth(1).unwrap().parse().unwrap(),
            serde_json::from_str(body).unwrap(),
        )
    }

    async fn socket(&self) -> Socket {
        connect_async(self.ready["ws"].as_str().unwrap())
            .await
            .unwrap()
            .0
    }

    async fn exit_code(mut self) -> Option<i32> {
        self.child.wait().await.unwrap().code()
    }
}

fn in_time(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        tokio::time::timeout(PATIENCE, test)
            .await
            .expect("took too long")
    });
}

async fn login(socket: &mut Socket, app_id: u32, token: &str) -> switch::LoginRoomRsp {
    let request = switch::LoginRoomReq {
        app_id,
        room_id: b"room".to_vec(),
        id_name: b"a".to_vec(),
        third_token: token.into(),
        ..Default::default()
    };
    let header = switch::Header {
        cmd: cmd::LOGIN_ROOM,
        seq: 1,
        ..Default::default()
    };
    let payload = Packet::encode(&header, &request);
    let upward = hub::PcUpwardMessage {
        txid: 1,
        service_no: 17,
        ack: true,
        payload,
        ..Default::default()
    };
    socket
        .send(Message::binary(Frame::encode(
            FrameType::PCUpwardMessage,
            1,
            &upward,
        )))
        .await
        .unwrap();
    let mut kinds = Vec::new();
    loop {
        let Message::Binary(bytes) = socket.next().await.unwrap().unwrap() else {
            panic!("not binary")
        };
        let frame = Frame::parse(&bytes).unwrap();
        kinds.push(frame.kind);
        if frame.kind == FrameType::PCDownwardMessage as u16 {
            assert_eq!(kinds, [18, 19, 21]);
            let downward = hub::PcDownwardMessage::decode(frame.payload).unwrap();
            return switch::LoginRoomRsp::decode(Packet::parse(&downward.payload).unwrap().body)
                .unwrap();
        }
    }
}

fn app_id(server: &Running) -> u32 {
    u32::try_from(server.ready["appID"].as_u64().unwrap()).unwrap()
}

#[test]
fn a_client_logs_in_over_a_socket_with_a_token_from_control() {
    in_time(async {
        let server = Running::start(&[]).await;
        let (status, reply) = server
            .http("POST", "/control/token", &json!({"userID": "a"}))
            .await;
        assert_eq!(status, 200);
        let mut socket = server.socket().await;
        let answer = login(
            &mut socket,
            app_id(&server),
            reply["token"].as_str().unwrap(),
        )
        .await;
        assert_eq!(answer.rsp_head.unwrap().code, 0);
        let (_, rooms) = server.http("GET", "/control/rooms", &json!({})).await;
        assert_eq!(rooms["rooms"][0]["users"][0]["userID"], "a");
        let (_, frames) = server
            .http("GET", "/control/frames?since=2", &json!({}))
            .await;
        assert_eq!(frames["next"], 4);
    });
}

#[test]
fn control_answers_mistakes_with_400_and_unknown_targets_with_404() {
    in_time(async {
        let server = Running::start(&[]).await;
        assert_eq!(
            server
                .http("POST", "/control/kick", &json!({"user": "a"}))
                .await
                .0,
            400
        );
        assert_eq!(
            server
                .http("POST", "/control/kick", &json!({"userID": "a"}))
                .await
                .0,
            404
        );
        assert_eq!(
            server
                .http("GET", "/control/publishable?appID=1&streamID=s", &json!({}))
                .await
                .0,
            404
        );
        let rule = json!({"match": {"cmd": 1001}, "do": "error", "code": 1105, "count": 1});
        assert_eq!(
            server.http("POST", "/control/answers", &rule).await,
            (200, json!({"affected": 1}))
        );
        assert_eq!(
            server.http("DELETE", "/control/answers", &json!({})).await,
            (200, json!({"affected": 1}))
        );
        assert_eq!(
            server.http("GET", "/control/health", &json!({})).await.1["ok"],
            true
        );
    });
}

#[test]
fn a_text_message_is_answered_with_a_close_that_says_why() {
    in_time(async {
        let server = Running::start(&[]).await;
        let mut socket = server.socket().await;
        socket.send(Message::text("{}")).await.unwrap();
        let Some(Ok(Message::Close(Some(frame)))) = socket.next().await else {
            panic!("not closed")
        };
        assert_eq!(
            (frame.code, frame.reason.as_str()),
            (CloseCode::Unsupported, "text message")
        );
    });
}

/// Reads until the server closes; the code and the reason that it gives.
async fn closed_because(socket: &mut Socket) -> (CloseCode, String) {
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(Some(frame)))) => return (frame.code, frame.reason.to_string()),
            Some(Ok(Message::Binary(_))) => {}
            other => panic!("not closed with a reason: {other:?}"),
        }
    }
}

fn ping() -> Message {
    let request = hub::GetConfigRequest::default();
    Message::binary(Frame::encode(FrameType::GetConfigRequest, 1, &request))
}

#[test]
fn an_oversized_frame_is_answered_with_a_close_that_says_why_however_large_it_is() {
    in_time(async {
        let server = Running::start(&[]).await;
        for size in [100_000, 4_000_000] {
            let mut socket = server.socket().await;
            let frame = Message::binary(vec![0xAF; size]);
            // The server may be gone before it has taken all of it.
            let _ = socket.send(frame).await;
            assert_eq!(
                closed_because(&mut socket).await,
                (CloseCode::Size, "frame too large".to_owned())
            );
        }
    });
}

#[test]
fn a_flood_is_answered_with_a_close_that_says_why() {
    in_time(async {
        let server = Running::start(&["--frame-burst", "50", "--frames-per-s", "1"]).await;
        let mut socket = server.socket().await;
        for _ in 0..60 {
            socket.send(ping()).await.unwrap();
        }
        assert_eq!(
            closed_because(&mut socket).await,
            (CloseCode::Policy, "too many frames".to_owned())
        );
        let (_, health) = server.http("GET", "/control/health", &json!({})).await;
        assert_eq!(health["stats"]["cutOffFor"]["too many frames"], 1);
    });
}

#[test]
fn what_is_no_websocket_frame_is_answered_with_a_close_that_says_why() {
    in_time(async {
        let server = Running::start(&[]).await;
        let mut socket = server.socket().await;
        // Not masked, and of a kind that does not exist.
        let MaybeTlsStream::Plain(stream) = socket.get_mut() else {
            panic!("not plain")
        };
        stream.write_all(&[0x87, 0]).await.unwrap();
        assert_eq!(
            closed_because(&mut socket).await,
            (CloseCode::Protocol, "broken WebSocket".to_owned())
        );
    });
}

#[test]
fn connections_that_say_nothing_are_closed() {
    in_time(async {
        let server = Running::start(&["--handshake-timeout-ms", "200"]).await;
        let mut silent = TcpStream::connect(server.authority()).await.unwrap();
        assert_eq!(silent.read(&mut [0; 100]).await.unwrap(), 0);
        let mut socket = server.socket().await;
        assert_eq!(
            closed_because(&mut socket).await,
            (CloseCode::Policy, "no login in time".to_owned())
        );
    });
}

#[test]
fn a_client_that_does_not_read_is_cut_off() {
    in_time(async {
        let server = Running::start(&["--frame-burst", "4000000"]).await;
        let mut socket = server.socket().await;
        // Answers fill the socket's buffers, then the outbox; then the server gives up and writing fails.
        while socket.send(ping()).await.is_ok() {}
        let (_, health) = server.http("GET", "/control/health", &json!({})).await;
        assert_eq!(health["connections"], 0);
        assert_eq!(health["stats"]["cutOffFor"]["slow reader"], 1);
    });
}

#[test]
fn shutdown_by_control_closes_sockets_and_ends_the_process() {
    in_time(async {
        let server = Running::start(&["--no-token-check"]).await;
        let mut socket = server.socket().await;
        assert_eq!(
            login(&mut socket, app_id(&server), "any")
                .await
                .rsp_head
                .unwrap()
                .code,
            0
        );
        assert_eq!(
            server.http("POST", "/control/shutdown", &json!({})).await.0,
            200
        );
        let Some(Ok(Message::Close(Some(frame)))) = socket.next().await else {
            panic!("not closed")
        };
        assert_eq!(frame.reason.as_str(), "shutting down");
        assert_eq!(server.exit_code().await, Some(0));
    });
}

#[test]
fn the_process_ends_when_its_stdin_does() {
    in_time(async {
        let mut server = Running::start(&[]).await;
        drop(server.child.stdin.take());
        assert_eq!(server.exit_code().await, Some(0));
    });
}
