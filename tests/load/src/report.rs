//! Is all as it should be, and the numbers for people and programs.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use serde::Serialize;

use crate::{
    bad::Kind,
    options::Options,
    server::Usage,
    stats::{Counts, Percentiles, Stats},
};

/// Below this, seconds, memory is not judged: tables and buffers are still filling.
const JUDGED_FROM_S: usize = 60;
/// Growth of memory from the second to the last quarter of the load that is no growth.
const TOLERATED_SHARE: f64 = 0.05;
const TOLERATED_BYTES: f64 = 4.0 * 1024.0 * 1024.0;
const MIB: f64 = 1024.0 * 1024.0;

/// What a run came to.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) command: String,
    pub(crate) machine: String,
    pub(crate) connections: u32,
    pub(crate) rooms: u32,
    pub(crate) seconds: f64,
    pub(crate) churn_per_s: f64,
    pub(crate) counts: Counts,
    pub(crate) delivery: Percentiles,
    pub(crate) answers: Percentiles,
    pub(crate) logins: Percentiles,
    pub(crate) frames_per_s: f64,
    pub(crate) server_cpu_share: Option<f64>,
    /// Memory of the server each second of the load, MiB.
    pub(crate) rss_mib: Vec<f64>,
    pub(crate) memory: String,
    /// Clients cut off by the server, by reason, as it counted them.
    pub(crate) cut_off: BTreeMap<String, u64>,
    /// How bad clients saw their end.
    pub(crate) bad_clients: BTreeMap<String, u64>,
    pub(crate) problems: Vec<String>,
}

/// What the server was seen to use, once a second during the load.
#[derive(Debug, Default)]
pub(crate) struct Samples(pub(crate) Vec<Usage>);

impl Samples {
    /// The server's share of one processor.
    fn cpu_share(&self) -> Option<f64> {
        let (first, last) = (self.0.first()?, self.0.last()?);
        let seconds = self.0.len().checked_sub(1).filter(|n| *n > 0)?;
        Some((last.cpu_s - first.cpu_s) / to_f64(seconds))
    }

    #[allow(clippy::cast_precision_loss)]
    fn mib(&self) -> Vec<f64> {
        let mib = |usage: &Usage| (usage.rss_bytes as f64 / MIB * 10.0).round() / 10.0;
        self.0.iter().map(mib).collect()
    }
}

/// Whether memory grew, in words; an error if it did.
pub(crate) fn judge_memory(mib: &[f64]) -> Result<String, String> {
    if mib.len() < JUDGED_FROM_S {
        return Ok(format!("not judged: {} samples only", mib.len()));
    }
    let quarter = mib.len() / 4;
    let most = |from: usize| {
        let part = mib.iter().skip(from).take(quarter);
        part.copied().fold(0.0, f64::max)
    };
    let (early, late) = (most(quarter), most(mib.len() - quarter));
    let text = format!(
        "{early:.1} MiB at most in the second quarter of the load, {late:.1} MiB in the last"
    );
    if late > early * (1.0 + TOLERATED_SHARE) + TOLERATED_BYTES / MIB {
        Err(format!("the server's memory grew: {text}"))
    } else {
        Ok(text)
    }
}

/// Each kind of bad client that was there must have been cut off, and the server must have counted the reason.
pub(crate) fn judge_bad_clients(
    options: &Options,
    stats: &Stats,
    cut_off: &BTreeMap<String, u64>,
) -> Vec<String> {
    let kinds = Kind::ALL.into_iter().take(options.bad_clients as usize);
    let mut problems = Vec::new();
    for kind in kinds {
        let met = |(name, _): &&(&str, String)| *name == kind.name();
        let attacks: u64 = stats
            .bad_ends
            .iter()
            .filter(|(key, _)| met(key))
            .map(|(_, count)| count)
            .sum();
        if attacks == 0 {
            problems.push(format!("no attack of kind {} came to its end", kind.name()));
        }
        if let Some((_, reason)) = kind.verdict() {
            let counted = cut_off.get(&reason.to_string()).copied().unwrap_or(0);
            if counted < attacks {
                problems.push(format!(
                    "{attacks} attacks of kind {}, and the server cut off {counted} for {reason}",
                    kind.name()
                ));
            }
        }
    }
    problems
}

#[allow(clippy::cast_precision_loss)]
fn to_f64(number: usize) -> f64 {
    number as f64
}

impl Report {
    /// Puts everything together.
    pub(crate) fn new(
        options: &Options,
        stats: &Stats,
        samples: &Samples,
        cut_off: BTreeMap<String, u64>,
        frames_per_s: f64,
        seconds: f64,
    ) -> Self {
        let mut problems = stats.problems();
        problems.extend(judge_bad_clients(options, stats, &cut_off));
        let rss_mib = samples.mib();
        let memory = judge_memory(&rss_mib).unwrap_or_else(|grew| {
            problems.push(grew.clone());
            grew
        });
        Self {
            command: command(options),
            machine: machine(),
            connections: options.connections,
            rooms: options.rooms,
            seconds,
            churn_per_s: options.churn,
            counts: stats.counts.clone(),
            delivery: stats.delivery.percentiles(),
            answers: stats.answers.percentiles(),
            logins: stats.logins.percentiles(),
            frames_per_s,
            server_cpu_share: samples.cpu_share(),
            rss_mib,
            memory,
            cut_off,
            bad_clients: stats
                .bad_ends
                .iter()
                .map(|((kind, end), count)| (format!("{kind}: {end}"), *count))
                .collect(),
            problems,
        }
    }

