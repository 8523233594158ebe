//! Names of projects, wherever they come from: computers name theirs in their settings, and programs and people make folders
//! and addresses of it.

use migasfree_server_db::{Result, Tx, args, folded};
use migasfree_types::message::Message;

use super::names;
use crate::messages;

/// Why a project may not be called so from now on; `own` is its number, or 0 for a new one. A name that another one has
/// exactly is not told here.
pub async fn flaw(tx: &mut Tx, own: i64, name: &str) -> Result<Option<Message>> {
    if let Some(flaw) = names::flaw(name) {
        return Ok(Some(flaw));
    }
    if name.starts_with('.') || name.contains(['/', '\\']) {
        return Ok(Some(messages::name_like_a_path()));
    }
    // Whoever else makes one waits until this one is stored.
    tx.lock_name("core_project", "slug").await?;
    let sql = "SELECT name FROM core_project WHERE id <> $1";
    let others: Vec<(String,)> = tx.all(sql, args![own]).await?;
    let written = likeness(name);
    let mut others = others.into_iter().map(|(other,)| other);
    let alike = others.find(|other| other != name && likeness(other) == written);
    Ok(alike.map(messages::differs_in_capitals))
}

fn likeness(name: &str) -> String {
    folded(&name.split_whitespace().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::likeness;

    #[test]
    fn capitals_and_blanks_tell_no_names_apart() {
        for other in ["ñANDÚ  1.0", " Ñandú\u{a0}1.0", "ñandú1.0"] {
            assert_eq!(likeness("Ñandú 1.0"), likeness(other), "{other}");
        }
        assert_ne!(likeness("Debian-12"), likeness("Debian 12"));
    }
}
