//! One WebSocket to the server, frame by frame.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use prost::Message as _;
use room_server::wire::{
    Frame, FrameType, Packet, cmd,
    pb::{accesshub as hub, switch},
};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

/// The stream of a link that leads to the room service.
pub(crate) const ROOM_STREAM: u32 = 3;
const SERVICE_ROOMS: u32 = 17;
/// Thousands of clients have a buffer each.
const BUFFER: usize = 4 * 1024;

/// Why a socket is no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// The server closed it with a code and a reason.
    Closed(u16, String),
    /// It ended without a word.
    Lost(String),
}

/// Something that came from the server.
#[derive(Debug)]
pub(crate) enum Got {
    /// Anything of the link.
    Link(FrameType),
    /// Something of the room service.
    Room(switch::Header, Vec<u8>),
    /// That was the last.
    End(End),
}

/// A WebSocket.
#[derive(Debug)]
pub(crate) struct Wire {
    socket: WebSocketStream<TcpStream>,
    txid: u64,
    seq: u32,
}

impl Wire {
    /// Connects. `receive_buffer` makes the kernel take less, for a client that will not read.
    pub(crate) async fn connect(
        server: SocketAddr,
        receive_buffer: Option<u32>,
    ) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("cannot connect: {error}");
        let socket = TcpSocket::new_v4().map_err(failed)?;
        if let Some(size) = receive_buffer {
            socket.set_recv_buffer_size(size).map_err(failed)?;
        }
        let stream = socket.connect(server).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let config = WebSocketConfig::default().read_buffer_size(BUFFER);
        let url = format!("ws://{server}/accesshub");
        let (socket, _) = client_async_with_config(url, stream, Some(config))
            .await
            .map_err(|error| format!("no WebSocket: {error}"))?;
        Ok(Self {
            socket,
            txid: 0,
            seq: 0,
        })
    }

    pub(crate) async fn send(&mut self, message: Message) -> Result<(), End> {
        let sent = self.socket.send(message).await;
        sent.map_err(|error| End::Lost(error.to_string()))
    }

    pub(crate) async fn link(
        &mut self,
        kind: FrameType,
        message: &impl prost::Message,
    ) -> Result<(), End> {
        let frame = Frame::encode(kind, 1, message);
        self.send(Message::binary(frame)).await
    }

    pub(crate) async fn ping(&mut self) -> Result<(), End> {
        self.txid += 1;
        let request = hub::HbRequest {
            txid: self.txid,
            ts: 0,
        };
        self.link(FrameType::HBRequest, &request).await
    }

    /// Says who this is, as every client does first.
    pub(crate) async fn hello(&mut self, app_id: u32, user: &str) -> Result<(), End> {
        self.txid += 1;
        let request = hub::GetConfigRequest {
            txid: self.txid,
            appid: app_id,
            id_name: user.to_owned(),
            ..Default::default()
        };
        self.link(FrameType::GetConfigRequest, &request).await
    }

    /// Asks the room service something; returns the number that the answer will have.
    pub(crate) async fn ask(
        &mut self,
        number: u32,
        context_key: u32,
        body: &impl prost::Message,
    ) -> Result<u32, End> {
        self.seq += 1;
        let seq = self.seq;
        self.room(number, seq, context_key, body).await?;
        Ok(seq)
    }

    /// Acknowledges a push.
    pub(crate) async fn acknowledge(&mut self, header: &switch::Header) -> Result<(), End> {
        let (number, key) = (header.cmd + 1, header.context_key);
        self.room(number, header.seq, key, &hub::PcBroken {}).await
    }

    async fn room(
        &mut self,
        number: u32,
        seq: u32,
        context_key: u32,
        body: &impl prost::Message,
    ) -> Result<(), End> {
        self.txid += 1;
        let header = switch::Header {
            cmd: number,
            seq,
            context_key,
            ..Default::default()
        };
        let upward = hub::PcUpwardMessage {
            txid: self.txid,
            service_no: SERVICE_ROOMS,
            ack: number == cmd::LOGIN_ROOM,
            payload: Packet::encode(&header, body),
            ..Default::default()
        };
        let frame = Frame::encode(FrameType::PCUpwardMessage, ROOM_STREAM, &upward);
        self.send(Message::binary(frame)).await
    }

    /// The next thing from the server. May be cancelled.
    pub(crate) async fn next(&mut self) -> Result<Got, String> {
        loop {
            return match self.socket.next().await {
                Some(Ok(Message::Binary(bytes))) => read(&bytes),
                Some(Ok(Message::Close(Some(frame)))) => {
                    let reason = frame.reason.to_string();
                    Ok(Got::End(End::Closed(frame.code.into(), reason)))
                }
                Some(Ok(Message::Close(None))) | None => {
                    Ok(Got::End(End::Lost("closed without a reason".to_owned())))
                }
                Some(Ok(Message::Text(_))) => Err("a text message".to_owned()),
                Some(Ok(_)) => continue,
                Some(Err(error)) => Ok(Got::End(End::Lost(error.to_string()))),
            };
        }
    }

    /// Reads on until the server ends it.
    pub(crate) async fn until_end(&mut self) -> Result<End, String> {
        loop {
            if let Got::End(end) = self.next().await? {
                return Ok(end);
            }
        }
    }
}

fn read(bytes: &[u8]) -> Result<Got, String> {
    let frame = Frame::parse(bytes).map_err(|error| error.to_string())?;
    let kind = FrameType::from_number(frame.kind).ok_or_else(|| format!("type {}", frame.kind))?;
    if kind != FrameType::PCDownwardMessage {
        return Ok(Got::Link(kind));
    }
    let unread =
        |error: &dyn std::fmt::Display| format!("a room message that cannot be read: {error}");
    let message = hub::PcDownwardMessage::decode(frame.payload).map_err(|e| unread(&e))?;
    let packet = Packet::parse(&message.payload).map_err(|e| unread(&e))?;
    Ok(Got::Room(packet.header.clone(), packet.body.to_vec()))
}
