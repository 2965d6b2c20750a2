//! When a token expires, as far as a client can tell without the secret.

use super::time::{Instant, Millis, Now};

/// How long before its expiry a token is announced.
pub const WARN_BEFORE_MS: i64 = 30_000;
/// Differences between the clocks of device and service below this are taken as none.
pub const CLOCK_TOLERANCE_MS: i64 = 5_000;

/// Fires once, [`WARN_BEFORE_MS`] before the expiry. Counts on the monotonic clock, so that setting the device's clock
/// neither fires nor silences it.
#[derive(Debug, Default)]
pub struct ExpiryTimer {
    at: Option<Instant>,
}

impl ExpiryTimer {
    /// Starts anew. `remain_s` is what the service says is left; 0 means that the token's own expiry counts.
    /// `clock_offset` is what to add to the device's clock to get the service's, in milliseconds.
    pub fn start(&mut self, token: &str, remain_s: u32, clock_offset: i64, now: Now) {
        let left = if remain_s > 0 {
            Some(i64::from(remain_s) * 1_000)
        } else {
            let offset = if clock_offset.abs() < CLOCK_TOLERANCE_MS {
                0
            } else {
                clock_offset
            };
            expiry_s(token).map(|s| {
                s.saturating_mul(1_000)
                    .saturating_sub(now.wall.saturating_add(offset))
            })
        };
        self.at = left
            .map(|ms| now.mono + Millis::try_from(ms.saturating_sub(WARN_BEFORE_MS)).unwrap_or(0));
    }

    /// When it fires.
    pub fn deadline(&self) -> Option<Instant> {
        self.at
    }

    /// Whether it fires now; afterwards it is off.
    pub fn take_due(&mut self, now: Instant) -> bool {
        let due = self.at.is_some_and(|at| at <= now);
        if due {
            self.at = None;
        }
        due
    }
}

/// Unix time in seconds at which a token of the forms 03 and 04 expires; `None` for any other text.
pub fn expiry_s(token: &str) -> Option<i64> {
    let body = token
        .strip_prefix("03")
        .or_else(|| token.strip_prefix("04"))?;
    // Eleven characters hold the first eight bytes.
    let mut bits: u128 = 0;
    for byte in body.bytes().take(11) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u128::from(value);
    }
    if body.len() < 11 {
        return None;
    }
    let bytes = u64::try_from(bits >> 2).ok()?.to_be_bytes();
    let big = i64::from_be_bytes(bytes);
    let seconds = if big > 0 {
        big
    } else {
        i64::from_le_bytes(bytes)
    };
    (seconds > 0).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expiry_is_read_from_a_token_of_form_04_and_from_nothing_else() {
        assert_eq!(expiry_s("04AAAAAGVT/xAAEGNjZXV0"), Some(1_700_003_600));
        for other in [
            "",
            "04",
            "04AAAA",
            "tok",
            "05AAAAAGVT/xAAEGNjZXV0",
            "04AAAA!GVT/xAAEGNj",
        ] {
            assert_eq!(expiry_s(other), None, "{other}");
        }
    }

    #[test]
    fn the_warning_comes_thirty_seconds_before_the_end_or_at_once() {
        let mut timer = ExpiryTimer::default();
        timer.start("tok", 100, 0, Now::at(5_000, 0));
        assert_eq!(timer.deadline(), Some(Instant(75_000)));
        assert!(!timer.take_due(Instant(74_999)));
        assert!(timer.take_due(Instant(75_000)));
        assert!(!timer.take_due(Instant(99_000)));
        timer.start("tok", 10, 0, Now::at(5_000, 0));
        assert_eq!(timer.deadline(), Some(Instant(5_000)));
    }

    #[test]
    fn a_lifetime_of_years_does_not_overflow() {
        let mut timer = ExpiryTimer::default();
        timer.start("tok", u32::MAX, 0, Now::at(0, 0));
        assert_eq!(
            timer.deadline(),
            Some(Instant(u64::from(u32::MAX) * 1_000 - 30_000))
        );
    }
}
