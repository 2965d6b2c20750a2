//! How long to wait before a connection or a login is tried again.

use super::random::Random;
use super::time::Millis;

/// The first retry comes after one to three seconds, at random, so that clients do not come back all at once.
pub(super) const FIRST_DELAY_MS: (Millis, Millis) = (1_000, 3_000);
/// No retry waits longer than this.
pub(super) const LONGEST_DELAY_MS: Millis = 32_000;

/// What an application may choose instead, at least and at most.
pub(super) const CHOICE_MS: (Millis, Millis) = (100, 3_600_000);

/// Delay before retry number `attempt`, counted from 1: random from 1 to 3 s, then 4, 8, 8, 16, 16, 32, 32... seconds,
/// the times of the vendor's client.
pub(super) fn delay(attempt: u32, random: &mut Random) -> Millis {
    if attempt <= 1 {
        return random.between(FIRST_DELAY_MS.0, FIRST_DELAY_MS.1);
    }
    // attempt / 2 + 1, halves rounded up
    let exponent = (attempt.saturating_add(1) / 2).saturating_add(1).min(5);
    (1_000_u64 << exponent).min(LONGEST_DELAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_the_limit_and_stay_there() {
        let mut random = Random::new(1);
        let seconds: Vec<u64> = (2..9).map(|n| delay(n, &mut random) / 1_000).collect();
        assert_eq!(seconds, [4, 8, 8, 16, 16, 32, 32]);
        assert_eq!(delay(u32::MAX, &mut random), LONGEST_DELAY_MS);
    }

    #[test]
    fn the_first_delay_is_random_within_its_range() {
        let mut random = Random::new(7);
        let delays: Vec<u64> = (0..50).map(|_| delay(1, &mut random)).collect();
        assert!(
            delays
                .iter()
                .all(|d| (FIRST_DELAY_MS.0..=FIRST_DELAY_MS.1).contains(d))
        );
        assert!(delays.iter().any(|d| *d != delays[0]));
    }
}
