//! A value as a page passed it: the engine looks at it before it trusts its type.

use alloc::{string::String, vec::Vec};
/// A plain JavaScript value. Whatever is none of these (a function, a symbol...) arrives as a map with the one key `$type`.
#[derive(Debug, Clone, PartialEq, Default)]
#[allow(missing_docs)]
pub enum Value {
    #[default]
    Undefined,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Value {
    /// Member `key` of a map; `Undefined` where there is none.
    pub fn get(&self, key: &str) -> &Self {
        const UNDEFINED: &Value = &Value::Undefined;
        match self {
            Self::Map(members) => members
                .iter()
                .find(|(name, _)| name == key)
                .map_or(UNDEFINED, |(_, value)| value),
            _ => UNDEFINED,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A whole number from 0 to `u32::MAX`.
    pub fn as_u32(&self) -> Option<u32> {
        let number = self.as_number()?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole = number as u32;
        (f64::from(whole) == number).then_some(whole)
    }

    /// Whether the caller left it out: `undefined` or `null`.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Undefined)
    }

    /// Name of the type for an error text.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Undefined => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Map(_) => self.get("$type").as_text().unwrap_or("an object"),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl<const N: usize> From<[(&str, Self); N]> for Value {
    fn from(members: [(&str, Self); N]) -> Self {
        Self::Map(
            members
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        )
    }
}
