//! Finding an attribute by what stands on its chip: its prefix with its value, and a computer by its UUID.

use migasfree_server_db::Dialect;
use migasfree_server_entity::{filter::is_too_long, path::ROW};
use sea_query::{Alias, Expr, ExprTrait as _, Query};

use super::vocabulary::CID;
use crate::computers::{computer, finding};

/// Letters of the longest prefix.
const LONGEST_PREFIX: usize = 3;

/// The attributes that a whole text means: `LOC-harbour`, `LOC harbour`, `CID-11 harbour-nb013`, a UUID.
#[must_use]
pub fn whole(text: &str, dialect: Dialect) -> Option<Expr> {
    let text = text.trim();
    if text.is_empty() || is_too_long(text) {
        return None;
    }
    let value = |value: &str| {
        let spellings = [value.to_owned(), value.to_lowercase(), value.to_uppercase()];
        let spellings = spellings.each_ref().map(String::as_str);
        dialect.in_texts(Expr::col((ROW, "value")), &spellings)
    };
    if let Some((prefix, rest)) = parted(text) {
        let mut meant = value(rest);
        if let Some((first, described)) = rest.split_once(char::is_whitespace) {
            let described = described
                .trim()
                .trim_start_matches('(')
                .trim_end_matches(')');
            let description = Expr::col((ROW, "description")).eq(described);
            let named = description.or(of_computers(Expr::col((ROW, "name")).eq(described)));
            meant = meant.or(value(first).and(named));
        }
        return Some(with_prefix(prefix).and(meant));
    }
    let with_uuid = finding::exactly_with_uuid(text, dialect)?;
    Some(with_prefix(CID).and(of_computers(with_uuid)))
}

/// A prefix and a value, with a hyphen, a colon or a blank between them.
fn parted(text: &str) -> Option<(&str, &str)> {
    let (prefix, rest) =
        text.split_once(|one: char| one == '-' || one == ':' || one.is_whitespace())?;
    let rest = rest.trim();
    let is_one = (1..=LONGEST_PREFIX).contains(&prefix.len())
        && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_one && !rest.is_empty()).then_some((prefix, rest))
}

fn with_prefix(prefix: &str) -> Expr {
    let properties = Query::select()
        .column("id")
        .from("core_property")
        .and_where(Expr::col("prefix").is_in([prefix, prefix.to_ascii_uppercase().as_str()]))
        .take();
    Expr::col((ROW, "property_att_id")).in_subquery(properties)
}

/// The value of an attribute that stands for a computer is its number.
fn of_computers(condition: Expr) -> Expr {
    let numbers = Query::select()
        .expr(Expr::col((ROW, "id")).cast_as(Alias::new("text")))
        .from_as(computer::TABLE.name, ROW)
        .and_where(condition)
        .take();
    Expr::col((ROW, "value")).in_subquery(numbers)
}

#[cfg(test)]
mod tests {
    use super::parted;

    #[test]
    fn a_prefix_is_told_from_its_value() {
        for (text, parts) in [
            ("LOC-harbour", Some(("LOC", "harbour"))),
            ("LOC harbour", Some(("LOC", "harbour"))),
            ("SET-All Systems", Some(("SET", "All Systems"))),
            ("IP-10.60.0.31", Some(("IP", "10.60.0.31"))),
            ("harbour-nb013", None),
            ("4c4c4544-0053-4d10-8052-b8c04f4e3132", None),
            ("LOC-", None),
            ("-x", None),
            ("north", None),
        ] {
            assert_eq!(parted(text), parts, "{text}");
        }
    }
}
