//! Reads what a worker says.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::events::Event;

/// At most this much is read in one go, so that a huge file never fills the memory.
const CHUNK: u64 = 256 * 1024;

/// Follows the `events` of a job from the beginning.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    position: u64,
    partial: Vec<u8>,
}

impl Tail {
    /// Starts at the first event.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self {
            path: folder.join("events"),
            position: 0,
            partial: Vec::new(),
        }
    }

    /// The events since the last call, as many as fit in one go; empty when there are none.
    pub fn read(&mut self) -> io::Result<Vec<Event>> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        if file.metadata()?.len() <= self.position {
            return Ok(Vec::new());
        }
        file.seek(SeekFrom::Start(self.position))?;
        let read = file.take(CHUNK).read_to_end(&mut self.partial)?;
        self.position += u64::try_from(read).unwrap_or_default();
        Ok(self.complete_lines())
    }

    fn complete_lines(&mut self) -> Vec<Event> {
        let Some(end) = self.partial.iter().rposition(|byte| *byte == b'\n') else {
            return Vec::new();
        };
        let rest = self.partial.split_off(end + 1);
        let lines = std::mem::replace(&mut self.partial, rest);
        lines
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .filter_map(|line| match serde_json::from_slice(line) {
                Ok(event) => Some(event),
                Err(error) => {
                    tracing::warn!(%error, "a line of a job's events cannot be read");
                    None
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write as _;

    use super::*;
    use crate::jobs::events::EventLog;
    use crate::jobs::read_output;
    use crate::observer::{Observer as _, OutputStream};

    #[test]
    fn events_are_read_once_and_only_when_whole() {
        let folder = tempfile::tempdir().unwrap();
        let mut tail = Tail::of(folder.path());
        assert!(tail.read().unwrap().is_empty());
        let log = EventLog::open(folder.path()).unwrap();
        log.write(&Event::Started);
        log.output(OutputStream::Out, "Unpacking inkscape");
        assert_eq!(
            tail.read().unwrap(),
            [
                Event::Started,
                Event::Output {
                    offset: 0,
                    length: 19,
                    stream: OutputStream::Out
                }
            ]
        );
        let mut file = File::options()
            .append(true)
            .open(folder.path().join("events"))
            .unwrap();
        file.write_all(b"{\"event\":\"answ").unwrap();
        assert!(tail.read().unwrap().is_empty());
        file.write_all(b"ered\",\"with\":3}\n").unwrap();
        assert_eq!(tail.read().unwrap(), [Event::Answered(3)]);
        let (from, bytes) = read_output(folder.path(), 10, 100).unwrap();
        assert_eq!((from, bytes.as_slice()), (10, &b"inkscape\n"[..]));
    }
}
