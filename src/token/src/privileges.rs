//! The payload of a privileged token.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::{error, fmt};

use serde::{Deserialize, Serialize};

use crate::Claims;

/// What a privileged token allows: `{"room_id":"r","privilege":{"1":1,"2":0},"stream_id_list":["s"]}`.
///
/// Privileged tokens must be enabled for the app by the vendor; the plain token, with an empty payload, allows all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Privileges {
    /// The only room the token is good for; empty: any room.
    pub room_id: String,
    /// Privilege 1, log into the room. `None`: not stated.
    pub login: Option<bool>,
    /// Privilege 2, publish a stream. `None`: the token is not looked at when a stream is published.
    pub publish: Option<bool>,
    /// The only streams the user may publish; empty: any stream.
    pub stream_ids: Vec<String>,
}

impl Privileges {
    /// The payload text, spelled as the vendor's samples do (`null` for an empty stream list).
    pub fn to_payload(&self) -> String {
        let value = |allowed: Option<bool>| allowed.map(u8::from);
        let wire = Wire {
            room_id: Some(Cow::Borrowed(&self.room_id)),
            privilege: Some(WirePrivilege {
                login: value(self.login),
                publish: value(self.publish),
            }),
            stream_id_list: (!self.stream_ids.is_empty())
                .then_some(Cow::Borrowed(&self.stream_ids)),
        };
        // Strings, numbers and no map: writing them to memory cannot fail.
        serde_json::to_string(&wire).unwrap_or_default()
    }

    /// Reads a payload text.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] when the text is not JSON of this shape, or a privilege is neither 0 nor 1. Missing and `null`
    /// parts count as not stated.
    pub fn from_payload(payload: &str) -> Result<Self, PayloadError> {
        let wire: Wire<'_> = serde_json::from_str(payload).map_err(|_| PayloadError)?;
        let allowed = |value: Option<u8>| match value {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(_) => Err(PayloadError),
        };
        let privilege = wire.privilege.unwrap_or_default();
        Ok(Self {
            room_id: wire.room_id.unwrap_or_default().into_owned(),
            login: allowed(privilege.login)?,
            publish: allowed(privilege.publish)?,
            stream_ids: wire.stream_id_list.unwrap_or_default().into_owned(),
        })
    }

    /// Whether the user may log into `room_id`.
    pub fn allows_login(&self, room_id: &str) -> bool {
        self.covers_room(room_id) && self.login != Some(false)
    }

    /// Whether the user may publish `stream_id` in `room_id`. Without a publish privilege the token is not checked at
    /// that moment, so anything goes.
    pub fn allows_publish(&self, room_id: &str, stream_id: &str) -> bool {
        match self.publish {
            None => true,
            Some(allowed) => allowed && self.covers_room(room_id) && self.covers_stream(stream_id),
        }
    }

    fn covers_room(&self, room_id: &str) -> bool {
        self.room_id.is_empty() || self.room_id == room_id
    }

    fn covers_stream(&self, stream_id: &str) -> bool {
        self.stream_ids.is_empty() || self.stream_ids.iter().any(|allowed| allowed == stream_id)
    }
}

impl Claims {
    /// The privileges in the payload; `None` for the plain token, which allows everything.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] when there is a payload that does not hold privileges. A server that expects privileged tokens
    /// should refuse it; any other reader may take the payload as the app's own text.
    pub fn privileges(&self) -> Result<Option<Privileges>, PayloadError> {
        match self.payload.as_deref() {
            None | Some("") => Ok(None),
            Some(payload) => Privileges::from_payload(payload).map(Some),
        }
    }
}

/// A payload that does not hold privileges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadError;

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the payload does not hold privileges")
    }
}

impl error::Error for PayloadError {}

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    room_id: Option<Cow<'a, str>>,
    privilege: Option<WirePrivilege>,
    stream_id_list: Option<Cow<'a, [String]>>,
}

#[derive(Default, Serialize, Deserialize)]
struct WirePrivilege {
    #[serde(rename = "1", skip_serializing_if = "Option::is_none")]
    login: Option<u8>,
    #[serde(rename = "2", skip_serializing_if = "Option::is_none")]
    publish: Option<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{borrow::ToOwned, vec};

    fn privileges(payload: &str) -> Privileges {
        Privileges::from_payload(payload).unwrap()
    }

    #[test]
    fn payload_text_is_that_of_the_vendors_samples() {
        let all = Privileges {
            room_id: "roomid".to_owned(),
            login: Some(true),
            publish: Some(false),
            stream_ids: vec!["s123".to_owned(), "s4".to_owned()],
        };
        let text =
            r#"{"room_id":"roomid","privilege":{"1":1,"2":0},"stream_id_list":["s123","s4"]}"#;
        assert_eq!(all.to_payload(), text);
        assert_eq!(privileges(text), all);
        let none = Privileges::default();
        assert_eq!(
            none.to_payload(),
            r#"{"room_id":"","privilege":{},"stream_id_list":null}"#
        );
        assert_eq!(privileges(&none.to_payload()), none);
    }

    #[test]
    fn missing_and_null_parts_are_not_stated() {
        for text in [
            "{}",
            r#"{"room_id":null,"privilege":null,"stream_id_list":null}"#,
            r#"{"stream_id_list":[]}"#,
        ] {
            assert_eq!(privileges(text), Privileges::default(), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "hello",
            "[]",
            "1",
            r#"{"privilege":{"1":2}}"#,
            r#"{"privilege":{"1":true}}"#,
            r#"{"room_id":7}"#,
        ] {
            assert_eq!(Privileges::from_payload(text), Err(PayloadError), "{text}");
        }
    }

    #[test]
    fn an_empty_room_or_list_covers_everything() {
        let open = privileges(r#"{"privilege":{"1":1,"2":1}}"#);
        assert!(open.allows_login("any") && open.allows_publish("any", "any"));
        let bound =
            privileges(r#"{"room_id":"r","privilege":{"1":1,"2":1},"stream_id_list":["s"]}"#);
        assert!(bound.allows_login("r") && bound.allows_publish("r", "s"));
        assert!(
            !bound.allows_login("q")
                && !bound.allows_publish("q", "s")
                && !bound.allows_publish("r", "t")
        );
    }

    #[test]
    fn a_token_with_login_only_is_not_checked_at_publish() {
        let login_only = privileges(r#"{"room_id":"r","privilege":{"1":1}}"#);
        assert!(login_only.allows_publish("r", "s"));
        let denied = privileges(r#"{"room_id":"r","privilege":{"1":0,"2":0}}"#);
        assert!(!denied.allows_login("r") && !denied.allows_publish("r", "s"));
    }
}
