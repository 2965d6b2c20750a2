//! What the library does too, without the panics and the machinery that it brings along: those would be a tenth of the module.

use alloc::{string::String, vec::Vec};

/// `Vec::remove`; nothing at and behind the end.
#[inline(never)]
pub(super) fn take_at<T>(list: &mut Vec<T>, at: usize) -> Option<T> {
    let mut rest = list.get_mut(at..).filter(|rest| !rest.is_empty())?;
    while let [taken, others @ ..] = rest {
        if let Some(next) = others.first_mut() {
            core::mem::swap(taken, next);
        }
        rest = others;
    }
    list.pop()
}

/// Takes out the first that is wanted.
pub(super) fn take_first<T>(list: &mut Vec<T>, is_wanted: impl FnMut(&T) -> bool) -> Option<T> {
    let at = list.iter().position(is_wanted)?;
    take_at(list, at)
}

/// `Vec::swap_remove`; nothing at and behind the end.
#[inline(never)]
pub(super) fn swap_take<T>(list: &mut Vec<T>, at: usize) -> Option<T> {
    (at < list.len()).then(|| list.swap_remove(at))
}

/// `concat`.
#[inline(never)]
pub(super) fn joined(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}

/// Where a part stands first.
#[inline(never)]
pub(super) fn position(text: &[u8], part: &[u8]) -> Option<usize> {
    let mut rest = text;
    while !rest.starts_with(part) {
        rest = rest.get(1..)?;
    }
    Some(text.len() - rest.len())
}
