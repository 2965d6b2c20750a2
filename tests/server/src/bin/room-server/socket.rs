//! One WebSocket: messages in, frames out, until either side ends it.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use room_server::{CloseReason, ConnId, Input};
use tokio::sync::mpsc;

use crate::driver::{Cut, Handle, Line};

/// How long a client may take to receive what is left and the reason for the end.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves a socket until it is closed.
pub(crate) async fn serve(socket: WebSocket, driver: Handle) {
    let Some(Line {
        conn,
        mut frames,
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
        () = write(&mut sink, &mut frames) => None,
    };
    match why {
        None => driver.input(Input::Closed { conn }).await,
        Some(Cut::SlowReader | Cut::Rule(CloseReason::Dropped)) => {}
        Some(Cut::Rule(reason)) => {
            let _ = tokio::time::timeout(FAREWELL, farewell(&mut sink, &mut frames, reason)).await;
        }
    }
}

async fn read(
    conn: ConnId,
    stream: &mut (impl Stream<Item = Result<Message, axum::Error>> + Unpin),
    driver: &Handle,
) {
    while let Some(Ok(message)) = stream.next().await {
        match message {
            Message::Binary(bytes) => {
                driver
                    .input(Input::Frame {
                        conn,
                        bytes: bytes.into(),
                    })
                    .await
            }
            Message::Text(_) => driver.input(Input::Text { conn }).await,
            // The library answers pings itself.
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Close(_) => break,
        }
    }
}

async fn write(sink: &mut (impl Sink<Message> + Unpin), frames: &mut mpsc::Receiver<Vec<u8>>) {
    while let Some(frame) = frames.recv().await {
        if sink.send(Message::Binary(frame.into())).await.is_err() {
            break;
        }
    }
}

async fn farewell(
    sink: &mut (impl Sink<Message> + Unpin),
    frames: &mut mpsc::Receiver<Vec<u8>>,
    reason: CloseReason,
) {
    write(sink, frames).await;
    let code = match reason {
        CloseReason::TooManyConnections => close_code::AGAIN,
        CloseReason::TextMessage => close_code::UNSUPPORTED,
        CloseReason::FrameTooLarge => close_code::SIZE,
        CloseReason::ProtocolErrors => close_code::PROTOCOL,
        CloseReason::Idle | CloseReason::Dropped => close_code::POLICY,
        CloseReason::ShuttingDown => close_code::AWAY,
    };
    let _ = sink
        .send(Message::Close(Some(CloseFrame {
            code,
            reason: reason.to_string().into(),
        })))
        .await;
}
