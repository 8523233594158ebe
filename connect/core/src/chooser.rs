//! Finding a computer as one types: what is on the screen, and what keys do to it. Reading keys and drawing is the terminal's.

use migasfree_types::shown::shown_line;

use crate::fleet::Computer;
use crate::links::Begin;

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Something to search for.
    Letter(char),
    /// The last letter goes.
    Backspace,
    /// All letters go.
    Clear,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// This one, with this.
    Begin(Begin),
    /// None.
    Leave,
}

/// What follows from a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing but another picture.
    Draw,
    /// Another search.
    Search,
    /// This computer, with this.
    Chosen(Computer, Begin),
    /// None.
    Left,
}

/// What somebody searches for, and what was found.
#[derive(Debug, Clone, Default)]
pub struct Chooser {
    typed: String,
    found: Vec<Computer>,
    at: usize,
}

impl Chooser {
    /// What is searched for.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Takes what was found for a text; what was found for another one is too late.
    pub fn take(&mut self, typed: &str, found: Vec<Computer>) {
        if typed == self.typed {
            self.found = found;
            self.at = self.at.min(self.found.len().saturating_sub(1));
        }
    }

    /// Does what a key says.
    pub fn press(&mut self, key: Key) -> Step {
        match key {
            Key::Letter(letter) => self.typed.push(letter),
            Key::Backspace => {
                self.typed.pop();
            }
            Key::Clear => self.typed.clear(),
            Key::Up => {
                self.at = self.at.saturating_sub(1);
                return Step::Draw;
            }
            Key::Down => {
                self.at = (self.at + 1).min(self.found.len().saturating_sub(1));
                return Step::Draw;
            }
            Key::Begin(begin) => {
                return match self.found.get(self.at) {
                    Some(computer) => Step::Chosen(computer.clone(), begin),
                    None => Step::Draw,
                };
            }
            Key::Leave => return Step::Left,
        }
        self.at = 0;
        Step::Search
    }

    /// The rows that fit, and which of them is chosen.
    #[must_use]
    pub fn rows(&self, height: usize, width: usize) -> Vec<(bool, String)> {
        let first = (self.at + 1).saturating_sub(height);
        let rows = self.found.iter().enumerate().skip(first).take(height);
        rows.map(|(at, one)| (at == self.at, row(one, width)))
            .collect()
    }
}

fn row(one: &Computer, width: usize) -> String {
    let sign = if one.online { '●' } else { '○' };
    let text = format!(
        "{sign} {:>6}  {:<24}  {:<16}  {}",
        one.id, one.name, one.user, one.address
    );
    shown_line(&text).chars().take(width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn computer(id: i64) -> Computer {
        Computer {
            id,
            name: format!("room{id}"),
            ..Computer::default()
        }
    }

    const ENTER: Key = Key::Begin(Begin::Terminal);

    #[test]
    fn a_computer_is_found_as_one_types_and_taken_with_what_is_begun() {
        let mut chooser = Chooser::default();
        assert_eq!(chooser.press(Key::Letter('r')), Step::Search);
        chooser.take("r", vec![computer(1), computer(2)]);
        assert_eq!(chooser.press(Key::Down), Step::Draw);
        assert_eq!(chooser.press(Key::Down), Step::Draw);
        let chosen = Step::Chosen(computer(2), Begin::Terminal);
        assert_eq!(chooser.press(ENTER), chosen);
        let chosen = Step::Chosen(computer(2), Begin::Screen);
        assert_eq!(chooser.press(Key::Begin(Begin::Screen)), chosen);
    }

    #[test]
    fn an_answer_that_comes_too_late_is_left_out() {
        let mut chooser = Chooser::default();
        chooser.press(Key::Letter('r'));
        chooser.press(Key::Letter('o'));
        chooser.take("r", vec![computer(1)]);
        assert_eq!(chooser.press(ENTER), Step::Draw);
        assert_eq!(chooser.press(Key::Backspace), Step::Search);
        assert_eq!(chooser.typed(), "r");
        assert_eq!(chooser.press(Key::Leave), Step::Left);
    }

    #[test]
    fn the_chosen_row_is_always_to_be_seen() {
        let mut chooser = Chooser::default();
        chooser.take("", (1..=9).map(computer).collect());
        for _ in 0..8 {
            chooser.press(Key::Down);
        }
        let rows = chooser.rows(3, 80);
        assert_eq!(rows.len(), 3);
        assert!(rows[2].0 && rows[2].1.contains("room9"));
    }
}
