//! Long simulations, and the trace of one seed. `./build.sh simulate` runs it.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss
)]

mod calm;
mod device;
mod faults;
mod model;
mod network;
mod page;
mod plan;
mod run;
mod stats;
mod transport;
mod user;
mod world;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Instant;

use run::Batch;

const USAGE: &str = "usage: ./build.sh simulate [--seeds N] [--from N] [--jobs N] [--failures N]
       ./build.sh simulate --seed N     print the trace of one seed";
const BAR: u64 = 40;

struct Options {
    batch: Batch,
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let options = match parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(why) => {
            eprintln!("{why}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    // The message of a panic is part of the failure that is reported.
    std::panic::set_hook(Box::new(|_| {}));
    if let Some(seed) = options.seed {
        println!("{}", run::trace_seed(seed).join("\n"));
        return ExitCode::SUCCESS;
    }
    let begin = Instant::now();
    let is_terminal = std::io::stderr().is_terminal();
    let step = (options.batch.count / 100).max(1);
    let progress = |done: u64| {
        if done.is_multiple_of(step) || done == options.batch.count {
            show(done, options.batch.count, begin, is_terminal);
        }
    };
    let (stats, failures) = run::run_seeds(options.batch, &progress);
    let Some(first) = failures.first() else {
        let seconds = begin.elapsed().as_secs_f64();
        println!("{stats}no rule was broken; {seconds:.0} s");
        return ExitCode::SUCCESS;
    };
    println!("\n{}\n", run::explain(first));
    for failure in &failures {
        println!("seed {}: {}", failure.seed, failure.what);
    }
    ExitCode::FAILURE
}

fn parse(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
    let batch = Batch {
        from: 1,
        count: 10_000,
        jobs: 2,
        failures: 1,
    };
    let mut options = Options { batch, seed: None };
    while let Some(name) = args.next() {
        let value = args
            .next()
            .ok_or_else(|| format!("{name} needs a number"))?;
        let value: u64 = value
            .parse()
            .map_err(|_| format!("{value} is not a number"))?;
        match name.as_str() {
            "--seeds" => options.batch.count = value,
            "--from" => options.batch.from = value,
            "--jobs" => options.batch.jobs = value as usize,
            "--failures" => options.batch.failures = value as usize,
            "--seed" => options.seed = Some(value),
            _ => return Err(format!("unknown argument {name}")),
        }
    }
    Ok(options)
}

fn show(done: u64, of: u64, begin: Instant, is_terminal: bool) {
    let filled = (done * BAR / of.max(1)) as usize;
    let left = begin.elapsed().as_secs_f64() / done as f64 * (of - done) as f64;
    let bar = format!(
        "[{}{}] {done}/{of}, {left:.0} s left",
        "#".repeat(filled),
        ".".repeat(BAR as usize - filled)
    );
    if is_terminal {
        eprint!("\r{bar}   {}", if done == of { "\n" } else { "" });
    } else if done.is_multiple_of((of / 10).max(1)) {
        eprintln!("{bar}");
    }
}