    /// For people.
    pub(crate) fn markdown(&self) -> String {
        let counts = &self.counts;
        let mut text = format!(
            "# Load on the room server\n\n`{}`\n\n{}\n\n| what | how much |\n|---|---|\n",
            self.command, self.machine
        );
        let mut row = |what: &str, value: String| {
            let _ = writeln!(text, "| {what} | {value} |");
        };
        row(
            "connections, rooms",
            format!("{}, {}", self.connections, self.rooms),
        );
        row("seconds of load", format!("{:.0}", self.seconds));
        row(
            "frames per second, both ways",
            format!("{:.0}", self.frames_per_s),
        );
        row(
            "broadcast, barrage, custom commands",
            format!(
                "{}, {}, {}",
                counts.broadcasts, counts.barrages, counts.custom_commands
            ),
        );
        row(
            "messages that arrived, of these checked off",
            format!("{}, {}", counts.deliveries, counts.checked_off),
        );
        row(
            "streams added, deleted, pushes about them",
            format!(
                "{}, {}, {}",
                counts.streams_added, counts.streams_deleted, counts.stream_pushes
            ),
        );
        row(
            "logins, logouts, connections dropped, sessions resumed",
            format!(
                "{}, {}, {}, {}",
                counts.logins, counts.logouts, counts.drops, counts.resumptions
            ),
        );
        row(
            "server's processor",
            self.server_cpu_share.map_or_else(
                || "not known here".to_owned(),
                |share| format!("{:.0} % of one", share * 100.0),
            ),
        );
        row("server's memory", self.memory.clone());
        text.push_str("\n| time, ms | count | 50 % | 90 % | 99 % | 99.9 % | max |\n|---|---|---|---|---|---|---|\n");
        for (what, times) in [
            ("message to each receiver", &self.delivery),
            ("request to answer", &self.answers),
            ("connecting to being in the room", &self.logins),
        ] {
            let _ = writeln!(
                text,
                "| {what} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
                times.count, times.p50_ms, times.p90_ms, times.p99_ms, times.p999_ms, times.max_ms
            );
        }
        if !self.bad_clients.is_empty() {
            text.push_str("\n| bad client: how it ended | times |\n|---|---|\n");
            for (what, count) in &self.bad_clients {
                let _ = writeln!(text, "| {what} | {count} |");
            }
        }
        text.push_str("\nResult: ");
        if self.problems.is_empty() {
            text.push_str("all as it should be.\n");
        } else {
            text.push_str("NOT as it should be.\n\n");
            for problem in &self.problems {
                let _ = writeln!(text, "- {problem}");
            }
        }
        text
    }

    /// Writes report.md and report.json.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), String> {
        let json = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        for (name, content) in [("report.md", self.markdown()), ("report.json", json)] {
            let path = folder.join(name);
            fs::write(&path, content)
                .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        }
        Ok(())
    }
}

fn command(options: &Options) -> String {
    format!(
        "./build.sh load --connections {} --rooms {} --seconds {} --churn {} --bad-clients {} --interval {} --seed {}",
        options.connections,
        options.rooms,
        options.seconds,
        options.churn,
        options.bad_clients,
        options.interval,
        options.seed
    )
}

/// Processors and memory, and how busy the machine was.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let after_colon = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once(':'));
        value.map_or_else(
            || "unknown".to_owned(),
            |(_, value)| value.trim().to_owned(),
        )
    };
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let load = read("/proc/loadavg");
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
    format!(
        "{} ({processors} processors, client and server share them), memory {}, load average at the end {}",
        after_colon(&read("/proc/cpuinfo"), "model name"),
        after_colon(&read("/proc/meminfo"), "MemTotal"),
        load.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_level_or_falls_is_fine() {
        assert!(judge_memory(&[50.0; 100]).is_ok());
        let falls: Vec<f64> = (0..100).map(|n| 200.0 - f64::from(n)).collect();
        assert!(judge_memory(&falls).is_ok());
    }

    #[test]
    fn memory_that_grows_all_the_time_is_noticed() {
        let grows: Vec<f64> = (0..100).map(|n| 50.0 + f64::from(n)).collect();
        assert!(judge_memory(&grows).unwrap_err().contains("grew"));
    }

    #[test]
    fn memory_that_fills_at_the_beginning_is_fine() {
        let fills: Vec<f64> = (0..200).map(|n| f64::from(n.min(40)) + 50.0).collect();
        assert!(judge_memory(&fills).is_ok());
    }
}
