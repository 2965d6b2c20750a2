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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_taken_out_as_the_library_takes_them() {
        for length in 0..6 {
            let list: Vec<usize> = (0..length).collect();
            for at in 0..length {
                let (mut ours, mut theirs) = (list.clone(), list.clone());
                assert_eq!(take_at(&mut ours, at), Some(theirs.remove(at)));
                assert_eq!(ours, theirs);
                let (mut ours, mut theirs) = (list.clone(), list.clone());
                assert_eq!(swap_take(&mut ours, at), Some(theirs.swap_remove(at)));
                assert_eq!(ours, theirs);
            }
            for at in [length, length + 1] {
                let mut ours = list.clone();
                assert_eq!(
                    (take_at(&mut ours, at), swap_take(&mut ours, at)),
                    (None, None)
                );
                assert_eq!(ours, list);
            }
        }
        let mut list = vec![1, 2, 3, 2];
        assert_eq!(take_first(&mut list, |n| *n == 2), Some(2));
        assert_eq!(take_first(&mut list, |n| *n == 9), None);
        assert_eq!(list, [1, 3, 2]);
    }

    #[test]
    fn texts_are_joined_and_found_as_the_library_does() {
        assert_eq!(joined(&[]), "");
        assert_eq!(joined(&["a", "", "界", "b"]), ["a", "", "界", "b"].concat());
        for text in ["", "a", "ab", "aab", "xaab", "abab", "xyz"] {
            for part in ["", "a", "ab", "b", "abc"] {
                let found = position(text.as_bytes(), part.as_bytes());
                assert_eq!(found, text.find(part), "{text} {part}");
            }
        }
    }
}
