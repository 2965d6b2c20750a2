//! The signature of `<rtc-room>` (MRTC, "stream media signature").
//!
//! The component takes a `signature` made on the app's server with the app's private key. The recipe Alibaba documents
//! for mPaaS is
//!
//! ```text
//! text      = bizName || appId || workspaceId || uid || expireTime     UTF-8, nothing between the fields
//! signature = base64(RSA private-key operation on text, padded as PKCS#1 v1.5 block type 1, no digest)
//! ```
//!
//! with `appId` the attribute called `subBiz`, and `expireTime` in milliseconds. This is what Java's
//! `Cipher.getInstance("RSA")` does in encrypt mode with a private key, and PHP's `openssl_private_encrypt`.
//!
//! **What is verified:** the bytes equal those of OpenSSL and Java for the recipe above. **What is not:** whether
//! public Alipay mini programs use the same fields in the same order; the page that says so could not be read.
//! Therefore the order is an argument; [`DOCUMENTED_ORDER`] is the mPaaS one.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::{error, fmt};

use base64ct::{Base64, Encoding};
use rsa::{
    Pkcs1v15Sign, RsaPrivateKey, pkcs1::DecodeRsaPrivateKey, pkcs8::DecodePrivateKey,
    rand_core::CryptoRngCore, traits::PublicKeyParts,
};
use zeroize::Zeroizing;

pub use rsa::rand_core;

/// Characters of the longest user id.
pub const MAX_UID_CHARS: usize = 128;

/// The order of the fields that Alibaba documents for mPaaS.
pub const DOCUMENTED_ORDER: [Field; 5] = [
    Field::BizName,
    Field::AppId,
    Field::WorkspaceId,
    Field::Uid,
    Field::ExpireTime,
];

/// Bytes PKCS#1 v1.5 adds at least.
const PADDING_BYTES: usize = 11;

/// Milliseconds since 1970 of 2001-09-09: an earlier clock counts seconds.
const EARLIEST_MILLISECONDS: i64 = 1_000_000_000_000;

/// One part of the signed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `bizName`, given by Alibaba.
    BizName,
    /// `appId`; the component's `subBiz`.
    AppId,
    /// `workspaceId` of the mPaaS console.
    WorkspaceId,
    /// The user; the component's `userId`.
    Uid,
    /// When the signature expires, in milliseconds since 1970, decimal.
    ExpireTime,
}

impl Field {
    /// The name in Alibaba's documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BizName => "bizName",
            Self::AppId => "appId",
            Self::WorkspaceId => "workspaceId",
            Self::Uid => "uid",
            Self::ExpireTime => "expireTime",
        }
    }
}

/// The app's RSA private key. Wiped when dropped; `Debug` does not show it.
pub struct PrivateKey(RsaPrivateKey);

impl PrivateKey {
    /// Takes the key as PEM (PKCS#8 or PKCS#1) or, as the console gives it, bare base64 of PKCS#8. White space inside
    /// the base64 is ignored.
    ///
    /// # Errors
    ///
    /// [`MrtcError::Key`] for anything else, such as an encrypted or a public key.
    pub fn parse(text: &str) -> Result<Self, MrtcError> {
        let text = text.trim();
        if text.starts_with("-----") {
            return RsaPrivateKey::from_pkcs8_pem(text)
                .ok()
                .or_else(|| RsaPrivateKey::from_pkcs1_pem(text).ok())
                .map(Self)
                .ok_or(MrtcError::Key);
        }
        let mut der: Zeroizing<Vec<u8>> = Zeroizing::new(
            text.bytes()
                .filter(|byte| !byte.is_ascii_whitespace())
                .collect(),
        );
        let der = Base64::decode_in_place(&mut der).map_err(|_| MrtcError::Key)?;
        RsaPrivateKey::from_pkcs8_der(der)
            .ok()
            .or_else(|| RsaPrivateKey::from_pkcs1_der(der).ok())
            .map(Self)
            .ok_or(MrtcError::Key)
    }

