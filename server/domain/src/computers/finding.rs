//! Finding a computer by everything that identifies it, in every spelling that labels, firmware and switches use.

use migasfree_server_db::Dialect;
use migasfree_server_entity::{
    error::RestError,
    filter::{FilterCall, LONGEST, contains, is_too_long},
    path::ROW,
    search::Identity,
    value::Refused,
    visibility,
};
use sea_query::{Expr, ExprTrait as _, Query};

use crate::core::{self, rules::identity::byte_swapped};
use crate::messages;

/// Fewer digits are part of nearly every identity.
const FEWEST_DIGITS: usize = 4;

/// What a word may say about a computer: its number, UUID, MAC address or a serial number of its hardware.
#[must_use]
pub fn identity(word: &str, dialect: Dialect) -> Identity {
    if is_too_long(word) {
        return Identity::Perhaps(Vec::new());
    }
    if let Some(id) = number(word) {
        return Identity::Exactly(Expr::col((ROW, "id")).eq(id));
    }
    let digits = hexadecimal(word);
    if let Some(uuid) = digits.as_deref().and_then(whole_uuid) {
        return Identity::Exactly(spelled_alike(&uuid, dialect));
    }
    // Each column costs time with every row: those that cannot hold such a word are not asked.
    let column = |name: &'static str| contains(Expr::col((ROW, name)), word, dialect);
    let mut some = vec![serial(word, dialect)];
    if word.contains('.') {
        some.push(column("fqdn"));
    }
    if is_part_of_an_address(word) {
        some.extend(["ip_address", "forwarded_ip_address"].map(column));
    }
    if let Some(digits) = digits.filter(|digits| digits.len() >= FEWEST_DIGITS) {
        some.push(column("uuid"));
        some.push(has_digits(&digits, dialect));
        some.push(contains(Expr::col((ROW, "mac_address")), &digits, dialect));
    }
    Identity::Perhaps(some)
}

/// The computers with a UUID; `None` for a text that is none.
#[must_use]
pub fn exactly_with_uuid(text: &str, dialect: Dialect) -> Option<Expr> {
    let uuid = hexadecimal(text).as_deref().and_then(whole_uuid)?;
    Some(spelled_alike(&uuid, dialect))
}

/// The computers with a UUID, in whichever spelling it is asked for or stored.
#[must_use]
pub fn with_uuid(text: &str, dialect: Dialect) -> Expr {
    let uuid = hexadecimal(text).as_deref().and_then(whole_uuid);
    match uuid {
        Some(uuid) => spelled_alike(&uuid, dialect),
        None => Expr::col((ROW, "uuid")).eq(text),
    }
}

/// The same for a part of it.
///
/// # Errors
/// For more than can be looked for.
pub fn with_part_of_uuid(call: &FilterCall<'_>) -> Result<Option<Expr>, RestError> {
    if is_too_long(call.text) {
        let refused = Refused::TooLong(LONGEST);
        return Err(RestError::refused("uuid__icontains", &refused));
    }
    let dialect = call.db.dialect();
    let digits = hexadecimal(call.text);
    if let Some(uuid) = digits.as_deref().and_then(whole_uuid) {
        return Ok(Some(spelled_alike(&uuid, dialect)));
    }
    let written = contains(Expr::col((ROW, "uuid")), call.text, dialect);
    Ok(Some(match digits {
        Some(digits) => written.or(has_digits(&digits, dialect)),
        None => written,
    }))
}

fn spelled_alike(uuid: &str, dialect: Dialect) -> Expr {
    let spellings = spellings(uuid);
    let spellings: Vec<&str> = spellings.iter().map(String::as_str).collect();
    dialect.in_texts(Expr::col((ROW, "uuid")), &spellings)
}

/// Whether the digits stand one behind the other in the UUID, with hyphens between them or not.
fn has_digits(digits: &str, dialect: Dialect) -> Expr {
    let joined = Expr::cust_with_exprs(
        match dialect {
            Dialect::Sqlite => "REPLACE(?, '-', '')",
            Dialect::Postgres => "REPLACE($1, '-', '')",
        },
        [Expr::col((ROW, "uuid"))],
    );
    contains(joined, digits, dialect)
}

fn is_part_of_an_address(word: &str) -> bool {
    word.contains(['.', ':'])
        && word
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'%'))
}

