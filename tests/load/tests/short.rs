//! A short run of the program itself: few clients, all kinds of bad ones, everything checked.

#![allow(
    clippy::unwrap_used,
    reason = "clippy.toml exempts test functions, not their helpers"
)]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The room server beside this package's program; built if this package is tested alone.
fn room_server() -> PathBuf {
    let beside = Path::new(env!("CARGO_BIN_EXE_room-load")).with_file_name("room-server");
    let program = beside.with_extension(std::env::consts::EXE_EXTENSION);
    if !program.exists() {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--locked", "-q", "-p", "room-server"])
            .status();
        assert!(built.unwrap().success());
    }
    program
}

fn load(report: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_room-load"))
        .args(arguments)
        .arg("--report")
        .arg(report)
        .arg("--server")
        .arg(room_server())
        .output()
        .unwrap()
}

#[test]
fn a_few_hundred_clients_are_served_as_they_should_and_bad_ones_are_cut_off() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("load");
    let output = load(
        &folder,
        &[
            "--connections=300",
            "--rooms=30",
            "--seconds=10",
            "--interval=2",
            "--churn=15",
            "--bad-clients=7",
        ],
    );
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
    assert!(text.contains("all as it should be"), "{text}");
    let json = std::fs::read_to_string(folder.join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let count = |name: &str| report["counts"][name].as_u64().unwrap();
    for name in [
        "broadcasts",
        "barrages",
        "custom_commands",
        "streams_added",
        "drops",
        "resumptions",
    ] {
        assert!(count(name) > 0, "no {name}: {text}");
    }
    assert!(count("checked_off") > 1000, "{text}");
    let log = std::fs::read_to_string(folder.join("server.log")).unwrap();
    assert!(log.contains("link cut off: slow reader"), "{log}");
}

#[test]
fn a_server_that_cannot_be_started_is_told_in_a_sentence() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-load");
    let output = Command::new(env!("CARGO_BIN_EXE_room-load"))
        .args([
            "--connections=2",
            "--server=/nowhere/room-server",
            "--report",
        ])
        .arg(folder)
        .output()
        .unwrap();
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("cannot start /nowhere/room-server"),
        "{errors}"
    );
}
