//! A value as a page passed it: the engine looks at it before it trusts its type.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

/// A plain JavaScript value. Whatever is none of these (a function, a symbol...) arrives as a map with the one key `$type`.
#[derive(Debug, Clone, PartialEq, Default)]
#[allow(missing_docs)]
pub enum Value {
    #[default]
    Undefined,
    Bool(bool),
    /// As JSON writes it.
    Number(String),
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

    /// The number as JSON writes it, if it is one.
    pub fn as_number(&self) -> Option<&str> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A whole number from 0 to `u32::MAX`.
    pub fn as_u32(&self) -> Option<u32> {
        let is_whole = self.as_number()?.bytes().all(|b| b.is_ascii_digit());
        self.as_whole()
            .filter(|_| is_whole)
            .and_then(|whole| whole.try_into().ok())
    }

    /// The whole part of a number, or the nearest there is to it. Exponents are those that JavaScript writes: 1e+21, 1e-7.
    pub fn as_whole(&self) -> Option<u64> {
        let number = self.as_number()?;
        if number.bytes().any(|byte| byte == b'e') {
            let is_small = number.bytes().any(|byte| byte == b'-');
            return Some(if is_small { 0 } else { u64::MAX });
        }
        let mut whole = 0;
        for (at, byte) in number.bytes().enumerate() {
            match byte {
                // As many digits always fit.
                _ if at > 18 => return Some(u64::MAX),
                b'0'..=b'9' => whole = whole * 10 + u64::from(byte - b'0'),
                _ => break,
            }
        }
        Some(whole)
    }

    /// Takes member `key` out of a map; `Undefined` where there is none.
    pub(super) fn take(&mut self, key: &str) -> Self {
        let Self::Map(members) = self else {
            return Self::Undefined;
        };
        let member = members.iter_mut().find(|(name, _)| name == key);
        member.map_or_else(Self::default, |(_, value)| core::mem::take(value))
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
        Self::Number(number.to_string())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_as_far_as_they_go() {
        let of = |text: &str| {
            let number = Value::Number(text.into());
            (number.as_u32(), number.as_whole())
        };
        assert_eq!(of("0"), (Some(0), Some(0)));
        assert_eq!(of("4294967295"), (Some(u32::MAX), Some(4_294_967_295)));
        assert_eq!(of("4294967296"), (None, Some(4_294_967_296)));
        assert_eq!(of("1.5"), (None, Some(1)));
        assert_eq!(of("-1"), (None, Some(0)));
        assert_eq!(of("1e+21"), (None, Some(u64::MAX)));
        assert_eq!(of("1.5e-7"), (None, Some(0)));
        assert_eq!(of("99999999999999999999"), (None, Some(u64::MAX)));
        assert_eq!(Value::Bool(true).as_whole(), None);
    }
}
