//! The inner archives: as much of `tar` as packages use (v7, ustar and GNU long names).
//!
//! Entries are only looked at, never written anywhere, so paths are text for people.

use std::io::{self, Read};

use crate::ReadError;
use crate::ar::fill;
use crate::compression::damaged;

const BLOCK: usize = 512;

/// Walks over the entries of `source`, reading the content of those asked for.
pub(crate) struct Walker<R> {
    source: R,
    part: String,
    budget: u64,
    unpacked_limit: u64,
    path_limit: u64,
    remaining: u64,
    padding: u64,
}

#[derive(Debug)]
pub(crate) struct Header {
    /// Path as stored, without a leading `./` and a trailing `/`.
    pub path: String,
    pub link: String,
    pub kind: u8,
    pub mode: u32,
    pub size: u64,
}

impl<R: Read> Walker<R> {
    /// `part` names the member in messages; at most `unpacked_limit` bytes are read.
    pub fn new(source: R, part: &str, unpacked_limit: u64, path_limit: u64) -> Self {
        Self {
            source,
            part: part.to_owned(),
            budget: unpacked_limit,
            unpacked_limit,
            path_limit,
            remaining: 0,
            padding: 0,
        }
    }

    /// The next entry, or `None` at the end of the archive.
    pub fn next(&mut self) -> Result<Option<Header>, ReadError> {
        let mut long_path = None;
        let mut long_link = None;
        loop {
            self.pass(self.remaining + self.padding)?;
            let mut block = [0; BLOCK];
            match self.block(&mut block)? {
                0 => return Ok(None),
                BLOCK => {}
                _ => return Err(ReadError::Truncated(self.part.clone())),
            }
            if block.iter().all(|byte| *byte == 0) {
                return Ok(None);
            }
            let mut header = self.header(&block)?;
            self.remaining = header.size;
            self.padding = padding(header.size);
            match header.kind {
                b'L' => long_path = Some(self.long_name(header.size)?),
                b'K' => long_link = Some(self.long_name(header.size)?),
                // Extended attributes of the next entry: nothing of it is shown.
                b'x' | b'g' => {}
                _ => {
                    header.path = clean(long_path.take().unwrap_or(header.path));
                    header.link = long_link.take().unwrap_or(header.link);
                    return Ok(Some(header));
                }
            }
        }
    }

    /// The content of the current entry, refused when longer than `limit`.
    pub fn content(&mut self, what: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        if self.remaining > limit {
            return Err(ReadError::too_large(what, limit));
        }
        self.start_of_content(self.remaining)
    }

    /// The first `limit` bytes of the current entry.
    pub fn start_of_content(&mut self, limit: u64) -> Result<Vec<u8>, ReadError> {
        let wanted = self.remaining.min(limit);
        self.spend(wanted)?;
        let mut content = Vec::new();
        let read = (&mut self.source).take(wanted).read_to_end(&mut content);
        let read = read.map_err(|error| damaged(&self.part, error))? as u64;
        self.remaining -= read;
        if read < wanted {
            return Err(ReadError::Truncated(self.part.clone()));
        }
        Ok(content)
    }

    fn long_name(&mut self, size: u64) -> Result<String, ReadError> {
        if size > self.path_limit + 1 {
            return Err(ReadError::too_large(
                format!("a path in {}", self.part),
                self.path_limit,
            ));
        }
        let bytes = self.start_of_content(size)?;
        Ok(text(&bytes))
    }

    fn block(&mut self, block: &mut [u8]) -> Result<usize, ReadError> {
        self.spend(block.len() as u64)?;
        fill(&mut self.source, block).map_err(|error| damaged(&self.part, error))
    }

    fn pass(&mut self, bytes: u64) -> Result<(), ReadError> {
        self.spend(bytes)?;
        let passed = io::copy(&mut (&mut self.source).take(bytes), &mut io::sink())
            .map_err(|error| damaged(&self.part, error))?;
        if passed < bytes {
            return Err(ReadError::Truncated(self.part.clone()));
        }
        self.remaining = 0;
        self.padding = 0;
        Ok(())
    }

    fn spend(&mut self, bytes: u64) -> Result<(), ReadError> {
        self.budget = self.budget.checked_sub(bytes).ok_or_else(|| {
            ReadError::too_large(format!("{} unpacked", self.part), self.unpacked_limit)
        })?;
        Ok(())
    }

    fn header(&self, block: &[u8; BLOCK]) -> Result<Header, ReadError> {
        let malformed = |detail| ReadError::malformed(self.part.clone(), detail);
        if octal(&block[148..156]) != Some(checksum(block)) {
            return Err(malformed("an entry's checksum is wrong"));
        }
        let size = number(&block[124..136]).ok_or_else(|| malformed("an entry has no size"))?;
        let mode = number(&block[100..108]).ok_or_else(|| malformed("an entry has no mode"))?;
        let kind = if block[156] == 0 { b'0' } else { block[156] };
        let mut path = text(&block[..100]);
        // GNU archives keep other things where POSIX ones keep the path's prefix.
        if &block[257..263] == b"ustar\0" && block[345] != 0 {
            path = format!("{}/{path}", text(&block[345..500]));
        }
        // Only these kinds have content; others sometimes carry a size that means nothing.
        let has_content = matches!(kind, b'0' | b'7' | b'L' | b'K' | b'x' | b'g');
        Ok(Header {
            path,
            link: text(&block[157..257]),
            kind,
            mode: u32::try_from(mode & 0o7777).unwrap_or_default(),
            size: if has_content { size } else { 0 },
        })
    }
}

fn padding(size: u64) -> u64 {
    (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64
}

fn checksum(block: &[u8; BLOCK]) -> u64 {
    let counted = |(index, byte): (usize, &u8)| {
        if (148..156).contains(&index) {
            u64::from(b' ')
        } else {
            u64::from(*byte)
        }
    };
    block.iter().enumerate().map(counted).sum()
}

/// Octal text, or GNU's binary form for numbers beyond it.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 == 0 {
        return octal(field);
    }
    let bytes = field[1..]
        .iter()
        .try_fold(u64::from(field[0] & 0x7f), |value, byte| {
            value.checked_mul(256)?.checked_add(u64::from(*byte))
        })?;
    // What is left must still allow for padding and sums.
    (bytes < 1 << 62).then_some(bytes)
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    if text.is_empty() {
        return Some(0);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    u64::from_str_radix(text, 8).ok()
}

fn text(field: &[u8]) -> String {
    let end = field
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

fn clean(path: String) -> String {
    let path = path.strip_prefix("./").unwrap_or(&path);
    path.strip_suffix('/').unwrap_or(path).to_owned()
}
