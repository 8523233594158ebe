//! The output of a job on disk: the end of it, however long it is. Offsets count from its first byte.
//!
//! It lies in pieces, `output` and `output-<offset of its first byte>`; the oldest goes when there are more than two.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Bytes of a piece; a line more is possible.
const PIECE: u64 = 8 << 20;
const KEPT: usize = 2;
const FIRST: &str = "output";

/// Adds to the output of a job.
#[derive(Debug)]
pub(super) struct OutputLog {
    folder: PathBuf,
    file: File,
    start: u64,
    end: u64,
}

impl OutputLog {
    /// Goes on where the last one stopped.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let start = pieces(folder)?.last().map_or(0, |(start, _)| *start);
        let file = append(&folder.join(name(start)))?;
        Ok(Self {
            folder: folder.to_path_buf(),
            end: start + file.metadata()?.len(),
            file,
            start,
        })
    }

    /// How many bytes there were so far.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Adds a line; answers where it begins.
    pub(super) fn append(&mut self, line: &[u8]) -> io::Result<u64> {
        if self.end - self.start >= PIECE {
            self.file = append(&self.folder.join(name(self.end)))?;
            self.start = self.end;
            let pieces = pieces(&self.folder)?;
            let old = pieces.len().saturating_sub(KEPT);
            for (_, path) in &pieces[..old] {
                fs::remove_file(path)?;
            }
        }
        let offset = self.end;
        self.file.write_all(line)?;
        self.end += u64::try_from(line.len()).unwrap_or_default();
        Ok(offset)
    }
}

/// How many bytes of output a job had so far.
pub(super) fn length(folder: &Path) -> u64 {
    let last = pieces(folder).ok().and_then(|mut pieces| pieces.pop());
    last.map_or(0, |(start, path)| {
        start + fs::metadata(path).map_or(0, |file| file.len())
    })
}

/// Bytes of the output of a job from an offset, at most `limit`, after the offset where they begin: what is not kept any
/// more is left out.
pub fn read_output(folder: &Path, offset: u64, limit: u64) -> io::Result<(u64, Vec<u8>)> {
    for (start, path) in pieces(folder)? {
        let mut file = File::open(path)?;
        if start + file.metadata()?.len() <= offset {
            continue;
        }
        let from = offset.max(start);
        file.seek(SeekFrom::Start(from - start))?;
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        return Ok((from, bytes));
    }
    Ok((offset, Vec::new()))
}

fn pieces(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut pieces: Vec<(u64, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let start = match name.to_str()?.strip_prefix(FIRST)? {
                "" => 0,
                rest => rest.strip_prefix('-')?.parse().ok()?,
            };
            Some((start, entry.path()))
        })
        .collect();
    pieces.sort();
    Ok(pieces)
}

fn name(start: u64) -> String {
    match start {
        0 => FIRST.to_owned(),
        start => format!("{FIRST}-{start}"),
    }
}

fn append(path: &Path) -> io::Result<File> {
    File::options()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_end_of_endless_output_is_kept_and_offsets_stay() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = OutputLog::open(folder.path()).unwrap();
        let line = [b"x".repeat((1 << 20) - 1), b"\n".to_vec()].concat();
        for _ in 0..30 {
            log.append(&line).unwrap();
        }
        drop(log);
        let mut log = OutputLog::open(folder.path()).unwrap();
        let offset = log.append(b"the last word\n").unwrap();
        assert_eq!(offset, 30 << 20);
        let (from, bytes) = read_output(folder.path(), offset, 100).unwrap();
        assert_eq!((from, bytes.as_slice()), (offset, &b"the last word\n"[..]));
        assert_eq!(length(folder.path()), offset + 14);

        let (first, bytes) = read_output(folder.path(), 0, 10).unwrap();
        assert!(first > 0 && bytes == b"x".repeat(10));
        let kept: u64 = pieces(folder.path())
            .unwrap()
            .iter()
            .map(|(_, path)| fs::metadata(path).unwrap().len())
            .sum();
        assert!((PIECE..3 * PIECE).contains(&kept), "{kept}");
        // From one read to the next nothing is lost between the pieces.
        let (mut at, mut read) = (first, 0);
        loop {
            let (from, bytes) = read_output(folder.path(), at, 1 << 20).unwrap();
            assert_eq!(from, at);
            if bytes.is_empty() {
                break;
            }
            at += bytes.len() as u64;
            read += bytes.len() as u64;
        }
        assert_eq!(read, kept);
    }
}
