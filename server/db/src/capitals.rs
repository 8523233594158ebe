//! Texts without regard to capitals, the same on both engines: SQLite knows those of ASCII alone, PostgreSQL those of the
//! locale it was set up with.

use std::collections::HashMap;
use std::sync::LazyLock;

use sea_query::{Alias, Expr, ExprTrait as _, Func};

/// Letters beyond ASCII that are made small: an alphabet, and those of others around it.
const MOST: usize = 80;

/// A text without capitals, letter by letter.
#[must_use]
pub fn folded(text: &str) -> String {
    text.chars().map(small).collect()
}

/// A column without the capitals of ASCII and of the letters in `text`: all that matters for comparing it with that.
#[must_use]
pub fn folded_column(column: Expr, text: &str) -> Expr {
    Func::lower(without_capitals(column, text)).into()
}

/// A column in which the letters of `text` that are beyond ASCII are small.
pub(super) fn without_capitals(column: Expr, text: &str) -> Expr {
    let mut replaced: Vec<(char, char)> = Vec::new();
    for letter in text.chars().filter(|letter| !letter.is_ascii()) {
        let small = small(letter);
        for spelling in SPELLINGS.get(&small).into_iter().flatten() {
            if !replaced.contains(&(*spelling, small)) {
                replaced.push((*spelling, small));
            }
        }
    }
    let column = column.cast_as(Alias::new("text"));
    replaced.truncate(MOST);
    replaced.into_iter().fold(column, |column, (from, to)| {
        Func::cust("replace")
            .arg(column)
            .arg(Expr::val(from.to_string()))
            .arg(Expr::val(to.to_string()))
            .into()
    })
}

/// What is written otherwise, by the small letter it stands for: `Σ` and `ς` for `σ`.
static SPELLINGS: LazyLock<HashMap<char, Vec<char>>> = LazyLock::new(|| {
    let mut spellings = HashMap::<char, Vec<char>>::new();
    for letter in ('\u{80}'..='\u{1ffff}').filter(|letter| letter.is_alphabetic()) {
        let small = small(letter);
        if small != letter {
            spellings.entry(small).or_default().push(letter);
        }
    }
    spellings
});

/// By way of its capital, which some letters share.
fn small(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_lowercase();
    }
    let capital = one(letter.to_uppercase()).unwrap_or(letter);
    one(capital.to_lowercase())
        .filter(|small| !small.is_ascii())
        .unwrap_or(letter)
}

fn one(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let first = letters.next();
    first.filter(|_| letters.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn each_letter_stays_one_letter() {
        for (text, small) in [
            ("ÑANDÚ Łódź", "ñandú łódź"),
            ("ΟΔΟΣ οδος", "οδοσ οδοσ"),
            ("İstanbul ıK", "İstanbul ık"),
            ("STRASSE straße", "strasse straße"),
        ] {
            assert_eq!(folded(text), small);
        }
    }
}
