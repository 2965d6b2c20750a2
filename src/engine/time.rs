//! Time as the engine sees it: two clocks, both given by the caller with every input.

use core::ops::{Add, Sub};

/// A length of time in milliseconds.
pub type Millis = u64;

/// A moment of the monotonic clock, in milliseconds from an arbitrary start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Instant(pub u64);

impl Instant {
    /// The deadline of what waits for nothing. A plain number, because an optional one takes twice the code everywhere.
    pub const NEVER: Self = Self(u64::MAX);

    /// This moment, or another one where this is [`Self::NEVER`].
    pub(super) fn or(self, other: Self) -> Self {
        if self == Self::NEVER { other } else { self }
    }
}

impl Add<Millis> for Instant {
    type Output = Self;

    fn add(self, length: Millis) -> Self {
        Self(self.0.saturating_add(length))
    }
}

impl Sub for Instant {
    type Output = Millis;

    fn sub(self, earlier: Self) -> Millis {
        self.0.saturating_sub(earlier.0)
    }
}

/// The time of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// Monotonic clock. A value below an earlier one is taken as the earlier one.
    pub mono: Instant,
    /// Unix time in milliseconds, as the device believes it; may jump.
    pub wall: i64,
}

impl Now {
    /// `mono` in milliseconds from any start, `wall` in Unix milliseconds.
    pub fn at(mono: u64, wall: i64) -> Self {
        Self {
            mono: Instant(mono),
            wall,
        }
    }
}
