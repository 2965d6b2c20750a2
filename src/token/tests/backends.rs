//! The example backends in `docs/backend/` against the vectors, each where its language is installed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
};

use serde_json::Value;

const VECTORS: &str = include_str!("fixtures/token04_vectors.json");

fn backend(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/backend")
        .join(language)
}

/// Whether `program` can be started; says so loudly when not.
fn is_installed(program: &str, version: &str, test: &str) -> bool {
    let installed = Command::new(program)
        .arg(version)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    if !installed {
        eprintln!("SKIPPED {test}: {program} is not installed");
    }
    installed
}

/// Runs to the end and returns what was printed.
fn run(command: &mut Command, input: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {printed}");
    printed
}

/// The GCM vectors, one a line, for a language without JSON in its library.
fn lines() -> String {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let gcm = vectors["encode_vectors"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|vector| vector["variant"] == "GCM");
    gcm.map(|vector| {
        let input = &vector["input"];
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        let names = [
            "app_id",
            "user_id",
            "secret",
            "effective_seconds",
            "payload",
            "ctime",
            "nonce",
            "gcm_nonce_hex",
        ];
        names.map(|name| text(&input[name])).join("\t") + "\t" + &text(&vector["token"]) + "\n"
    })
    .collect()
}

#[test]
fn the_node_backend_makes_every_gcm_vector() {
    if is_installed(
        "node",
        "--version",
        "the_node_backend_makes_every_gcm_vector",
    ) {
        run(
            Command::new("node")
                .arg("--test")
                .arg(backend("node").join("token.test.mjs")),
            "",
        );
    }
}

#[test]
fn the_java_backend_makes_every_gcm_vector() {
    if !is_installed(
        "javac",
        "-version",
        "the_java_backend_makes_every_gcm_vector",
    ) {
        return;
    }
    let classes = env::temp_dir().join(format!("zego-token-java-{}", process::id()));
    let sources =
        ["TokenServer.java", "TokenServerTest.java"].map(|name| backend("java").join(name));
    run(
        Command::new("javac")
            .args(["-encoding", "UTF-8", "-d"])
            .arg(&classes)
            .args(sources),
        "",
    );
    let printed = run(
        Command::new("java")
            .arg("-cp")
            .arg(&classes)
            .arg("TokenServerTest"),
        &lines(),
    );
    fs::remove_dir_all(classes).unwrap();
    assert_eq!(printed.trim(), "12 vectors");
}

#[test]
fn the_go_backend_makes_every_gcm_vector() {
    if is_installed("go", "version", "the_go_backend_makes_every_gcm_vector") {
        run(
            Command::new("go")
                .args(["test", "./..."])
                .env("GOPROXY", "off")
                .current_dir(backend("go")),
            "",
        );
    }
}
