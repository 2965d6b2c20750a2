//! The state machine for a test that has the clock and the links in its own hands: a line of JSON in, a line out.

use std::io::{self, BufRead, Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use room_server::{CloseReason, Command, Config, ConnId, Input, Output, Server};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{driver, socket};

/// Host handed out to clients that ask, unless a flag names others.
const HUB_HOST: &str = "127.0.0.1:1";

/// What happens, and when.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// Unix milliseconds.
    at: u64,
    input: Happening,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Happening {
    Connected(u64),
    /// A binary message, as base64.
    Frame(u64, String),
    Text(u64),
    Closed(u64),
    Control(Command),
    Tick,
}

/// What comes of it.
#[derive(Debug, Default, Serialize)]
struct Answer {
    outputs: Vec<Outgoing>,
    /// What a control command returned; its errors have one member, `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Value>,
    /// Why there was nothing to do: the line is not understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// When to hand in a tick, unix milliseconds.
    deadline: Option<u64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outgoing {
    /// To whom and what, as base64.
    Send(u64, String),
    /// Whom to close, how WebSockets number the reason, none without a closing handshake, and the reason.
    Close(u64, Option<u16>, String),
}

/// Answers every line until the input ends.
pub(crate) fn run(
    mut config: Config,
    input: impl BufRead,
    mut output: impl Write,
) -> io::Result<()> {
    if config.hub_hosts.is_empty() {
        config.hub_hosts.push(HUB_HOST.to_owned());
    }
    let ready = json!({"event": "ready", "appID": config.app_id, "secret": config.secret.expose()});
    writeln!(output, "{ready}")?;
    output.flush()?;
    let mut server = Server::new(config);
    for line in input.lines() {
        let answer = step(&mut server, &line?);
        serde_json::to_writer(&mut output, &answer)?;
        writeln!(output)?;
        output.flush()?;
    }
    Ok(())
}

fn step(server: &mut Server, line: &str) -> Answer {
    let mut answer = Answer::default();
    match serde_json::from_str::<Step>(line) {
        Ok(Step { at, input }) => apply(server, at, input, &mut answer),
        Err(error) => answer.problem = Some(error.to_string()),
    }
    while let Some(output) = server.poll() {
        match output {
            Output::Send { conn, bytes } => answer
                .outputs
                .push(Outgoing::Send(conn.0, STANDARD.encode(bytes))),
            Output::Close { conn, reason } => answer.outputs.push(Outgoing::Close(
                conn.0,
                (reason != CloseReason::Dropped).then(|| socket::close_code(reason)),
                reason.to_string(),
            )),
            Output::ControlReply(_) => {}
            Output::Log(entry) => driver::log(&entry),
        }
    }
    answer.deadline = server.next_deadline();
    answer
}

fn apply(server: &mut Server, at: u64, happening: Happening, answer: &mut Answer) {
    let input = match happening {
        Happening::Connected(conn) => Input::Connected { conn: ConnId(conn) },
        Happening::Frame(conn, bytes) => match STANDARD.decode(bytes) {
            Ok(bytes) => Input::Frame {
                conn: ConnId(conn),
                bytes,
            },
            Err(error) => {
                answer.problem = Some(error.to_string());
                return;
            }
        },
        Happening::Text(conn) => Input::Text { conn: ConnId(conn) },
        Happening::Closed(conn) => Input::Closed { conn: ConnId(conn) },
        Happening::Tick => Input::Tick,
        Happening::Control(command) => {
            answer.reply = Some(match server.control(at, command) {
                Ok(reply) => json!(reply),
                Err(error) => json!({"error": error.to_string()}),
            });
            return;
        }
    };
    server.handle(at, input);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(lines: &[Value]) -> Vec<Value> {
        let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let mut output = Vec::new();
        run(Config::default(), input.as_bytes(), &mut output).unwrap();
        String::from_utf8(output)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn time_and_what_happens_come_in_and_what_is_to_be_done_comes_out() {
        let config = Config::default();
        let answers = answers(&[
            json!({"at": 1000, "input": {"connected": 7}}),
            json!({"at": 1001, "input": {"control": {"token": {"userID": "u"}}}}),
            json!({"at": 1002, "input": {"control": "health"}}),
            json!({"at": 1003, "input": {"text": 7}}),
            json!({"at": 1004, "input": {"control": {"kick": {"userID": "nobody"}}}}),
        ]);
        assert_eq!(answers[0]["event"], "ready");
        assert_eq!(answers[0]["appID"], config.app_id);
        assert_eq!(answers[1]["deadline"], 1000 + config.handshake_timeout_ms);
        assert!(
            answers[2]["reply"]["token"]
                .as_str()
                .unwrap()
                .starts_with("04")
        );
        assert_eq!(answers[3]["reply"]["connections"], 1);
        assert_eq!(
            answers[4]["outputs"],
            json!([{"close": [7, 1003, "text message"]}])
        );
        assert_eq!(answers[5]["reply"]["error"], "user not found");
    }

    #[test]
    fn a_line_that_is_not_understood_is_answered_and_the_next_one_counts() {
        let answers = answers(&[
            json!("nonsense"),
            json!({"at": 1, "input": {"frame": [7, "no base64!"]}}),
            json!({"at": 2, "input": {"control": "health"}}),
        ]);
        assert!(answers[1]["problem"].is_string());
        assert!(answers[2]["problem"].is_string());
        assert_eq!(answers[3]["reply"]["ok"], true);
    }
}
