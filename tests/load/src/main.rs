//! Load on the room server, with checks: see `--help` and `docs/reliability.md`.

#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    reason = "the report is what this program is for"
)]

mod bad;
mod client;
mod ledger;
mod options;
mod report;
mod run;
mod server;
mod session;
mod stats;
mod wire;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    fs,
    process::ExitCode,
    rc::Rc,
    time::Duration,
};

use clap::Parser as _;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use tokio::{
    sync::watch,
    task::LocalSet,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};

use options::Options;
use report::{Report, Samples};
use run::{Phase, Room, Run, room_name};
use server::Server;
use stats::Stats;

/// Open files of this process beside one socket per client.
const SPARE_FILES: u64 = 100;
/// How long clients may take to come in after the last one was started, to settle, and to leave.
const PATIENCE: Duration = Duration::from_secs(90);
/// Time for what is under way at the end of the load.
const REST: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let result = runtime
        .map_err(|error| error.to_string())
        .and_then(|runtime| LocalSet::new().block_on(&runtime, load(options)));
    match result {
        Ok(report) => {
            println!("{}", report.markdown());
            if report.problems.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(problem) => {
            eprintln!("load: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn load(options: Options) -> Result<Report, String> {
    fastrand::seed(options.seed);
    let wanted = u64::from(options.connections + options.bad_clients) + SPARE_FILES;
    let files = rlimit::increase_nofile_limit(wanted).unwrap_or(wanted);
    if files < wanted {
        return Err(format!(
            "{wanted} files have to be open and {files} may (ulimit -n)"
        ));
    }
    fs::create_dir_all(&options.report)
        .map_err(|error| format!("cannot make {}: {error}", options.report.display()))?;
    let places = options.connections + options.bad_clients + 64;
    let log = options.report.join("server.log");
    let server = Server::start(options.server.as_deref(), places, &log).await?;
    let (phase, phases) = watch::channel(Phase::Ramp);
    let rooms = (0..options.rooms).map(|_| Room::default()).collect();
    let run = Rc::new(Run {
        server,
        start: Instant::now(),
        phase: phases,
        rooms: RefCell::new(rooms),
        stats: RefCell::new(Stats::new()?),
        finals: RefCell::default(),
        present: Cell::new(0),
        options,
    });
    let report = drive(&run, &phase).await;
    // Whatever happened, the clients are stopped before the server is.
    phase.send_replace(Phase::Leave);
    let report = report?;
    report.write(&run.options.report)?;
    let problems = report.problems.is_empty();
    match (Rc::try_unwrap(run), problems) {
        (Ok(run), _) => run.server.stop().await?,
        (Err(_), true) => return Err("clients are left".to_owned()),
        (Err(_), false) => {}
    }
    Ok(report)
}

async fn drive(run: &Rc<Run>, phase: &watch::Sender<Phase>) -> Result<Report, String> {
    let bar = ProgressBar::new(run.options.connections.into());
    let style = ProgressStyle::with_template("{prefix:12} [{bar:30}] {pos}/{len} {msg}");
    bar.set_style(style.map_err(|e| e.to_string())?.progress_chars("=> "));
    let mut clients = tokio::task::JoinSet::new();

    bar.set_prefix("coming in");
    let pause = Duration::from_secs_f64(1.0 / f64::from(run.options.ramp));
    let mut next = Instant::now();
    for number in 0..run.options.connections {
        tokio::time::sleep_until(next).await;
        next += pause;
        clients.spawn_local(client::live(run.clone(), number));
        bar.set_position(run.present.get().into());
    }
    for number in 0..run.options.bad_clients {
        clients.spawn_local(bad::live(run.clone(), number));
    }
    let all = run.options.connections;
    until("coming in", &bar, || (run.present.get(), all)).await?;

    phase.send_replace(Phase::Load);
    bar.set_prefix("load");
    bar.set_length(run.options.seconds);
    let (samples, frames_per_s, seconds) = hold(run, &bar).await?;

    bar.set_prefix("checking");
    bar.set_length(all.into());
    phase.send_replace(Phase::Rest);
    sleep(REST).await;
    until("coming back", &bar, || (run.present.get(), all)).await?;
    phase.send_replace(Phase::Settle);
    let settled = || u32::try_from(run.finals.borrow().len()).unwrap_or(0);
    until("settling", &bar, || (settled(), all)).await?;
    compare(run).await?;

    phase.send_replace(Phase::Leave);
    let ended = timeout(PATIENCE, async {
        while clients.join_next().await.is_some() {}
    })
    .await;
    if ended.is_err() {
        run.problem(format!("{} clients did not leave", clients.len()));
    }
    clients.abort_all();
    let health = emptied(run).await?;
    if let Some(left) = left_over(&health) {
        run.problem(left);
    }
    bar.finish_and_clear();
    let cut_off = health.pointer("/stats/cutOffFor").cloned();
    let cut_off = serde_json::from_value(cut_off.unwrap_or_default()).unwrap_or_default();
    let stats = &run.stats.borrow();
    Ok(Report::new(
        &run.options,
        stats,
        &samples,
        cut_off,
        frames_per_s,
        seconds,
    ))
}

/// Waits until as many are there as should be.
async fn until(
    what: &str,
    bar: &ProgressBar,
    count: impl Fn() -> (u32, u32),
) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        let (there, all) = count();
        bar.set_position(there.into());
        if there == all {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err(format!("{what}: {there} of {all} after {PATIENCE:?}"));
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// Holds the load for the wanted time and looks at the server once a second.
async fn hold(run: &Rc<Run>, bar: &ProgressBar) -> Result<(Samples, f64, f64), String> {
    let frames = async || {
        let health = run.server.control("health").await?;
        let count = |name| health.pointer(name).and_then(Value::as_f64).unwrap_or(0.0);
        Ok::<f64, String>(count("/stats/framesIn") + count("/stats/framesOut"))
    };
    let (begun, before) = (Instant::now(), frames().await?);
    let mut samples = Samples::default();
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while begun.elapsed().as_secs() < run.options.seconds {
        ticks.tick().await;
        samples.0.extend(run.server.usage());
        let stats = run.stats.borrow();
        bar.set_position(begun.elapsed().as_secs());
        bar.set_message(format!(
            "s, {} clients, {} actions, {} arrived, {} attacks, {} problems, {} MiB",
            run.present.get(),
            stats.counts.actions(),
            stats.counts.deliveries,
            stats.counts.attacks,
            stats.problem_count(),
            samples.0.last().map_or(0, |usage| usage.rss_bytes >> 20),
        ));
    }
    bar.set_message("");
    let seconds = begun.elapsed().as_secs_f64();
    Ok((samples, (frames().await? - before) / seconds, seconds))
}

/// Does every client know the streams that the server has, and the server every client?
async fn compare(run: &Rc<Run>) -> Result<(), String> {
    let rooms = run.server.control("rooms").await?;
    let list = rooms.get("rooms").and_then(Value::as_array);
    let mut known: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<Vec<u8>>)> = BTreeMap::new();
    for room in list.into_iter().flatten() {
        let ids = |list: &str, id: &str| -> BTreeSet<&str> {
            let items = room.get(list).and_then(Value::as_array);
            let ids = items.into_iter().flatten().filter_map(|item| item.get(id));
            ids.filter_map(Value::as_str).collect()
        };
        let name = room
            .get("roomID")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let streams = ids("streams", "streamID");
        let streams = streams.into_iter().map(|id| id.as_bytes().to_vec());
        known.insert(name, (ids("users", "userID"), streams.collect()));
    }
    for client in run.finals.borrow().iter() {
        let name = room_name(client.room);
        let Some((users, streams)) = known.get(name.as_str()) else {
            run.problem(format!("{name} is not known to the server"));
            continue;
        };
        if !users.contains(client.user.as_str()) {
            run.problem(format!("{} is not in {name} for the server", client.user));
        }
        if client.streams != *streams {
            run.problem(format!("{} knows other streams in {name}", client.user));
        }
    }
    Ok(())
}

/// The state of the server after it noticed that everybody left, or did not for too long.
async fn emptied(run: &Rc<Run>) -> Result<Value, String> {
    let begun = Instant::now();
    loop {
        let health = run.server.control("health").await?;
        if left_over(&health).is_none() || begun.elapsed() > PATIENCE {
            return Ok(health);
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// After everybody left, only bad clients that were cut off may be in rooms, for the grace period.
fn left_over(health: &Value) -> Option<String> {
    let left = health.get("connections").and_then(Value::as_u64);
    (left != Some(0)).then(|| format!("the server has {left:?} connections when everybody left"))
}
