//! The little JSON that the engine writes itself.

/// Writes one object, member by member.
#[derive(Debug)]
pub(super) struct Object(String);

impl Object {
    /// An object without members.
    pub(super) fn new() -> Self {
        Self(String::from("{"))
    }

    /// A member whose value is a text.
    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        // Writing a text cannot fail: there is no IO and no key that is not a text.
        self.0
            .push_str(&serde_json::to_string(value).unwrap_or_default());
    }

    /// A member whose value is JSON already.
    pub(super) fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.0.push_str(json);
    }

    /// The object.
    pub(super) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }

    fn key(&mut self, key: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push('"');
        self.0.push_str(key);
        self.0.push_str("\":");
    }
}
