//! What the page gets, in the shape in which it gets it.
//!
//! Events, replies and errors become a [`Plain`], which alone is made into a JavaScript value: one conversion for all of them is
//! a fifth of the size of one for each.

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
