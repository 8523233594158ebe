//! The chooser in the terminal.

use std::io::Write as _;

use migasfree_connect_core::chooser::{Chooser, Key};
use migasfree_connect_core::links::Begin;
use migasfree_connect_core::texts::{Language, Text};
use migasfree_connect_core::trouble::{Kind, Trouble};
use migasfree_types::shown::shown_line;
use tokio::io::{AsyncReadExt as _, Stdin};

use crate::output;
use crate::tty::{self, Raw};

/// Lines that are no rows: title, what is typed, keys.
const AROUND: usize = 4;

/// The whole terminal; what was on it before is back when this ends.
#[derive(Debug)]
pub struct Screen {
    language: Language,
    keys: Stdin,
    /// Bytes of keys that are not looked at yet.
    read: Vec<u8>,
    _raw: Raw,
}

impl Screen {
    /// Takes the terminal.
    pub fn open(language: Language) -> Result<Self, Trouble> {
        let raw = Raw::new().map_err(|_| Trouble::of(Kind::Usage, Text::ErrorNoTerminal, &[]))?;
        // The other screen, with no cursor.
        output::write(b"\x1b[?1049h\x1b[?25l");
        Ok(Self {
            language,
            keys: tokio::io::stdin(),
            read: Vec::new(),
            _raw: raw,
        })
    }

    /// Draws what is searched for and what was found.
    pub fn draw(&self, chooser: &Chooser) {
        let (columns, rows) = tty::size();
        let (width, height) = (usize::from(columns), usize::from(rows));
        let mut picture = b"\x1b[H".to_vec();
        let mut line = |text: &str, look: &str| {
            let text: String = text.chars().take(width).collect();
            let _ = write!(picture, "\x1b[{look}m{text}\x1b[0m\x1b[K\r\n");
        };
        line(self.language.text(Text::ChooserTitle), "1");
        line(&format!("> {}▏", shown_line(chooser.typed())), "0");
        line("", "0");
        for (chosen, row) in chooser.rows(height.saturating_sub(AROUND), width) {
            line(&row, if chosen { "7" } else { "0" });
        }
        let keys: String = self
            .language
            .text(Text::ChooserKeys)
            .chars()
            .take(width)
            .collect();
        let _ = write!(picture, "\x1b[J\x1b[{height};1H\x1b[2m{keys}\x1b[0m");
        output::write(&picture);
    }

    /// The next key that means something.
    pub async fn key(&mut self) -> Key {
        loop {
            while let Some((key, length)) = first(&self.read) {
                self.read.drain(..length);
                if let Some(key) = key {
                    return key;
                }
            }
            let mut more = [0; 64];
            match self.keys.read(&mut more).await {
                Ok(length) if length > 0 => self.read.extend_from_slice(&more[..length]),
                _ => return Key::Leave,
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        output::write(b"\x1b[?25h\x1b[?1049l");
    }
}

/// The first key among bytes and how many of them it is; nothing where a letter is not whole yet.
fn first(read: &[u8]) -> Option<(Option<Key>, usize)> {
    Some(match *read.first()? {
        b'\r' | b'\n' => (Some(Key::Begin(Begin::Terminal)), 1),
        0x7f | 0x08 => (Some(Key::Backspace), 1),
        // Ctrl S, U, C, D, P, N.
        0x13 => (Some(Key::Begin(Begin::Screen)), 1),
        0x15 => (Some(Key::Clear), 1),
        0x03 | 0x04 => (Some(Key::Leave), 1),
        0x10 => (Some(Key::Up), 1),
        0x0e => (Some(Key::Down), 1),
        0x1b => escaped(read),
        0x00..=0x1f => (None, 1),
        first => {
            let length = match first {
                0xc0..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xff => 4,
                _ => 1,
            };
            let letter = std::str::from_utf8(read.get(..length)?);
            let letter = letter.ok().and_then(|text| text.chars().next());
            (letter.map(Key::Letter), length)
        }
    })
}

/// Keys that a terminal writes as several bytes, which it sends at once: alone it is the key Esc.
fn escaped(read: &[u8]) -> (Option<Key>, usize) {
    match read {
        [_] => (Some(Key::Leave), 1),
        [_, b'[' | b'O', rest @ ..] => {
            let end = rest.iter().position(|byte| (0x40..=0x7e).contains(byte));
            let key = match end.map(|end| rest[end]) {
                Some(b'A') => Some(Key::Up),
                Some(b'B') => Some(Key::Down),
                _ => None,
            };
            (key, end.map_or(read.len(), |end| end + 3))
        }
        _ => (None, 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(mut read: &[u8]) -> Vec<Key> {
        let mut keys = Vec::new();
        while let Some((key, length)) = first(read) {
            keys.extend(key);
            read = &read[length..];
        }
        keys
    }

    #[test]
    fn keys_are_read_as_terminals_send_them() {
        assert_eq!(
            keys("ñ4\u{7f}\u{1b}[A\u{1b}OB\u{1b}[1;5C\u{13}\r".as_bytes()),
            [
                Key::Letter('ñ'),
                Key::Letter('4'),
                Key::Backspace,
                Key::Up,
                Key::Down,
                Key::Begin(Begin::Screen),
                Key::Begin(Begin::Terminal)
            ]
        );
        assert_eq!(keys(b"\x1b"), [Key::Leave]);
        assert!(keys(&"ñ".as_bytes()[..1]).is_empty());
    }
}
