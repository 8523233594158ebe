//! Cutting a stream of bytes into lines.

/// Collects bytes and gives out whole lines, without their ends and without carriage returns. A line longer than
/// 8 KiB is given out in pieces.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pending: Vec<u8>,
}

impl Lines {
    const LONGEST: usize = 8 * 1024;

    pub(super) fn feed(&mut self, bytes: &[u8], mut line: impl FnMut(&str)) {
        for byte in bytes {
            match byte {
                b'\n' => self.flush(&mut line),
                _ => self.pending.push(*byte),
            }
            if self.pending.len() >= Self::LONGEST {
                self.flush(&mut line);
            }
        }
    }

    /// Bytes that wait for their line end.
    pub(super) fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Gives out what has no line end yet.
    pub(super) fn finish(&mut self, mut line: impl FnMut(&str)) {
        if !self.pending.is_empty() {
            self.flush(&mut line);
        }
    }

    fn flush(&mut self, line: &mut impl FnMut(&str)) {
        let text = String::from_utf8_lossy(&self.pending);
        // Progress drawn over itself: only what was last on the line counts.
        let text = text.trim_end_matches('\r');
        line(text.rsplit('\r').next().unwrap_or(text));
        self.pending.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_the_bytes_are_cut() {
        let mut lines = Lines::default();
        let mut heard = Vec::new();
        for piece in ["one\ntw", "o\r\n10%\r20%\n", "end"] {
            lines.feed(piece.as_bytes(), |line| heard.push(line.to_owned()));
        }
        lines.finish(|line| heard.push(line.to_owned()));
        assert_eq!(heard, ["one", "two", "20%", "end"]);
    }
}
