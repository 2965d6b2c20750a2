//! The MRTC signature against Java (recorded once) and OpenSSL (run here when it is installed).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::{
    io::Write,
    process::{Command, Stdio},
};

use serde_json::Value;
use zego_token::mrtc::{
    DOCUMENTED_ORDER, Field, MrtcError, PrivateKey, Request,
    rand_core::{CryptoRng, Error, RngCore, impls},
};

const KEY: &str = include_str!("fixtures/mrtc/test_key.pem");
const KEY_PATH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/mrtc/test_key.pem"
);
const NOW_MS: i64 = 1_700_000_000_000;

/// Blinding needs numbers, not good ones: the signature does not depend on them.
struct Counter(u64);

impl RngCore for Counter {
    fn next_u32(&mut self) -> u32 {
        self.next_u64() as u32
    }
    fn next_u64(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        self.0
    }
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        impls::fill_bytes_via_next(self, bytes);
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Counter {}

fn field(name: &Value) -> Field {
    *DOCUMENTED_ORDER
        .iter()
        .find(|field| field.as_str() == name)
        .unwrap()
}

fn good() -> Request<'static> {
    Request {
        biz_name: "biz",
        app_id: "N",
        workspace_id: "ws",
        uid: "user_1",
        order: &DOCUMENTED_ORDER,
    }
}

#[test]
fn signatures_equal_those_of_java() {
    let vectors: Value =
        serde_json::from_str(include_str!("fixtures/mrtc/java_vectors.json")).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 4);
    let key = PrivateKey::parse(KEY).unwrap();
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let order: Vec<_> = vector["order"]
            .as_array()
            .unwrap()
            .iter()
            .map(field)
            .collect();
        let request = Request {
            biz_name: text("biz_name"),
            app_id: text("app_id"),
            workspace_id: text("workspace_id"),
            uid: text("uid"),
            order: &order,
        };
        let (now_ms, valid_ms) = (
            vector["now_ms"].as_i64().unwrap(),
            vector["valid_ms"].as_i64().unwrap(),
        );
        assert_eq!(request.text(now_ms, valid_ms).unwrap(), text("text"));
        assert_eq!(
            request
                .sign(&key, now_ms, valid_ms, &mut Counter(1))
                .unwrap(),
            text("signature")
        );
        assert_eq!(
            request
                .sign(&key, now_ms, valid_ms, &mut Counter(2))
                .unwrap(),
            text("signature")
        );
    }
}

#[test]
fn signatures_equal_those_of_openssl() {
    let signing = Command::new("openssl")
        .args([
            "pkeyutl",
            "-sign",
            "-pkeyopt",
            "rsa_padding_mode:pkcs1",
            "-inkey",
            KEY_PATH,
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut openssl) = signing else {
        eprintln!("SKIPPED signatures_equal_those_of_openssl: openssl is not installed");
        return;
    };
    let text = good().text(NOW_MS, 300_000).unwrap();
    openssl
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = openssl.wait_with_output().unwrap();
    assert!(output.status.success());

    let ours = good()
        .sign(
            &PrivateKey::parse(KEY).unwrap(),
            NOW_MS,
            300_000,
            &mut Counter(1),
        )
        .unwrap();
    let mut encoder = Command::new("openssl")
        .args(["base64", "-A"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    encoder
        .stdin
        .take()
        .unwrap()
        .write_all(&output.stdout)
        .unwrap();
    assert_eq!(
        String::from_utf8(encoder.wait_with_output().unwrap().stdout)
            .unwrap()
            .trim(),
        ours
    );
}

#[test]
fn the_key_may_be_pem_or_bare_base64() {
    let bare: String = KEY
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let wrapped = KEY
        .replace("-----BEGIN PRIVATE KEY-----", "")
        .replace("-----END PRIVATE KEY-----", "");
    for text in [KEY, &bare, &wrapped] {
        let key = PrivateKey::parse(text).unwrap();
        assert_eq!(
            (key.bits(), format!("{key:?}").as_str()),
            (2048, "PrivateKey(..)")
        );
    }
}

#[test]
fn a_text_longer_than_the_key_admits_is_refused() {
    let key = PrivateKey::parse(KEY).unwrap();
    let rest = good().text(NOW_MS, 1).unwrap().len() - good().biz_name.len();
    let sign = |bytes: usize| {
        Request {
            biz_name: &"b".repeat(bytes),
            ..good()
        }
        .sign(&key, NOW_MS, 1, &mut Counter(1))
    };
    assert!(sign(245 - rest).is_ok());
    assert_eq!(sign(246 - rest), Err(MrtcError::TooLong));
}
