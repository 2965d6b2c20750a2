//! What happened, in numbers.

use std::collections::BTreeMap;

/// Counters of one run or, added up, of many.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Stats {
    pub runs: u64,
    /// Inputs given to engines.
    pub inputs: u64,
    pub calls: u64,
    pub events: u64,
    /// Rejected calls by code.
    pub rejections: BTreeMap<u32, u64>,
    /// Faults by kind.
    pub faults: BTreeMap<String, u64>,
    pub virtual_ms: u64,
    /// Longest time from the end of the faults until all was well, with its seed.
    pub recovery: (u64, u64),
}

impl Stats {
    pub fn fault(&mut self, name: &str) {
        *self.faults.entry(name.into()).or_default() += 1;
    }

    pub fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.inputs += other.inputs;
        self.calls += other.calls;
        self.events += other.events;
        self.virtual_ms += other.virtual_ms;
        self.recovery = self.recovery.max(other.recovery);
        for (code, count) in &other.rejections {
            *self.rejections.entry(*code).or_default() += count;
        }
        for (name, count) in &other.faults {
            *self.faults.entry(name.clone()).or_default() += count;
        }
    }
}

impl std::fmt::Display for Stats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{} runs, {:.1} hours of virtual time, {} inputs, {} calls, {} events",
            self.runs,
            self.virtual_ms as f64 / 3_600_000.0,
            self.inputs,
            self.calls,
            self.events
        )?;
        writeln!(
            f,
            "longest recovery {:.1} s (seed {})",
            self.recovery.0 as f64 / 1_000.0,
            self.recovery.1
        )?;
        writeln!(f, "faults:")?;
        for (name, count) in &self.faults {
            writeln!(f, "  {name:<20} {count:>9}")?;
        }
        writeln!(f, "rejected calls by code:")?;
        for (code, count) in &self.rejections {
            writeln!(f, "  {code:<20} {count:>9}")?;
        }
        Ok(())
    }
}
