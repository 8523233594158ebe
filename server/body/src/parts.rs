//! Counts the parts of a multipart form and measures their heads while it passes, so that nothing has to be kept that is
//! too long. The content of a part is only searched for the next boundary.

use memchr::memmem::Finder;

use super::Exceeded;

/// The end of a part's head.
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// Where in the form the next byte stands.
#[derive(Debug)]
enum State {
    /// Before the first part, so many bytes of it. Who reads the form keeps them until the part comes.
    Before(u32),
    /// In the content of a part.
    Content,
    /// In a head: its length so far, and how much of its end was seen.
    Head { length: u32, matched: usize },
    /// After the last boundary.
    End,
}

/// A form that is being read.
#[derive(Debug)]
pub(super) struct Parts {
    boundary: Finder<'static>,
    /// The end of what was searched, in case a boundary began there.
    tail: Vec<u8>,
    state: State,
    count: u32,
    most: u32,
    longest: u32,
}

impl Parts {
    /// A form with this boundary, of at most so many parts with heads of at most so many bytes.
    pub(super) fn new(boundary: &str, most: u32, longest: u32) -> Self {
        Self {
            boundary: Finder::new(&format!("\r\n--{boundary}")).into_owned(),
            // The first boundary has no line before it.
            tail: b"\r\n".to_vec(),
            state: State::Before(0),
            count: 0,
            most,
            longest,
        }
    }

    /// Takes in the next piece.
    pub(super) fn read(&mut self, mut piece: &[u8]) -> Result<(), Exceeded> {
        while !piece.is_empty() {
            piece = match self.state {
                State::Before(length) => self.begin(piece, length)?,
                State::Content => self.search(piece),
                State::Head { .. } => self.measure(piece)?,
                State::End => return Ok(()),
            };
        }
        Ok(())
    }

    /// Looks for the first boundary; returns what follows it.
    fn begin<'a>(&mut self, piece: &'a [u8], length: u32) -> Result<&'a [u8], Exceeded> {
        // It may end a little behind the longest head.
        let most = self.longest as usize + self.boundary.needle().len() - length as usize;
        let rest = self.search(&piece[..piece.len().min(most)]);
        if !matches!(self.state, State::Before(_)) {
            return Ok(&piece[piece.len().min(most) - rest.len()..]);
        }
        let length = length.saturating_add(u32::try_from(piece.len()).unwrap_or(u32::MAX));
        if length > self.longest {
            return Err(Exceeded::Head(self.longest));
        }
        self.state = State::Before(length);
        Ok(&[])
    }

    /// Looks for the next boundary; returns what follows it.
    fn search<'a>(&mut self, piece: &'a [u8]) -> &'a [u8] {
        let length = self.boundary.needle().len();
        // A boundary that is split between pieces ends within the first bytes of this one.
        let kept = self.tail.len();
        self.tail
            .extend_from_slice(&piece[..piece.len().min(length)]);
        if let Some(at) = self.boundary.find(&self.tail)
            && at < kept
        {
            return self.begin_head(&piece[at + length - kept..]);
        }
        if let Some(at) = self.boundary.find(piece) {
            return self.begin_head(&piece[at + length..]);
        }
        if piece.len() >= length {
            self.tail.clear();
            self.tail
                .extend_from_slice(&piece[piece.len() - (length - 1)..]);
        } else {
            let excess = self.tail.len().saturating_sub(length - 1);
            self.tail.drain(..excess);
        }
        &[]
    }

    fn begin_head<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        self.tail.clear();
        self.state = State::Head {
            length: 0,
            matched: 0,
        };
        rest
    }

    /// Looks for the end of the head; returns what follows it.
    fn measure<'a>(&mut self, piece: &'a [u8]) -> Result<&'a [u8], Exceeded> {
        let State::Head {
            mut length,
            mut matched,
        } = self.state
        else {
            return Ok(piece);
        };
        for (at, byte) in piece.iter().enumerate() {
            // `--` in place of a line end is behind the last part.
            if length == 1 && *byte == b'-' && matched == 0 {
                self.state = State::End;
                return Ok(&[]);
            }
            if length == 0 {
                if *byte != b'-' {
                    self.count += 1;
                }
                if self.count > self.most {
                    return Err(Exceeded::Parts(self.most));
                }
            }
            length += 1;
            if length > self.longest {
                return Err(Exceeded::Head(self.longest));
            }
            matched = match *byte {
                byte if byte == END_OF_HEAD[matched] => matched + 1,
                b'\r' => 1,
                _ => 0,
            };
            if matched == END_OF_HEAD.len() {
                self.state = State::Content;
                return Ok(&piece[at + 1..]);
            }
        }
        self.state = State::Head { length, matched };
        Ok(&[])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(parts: &[(&str, &str)]) -> String {
        let mut form = String::new();
        for (name, content) in parts {
            form.push_str(&format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n"
            ));
        }
        form + "--b--\r\nwhatever follows\r\n--b\r\n"
    }

    fn read(form: &str, cuts: &[usize], most: u32, longest: u32) -> Result<(), Exceeded> {
        let mut parts = Parts::new("b", most, longest);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (form.len() + 1)).collect();
        cuts.extend([0, form.len()]);
        cuts.sort_unstable();
        cuts.windows(2)
            .try_for_each(|pair| parts.read(&form.as_bytes()[pair[0]..pair[1]]))
    }

    proptest! {
        #[test]
        fn forms_are_measured_alike_however_they_are_cut(
            contents in proptest::collection::vec("[-b\r\n a]{0,12}", 1..6),
            cuts in proptest::collection::vec(any::<usize>(), 0..12),
        ) {
            prop_assume!(contents.iter().all(|content| !format!("\r\n{content}\r").contains("\r\n--b")));
            let parts: Vec<(&str, &str)> = contents.iter().map(|content| ("name", content.as_str())).collect();
            let form = form(&parts);
            let count = u32::try_from(contents.len()).unwrap_or_default();
            prop_assert_eq!(read(&form, &cuts, count, 60), Ok(()));
            prop_assert_eq!(read(&form, &cuts, count - 1, 60), Err(Exceeded::Parts(count - 1)));
            prop_assert_eq!(read(&form, &cuts, count, 30), Err(Exceeded::Head(30)));
        }
    }

    #[test]
    fn what_stands_before_the_first_part_is_short() {
        let mut parts = Parts::new("b", 20, 100);
        assert_eq!(parts.read(b"whatever\r\n--b\r\n"), Ok(()));
        for piece in [1, 7, 100] {
            let mut parts = Parts::new("b", 20, 100);
            let before = b"--".repeat(200);
            let read = before.chunks(piece).try_for_each(|piece| parts.read(piece));
            assert_eq!(read, Err(Exceeded::Head(100)), "{piece}");
        }
    }

    #[test]
    fn a_head_that_never_ends_is_noticed_early() {
        let mut parts = Parts::new("b", 20, 100);
        assert_eq!(parts.read(b"--b\r\nX: "), Ok(()));
        assert_eq!(parts.read(&[b'x'; 100]), Err(Exceeded::Head(100)));
    }
}
