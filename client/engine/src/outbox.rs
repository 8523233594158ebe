//! What the server must still be told: errors and synchronisation records wait here, on disk, until it confirmed
//! them.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::files;

/// An error to show to the administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorRecord {
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The step it happened in.
    pub step: String,
    pub text: String,
}

/// A synchronisation the server has not recorded yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SynchronizationRecord {
    /// RFC 3339 with offset.
    pub start: String,
    pub packages_ok: bool,
}

/// The folder of what waits for one server.
#[derive(Debug, Clone)]
pub struct Outbox {
    folder: PathBuf,
}

/// Records read together, to be removed together once the server has them.
#[derive(Debug)]
pub struct Batch<T> {
    pub records: Vec<T>,
    file: PathBuf,
    /// Bytes of the file these records take, and the damaged lines among them.
    length: usize,
}

impl Outbox {
    /// No more is kept than this; the oldest goes first.
    const LARGEST: u64 = 10 * 1024 * 1024;
    /// Longest text of one error.
    const LONGEST_TEXT: usize = 64 * 1024;
    /// Errors are told in portions of about this size, which every server takes.
    const PORTION: usize = 256 * 1024;

    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Keeps an error.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn add_error(&self, mut record: ErrorRecord) -> io::Result<()> {
        record
            .text
            .truncate(record.text.floor_char_boundary(Self::LONGEST_TEXT));
        self.append("errors.jsonl", &record)
    }

    /// Keeps a synchronisation record.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn add_synchronization(&self, record: &SynchronizationRecord) -> io::Result<()> {
        self.append("synchronizations.jsonl", record)
    }

    /// The oldest of the errors waiting, as many as are told at once.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn errors(&self) -> io::Result<Batch<ErrorRecord>> {
        self.read("errors.jsonl", Self::PORTION)
    }

    /// The oldest of the synchronisation records waiting: each is told by itself.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn synchronizations(&self) -> io::Result<Batch<SynchronizationRecord>> {
        self.read("synchronizations.jsonl", 1)
    }

    fn append(&self, name: &str, record: &impl Serialize) -> io::Result<()> {
        files::private_folder(&self.folder)?;
        let path = self.folder.join(name);
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .mode(0o600)
            .open(&path)?;
        if ends_in_a_cut_line(&mut file)? {
            line.insert(0, b'\n');
        }
        file.write_all(&line)?;
        file.sync_data()?;
        if file.metadata()?.len() > Self::LARGEST {
            let content = fs::read(&path)?;
            let middle = content.len() / 2;
            let cut = content[middle..]
                .iter()
                .position(|byte| *byte == b'\n')
                .unwrap_or(0);
            files::write(&path, &content[middle + cut + 1..], 0o600)?;
        }
        Ok(())
    }

    /// Whole lines from the beginning, until `portion` bytes are reached.
    fn read<T: DeserializeOwned>(&self, name: &str, portion: usize) -> io::Result<Batch<T>> {
        let file = self.folder.join(name);
        let content = match fs::read(&file) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let (mut records, mut length) = (Vec::new(), 0);
        for line in content.split_inclusive(|byte| *byte == b'\n') {
            if length >= portion && !records.is_empty() {
                break;
            }
            length += line.len();
            // A line cut short by a power failure is lost, not its neighbours.
            records.extend(serde_json::from_slice(line));
        }
        Ok(Batch {
            records,
            length,
            file,
        })
    }
}

/// A line a power failure cut short has no end: the next one must not be lost with it.
fn ends_in_a_cut_line(file: &mut fs::File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

impl<T> Batch<T> {
    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Removes these records, and none that came after.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn delivered(self) -> io::Result<()> {
        let content = match fs::read(&self.file) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let length = self.length.min(content.len());
        if length == content.len() {
            files::remove_optional(&self.file)?;
            return Ok(());
        }
        files::write(&self.file, &content[length..], 0o600)
    }
}

/// Errors as the server shows them: a rule, the time, the text, an empty line.
#[must_use]
pub fn description(records: &[ErrorRecord]) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let entry = |record: &ErrorRecord| {
        let at = record.at.format(&format).unwrap_or_default();
        format!("{}\n{at}\n{}\n\n", "-".repeat(20), record.text)
    };
    records.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use time::macros::datetime;

    fn error(text: &str) -> ErrorRecord {
        let at = datetime!(2026-11-21 10:00:00 +1);
        ErrorRecord {
            at,
            step: "attributes".into(),
            text: text.into(),
        }
    }

    #[test]
    fn only_what_was_delivered_goes_and_damage_stays_local() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::new(folder.path().join("outbox"));
        outbox.add_error(error("one")).unwrap();
        let batch = outbox.errors().unwrap();
        outbox.add_error(error("two")).unwrap();
        batch.delivered().unwrap();
        let path = folder.path().join("outbox/errors.jsonl");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{{\"at\": garbage\n{text}{{\"cut")).unwrap();
        let batch = outbox.errors().unwrap();
        assert_eq!(batch.records, [error("two")]);
        batch.delivered().unwrap();
        assert!(outbox.errors().unwrap().records.is_empty());
    }

    #[test]
    fn a_line_cut_short_takes_no_other_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::new(folder.path().to_owned());
        fs::write(folder.path().join("errors.jsonl"), b"{\"at\": \"\xff").unwrap();
        outbox.add_error(error("after")).unwrap();
        let batch = outbox.errors().unwrap();
        assert_eq!(batch.records, [error("after")]);
        batch.delivered().unwrap();
        assert!(outbox.errors().unwrap().is_empty());
    }

    #[test]
    fn each_synchronisation_is_told_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::new(folder.path().to_owned());
        for start in ["a", "b"] {
            let record = SynchronizationRecord {
                start: start.into(),
                packages_ok: true,
            };
            outbox.add_synchronization(&record).unwrap();
        }
        let first = outbox.synchronizations().unwrap();
        assert_eq!(first.records.len(), 1);
        first.delivered().unwrap();
        assert_eq!(outbox.synchronizations().unwrap().records[0].start, "b");
    }

    #[test]
    fn the_server_gets_the_text_it_knows() {
        assert_eq!(
            description(&[error("boom")]),
            "--------------------\n2026-11-21 10:00:00\nboom\n\n"
        );
    }

    #[test]
    fn long_texts_are_cut_and_the_file_stays_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::new(folder.path().to_owned());
        for _ in 0..170 {
            outbox.add_error(error(&"é".repeat(100_000))).unwrap();
        }
        assert!(
            fs::metadata(folder.path().join("errors.jsonl"))
                .unwrap()
                .len()
                <= Outbox::LARGEST
        );
        let mut told = 0;
        loop {
            let batch = outbox.errors().unwrap();
            if batch.is_empty() {
                break;
            }
            let text = description(&batch.records);
            assert!(text.len() <= Outbox::PORTION + 2 * Outbox::LONGEST_TEXT);
            assert!(batch.records[0].text.len() <= Outbox::LONGEST_TEXT);
            told += batch.records.len();
            batch.delivered().unwrap();
        }
        assert!(told > 50, "{told}");
    }
}
