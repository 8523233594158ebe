//! Full search of a list: every term must be found in at least one field.

use migasfree_server_db::Dialect;
use sea_query::{BinOper, Condition, Expr, ExprTrait as _, SelectStatement, SubQueryStatement};

use super::{
    filter::{LONGEST, contains, is_too_long, nothing},
    path::Path,
    schema::Type,
};

/// More words are refused: each is looked for in every field of every row.
const MOST_TERMS: usize = 20;

/// What was typed is more than is searched for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("Search for at most {MOST_TERMS} words of at most {LONGEST} characters.")]
pub struct TooMuch;

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
    for term in &terms {
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
    use super::terms;

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