/// `CID-7`, as the console writes it.
fn number(word: &str) -> Option<i64> {
    let (prefix, number) = word.trim().split_at_checked(4)?;
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    (prefix.eq_ignore_ascii_case("CID-") && digits)
        .then(|| number.parse().ok())
        .flatten()
}

/// The digits of a UUID or a MAC address without what is written between and around them.
fn hexadecimal(word: &str) -> Option<String> {
    let word = word.trim();
    let lower = word.to_ascii_lowercase();
    let word = lower.strip_prefix("urn:uuid:").unwrap_or(&lower);
    let between = |one: char| matches!(one, '-' | ':' | '.' | '{' | '}' | '(' | ')');
    let digits: String = word.chars().filter(|one| !between(*one)).collect();
    let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    all.then_some(digits)
}

fn whole_uuid(digits: &str) -> Option<String> {
    if digits.len() != 32 {
        return None;
    }
    let parts = [
        digits.get(..8)?,
        digits.get(8..12)?,
        digits.get(12..16)?,
        digits.get(16..20)?,
        digits.get(20..)?,
    ];
    Some(parts.join("-"))
}

/// A UUID as clients may have sent it: in capitals or not, with hyphens or not, and with the first groups turned round,
/// as some firmware tells it.
fn spellings(uuid: &str) -> Vec<String> {
    [uuid.to_owned(), byte_swapped(uuid)]
        .into_iter()
        .flat_map(|uuid| [uuid.replace('-', ""), uuid])
        .flat_map(|uuid| [uuid.to_ascii_uppercase(), uuid.to_ascii_lowercase()])
        .collect()
}

/// Serial numbers stand at the nodes of the hardware; the condition repeats that of their index.
fn serial(word: &str, dialect: Dialect) -> Expr {
    let serial = || Expr::col(("hs", "serial"));
    let nodes = Query::select()
        .column(("hs", "computer_id"))
        .from_as("hardware_node", "hs")
        .and_where(serial().ne(Expr::cust("''")))
        .and_where(dialect.contains(serial(), word))
        .take();
    // Asked first, once for all: an empty answer takes its time with each computer, too.
    Expr::exists(nodes.clone()).and(Expr::col((ROW, "id")).in_subquery(nodes))
}

/// The computers whose last result with a deployment was a failure.
///
/// # Errors
/// For what is no number.
pub async fn failed_with(call: &FilterCall<'_>) -> Result<Option<Expr>, RestError> {
    let Ok(deployment) = call.text.trim().parse::<i64>() else {
        return Err(RestError::field(
            "failed_deployment",
            messages::deployment_number(),
        ));
    };
    let mut failed = Query::select();
    failed
        .column(("fr", "computer_id"))
        .from_as("client_deploymentresult", "fr")
        .and_where(Expr::col(("fr", "deployment_id")).eq(deployment))
        .and_where(Expr::col(("fr", "ok")).not());
    if let Some(seen) = visibility::ids(&core::deployments::TABLE, call.viewer) {
        failed.and_where(Expr::col(("fr", "deployment_id")).in_subquery(seen));
    }
    Ok(Some(Expr::col((ROW, "id")).in_subquery(failed)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn digits_are_read_in_every_spelling() {
        for word in [
            "4C4C4544-0053-4D10-8052-B8C04F4E3132",
            "4c4c454400534d108052b8c04f4e3132",
            "{4C4C4544-0053-4D10-8052-B8C04F4E3132}",
            "urn:uuid:4c4c4544-0053-4d10-8052-b8c04f4e3132",
        ] {
            let digits = hexadecimal(word).unwrap();
            assert_eq!(
                whole_uuid(&digits).as_deref(),
                Some("4c4c4544-0053-4d10-8052-b8c04f4e3132"),
                "{word}"
            );
        }
        for word in ["00:1A:2B:3c:4d:5e", "00-1a-2b-3c-4d-5e", "001a.2b3c.4d5e"] {
            assert_eq!(hexadecimal(word).as_deref(), Some("001a2b3c4d5e"), "{word}");
        }
        assert_eq!(hexadecimal("room-7"), None);
    }

    #[test]
    fn a_number_is_read_as_the_console_writes_it() {
        assert_eq!((number("CID-7"), number("cid-12")), (Some(7), Some(12)));
        assert_eq!(
            (number("CID-"), number("CID-7x"), number("ñandú")),
            (None, None, None)
        );
    }
}
