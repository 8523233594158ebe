//! Tags of a computer, and those it may have.

use std::collections::BTreeMap;

use migasfree_server_audit::{self as audit, Change};
use migasfree_server_db::{Db, Result, Tx, args, json_ids, sql};
use migasfree_types::events::ChangeAction;
use serde_json::{Value, json};

use super::{
    attributes::Attribute,
    caller::{Caller, Refused},
    deployments::{self, Deployment},
    software,
    validate::few,
};
use crate::{
    computers::computer::COMPUTERS,
    core::rules::{
        tags::{TagChange, TagPackages, change},
        targeting::Attributes,
    },
    ids::{AttributeId, ComputerId, ProjectId},
    messages,
};

/// `PREFIX-value`, as computers are told.
#[must_use]
pub fn assigned(tags: &[Attribute]) -> Vec<String> {
    let told = |tag: &Attribute| format!("{}-{}", tag.prefix, tag.value);
    tags.iter().map(told).collect()
}

/// The same of those that are offered, by property.
#[must_use]
pub fn available(offered: Vec<Offered>) -> BTreeMap<String, Vec<String>> {
    let mut by_property: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for tag in offered {
        let told = format!("{}-{}", tag.prefix, tag.value);
        by_property.entry(tag.property).or_default().push(told);
    }
    by_property
}

/// Gives a computer the tags that were chosen at it, and answers what they ask to be installed and removed (4.7).
///
/// # Errors
/// Why they are not taken.
pub async fn choose(caller: &Caller<'_>, given: &[String]) -> Result<TagChange, Refused> {
    let settings = caller.settings();
    few(
        given.len(),
        settings.reports.names,
        messages::message_names_tags,
    )?;
    let names: Vec<(&str, &str)> = given.iter().filter_map(|tag| tag.split_once('-')).collect();
    let wanted = recognised(&caller.state.db, &names).await?;
    if wanted.is_empty() && !given.is_empty() {
        return Err(Refused::Said(messages::invalid_tags()));
    }
    let before = assign(caller, &wanted).await?;

    let undo = settings.clients.fixes.removed_tags_undo_packages;
    let dropped: Attributes = match undo {
        true => before.difference(&wanted).copied().collect(),
        false => Attributes::new(),
    };
    let dropped = undoable(caller, packages(caller, &dropped).await?).await?;
    let kept = packages(caller, &wanted).await?;
    Ok(change(&dropped, &kept))
}

/// Makes `wanted` the tags of the computer and gives those it had.
async fn assign(caller: &Caller<'_>, wanted: &Attributes) -> Result<Attributes, Refused> {
    let computer = caller.computer.id;
    let mut tx = caller.state.db.begin().await?;
    tx.lock("client_computer", &[computer.0]).await?;
    // It may have been unsubscribed since the call came in, and then nothing is given to it any more.
    caller.still_served(&mut tx).await?;
    let before = of(&mut tx, computer).await?;
    if before == *wanted {
        return Ok(before);
    }
    replace(&mut tx, computer, wanted).await?;
    let author = caller.author();
    let (then, now) = (listed(&before), listed(wanted));
    let change = Change {
        action: "change",
        entity: "client.computer",
        object_id: Some(computer.0),
        object_text: &author.name,
        before: Some(&then),
        after: Some(&now),
    };
    audit::record(&mut tx, caller.now, &author, &change).await?;
    tx.commit().await?;
    caller.changed(COMPUTERS.key(), computer.0, ChangeAction::Change);
    Ok(before)
}

fn listed(tags: &Attributes) -> Value {
    let mut ids: Vec<AttributeId> = tags.iter().copied().collect();
    ids.sort_unstable_by_key(|id| id.0);
    json!({ "tags": ids })
}

/// Package texts of the deployments that these tags alone bring.
async fn packages(caller: &Caller<'_>, tags: &Attributes) -> Result<Vec<TagPackages>> {
    let texts = |deployment: Deployment| TagPackages {
        install: deployment.packages_to_install.unwrap_or_default(),
        remove: deployment.packages_to_remove.unwrap_or_default(),
        preincluded: deployment.default_preincluded_packages.unwrap_or_default(),
        included: deployment.default_included_packages.unwrap_or_default(),
        excluded: deployment.default_excluded_packages.unwrap_or_default(),
    };
    let (project, computer) = (&caller.project.name, caller.computer.id);
    let db = &caller.state.db;
    let found = deployments::available(db, project, computer, tags, caller.today()).await?;
    Ok(found.into_iter().map(texts).collect())
}

