//! The one task that owns the state machine and gives it inputs and time.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use room_server::{
    CloseReason, Command, CommandError, Config, ConnId, Input, LogEntry, LogLevel, Output, Reply,
    Server,
};
use tokio::{
    sync::{
        mpsc::{self, error::TrySendError},
        oneshot, watch,
    },
    task::JoinHandle,
    time::Instant,
};
use tracing::{debug, info, warn};

/// Inputs that may wait for the state machine before sockets are read no further.
const INPUT_QUEUE: usize = 1024;
/// Inputs taken before what they lead to is sent.
const BATCH: usize = 64;
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

/// One socket's end of the driver.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) conn: ConnId,
    pub(crate) outbox: Outbox,
    /// Resolves when the driver wants the socket closed.
    pub(crate) cut: oneshot::Receiver<CloseReason>,
}

/// Frames that wait for a socket.
#[derive(Debug)]
pub(crate) struct Outbox {
    frames: mpsc::Receiver<Vec<u8>>,
    bytes: Arc<AtomicUsize>,
}

impl Outbox {
    /// The next frame; `None` when no more will come.
    pub(crate) async fn next(&mut self) -> Option<Vec<u8>> {
        let frame = self.frames.recv().await?;
        self.bytes.fetch_sub(frame.len(), Ordering::Relaxed);
        Some(frame)
    }
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
    let driver = Driver {
        server: Server::new(config),
        lines: BTreeMap::new(),
        next: 1,
    };
    (Handle(events), tokio::spawn(driver.run(inbox, stopped)))
}

struct Driver {
    server: Server,
    lines: BTreeMap<ConnId, Outgoing>,
    next: u64,
}

struct Outgoing {
    frames: mpsc::Sender<Vec<u8>>,
    /// How many wait in `frames`.
    bytes: Arc<AtomicUsize>,
    cut: oneshot::Sender<CloseReason>,
}

impl Driver {
    async fn run(mut self, mut inbox: mpsc::Receiver<Event>, mut stopped: watch::Receiver<bool>) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let wait = self.server.next_deadline().map_or(IDLE, |at| {
                Duration::from_millis(at.saturating_sub(now_ms()))
            });
            tokio::select! {
                count = inbox.recv_many(&mut batch, BATCH) => if count == 0 { break },
                () = tokio::time::sleep_until(Instant::now() + wait) => self.server.handle(now_ms(), Input::Tick),
                _ = stopped.wait_for(|stop| *stop) => break,
            }
            for event in batch.drain(..) {
                self.event(event);
                self.drain();
            }
            self.drain();
        }
        let _ = self.server.control(now_ms(), Command::Shutdown);
        self.drain();
        // Sockets that say goodbye still hold a handle; the last one to go ends the driver.
        while inbox.recv().await.is_some() {}
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Open(opened) => {
                let conn = ConnId(self.next);
                self.next += 1;
                let (frames, waiting) = mpsc::channel(self.server.config().outbox_frames.max(1));
                let bytes = Arc::new(AtomicUsize::new(0));
                let (cut, cut_off) = oneshot::channel();
                let line = Line {
                    conn,
                    outbox: Outbox {
                        frames: waiting,
                        bytes: bytes.clone(),
                    },
                    cut: cut_off,
                };
                if opened.send(line).is_ok() {
                    self.lines.insert(conn, Outgoing { frames, bytes, cut });
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
                Output::Close { conn, reason } => self.cut(conn, reason),
                Output::ControlReply(_) => {}
                Output::Log(entry) => log(&entry),
            }
        }
    }

    fn send(&mut self, conn: ConnId, frame: Vec<u8>) {
        let Some(line) = self.lines.get(&conn) else {
            return;
        };
        let size = frame.len();
        let waiting = line.bytes.fetch_add(size, Ordering::Relaxed);
        let fits = waiting + size <= self.server.config().outbox_bytes;
        let is_full = match line.frames.try_send(frame) {
            Ok(()) => !fits,
            Err(TrySendError::Full(_)) => true,
            // The socket is gone; its end is on the way here.
            Err(TrySendError::Closed(_)) => false,
        };
        if is_full {
            let reason = CloseReason::SlowReader;
            self.server.handle(now_ms(), Input::Unfit { conn, reason });
        }
    }

    fn cut(&mut self, conn: ConnId, why: CloseReason) {
        if let Some(line) = self.lines.remove(&conn) {
            // Fails only if the socket is gone already.
            let _ = line.cut.send(why);
        }
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn log(entry: &LogEntry) {
    let conn = entry.conn.map(|conn| conn.0);
    match entry.level {
        LogLevel::Debug => debug!(conn, "{}", entry.message),
        LogLevel::Info => info!(conn, "{}", entry.message),
        LogLevel::Warn => warn!(conn, "{}", entry.message),
    }
}
