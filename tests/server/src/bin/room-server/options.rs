//! Flags and the configuration file.

use std::{error::Error, fs, path::PathBuf};

use clap::Parser;
use room_server::{Config, config::Secret};
use serde::Deserialize;

/// Room server for developing and testing room clients.
///
/// Without any flag it listens on a free port of the loopback interface with a development app id and secret, and prints one
/// line of JSON when it is ready: {"event":"ready","ws":...,"http":...,"appID":...,"secret":...}. Logs go to stderr.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Options {
    /// TOML file with the sections [listen] (host, port) and [server]; flags win over it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Address to listen on; control is served to loopback peers only, whatever this is [default: 127.0.0.1]
    #[arg(long)]
    host: Option<String>,

    /// Port to listen on; 0 takes a free one [default: 0]
    #[arg(long)]
    port: Option<u16>,

    /// App id to serve
    #[arg(long)]
    app_id: Option<u32>,

    /// Server secret, 32 bytes; better given by environment or file, as flags are visible to other users
    #[arg(long, env = "ROOM_SERVER_SECRET", hide_env_values = true)]
    secret: Option<String>,

    /// Take any text as a token
    #[arg(long)]
    no_token_check: bool,

    /// Tell clients how long tokens last, let them renew, and kick them when they end
    #[arg(long)]
    token_control: bool,

    /// Tell viewers why a stream ended
    #[arg(long)]
    stream_close_types: bool,

    /// Users per page of the user list [default: 100]
    #[arg(long, value_name = "N")]
    user_page: Option<usize>,

    /// RTMP host handed out for publishing and playing (repeatable) [default: 127.0.0.1:1935]
    #[arg(long = "media-host", value_name = "HOST[:PORT]")]
    media_hosts: Vec<String>,

    /// Link host handed out to clients that ask (repeatable) [default: the address listened on]
    #[arg(long = "hub-host", value_name = "HOST[:PORT]")]
    hub_hosts: Vec<String>,

    /// Milliseconds that a user whose link is lost stays in the room [default: 20000]
    #[arg(long, value_name = "MS")]
    grace_ms: Option<u64>,

    /// Milliseconds between room heartbeats; clients raise it to 3000 [default: 10000]
    #[arg(long, value_name = "MS")]
    room_heartbeat_ms: Option<u32>,

    /// Milliseconds over which barrage messages are collected; 0 sends each at once [default: 0]
    #[arg(long, value_name = "MS")]
    barrage_window_ms: Option<u32>,

    /// Most clients at a time [default: 1000]
    #[arg(long, value_name = "N")]
    max_connections: Option<usize>,

    /// Milliseconds that a client may take to ask for its WebSocket, and then to say something on it [default: 30000]
    #[arg(long, value_name = "MS")]
    handshake_timeout_ms: Option<u64>,

    /// Milliseconds after which a link is closed on which nobody asked to log in [default: 120000]
    #[arg(long, value_name = "MS")]
    login_timeout_ms: Option<u64>,

    /// Frames per second that a client may go on sending, answers to pushes apart [default: 200]
    #[arg(long, value_name = "N")]
    frames_per_s: Option<u32>,

    /// Frames that a client may send at once, answers to pushes apart [default: 1000]
    #[arg(long, value_name = "N")]
    frame_burst: Option<u32>,

    /// Most frames that may wait to be sent to a client [default: 4096]
    #[arg(long, value_name = "N")]
    outbox_frames: Option<usize>,

    /// Most bytes that may wait to be sent to a client [default: 1048576]
    #[arg(long, value_name = "N")]
    outbox_bytes: Option<usize>,

    /// Seed of all ids, for runs that can be repeated [default: from the system]
    #[arg(long)]
    seed: Option<u64>,

    /// Stop when stdin ends, so that the server does not outlive the process that started it
    #[arg(long)]
    exit_with_parent: bool,

    /// Listen nowhere: take time and what happens on links from stdin, one line of JSON each, and answer each with one line (see
    /// docs/room-server.md)
    #[arg(long, conflicts_with_all = ["host", "port", "exit_with_parent"])]
    stepped: bool,

    /// What to log: error, warn, info, debug, or a filter directive
    #[arg(long, env = "RUST_LOG", default_value = "info")]
    pub(crate) log: String,

    /// Log as JSON lines
    #[arg(long)]
    pub(crate) log_json: bool,
}

/// What the server runs with.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) config: Config,
    pub(crate) exit_with_parent: bool,
    pub(crate) stepped: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    listen: Listen,
    server: Config,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Listen {
    host: Option<String>,
    port: Option<u16>,
}

impl Options {
    /// Merges defaults, file and flags.
    pub(crate) fn into_settings(self) -> Result<Settings, Box<dyn Error>> {
        let File {
            listen,
            server: mut config,
        } = match &self.config {
            None => File::default(),
            Some(path) => {
                let text = fs::read_to_string(path)
                    .map_err(|e| format!("cannot read {}: {e}", path.display()))?;
                toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?
            }
        };
        config.seed = match self.seed {
            Some(seed) => seed,
            // A file that sets no seed leaves the default, which would repeat ids between runs.
            None if config.seed == Config::default().seed => getrandom::u64()?,
            None => config.seed,
        };
        if let Some(secret) = self.secret {
            config.secret = Secret::new(secret)?;
        }
        config.check_tokens &= !self.no_token_check;
        config.token_control |= self.token_control;
        config.stream_close_types |= self.stream_close_types;
        set(&mut config.app_id, self.app_id);
        set(&mut config.grace_ms, self.grace_ms);
        set(&mut config.max_connections, self.max_connections);
        set(&mut config.handshake_timeout_ms, self.handshake_timeout_ms);
        set(&mut config.login_timeout_ms, self.login_timeout_ms);
        set(&mut config.frames_per_s, self.frames_per_s);
        set(&mut config.frame_burst, self.frame_burst);
        set(&mut config.outbox_frames, self.outbox_frames);
        set(&mut config.outbox_bytes, self.outbox_bytes);
        set(
            &mut config.room_heartbeat_interval_ms,
            self.room_heartbeat_ms,
        );
        set(&mut config.barrage_window_ms, self.barrage_window_ms);
        set(&mut config.user_page, self.user_page);
        set(
            &mut config.media_hosts,
            Some(self.media_hosts).filter(|hosts| !hosts.is_empty()),
        );
        set(
            &mut config.hub_hosts,
            Some(self.hub_hosts).filter(|hosts| !hosts.is_empty()),
        );
        Ok(Settings {
            host: self
                .host
                .or(listen.host)
                .unwrap_or_else(|| "127.0.0.1".to_owned()),
            port: self.port.or(listen.port).unwrap_or(0),
            config,
            exit_with_parent: self.exit_with_parent,
            stepped: self.stepped,
        })
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_flags_are_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn no_flags_make_a_development_server_on_a_free_loopback_port() {
        let settings = Options::parse_from(["room-server"])
            .into_settings()
            .unwrap();
        assert_eq!((settings.host.as_str(), settings.port), ("127.0.0.1", 0));
        assert!(settings.config.check_tokens);
    }

    #[test]
    fn a_file_may_set_anything_and_nothing_unknown() {
        let file: File =
            toml::from_str("[listen]\nport = 9\n[server]\ngrace-ms = 5\nmedia-hosts = []").unwrap();
        assert_eq!((file.listen.port, file.server.grace_ms), (Some(9), 5));
        assert!(toml::from_str::<File>("[server]\ngrace = 5").is_err());
        assert!(toml::from_str::<File>("[server]\nsecret = 'short'").is_err());
    }
}
