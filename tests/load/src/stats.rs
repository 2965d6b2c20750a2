//! What happened, in numbers.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::Serialize;

/// Problems that are kept as text; more are only counted.
const KEPT_PROBLEMS: usize = 20;
/// Longest latency that is told apart, microseconds.
const LONGEST: u64 = 120_000_000;

/// Everything that is counted during a run.
#[derive(Debug)]
pub(crate) struct Stats {
    pub(crate) counts: Counts,
    /// From sending a message to its arrival at each receiver.
    pub(crate) delivery: Latency,
    /// From a request of the room service to its answer.
    pub(crate) answers: Latency,
    /// From connecting to being in the room.
    pub(crate) logins: Latency,
    problems: Vec<String>,
    problem_count: u64,
    /// How each kind of bad client ended, and how often.
    pub(crate) bad_ends: BTreeMap<(&'static str, String), u64>,
}

/// Plain counters.
#[derive(Debug, Default, Clone, Serialize)]
pub(crate) struct Counts {
    pub(crate) logins: u64,
    pub(crate) resumptions: u64,
    pub(crate) logouts: u64,
    pub(crate) drops: u64,
    pub(crate) broadcasts: u64,
    pub(crate) barrages: u64,
    pub(crate) custom_commands: u64,
    pub(crate) streams_added: u64,
    pub(crate) streams_deleted: u64,
    /// Messages that arrived.
    pub(crate) deliveries: u64,
    /// Of these, those that had to arrive and were checked off.
    pub(crate) checked_off: u64,
    pub(crate) stream_pushes: u64,
    pub(crate) user_pushes: u64,
    pub(crate) heartbeats: u64,
    pub(crate) attacks: u64,
}

impl Counts {
    /// Everything that clients asked for.
    pub(crate) fn actions(&self) -> u64 {
        self.broadcasts
            + self.barrages
            + self.custom_commands
            + self.streams_added
            + self.streams_deleted
    }
}

impl Stats {
    pub(crate) fn new() -> Result<Self, String> {
        Ok(Self {
            counts: Counts::default(),
            delivery: Latency::new()?,
            answers: Latency::new()?,
            logins: Latency::new()?,
            problems: Vec::new(),
            problem_count: 0,
            bad_ends: BTreeMap::new(),
        })
    }

    /// Something was not as it should be.
    pub(crate) fn problem(&mut self, what: String) {
        self.problem_count += 1;
        if self.problems.len() < KEPT_PROBLEMS {
            self.problems.push(what);
        }
    }

    /// A bad client came to its end.
    pub(crate) fn count_bad_end(&mut self, kind: &'static str, end: String) {
        *self.bad_ends.entry((kind, end)).or_default() += 1;
    }

    pub(crate) fn problem_count(&self) -> u64 {
        self.problem_count
    }

    /// The first problems, and how many more there were.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut list = self.problems.clone();
        let more = self.problem_count - list.len() as u64;
        if more > 0 {
            list.push(format!("and {more} more of this kind or another"));
        }
        list
    }
}

/// A distribution of times.
#[derive(Debug)]
pub(crate) struct Latency(Histogram<u64>);

/// Percentiles, milliseconds.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Percentiles {
    pub(crate) count: u64,
    pub(crate) p50_ms: f64,
    pub(crate) p90_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) p999_ms: f64,
    pub(crate) max_ms: f64,
}

impl Latency {
    fn new() -> Result<Self, String> {
        Histogram::new_with_bounds(1, LONGEST, 3)
            .map(Self)
            .map_err(|error| error.to_string())
    }

    pub(crate) fn add(&mut self, micros: u64) {
        self.0.saturating_record(micros.max(1));
    }

    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn percentiles(&self) -> Percentiles {
        let at = |percentile| self.0.value_at_percentile(percentile) as f64 / 1000.0;
        Percentiles {
            count: self.0.len(),
            p50_ms: at(50.0),
            p90_ms: at(90.0),
            p99_ms: at(99.0),
            p999_ms: at(99.9),
            max_ms: self.0.max() as f64 / 1000.0,
        }
    }
}
