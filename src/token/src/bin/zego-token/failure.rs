//! What goes wrong, and the exit status for it. The statuses are described in the help.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use serde_json::json;
use zego_token::{IssueError, ParseError, SecretError, VerifyError, mrtc::MrtcError};

#[derive(Clone, Copy)]
pub(crate) enum Status {
    Refused = 1,
    Usage = 2,
    Unreadable = 3,
    Expired = 4,
}

pub(crate) struct Failure {
    status: Status,
    message: String,
    generator_code: Option<i32>,
}

impl Failure {
    pub(crate) fn new(status: Status, message: impl ToString) -> Self {
        Self {
            status,
            message: message.to_string(),
            generator_code: None,
        }
    }

    fn with_generator_code(self, generator_code: Option<i32>) -> Self {
        Self {
            generator_code,
            ..self
        }
    }

    /// Tells the user; whether that succeeds does not change the status.
    pub(crate) fn report(&self, json: bool) -> ExitCode {
        let status = self.status as u8;
        let text = if json {
            json!({ "error": self.message, "status": status, "generator_code": self.generator_code }).to_string()
        } else {
            format!("zego-token: {}", self.message)
        };
        let _ = writeln!(io::stderr(), "{text}");
        ExitCode::from(status)
    }
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        Self::new(Status::Unreadable, error).with_generator_code(Some(error.generator_code()))
    }
}

impl From<IssueError> for Failure {
    fn from(error: IssueError) -> Self {
        Self::new(Status::Usage, error).with_generator_code(error.generator_code())
    }
}

impl From<ParseError> for Failure {
    fn from(error: ParseError) -> Self {
        Self::new(Status::Refused, error)
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        let status = if error == VerifyError::Expired {
            Status::Expired
        } else {
            Status::Refused
        };
        Self::new(status, error)
    }
}

impl From<MrtcError> for Failure {
    fn from(error: MrtcError) -> Self {
        let status = if error == MrtcError::Key {
            Status::Unreadable
        } else {
            Status::Usage
        };
        Self::new(status, error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(
            Status::Unreadable,
            format!("cannot write the output: {error}"),
        )
    }
}
