//! What a run is made of.

use std::path::PathBuf;

use clap::Parser;

/// Puts load on a room server of its own and checks that everything arrives where it should.
///
/// Clients log in, send messages of every kind, add and delete streams, leave and come back. Bad clients do what they must not.
/// The exit code is 0 only if every message arrived exactly once at everybody it was meant for, all tables agree at the end, each
/// bad client was cut off with the right reason, and the server's memory did not grow. All traffic stays on this machine.
#[derive(Debug, Clone, Parser)]
#[command(name = "./build.sh load")]
pub(crate) struct Options {
    /// Well-behaved clients
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(2..=20_000))]
    pub(crate) connections: u32,
    /// Rooms that they are spread over
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) rooms: u32,
    /// Seconds of load after all clients are in their rooms
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) seconds: u64,
    /// Clients per second that leave and come back, half of them without a word
    #[arg(long, default_value_t = 10.0)]
    pub(crate) churn: f64,
    /// Clients that misbehave, again and again, each in its way
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub(crate) bad_clients: u32,
    /// Seconds between two messages or stream changes of a client, on average
    #[arg(long, default_value_t = 10.0)]
    pub(crate) interval: f64,
    /// Clients that connect per second at the beginning
    #[arg(long, default_value_t = 250, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) ramp: u32,
    /// Seed of what clients do
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Program of the room server [default: beside this one]
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) server: Option<PathBuf>,
    /// Folder for report.md, report.json and server.log
    #[arg(long, value_name = "DIR", default_value = "target/load")]
    pub(crate) report: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_flags_are_consistent() {
        super::Options::command().debug_assert();
    }
}