    /// Bits of the modulus.
    pub fn bits(&self) -> usize {
        self.0.size() * 8
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

/// What is to be signed. A field that `order` does not name may be empty.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// See [`Field::BizName`].
    pub biz_name: &'a str,
    /// See [`Field::AppId`].
    pub app_id: &'a str,
    /// See [`Field::WorkspaceId`].
    pub workspace_id: &'a str,
    /// The user: 1 to 128 of `A-Z a-z 0-9 _`. Alipay's own user ids may hold a `-` and then do not work.
    pub uid: &'a str,
    /// Which fields are signed, in which order; normally [`DOCUMENTED_ORDER`].
    pub order: &'a [Field],
}

impl Request<'_> {
    /// The text to be signed for a signature that is good from `now_ms` (milliseconds since 1970) for `valid_ms`.
    /// Alibaba's sample takes five minutes.
    ///
    /// # Errors
    ///
    /// An [`MrtcError`] naming what is out of range.
    pub fn text(&self, now_ms: i64, valid_ms: i64) -> Result<String, MrtcError> {
        let repeated = |(at, field)| self.order.iter().take(at).any(|earlier| earlier == field);
        if self.order.is_empty() || self.order.iter().enumerate().any(repeated) {
            return Err(MrtcError::Order);
        }
        if self.uid.is_empty()
            || self.uid.len() > MAX_UID_CHARS
            || !self
                .uid
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            return Err(MrtcError::Uid);
        }
        if now_ms < EARLIEST_MILLISECONDS {
            return Err(MrtcError::Clock);
        }
        let expire_time = now_ms
            .checked_add(valid_ms)
            .filter(|_| valid_ms > 0)
            .ok_or(MrtcError::Validity)?
            .to_string();
        let mut text = String::new();
        for field in self.order {
            let value = match field {
                Field::BizName => self.biz_name,
                Field::AppId => self.app_id,
                Field::WorkspaceId => self.workspace_id,
                Field::Uid => self.uid,
                Field::ExpireTime => &expire_time,
            };
            if value.is_empty() {
                return Err(MrtcError::Empty(*field));
            }
            text.push_str(value);
        }
        Ok(text)
    }

    /// Signs [`Request::text`]. The result depends on the arguments alone: `rng` only blinds the private-key
    /// operation, so that its duration tells nothing about the key.
    ///
    /// # Errors
    ///
    /// Those of [`Request::text`], and [`MrtcError::TooLong`] when the text does not fit the key.
    pub fn sign(
        &self,
        key: &PrivateKey,
        now_ms: i64,
        valid_ms: i64,
        rng: &mut impl CryptoRngCore,
    ) -> Result<String, MrtcError> {
        let text = self.text(now_ms, valid_ms)?;
        if text.len() + PADDING_BYTES > key.0.size() {
            return Err(MrtcError::TooLong);
        }
        let block = key
            .0
            .sign_with_rng(rng, Pkcs1v15Sign::new_unprefixed(), text.as_bytes())
            .map_err(|_| MrtcError::Key)?;
        Ok(Base64::encode_string(&block))
    }
}

/// Why there is no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MrtcError {
    /// Not an unencrypted RSA private key in a form [`PrivateKey::parse`] knows, or an inconsistent one.
    Key,
    /// No field, or a field named twice.
    Order,
    /// The uid is empty, too long, or has a character outside `A-Z a-z 0-9 _`.
    Uid,
    /// This field is to be signed but empty.
    Empty(Field),
    /// `now_ms` lies before September 2001: it probably counts seconds.
    Clock,
    /// The validity is zero, negative or beyond all numbers.
    Validity,
    /// The text is longer than the key's modulus less 11 bytes: 245 bytes for RSA-2048.
    TooLong,
}

impl fmt::Display for MrtcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "not an unencrypted RSA private key (PEM, or base64 of PKCS#8)",
            Self::Order => "the field order must name at least one field and none twice",
            Self::Uid => "the uid must be 1 to 128 characters of A-Z a-z 0-9 _",
            Self::Empty(field) => return write!(f, "{} must not be empty", field.as_str()),
            Self::Clock => "the time must be in milliseconds",
            Self::Validity => "the validity must be at least one millisecond",
            Self::TooLong => "the fields are longer than the key can sign",
        })
    }
}

impl error::Error for MrtcError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    const NOW_MS: i64 = 1_700_000_000_000;
    const GOOD: Request<'static> = Request {
        biz_name: "biz",
        app_id: "sub",
        workspace_id: "ws",
        uid: "user_1",
        order: &DOCUMENTED_ORDER,
    };

    #[test]
    fn the_text_is_the_fields_in_the_order_asked_for() {
        assert_eq!(
            GOOD.text(NOW_MS, 300_000).unwrap(),
            "bizsubwsuser_11700000300000"
        );
        let short = Request {
            workspace_id: "",
            order: &[Field::Uid, Field::ExpireTime, Field::BizName],
            ..GOOD
        };
        assert_eq!(short.text(NOW_MS, 1).unwrap(), "user_11700000000001biz");
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        let long = "u".repeat(129);
        for uid in ["", "2088-1", "用户", "a b", &long] {
            assert_eq!(
                Request { uid, ..GOOD }.text(NOW_MS, 1),
                Err(MrtcError::Uid),
                "{uid:?}"
            );
        }
        assert!(
            Request {
                uid: &long[..128],
                ..GOOD
            }
            .text(NOW_MS, 1)
            .is_ok()
        );
        let twice = [Field::Uid, Field::BizName, Field::Uid];
        assert_eq!(
            Request {
                order: &twice,
                ..GOOD
            }
            .text(NOW_MS, 1),
            Err(MrtcError::Order)
        );
        assert_eq!(
            Request { order: &[], ..GOOD }.text(NOW_MS, 1),
            Err(MrtcError::Order)
        );
        assert_eq!(
            Request { app_id: "", ..GOOD }.text(NOW_MS, 1),
            Err(MrtcError::Empty(Field::AppId))
        );
        assert_eq!(GOOD.text(NOW_MS / 1000, 1), Err(MrtcError::Clock));
        for valid_ms in [0, -1, i64::MAX] {
            assert_eq!(
                GOOD.text(NOW_MS, valid_ms),
                Err(MrtcError::Validity),
                "{valid_ms}"
            );
        }
    }

    #[test]
    fn what_is_no_private_key_is_refused() {
        let public = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----";
        for text in ["", "secret", "AAAA", "-----BEGIN", public] {
            let error = PrivateKey::parse(text).unwrap_err();
            assert_eq!(error, MrtcError::Key, "{text:?}");
            assert!(!format!("{error} {error:?}").contains("AAAA"));
        }
    }
}
