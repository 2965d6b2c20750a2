//! One WebSocket: messages in, frames out, until either side ends it.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use room_server::{CloseReason, ConnId, Input};
use tungstenite::error::ProtocolError;

use crate::driver::{Handle, Line, Outbox};

/// How long a client may take to receive what is left and the reason for the end.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves a socket until it is closed.
pub(crate) async fn serve(socket: WebSocket, driver: Handle) {
    let Some(Line {
        conn,
        mut outbox,
        cut,
    }) = driver.open().await
    else {
        return;
    };
    let (mut sink, mut stream) = socket.split();
    // Reading goes on while a write is stuck, so that a client that only writes is noticed by its queue.
    let why = tokio::select! {
        biased;
        why = cut => why.ok(),
        () = read(conn, &mut stream, &driver) => None,
        () = write(&mut sink, &mut outbox) => None,
    };
    match why {
        None => driver.input(Input::Closed { conn }).await,
        Some(CloseReason::Dropped) => {}
        Some(reason) => {
            let farewell = async {
                // A slow reader would not read the rest either.
                if reason != CloseReason::SlowReader {
                    write(&mut sink, &mut outbox).await;
                }
                say_why(&mut sink, reason).await;
                // Closing a socket with unread messages in it would tear the reason away from the client.
                while let Some(Ok(_)) = stream.next().await {}
            };
            let _ = tokio::time::timeout(FAREWELL, farewell).await;
        }
    }
}

async fn read(
    conn: ConnId,
    stream: &mut (impl Stream<Item = Result<Message, axum::Error>> + Unpin),
    driver: &Handle,
) {
    while let Some(message) = stream.next().await {
        match message {
            Ok(Message::Binary(bytes)) => {
                let bytes = bytes.into();
                driver.input(Input::Frame { conn, bytes }).await;
            }
            Ok(Message::Text(_)) => driver.input(Input::Text { conn }).await,
            // The library answers pings itself.
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(Message::Close(_)) => break,
            Err(error) => {
                let Some(reason) = unfit(error) else { break };
                driver.input(Input::Unfit { conn, reason }).await;
                // The driver's word for it comes as a cut.
                return std::future::pending().await;
            }
        }
    }
}

/// What a client did wrong when reading from it failed; `None` if the connection just ended.
fn unfit(error: axum::Error) -> Option<CloseReason> {
    match *error.into_inner().downcast::<tungstenite::Error>().ok()? {
        tungstenite::Error::Capacity(_) => Some(CloseReason::FrameTooLarge),
        tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        tungstenite::Error::Protocol(_) | tungstenite::Error::Utf8(_) => {
            Some(CloseReason::BrokenWebSocket)
        }
        _ => None,
    }
}

async fn write(sink: &mut (impl Sink<Message> + Unpin), outbox: &mut Outbox) {
    while let Some(frame) = outbox.next().await {
        if sink.send(Message::Binary(frame.into())).await.is_err() {
            break;
        }
    }
}

async fn say_why(sink: &mut (impl Sink<Message> + Unpin), reason: CloseReason) {
    let _ = sink
        .send(Message::Close(Some(CloseFrame {
            code: close_code(reason),
            reason: reason.to_string().into(),
        })))
        .await;
}

/// How WebSockets number the reason.
pub(crate) fn close_code(reason: CloseReason) -> u16 {
    match reason {
        CloseReason::TooManyConnections => close_code::AGAIN,
        CloseReason::TextMessage => close_code::UNSUPPORTED,
        CloseReason::FrameTooLarge => close_code::SIZE,
        CloseReason::ProtocolErrors | CloseReason::BrokenWebSocket => close_code::PROTOCOL,
        CloseReason::Flood
        | CloseReason::RefusedTokens
        | CloseReason::SlowReader
        | CloseReason::NoLogin
        | CloseReason::Idle
        | CloseReason::Dropped => close_code::POLICY,
        CloseReason::ShuttingDown => close_code::AWAY,
    }
}
