//! Names and values, as JSON or for people.

use std::io::{self, Write};

use serde_json::{Map, Value};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::failure::Failure;

/// Prints one line; a reader that has gone away is no failure.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => Ok(outcome?),
    }
}

/// Values in the order in which people read them.
pub(crate) struct Report(Vec<(&'static str, Value, Option<String>)>);

impl Report {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn add(&mut self, name: &'static str, value: impl Into<Value>) -> &mut Self {
        self.insert(name, value.into(), None)
    }

    /// Adds Unix seconds; people get the date beside them.
    pub(crate) fn add_time(&mut self, name: &'static str, seconds: i64) -> &mut Self {
        let date = OffsetDateTime::from_unix_timestamp(seconds)
            .ok()
            .and_then(|date| date.format(&Rfc3339).ok());
        self.insert(name, seconds.into(), date)
    }

    pub(crate) fn print(&self, json: bool) -> Result<(), Failure> {
        if json {
            let object: Map<_, _> = self
                .0
                .iter()
                .map(|(name, value, _)| ((*name).to_owned(), value.clone()))
                .collect();
            return line(&Value::Object(object).to_string());
        }
        self.0
            .iter()
            .try_for_each(|(name, value, date)| match date {
                Some(date) => line(&format!("{name:<15} {value} ({date})")),
                None => line(&format!("{name:<15} {}", plain(value))),
            })
    }

    fn insert(&mut self, name: &'static str, value: Value, date: Option<String>) -> &mut Self {
        self.0.push((name, value, date));
        self
    }
}

/// Text that came in a token may hold control characters, which must not reach a terminal.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text
            .chars()
            .map(|c| {
                if c.is_ascii_graphic() {
                    c.to_string()
                } else {
                    c.escape_debug().to_string()
                }
            })
            .collect(),
        other => other.to_string(),
    }
}
