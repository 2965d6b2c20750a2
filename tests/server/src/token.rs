//! Token04: opening, checking and issuing.
//!
//! A token is `04` and the base64 of `expire (i64) | iv length (u16) | iv | cipher length (u16) | cipher | mode`, all
//! big-endian. Mode 0 or absent is AES-256-CBC with PKCS#7 padding, mode 1 is AES-256-GCM with the tag behind the text; the
//! key is the 32 bytes of the secret as they are. Inside is JSON `{app_id, user_id, nonce, ctime, expire, payload}` with
//! keys in any order.

use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit, block_padding::Pkcs7};
use aes_gcm::{Aes256Gcm, KeyInit, aead::Aead};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{codes, config::Secret};

const VERSION: &str = "04";
const MODE_CBC: u8 = 0;
const MODE_GCM: u8 = 1;
const CBC_IV_LEN: usize = 16;
const GCM_NONCE_LEN: usize = 12;

/// Longest token that is looked at, bytes.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Which cipher a token is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenForm {
    /// AES-256-CBC: what most published generators make.
    #[default]
    Cbc,
    /// AES-256-GCM: the newer form.
    Gcm,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Claims {
    /// The app the token is for.
    pub app_id: i64,
    /// The user the token is for.
    pub user_id: String,
    /// Makes tokens of the same second differ.
    pub nonce: i64,
    /// When it was made, unix seconds.
    pub ctime: i64,
    /// Until when it holds, unix seconds.
    pub expire: i64,
    /// Free text; JSON with privileges if privileges are used.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub payload: String,
}

/// What the holder wants to do with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access<'a> {
    /// Log in to a room.
    Login {
        /// The room.
        room: &'a str,
    },
    /// Publish a stream in a room.
    Publish {
        /// The room.
        room: &'a str,
        /// The stream.
        stream: &'a str,
    },
    /// Anything else: only the identity and the time are looked at.
    Identity,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No token.
    #[error("no token")]
    Empty,
    /// Longer than [`MAX_TOKEN_BYTES`].
    #[error("token too long")]
    TooLong,
    /// The prefix is not `04`.
    #[error("not a version 04 token")]
    Version,
    /// Not base64, or lengths that do not add up.
    #[error("token envelope is malformed")]
    Envelope,
    /// The cipher refuses it: another secret, or changed bytes.
    #[error("token does not open with this secret")]
    Cipher,
    /// Opens, but to something else than claims.
    #[error("token content is malformed")]
    Content,
    /// The expiry outside the cipher differs from the one inside.
    #[error("token expiry was changed")]
    ExpiryMismatch,
    /// Made for another app.
    #[error("token of another app")]
    App,
    /// Made for another user.
    #[error("token of another user")]
    User,
    /// Not valid any more.
    #[error("token expired")]
    Expired,
    /// The privileges do not allow this login.
    #[error("token does not allow this room")]
    LoginDenied,
    /// The privileges do not allow to publish this.
    #[error("token does not allow to publish this stream")]
    PublishDenied,
}

impl TokenError {
    /// The code a room answer carries. All of them lie in the ranges that clients take for "token error" or "token expired".
    pub fn code(self) -> u32 {
        match self {
            Self::Empty | Self::TooLong | Self::Version | Self::Envelope => codes::TOKEN_FORMAT,
            Self::Cipher | Self::Content | Self::ExpiryMismatch => codes::TOKEN_CIPHER,
            Self::App => codes::TOKEN_APP,
            Self::User => codes::TOKEN_USER,
            Self::Expired => codes::TOKEN_EXPIRED,
            Self::LoginDenied | Self::PublishDenied => codes::TOKEN_PRIVILEGE,
        }
    }
}

/// Opens a token without judging what it says, except that both expiries must agree.
///
/// # Errors
/// [`TokenError`] for everything that is not a token made with this secret.
pub fn open(token: &str, secret: &Secret) -> Result<Claims, TokenError> {
    if token.is_empty() {
        return Err(TokenError::Empty);
    }
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::TooLong);
    }
    let body = STANDARD.decode(token.strip_prefix(VERSION).ok_or(TokenError::Version)?).map_err(|_| TokenError::Envelope)?;
    let envelope = Envelope::parse(&body).ok_or(TokenError::Envelope)?;
    let plain = match envelope.mode {
        MODE_CBC => open_cbc(&envelope, secret)?,
        MODE_GCM => open_gcm(&envelope, secret)?,
        _ => return Err(TokenError::Envelope),
    };
    let claims: Claims = serde_json::from_slice(&plain).map_err(|_| TokenError::Content)?;
    if claims.expire != envelope.expire {
        return Err(TokenError::ExpiryMismatch);
    }
    Ok(claims)
}

/// Opens a token and checks that it lets `user` do `access` at `now_ms`.
///
/// # Errors
/// [`TokenError`] with the first reason to refuse it.
pub fn check(
    token: &str,
    secret: &Secret,
    app_id: u32,
    user: &str,
    access: Access<'_>,
    now_ms: u64,
) -> Result<Claims, TokenError> {
    let claims = open(token, secret)?;
    if claims.app_id != i64::from(app_id) {
        return Err(TokenError::App);
    }
    if claims.user_id != user {
        return Err(TokenError::User);
    }
    if claims.remaining_seconds(now_ms) == 0 {
        return Err(TokenError::Expired);
    }
    claims.allows(access)?;
    Ok(claims)
}

