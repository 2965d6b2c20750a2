//! The room server behind a socket: WebSocket for clients and HTTP for control, on one port. Or behind stdin and stdout, for tests
//! that bring a clock of their own.

#![forbid(unsafe_code)]

mod driver;
mod http;
mod listen;
mod options;
mod socket;
mod stepped;

use std::{error::Error, io::Write as _, process::ExitCode, time::Duration};

use clap::Parser as _;
use tokio::{net::TcpListener, sync::watch};
use tracing::{error, info, warn};

use options::{Options, Settings};

/// How long open sockets may take to close when the server stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// Open files beside the clients' sockets.
const SPARE_FILES: u64 = 64 + listen::MAX_HANDSHAKES as u64;

fn main() -> ExitCode {
    let options = Options::parse();
    init_logging(&options);
    match start(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            error!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn start(options: Options) -> Result<(), Box<dyn Error>> {
    let settings = options.into_settings()?;
    if settings.stepped {
        return Ok(stepped::run(
            settings.config,
            std::io::stdin().lock(),
            std::io::stdout().lock(),
        )?);
    }
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(run(settings))
}

async fn run(settings: Settings) -> Result<(), Box<dyn Error>> {
    let Settings {
        host,
        port,
        mut config,
        exit_with_parent,
        stepped: _,
    } = settings;
    let wanted = config.max_connections as u64 + SPARE_FILES;
    match rlimit::increase_nofile_limit(wanted) {
        Ok(files) if files < wanted => {
            warn!("only {files} files may be open, too few for all connections")
        }
        Ok(_) => {}
        Err(error) => warn!("cannot raise the number of open files: {error}"),
    }
    let listener = TcpListener::bind((host.as_str(), port))
        .await
        .map_err(|e| format!("cannot listen on {host}:{port}: {e}"))?;
    let address = listener.local_addr()?;
    if config.hub_hosts.is_empty() {
        config.hub_hosts.push(address.to_string());
    }
    let ready = serde_json::json!({
        "event": "ready",
        "ws": format!("ws://{address}/accesshub"),
        "http": format!("http://{address}"),
        "appID": config.app_id,
        "secret": config.secret.expose(),
    });
    let (stop, stopped) = watch::channel(false);
    let stop_signal = stop.clone();
    tokio::spawn(async move {
        wait_for_signal().await;
        stop_signal.send_replace(true);
    });
    if exit_with_parent {
        watch_stdin(stop.clone());
    }
    let max_frame_bytes = config.max_frame_bytes;
    let patience = Duration::from_millis(config.handshake_timeout_ms);
    let (driver, driving) = driver::start(config, stopped.clone());
    let app = http::App {
        driver,
        stop,
        max_frame_bytes,
    };
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{ready}")?;
    stdout.flush()?;
    drop(stdout);
    info!(%address, "listening");
    let serving = tokio::spawn(listen::serve(
        listener,
        http::router(app),
        patience,
        stopped.clone(),
    ));
    until_stopped(stopped).await;
    info!("stopping");
    let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, async {
        let _ = driving.await;
        let _ = serving.await;
    })
    .await;
    Ok(())
}

/// Resolves when somebody asked the server to stop.
async fn until_stopped(mut stopped: watch::Receiver<bool>) {
    // An error means that nobody is left who could ask, which is as good as being asked.
    let _ = stopped.wait_for(|stop| *stop).await;
}

#[cfg(unix)]
async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Stops the server when stdin ends, which it does when the process that started it dies.
fn watch_stdin(stop: watch::Sender<bool>) {
    // A thread of its own: the runtime would wait for a blocked read when it shuts down.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        stop.send_replace(true);
    });
}

fn init_logging(options: &Options) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(&options.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    if options.log_json {
        builder.json().init()
    } else {
        builder.init()
    }
}
