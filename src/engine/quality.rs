//! Figures that the component gives on the quality of a stream.

use alloc::{boxed::Box, string::String};

use super::json::Writer;
use super::time::{Instant, Millis};

/// On iOS figures that come within this time belong together.
pub(super) const PAIR_MS: Millis = 200;

/// What the figures are, in the order in which [`Quality`] holds them: four of the picture, one of the sound.
pub(super) const FIGURES: [&str; 5] = [
    "videoBitrate",
    "videoFPS",
    "videoWidth",
    "videoHeight",
    "audioBitrate",
];

/// Bit rates in kbit/s, frames per second, pixels, as the component wrote them; `None` for what it did not give.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Quality(pub Box<[Option<String>; 5]>);

impl Quality {
    pub(super) fn write(&self, to: &mut Writer) {
        to.open('{');
        to.key("video");
        to.open('{');
        for (name, figure) in FIGURES.iter().zip(self.0.iter()) {
            if *name == "audioBitrate" {
                to.close('}');
                to.key("audio");
                to.open('{');
            }
            if let Some(figure) = figure {
                to.key(name);
                to.raw(figure);
            }
        }
        to.close('}');
        to.close('}');
    }
}

/// Joins the two halves in which iOS reports the figures of one stream, as the vendor's client does: from the first time that
/// two come together, the first of two waits for the second.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    last: Option<Instant>,
    are_expected: bool,
    half: Option<Quality>,
}

impl Pairs {
    /// Figures came. Gives what is to be told now; a half that stayed alone is told when the next one comes.
    pub(super) fn join(&mut self, mut quality: Quality, now: Instant) -> Option<Quality> {
        let is_second = self
            .last
            .replace(now)
            .is_some_and(|last| now - last < PAIR_MS);
        if !self.are_expected {
            self.are_expected = is_second;
            return (!is_second).then_some(quality);
        }
        if !is_second {
            return self.half.replace(quality);
        }
        let half = self.half.take().unwrap_or_default();
        for (figure, first) in quality.0.iter_mut().zip(half.0.iter()) {
            if figure.is_none() {
                figure.clone_from(first);
            }
        }
        Some(quality)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(bitrate: &str) -> Quality {
        Quality([Some(bitrate.into()), Some("15".into()), None, None, None].into())
    }

    fn audio(bitrate: &str) -> Quality {
        Quality([None, None, None, None, Some(bitrate.into())].into())
    }

    #[test]
    fn two_halves_within_200_ms_become_one() {
        let mut pairs = Pairs::default();
        let mut told = Vec::new();
        for (at, quality) in [
            (0, video("1.0")),
            // The first time that two come together the second is dropped.
            (10, audio("1.0")),
            (2_000, video("2.0")),
            (2_199, audio("2.0")),
            (4_000, video("3.0")),
            (4_100, audio("3.0")),
        ] {
            told.extend(pairs.join(quality, Instant(at)));
        }
        let whole = |n: &str| {
            Quality(
                [
                    Some(n.into()),
                    Some("15".into()),
                    None,
                    None,
                    Some(n.into()),
                ]
                .into(),
            )
        };
        assert_eq!(told, [video("1.0"), whole("2.0"), whole("3.0")]);
    }

    #[test]
    fn figures_that_come_one_by_one_are_told_one_by_one() {
        let mut pairs = Pairs::default();
        for at in [0, 200, 400] {
            assert_eq!(pairs.join(video("1.0"), Instant(at)), Some(video("1.0")));
        }
    }

    #[test]
    fn a_half_that_stayed_alone_is_told_with_the_next() {
        let mut pairs = Pairs::default();
        for at in [0, 10, 2_000] {
            pairs.join(video("1.0"), Instant(at));
        }
        assert_eq!(pairs.join(video("2.0"), Instant(4_000)), Some(video("1.0")));
    }

    #[test]
    fn what_the_second_half_says_counts() {
        let mut pairs = Pairs::default();
        for at in [0, 10, 2_000] {
            pairs.join(video("1.0"), Instant(at));
        }
        assert_eq!(pairs.join(video("2.0"), Instant(2_010)), Some(video("2.0")));
    }
}
