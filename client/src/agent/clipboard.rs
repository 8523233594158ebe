//! How much of a clipboard goes through a stream of a screen: for the record, which keeps no word of it.
//!
//! Messages there are a length of four bytes, a byte that says what they are, and the rest. Nothing of them is kept here.

use std::time::Duration;

use migasfree_tunnel::message::SessionEvent;
use tokio::time::Instant;

use super::sessions::Sessions;

/// What a message with a clipboard is, from the operator and from the computer.
const INWARDS: u8 = 5;
const OUTWARDS: u8 = 6;
/// Whoever copies again and again is noted down this often.
const OFTEN: Duration = Duration::from_secs(5);

/// Tells what goes by in one direction.
pub(super) struct Clipboard {
    sessions: Sessions,
    session: String,
    inwards: bool,
    meter: Meter,
    /// What was not told yet.
    size: u64,
    told: Option<Instant>,
}

impl Clipboard {
    /// To the computer where `inwards`, else from it.
    pub(super) fn new(sessions: &Sessions, session: &str, inwards: bool) -> Self {
        Self {
            sessions: sessions.clone(),
            session: session.to_owned(),
            inwards,
            meter: Meter::of(if inwards { INWARDS } else { OUTWARDS }),
            size: 0,
            told: None,
        }
    }

    /// These bytes go by.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        self.size += self.meter.pass(bytes);
        let is_due = self.told.is_none_or(|told| told.elapsed() >= OFTEN);
        if is_due && self.meter.is_between() {
            self.tell();
        }
    }

    fn tell(&mut self) {
        if self.size == 0 {
            return;
        }
        let event = SessionEvent::Clipboard {
            inwards: self.inwards,
            size: std::mem::take(&mut self.size),
        };
        self.sessions.event(&self.session, event);
        self.told = Some(Instant::now());
    }
}

impl Drop for Clipboard {
    fn drop(&mut self) {
        self.tell();
    }
}

/// Counts the bytes of messages of one kind.
#[derive(Debug)]
struct Meter {
    kind: u8,
    place: Place,
}

/// Where in a message the next byte is.
#[derive(Debug, Clone, Copy)]
enum Place {
    Length { so_far: u32, bytes: u8 },
    Kind { left: u32 },
    Body { left: u32, counts: bool },
}

const BEGIN: Place = Place::Length {
    so_far: 0,
    bytes: 0,
};

impl Meter {
    const fn of(kind: u8) -> Self {
        Self { kind, place: BEGIN }
    }

    /// Whether the next byte begins a message.
    const fn is_between(&self) -> bool {
        matches!(self.place, Place::Length { bytes: 0, .. })
    }

    /// How many of these bytes are what is counted.
    fn pass(&mut self, mut bytes: &[u8]) -> u64 {
        let mut counted = 0;
        while let Some((first, rest)) = bytes.split_first() {
            self.place = match self.place {
                Place::Length { so_far, bytes } => {
                    let so_far = (so_far << 8) | u32::from(*first);
                    match (bytes, so_far) {
                        (3, 0) => BEGIN,
                        (3, left) => Place::Kind { left },
                        _ => Place::Length {
                            so_far,
                            bytes: bytes + 1,
                        },
                    }
                }
                Place::Kind { left } => body(left - 1, *first == self.kind),
                Place::Body { left, counts } => {
                    let here = u32::try_from(bytes.len()).unwrap_or(u32::MAX).min(left);
                    counted += if counts { u64::from(here) } else { 0 };
                    bytes = &bytes[here as usize..];
                    self.place = body(left - here, counts);
                    continue;
                }
            };
            bytes = rest;
        }
        counted
    }
}

const fn body(left: u32, counts: bool) -> Place {
    match left {
        0 => BEGIN,
        _ => Place::Body { left, counts },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap_or_default() + 1;
        [&length.to_be_bytes()[..], &[kind], body].concat()
    }

    #[test]
    fn only_clipboards_are_counted_wherever_the_bytes_are_cut() {
        let stream = [
            message(2, b"a picture with \0\0\0\x06\x06 in it"),
            message(OUTWARDS, b"a secret"),
            message(OUTWARDS, b""),
            vec![0, 0, 0, 0],
            message(OUTWARDS, b"another"),
            message(INWARDS, b"the other way"),
        ]
        .concat();
        for size in 1..=stream.len() {
            let mut meter = Meter::of(OUTWARDS);
            let counted: u64 = stream.chunks(size).map(|piece| meter.pass(piece)).sum();
            assert_eq!(counted, 15, "in pieces of {size}");
            assert!(meter.is_between(), "in pieces of {size}");
        }
    }
}
