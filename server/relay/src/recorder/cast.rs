//! Asciicast v2: a head, and a line of JSON for each thing a terminal shows.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

/// What a terminal or a screen shows.
#[derive(Debug)]
pub(super) enum Shown {
    Opened {
        columns: u16,
        rows: u16,
        term: String,
    },
    Output(Bytes),
    Resized {
        columns: u16,
        rows: u16,
    },
    /// The stream of a screen begins.
    Begun,
    /// Something is missing here.
    Gap,
}

impl Shown {
    /// Bytes that it takes while it waits.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Output(output) => output.len(),
            Self::Opened { .. } | Self::Resized { .. } | Self::Begun => 64,
            Self::Gap => 0,
        }
    }
}

/// Lines that are not written yet.
#[derive(Debug)]
pub(super) struct Cast {
    /// Seconds since 1970.
    begun: i64,
    lines: Vec<u8>,
    /// Whether the head is written.
    begins: bool,
    /// The beginning of a character whose end has yet to come.
    rest: Vec<u8>,
}

impl Cast {
    /// A recording of that moment, or what follows of one.
    pub(super) fn new(begun: i64, goes_on: bool) -> Self {
        Self {
            begun,
            lines: Vec::new(),
            begins: !goes_on,
            rest: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Takes the lines there are.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.lines)
    }

    pub(super) fn add(&mut self, at: Duration, shown: Shown) {
        match shown {
            Shown::Opened {
                columns,
                rows,
                term,
            } => {
                if self.begins {
                    self.head(columns, rows, &term);
                } else {
                    self.event(at, "r", &format!("{columns}x{rows}"));
                }
            }
            Shown::Output(output) => {
                let text = self.text(&output);
                if !text.is_empty() {
                    self.event(at, "o", &text);
                }
            }
            Shown::Resized { columns, rows } => {
                self.event(at, "r", &format!("{columns}x{rows}"));
            }
            Shown::Gap => self.event(at, "m", "gap"),
            Shown::Begun => {}
        }
    }

    fn head(&mut self, columns: u16, rows: u16, term: &str) {
        self.begins = false;
        let head = json!({
            "version": 2, "width": columns, "height": rows, "timestamp": self.begun, "env": {"TERM": term},
        });
        self.line(&head);
    }

    fn event(&mut self, at: Duration, kind: &str, what: &str) {
        if self.begins {
            self.head(80, 24, "");
        }
        let seconds = Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or(u64::MAX));
        self.line(&json!([seconds.as_secs_f64(), kind, what]));
    }

    fn line(&mut self, line: &serde_json::Value) {
        self.lines.extend_from_slice(line.to_string().as_bytes());
        self.lines.push(b'\n');
    }

    /// The characters of an output; what is none is replaced, and what is not whole is kept for the next.
    fn text(&mut self, output: &[u8]) -> String {
        self.rest.extend_from_slice(output);
        let whole = self.rest.len() - unfinished(&self.rest);
        let text = String::from_utf8_lossy(&self.rest[..whole]).into_owned();
        self.rest.drain(..whole);
        text
    }
}

/// Bytes at the end that may be the beginning of a character.
fn unfinished(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let length = match bytes[bytes.len() - back] {
            0x80..=0xbf => continue,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return 0,
        };
        return if back < length { back } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::Value;

    use super::*;

    fn shown(output: &'static [u8]) -> Shown {
        Shown::Output(Bytes::from_static(output))
    }

    fn lines(cast: &mut Cast) -> Vec<Value> {
        let lines = String::from_utf8(cast.take()).unwrap();
        lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_terminal_is_told_line_by_line() {
        let mut cast = Cast::new(1_795_226_730, false);
        let opened = Shown::Opened {
            columns: 80,
            rows: 24,
            term: "xterm-256color".to_owned(),
        };
        cast.add(Duration::ZERO, opened);
        cast.add(Duration::from_micros(1_234_567), shown(b"a\r\n\x1b[0m"));
        let (columns, rows) = (100, 30);
        cast.add(Duration::from_secs(2), Shown::Resized { columns, rows });
        assert_eq!(
            lines(&mut cast),
            [
                json!({"version": 2, "width": 80, "height": 24, "timestamp": 1_795_226_730,
                    "env": {"TERM": "xterm-256color"}}),
                json!([1.234, "o", "a\r\n\u{1b}[0m"]),
                json!([2.0, "r", "100x30"]),
            ]
        );
    }

    #[test]
    fn characters_stay_whole_wherever_they_are_cut() {
        let text = "ñ€😀x";
        for cut in 0..=text.len() {
            let mut cast = Cast::new(0, true);
            let (one, two) = text.as_bytes().split_at(cut);
            let together = cast.text(one) + &cast.text(two);
            assert_eq!(together, text, "cut at {cut}");
        }
        let mut cast = Cast::new(0, true);
        assert_eq!(cast.text(b"a\xff\xc3"), "a\u{fffd}");
        assert_eq!(cast.text(b"b"), "\u{fffd}b");
    }
}
