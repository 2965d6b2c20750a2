//! Changes to bytes that mostly keep them what they are.

use bolero::TypeGenerator;

/// One change.
#[derive(Clone, Debug, TypeGenerator)]
pub(crate) enum Edit {
    Set { at: u16, value: u8 },
    Flip { at: u16, bit: u8 },
    Insert { at: u16, value: u8 },
    Remove { at: u16 },
    Cut { at: u16 },
    Append { bytes: Vec<u8> },
    Repeat { from: u16, count: u8 },
}

impl Edit {
    pub(crate) fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: u16| usize::from(at) % (bytes.len() + 1);
        match self {
            Self::Set { at, value } => {
                let at = place(*at);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = *value;
                }
            }
            Self::Flip { at, bit } => {
                let at = place(*at);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << (bit % 8);
                }
            }
            Self::Insert { at, value } => bytes.insert(place(*at), *value),
            Self::Remove { at } => {
                let at = place(*at);
                if at < bytes.len() {
                    bytes.remove(at);
                }
            }
            Self::Cut { at } => bytes.truncate(place(*at)),
            Self::Append { bytes: more } => bytes.extend_from_slice(more),
            Self::Repeat { from, count } => {
                let from = place(*from);
                let end = bytes.len().min(from + usize::from(*count));
                bytes.extend_from_within(from..end);
            }
        }
    }
}
