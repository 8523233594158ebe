//! The bytes of a stream that come: counted, and the window they come through.

use std::time::Duration;

use super::stream::Violation;
use crate::frame::{Credit, INITIAL_WINDOW, MAX_WINDOW};

/// A credit that takes longer to have an effect says nothing of the connection: the stream had a rest.
const LONGEST_TURN: Duration = Duration::from_secs(1);

/// What is known of the connection when a credit is given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) now: Duration,
    /// The shortest time between a credit and the first byte that it allowed.
    pub(super) turn: Option<Duration>,
    /// By how much windows may still grow.
    pub(super) spare: u64,
}

#[derive(Debug)]
pub(super) struct Receiving {
    received: u64,
    consumed: u64,
    limit: u64,
    window: u64,
    ended: bool,
    /// When the credit before was given.
    given: Duration,
    /// The limit before the last credit, and when that was given.
    turning: Option<(u64, Duration)>,
    confirmed: bool,
}

impl Receiving {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            received: 0,
            consumed: 0,
            limit: INITIAL_WINDOW,
            window: INITIAL_WINDOW,
            ended: false,
            given: now,
            turning: None,
            confirmed: false,
        }
    }

    pub(super) fn received(&self) -> u64 {
        self.received
    }

    pub(super) fn window(&self) -> u64 {
        self.window
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether the other side was told that all of it, the half-close included, is consumed.
    pub(super) fn is_confirmed(&self) -> bool {
        self.confirmed
    }

    /// Counts what came, and says how long a credit took, where this shows it.
    pub(super) fn data(
        &mut self,
        size: usize,
        now: Duration,
    ) -> Result<Option<Duration>, Violation> {
        if self.ended {
            return Err(Violation("bytes behind the half-close"));
        }
        if size == 0 {
            return Err(Violation("data without bytes"));
        }
        let received = self.received + size as u64;
        if received > self.limit {
            return Err(Violation("more bytes than there was credit for"));
        }
        self.received = received;
        match self.turning {
            Some((limit, given)) if received > limit => {
                self.turning = None;
                Ok(Some(now.saturating_sub(given)).filter(|turn| *turn <= LONGEST_TURN))
            }
            _ => Ok(None),
        }
    }

    pub(super) fn end(&mut self) -> Result<(), Violation> {
        if self.ended {
            return Err(Violation("a second half-close"));
        }
        self.ended = true;
        Ok(())
    }

    pub(super) fn consume(&mut self, size: usize) {
        self.consumed = self.received.min(self.consumed + size as u64);
    }

    /// Whether it is time to tell the other side.
    pub(super) fn owes_credit(&self) -> bool {
        if self.ended {
            return self.consumed == self.received && !self.confirmed;
        }
        (self.consumed + self.window).saturating_sub(self.limit) >= self.window / 2
    }

    pub(super) fn credit(&mut self, pace: Pace) -> Credit {
        self.grow(pace);
        if self.turning.is_none() {
            self.turning = Some((self.limit, pace.now));
        }
        self.given = pace.now;
        self.limit = self.limit.max(self.consumed + self.window);
        let all = self.ended && self.consumed == self.received;
        self.confirmed |= all;
        Credit {
            consumed: self.consumed + u64::from(all),
            limit: self.limit,
        }
    }

    /// A window that is used up within two turns of the connection is what holds the stream back, unless whoever reads does.
    fn grow(&mut self, pace: Pace) {
        let took = pace.now.saturating_sub(self.given);
        let held_back = pace.turn.is_some_and(|turn| took < turn * 2);
        let keeps_up = self.received - self.consumed <= self.window / 4;
        if held_back && keeps_up && self.owes_credit() && !self.ended {
            let more = self.window.min(MAX_WINDOW - self.window).min(pace.spare);
            self.window += more;
        }
    }
}
