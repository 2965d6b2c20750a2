//! Errors and their codes. [`table`] is the source of the numbers, names, texts and advice.

pub mod elsewhere;
pub mod table;

use alloc::{string::String, string::ToString};
use core::fmt;

use super::json::{Writer, written};
pub use table::*;

/// Number of an error, as in the vendor's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(pub u32);

impl Code {
    /// Row of this code in the table, if the engine knows it.
    pub fn info(self) -> Option<&'static CodeInfo> {
        CODES.iter().find(|info| info.code == self)
    }

    /// What the code means.
    pub fn text(self) -> &'static str {
        self.info()
            .map_or("error reported by the service", CodeInfo::text)
    }
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The code, as documented; may be one of the service that the table lacks.
    pub code: Code,
    /// What went wrong, for a developer.
    pub message: String,
}

impl Error {
    /// An error with the table's text.
    #[inline(never)]
    pub fn new(code: Code) -> Self {
        Self::told(code, code.text())
    }

    /// An error with a text of its own.
    pub fn with(code: Code, message: impl AsRef<str>) -> Self {
        Self::told(code, message.as_ref())
    }

    #[inline(never)]
    fn told(code: Code, message: &str) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl Error {
    /// With the names of the vendor's newer clients and of its older ones, so that code written for either works.
    pub(crate) fn write(&self, to: &mut Writer) {
        let (name, advice) = match self.code.info() {
            Some(info) => (info.name(), info.advice()),
            None => ("ServiceError", ""),
        };
        to.open('{');
        for key in &["code", "errorCode"] {
            to.number_member(key, self.code.0);
        }
        to.text_member("name", name);
        to.text_member("advice", advice);
        for key in &["message", "msg", "extendedData"] {
            to.text_member(key, &self.message);
        }
        to.close('}');
    }

    /// What the page gets of it, as JSON.
    pub fn to_json(&self) -> String {
        written(|to| self.write(to))
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (code {})", self.message, self.code.0)
    }
}

impl core::error::Error for Error {}

/// Code that the application sees for a room answer with code `c`, and its text.
///
/// The service numbers the same condition with and without an offset of 200000.
pub fn from_room_answer(c: u32, text: &str) -> Error {
    let known = match c {
        50_116 | 50_118..=50_122 | 50_124..=50_128 => Some(TOKEN_ERROR),
        50_117 | 50_123 => Some(TOKEN_EXPIRED),
        _ => match short_code(c) {
            1_016 => Some(MULTI_ROOM_OFF),
            1_105 => Some(ROOM_FULL),
            2_002 | 2_010 => Some(TOKEN_ERROR),
            5_022 => Some(TOO_MANY_ROOMS),
            5_030 => Some(BLACKLISTED),
            _ => None,
        },
    };
    match known {
        Some(code) => Error::new(code),
        None if (200_001..300_000).contains(&c) => Error::with(Code(c), format_unknown(c)),
        None if text.is_empty() => Error::new(ROOM_ERROR),
        None => Error::with(ROOM_ERROR, text),
    }
}

fn short_code(c: u32) -> u32 {
    if (200_001..300_000).contains(&c) {
        c - 200_000
    } else {
        c
    }
}

fn format_unknown(c: u32) -> String {
    let mut text = String::from("unknown error code:");
    text.push_str(&c.to_string());
    text
}

#[cfg(test)]
mod tests {
    use super::elsewhere::*;
    use super::*;

    #[test]
    fn no_code_and_no_name_stands_twice_in_the_table() {
        // What a program sees under one set of names.
        let engine = [ENGINE, REQUIREMENTS, SHIM].concat();
        for rows in [&*engine, RTC_ROOM, COMPONENT, VENDOR] {
            for (i, a) in rows.iter().enumerate() {
                for b in &rows[i + 1..] {
                    assert_ne!(a.number, b.number, "{}", a.name);
                    assert_ne!(a.name, b.name);
                }
            }
        }
        for row in VENDOR {
            assert!(engine.iter().all(|own| own.number != row.number));
        }
    }

    #[test]
    fn every_row_is_written_in_both_languages() {
        for row in [ENGINE, REQUIREMENTS, SHIM, RTC_ROOM, COMPONENT, VENDOR].concat() {
            assert!(row.name.chars().all(|c| c.is_ascii_alphanumeric()));
            assert!(row.name.starts_with(|c: char| c.is_ascii_uppercase()));
            assert!(
                row.text[0].is_ascii() && !row.text[1].is_ascii(),
                "{}",
                row.name
            );
            assert_eq!(
                row.advice[0].is_empty(),
                row.advice[1].is_empty(),
                "{}",
                row.name
            );
            assert!(row.advice[0].is_ascii(), "{}", row.name);
        }
    }

    #[test]
    fn room_answers_map_to_the_documented_codes() {
        let map = |c| from_room_answer(c, "").code;
        assert_eq!([map(50_116), map(50_120), map(50_128)], [TOKEN_ERROR; 3]);
        assert_eq!([map(50_117), map(50_123)], [TOKEN_EXPIRED; 2]);
        assert_eq!([map(201_016), map(1_016)], [MULTI_ROOM_OFF; 2]);
        assert_eq!([map(1_105), map(201_105)], [ROOM_FULL; 2]);
        assert_eq!([map(205_022), map(205_030)], [TOO_MANY_ROOMS, BLACKLISTED]);
        assert_eq!(map(203_001), Code(203_001));
        assert_eq!(map(7), ROOM_ERROR);
        assert_eq!(
            from_room_answer(203_001, "x").message,
            "unknown error code:203001"
        );
    }
}