/// Makes a token. `iv` gives 16 bytes for CBC; GCM takes the first 12.
///
/// # Errors
/// [`TokenError::Content`] if claims and payload are too long for the envelope (64 KiB).
pub fn issue(form: TokenForm, secret: &Secret, claims: &Claims, iv: [u8; CBC_IV_LEN]) -> Result<String, TokenError> {
    let plain = serde_json::to_vec(claims).map_err(|_| TokenError::Content)?;
    seal(form, secret, &plain, claims.expire, &iv)
}

impl Claims {
    /// Whole seconds until the token ends; 0 if it has ended.
    pub fn remaining_seconds(&self, now_ms: u64) -> u32 {
        let now = i64::try_from(now_ms / 1000).unwrap_or(i64::MAX);
        u32::try_from(self.expire.saturating_sub(now).max(0)).unwrap_or(u32::MAX)
    }

    /// Whether the privileges in the payload, if there are any, allow `access`.
    ///
    /// # Errors
    /// [`TokenError::LoginDenied`] or [`TokenError::PublishDenied`].
    pub fn allows(&self, access: Access<'_>) -> Result<(), TokenError> {
        // A payload may be any text; only an object with `privilege` restricts anything.
        let Ok(payload) = serde_json::from_str::<Value>(&self.payload) else { return Ok(()) };
        let Some(privilege) = payload.get("privilege").and_then(Value::as_object) else { return Ok(()) };
        let room_fits = |room: &str| match payload.get("room_id").and_then(Value::as_str) {
            None | Some("") => true,
            Some(allowed) => allowed == room,
        };
        let granted = |key: &str| privilege.get(key).and_then(Value::as_i64) == Some(1);
        match access {
            Access::Identity => Ok(()),
            Access::Login { room } if granted("1") && room_fits(room) => Ok(()),
            Access::Login { .. } => Err(TokenError::LoginDenied),
            // A token that only names the login privilege is not asked again when publishing.
            Access::Publish { .. } if !privilege.contains_key("2") => Ok(()),
            Access::Publish { room, stream } => {
                let stream_fits = match payload.get("stream_id_list").and_then(Value::as_array) {
                    None => true,
                    Some(list) => list.is_empty() || list.iter().any(|id| id.as_str() == Some(stream)),
                };
                if granted("2") && room_fits(room) && stream_fits { Ok(()) } else { Err(TokenError::PublishDenied) }
            }
        }
    }
}

struct Envelope<'a> {
    expire: i64,
    iv: &'a [u8],
    cipher: &'a [u8],
    mode: u8,
}

impl<'a> Envelope<'a> {
    fn parse(body: &'a [u8]) -> Option<Self> {
        let (expire, rest) = body.split_first_chunk::<8>()?;
        let (iv, rest) = length_prefixed(rest)?;
        let (cipher, rest) = length_prefixed(rest)?;
        let mode = match rest {
            [] => MODE_CBC,
            [mode] => *mode,
            _ => return None,
        };
        Some(Self { expire: i64::from_be_bytes(*expire), iv, cipher, mode })
    }
}

fn length_prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

fn open_cbc(envelope: &Envelope<'_>, secret: &Secret) -> Result<Vec<u8>, TokenError> {
    cbc::Decryptor::<aes::Aes256>::new_from_slices(secret.bytes(), envelope.iv)
        .map_err(|_| TokenError::Envelope)?
        .decrypt_padded_vec_mut::<Pkcs7>(envelope.cipher)
        .map_err(|_| TokenError::Cipher)
}

fn open_gcm(envelope: &Envelope<'_>, secret: &Secret) -> Result<Vec<u8>, TokenError> {
    let nonce: &[u8; GCM_NONCE_LEN] = envelope.iv.try_into().map_err(|_| TokenError::Envelope)?;
    Aes256Gcm::new_from_slice(secret.bytes())
        .map_err(|_| TokenError::Cipher)?
        .decrypt(nonce.into(), envelope.cipher)
        .map_err(|_| TokenError::Cipher)
}

fn seal(form: TokenForm, secret: &Secret, plain: &[u8], expire: i64, iv: &[u8; CBC_IV_LEN]) -> Result<String, TokenError> {
    let (iv, cipher, mode): (&[u8], _, Option<u8>) = match form {
        TokenForm::Cbc => {
            let cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(secret.bytes(), iv)
                .map_err(|_| TokenError::Cipher)?
                .encrypt_padded_vec_mut::<Pkcs7>(plain);
            (iv, cipher, None)
        }
        TokenForm::Gcm => {
            let (nonce, _) = iv.split_first_chunk::<GCM_NONCE_LEN>().ok_or(TokenError::Envelope)?;
            let key = Aes256Gcm::new_from_slice(secret.bytes()).map_err(|_| TokenError::Cipher)?;
            let cipher = key.encrypt(nonce.into(), plain).map_err(|_| TokenError::Cipher)?;
            (nonce, cipher, Some(MODE_GCM))
        }
    };
    let mut body = expire.to_be_bytes().to_vec();
    for part in [iv, cipher.as_slice()] {
        body.extend_from_slice(&u16::try_from(part.len()).map_err(|_| TokenError::Content)?.to_be_bytes());
        body.extend_from_slice(part);
    }
    body.extend(mode);
    Ok(format!("{VERSION}{}", STANDARD.encode(body)))
}

