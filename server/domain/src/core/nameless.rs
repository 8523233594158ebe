//! Attributes without a value, which older servers made: they have no name in any list.

use std::collections::BTreeMap;
use std::slice;

use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_db::{Result, Tx, args, json_ids, sql};
use migasfree_server_entity::{
    address,
    json::Json,
    load::{self, Reading, Source},
    schema::Many,
};
use sea_query::{Expr, ExprTrait as _, Order, Query};
use serde_json::json;

use super::attributes::TABLE;
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
    let mut aims = aims(state, &mut tx).await?;
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

/// What is aimed at attributes without a value, by attribute.
async fn aims(state: &Services, tx: &mut Tx) -> Result<BTreeMap<AttributeId, Vec<String>>> {
    let mut aims: BTreeMap<AttributeId, Vec<String>> = BTreeMap::new();
    let reading = Reading {
        state: state.clone(),
        base: address::base(state).into(),
        now: state.clock.now(),
        viewer: None,
    };
    for (resource, list) in state.registry.aiming() {
        let rows = naming_nameless(tx, list).await?;
        let ids: Vec<i64> = rows.iter().map(|(_, row)| *row).collect();
        let entity = resource.entity;
        let text = slice::from_ref(&entity.text);
        let source = &mut Source::Tx(tx);
        let texts = load::load(source, &reading, entity.table, text, &ids).await?;
        for (attribute, row) in rows {
            let text = texts.get(&row).map(|row| row.get(entity.text.name()));
            let name = text.map_or("", Json::as_text);
            let named = format!("the {} {name}", in_words(entity.model.one));
            let known = aims.entry(attribute).or_default();
            if !known.contains(&named) {
                known.push(named);
            }
        }
    }
    Ok(aims)
}

/// The attributes without a value in a list of attributes, each with the row whose list it is.
async fn naming_nameless(tx: &mut Tx, list: &'static Many) -> Result<Vec<(AttributeId, i64)>> {
    let Many::Link {
        table,
        own,
        other,
        target,
        ..
    } = *list
    else {
        return Ok(Vec::new());
    };
    if target != TABLE.name {
        return Ok(Vec::new());
    }
    let nameless = Query::select()
        .column("id")
        .from(TABLE.name)
        .and_where(Expr::cust("trim(value) = ''"))
        .take();
    let select = Query::select()
        .column(other)
        .column(own)
        .from(table)
        .and_where(Expr::col(other).in_subquery(nameless))
        .order_by(own, Order::Asc)
        .take();
    tx.all_query(&select).await
}

/// `PolicyGroup` as a text has it.
fn in_words(kind: &str) -> String {
    let mut words = String::new();
    for letter in kind.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
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
