//! Everything in `token04_vectors.json`: made with the vendor's public generators, judged by its published decoder.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use serde_json::Value;
use zego_token::{
    Entropy, Envelope, Expect, Form, Issue, OpenError, ParseError, Secret, VerifyError, Version,
    verify,
};

const VECTORS: &str = include_str!("fixtures/token04_vectors.json");

fn list(name: &str, count: usize) -> Vec<Value> {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let list = vectors[name].as_array().unwrap().clone();
    assert_eq!(list.len(), count, "{name}");
    list
}

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap()
}

fn secret(vector: &Value) -> Secret {
    Secret::new(text(vector, "secret")).unwrap()
}

fn entropy(input: &Value) -> Entropy {
    let iv = match input["iv_ascii"].as_str() {
        Some(iv) => iv.as_bytes().to_vec(),
        None => {
            let hex = text(input, "gcm_nonce_hex");
            (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                .collect()
        }
    };
    let mut padded = [0; 16];
    padded[..iv.len()].copy_from_slice(&iv);
    Entropy {
        nonce: input["nonce"].as_i64().unwrap().try_into().unwrap(),
        iv: padded,
    }
}

#[test]
fn every_encode_vector_is_issued_byte_for_byte() {
    for vector in list("encode_vectors", 40) {
        let input = &vector["input"];
        let form = if vector["variant"] == "GCM" {
            Form::Gcm
        } else {
            Form::Cbc
        };
        let token = Issue {
            app_id: input["app_id"].as_i64().unwrap(),
            user_id: text(input, "user_id"),
            lifetime: input["effective_seconds"].as_i64().unwrap(),
            payload: text(input, "payload"),
            form,
        }
        .token(
            &secret(input),
            input["ctime"].as_i64().unwrap(),
            &entropy(input),
        )
        .unwrap();
        assert_eq!(token, text(&vector, "token"), "{}", vector["id"]);
    }
}

#[test]
fn every_encode_vector_is_inspected_opened_and_verified() {
    for vector in list("encode_vectors", 40) {
        let input = &vector["input"];
        let expire = vector["expire"].as_i64().unwrap();
        let envelope = Envelope::parse(text(&vector, "token")).unwrap();
        assert_eq!(
            (envelope.version(), envelope.expire()),
            (Version::V04, expire)
        );
        assert_eq!(envelope.form() == Form::Gcm, vector["variant"] == "GCM");

        let expect = Expect {
            app_id: input["app_id"].as_i64(),
            user_id: input["user_id"].as_str(),
            authenticated: false,
        };
        let claims = verify(text(&vector, "token"), &secret(input), expire, &expect).unwrap();
        assert_eq!(
            claims.payload.as_deref(),
            input["payload"].as_str(),
            "{}",
            vector["id"]
        );
        assert_eq!(
            (Some(claims.nonce), Some(claims.ctime)),
            (input["nonce"].as_i64(), input["ctime"].as_i64())
        );
        let late = verify(text(&vector, "token"), &secret(input), expire + 1, &expect);
        assert_eq!(late, Err(VerifyError::Expired), "{}", vector["id"]);
    }
}

#[test]
fn every_decode_vector_opens_whatever_its_key_order_and_escapes() {
    for vector in list("decode_vectors", 11) {
        let (id, json) = (&vector["id"], &vector["json"]);
        let envelope = Envelope::parse(text(&vector, "token")).unwrap();
        assert_eq!(
            i64::from(envelope.form() == Form::Gcm),
            vector["mode"],
            "{id}"
        );
        let claims = verify(
            text(&vector, "token"),
            &secret(&vector),
            envelope.expire(),
            &Expect::default(),
        )
        .unwrap();
        assert_eq!(claims.app_id, json["app_id"], "{id}");
        assert_eq!(claims.user_id, json["user_id"], "{id}");
        assert_eq!(claims.nonce, json["nonce"], "{id}");
        assert_eq!(claims.ctime, json["ctime"], "{id}");
        assert_eq!(claims.expire, json["expire"], "{id}");
        assert_eq!(claims.payload.as_deref(), json["payload"].as_str(), "{id}");
    }
}

#[test]
fn every_reject_vector_is_refused_for_its_reason() {
    let reasons = [
        ("bad/version-03", VerifyError::Open(OpenError::Version)),
        ("bad/empty", VerifyError::Parse(ParseError::Version)),
        ("bad/prefix-only", VerifyError::Parse(ParseError::TooShort)),
        (
            "bad/not-base64",
            VerifyError::Parse(ParseError::Base64Character),
        ),
        ("bad/short-11", VerifyError::Parse(ParseError::TooShort)),
        (
            "bad/iv-overflow",
            VerifyError::Parse(ParseError::IvOverflow),
        ),
        (
            "bad/cipher-overflow",
            VerifyError::Parse(ParseError::CiphertextOverflow),
        ),
        (
            "bad/truncated",
            VerifyError::Parse(ParseError::CiphertextOverflow),
        ),
        ("bad/wrong-secret", VerifyError::Open(OpenError::Decrypt)),
        (
            "bad/gcm-wrong-secret",
            VerifyError::Open(OpenError::Decrypt),
        ),
        ("bad/gcm-tag-flipped", VerifyError::Open(OpenError::Decrypt)),
        (
            "bad/gcm-mode-byte-missing",
            VerifyError::Parse(ParseError::IvLength),
        ),
    ];
    for (vector, (id, reason)) in list("reject_vectors", 12).iter().zip(reasons) {
        assert_eq!(vector["id"], id);
        let outcome = verify(
            text(vector, "token"),
            &secret(vector),
            0,
            &Expect::default(),
        );
        assert_eq!(outcome, Err(reason), "{id}");
        assert_eq!(reason.client_code(), 1_102_016);
    }
}

#[test]
fn an_explicit_mode_0_is_accepted() {
    for vector in list("accept_variants", 1) {
        let claims = verify(
            text(&vector, "token"),
            &secret(&vector),
            1_700_003_600,
            &Expect::default(),
        )
        .unwrap();
        assert_eq!(claims.expire, 1_700_003_600);
    }
}

#[test]
fn a_changed_outer_expiry_is_detected() {
    for vector in list("tamper_vectors", 1) {
        let envelope = Envelope::parse(text(&vector, "token")).unwrap();
        assert_eq!(envelope.expire(), 9_999_999_999);
        assert_eq!(
            envelope.open(&secret(&vector)).unwrap().expire,
            1_700_003_600
        );
        let outcome = verify(
            text(&vector, "token"),
            &secret(&vector),
            1_700_000_000,
            &Expect::default(),
        );
        assert_eq!(outcome, Err(VerifyError::ExpireTampered));
    }
}

#[test]
fn privileges_of_the_vectors_are_read() {
    let privileges = |id: &str| {
        let vector = list("encode_vectors", 40)
            .into_iter()
            .find(|vector| vector["id"] == id)
            .unwrap();
        let claims = Envelope::parse(text(&vector, "token"))
            .unwrap()
            .open(&secret(&vector["input"]))
            .unwrap();
        claims.privileges()
    };
    assert_eq!(privileges("gcm/basic"), Ok(None));
    let list = privileges("gcm/privilege-streamlist").unwrap().unwrap();
    assert!(list.allows_login("roomid") && list.allows_publish("roomid", "s123"));
    assert!(!list.allows_login("other") && !list.allows_publish("roomid", "s124"));
    let denied = privileges("cbc/privilege-login-denied").unwrap().unwrap();
    assert!(!denied.allows_login("room1"));
    assert_eq!(
        list.to_payload(),
        r#"{"room_id":"roomid","privilege":{"1":1,"2":1},"stream_id_list":["s123","roomid_user1_main"]}"#
    );
    assert!(privileges("cbc/payload-not-json").is_err());
}
