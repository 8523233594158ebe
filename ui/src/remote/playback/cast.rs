//! Recordings of terminals (asciicast 2), and how far one of them is played.
use serde::Deserialize;

/// Nobody waits longer than this where pauses are skipped.
const LONGEST_PAUSE: f64 = 2.0;

/// Something a terminal showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    Output(String),
    /// It had so many columns and rows from then on.
    Size(u16, u16),
}

/// A recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Cast {
    pub size: (u16, u16),
    events: Vec<(f64, Shown)>,
}

#[derive(Deserialize)]
struct Head {
    version: u32,
    width: u16,
    height: u16,
}

impl Cast {
    /// Reads one. A last line that was cut off is left out.
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let head: Head = serde_json::from_str(lines.next()?).ok()?;
        if head.version != 2 {
            return None;
        }
        let mut latest = 0.0_f64;
        let mut events = Vec::new();
        let told = lines.map_while(|line| serde_json::from_str::<(f64, String, String)>(line).ok());
        for (at, kind, text) in told {
            latest = latest.max(at);
            let shown = match kind.as_str() {
                "o" => Some(Shown::Output(text)),
                "r" => size(&text),
                _ => None,
            };
            events.extend(shown.map(|shown| (latest, shown)));
        }
        Some(Self {
            size: (head.width, head.height),
            events,
        })
    }

    /// When each thing is shown, in seconds.
    fn times(&self, skips: bool) -> Vec<f64> {
        let (mut before, mut at) = (0.0_f64, 0.0_f64);
        let times = self.events.iter().map(|(moment, _)| {
            let pause = moment - before;
            at += if skips {
                pause.min(LONGEST_PAUSE)
            } else {
                pause
            };
            before = *moment;
            at
        });
        times.collect()
    }
}

fn size(text: &str) -> Option<Shown> {
    let (columns, rows) = text.split_once('x')?;
    Some(Shown::Size(columns.parse().ok()?, rows.parse().ok()?))
}

/// One that is played.
#[derive(Debug)]
pub struct Reel {
    cast: Cast,
    times: Vec<f64>,
    next: usize,
    at: f64,
}

impl Reel {
    /// At its beginning.
    pub fn new(cast: Cast, skips: bool) -> Self {
        Self {
            times: cast.times(skips),
            cast,
            next: 0,
            at: 0.0,
        }
    }

    /// The size it begins with.
    pub fn size(&self) -> (u16, u16) {
        self.cast.size
    }

    /// How many seconds it takes.
    pub fn length(&self) -> f64 {
        self.times.last().copied().unwrap_or_default()
    }

    /// Where it is.
    pub fn at(&self) -> f64 {
        self.at
    }

    /// Begins again.
    pub fn rewind(&mut self) {
        (self.next, self.at) = (0, 0.0);
    }

    /// Goes on to a moment; what is shown until then, with what follows each other in one piece.
    pub fn go_on(&mut self, to: f64) -> Vec<Shown> {
        self.at = to.clamp(0.0, self.length());
        let ahead = &self.times[self.next..];
        let end = self.next + ahead.iter().take_while(|time| **time <= self.at).count();
        let mut pieces: Vec<Shown> = Vec::new();
        for (_, shown) in &self.cast.events[self.next..end] {
            match (pieces.last_mut(), shown) {
                (Some(Shown::Output(before)), Shown::Output(text)) => before.push_str(text),
                _ => pieces.push(shown.clone()),
            }
        }
        self.next = end;
        pieces
    }

    /// Skips pauses, or does not any longer, from what is shown now on.
    pub fn skip(&mut self, skips: bool) {
        self.times = self.cast.times(skips);
        let shown = self.next.checked_sub(1);
        self.at = shown.map_or(0.0, |shown| self.times[shown]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = concat!(
        "{\"version\":2,\"width\":80,\"height\":24,\"timestamp\":1}\n",
        "[0.5,\"o\",\"$ \"]\n",
        "[0.7,\"m\",\"gap\"]\n",
        "[1.0,\"r\",\"100x30\"]\n",
        "[61.0,\"o\",\"ls\"]\n",
        "[61.0,\"o\",\"\\r\\n\"]\n",
        "[62,\"o\",\"cut"
    );

    fn reel(skips: bool) -> Reel {
        Reel::new(Cast::read(TEXT).expect("a recording"), skips)
    }

    fn output(text: &str) -> Shown {
        Shown::Output(text.to_owned())
    }

    #[test]
    fn a_recording_is_shown_by_its_times() {
        let mut reel = reel(false);
        assert_eq!((reel.size(), reel.length()), ((80, 24), 61.0));
        assert!(reel.go_on(0.4).is_empty());
        assert_eq!(reel.go_on(2.0), [output("$ "), Shown::Size(100, 30)]);
        assert_eq!(reel.go_on(99.0), [output("ls\r\n")]);
        assert_eq!((reel.at(), reel.go_on(99.0)), (61.0, vec![]));
        reel.rewind();
        assert_eq!(reel.go_on(0.5), [output("$ ")]);
    }

    #[test]
    fn pauses_are_skipped_from_where_one_is() {
        let mut reel = reel(false);
        reel.go_on(30.0);
        reel.skip(true);
        assert_eq!((reel.at(), reel.length()), (1.0, 3.0));
        assert_eq!(reel.go_on(3.0), [output("ls\r\n")]);
        reel.skip(false);
        assert_eq!(reel.at(), 61.0);
    }

    #[test]
    fn what_is_no_recording_is_not_played() {
        assert_eq!(Cast::read(""), None);
        assert_eq!(Cast::read("{\"version\":1,\"width\":1,\"height\":1}"), None);
        let empty = Cast::read("{\"version\":2,\"width\":1,\"height\":1}");
        assert_eq!(empty.map(|cast| Reel::new(cast, true).length()), Some(0.0));
    }
}
