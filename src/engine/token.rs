//! When a token expires, as far as a client can tell without the secret.

use zego_token::{Envelope, ParseError};

use super::error::{Error, TOKEN_ERROR, TOKEN_EXPIRED};
use super::time::{Instant, Millis, Now};

/// How long before its expiry a token is announced.
pub const WARN_BEFORE_MS: i64 = 30_000;
/// How far the service's clock, as this client knows it, may be off.
pub const CLOCK_TOLERANCE_MS: i64 = 5_000;

/// Fires once, [`WARN_BEFORE_MS`] before the expiry. Counts on the monotonic clock, so that setting the device's clock
/// neither fires nor silences it.
#[derive(Debug)]
pub struct ExpiryTimer {
    at: Instant,
    has_fired: bool,
}

impl Default for ExpiryTimer {
    fn default() -> Self {
        Self {
            at: Instant::NEVER,
            has_fired: false,
        }
    }
}

impl ExpiryTimer {
    /// Starts anew. `remain_s` is what the service says is left; 0 means that the token's own expiry counts, compared with
    /// `server_time`, or with the device's clock while that is unknown (Unix milliseconds).
    pub(super) fn start(&mut self, token: &str, remain_s: u32, server_time: Option<i64>, now: Now) {
        self.has_fired = false;
        let left = if remain_s > 0 {
            Some(i64::from(remain_s) * 1_000)
        } else {
            let time = server_time.unwrap_or(now.wall);
            expiry_s(token).map(|s| milliseconds(s).saturating_sub(time))
        };
        self.at = left.map_or(Instant::NEVER, |ms| {
            now.mono + Millis::try_from(ms.saturating_sub(WARN_BEFORE_MS)).unwrap_or(0)
        });
    }

    /// The service says again how much is left of the same token. What was announced is not announced twice.
    pub(super) fn adjust(&mut self, remain_s: u32, now: Now) {
        if remain_s > 0 && !self.has_fired {
            self.start("", remain_s, None, now);
        }
    }

    /// When it fires.
    pub fn deadline(&self) -> Instant {
        self.at
    }

    /// Whether it fires now; afterwards it is off.
    pub fn take_due(&mut self, now: Instant) -> bool {
        let due = self.at <= now;
        if due {
            self.at = Instant::NEVER;
            self.has_fired = true;
        }
        due
    }
}

/// Refuses a token that cannot be good, before it is sent: one of the forms 03 or 04 that is damaged or has expired. Any
/// other text may be a token of another kind; the service decides.
///
/// `server_time` is the service's clock in Unix milliseconds. While it is unknown only the service can tell whether a token has
/// expired: the device's clock may be wrong.
pub(crate) fn check(token: &str, server_time: Option<i64>) -> Result<(), Error> {
    let envelope = match Envelope::parse(token) {
        Ok(envelope) => envelope,
        Err(ParseError::Version) => return Ok(()),
        Err(damage) => return Err(Error::with(TOKEN_ERROR, damage.reason())),
    };
    let expiry = milliseconds(envelope.client_expire());
    match server_time {
        Some(time) if expiry.saturating_add(CLOCK_TOLERANCE_MS) < time => Err(TOKEN_EXPIRED.into()),
        _ => Ok(()),
    }
}

/// Of seconds, without going over the limits. Not `saturating_mul`, which multiplies 128 bits here.
fn milliseconds(seconds: i64) -> i64 {
    const MOST: i64 = i64::MAX / 1_000;
    seconds.clamp(-MOST, MOST) * 1_000
}

/// Unix time in seconds at which a token of the forms 03 and 04 expires; `None` for any other text.
fn expiry_s(token: &str) -> Option<i64> {
    Envelope::parse(token)
        .ok()
        .map(|envelope| envelope.client_expire())
        .filter(|seconds| *seconds > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expires at 1_700_003_600.
    const TOKEN: &str = "04AAAAAGVT/xAAEGNjZXV0eHY5dnJoZm54MHIAcIP5CnzHwGNQ1B3hpNNWvmoicq2p8HmwWlT72EeOopq7jkxm211VKfEVRHvy+YecyaYspQv72drd1pSedxmmhhkfB+zQFyNRHU5zKjJJMagRhYC+YicV0Nc/aJxOkPqGg1u8So0mbjoVi+N9q2g8Vf4=";
    const EXPIRY_MS: i64 = 1_700_003_600_000;

    #[test]
    fn the_expiry_is_read_from_a_token_of_form_04_and_from_nothing_else() {
        assert_eq!(expiry_s(TOKEN), Some(EXPIRY_MS / 1_000));
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
    fn a_damaged_token_is_refused_and_an_unknown_kind_is_left_to_the_service() {
        let code = |token: &str| check(token, Some(0)).map_err(|e| e.code);
        for damaged in ["04", "04AAAA", "04!!!!", &TOKEN[..TOKEN.len() - 4]] {
            assert_eq!(code(damaged), Err(TOKEN_ERROR), "{damaged}");
        }
        for opaque in [TOKEN, "tok", "05abc", "token-of-my-own-server"] {
            assert_eq!(code(opaque), Ok(()));
        }
    }

    #[test]
    fn an_expired_token_is_refused_by_the_clock_of_the_service_only() {
        let code = |time| check(TOKEN, time).map_err(|e| e.code);
        assert_eq!(code(Some(EXPIRY_MS)), Ok(()));
        assert_eq!(code(Some(EXPIRY_MS + 6_000)), Err(TOKEN_EXPIRED));
        assert_eq!(code(None), Ok(()), "the device's clock says nothing");
    }

    #[test]
    fn the_warning_comes_thirty_seconds_before_the_end_or_at_once() {
        let mut timer = ExpiryTimer::default();
        timer.start("tok", 100, None, Now::at(5_000, 0));
        assert_eq!(timer.deadline(), Instant(75_000));
        assert!(!timer.take_due(Instant(74_999)));
        assert!(timer.take_due(Instant(75_000)));
        assert!(!timer.take_due(Instant(99_000)));
        timer.start("tok", 10, None, Now::at(5_000, 0));
        assert_eq!(timer.deadline(), Instant(5_000));
    }

    #[test]
    fn the_end_of_one_token_is_announced_once() {
        let mut timer = ExpiryTimer::default();
        timer.start("tok", 40, None, Now::at(0, 0));
        timer.adjust(35, Now::at(1_000, 0));
        assert_eq!(timer.deadline(), Instant(6_000));
        assert!(timer.take_due(Instant(6_000)));
        timer.adjust(29, Now::at(7_000, 0));
        assert_eq!(timer.deadline(), Instant::NEVER);
        timer.start("next", 10, None, Now::at(8_000, 0));
        assert!(timer.take_due(Instant(8_000)));
    }

    #[test]
    fn a_lifetime_of_years_does_not_overflow() {
        let mut timer = ExpiryTimer::default();
        timer.start("tok", u32::MAX, None, Now::at(0, 0));
        assert_eq!(
            timer.deadline(),
            Instant(u64::from(u32::MAX) * 1_000 - 30_000)
        );
    }
}
