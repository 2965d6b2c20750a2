//! The inside of a token.

use alloc::string::String;

use serde::Deserialize;

/// What a token says once it is opened.
///
/// Generators of the vendor differ in key order and escaping and not all of them check their arguments, so an opened
/// token may hold an `app_id` outside `1..=u32::MAX`, an empty or over-long `user_id` and a negative `nonce`.
/// Unknown keys are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Claims {
    /// The app.
    pub app_id: i64,
    /// The user; must equal the `userID` given to `loginRoom`.
    pub user_id: String,
    /// A random number that makes tokens differ.
    pub nonce: i64,
    /// When the token was made, in Unix seconds.
    pub ctime: i64,
    /// When the token expires, in Unix seconds. This one is inside the cipher and therefore the one to trust.
    pub expire: i64,
    /// Free text, empty in the plain token; see [`Claims::privileges`]. Missing and `null` both read as `None`.
    #[serde(default)]
    pub payload: Option<String>,
}
