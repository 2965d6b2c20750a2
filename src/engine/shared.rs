//! A text of which there are several copies.

use alloc::{rc::Rc, string::String};
use core::{fmt, ops::Deref};

/// A text that its copies share. Not an `Rc<str>`: what that can fail with brings the formatting of errors into the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared(Rc<String>);

impl Deref for Shared {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Shared {
    fn from(text: String) -> Self {
        Self(Rc::new(text))
    }
}

impl From<&str> for Shared {
    fn from(text: &str) -> Self {
        String::from(text).into()
    }
}

impl fmt::Display for Shared {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self)
    }
}
