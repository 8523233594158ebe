//! Reads a `Packages` index by apt's rules, which are not those it is written by: what passes
//! here does not stop apt.

use std::collections::HashMap;

use crate::limits::{APT_TEXTS, APT_WORD};
use crate::stanzas::Line;

/// The fields apt reads as lists of packages. It stops at the first it does not understand, and
/// with it everything on the computer.
const RELATIONS: [&str; 9] = [
    "depends",
    "pre-depends",
    "recommends",
    "suggests",
    "enhances",
    "conflicts",
    "breaks",
    "replaces",
    "provides",
];

/// A package an index offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Its architecture.
    pub architecture: &'a str,
    /// Where its file is, below the repository.
    pub file_name: &'a str,
    /// Bytes of the file.
    pub size: u64,
    /// What the file hashes to, in hexadecimal.
    pub sha256: &'a str,
}

/// Why apt would not read an index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{package}: {reason}")]
pub struct IndexError {
    /// The package, or its place in the index when it has no name.
    pub package: String,
    /// What is wrong with its part.
    pub reason: String,
}

/// The packages of an index, in their order.
///
/// # Errors
/// The first thing apt would stumble over.
pub fn read_index(text: &str) -> Result<Vec<IndexEntry<'_>>, IndexError> {
    let mut entries = Vec::new();
    let mut stanza = Stanza::default();
    for line in text.split('\n') {
        if line.trim_end_matches('\r').is_empty() {
            if let Some(entry) = stanza.end(entries.len())? {
                entries.push(entry);
            }
        } else {
            stanza.line(line, entries.len())?;
        }
    }
    if let Some(entry) = stanza.end(entries.len())? {
        entries.push(entry);
    }
    Ok(entries)
}

/// The lines since the last empty one.
#[derive(Default)]
struct Stanza<'a> {
    fields: HashMap<String, &'a str>,
    /// Values that go on over several lines, joined.
    long: HashMap<String, String>,
    last: String,
}

impl<'a> Stanza<'a> {
    fn line(&mut self, line: &'a str, number: usize) -> Result<(), IndexError> {
        if line.contains('\0') {
            return Err(self.wrong(number, "a NUL byte"));
        }
        let (name, value) = match Line::of(line) {
            Line::Field(name, value) => (name, value),
            Line::Continued => return self.goes_on(line, number),
            Line::Other => {
                return Err(self.wrong(number, &format!("a line without a colon: {line:?}")));
            }
        };
        let name = name.to_ascii_lowercase();
        if name.is_empty() || name.contains([' ', '\t']) {
            return Err(self.wrong(number, &format!("a field without a name: {line:?}")));
        }
        if self.fields.insert(name.clone(), value.trim()).is_some() {
            return Err(self.wrong(number, &format!("the field {name} occurs twice")));
        }
        self.last = name;
        Ok(())
    }

    fn goes_on(&mut self, line: &str, number: usize) -> Result<(), IndexError> {
        if self.last.is_empty() {
            return Err(self.wrong(number, "it begins in the middle of a field"));
        }
        if RELATIONS.contains(&self.last.as_str()) {
            let first = self.fields.get(&self.last).copied().unwrap_or_default();
            let long = self.long.entry(self.last.clone());
            let long = long.or_insert_with(|| first.to_owned());
            long.push('\n');
            long.push_str(line);
        }
        Ok(())
    }

    fn end(&mut self, number: usize) -> Result<Option<IndexEntry<'a>>, IndexError> {
        if self.fields.is_empty() {
            return Ok(None);
        }
        for field in RELATIONS {
            let value = match self.long.get(field) {
                Some(long) => Some(long.as_str()),
                None => self.fields.get(field).copied(),
            };
            let Some(value) = value else { continue };
            let is_provides = field == "provides";
            let value = value.trim_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
            if let Err(at) = relations(value.as_bytes(), is_provides) {
                let rest = value.get(at..).unwrap_or_default();
                let rest: String = rest.chars().take(80).collect();
                let reason = format!("apt cannot read its field {field} at {rest:?}");
                return Err(self.wrong(number, &reason));
            }
        }
        let entry = self.entry(number)?;
        *self = Self::default();
        Ok(Some(entry))
    }

    fn entry(&self, number: usize) -> Result<IndexEntry<'a>, IndexError> {
        let word = |field: &str| -> Result<&'a str, IndexError> {
            let value = self.fields.get(field).copied().unwrap_or_default();
            if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(self.wrong(number, &format!("its field {field} is {value:?}")));
            }
            Ok(value)
        };
        let name = word("package")?;
        let multi_arch = self.fields.get("multi-arch").copied().unwrap_or("no");
        if !["no", "same", "allowed", "foreign"].contains(&multi_arch) {
            let reason = format!("apt does not know Multi-Arch {multi_arch:?}");
            return Err(self.wrong(number, &reason));
        }
        for field in APT_TEXTS {
            let value = self.fields.get(&*field.to_ascii_lowercase());
            if value.is_some_and(|value| value.len() > APT_WORD) {
                let reason = format!("its field {field} is longer than apt can read");
                return Err(self.wrong(number, &reason));
            }
        }
        if let Some(md5) = self.fields.get("description-md5")
            && !(md5.len() == 32 && md5.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            return Err(self.wrong(number, "its field Description-md5 is no digest"));
        }
        let size = word("size")?;
        let sha256 = word("sha256")?;
        let is_digest = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        Ok(IndexEntry {
            name,
            version: word("version")?,
            architecture: word("architecture")?,
            file_name: word("filename")?,
            size: size
                .parse()
                .map_err(|_| self.wrong(number, "its size is no number"))?,
            sha256: if is_digest {
                sha256
            } else {
                return Err(self.wrong(number, "its SHA256 is no digest"));
            },
        })
    }

    fn wrong(&self, number: usize, reason: &str) -> IndexError {
        let name = self.fields.get("package").copied().unwrap_or_default();
        let package = match name {
            "" => format!("package {} of the index", number + 1),
            name => name.to_owned(),
        };
        IndexError {
            package,
            reason: reason.to_owned(),
        }
    }
}

