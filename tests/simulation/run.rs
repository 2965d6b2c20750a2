//! One seed, and many.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::stats::Stats;
use crate::world::{Event, START, World};

/// How often it is checked that calls settle.
const CALL_CHECK_MS: u64 = 5_000;

/// A seed that broke a rule.
#[derive(Debug)]
pub struct Failure {
    pub seed: u64,
    pub what: String,
}

/// Runs one seed.
pub fn run_seed(seed: u64) -> Result<Stats, Failure> {
    let run = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(seed, false);
        play(&mut world, seed);
        (world.violation, world.stats)
    }));
    match run {
        Ok((None, stats)) => Ok(stats),
        Ok((Some(what), _)) => Err(Failure { seed, what }),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
            let what = format!("panic: {}", text.unwrap_or_default());
            Err(Failure { seed, what })
        }
    }
}

/// What happens in a run, line by line.
pub fn trace_seed(seed: u64) -> Vec<String> {
    let mut world = World::new(seed, true);
    let plan = format!("{:?}", world.plan);
    world.note(|| plan);
    let panicked = catch_unwind(AssertUnwindSafe(|| play(&mut world, seed))).is_err();
    if panicked {
        world.note(|| "PANIC".into());
    }
    world.take_trace()
}

fn play(world: &mut World, seed: u64) {
    let first = world.rng.u64(500..5_000);
    world.post_in(first, Event::Fault);
    let end = world.chaos_end();
    while world.now < end && world.violation.is_none() {
        world.run_until(end.min(world.now + CALL_CHECK_MS));
        world.check_calls();
    }
    if world.violation.is_none() {
        world.end_chaos();
        let took = world.recover();
        world.stats.recovery = (took, seed);
    }
    if world.violation.is_none() {
        world.destroy_all();
    }
    world.stats.virtual_ms = world.now - START;
}

/// Which seeds to run, and how.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    pub from: u64,
    pub count: u64,
    pub jobs: usize,
    /// Seeds that may fail before the rest is left out.
    pub failures: usize,
}

/// Runs many seeds. `progress` gets the number of seeds done. The failures come in the order of their seeds.
pub fn run_seeds(batch: Batch, progress: &(dyn Fn(u64) + Sync)) -> (Stats, Vec<Failure>) {
    let end = batch.from + batch.count;
    let (next, done) = (AtomicU64::new(batch.from), AtomicU64::new(0));
    let total = Mutex::new((Stats::default(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..batch.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    let run = run_seed(seed);
                    let mut total = total.lock().unwrap();
                    match run {
                        Ok(stats) => total.0.add(&stats),
                        Err(failure) => {
                            total.1.push(failure);
                            if total.1.len() >= batch.failures {
                                next.store(end, Ordering::Relaxed);
                            }
                        }
                    }
                    drop(total);
                    progress(done.fetch_add(1, Ordering::Relaxed) + 1);
                }
            });
        }
    });
    let (stats, mut failures) = total.into_inner().unwrap();
    failures.sort_by_key(|failure| failure.seed);
    (stats, failures)
}

/// What a developer needs after a failure: the end of the trace and the command that shows all of it.
pub fn explain(failure: &Failure) -> String {
    const LINES: usize = 60;
    let trace = trace_seed(failure.seed);
    let tail = trace.len().saturating_sub(LINES);
    format!(
        "seed {seed} broke a rule: {what}\n\n{tail}\n\nwhole trace: ./build.sh simulate --seed {seed}",
        seed = failure.seed,
        what = failure.what,
        tail = trace[tail..].join("\n")
    )
}
