//! The one task that owns the state machine and gives it inputs and time.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use room_server::{CloseReason, Command, CommandError, Config, ConnId, Input, LogEntry, LogLevel, Output, Reply, Server};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::Instant,
};
use tracing::{debug, info, warn};

/// Inputs that may wait for the state machine before sockets are read no further.
const INPUT_QUEUE: usize = 1024;
/// Frames that may wait for a socket. A client that lets more pile up is a slow reader and is cut off.
const OUTPUT_QUEUE: usize = 512;
/// Wake-up when nothing waits for time.
const IDLE: Duration = Duration::from_secs(3600);

/// Something for the driver to do.
#[derive(Debug)]
pub(crate) enum Event {
    /// A socket was opened; the answer is its name and its queue.
    Open(oneshot::Sender<Line>),
    /// Something happened on a socket.
    Input(Input),
    /// A control command and where to put its reply.
    Control(Command, oneshot::Sender<Result<Reply, CommandError>>),
}

/// The driver's end of nothing but one socket.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) conn: ConnId,
    pub(crate) frames: mpsc::Receiver<Vec<u8>>,
    /// Resolves when the driver wants the socket closed.
    pub(crate) cut: oneshot::Receiver<Cut>,
}

/// Why a socket is closed from this side.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cut {
    /// The state machine says so.
    Rule(CloseReason),
    /// It does not read what it is sent.
    SlowReader,
}

/// Handle to the driver; all clones lead to the same one.
#[derive(Debug, Clone)]
pub(crate) struct Handle(mpsc::Sender<Event>);

impl Handle {
    pub(crate) async fn open(&self) -> Option<Line> {
        let (line, opened) = oneshot::channel();
        self.0.send(Event::Open(line)).await.ok()?;
        opened.await.ok()
    }

    pub(crate) async fn input(&self, input: Input) {
        // Fails only when the server stops, and then nobody cares.
        let _ = self.0.send(Event::Input(input)).await;
    }

    /// The reply to a command; `None` if the server is stopping.
    pub(crate) async fn control(&self, command: Command) -> Option<Result<Reply, CommandError>> {
        let (reply, replied) = oneshot::channel();
        self.0.send(Event::Control(command, reply)).await.ok()?;
        replied.await.ok()
    }
}

/// Starts the driver. It ends after `stopped` turns true.
pub(crate) fn start(config: Config, stopped: watch::Receiver<bool>) -> (Handle, JoinHandle<()>) {
    let (events, inbox) = mpsc::channel(INPUT_QUEUE);
    let driver = Driver { server: Server::new(config), lines: BTreeMap::new(), next: 1 };
    (Handle(events), tokio::spawn(driver.run(inbox, stopped)))
}

struct Driver {
    server: Server,
    lines: BTreeMap<ConnId, Outgoing>,
    next: u64,
}

struct Outgoing {
    frames: mpsc::Sender<Vec<u8>>,
    cut: oneshot::Sender<Cut>,
}

impl Driver {
    async fn run(mut self, mut inbox: mpsc::Receiver<Event>, mut stopped: watch::Receiver<bool>) {
        loop {
            let wait = self.server.next_deadline().map_or(IDLE, |at| Duration::from_millis(at.saturating_sub(now_ms())));
            tokio::select! {
                event = inbox.recv() => match event {
                    Some(event) => self.event(event),
                    None => break,
                },
                () = tokio::time::sleep_until(Instant::now() + wait) => self.server.handle(now_ms(), Input::Tick),
                _ = stopped.wait_for(|stop| *stop) => break,
            }
            self.drain();
        }
        let _ = self.server.control(now_ms(), Command::Shutdown);
        self.drain();
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Open(opened) => {
                let conn = ConnId(self.next);
                self.next += 1;
                let (frames, queue) = mpsc::channel(OUTPUT_QUEUE);
                let (cut, cut_off) = oneshot::channel();
                if opened.send(Line { conn, frames: queue, cut: cut_off }).is_ok() {
                    self.lines.insert(conn, Outgoing { frames, cut });
                    self.server.handle(now_ms(), Input::Connected { conn });
                }
            }
            Event::Input(input) => {
                if let Input::Closed { conn } = &input {
                    self.lines.remove(conn);
                }
                self.server.handle(now_ms(), input);
            }
            Event::Control(command, reply) => {
                // A caller that went away does not need the reply.
                let _ = reply.send(self.server.control(now_ms(), command));
            }
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.server.poll() {
            match output {
                Output::Send { conn, bytes } => self.send(conn, bytes),
                Output::Close { conn, reason } => self.cut(conn, Cut::Rule(reason)),
                Output::ControlReply(_) => {}
                Output::Log(entry) => log(&entry),
            }
        }
    }

    fn send(&mut self, conn: ConnId, bytes: Vec<u8>) {
        let Some(line) = self.lines.get(&conn) else { return };
        if line.frames.try_send(bytes).is_err() {
            warn!(%conn, "slow reader cut off");
            self.cut(conn, Cut::SlowReader);
            self.server.handle(now_ms(), Input::Closed { conn });
        }
    }

    fn cut(&mut self, conn: ConnId, why: Cut) {
        if let Some(line) = self.lines.remove(&conn) {
            let _ = line.cut.send(why);
        }
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn log(entry: &LogEntry) {
    let conn = entry.conn.map(|conn| conn.0);
    match entry.level {
        LogLevel::Debug => debug!(conn, "{}", entry.message),
        LogLevel::Info => info!(conn, "{}", entry.message),
        LogLevel::Warn => warn!(conn, "{}", entry.message),
    }
}
