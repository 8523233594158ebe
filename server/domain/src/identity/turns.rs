//! Which synchronisation of a computer this is: by that a copy shows that has the same key.
//!
//! A computer counts its synchronisations on a line with a random name. Who says a number that the line has behind it went
//! back to a state that was kept, or is a copy: nobody can tell which, so it begins another line, and that is all. Once a
//! line goes on whose place another one took, there are two of them.

/// So many lines are remembered of a key.
const LINES: usize = 8;

/// What follows from a turn that a computer says it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It goes on from what was heard before; this is to be kept.
    Next(String),
    /// Another one took its place, and it goes on all the same; this is to be kept.
    Copied(String),
    /// It was heard before.
    Behind,
}

/// Takes a turn, by what is kept of those before. A line without a number before is a new one: the computer is new, began
/// another line as it was told to, or the server was restored.
#[must_use]
pub fn take(kept: &str, line: &str, number: u64) -> Taken {
    let read = |one: &str| {
        let (line, number) = one.split_once(':')?;
        Some((line.to_owned(), number.parse::<u64>().ok()?))
    };
    let mut lines: Vec<(String, u64)> = kept.split(' ').filter_map(read).collect();
    let is_last = lines.last().is_some_and(|(last, _)| last == line);
    let before = lines.iter().find(|(name, _)| name == line);
    let before = before.map(|(_, number)| *number);
    if before.is_some_and(|before| number <= before) {
        return Taken::Behind;
    }
    lines.retain(|(name, _)| name != line);
    lines.push((line.to_owned(), number));
    let excess = lines.len().saturating_sub(LINES);
    let kept = lines.iter().skip(excess);
    let kept: Vec<String> = kept
        .map(|(line, number)| format!("{line}:{number}"))
        .collect();
    let kept = kept.join(" ");
    if before.is_none() || is_last {
        Taken::Next(kept)
    } else {
        Taken::Copied(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::{LINES, Taken, take};

    /// A server that hears turns one after the other.
    #[derive(Default)]
    struct Heard(String);

    impl Heard {
        fn hears(&mut self, line: &str, number: u64) -> &'static str {
            match take(&self.0, line, number) {
                Taken::Next(kept) => {
                    self.0 = kept;
                    "next"
                }
                Taken::Copied(kept) => {
                    self.0 = kept;
                    "copied"
                }
                Taken::Behind => "behind",
            }
        }
    }

    #[test]
    fn numbers_may_be_left_out_as_those_that_never_arrived() {
        let mut heard = Heard::default();
        for number in [1, 2, 7, 8] {
            assert_eq!(heard.hears("a", number), "next", "{number}");
        }
    }

    #[test]
    fn what_was_restored_begins_another_line_however_often() {
        let mut heard = Heard::default();
        for number in 1..=9 {
            heard.hears("a", number);
        }
        for again in ["b", "c", "d"] {
            assert_eq!(heard.hears("a", 4), "behind");
            assert_eq!(heard.hears(again, 1), "next");
            assert_eq!(heard.hears(again, 2), "next");
        }
    }

    #[test]
    fn two_that_go_on_from_the_same_state_are_a_copy() {
        let mut heard = Heard::default();
        heard.hears("a", 5);
        assert_eq!(heard.hears("a", 6), "next", "the one");
        assert_eq!(heard.hears("a", 6), "behind", "the other one");
        assert_eq!(heard.hears("b", 1), "next", "the other one");
        assert_eq!(heard.hears("a", 7), "copied", "the one");
        assert_eq!(heard.hears("b", 2), "copied", "the other one");
    }

    #[test]
    fn copies_that_were_made_before_anything_was_counted_are_found_as_well() {
        let mut heard = Heard::default();
        assert_eq!(heard.hears("a", 1), "next");
        assert_eq!(heard.hears("b", 1), "next");
        assert_eq!(heard.hears("a", 2), "copied");
    }

    #[test]
    fn a_server_that_was_restored_takes_what_it_does_not_know() {
        let mut heard = Heard::default();
        heard.hears("a", 5);
        assert_eq!(heard.hears("a", 200), "next");
        assert_eq!(heard.hears("b", 70), "next");
    }

    #[test]
    fn no_more_lines_are_kept_than_are_looked_at() {
        let mut heard = Heard::default();
        for number in 0..100 {
            heard.hears(&format!("line{number}"), 1);
        }
        assert_eq!(heard.0.split(' ').count(), LINES);
        assert!(heard.0.ends_with("line99:1"), "{}", heard.0);
    }
}
