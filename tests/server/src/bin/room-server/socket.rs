//! One WebSocket: messages in, frames out, until either side ends it.

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use room_server::{CloseReason, Input};

use crate::driver::{Cut, Handle, Line};

/// Serves a socket until it is closed.
pub(crate) async fn serve(socket: WebSocket, driver: Handle) {
    let Some(Line { conn, frames, cut }) = driver.open().await else { return };
    let mut session = Session { socket, frames, cut };
    loop {
        match session.next().await {
            Step::Received(Message::Binary(bytes)) => driver.input(Input::Frame { conn, bytes: bytes.into() }).await,
            Step::Received(Message::Text(_)) => driver.input(Input::Text { conn }).await,
            // The library answers pings itself.
            Step::Received(Message::Ping(_) | Message::Pong(_)) => {}
            Step::Received(Message::Close(_)) | Step::Gone => return driver.input(Input::Closed { conn }).await,
            Step::Cut(why) => return session.finish(why).await,
        }
    }
}

enum Step {
    Received(Message),
    Gone,
    Cut(Cut),
}

struct Session {
    socket: WebSocket,
    frames: tokio::sync::mpsc::Receiver<Vec<u8>>,
    cut: tokio::sync::oneshot::Receiver<Cut>,
}

impl Session {
    /// Writes what there is to write until something else happens.
    async fn next(&mut self) -> Step {
        loop {
            tokio::select! {
                biased;
                why = &mut self.cut => return why.map_or(Step::Gone, Step::Cut),
                frame = self.frames.recv() => {
                    let Some(frame) = frame else { return Step::Gone };
                    // A client that does not read blocks the write, so being cut off has to end it.
                    tokio::select! {
                        sent = self.socket.send(Message::Binary(frame.into())) => if sent.is_err() { return Step::Gone },
                        why = &mut self.cut => return why.map_or(Step::Gone, Step::Cut),
                    }
                }
                message = self.socket.recv() => return match message {
                    Some(Ok(message)) => Step::Received(message),
                    Some(Err(_)) | None => Step::Gone,
                },
            }
        }
    }

    /// Says why and closes; a dropped or slow socket is closed without a word.
    async fn finish(mut self, why: Cut) {
        let Cut::Rule(reason) = why else { return };
        let code = match reason {
            CloseReason::Dropped => return,
            CloseReason::TooManyConnections => close_code::AGAIN,
            CloseReason::TextMessage => close_code::UNSUPPORTED,
            CloseReason::FrameTooLarge => close_code::SIZE,
            CloseReason::ProtocolErrors => close_code::PROTOCOL,
            CloseReason::Idle => close_code::POLICY,
            CloseReason::ShuttingDown => close_code::AWAY,
        };
        while let Ok(frame) = self.frames.try_recv() {
            if self.socket.send(Message::Binary(frame.into())).await.is_err() {
                return;
            }
        }
        let _ = self.socket.send(Message::Close(Some(CloseFrame { code, reason: reason.to_string().into() }))).await;
    }
}
