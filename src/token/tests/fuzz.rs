//! Hostile input. Each test replays its corpus under `__fuzz__/` and then draws new cases for a second.
//!
//! `BOLERO_RANDOM_ITERATIONS` draws more; how to run them guided by coverage is described in `docs/tokens.md`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use base64ct::{Base64, Encoding};
use bolero::{TypeGenerator, check};
use zego_token::{
    Entropy, Envelope, Expect, Form, Issue, IssueError, Privileges, Secret, Version, verify,
};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NOW: i64 = 1_700_000_000;

/// One change to the bytes behind the base64.
#[derive(Clone, Debug, TypeGenerator)]
enum Edit {
    Set { at: u16, value: u8 },
    Insert { at: u16, value: u8 },
    Remove { at: u16 },
    Cut { at: u16 },
    Append { bytes: Vec<u8> },
    Swap { at: u16, with: u16 },
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: u16, bytes: &Vec<u8>| usize::from(at) % (bytes.len() + 1);
        match self {
            Self::Set { at, value } => {
                let at = place(*at, bytes);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = *value;
                }
            }
            Self::Insert { at, value } => bytes.insert(place(*at, bytes), *value),
            Self::Remove { at } => {
                let at = place(*at, bytes);
                if at < bytes.len() {
                    bytes.remove(at);
                }
            }
            Self::Cut { at } => bytes.truncate(place(*at, bytes)),
            Self::Append { bytes: more } => bytes.extend_from_slice(more),
            Self::Swap { at, with } => {
                if !bytes.is_empty() {
                    let bytes_len = bytes.len();
                    bytes.swap(usize::from(*at) % bytes_len, usize::from(*with) % bytes_len);
                }
            }
        }
    }
}

#[derive(Clone, Debug, TypeGenerator)]
struct Draft {
    app_id: u32,
    wide_app_id: Option<i64>,
    user_id: String,
    lifetime: i64,
    short_lifetime: Option<u32>,
    now: u32,
    payload: String,
    gcm: bool,
    nonce: i32,
    iv: [u8; 16],
}

impl Draft {
    fn issue(&self) -> Issue<'_> {
        Issue {
            app_id: self.wide_app_id.unwrap_or(self.app_id.into()),
            user_id: &self.user_id,
            lifetime: self.short_lifetime.map_or(self.lifetime, i64::from),
            payload: &self.payload,
            form: if self.gcm { Form::Gcm } else { Form::Cbc },
        }
    }

    fn entropy(&self) -> Entropy {
        Entropy {
            nonce: self.nonce,
            iv: self.iv,
        }
    }
}

fn secret() -> Secret {
    Secret::new(SECRET).unwrap()
}

/// Whatever parses is what its parts spell.
fn assert_complete(token: &str, envelope: &Envelope) {
    let mut body = envelope.expire().to_be_bytes().to_vec();
    for part in [envelope.iv(), envelope.ciphertext()] {
        body.extend_from_slice(&u16::try_from(part.len()).unwrap().to_be_bytes());
        body.extend_from_slice(part);
    }
    let text = token.strip_prefix(envelope.version().as_str()).unwrap();
    let mut decoded = text.as_bytes().to_vec();
    let decoded = Base64::decode_in_place(&mut decoded).unwrap();
    let mode = decoded.strip_prefix(&*body).unwrap();
    match envelope.form() {
        Form::Cbc => assert!(matches!(mode, [] | [0])),
        Form::Gcm => assert_eq!(mode, [1]),
    }
}

#[test]
fn any_text_is_parsed_or_refused() {
    let secret = secret();
    check!().for_each(|input: &[u8]| {
        let token = String::from_utf8_lossy(input);
        for token in [
            token.as_ref(),
            &format!("04{token}"),
            &format!("04{}", Base64::encode_string(input)),
        ] {
            if let Ok(envelope) = Envelope::parse(token) {
                assert_complete(token, &envelope);
                let _ = (
                    envelope.client_expire(),
                    envelope.is_expired_at(NOW),
                    format!("{envelope:?}"),
                );
            }
            let _ = verify(token, &secret, NOW, &Expect::default());
        }
        let _ = Secret::new(input);
    });
}