fn null_as_empty<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors(list: &str) -> Vec<Value> {
        let all: Value = serde_json::from_str(include_str!("../fixtures/token04-vectors.json")).unwrap();
        all[list].as_array().unwrap().clone()
    }

    fn secret_of(vector: &Value) -> Secret {
        Secret::new(vector["secret"].as_str().unwrap()).unwrap()
    }

    fn claims(payload: &str) -> Claims {
        Claims { app_id: 1, user_id: "u".into(), nonce: -5, ctime: 1000, expire: 2000, payload: payload.into() }
    }

    fn secret() -> Secret {
        Secret::new("0123456789abcdef0123456789abcdef").unwrap()
    }

    #[test]
    fn every_token_of_the_public_generators_opens_to_what_was_put_in() {
        let all = vectors("accept");
        assert!(all.len() > 50);
        for vector in all {
            let claims = open(vector["token"].as_str().unwrap(), &secret_of(&vector));
            let claims = claims.unwrap_or_else(|error| panic!("{}: {error}", vector["id"]));
            if let Some(user) = vector["expect"]["user_id"].as_str() {
                assert_eq!(claims.user_id, user, "{}", vector["id"]);
                assert_eq!(claims.app_id, vector["expect"]["app_id"].as_i64().unwrap());
                assert_eq!(claims.expire, vector["expect"]["expire"].as_i64().unwrap());
                assert_eq!(claims.payload, vector["expect"]["payload"].as_str().unwrap_or_default());
            }
        }
    }

    #[test]
    fn sealing_reproduces_the_public_generators_byte_for_byte() {
        for vector in vectors("mint") {
            let mut iv = [0; CBC_IV_LEN];
            let hex = vector["iv_hex"].as_str().unwrap();
            for (at, byte) in iv.iter_mut().enumerate().take(hex.len() / 2) {
                *byte = u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap();
            }
            let form = if vector["form"] == "gcm" { TokenForm::Gcm } else { TokenForm::Cbc };
            let plain = vector["plaintext"].as_str().unwrap().as_bytes();
            let token = seal(form, &secret_of(&vector), plain, vector["expire"].as_i64().unwrap(), &iv);
            assert_eq!(token.as_deref(), Ok(vector["token"].as_str().unwrap()), "{}", vector["id"]);
        }
    }

    #[test]
    fn malformed_foreign_and_tampered_tokens_are_refused() {
        for vector in vectors("reject") {
            let refused = open(vector["token"].as_str().unwrap(), &secret_of(&vector));
            assert!(refused.is_err(), "{} was accepted", vector["id"]);
        }
    }

    #[test]
    fn a_token_is_good_for_its_app_and_user_until_it_expires() {
        let token = issue(TokenForm::Gcm, &secret(), &claims(""), [7; 16]).unwrap();
        let verdict = |app, user, now_ms| check(&token, &secret(), app, user, Access::Identity, now_ms);
        assert_eq!(verdict(1, "u", 1_999_999), Ok(claims("")));
        assert_eq!(verdict(2, "u", 0), Err(TokenError::App));
        assert_eq!(verdict(1, "v", 0), Err(TokenError::User));
        assert_eq!(verdict(1, "u", 2_000_000), Err(TokenError::Expired));
    }

    #[test]
    fn privileges_restrict_rooms_and_streams() {
        let claims = claims(r#"{"room_id":"r","privilege":{"1":1,"2":1},"stream_id_list":["s"]}"#);
        assert_eq!(claims.allows(Access::Login { room: "r" }), Ok(()));
        assert_eq!(claims.allows(Access::Login { room: "x" }), Err(TokenError::LoginDenied));
        assert_eq!(claims.allows(Access::Publish { room: "r", stream: "s" }), Ok(()));
        assert_eq!(claims.allows(Access::Publish { room: "r", stream: "x" }), Err(TokenError::PublishDenied));
    }

    #[test]
    fn publishing_is_denied_by_zero_and_not_asked_without_the_key() {
        let denied = claims(r#"{"room_id":"","privilege":{"1":1,"2":0},"stream_id_list":null}"#);
        assert_eq!(denied.allows(Access::Publish { room: "r", stream: "s" }), Err(TokenError::PublishDenied));
        let only_login = claims(r#"{"privilege":{"1":1}}"#);
        assert_eq!(only_login.allows(Access::Publish { room: "r", stream: "s" }), Ok(()));
        assert_eq!(claims("not json").allows(Access::Login { room: "r" }), Ok(()));
    }
}
