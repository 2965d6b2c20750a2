//! The command line as a script sees it: output, exit status, and what must never be printed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{self, Command, Stdio},
};

use serde_json::Value;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const TOKEN: &str = "04AAAAAGVT/xAADAARIjNEVWZ3iJmquwB+Jble7hHJVIOqf4YKHVDjX+FNbzms6uinUahyNEjBQcDht9amwYuIZFqgI0w5eRIjE1FTsl+4YRtLbKDs6loCq0E+C0HyVURFx17OUcYJQ+8C/biIfpmxYPU632RhGh6seLnutyRUMdmIRSDly69j2v7msQPAcHqZCRAdo5OyAQ==";
const TAMPERED: &str = "04AAAAAlQL4/8AEGNjZXV0eHY5dnJoZm54MHIAcIP5CnzHwGNQ1B3hpNNWvmoicq2p8HmwWlT72EeOopq7jkxm211VKfEVRHvy+YecyaYspQv72drd1pSedxmmhhkfB+zQFyNRHU5zKjJJMagRhYC+YicV0Nc/aJxOkPqGg1u8So0mbjoVi+N9q2g8Vf4=";
const KEY_PATH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/mrtc/test_key.pem"
);

struct Outcome {
    status: i32,
    out: String,
    err: String,
}

fn run(args: &[&str]) -> Outcome {
    run_with(args, &[("ZEGO_SERVER_SECRET", SECRET)], "")
}

fn run_with(args: &[&str], variables: &[(&str, &str)], input: &str) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_zego-token"))
        .args(args)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Outcome {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.out).unwrap()
}

/// A file of its own for every caller.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = std::env::temp_dir().join(format!("zego-token-test-{}-{name}", process::id()));
        fs::write(&path, content).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn an_issued_token_verifies_and_shows_what_was_asked_for() {
    for form in ["gcm", "cbc"] {
        let issued = run(&[
            "issue",
            "--app-id",
            "77",
            "--user-id",
            "用户",
            "--form",
            form,
            "--room",
            "r1",
            "--login",
            "allow",
            "--publish",
            "deny",
            "--stream",
            "s1",
            "--stream",
            "s2",
        ]);
        assert_eq!((issued.status, issued.err.as_str()), (0, ""));
        let verified = run(&[
            "verify",
            issued.out.trim(),
            "--user-id",
            "用户",
            "--app-id",
            "77",
            "--room",
            "r1",
            "--json",
        ]);
        assert_eq!(verified.status, 0, "{}", verified.err);
        let shown = json(&verified);
        assert_eq!(shown["stream_ids"], serde_json::json!(["s1", "s2"]));
        assert_eq!(
            (&shown["login"], &shown["publish"]),
            (&true.into(), &false.into())
        );
        assert_eq!(
            json(&run(&["inspect", issued.out.trim(), "--json"]))["form"],
            form
        );
        assert_eq!(
            run(&["verify", issued.out.trim(), "--room", "r2"]).status,
            1
        );
        assert_eq!(
            run(&[
                "verify",
                issued.out.trim(),
                "--room",
                "r1",
                "--stream",
                "s1"
            ])
            .status,
            1
        );
    }
}

#[test]
fn two_tokens_of_the_same_second_differ() {
    let issue = || {
        run(&[
            "issue",
            "--app-id",
            "1",
            "--user-id",
            "u",
            "--now",
            "1700000000",
        ])
        .out
    };
    assert_ne!(issue(), issue());
}

#[test]
fn without_the_secret_inspect_shows_what_stands_outside() {
    let shown = run_with(
        &["inspect", "--json", "--now", "1700003600", TOKEN],
        &[],
        "",
    );
    assert_eq!(shown.status, 0, "{}", shown.err);
    assert_eq!(
        shown.out.trim(),
        r#"{"expire":1700003600,"expired":false,"form":"gcm","version":"04"}"#
    );
    let old = run(&["inspect", &TAMPERED.replacen("04", "03", 1)]);
    assert_eq!(old.status, 0, "{}", old.err);
    assert!(old.out.contains("version         03"), "{}", old.out);
}

#[test]
fn inspect_shows_a_changed_expiry() {
    let shown = json(&run(&["inspect", "--json", TAMPERED]));
    assert_eq!(
        (&shown["expire"], &shown["expire_inside"]),
        (&9_999_999_999_i64.into(), &1_700_003_600.into())
    );
    assert_eq!(shown["expire_tampered"], true);
}

