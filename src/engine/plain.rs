//! What the page gets, in the shape in which it gets it.
//!
//! Events, replies and errors become a [`Plain`], which alone is serialized: one implementation of [`Serialize`] for all of
//! them is a fifth of the size of one for each.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// A value as JavaScript or JSON has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plain<'a> {
    Undefined,
    Flag(bool),
    Count(u32),
    Number(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    List(Vec<Self>),
    Object(Vec<(&'static str, Self)>),
}

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Undefined => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Count(count) => serializer.serialize_u32(*count),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Object(members) => {
                let mut object = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    object.serialize_entry(key, value)?;
                }
                object.end()
            }
        }
    }
}

impl<'a> From<&'a str> for Plain<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Plain<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<u32> for Plain<'_> {
    fn from(count: u32) -> Self {
        Self::Count(count)
    }
}

impl From<f64> for Plain<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

/// Numbers of JavaScript are exact to 2^53; a larger one loses digits rather than the event.
#[allow(clippy::cast_precision_loss)]
impl From<i64> for Plain<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number as f64)
    }
}