#[test]
fn a_changed_token_is_refused() {
    let secret = secret();
    let tokens = [Form::Gcm, Form::Cbc].map(|form| {
        Issue {
            app_id: 1,
            user_id: "user",
            lifetime: 60,
            payload: r#"{"room_id":"r"}"#,
            form,
        }
        .token(&secret, NOW, &Entropy::from_bytes([3; 20]))
        .unwrap()
    });
    check!()
        .with_type::<(bool, Vec<Edit>)>()
        .for_each(|(gcm, edits)| {
            let original = &tokens[usize::from(!gcm)];
            let mut body = Base64::decode_vec(&original[2..]).unwrap();
            edits.iter().for_each(|edit| edit.apply(&mut body));
            let token = format!("04{}", Base64::encode_string(&body));
            if let Ok(envelope) = Envelope::parse(&token) {
                assert_complete(&token, &envelope);
            }
            let outcome = verify(&token, &secret, NOW, &Expect::default());
            if *gcm {
                assert_eq!(outcome.is_ok(), token == *original, "{edits:?}");
            } else if let Ok(claims) = outcome {
                // CBC is not authenticated, but the expiry stands beyond the block that the iv can change.
                assert_eq!(claims.expire, NOW + 60, "{edits:?}");
            }
        });
}

#[test]
fn what_is_issued_verifies() {
    let secret = secret();
    check!().with_type::<Draft>().for_each(|draft| {
        let (issue, now) = (draft.issue(), i64::from(draft.now));
        match issue.token(&secret, now, &draft.entropy()) {
            Ok(token) => {
                let envelope = Envelope::parse(&token).unwrap();
                assert_eq!(
                    (envelope.version(), envelope.form()),
                    (Version::V04, issue.form)
                );
                assert_complete(&token, &envelope);
                let expect = Expect {
                    app_id: Some(issue.app_id),
                    user_id: Some(issue.user_id),
                    authenticated: draft.gcm,
                };
                let claims = verify(&token, &secret, now, &expect).unwrap();
                assert_eq!(claims.payload.as_deref(), Some(issue.payload));
                assert_eq!((claims.ctime, claims.nonce), (now, i64::from(draft.nonce)));
                let _ = claims.privileges();
            }
            Err(IssueError::AppId) => assert!(issue.app_id < 1 || issue.app_id > u32::MAX.into()),
            Err(IssueError::UserId) => {
                assert!(issue.user_id.is_empty() || issue.user_id.len() > 64)
            }
            Err(IssueError::Lifetime) => {
                assert!(issue.lifetime < 1 || issue.lifetime >= (1 << 53) - now)
            }
            Err(error) => assert_eq!(error, IssueError::PayloadTooLong),
        }
    });
}

#[test]
fn any_claims_and_payload_are_read_or_refused() {
    check!().for_each(|input: &[u8]| {
        let text = String::from_utf8_lossy(input);
        if let Ok(privileges) = Privileges::from_payload(&text) {
            assert_eq!(
                Privileges::from_payload(&privileges.to_payload()),
                Ok(privileges)
            );
        }
    });
}

#[cfg(feature = "mrtc")]
#[test]
fn any_key_and_field_is_taken_or_refused() {
    use zego_token::mrtc::{DOCUMENTED_ORDER, PrivateKey, Request};

    check!()
        .with_type::<(Vec<u8>, String, i64, i64, u8)>()
        .for_each(|(key, field, now_ms, valid_ms, skip)| {
            let _ = PrivateKey::parse(&String::from_utf8_lossy(key));
            let _ = PrivateKey::parse(&Base64::encode_string(key));
            let order = DOCUMENTED_ORDER
                .get(usize::from(*skip)..)
                .unwrap_or_default();
            let request = Request {
                biz_name: field,
                app_id: field,
                workspace_id: "w",
                uid: field,
                order,
            };
            if let Ok(text) = request.text(*now_ms, *valid_ms) {
                assert!(text.ends_with(&(now_ms + valid_ms).to_string()));
            }
        });
}
