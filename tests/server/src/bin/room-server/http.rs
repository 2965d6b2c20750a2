//! The port's routes: the WebSocket for clients, and control for loopback peers.

use std::net::SocketAddr;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{ConnectInfo, Query, Request, State, WebSocketUpgrade},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use room_server::{Command, CommandError, command::StreamTarget};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use tokio::sync::watch;
use tower_http::cors::CorsLayer;

use crate::{driver::Handle, socket};

/// Bytes read at once from a client. Requests are smaller, and thousands of clients have a buffer each.
const READ_BUFFER: usize = 4 * 1024;

/// What the routes work on.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) driver: Handle,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) max_frame_bytes: usize,
}

/// All routes.
pub(crate) fn router(app: App) -> Router {
    let control = Router::new()
        .route(
            "/health",
            get(|State(app): State<App>| async move { run(&app, Command::Health).await }),
        )
        .route(
            "/rooms",
            get(|State(app): State<App>| async move { run(&app, Command::Rooms).await }),
        )
        .route("/frames", get(frames))
        .route("/publishable", get(publishable))
        .route("/token", command(Command::IssueToken))
        .route("/kick", command(Command::Kick))
        .route("/drop", command(Command::Drop))
        .route("/break-pc", command(Command::BreakPc))
        .route("/close-connection", command(Command::CloseConnection))
        .route("/redirect", command(Command::Redirect))
        .route(
            "/answers",
            command(Command::AddAnswerRule).delete(clear_answers),
        )
        .route("/forget-session", command(Command::ForgetSession))
        .route("/garbage", command(Command::Garbage))
        .route("/skip-sequence", command(Command::SkipSequence))
        .route("/media-hosts", command(Command::SetMediaHosts))
        .route("/media-event", command(Command::MediaEvent))
        .route("/shutdown", post(shutdown))
        .layer(middleware::from_fn(loopback_only))
        .layer(CorsLayer::permissive());
    Router::new()
        .route("/accesshub", get(accesshub))
        .nest("/control", control)
        .with_state(app)
}

async fn accesshub(State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    // The state machine refuses what is too large with a reason; the library's bound only keeps memory in check.
    let bound = app.max_frame_bytes.saturating_mul(2);
    upgrade
        .read_buffer_size(READ_BUFFER)
        .max_message_size(bound)
        .max_frame_size(bound)
        .on_upgrade(move |socket| socket::serve(socket, app.driver))
}

async fn loopback_only(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    if peer.ip().to_canonical().is_loopback() {
        next.run(request).await
    } else {
        (
            StatusCode::FORBIDDEN,
            Json(json!({"error": "control is served to this machine only"})),
        )
            .into_response()
    }
}

/// A POST whose JSON body is the command's parameters, whatever content type it claims to have.
fn command<T: DeserializeOwned + Send + 'static>(make: fn(T) -> Command) -> MethodRouter<App> {
    post(move |State(app): State<App>, body: Bytes| async move {
        match serde_json::from_slice(&body) {
            Ok(parameters) => run(&app, make(parameters)).await,
            Err(error) => bad_request(&error.to_string()),
        }
    })
}

async fn run(app: &App, command: Command) -> Response {
    match app.driver.control(command).await {
        Some(Ok(reply)) => Json(reply).into_response(),
        Some(Err(error @ CommandError::NotFound(_))) => (
            StatusCode::NOT_FOUND,
            Json(json!({"error": error.to_string()})),
        )
            .into_response(),
        Some(Err(CommandError::Invalid(problem))) => bad_request(&problem),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({"error": "stopping"})),
        )
            .into_response(),
    }
}

fn bad_request(problem: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": problem}))).into_response()
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: u64,
}

async fn frames(State(app): State<App>, Query(Since { since }): Query<Since>) -> Response {
    run(&app, Command::Frames { since }).await
}

async fn publishable(State(app): State<App>, Query(target): Query<StreamTarget>) -> Response {
    run(&app, Command::Publishable(target)).await
}

async fn clear_answers(State(app): State<App>) -> Response {
    run(&app, Command::ClearAnswerRules).await
}

async fn shutdown(State(app): State<App>) -> Response {
    app.stop.send_replace(true);
    Json(json!({"affected": 1})).into_response()
}
