//! Recordings of terminals (asciicast v2): a head, and lines of moment, kind and text.

use std::time::Duration;

use serde::Deserialize;

use crate::texts::Text;
use crate::trouble::{Kind, Trouble};

/// Nobody waits longer than this for the next output.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Columns of the terminal.
    pub width: u16,
    /// Rows of the terminal.
    pub height: u16,
    /// What was written, each with the pause before it.
    pub output: Vec<(Duration, String)>,
}

#[derive(Deserialize)]
struct Head {
    version: u32,
    width: u16,
    height: u16,
}

/// Reads a recording. A last line that was cut off is left out.
///
/// # Errors
/// When it is none.
pub fn read(text: &str) -> Result<Recording, Trouble> {
    let wrong = || Trouble::of(Kind::Failed, Text::ErrorRecording, &[]);
    let mut lines = text.lines();
    let head: Head = lines
        .next()
        .and_then(|line| serde_json::from_str(line).ok())
        .ok_or_else(wrong)?;
    if head.version != 2 {
        return Err(wrong());
    }
    let events = lines.map_while(|line| serde_json::from_str::<(f64, String, String)>(line).ok());
    let mut before = Duration::ZERO;
    let mut output = Vec::new();
    for (at, kind, text) in events {
        let at = Duration::try_from_secs_f64(at).unwrap_or(before);
        if kind == "o" {
            output.push((at.saturating_sub(before).min(LONGEST_PAUSE), text));
            before = at;
        }
    }
    Ok(Recording {
        width: head.width,
        height: head.height,
        output,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn output_is_played_with_its_pauses_and_long_ones_are_cut() {
        let text = concat!(
            "{\"version\":2,\"width\":80,\"height\":24,\"timestamp\":1}\n",
            "[0.5,\"o\",\"$ \"]\n",
            "[0.7,\"i\",\"l\"]\n",
            "[60.5,\"o\",\"ls\"]\n",
            "[61,\"o\",\"cut"
        );
        let recording = read(text).unwrap();
        assert_eq!((recording.width, recording.height), (80, 24));
        assert_eq!(
            recording.output,
            [
                (Duration::from_millis(500), "$ ".to_owned()),
                (LONGEST_PAUSE, "ls".to_owned())
            ]
        );
        assert!(read("").is_err() && read("{\"version\":1,\"width\":1,\"height\":1}").is_err());
    }
}
