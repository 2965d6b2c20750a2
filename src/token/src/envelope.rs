//! The outside of a token: what anyone can read without the secret.
//!
//! ```text
//! token = version ("03" | "04") || base64, standard alphabet, padded
//! body  = expiry i64 | iv length u16 | iv | ciphertext length u16 | ciphertext | mode u8 (may be missing)
//! ```
//!
//! Numbers are big-endian. A missing mode or 0 is AES-256-CBC with a 16-byte iv, 1 is AES-256-GCM with a 12-byte nonce
//! and the 16-byte tag at the end of the ciphertext.

use alloc::vec::Vec;
use core::{fmt, ops::Range};

#[cfg(feature = "secret")]
use base64ct::{Base64, Encoding};

use crate::ParseError;

/// Bytes of the longest text that can be a token: both length fields at their limits.
pub const MAX_TOKEN_BYTES: usize = VERSION_BYTES + MAX_BODY_BYTES.div_ceil(3) * 4;

const VERSION_BYTES: usize = 2;
const EXPIRE_BYTES: usize = 8;
const LENGTH_BYTES: usize = 2;
const MIN_BODY_BYTES: usize = EXPIRE_BYTES + 2 * LENGTH_BYTES;
const MAX_BODY_BYTES: usize = MIN_BODY_BYTES + 2 * u16::MAX as usize + 1;
const AES_BLOCK_BYTES: usize = 16;
const GCM_TAG_BYTES: usize = 16;

/// The two characters a token starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `03`: the older token, bound to a room. Same envelope, other claims; recognised, not opened.
    V03,
    /// `04`: the current token.
    V04,
}

impl Version {
    /// The prefix as it stands in the token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V03 => "03",
            Self::V04 => "04",
        }
    }
}

/// How the claims are enciphered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// AES-256-CBC with PKCS#7 padding. Not authenticated: who holds a token can change its outer expiry and, through
    /// the iv, the first 16 bytes of the claims. Called deprecated by the vendor's newer generators.
    Cbc,
    /// AES-256-GCM. The claims are authenticated; the outer expiry is not.
    #[default]
    Gcm,
}

impl Form {
    /// `cbc` or `gcm`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cbc => "cbc",
            Self::Gcm => "gcm",
        }
    }

    /// Bytes of the iv (16) or nonce (12).
    pub const fn iv_bytes(self) -> usize {
        match self {
            Self::Cbc => AES_BLOCK_BYTES,
            Self::Gcm => 12,
        }
    }

    const fn admits_ciphertext_of(self, bytes: usize) -> bool {
        match self {
            Self::Cbc => bytes != 0 && bytes.is_multiple_of(AES_BLOCK_BYTES),
            Self::Gcm => bytes >= GCM_TAG_BYTES,
        }
    }
}

/// A token taken apart, its claims still enciphered.
///
/// `Debug` shows version, form and expiry only, because the rest is the credential.
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    version: Version,
    form: Form,
    expire: i64,
    body: Vec<u8>,
    ciphertext: Range<usize>,
}

impl Envelope {
    /// Takes `token` apart and checks everything that needs no secret.
    ///
    /// Surrounding white space is not removed. Bits of the last base64 character that belong to no byte are not looked
    /// at, as in JavaScript's `atob`.
    ///
    /// # Errors
    ///
    /// A [`ParseError`] naming the first rule the text breaks. [`ParseError::Version`] means that this is no token at
    /// all; the vendor's client then treats the text as opaque and lets the server judge.
    pub fn parse(token: &str) -> Result<Self, ParseError> {
        let (version, text) = split_version(token)?;
        if token.len() > MAX_TOKEN_BYTES {
            return Err(ParseError::TooLong);
        }
        let body = decode_base64(text)?;
        if body.len() < MIN_BODY_BYTES {
            return Err(ParseError::TooShort);
        }
        let (expire, rest) = body.split_first_chunk().ok_or(ParseError::TooShort)?;
        let (iv, rest) = split_counted(rest).ok_or(ParseError::IvOverflow)?;
        let (ciphertext, rest) = split_counted(rest).ok_or(ParseError::CiphertextOverflow)?;
        let form = match rest {
            [] | [0] => Form::Cbc,
            [1] => Form::Gcm,
            [mode] => return Err(ParseError::UnknownMode(*mode)),
            _ => return Err(ParseError::TrailingBytes),
        };
        if iv.len() != form.iv_bytes() {
            return Err(ParseError::IvLength);
        }
        if !form.admits_ciphertext_of(ciphertext.len()) {
            return Err(ParseError::CiphertextLength);
        }
        let start = MIN_BODY_BYTES + form.iv_bytes();
        Ok(Self {
            version,
            form,
            expire: i64::from_be_bytes(*expire),
            ciphertext: start..start + ciphertext.len(),
            body,
        })
    }

