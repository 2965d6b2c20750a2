//! The room server in a process of its own: its start, its control, its memory.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
};

use room_server::{
    config::Secret,
    token::{self, Claims},
};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    process::{Child, Command},
};

/// How long a client may take to ask for its WebSocket and to say something on it; silent ones are cut off.
pub(crate) const HANDSHAKE_TIMEOUT_MS: u32 = 15_000;
/// Lifetime of tokens, longer than any run.
const TOKEN_SECONDS: i64 = 7 * 86_400;
/// The kernel counts processor time in hundredths of a second on every Linux that there is.
const TICKS_PER_S: f64 = 100.0;

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) app_id: u32,
    secret: Secret,
    started_s: i64,
}

/// Memory and processor time of a process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Usage {
    pub(crate) rss_bytes: u64,
    pub(crate) cpu_s: f64,
}

impl Server {
    /// Starts the server with room for so many clients. What it logs goes into a file.
    pub(crate) async fn start(
        program: Option<&Path>,
        max_connections: u32,
        log: &Path,
    ) -> Result<Self, String> {
        let program = program.map_or_else(beside_this, |given| Ok(given.to_owned()))?;
        let log = File::create(log).map_err(|e| format!("cannot write {}: {e}", log.display()))?;
        let mut child = Command::new(&program)
            .args(["--exit-with-parent", "--log", "warn"])
            .args(["--max-connections", &max_connections.to_string()])
            .args(["--handshake-timeout-ms", &HANDSHAKE_TIMEOUT_MS.to_string()])
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| format!("cannot start {}: {e}", program.display()))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            let read = BufReader::new(stdout).read_line(&mut line).await;
            read.map_err(|e| format!("the room server says nothing: {e}"))?;
        }
        let ready: Value = serde_json::from_str(&line)
            .map_err(|e| format!("the room server is not ready: {e}"))?;
        let text = |name: &str| ready.get(name).and_then(Value::as_str).unwrap_or_default();
        let address = text("http").trim_start_matches("http://").parse();
        let app_id = ready.get("appID").and_then(Value::as_u64).unwrap_or(0);
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Ok(Self {
            child,
            address: address.map_err(|e| format!("the room server's address: {e}"))?,
            app_id: u32::try_from(app_id).unwrap_or(0),
            secret: Secret::new(text("secret")).map_err(|e| e.to_string())?,
            started_s: now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(0)),
        })
    }

    /// A token as an application's own backend would issue it.
    pub(crate) fn token(&self, user: &str) -> String {
        let claims = Claims {
            app_id: self.app_id.into(),
            user_id: user.to_owned(),
            nonce: 1,
            ctime: self.started_s,
            expire: self.started_s + TOKEN_SECONDS,
            payload: String::new(),
        };
        let iv = fastrand::u128(..).to_be_bytes();
        token::issue(Default::default(), &self.secret, &claims, iv).unwrap_or_default()
    }

    /// What a control endpoint answers.
    pub(crate) async fn control(&self, path: &str) -> Result<Value, String> {
        let failed = |error: std::io::Error| format!("control does not answer: {error}");
        let mut stream = TcpStream::connect(self.address).await.map_err(failed)?;
        let request = format!(
            "GET /control/{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).await.map_err(failed)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.map_err(failed)?;
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        serde_json::from_str(body).map_err(|e| format!("control answers {body:?}: {e}"))
    }

    /// Memory and processor time now; `None` where there is no /proc.
    pub(crate) fn usage(&self) -> Option<Usage> {
        let folder = PathBuf::from(format!("/proc/{}", self.child.id()?));
        let status = fs::read_to_string(folder.join("status")).ok()?;
        let rss = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kilobytes: u64 = rss.split_whitespace().next()?.parse().ok()?;
        let stat = fs::read_to_string(folder.join("stat")).ok()?;
        // The name may hold spaces; the fields after it do not.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
        Some(Usage {
            rss_bytes: kilobytes * 1024,
            cpu_s: (ticks(11)? + ticks(12)?) / TICKS_PER_S,
        })
    }

    /// Ends the server as its parent's end would; says how it went.
    pub(crate) async fn stop(mut self) -> Result<(), String> {
        drop(self.child.stdin.take());
        match self.child.wait().await {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("the room server ended with {status}")),
            Err(error) => Err(format!("the room server did not end: {error}")),
        }
    }
}

fn beside_this() -> Result<PathBuf, String> {
    let this = std::env::current_exe().map_err(|e| e.to_string())?;
    let program = this.with_file_name(format!("room-server{}", std::env::consts::EXE_SUFFIX));
    if program.exists() {
        Ok(program)
    } else {
        Err(format!(
            "{} is missing; build it with: cargo build -p room-server",
            program.display()
        ))
    }
}
