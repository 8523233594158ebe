//! Packages of an older installation: names as apt asks for them, and one content under one identity.

use std::collections::BTreeMap;

use migasfree_server_db::{Result, Tx, args};

use crate::ids::PackageId;
use crate::{
    app::AppState,
    computers::notifications::tell_once,
    repository::publish::{self, Cause},
};

/// Packages of which administrators are told one by one.
const MOST_TOLD: usize = 20;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Packages that got a name in lower case.
    pub renamed: usize,
    /// Identities that several packages in stores have.
    pub shared: usize,
}

/// Brings packages that were stored under older rules to those of today, where that takes nothing from anybody, and tells
/// administrators of the others. Safe to call again: call it when the server starts.
///
/// # Errors
/// When the database fails.
pub async fn settle(state: &AppState) -> Result<Settled> {
    let mut tx = state.db.begin().await?;
    let renamed = lower(state, &mut tx).await?;
    tx.execute(NO_LONGER_TWINS, args![]).await?;
    let shared = tell(state, &mut tx).await?;
    tx.commit().await?;
    if renamed > 0 {
        tracing::info!(packages = renamed, "packages got the names apt asks for");
    }
    Ok(Settled { renamed, shared })
}

const NO_LONGER_TWINS: &str = "UPDATE core_package SET twin = 0 WHERE twin <> 0 AND NOT EXISTS (\
    SELECT 1 FROM core_package AS o WHERE o.project_id = core_package.project_id AND o.name = core_package.name \
    AND o.version = core_package.version AND o.architecture = core_package.architecture \
    AND o.store_id IS NOT NULL AND o.id <> core_package.id AND (o.twin = 0 OR o.id < core_package.id))";

/// apt knows names in lower case only, whatever the control data says.
async fn lower(state: &AppState, tx: &mut Tx) -> Result<usize> {
    let capitals: Vec<(PackageId, String, Option<String>)> = tx
        .all(
            "SELECT k.id, k.name, c.stanza FROM core_package AS k JOIN core_project AS p ON p.id = k.project_id \
             LEFT JOIN package_control AS c ON c.package_id = k.id \
             WHERE p.pms = 'apt' AND k.name <> lower(k.name) ORDER BY k.id",
            args![],
        )
        .await?;
    let mut renamed = 0;
    for (id, name, stanza) in capitals {
        let lower = name.to_ascii_lowercase();
        if lower == name {
            continue;
        }
        tx.execute(
            "UPDATE core_package SET name = $2, twin = CASE WHEN EXISTS (SELECT 1 FROM core_package AS o \
             WHERE o.project_id = core_package.project_id AND o.name = $2 AND o.version = core_package.version \
             AND o.architecture = core_package.architecture AND o.id <> core_package.id) \
             THEN core_package.id ELSE core_package.twin END WHERE id = $1",
            args![id, &lower],
        )
        .await?;
        if let Some(stanza) = stanza {
            tx.execute(
                "UPDATE package_control SET stanza = $2 WHERE package_id = $1",
                args![id, called(&stanza, &lower)],
            )
            .await?;
        }
        publish::request_for(state, tx, Cause::Package(id)).await?;
        renamed += 1;
    }
    Ok(renamed)
}

/// The stanza of a package under this name.
fn called(stanza: &str, name: &str) -> String {
    let mut text = String::with_capacity(stanza.len());
    for line in stanza.split_inclusive('\n') {
        match line.split_once(':') {
            Some((field, _)) if field.eq_ignore_ascii_case("Package") => {
                text.push_str("Package: ");
                text.push_str(name);
                text.push('\n');
            }
            _ => text.push_str(line),
        }
    }
    text
}

/// Answers how many identities more than one package has.
async fn tell(state: &AppState, tx: &mut Tx) -> Result<usize> {
    let rows: Vec<(String, String, String, String, String)> = tx
        .all(
            "SELECT p.name, k.name, k.version, k.architecture, k.fullname FROM core_package AS k \
             JOIN core_project AS p ON p.id = k.project_id WHERE k.store_id IS NOT NULL AND k.version <> '' \
             AND EXISTS (SELECT 1 FROM core_package AS o WHERE o.project_id = k.project_id AND o.name = k.name \
             AND o.version = k.version AND o.architecture = k.architecture AND o.store_id IS NOT NULL \
             AND o.id <> k.id AND (o.twin <> 0 OR k.twin <> 0)) ORDER BY k.id",
            args![],
        )
        .await?;
    let mut shared: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (project, name, version, architecture, file) in rows {
        let identity = format!("{name} {version} for {architecture}");
        shared.entry((project, identity)).or_default().push(file);
    }
    for (told, ((project, identity), files)) in shared.iter().enumerate() {
        let files = files.join(" and ");
        tracing::warn!(
            project,
            package = identity,
            files,
            "several packages are the same one"
        );
        if told < MOST_TOLD {
            let text = format!(
                "{files} of {project} are all {identity}, and computers get either of them. \
                 Keep the right one and delete the others."
            );
            tell_once(tx, &text, state.clock.now()).await?;
        }
    }
    if shared.len() > MOST_TOLD {
        let text = format!(
            "{} more packages are there several times: the server's log names them.",
            shared.len() - MOST_TOLD
        );
        tell_once(tx, &text, state.clock.now()).await?;
    }
    Ok(shared.len())
}

#[cfg(test)]
mod tests {
    use super::called;

    #[test]
    fn only_the_name_of_a_stanza_changes() {
        let stanza = "Package: MF-Agent\nVersion: 1\nDescription: about\n Package: x\nSHA256: ab\n";
        let lower = stanza.replacen("MF-Agent", "mf-agent", 1);
        assert_eq!(called(stanza, "mf-agent"), lower);
    }
}
