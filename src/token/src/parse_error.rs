//! Why a text is not a token.

use core::{error, fmt};

/// Why a text is not a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseError {
    /// Starts with neither `03` nor `04`; also the empty text.
    Version,
    /// Longer than [`MAX_TOKEN_BYTES`](crate::MAX_TOKEN_BYTES).
    TooLong,
    /// A character outside the standard base64 alphabet, such as white space or the `-` and `_` of base64url.
    Base64Character,
    /// Padding missing or misplaced: typically a token cut short or glued to another text.
    Base64Padding,
    /// Fewer than the 12 bytes of an empty body.
    TooShort,
    /// The iv length runs past the end.
    IvOverflow,
    /// The ciphertext length runs past the end: typically a token cut short.
    CiphertextOverflow,
    /// Bytes after the mode.
    TrailingBytes,
    /// A mode other than 0 and 1: made by a generator newer than this crate.
    UnknownMode(u8),
    /// An iv length that does not fit the mode. A GCM token without its mode byte ends here.
    IvLength,
    /// A ciphertext length that does not fit the mode: not whole blocks, or shorter than the tag.
    CiphertextLength,
}

impl ParseError {
    /// The reason as a phrase without the mode number, so that no formatting code is needed.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Version => "not a token: it starts with neither 03 nor 04",
            Self::TooLong => "longer than any token",
            Self::Base64Character => "a character that is not base64",
            Self::Base64Padding => "wrong base64 padding; cut short?",
            Self::TooShort => "shorter than an empty token",
            Self::IvOverflow => "the iv runs past the end",
            Self::CiphertextOverflow => "the ciphertext runs past the end; cut short?",
            Self::TrailingBytes => "bytes after the end",
            Self::UnknownMode(_) => "unknown cipher mode",
            Self::IvLength => "the iv length does not fit the cipher mode",
            Self::CiphertextLength => "the ciphertext length does not fit the cipher mode",
        }
    }

    /// The code a client of the room service reports for it: 1102016, token malformed.
    pub const fn client_code(self) -> i32 {
        1_102_016
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())?;
        match self {
            Self::UnknownMode(mode) => write!(f, " {mode}"),
            _ => Ok(()),
        }
    }
}

impl error::Error for ParseError {}
