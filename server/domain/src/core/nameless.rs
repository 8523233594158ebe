//! Attributes without a value, which older servers made: they have no name in any list.

use std::collections::BTreeMap;

use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_db::{Result, Tx, args, json_ids, sql};
use serde_json::json;

use crate::{computers::notifications::tell_once, ids::AttributeId, messages, services::Services};

/// What is aimed at one attribute and named to administrators.
const MOST_NAMED: usize = 10;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Attributes that are gone.
    pub removed: usize,
    /// Attributes that stay, because something is aimed at them.
    pub kept: usize,
}

/// Removes the attributes without a value that nothing is aimed at, and tells administrators of the others: without
/// them, something would reach more computers or fewer. Safe to call again:
/// call it when the server starts.
///
/// # Errors
/// When the database fails.
pub async fn settle(state: &Services) -> Result<Settled> {
    let found: Vec<(i64,)> = state
        .db
        .all(
            "SELECT id FROM core_attribute WHERE trim(value) = '' LIMIT 1",
            args![],
        )
        .await?;
    if found.is_empty() {
        return Ok(Settled::default());
    }
    let mut tx = state.db.begin().await?;
    let nameless: Vec<(AttributeId, String)> = tx
        .all(
            "SELECT t.id, p.prefix FROM core_attribute AS t JOIN core_property AS p ON p.id = t.property_att_id \
             WHERE trim(t.value) = '' ORDER BY p.prefix, t.id",
            args![],
        )
        .await?;
    let mut aims = aims(&mut tx).await?;
    let (mut gone, mut kept) = (Vec::new(), 0);
    for (id, prefix) in nameless {
        match aims.remove(&id) {
            None => gone.push((id, format!("{prefix}-"))),
            Some(aimed) => {
                tell(state, &mut tx, &prefix, &aimed).await?;
                kept += 1;
            }
        }
    }
    remove(state, &mut tx, &gone).await?;
    tx.commit().await?;
    let removed = gone.len();
    if removed > 0 {
        tracing::info!(removed, "attributes without a value are gone");
    }
    Ok(Settled { removed, kept })
}

macro_rules! aims {
    ($($link:literal $owner:literal $kind:literal;)*) => {
        &[$((
            $kind,
            concat!(
                "SELECT l.attribute_id, o.name FROM ", $link, " AS l JOIN ", $owner,
                " JOIN core_attribute AS t ON t.id = l.attribute_id WHERE trim(t.value) = '' ORDER BY o.name"
            ),
        )),*]
    };
}

/// Whatever is aimed at attributes: what it is, and the question for its names.
const AIMS: &[(&str, &str)] = aims![
    "core_deployment_included_attributes" "core_deployment AS o ON o.id = l.deployment_id" "the deployment";
    "core_deployment_excluded_attributes" "core_deployment AS o ON o.id = l.deployment_id" "the deployment";
    "app_catalog_policy_included_attributes" "app_catalog_policy AS o ON o.id = l.policy_id" "the policy";
    "app_catalog_policy_excluded_attributes" "app_catalog_policy AS o ON o.id = l.policy_id" "the policy";
    "app_catalog_policygroup_included_attributes"
        "app_catalog_policygroup AS x ON x.id = l.policygroup_id JOIN app_catalog_policy AS o ON o.id = x.policy_id"
        "the policy";
    "app_catalog_policygroup_excluded_attributes"
        "app_catalog_policygroup AS x ON x.id = l.policygroup_id JOIN app_catalog_policy AS o ON o.id = x.policy_id"
        "the policy";
    "app_catalog_application_available_for_attributes"
        "app_catalog_application AS o ON o.id = l.application_id" "the application";
    "core_attributeset_included_attributes" "core_attributeset AS o ON o.id = l.attributeset_id" "the attribute set";
    "core_attributeset_excluded_attributes" "core_attributeset AS o ON o.id = l.attributeset_id" "the attribute set";
    "core_domain_included_attributes" "core_domain AS o ON o.id = l.domain_id" "the domain";
    "core_domain_excluded_attributes" "core_domain AS o ON o.id = l.domain_id" "the domain";
    "core_scope_included_attributes" "core_scope AS o ON o.id = l.scope_id" "the scope";
    "core_scope_excluded_attributes" "core_scope AS o ON o.id = l.scope_id" "the scope";
    "core_singularity_included_attributes" "core_singularity AS o ON o.id = l.singularity_id" "the singularity";
    "core_singularity_excluded_attributes" "core_singularity AS o ON o.id = l.singularity_id" "the singularity";
    "core_scheduledelay_attributes"
        "core_scheduledelay AS x ON x.id = l.scheduledelay_id JOIN core_schedule AS o ON o.id = x.schedule_id"
        "the schedule";
    "client_faultdefinition_included_attributes"
        "client_faultdefinition AS o ON o.id = l.faultdefinition_id" "the fault definition";
    "client_faultdefinition_excluded_attributes"
        "client_faultdefinition AS o ON o.id = l.faultdefinition_id" "the fault definition";
];

/// What is aimed at attributes without a value, by attribute.
async fn aims(tx: &mut Tx) -> Result<BTreeMap<AttributeId, Vec<String>>> {
    let mut aims: BTreeMap<AttributeId, Vec<String>> = BTreeMap::new();
    for (kind, question) in AIMS {
        let rows: Vec<(AttributeId, String)> = tx.all(*question, args![]).await?;
        for (id, name) in rows {
            let named = format!("{kind} {name}");
            let known = aims.entry(id).or_default();
            if !known.contains(&named) {
                known.push(named);
            }
        }
    }
    Ok(aims)
}

async fn tell(state: &Services, tx: &mut Tx, prefix: &str, aimed: &[String]) -> Result<()> {
    let mut named = aimed.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>();
    if let Some(more) = aimed.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        named.push(format!("{more} more"));
    }
    let named = named.join(", ");
    tracing::warn!(
        prefix,
        aimed = named,
        "something is aimed at an attribute without a value"
    );
    let message = messages::aimed_at_nothing(prefix, named);
    tell_once(tx, &message, state.clock.now()).await
}

async fn remove(state: &Services, tx: &mut Tx, gone: &[(AttributeId, String)]) -> Result<()> {
    let listed = json_ids(gone.iter().map(|(id, _)| *id));
    tx.execute(
        sql!("DELETE FROM core_attribute WHERE id IN ", ids(1)),
        args![listed],
    )
    .await?;
    let before = json!({ "value": "" });
    let changes: Vec<Change<'_>> = gone
        .iter()
        .map(|(id, text)| Change {
            action: "delete",
            entity: "core.attribute",
            object_id: Some(id.0),
            object_text: text,
            before: Some(&before),
            after: None,
        })
        .collect();
    audit::record_all(tx, state.clock.now(), &Author::server(), &changes).await
}