#[test]
fn the_status_tells_the_outcome() {
    let cases: &[(i32, &[&str])] = &[
        (0, &["verify", "--now", "1700003600", TOKEN]),
        (4, &["verify", "--now", "1700003601", TOKEN]),
        (1, &["verify", "--now", "1700000000", TAMPERED]),
        (
            1,
            &["verify", "--now", "1700000000", &TOKEN[..TOKEN.len() - 8]],
        ),
        (
            1,
            &["verify", "--now", "1700000000", "--user-id", "other", TOKEN],
        ),
        (
            1,
            &["verify", "--now", "1700000000", "--app-id", "1", TOKEN],
        ),
        (1, &["inspect", "nothing"]),
        (2, &["verify"]),
        (2, &["verify", "--stream", "s", TOKEN]),
        (2, &["verify", "--secret", SECRET, TOKEN]),
        (
            2,
            &[
                "issue",
                "--app-id",
                "1",
                "--user-id",
                "u",
                "--payload",
                "x",
                "--room",
                "r",
            ],
        ),
        (
            2,
            &[
                "issue",
                "--app-id",
                "1",
                "--user-id",
                "u",
                "--lifetime",
                "-5",
            ],
        ),
        (3, &["verify", "--secret-file", "/nonexistent", TOKEN]),
        (3, &["sign-mrtc", "--uid", "u"]),
    ];
    for (status, args) in cases {
        assert_eq!(run(args).status, *status, "{args:?}");
    }
    assert_eq!(run_with(&["verify", TOKEN], &[], "").status, 3);
    assert_eq!(
        run_with(&["verify", TOKEN], &[("ZEGO_SERVER_SECRET", "short")], "").status,
        3
    );
}

#[test]
fn errors_as_json_carry_the_generators_code() {
    let long = "u".repeat(65);
    let cases = [
        (1, "--app-id=0", "--user-id=u", "--lifetime=1"),
        (1, "--app-id=-7", "--user-id=u", "--lifetime=1"),
        (3, "--app-id=1", "--user-id=", "--lifetime=1"),
        (
            3,
            "--app-id=1",
            &format!("--user-id={long}"),
            "--lifetime=1",
        ),
        (6, "--app-id=1", "--user-id=u", "--lifetime=0"),
    ];
    for (code, app_id, user_id, lifetime) in cases {
        let outcome = run(&["issue", "--json", app_id, user_id, lifetime]);
        let error: Value = serde_json::from_str(&outcome.err).unwrap();
        assert_eq!(
            (&error["generator_code"], &error["status"]),
            (&code.into(), &2.into()),
            "{}",
            outcome.err
        );
    }
    let variables = [(
        "ZEGO_SERVER_SECRET",
        "密密密密密密密密密密密密密密密密密密密密密密密密密密密密密密密密",
    )];
    let outcome = run_with(
        &["issue", "--json", "--app-id=1", "--user-id=u"],
        &variables,
        "",
    );
    let error: Value = serde_json::from_str(&outcome.err).unwrap();
    assert_eq!(
        (&error["generator_code"], &error["status"]),
        (&5.into(), &3.into()),
        "{}",
        outcome.err
    );
}

#[test]
fn secrets_come_from_a_file_or_standard_input_with_or_without_a_line_end() {
    for (name, content) in [
        ("bare", SECRET.to_owned()),
        ("lf", format!("{SECRET}\n")),
        ("crlf", format!("{SECRET}\r\n")),
    ] {
        let file = TempFile::new(name, content);
        let outcome = run_with(
            &["verify", "--now=0", "--secret-file", file.path(), "-"],
            &[],
            &format!(" {TOKEN}\n"),
        );
        assert_eq!(outcome.status, 0, "{}", outcome.err);
    }
    assert_eq!(
        run_with(
            &["verify", "--now=0", "--secret-file", "-", TOKEN],
            &[],
            SECRET
        )
        .status,
        0
    );
    assert_eq!(
        run_with(
            &["verify", "--now=0", "--secret-file", "-", "-"],
            &[],
            SECRET
        )
        .status,
        2
    );
}

