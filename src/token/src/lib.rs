//! Room tokens (Token04) and the media signature (MRTC) of a video call.
//!
//! A *token* lets one user into the rooms of one app until it expires. The app's own server makes it with the *server
//! secret*; the client passes it on and reads nothing but its expiry. This crate does both ends:
//!
//! | need | use | feature |
//! |---|---|---|
//! | is this a token, of which form, when does it expire? | [`Envelope::parse`] | none |
//! | what does it say? | `Envelope::open` | `secret` (default) |
//! | may this user in? | `verify`, then `Claims::privileges` | `secret` |
//! | make one | `Issue::token` | `secret` |
//! | sign the attributes of `<rtc-room>` | `mrtc` | `mrtc` |
//! | a command line over all of it | `zego-token` | `cli` |
//!
//! Without `secret` no cipher, no JSON and no `std` is linked: what is left suits a WebAssembly client.
//!
//! Nothing here reads a clock, a file or a random number generator: time and entropy are arguments. No error, log or
//! `Debug` output holds a secret, a token or a part of one, and key material is wiped when dropped.
//!
//! ```
//! # #[cfg(feature = "secret")] {
//! use zego_token::{Entropy, Expect, Form, Issue, Secret, verify};
//!
//! let secret = Secret::new("0123456789abcdef0123456789abcdef")?;
//! let entropy = Entropy::from_bytes([7; 20]); // 20 fresh random bytes for every token
//! let now = 1_700_000_000;
//! let token = Issue { app_id: 1, user_id: "alice", lifetime: 3600, payload: "", form: Form::Gcm }
//!     .token(&secret, now, &entropy)?;
//!
//! let claims = verify(&token, &secret, now + 60, &Expect { user_id: Some("alice"), ..Expect::default() })?;
//! assert_eq!(claims.expire, now + 3600);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod envelope;
mod parse_error;

#[cfg(feature = "secret")]
mod claims;
#[cfg(feature = "secret")]
mod issue;
#[cfg(feature = "mrtc")]
pub mod mrtc;
#[cfg(feature = "secret")]
mod open;
#[cfg(feature = "secret")]
mod privileges;
#[cfg(feature = "secret")]
mod secret;

pub use envelope::{Envelope, Form, MAX_TOKEN_BYTES, Version};
pub use parse_error::ParseError;

#[cfg(feature = "secret")]
pub use claims::Claims;
#[cfg(feature = "secret")]
pub use issue::{Entropy, Issue, IssueError, MAX_USER_ID_BYTES};
#[cfg(feature = "secret")]
pub use open::{Expect, OpenError, VerifyError, verify};
#[cfg(feature = "secret")]
pub use privileges::{PayloadError, Privileges};
#[cfg(feature = "secret")]
pub use secret::{Secret, SecretError};