/// Walks a field as apt does, from one relation to the next; where it stops if it cannot go on.
/// An empty field is none, but `Provides` has to name something.
fn relations(value: &[u8], is_provides: bool) -> Result<(), usize> {
    let mut at = 0;
    if value.is_empty() {
        return if is_provides { Err(0) } else { Ok(()) };
    }
    while at < value.len() {
        at = step(value, at).ok_or(at)?;
    }
    Ok(())
}

/// The place after the relation that begins at `at`.
fn step(value: &[u8], at: usize) -> Option<usize> {
    let byte = |at: usize| value.get(at).copied();
    let blanks = |mut at: usize| {
        while byte(at).is_some_and(|byte| byte.is_ascii_whitespace() || byte == 0x0b) {
            at += 1;
        }
        at
    };
    let start = blanks(at);
    let mut at = start;
    while byte(at).is_some_and(|byte| {
        !byte.is_ascii_whitespace() && byte != 0x0b && !b"(),|[]<>".contains(&byte)
    }) {
        at += 1;
    }
    if at == start || at - start > APT_WORD {
        return None;
    }
    at = blanks(at);
    if byte(at) == Some(b'(') {
        at = blanks(at + 1);
        if at + 3 >= value.len() {
            return None;
        }
        at += match (byte(at), byte(at + 1)) {
            (Some(b'<'), Some(b'=' | b'<')) | (Some(b'>'), Some(b'=' | b'>')) => 2,
            (Some(b'<' | b'>' | b'='), _) => 1,
            _ => 0,
        };
        let version = blanks(at);
        let end = value
            .get(version..)?
            .iter()
            .position(|byte| *byte == b')')?;
        if end == 0 || end > APT_WORD {
            return None;
        }
        at = version + end + 1;
    }
    at = blanks(at);
    match byte(at) {
        None => Some(at),
        Some(b',' | b'|') => Some(blanks(at + 1)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn stanza(more: &str) -> String {
        let sha256 = "0".repeat(64);
        format!(
            "Package: a\nVersion: 1\nArchitecture: all\n{more}Filename: x/a.deb\nSize: 1\n\
             SHA256: {sha256}\n\n"
        )
    }

    #[test]
    fn a_good_index_is_read() {
        let text =
            stanza("Depends: b (>= 1),\n c | d\nProvides: e (= 1)\nDescription: f\n g:\n .\n");
        let text = text.clone() + &text.replace("Package: a", "Package: b");
        let read = read_index(&text).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!((read[1].name, read[1].size), ("b", 1));
        assert_eq!(read_index("").unwrap(), []);
    }

    #[test]
    fn what_stops_apt_is_named() {
        for more in [
            "Depends: libc6 (>= )\n",
            "Depends: b (1)\n",
            "Depends: b; c\n",
            "Depends: b,, c\n",
            "Depends: b [x]\n",
            "Depends: b,\n ; c\n",
            "Provides:\n",
            "Version: 2\n",
            "no field\n",
            "Multi-Arch: same old\n",
            "Description-md5: a\n",
            "description-MD5: \n",
            &*format!("Section: {}\n", "x".repeat(66_000)),
            &*format!("Depends: {}\n", "x".repeat(66_000)),
            &*format!("Provides: b (= {})\n", "1".repeat(66_000)),
        ] {
            let wrong = read_index(&stanza(more)).unwrap_err();
            assert_eq!(wrong.package, "a", "{more:?}");
        }
        assert!(read_index(&stanza("").replace("SHA256: 0", "SHA256: ")).is_err());
        assert!(read_index(" x: y\n").is_err());
    }
}