#[test]
fn no_failure_prints_a_secret_or_a_token() {
    let wrong = "s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3";
    let not_a_key = TempFile::new("key", wrong);
    let not_text = TempFile::new("binary", [0xff, 0xfe, b's', b'3', b'c', b'r', b'3', b't']);
    let cases: &[&[&str]] = &[
        &["verify", TOKEN],
        &["verify", TAMPERED],
        &["inspect", TAMPERED],
        &["verify", &TOKEN[..100]],
        &["issue", "--app-id", "0", "--user-id", "u"],
        &["sign-mrtc", "--uid", "u", "--key-file", not_a_key.path()],
        &["verify", "--secret-file", not_text.path(), TOKEN],
        &[
            "sign-mrtc",
            "--uid",
            "a-b",
            "--biz-name",
            "b",
            "--key-file",
            KEY_PATH,
        ],
    ];
    for args in cases {
        for json in [true, false] {
            let mut args = args.to_vec();
            args.extend(json.then_some("--json"));
            for secret in [SECRET, wrong] {
                let outcome = run_with(
                    &args,
                    &[("ZEGO_SERVER_SECRET", secret), ("RUST_BACKTRACE", "1")],
                    "",
                );
                let printed = outcome.out + &outcome.err;
                for hidden in [
                    secret,
                    "s3cr3t",
                    "PRIVATE",
                    &TOKEN[20..40],
                    &TAMPERED[20..40],
                ] {
                    assert!(
                        !printed.contains(hidden),
                        "{args:?} printed {hidden}: {printed}"
                    );
                }
            }
        }
    }
}

#[test]
fn control_characters_of_a_token_do_not_reach_the_terminal() {
    let issued = run(&[
        "issue",
        "--app-id",
        "1",
        "--user-id",
        "u\u{1b}[2J\u{202e}",
        "--payload",
        "\u{7}",
    ]);
    let shown = run(&["inspect", issued.out.trim()]).out;
    assert!(shown.contains("u\\u{1b}[2J\\u{202e}"), "{shown}");
    assert!(
        !shown.contains('\u{1b}') && !shown.contains('\u{7}'),
        "{shown}"
    );
}

#[test]
fn mrtc_signatures_equal_those_of_java() {
    let vectors: Value =
        serde_json::from_str(include_str!("fixtures/mrtc/java_vectors.json")).unwrap();
    let vector = &vectors["vectors"][0];
    let args = [
        "sign-mrtc",
        "--biz-name",
        "zego_test",
        "--sub-biz",
        "N",
        "--workspace-id",
        "default",
        "--uid",
        "user_1",
        "--now-ms",
        "1700000000000",
        "--key-file",
        KEY_PATH,
    ];
    assert_eq!(run(&args).out.trim(), vector["signature"]);
    let shown = json(&run(&[&args[..], &["--json"]].concat()));
    assert_eq!(
        (&shown["signed_text"], &shown["expire_time_ms"]),
        (&vector["text"], &1_700_000_300_000_i64.into())
    );
    let key = fs::read_to_string(KEY_PATH).unwrap();
    let from_variable = run_with(&args[..args.len() - 2], &[("MRTC_PRIVATE_KEY", &key)], "");
    assert_eq!(from_variable.out.trim(), vector["signature"]);
}

#[test]
fn the_field_order_of_mrtc_can_be_changed() {
    let args = [
        "sign-mrtc",
        "--json",
        "--uid=u",
        "--biz-name=b",
        "--now-ms=1700000000000",
        "--key-file",
        KEY_PATH,
        "--order",
    ];
    let with = |order| run(&[&args[..], &[order]].concat());
    assert_eq!(
        json(&with("expireTime,uid,bizName"))["signed_text"],
        "1700000300000ub"
    );
    for order in ["uid,uid", "uid,unknown", "", "uid,appId"] {
        assert_eq!(with(order).status, 2, "{order}");
    }
}

#[test]
fn help_describes_statuses_variables_and_every_command() {
    let help = run(&["--help"]).out;
    for word in [
        "Exit status:",
        "ZEGO_SERVER_SECRET",
        "MRTC_PRIVATE_KEY",
        "issue",
        "inspect",
        "verify",
        "sign-mrtc",
    ] {
        assert!(help.contains(word), "{word}");
    }
    for command in ["issue", "inspect", "verify", "sign-mrtc"] {
        let outcome = run(&[command, "--help"]);
        assert_eq!(outcome.status, 0);
        assert!(outcome.out.contains("Exit status:"), "{command}");
        assert!(!outcome.out.contains(SECRET), "{command}");
    }
}
