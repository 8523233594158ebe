//! Whether a request was made just now. Whoever takes requests remembers the nonces of fresh ones; nothing is kept here.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::text::{as_text, decode, encode};

/// How far the clocks of computer and server may be apart.
pub const WINDOW: Duration = Duration::from_secs(60);

/// How the time of a request stands to the time it arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Made just now.
    Fresh,
    /// Made so long ago, or by a clock that is so far behind.
    Stale {
        /// The whole distance.
        by: Duration,
    },
    /// Made by a clock that is so far ahead.
    Ahead {
        /// The whole distance.
        by: Duration,
    },
}

/// Judges a request by when it says it was made. Times are seconds since 1970.
#[must_use]
pub fn judge(created: i64, now: i64, window: Duration) -> Freshness {
    let by = Duration::from_secs(created.abs_diff(now));
    if by <= window {
        Freshness::Fresh
    } else if created < now {
        Freshness::Stale { by }
    } else {
        Freshness::Ahead { by }
    }
}

/// The last second at which a request is fresh: until it is over, its nonce has to be remembered.
#[must_use]
pub fn good_until(created: i64, window: Duration) -> i64 {
    let window = i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
    created.saturating_add(window)
}

/// What makes a request the only one of its kind: 16 random bytes. As text: 22 characters of base64url.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nonce([u8; 16]);

impl Nonce {
    /// A nonce of what `fill` writes, which has to be another one each time.
    #[must_use]
    pub fn generate(fill: impl FnOnce(&mut [u8])) -> Self {
        let mut bytes = [0; 16];
        fill(&mut bytes);
        Self(bytes)
    }

    /// The bytes, to be remembered.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nonce({self})")
    }
}

/// A text that is no nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no nonce of 22 characters of base64url")]
pub struct NoNonce;

impl FromStr for Nonce {
    type Err = NoNonce;

    fn from_str(text: &str) -> Result<Self, NoNonce> {
        decode(text).map(Self).ok_or(NoNonce)
    }
}

as_text!(Nonce);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_either_way_is_fresh_and_a_second_more_is_not() {
        let seconds = Duration::from_secs;
        for (created, expected) in [
            (1000, Freshness::Fresh),
            (940, Freshness::Fresh),
            (1060, Freshness::Fresh),
            (939, Freshness::Stale { by: seconds(61) }),
            (1061, Freshness::Ahead { by: seconds(61) }),
            (
                i64::MIN,
                Freshness::Stale {
                    by: seconds(i64::MIN.abs_diff(1000)),
                },
            ),
        ] {
            assert_eq!(judge(created, 1000, WINDOW), expected, "{created}");
        }
    }

    #[test]
    fn a_nonce_is_forgotten_only_when_its_request_is_stale() {
        for created in [0, 1000, i64::MAX] {
            let last = good_until(created, WINDOW);
            assert_eq!(judge(created, last, WINDOW), Freshness::Fresh);
        }
        let after = good_until(1000, WINDOW) + 1;
        assert_ne!(judge(1000, after, WINDOW), Freshness::Fresh);
    }
}
