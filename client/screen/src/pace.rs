//! When the next picture may leave, and how large pictures may be.
//!
//! What has left and was not seen is under way; there is never more of it than the protocol allows, so the operator sees what is,
//! and not what was. How long it takes until it is seen says whether the way is wide enough.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use migasfree_tunnel::screen::FRAMES_UNDER_WAY;

/// Between pictures: 30 a second.
const INTERVAL: Duration = Duration::from_millis(33);
/// As much longer than at best the way may take.
const QUICK: Duration = Duration::from_millis(60);
/// Longer than this means that the way is too narrow.
const SLOW: Duration = Duration::from_millis(200);
/// Between two times that less is sent: until then there is nothing to see of it.
const PATIENCE: Duration = Duration::from_millis(400);
const LEAST_KBPS: u32 = 150;

/// A picture on its way.
#[derive(Debug)]
struct UnderWay {
    sequence: u32,
    left: Instant,
    size: usize,
}

/// The pace of pictures.
#[derive(Debug)]
pub struct Pace {
    start: Instant,
    sequence: u32,
    under_way: VecDeque<UnderWay>,
    last: Option<Instant>,
    best: Option<Duration>,
    lowered: Option<Instant>,
    kbps: u32,
    most_kbps: u32,
}

impl Pace {
    pub fn new(now: Instant) -> Self {
        Self {
            start: now,
            sequence: 0,
            under_way: VecDeque::new(),
            last: None,
            best: None,
            lowered: None,
            kbps: LEAST_KBPS,
            most_kbps: LEAST_KBPS,
        }
    }

    /// Pictures have this size from now on.
    pub fn resize(&mut self, (width, height): (u16, u16)) {
        let pixels = u32::from(width) * u32::from(height);
        self.kbps = (pixels / 500).max(LEAST_KBPS);
        self.most_kbps = 4 * self.kbps;
    }

    /// How much pictures may take.
    pub fn kbps(&self) -> u32 {
        self.kbps
    }

    /// When the next picture may leave; none before another one is seen.
    pub fn next(&self) -> Option<Instant> {
        if self.under_way.len() >= FRAMES_UNDER_WAY as usize {
            return None;
        }
        Some(self.last.map_or(self.start, |last| last + INTERVAL))
    }

    /// When the last picture left, or might have.
    pub fn last(&self) -> Instant {
        self.last.unwrap_or(self.start)
    }

    /// The number of the next picture, and its time in milliseconds.
    pub fn stamp(&self, now: Instant) -> (u32, u32) {
        let ms = now.duration_since(self.start).as_millis();
        let sequence = self.sequence.wrapping_add(1);
        (sequence, u32::try_from(ms).unwrap_or(u32::MAX))
    }

    /// The next picture leaves.
    pub fn leaves(&mut self, size: usize, now: Instant) {
        self.sequence = self.sequence.wrapping_add(1);
        self.last = Some(now);
        self.under_way.push_back(UnderWay {
            sequence: self.sequence,
            left: now,
            size,
        });
    }

    /// There is no picture this time.
    pub fn skips(&mut self, now: Instant) {
        self.last = Some(now);
    }

    /// A picture, and all before it, were seen.
    pub fn seen(&mut self, sequence: u32, now: Instant) {
        let Some(at) = self
            .under_way
            .iter()
            .position(|picture| picture.sequence == sequence)
        else {
            return;
        };
        let seen = self.under_way.drain(..=at).next_back();
        if let Some(picture) = seen {
            self.adapt(&picture, now);
        }
    }

    /// Nothing that is under way will be seen.
    pub fn forget(&mut self) {
        self.under_way.clear();
    }

    fn adapt(&mut self, picture: &UnderWay, now: Instant) {
        let took = now.duration_since(picture.left);
        // The way may have become longer for good.
        let best = self.best.map_or(took, |best| {
            took.min(best + best / 64 + Duration::from_micros(50))
        });
        self.best = Some(best);
        let longer = took.saturating_sub(best);
        let is_patient = self.lowered.is_some_and(|at| now < at + PATIENCE);
        if longer > SLOW && !is_patient {
            self.kbps = (self.kbps * 3 / 4).max(LEAST_KBPS);
            self.lowered = Some(now);
        } else if longer < QUICK && self.is_large(picture.size) {
            self.kbps = (self.kbps + self.kbps / 16).min(self.most_kbps);
        }
    }

    /// Whether a picture took half of what it might, so that it says something about the way.
    fn is_large(&self, size: usize) -> bool {
        let allowed = u64::from(self.kbps) * INTERVAL.as_millis() as u64 / 8;
        size as u64 > allowed / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What may be taken after a second of pictures, each seen after `way`, of which `bytes` leave.
    fn after_a_second(pace: &mut Pace, now: &mut Instant, way: Duration, bytes: usize) -> u32 {
        for _ in 0..30 {
            let (sequence, _) = pace.stamp(*now);
            pace.leaves(bytes, *now);
            pace.seen(sequence, *now + way);
            *now += INTERVAL;
        }
        pace.kbps()
    }

    #[test]
    fn no_more_than_two_pictures_are_under_way() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        assert_eq!(pace.next(), Some(start));
        pace.leaves(100, start);
        assert_eq!(pace.next(), Some(start + INTERVAL));
        pace.leaves(100, start + INTERVAL);
        assert_eq!(pace.next(), None);
        pace.seen(7, start);
        assert_eq!(pace.next(), None, "nobody was sent this one");
        pace.seen(2, start + 2 * INTERVAL);
        assert!(pace.next().is_some());
        pace.leaves(100, start + 3 * INTERVAL);
        assert!(pace.next().is_some(), "the first was seen with the second");
    }

    #[test]
    fn what_leaves_fits_the_way() {
        let mut now = Instant::now();
        let mut pace = Pace::new(now);
        pace.resize((1920, 1080));
        let start = pace.kbps();
        let near = Duration::from_millis(20);
        let more = after_a_second(&mut pace, &mut now, near, 60_000);
        assert!(more > start, "{more} after {start}");
        let less = after_a_second(&mut pace, &mut now, near + 2 * SLOW, 60_000);
        assert!(less < more, "{less} after {more}");
        let same = after_a_second(&mut pace, &mut now, near, 200);
        assert_eq!(same, less, "little says nothing about the way");
        for _ in 0..60 {
            after_a_second(&mut pace, &mut now, near + 20 * SLOW, 60_000);
        }
        assert!(pace.kbps() >= LEAST_KBPS);
    }

    #[test]
    fn a_way_that_is_far_is_none_that_is_narrow() {
        let mut now = Instant::now();
        let mut pace = Pace::new(now);
        pace.resize((1280, 720));
        let start = pace.kbps();
        let far = Duration::from_millis(600);
        assert!(after_a_second(&mut pace, &mut now, far, 60_000) > start);
    }
}
