//! `zego-token`: issue, inspect and verify room tokens, sign for `<rtc-room>`.

#![forbid(unsafe_code)]

mod args;
mod commands;
mod failure;
mod input;
mod report;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    match commands::run(&args.command, args.json) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(args.json),
    }
}
