//! Accepts connections and speaks HTTP on them until they become WebSockets.

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};
use tower_service::Service as _;
use tracing::{debug, warn};

/// Connections that are not WebSockets yet, or are control's. More wait to be accepted.
pub(crate) const MAX_HANDSHAKES: usize = 512;
/// Rest after the system could not give a socket; usually there are too many files open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Accepts until stopped. `patience` is how long a client may take to say what it wants, once connected and between requests.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    let slots = Arc::new(Semaphore::new(MAX_HANDSHAKES));
    loop {
        // Never closed, so there will be a permit.
        let Ok(slot) = slots.clone().acquire_owned().await else {
            return;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.wait_for(|stop| *stop) => return,
        };
        match accepted {
            Ok((socket, peer)) => {
                let connection = handle(socket, peer, router.clone(), patience, stopped.clone());
                tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        debug!(%peer, "connection failed: {error}");
                    }
                    drop(slot);
                });
            }
            Err(error) => {
                warn!("cannot accept a connection: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Ends with the upgrade to a WebSocket, which has a task of its own.
async fn handle(
    socket: TcpStream,
    peer: SocketAddr,
    router: Router,
    patience: Duration,
    mut stopped: watch::Receiver<bool>,
) -> io::Result<()> {
    // Small frames must not wait for each other.
    socket.set_nodelay(true)?;
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().call(request)
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .serve_connection(TokioIo::new(socket), service)
            .with_upgrades()
    );
    let asked_to_stop = async {
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let ended = tokio::select! {
        outcome = connection.as_mut() => Some(outcome),
        () = asked_to_stop => None,
    };
    let outcome = match ended {
        Some(outcome) => outcome,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    outcome.map_err(io::Error::other)
}
