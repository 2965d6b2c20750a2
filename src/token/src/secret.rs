//! The server secret.

use core::{error, fmt};

use zeroize::Zeroizing;

/// Bytes of a server secret.
const SECRET_BYTES: usize = 32;

/// The app's server secret: 32 ASCII characters, used as they are (not hex-decoded) as the key of AES-256.
///
/// Wiped when dropped, not cloneable, and `Debug` does not show it. The text it was made from stays with the caller.
pub struct Secret(Zeroizing<[u8; SECRET_BYTES]>);

impl Secret {
    /// Takes the secret as the console shows it. Surrounding white space is not removed.
    ///
    /// # Errors
    ///
    /// [`SecretError`] unless it is exactly 32 ASCII characters. Generators that count characters let 32 non-ASCII
    /// characters pass and fail later in the cipher; here they are refused.
    pub fn new(text: impl AsRef<[u8]>) -> Result<Self, SecretError> {
        let text = text.as_ref();
        if !text.is_ascii() {
            return Err(SecretError::NonAscii);
        }
        if text.len() != SECRET_BYTES {
            return Err(SecretError::Length(text.len()));
        }
        let mut key = Zeroizing::new([0; SECRET_BYTES]);
        key.copy_from_slice(text);
        Ok(Self(key))
    }

    pub(crate) fn key(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Why a text is not a server secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretError {
    /// Not 32 bytes but this many.
    Length(usize),
    /// Holds a character outside ASCII.
    NonAscii,
}

impl SecretError {
    /// The error code of the vendor's token generators: 5, secret invalid.
    pub const fn generator_code(self) -> i32 {
        5
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(bytes) => write!(
                f,
                "the server secret must have 32 characters, this one has {bytes}"
            ),
            Self::NonAscii => f.write_str("the server secret must be ASCII"),
        }
    }
}

impl error::Error for SecretError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String};

    #[test]
    fn only_32_ascii_characters_are_a_secret() {
        assert!(Secret::new("0123456789abcdef0123456789abcdef").is_ok());
        for bytes in [0, 16, 31, 33, 64] {
            assert_eq!(
                Secret::new("s".repeat(bytes)).unwrap_err(),
                SecretError::Length(bytes)
            );
        }
        let chinese: String = "密".repeat(32);
        assert_eq!(Secret::new(&chinese).unwrap_err(), SecretError::NonAscii);
        assert_eq!(Secret::new([0xff; 32]).unwrap_err(), SecretError::NonAscii);
    }

    #[test]
    fn debug_output_hides_it() {
        let secret = Secret::new("0123456789abcdef0123456789abcdef").unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }
}
