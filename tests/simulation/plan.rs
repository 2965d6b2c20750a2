//! What a seed decides beforehand: how many devices, for how long things go wrong, and which things.

use fastrand::Rng;

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A connection ends and both ends notice.
    Cut,
    /// Nothing gets through any more and no end notices.
    HalfOpen,
    /// The server ends a connection and the device does not notice.
    ServerSideClose,
    /// The device loses a connection and the server does not notice.
    ClientSideClose,
    /// New connections are refused for a while.
    Refused,
    /// New connections neither open nor fail for a while.
    Hanging,
    /// Everything on one connection is late for a while.
    DelaySpike,
    /// A device reads nothing for a while; its timers go on.
    SlowConsumer,
    /// A device does nothing at all for a while, timers included.
    Sleep,
    /// The wall clock of a device is set.
    WallClockJump,
    /// The monotonic clock of a device leaps forward.
    MonotonicClockJump,
    /// The host says that there is no network, later that there is.
    Offline,
    /// An application is killed and started again.
    AppRestart,
    /// The server ends and another one that knows nothing takes its place.
    ServerRestart,
    /// Answers to some request come late.
    LateAnswers,
    /// Answers to some request do not come.
    MissingAnswers,
    /// Some request is refused.
    Refusals,
    /// The service reports its room part as broken.
    BrokenPc,
    /// The service sends a device to another address.
    Redirect,
    /// The service asks a device to leave the connection.
    CloseConnection,
    /// The service forgets the sessions of a user.
    ForgottenSession,
    /// The service removes a user.
    Kick,
    /// A sequence grows without anybody being told.
    SkippedSequence,
    /// Bytes that mean nothing arrive.
    Garbage,
    /// The component of a device loses what it pushes or plays.
    MediaLost,
}

/// All of them.
pub const FAULTS: [Fault; 25] = [
    Fault::Cut,
    Fault::HalfOpen,
    Fault::ServerSideClose,
    Fault::ClientSideClose,
    Fault::Refused,
    Fault::Hanging,
    Fault::DelaySpike,
    Fault::SlowConsumer,
    Fault::Sleep,
    Fault::WallClockJump,
    Fault::MonotonicClockJump,
    Fault::Offline,
    Fault::AppRestart,
    Fault::ServerRestart,
    Fault::LateAnswers,
    Fault::MissingAnswers,
    Fault::Refusals,
    Fault::BrokenPc,
    Fault::Redirect,
    Fault::CloseConnection,
    Fault::ForgottenSession,
    Fault::Kick,
    Fault::SkippedSequence,
    Fault::Garbage,
    Fault::MediaLost,
];

/// See the [module](self). Each run has some of the faults only, so that the rarer ones also happen undisturbed.
#[derive(Debug)]
pub struct Plan {
    pub devices: usize,
    pub rooms: usize,
    /// Lifetime of tokens in seconds; `None` for long.
    pub token_s: Option<i64>,
    /// Whether the applications decide about retries.
    pub policies: bool,
    /// Whether applications are in a second room as well, now and then.
    pub multi_room: bool,
    /// How long faults happen.
    pub chaos_ms: u64,
    pub faults: Vec<Fault>,
    /// Longest time between two faults.
    pub fault_gap_ms: u64,
    /// Longest time between two things that a user does.
    pub user_gap_ms: u64,
    pub latency_ms: u64,
    pub jitter_ms: u64,
    /// Frames cut short, of a thousand.
    pub truncated: u32,
    /// Frames sent twice, of a thousand.
    pub duplicated: u32,
    pub server: room_server::Config,
}

impl Plan {
    pub fn new(rng: &mut Rng) -> Self {
        let share = rng.u32(1..=8);
        let mut faults: Vec<Fault> = FAULTS
            .into_iter()
            .filter(|_| rng.u32(0..8) < share)
            .collect();
        if faults.is_empty() {
            faults.push(FAULTS[rng.usize(..FAULTS.len())]);
        }
        let rare = |rng: &mut Rng, of: u32| if rng.bool() { 0 } else { rng.u32(1..=of) };
        let server = room_server::Config {
            seed: rng.u64(..),
            token_control: rng.u32(..4) == 0,
            barrage_window_ms: if rng.bool() { 0 } else { 1_000 },
            userlist_interval_ms: if rng.bool() { 0 } else { 2_000 },
            userlist_merge_timeout_ms: if rng.bool() { 0 } else { 500 },
            room_heartbeat_interval_ms: rng.u32(3..=15) * 1_000,
            user_page: rng.usize(1..=4),
            controls: if rng.bool() {
                String::new()
            } else {
                "ctl".into()
            },
            grace_ms: rng.choice([5_000, 20_000, 95_000]).unwrap_or(20_000),
            hub_hosts: vec!["hub-3.test".into(), "hub-4.test".into()],
            ..Default::default()
        };
        Self {
            devices: rng.usize(2..=4),
            rooms: rng.usize(1..=2),
            token_s: (rng.u32(..4) == 0).then(|| rng.i64(35..150)),
            multi_room: rng.u32(..5) == 0,
            policies: rng.u32(..4) == 0,
            // Now and then long enough for the service to forget everybody, and for rooms to be given up.
            chaos_ms: match rng.u32(..12) {
                0 => rng.u64(120_000..=400_000),
                _ => rng.u64(15_000..=90_000),
            },
            faults,
            fault_gap_ms: rng.u64(1_000..=15_000),
            user_gap_ms: rng.u64(500..=10_000),
            latency_ms: rng.u64(1..=60),
            jitter_ms: rng.u64(1..=200),
            truncated: rare(rng, 40),
            duplicated: rare(rng, 40),
            server,
        }
    }
}