/// What taking deployments away can undo: of what they removed, the packages another deployment
/// of the computer offers; of what they brought, those or the ones it reported.
async fn undoable(caller: &Caller<'_>, dropped: Vec<TagPackages>) -> Result<Vec<TagPackages>> {
    let mut names: Vec<&str> = dropped.iter().flat_map(TagPackages::names).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(dropped);
    }
    let db = &caller.state.db;
    let (project, computer) = (&caller.project.name, caller.computer.id);
    let remaining = deployments::of_computer(db, project, computer, caller.today()).await?;
    let remaining = remaining.iter().map(|deployment| deployment.id);
    let offered = deployments::offering(db, remaining, &names).await?;
    let reported = match caller.computer.software_inventory_id {
        Some(inventory) => Some(software::having(db, inventory, &names).await?),
        None => None,
    };
    let installable = |name: &str| offered.contains(name);
    let removable = |name: &str| {
        let is_there = reported.as_ref().is_none_or(|known| known.contains(name));
        is_there || offered.contains(name)
    };
    let undoable = |packages: &TagPackages| packages.that_can_be_undone(installable, removable);
    Ok(dropped.iter().map(undoable).collect())
}

/// A tag offered to a computer.
#[derive(Debug, sqlx::FromRow)]
pub struct Offered {
    pub property: String,
    pub prefix: String,
    pub value: String,
}

/// Tags that some enabled deployment of the project includes, or that a domain of the computer
/// offers, by property and value.
pub async fn offered(db: &Db, computer: ComputerId, project: ProjectId) -> Result<Vec<Offered>> {
    let mut offered: Vec<Offered> = db
        .all(
            "WITH a AS (SELECT attribute_id AS id FROM client_computer_sync_attributes \
             WHERE computer_id = $1), \
             d AS (SELECT m.id, m.name FROM core_domain m \
             WHERE (EXISTS (SELECT 1 FROM core_domain_included_attributes i \
             JOIN a ON a.id = i.attribute_id WHERE i.domain_id = m.id) \
             AND NOT EXISTS (SELECT 1 FROM core_domain_excluded_attributes e \
             JOIN a ON a.id = e.attribute_id WHERE e.domain_id = m.id)) \
             OR m.name IN (SELECT t.value FROM client_computer_tags l \
             JOIN core_attribute t ON t.id = l.serverattribute_id \
             JOIN core_property p ON p.id = t.property_att_id \
             WHERE l.computer_id = $1 AND p.prefix = 'DMN')), \
             o AS (SELECT i.attribute_id AS id FROM core_deployment_included_attributes i \
             JOIN core_deployment s ON s.id = i.deployment_id \
             WHERE s.project_id = $2 AND s.enabled \
             AND (s.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
             WHERE m.computer_id = $1 AND m.domain_id = s.domain_id)) \
             UNION SELECT l.serverattribute_id FROM core_domain_tags l \
             JOIN d ON d.id = l.domain_id \
             UNION SELECT t.id FROM core_attribute t \
             JOIN core_property p ON p.id = t.property_att_id AND p.prefix = 'DMN' \
             JOIN d ON t.value = d.name \
             OR substr(t.value, 1, length(d.name) + 1) = d.name || '.') \
             SELECT p.name AS property, p.prefix, t.value FROM o \
             JOIN core_attribute t ON t.id = o.id \
             JOIN core_property p ON p.id = t.property_att_id \
             WHERE p.sort = 'server' AND p.enabled AND t.value <> ''",
            args![computer, project],
        )
        .await?;
    offered.sort_by(|a, b| (&a.property, &a.value).cmp(&(&b.property, &b.value)));
    Ok(offered)
}

/// Of `names` (prefix and value) those that are tags: values of properties operators assign.
pub async fn recognised(db: &Db, names: &[(&str, &str)]) -> Result<Attributes> {
    let listed: Vec<Value> = names
        .iter()
        .map(|(prefix, value)| json!({ "p": prefix, "v": value }))
        .collect();
    let rows: Vec<(AttributeId,)> = db
        .all(
            sql!(
                "SELECT t.id FROM ",
                objects(1),
                " AS w JOIN core_property p ON p.prefix = w.value ->> 'p' AND p.sort = 'server' \
                 JOIN core_attribute t ON t.property_att_id = p.id AND t.value = w.value ->> 'v'"
            ),
            args![Value::from(listed).to_string()],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The tags of a computer.
pub async fn of(tx: &mut Tx, computer: ComputerId) -> Result<Attributes> {
    let rows: Vec<(AttributeId,)> = tx
        .all(
            "SELECT serverattribute_id FROM client_computer_tags WHERE computer_id = $1",
            args![computer],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Makes `wanted` the tags of a computer.
pub async fn replace(tx: &mut Tx, computer: ComputerId, wanted: &Attributes) -> Result<()> {
    let wanted = json_ids(wanted.iter().copied());
    tx.execute(
        sql!(
            "DELETE FROM client_computer_tags WHERE computer_id = $1 \
             AND serverattribute_id NOT IN ",
            ids(2)
        ),
        args![computer, &wanted],
    )
    .await?;
    tx.execute(
        sql!(
            "INSERT INTO client_computer_tags (computer_id, serverattribute_id) \
             SELECT $1, listed.id FROM ",
            ids(2),
            " AS listed WHERE true ON CONFLICT (computer_id, serverattribute_id) DO NOTHING"
        ),
        args![computer, &wanted],
    )
    .await?;
    Ok(())
}
