//! From a token to its claims.

use alloc::vec::Vec;
use core::{error, fmt};

use aes::Aes256;
use aes_gcm::{Aes256Gcm, Nonce, aead::Aead};
use cbc::{
    Decryptor,
    cipher::{BlockModeDecrypt, KeyInit, KeyIvInit, block_padding::Pkcs7},
};
use zeroize::Zeroizing;

use crate::{Claims, Envelope, Form, ParseError, Secret, Version};

impl Envelope {
    /// Deciphers the claims. Says nothing about expiry: that is the business of [`verify`].
    ///
    /// # Errors
    ///
    /// An [`OpenError`]. For CBC every failure after the cipher is the same [`OpenError::Decrypt`]: telling a padding
    /// fault from a JSON fault would help who tries to read a token without the secret.
    pub fn open(&self, secret: &Secret) -> Result<Claims, OpenError> {
        if self.version() != Version::V04 {
            return Err(OpenError::Version);
        }
        let on_bad_claims = match self.form() {
            Form::Cbc => OpenError::Decrypt,
            Form::Gcm => OpenError::Claims,
        };
        let plaintext = Zeroizing::new(self.decrypt(secret).ok_or(OpenError::Decrypt)?);
        serde_json::from_slice(&plaintext).map_err(|_| on_bad_claims)
    }

    fn decrypt(&self, secret: &Secret) -> Option<Vec<u8>> {
        match self.form() {
            Form::Cbc => Decryptor::<Aes256>::new_from_slices(secret.key(), self.iv())
                .ok()?
                .decrypt_padded_vec::<Pkcs7>(self.ciphertext())
                .ok(),
            Form::Gcm => {
                let nonce = Nonce::try_from(self.iv()).ok()?;
                Aes256Gcm::new_from_slice(secret.key())
                    .ok()?
                    .decrypt(&nonce, self.ciphertext())
                    .ok()
            }
        }
    }
}

/// What [`verify`] asks of a token besides being genuine and in time. Absent values are not compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expect<'a> {
    /// The app the token must be for.
    pub app_id: Option<i64>,
    /// The user the token must be for.
    pub user_id: Option<&'a str>,
    /// Refuse CBC tokens, whose claims are not authenticated.
    pub authenticated: bool,
}

/// Decides whether `token` is good at `now` (Unix seconds).
///
/// Good means: it parses, opens with `secret`, carries the same expiry outside and inside the cipher, has not expired
/// (the second of the expiry itself is still good) and is what `expect` asks for. Privileges are not looked at; see
/// [`Claims::privileges`].
///
/// # Errors
///
/// The first [`VerifyError`] in that order.
pub fn verify(
    token: &str,
    secret: &Secret,
    now: i64,
    expect: &Expect<'_>,
) -> Result<Claims, VerifyError> {
    let envelope = Envelope::parse(token).map_err(VerifyError::Parse)?;
    if expect.authenticated && envelope.form() == Form::Cbc {
        return Err(VerifyError::Unauthenticated);
    }
    let claims = envelope.open(secret).map_err(VerifyError::Open)?;
    if envelope.expire() != claims.expire {
        return Err(VerifyError::ExpireTampered);
    }
    if claims.expire < now {
        return Err(VerifyError::Expired);
    }
    if expect.app_id.is_some_and(|app_id| app_id != claims.app_id) {
        return Err(VerifyError::AppId);
    }
    if expect
        .user_id
        .is_some_and(|user_id| user_id != claims.user_id)
    {
        return Err(VerifyError::UserId);
    }
    Ok(claims)
}

/// Why an envelope could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// Not an `04` token.
    Version,
    /// The secret is another one, or the token was changed.
    Decrypt,
    /// Genuine (GCM) but the text inside is not the claims of a token.
    Claims,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "only 04 tokens can be opened",
            Self::Decrypt => "made with another secret, or changed",
            Self::Claims => "genuine, but what is inside are not the claims of a token",
        })
    }
}

impl error::Error for OpenError {}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// It is not a token.
    Parse(ParseError),
    /// It does not open.
    Open(OpenError),
    /// A CBC token where [`Expect::authenticated`] asks for GCM.
    Unauthenticated,
    /// The expiry outside the cipher is not the one inside: someone changed it.
    ExpireTampered,
    /// It has expired.
    Expired,
    /// It is for another app.
    AppId,
    /// It is for another user.
    UserId,
}

impl VerifyError {
    /// The code a client of the room service reports for it: 1102018 for an expired token, 1102016 for any other.
    pub const fn client_code(self) -> i32 {
        match self {
            Self::Expired => 1_102_018,
            _ => 1_102_016,
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parse(error) => return error.fmt(f),
            Self::Open(error) => return error.fmt(f),
            Self::Unauthenticated => "a CBC token, whose claims are not authenticated",
            Self::ExpireTampered => "the expiry outside the cipher was changed",
            Self::Expired => "expired",
            Self::AppId => "for another app",
            Self::UserId => "for another user",
        })
    }
}

impl error::Error for VerifyError {}