    /// `03` or `04`.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// CBC or GCM.
    pub const fn form(&self) -> Form {
        self.form
    }

    /// The expiry outside the cipher, in Unix seconds. It costs a forger nothing to change: good for a timer, not for
    /// letting anyone in. May be zero or negative.
    pub const fn expire(&self) -> i64 {
        self.expire
    }

    /// The expiry as the vendor's clients take it: where the big-endian reading is zero or negative they read the same
    /// bytes as little-endian.
    pub const fn client_expire(&self) -> i64 {
        if self.expire > 0 {
            self.expire
        } else {
            self.expire.swap_bytes()
        }
    }

    /// Whether the outer expiry lies before `now` (Unix seconds). The second of the expiry itself is still good.
    pub const fn is_expired_at(&self, now: i64) -> bool {
        self.expire < now
    }

    /// The iv (CBC, 16 bytes) or nonce (GCM, 12 bytes).
    pub fn iv(&self) -> &[u8] {
        let start = EXPIRE_BYTES + LENGTH_BYTES;
        self.body
            .get(start..start + self.form.iv_bytes())
            .unwrap_or_default()
    }

    /// The enciphered claims; for GCM with the tag at the end.
    pub fn ciphertext(&self) -> &[u8] {
        self.body.get(self.ciphertext.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("version", &self.version)
            .field("form", &self.form)
            .field("expire", &self.expire)
            .finish_non_exhaustive()
    }
}

/// Puts a token together. The caller keeps to the lengths of `form`, so that the result parses.
#[cfg(feature = "secret")]
pub(crate) fn encode(
    form: Form,
    expire: i64,
    iv: &[u8],
    ciphertext: &[u8],
) -> Option<alloc::string::String> {
    let mut body = Vec::with_capacity(MIN_BODY_BYTES + iv.len() + ciphertext.len() + 1);
    body.extend_from_slice(&expire.to_be_bytes());
    for part in [iv, ciphertext] {
        body.extend_from_slice(&u16::try_from(part.len()).ok()?.to_be_bytes());
        body.extend_from_slice(part);
    }
    if form == Form::Gcm {
        body.push(1);
    }
    Some(alloc::string::String::from(Version::V04.as_str()) + &Base64::encode_string(&body))
}

fn split_version(token: &str) -> Result<(Version, &[u8]), ParseError> {
    match token.as_bytes() {
        [b'0', b'4', text @ ..] => Ok((Version::V04, text)),
        [b'0', b'3', text @ ..] => Ok((Version::V03, text)),
        _ => Err(ParseError::Version),
    }
}

/// By hand, because the library's decoder, made for secrets, is as large as all the rest of a reader of tokens.
fn decode_base64(text: &[u8]) -> Result<Vec<u8>, ParseError> {
    let mut body = Vec::new();
    let (mut bits, mut digits, mut padding, mut is_misplaced) = (0_u32, 0_usize, 0_usize, false);
    for byte in text {
        let digit = match *byte {
            byte @ b'A'..=b'Z' => byte - b'A',
            byte @ b'a'..=b'z' => byte - b'a' + 26,
            byte @ b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            _ => return Err(ParseError::Base64Character),
        };
        is_misplaced |= padding > 0;
        bits = bits << 6 | u32::from(digit);
        // The second digit completes the first byte of three, the third and the fourth the others.
        let rest = 6 - 2 * (digits % 4);
        if rest < 6 {
            body.push((bits >> rest) as u8);
        }
        digits += 1;
    }
    if is_misplaced || padding > 2 || (digits + padding) % 4 != 0 {
        return Err(ParseError::Base64Padding);
    }
    Ok(body)
}

fn split_counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (count, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*count)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String};
    use base64ct::{Base64, Encoding};

    fn body(iv: &[u8], ciphertext: &[u8], tail: &[u8]) -> Vec<u8> {
        let mut body = 1_700_003_600_i64.to_be_bytes().to_vec();
        for part in [iv, ciphertext] {
            body.extend_from_slice(&(part.len() as u16).to_be_bytes());
            body.extend_from_slice(part);
        }
        body.extend_from_slice(tail);
        body
    }

    fn token(body: &[u8]) -> String {
        format!("04{}", Base64::encode_string(body))
    }

    fn parse(body: &[u8]) -> Result<Envelope, ParseError> {
        Envelope::parse(&token(body))
    }

    #[test]
    fn the_mode_byte_tells_the_form() {
        assert_eq!(
            parse(&body(&[1; 16], &[2; 16], &[])).unwrap().form(),
            Form::Cbc
        );
        assert_eq!(
            parse(&body(&[1; 16], &[2; 16], &[0])).unwrap().form(),
            Form::Cbc
        );
        let gcm = parse(&body(&[1; 12], &[2; 16], &[1])).unwrap();
        assert_eq!(
            (gcm.form(), gcm.expire(), gcm.version()),
            (Form::Gcm, 1_700_003_600, Version::V04)
        );
        assert_eq!((gcm.iv(), gcm.ciphertext()), (&[1; 12][..], &[2; 16][..]));
    }

    #[test]
    fn a_future_mode_is_named_and_more_bytes_are_refused() {
        let error = parse(&body(&[1; 12], &[2; 16], &[2])).unwrap_err();
        assert_eq!(error, ParseError::UnknownMode(2));
        assert_eq!(format!("{error}"), "unknown cipher mode 2");
        assert_eq!(
            parse(&body(&[1; 12], &[2; 16], &[1, 0])),
            Err(ParseError::TrailingBytes)
        );
    }

    #[test]
    fn lengths_must_fit_the_form() {
        assert_eq!(
            parse(&body(&[1; 12], &[2; 16], &[])),
            Err(ParseError::IvLength)
        );
        assert_eq!(
            parse(&body(&[1; 16], &[2; 16], &[1])),
            Err(ParseError::IvLength)
        );
        assert_eq!(parse(&body(&[], &[], &[])), Err(ParseError::IvLength));
        assert_eq!(
            parse(&body(&[1; 16], &[], &[])),
            Err(ParseError::CiphertextLength)
        );
        assert_eq!(
            parse(&body(&[1; 16], &[2; 17], &[])),
            Err(ParseError::CiphertextLength)
        );
        assert_eq!(
            parse(&body(&[1; 12], &[2; 15], &[1])),
            Err(ParseError::CiphertextLength)
        );
    }

    #[test]
    fn every_cut_of_a_token_is_refused() {
        let whole = token(&body(&[1; 12], &[2; 40], &[1]));
        for end in 0..whole.len() {
            assert!(Envelope::parse(&whole[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn base64_must_be_standard_and_padded() {
        let cases = [
            ("04@@@@", ParseError::Base64Character),
            ("04AAA-", ParseError::Base64Character),
            ("04AAAA\n", ParseError::Base64Character),
            ("04 AAAA", ParseError::Base64Character),
            ("04用户", ParseError::Base64Character),
            ("04AAAAA", ParseError::Base64Padding),
            ("04AAAAAA", ParseError::Base64Padding),
            ("04AAAAAAA", ParseError::Base64Padding),
            ("04AAA=AAAA", ParseError::Base64Padding),
            ("04AA==AAAA", ParseError::Base64Padding),
            ("04====", ParseError::Base64Padding),
            ("04", ParseError::TooShort),
            ("04AAAAAAAAAAAAAAA=", ParseError::TooShort),
        ];
        for (text, error) in cases {
            assert_eq!(Envelope::parse(text), Err(error), "{text:?}");
        }
    }

    /// SplitMix64, as jitter for what is decoded.
    fn random(state: &mut u64, below: usize) -> usize {
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (z ^ (z >> 31)) as usize % below
    }

    #[test]
    fn base64_is_read_as_the_library_reads_it() {
        const TEXT: &[u8] = b"ABCMNXYZabcmnxyz01289+/+/AZaz09=-_ \n@[`{:.";
        let mut state = 5;
        for _ in 0..50_000 {
            // Mostly digits, some padding at the end, now and then anything.
            let mut text = String::new();
            let from = if random(&mut state, 4) == 0 {
                TEXT.len()
            } else {
                31
            };
            for _ in 0..random(&mut state, 14) {
                text.push(char::from(TEXT[random(&mut state, from)]));
            }
            for _ in 0..random(&mut state, 4) {
                text.push('=');
            }
            // In place, it does not look at bits that belong to no byte either.
            let mut place = text.clone().into_bytes();
            let expected = Base64::decode_in_place(&mut place);
            match decode_base64(text.as_bytes()) {
                Ok(bytes) => assert_eq!(Ok(&*bytes), expected, "{text:?}"),
                Err(_) => assert!(expected.is_err(), "{text:?}"),
            }
        }
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..bytes.len() {
            let text = Base64::encode_string(&bytes[..length]);
            assert_eq!(decode_base64(text.as_bytes()), Ok(bytes[..length].to_vec()));
        }
    }

    #[test]
    fn only_03_and_04_are_tokens() {
        for text in ["", "0", "05AAAA", "4", "token", "０４"] {
            assert_eq!(Envelope::parse(text), Err(ParseError::Version), "{text:?}");
        }
        let old = token(&body(&[1; 16], &[2; 16], &[])).replacen("04", "03", 1);
        assert_eq!(Envelope::parse(&old).unwrap().version(), Version::V03);
    }

    #[test]
    fn the_longest_body_parses_and_a_longer_text_is_not_decoded() {
        let longest = body(&[0; u16::MAX as usize], &[0; u16::MAX as usize], &[1]);
        assert_eq!(token(&longest).len(), MAX_TOKEN_BYTES);
        assert_eq!(parse(&longest), Err(ParseError::IvLength));
        let longer = format!("04{}", "A".repeat(MAX_TOKEN_BYTES));
        assert_eq!(Envelope::parse(&longer), Err(ParseError::TooLong));
    }

    #[test]
    fn clients_read_a_non_positive_expiry_the_other_way_round() {
        let with_expire = |expire: [u8; 8]| {
            let mut body = body(&[1; 16], &[2; 16], &[]);
            body[..8].copy_from_slice(&expire);
            parse(&body).unwrap()
        };
        let swapped = with_expire(0x6553_fff0_i64.to_le_bytes());
        assert!(swapped.expire() < 0);
        assert_eq!(swapped.client_expire(), 0x6553_fff0);
        assert_eq!(with_expire([0; 8]).client_expire(), 0);
        assert_eq!(with_expire(5_i64.to_be_bytes()).client_expire(), 5);
        assert!(with_expire(i64::MIN.to_be_bytes()).is_expired_at(0));
    }

    #[test]
    fn debug_output_does_not_hold_the_credential() {
        let envelope = parse(&body(&[0xab; 12], &[0xcd; 16], &[1])).unwrap();
        let shown = format!("{envelope:?}");
        assert!(!shown.contains("171") && !shown.contains("205"), "{shown}");
    }
}
