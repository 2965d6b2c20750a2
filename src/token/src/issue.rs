//! From claims to a token.

use alloc::{string::String, vec::Vec};
use core::{error, fmt};

use aes::Aes256;
use aes_gcm::{Aes256Gcm, Nonce, aead::Aead};
use cbc::{
    Encryptor,
    cipher::{BlockModeEncrypt, KeyInit, KeyIvInit, block_padding::Pkcs7},
};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{Form, Secret, envelope};

/// Bytes of the longest user id.
pub const MAX_USER_ID_BYTES: usize = 64;

/// The latest expiry: beyond it a JavaScript client no longer reads the number exactly.
const MAX_EXPIRE: i64 = (1 << 53) - 1;

/// A token to be made.
#[derive(Clone, Copy, Debug)]
pub struct Issue<'a> {
    /// The app, `1..=u32::MAX`.
    pub app_id: i64,
    /// The user, 1 to 64 bytes; must equal the `userID` given to `loginRoom`. Which characters a room admits is the
    /// room's business: none are refused here.
    pub user_id: &'a str,
    /// Seconds for which the token is good, at least 1. Short is safe: a client asks for a new token 30 s before the
    /// end.
    pub lifetime: i64,
    /// Empty, or what [`crate::Privileges::to_payload`] gives, or the app's own text.
    pub payload: &'a str,
    /// CBC or GCM.
    pub form: Form,
}

impl Issue<'_> {
    /// Makes the token at `now` (Unix seconds).
    ///
    /// # Errors
    ///
    /// An [`IssueError`] naming the value that is out of range.
    pub fn token(
        &self,
        secret: &Secret,
        now: i64,
        entropy: &Entropy,
    ) -> Result<String, IssueError> {
        if u32::try_from(self.app_id).unwrap_or(0) == 0 {
            return Err(IssueError::AppId);
        }
        if self.user_id.is_empty() || self.user_id.len() > MAX_USER_ID_BYTES {
            return Err(IssueError::UserId);
        }
        if now < 0 {
            return Err(IssueError::Clock);
        }
        let expire = now
            .checked_add(self.lifetime)
            .filter(|expire| self.lifetime > 0 && *expire <= MAX_EXPIRE)
            .ok_or(IssueError::Lifetime)?;
        let plaintext = Zeroizing::new(
            serde_json::to_vec(&Plaintext {
                app_id: self.app_id,
                user_id: self.user_id,
                nonce: entropy.nonce,
                ctime: now,
                expire,
                payload: self.payload,
            })
            .map_err(|_| IssueError::PayloadTooLong)?,
        );
        let iv = entropy.iv.get(..self.form.iv_bytes()).unwrap_or_default();
        encrypt(self.form, secret, iv, &plaintext)
            .and_then(|ciphertext| envelope::encode(self.form, expire, iv, &ciphertext))
            .ok_or(IssueError::PayloadTooLong)
    }
}

/// The random part of a token. Draw it anew for every token: with GCM a repeated iv under the same secret breaks the
/// cipher.
#[derive(Clone)]
pub struct Entropy {
    /// The number inside the claims.
    pub nonce: i32,
    /// The iv; GCM uses the first 12 bytes.
    pub iv: [u8; 16],
}

impl Entropy {
    /// From 20 bytes of a cryptographic random number generator.
    pub fn from_bytes(bytes: [u8; 20]) -> Self {
        let [n0, n1, n2, n3, iv @ ..] = bytes;
        Self {
            nonce: i32::from_be_bytes([n0, n1, n2, n3]),
            iv,
        }
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy(..)")
    }
}

/// Which value keeps a token from being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssueError {
    /// The app id is not in `1..=u32::MAX`.
    AppId,
    /// The user id is empty or longer than [`MAX_USER_ID_BYTES`].
    UserId,
    /// The lifetime is zero, negative, or ends after 2^53 - 1.
    Lifetime,
    /// The payload does not fit: the ciphertext would be longer than 65535 bytes.
    PayloadTooLong,
    /// `now` is negative.
    Clock,
}

impl IssueError {
    /// The error code of the vendor's token generators, where they have one: 1 app id, 3 user id, 6 lifetime.
    pub const fn generator_code(self) -> Option<i32> {
        match self {
            Self::AppId => Some(1),
            Self::UserId => Some(3),
            Self::Lifetime => Some(6),
            Self::PayloadTooLong | Self::Clock => None,
        }
    }
}

impl fmt::Display for IssueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AppId => "the app id must be in 1..=4294967295",
            Self::UserId => "the user id must have 1 to 64 bytes",
            Self::Lifetime => "the lifetime must be at least one second and end before 2^53",
            Self::PayloadTooLong => "the payload is too long for a token",
            Self::Clock => "the time must not lie before 1970",
        })
    }
}

impl error::Error for IssueError {}

/// The claims in the key order of the vendor's Node and Python generators.
#[derive(Serialize)]
struct Plaintext<'a> {
    app_id: i64,
    user_id: &'a str,
    nonce: i32,
    ctime: i64,
    expire: i64,
    payload: &'a str,
}

