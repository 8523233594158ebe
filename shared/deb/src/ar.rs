//! The outer archive: `ar` as `deb(5)` uses it (short names, no symbol table).

use std::io::{self, Read};

use crate::ReadError;

const MAGIC: &[u8; 8] = b"!<arch>\n";
const HEADER: usize = 60;

/// Reads members one after the other; as a [`Read`] it is the current member.
pub(crate) struct Archive<R> {
    source: R,
    remaining: u64,
    padded: bool,
    members: u64,
    limit: u64,
}

pub(crate) struct Member {
    pub name: String,
    pub size: u64,
}

impl<R: Read> Archive<R> {
    /// Checks the magic of `source`; `limit` members at most are given out.
    pub fn open(mut source: R, limit: u64) -> Result<Self, ReadError> {
        let mut magic = [0; MAGIC.len()];
        if fill(&mut source, &mut magic)? < MAGIC.len() || &magic != MAGIC {
            return Err(ReadError::NotAPackage(
                "it does not begin as an archive does",
            ));
        }
        Ok(Self {
            source,
            remaining: 0,
            padded: false,
            members: 0,
            limit,
        })
    }

    /// The next member; what was not read of the current one is passed over.
    pub fn next(&mut self) -> Result<Option<Member>, ReadError> {
        self.pass_over()?;
        let mut header = [0; HEADER];
        match fill(&mut self.source, &mut header)? {
            0 => return Ok(None),
            HEADER => {}
            _ => return Err(ReadError::Truncated("a member's header".into())),
        }
        self.members += 1;
        if self.members > self.limit {
            return Err(ReadError::TooMany {
                what: "members",
                limit: self.limit,
            });
        }
        if header[58..] != *b"`\n" {
            return Err(ReadError::malformed(
                "the archive",
                "a member's header has no end mark",
            ));
        }
        let name = member_name(&header[..16])?;
        let size = decimal(&header[48..58])
            .ok_or_else(|| ReadError::malformed(name.clone(), "its size is not a number"))?;
        self.remaining = size;
        self.padded = size % 2 == 1;
        Ok(Some(Member { name, size }))
    }

    /// Bytes of the current member not read yet.
    pub fn remaining(&self) -> u64 {
        self.remaining
    }

    fn pass_over(&mut self) -> Result<(), ReadError> {
        let expected = self.remaining;
        let passed = io::copy(&mut (&mut self.source).take(expected), &mut io::sink())?;
        if passed < expected {
            return Err(ReadError::Truncated("a member".into()));
        }
        self.remaining = 0;
        if self.padded {
            // The last member may lack its padding, as dpkg allows.
            fill(&mut self.source, &mut [0; 1])?;
            self.padded = false;
        }
        Ok(())
    }
}

impl<R: Read> Read for Archive<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.remaining == 0 || buffer.is_empty() {
            return Ok(0);
        }
        let wanted = buffer
            .len()
            .min(usize::try_from(self.remaining).unwrap_or(usize::MAX));
        let read = self.source.read(&mut buffer[..wanted])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.remaining -= read as u64;
        Ok(read)
    }
}

/// Reads until `buffer` is full or the source ends; the number of bytes read.
pub(crate) fn fill(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn member_name(field: &[u8]) -> Result<String, ReadError> {
    let text = std::str::from_utf8(field)
        .map_err(|_| ReadError::malformed("the archive", "a member's name is not text"))?
        .trim_end_matches(' ');
    let name = text.strip_suffix('/').unwrap_or(text);
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'/';
    if name.is_empty() || !name.bytes().all(plain) {
        return Err(ReadError::malformed(
            "the archive",
            "a member has no usable name",
        ));
    }
    Ok(name.to_owned())
}

fn decimal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_end_matches(' ');
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}
