//! Full search of a list: every term must be found in at least one field.

use migasfree_server_db::{Dialect, folded, folded_column};
use migasfree_types::message::Message;
use sea_query::{
    BinOper, CaseStatement, Condition, Expr, ExprTrait as _, Func, SelectStatement,
    SubQueryStatement,
};

use super::{
    filter::{LONGEST, contains, is_too_long, nothing},
    messages,
    path::{Path, ROW},
    schema::Type,
};

/// More words are refused: each is looked for in every field of every row.
const MOST_TERMS: usize = 20;

/// What was typed is more than is searched for.
#[derive(Debug, PartialEq, Eq)]
pub struct TooMuch;

impl TooMuch {
    /// What is said of it.
    pub(crate) fn message(&self) -> Message {
        messages::search_too_long(MOST_TERMS, LONGEST)
    }
}

/// Splits what was typed on blanks and commas; double quotes keep words together.
#[must_use]
pub fn terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let mut term = String::new();
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => terms.push(std::mem::take(&mut term)),
            blank if blank.is_whitespace() && !quoted => terms.push(std::mem::take(&mut term)),
            other => term.push(other),
        }
    }
    terms.push(term);
    terms.retain(|term| !term.trim().is_empty());
    terms
}

/// The same, of which there are not too many.
///
/// # Errors
/// For too many or too long words.
pub fn bounded(text: &str) -> Result<Vec<String>, TooMuch> {
    let terms = terms(text);
    if terms.len() > MOST_TERMS || terms.iter().any(|term| is_too_long(term)) {
        return Err(TooMuch);
    }
    Ok(terms)
}

/// How an entity finds its rows by what identifies them, in whatever way it is written.
pub type Identified = fn(&str, Dialect) -> Identity;

/// How an entity finds the rows that a whole text means; `None` when it can mean none.
pub type Whole = fn(&str, Dialect) -> Option<Expr>;

/// What one word says about a row.
#[derive(Debug)]
pub enum Identity {
    /// It cannot be anything but this: fields are not looked into.
    Exactly(Expr),
    /// It may be one of these, besides what the fields have.
    Perhaps(Vec<Expr>),
}

/// The condition for what was typed; `None` when there are no terms or no fields.
///
/// # Errors
/// For too many or too long words.
pub fn condition(
    fields: &[Path],
    identified: Option<Identified>,
    text: &str,
    dialect: Dialect,
) -> Result<Option<Condition>, TooMuch> {
    let terms = bounded(text)?;
    if terms.is_empty() || fields.is_empty() {
        return Ok(None);
    }
    let mut all = Condition::all();
    for term in terms.iter().map(|term| bare(term)) {
        let mut any = Condition::any();
        match identified.map(|identified| identified(term, dialect)) {
            Some(Identity::Exactly(identity)) => {
                all = all.add(identity);
                continue;
            }
            Some(Identity::Perhaps(identities)) => {
                for identity in identities {
                    any = any.add(identity);
                }
            }
            None => {}
        }
        for field in fields {
            let ty = field.leaf().ty();
            let cannot = matches!(ty, Type::Time) && !may_be_of_a_moment(term)
                || ty.is_integer() && !may_be_of_a_number(term);
            any = any.add(if cannot {
                nothing()
            } else {
                at_all(field.some(&|column| contains(as_text(column, ty, dialect), term, dialect)))
            });
        }
        all = all.add(any);
    }
    Ok(Some(all))
}

/// A word without the brackets around what explains a name: `jrubio (Javier Rubio)`.
fn bare(term: &str) -> &str {
    let inside = term.trim_start_matches('(').trim_end_matches(')');
    let is_whole = inside.matches('(').count() == inside.matches(')').count();
    if inside.is_empty() || !is_whole {
        term
    } else {
        inside
    }
}

/// How well a column fits what was typed: 0 is the text itself, 1 begins with it, 2 contains it, 3 is found otherwise.
#[must_use]
pub fn rank(column: &'static str, text: &str, dialect: Dialect) -> Expr {
    let text = text.trim();
    let small = folded(text);
    let column = || Expr::col((ROW, column));
    let letters = Expr::cust(small.chars().count().to_string());
    let beginning = Func::cust("substr")
        .arg(folded_column(column(), text))
        .arg(Expr::cust("1"))
        .arg(letters);
    CaseStatement::new()
        .case(
            column()
                .eq(text)
                .or(folded_column(column(), text).eq(small.as_str())),
            Expr::cust("0"),
        )
        .case(Expr::expr(beginning).eq(small.as_str()), Expr::cust("1"))
        .case(contains(column(), text, dialect), Expr::cust("2"))
        .finally(Expr::cust("3"))
        .into()
}

/// Where something is looked for in other rows, whether there is any is asked first, once for all: an empty answer
/// takes its time with each row, too.
fn at_all(condition: Expr) -> Expr {
    match others(&condition) {
        Some(rows) => Expr::exists(rows.clone()).and(condition),
        None => condition,
    }
}

/// The other rows in which a condition looks.
pub(super) fn others(condition: &Expr) -> Option<&SelectStatement> {
    let Expr::Binary(_, BinOper::In, found) = condition else {
        return None;
    };
    let Expr::SubQuery(None, rows) = &**found else {
        return None;
    };
    match &**rows {
        SubQueryStatement::SelectStatement(rows) => Some(rows),
        _ => None,
    }
}

/// Writing the moment of every row only to find no letters in it takes most of the time of a search.
fn may_be_of_a_moment(term: &str) -> bool {
    let of_a_moment = |character: char| character.is_ascii_digit() || " -:".contains(character);
    term.chars().all(of_a_moment)
}

/// The same for numbers.
fn may_be_of_a_number(term: &str) -> bool {
    term.bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
}

/// Moments are compared as `YYYY-MM-DD HH:MM:SS`, everything else as the engine writes it.
fn as_text(column: Expr, ty: Type, dialect: Dialect) -> Expr {
    match (ty, dialect) {
        (Type::Time, Dialect::Sqlite) => Expr::cust_with_exprs(
            "strftime('%Y-%m-%d %H:%M:%S', ? / 1000000, 'unixepoch')",
            [column],
        ),
        (Type::Time, Dialect::Postgres) => Expr::cust_with_exprs(
            "to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')",
            [column],
        ),
        _ => column,
    }
}

#[cfg(test)]
mod tests {
    use super::{bare, terms};

    #[test]
    fn brackets_around_an_explanation_are_not_looked_for() {
        for (written, bared) in [
            ("(Javier", "Javier"),
            ("Rubio)", "Rubio"),
            ("f(x)", "f(x)"),
            ("(", "("),
        ] {
            assert_eq!(bare(written), bared);
        }
    }

    #[test]
    fn blanks_and_commas_separate_and_quotes_join() {
        assert_eq!(
            terms("  a,b  \"c d\" ,, e\"f g\""),
            ["a", "b", "c d", "ef g"]
        );
        assert_eq!(terms(" , "), Vec::<String>::new());
        assert_eq!(terms("\"open end"), ["open end"]);
    }
}