fn encrypt(form: Form, secret: &Secret, iv: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
    match form {
        Form::Cbc => {
            let cipher = Encryptor::<Aes256>::new_from_slices(secret.key(), iv).ok()?;
            Some(cipher.encrypt_padded_vec::<Pkcs7>(plaintext))
        }
        Form::Gcm => {
            let nonce = Nonce::try_from(iv).ok()?;
            Aes256Gcm::new_from_slice(secret.key())
                .ok()?
                .encrypt(&nonce, plaintext)
                .ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Envelope, Expect, OpenError, VerifyError, verify};
    use alloc::format;

    const NOW: i64 = 1_700_000_000;
    const GOOD: Issue<'static> = Issue {
        app_id: 1,
        user_id: "u",
        lifetime: 60,
        payload: "",
        form: Form::Gcm,
    };

    fn secret() -> Secret {
        Secret::new("0123456789abcdef0123456789abcdef").unwrap()
    }

    fn issue(issue: Issue<'_>) -> Result<String, IssueError> {
        issue.token(&secret(), NOW, &Entropy::from_bytes([9; 20]))
    }

    #[test]
    fn values_out_of_range_are_refused_with_the_generators_code() {
        let long = "u".repeat(65);
        let cases = [
            (Issue { app_id: 0, ..GOOD }, IssueError::AppId, Some(1)),
            (Issue { app_id: -1, ..GOOD }, IssueError::AppId, Some(1)),
            (
                Issue {
                    app_id: 1 << 32,
                    ..GOOD
                },
                IssueError::AppId,
                Some(1),
            ),
            (
                Issue {
                    user_id: "",
                    ..GOOD
                },
                IssueError::UserId,
                Some(3),
            ),
            (
                Issue {
                    user_id: &long,
                    ..GOOD
                },
                IssueError::UserId,
                Some(3),
            ),
            (
                Issue {
                    lifetime: 0,
                    ..GOOD
                },
                IssueError::Lifetime,
                Some(6),
            ),
            (
                Issue {
                    lifetime: -5,
                    ..GOOD
                },
                IssueError::Lifetime,
                Some(6),
            ),
            (
                Issue {
                    lifetime: i64::MIN,
                    ..GOOD
                },
                IssueError::Lifetime,
                Some(6),
            ),
            (
                Issue {
                    lifetime: i64::MAX,
                    ..GOOD
                },
                IssueError::Lifetime,
                Some(6),
            ),
            (
                Issue {
                    lifetime: MAX_EXPIRE - NOW + 1,
                    ..GOOD
                },
                IssueError::Lifetime,
                Some(6),
            ),
        ];
        for (wrong, error, code) in cases {
            assert_eq!(issue(wrong).unwrap_err(), error, "{wrong:?}");
            assert_eq!(error.generator_code(), code);
        }
        assert!(
            issue(Issue {
                lifetime: MAX_EXPIRE - NOW,
                app_id: u32::MAX.into(),
                ..GOOD
            })
            .is_ok()
        );
    }

    #[test]
    fn the_longest_payload_that_fits_opens_again() {
        for form in [Form::Cbc, Form::Gcm] {
            let empty = Envelope::parse(&issue(Issue { form, ..GOOD }).unwrap()).unwrap();
            let mut bytes = 65_535 - empty.ciphertext().len() - 16;
            while issue(Issue {
                form,
                payload: &"p".repeat(bytes + 1),
                ..GOOD
            })
            .is_ok()
            {
                bytes += 1;
            }
            let payload = "p".repeat(bytes);
            let token = issue(Issue {
                form,
                payload: &payload,
                ..GOOD
            })
            .unwrap();
            let claims = verify(&token, &secret(), NOW, &Expect::default()).unwrap();
            assert_eq!(claims.payload.as_deref(), Some(&*payload));
            let error = issue(Issue {
                form,
                payload: &"p".repeat(bytes + 1),
                ..GOOD
            })
            .unwrap_err();
            assert_eq!(
                (error, error.generator_code()),
                (IssueError::PayloadTooLong, None)
            );
        }
    }

    #[test]
    fn a_token_is_good_up_to_and_in_the_second_of_its_expiry() {
        let token = issue(GOOD).unwrap();
        let at = |now| verify(&token, &secret(), now, &Expect::default());
        assert!(at(NOW - 3600).is_ok() && at(NOW + 60).is_ok());
        assert_eq!(at(NOW + 61), Err(VerifyError::Expired));
        assert_eq!(VerifyError::Expired.client_code(), 1_102_018);
    }

    #[test]
    fn a_token_for_another_app_or_user_is_refused() {
        let token = issue(GOOD).unwrap();
        let with = |expect: Expect<'_>| {
            verify(&token, &secret(), NOW, &expect).map(|claims| claims.app_id)
        };
        assert_eq!(
            with(Expect {
                app_id: Some(1),
                user_id: Some("u"),
                authenticated: true
            }),
            Ok(1)
        );
        assert_eq!(
            with(Expect {
                app_id: Some(2),
                ..Expect::default()
            }),
            Err(VerifyError::AppId)
        );
        assert_eq!(
            with(Expect {
                user_id: Some("U"),
                ..Expect::default()
            }),
            Err(VerifyError::UserId)
        );
    }

    #[test]
    fn a_cbc_token_is_refused_where_authentication_is_asked_for() {
        let token = issue(Issue {
            form: Form::Cbc,
            ..GOOD
        })
        .unwrap();
        let strict = Expect {
            authenticated: true,
            ..Expect::default()
        };
        assert_eq!(
            verify(&token, &secret(), NOW, &strict),
            Err(VerifyError::Unauthenticated)
        );
    }

    #[test]
    fn genuine_gcm_without_claims_is_told_from_a_forgery() {
        let iv = [1; 12];
        let ciphertext = encrypt(Form::Gcm, &secret(), &iv, b"{}").unwrap();
        let token = envelope::encode(Form::Gcm, NOW, &iv, &ciphertext).unwrap();
        assert_eq!(
            Envelope::parse(&token).unwrap().open(&secret()),
            Err(OpenError::Claims)
        );
    }

    #[test]
    fn debug_output_hides_the_entropy() {
        assert_eq!(format!("{:?}", Entropy::from_bytes([1; 20])), "Entropy(..)");
    }
}
