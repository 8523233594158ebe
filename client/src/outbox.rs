//! What the server must still be told: errors and synchronisation records wait here, on disk, until it confirmed
//! them.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
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
    /// Bytes of the file these records take.
    length: u64,
}

impl Outbox {
    /// No more is kept than this; the oldest goes first.
    const LARGEST: u64 = 10 * 1024 * 1024;
    /// Longest text of one error.
    const LONGEST_TEXT: usize = 64 * 1024;

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

    /// The errors waiting.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn errors(&self) -> io::Result<Batch<ErrorRecord>> {
        self.read("errors.jsonl")
    }

    /// The synchronisation records waiting.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn synchronizations(&self) -> io::Result<Batch<SynchronizationRecord>> {
        self.read("synchronizations.jsonl")
    }

    fn append(&self, name: &str, record: &impl Serialize) -> io::Result<()> {
        files::private_folder(&self.folder)?;
        let path = self.folder.join(name);
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)?;
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

    fn read<T: DeserializeOwned>(&self, name: &str) -> io::Result<Batch<T>> {
        let file = self.folder.join(name);
        let text = files::read_optional(&file)?.unwrap_or_default();
        // A line cut short by a power failure is lost, not its neighbours.
        let records = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        Ok(Batch {
            records,
            length: text.len() as u64,
            file,
        })
    }
}

impl<T> Batch<T> {
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
        let length = usize::try_from(self.length)
            .unwrap_or(usize::MAX)
            .min(content.len());
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
        let records = outbox.errors().unwrap().records;
        assert!(records.len() > 50 && records[0].text.len() <= Outbox::LONGEST_TEXT);
    }
}
