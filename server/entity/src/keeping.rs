//! What is not deleted while something in force uses it: a rollout would become wider or narrower, and nobody would see it.

use migasfree_server_db::{Row, Tx, args, json_ids};
use migasfree_types::message::Message;
use sea_query::{Expr, Query};

use std::collections::BTreeMap;

use super::{
    access::Need,
    boundary,
    consequences::{self, Plan},
    context::{Context, Note},
    entity::Entity,
    error::RestError,
    load::Source,
    messages,
    params::Params,
    path::ROW,
    read,
    registry::Resource,
    save, value,
    values::Stored,
    widening::{self, is_switched},
};

/// Makes what is said.
pub type Reason = fn() -> Message;

/// The rule of an entity.
#[derive(Debug)]
pub struct Kept {
    pub uses: &'static [Use],
    /// The column that a row and its replacement must have in common, and why.
    pub same: Option<(&'static str, Reason)>,
    /// Why what uses it cannot do without; `None` when the reference can be cleared.
    pub undetachable: Option<Reason>,
    /// Whether what moves is written into the replacement itself, which so changes with it.
    pub into_replacement: bool,
}

/// Rows of one entity that use a row.
#[derive(Debug)]
pub struct Use {
    pub route: &'static str,
    /// Ids of those in force that use the row `$1`; empty when they alone do not keep it.
    pub in_force: &'static str,
    /// Ids of all that use it.
    pub all: &'static str,
    /// Moves them from the row `$1` to the row `$2`.
    pub moving: &'static [&'static str],
}

impl Use {
    fn is_touched(&self, wish: Wish) -> bool {
        match wish {
            Wish::Refuse => false,
            Wish::ReplaceWith(_) => !self.moving.is_empty(),
            Wish::Detach => !self.in_force.is_empty(),
        }
    }
}

/// What the caller wants to become of what uses the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Nothing was said.
    Refuse,
    ReplaceWith(i64),
    Detach,
}

impl Wish {
    /// The row that takes the place of the one that goes.
    #[must_use]
    pub const fn replacement(self) -> Option<i64> {
        match self {
            Self::ReplaceWith(other) => Some(other),
            Self::Refuse | Self::Detach => None,
        }
    }

    /// Reads `replace_with` and `detach`.
    ///
    /// # Errors
    /// For both at once, and for what is neither a number nor a truth.
    pub fn read(params: &Params) -> Result<Self, RestError> {
        let detach = match params.get("detach").map(|text| (text, value::truth(text))) {
            None => false,
            Some((_, Some(detach))) => detach,
            Some((_, None)) => return Err(RestError::field("detach", messages::not_a_boolean())),
        };
        match (params.get("replace_with"), detach) {
            (None, false) => Ok(Self::Refuse),
            (None, true) => Ok(Self::Detach),
            (Some(id), false) => match id.parse() {
                Ok(id) => Ok(Self::ReplaceWith(id)),
                Err(_) => Err(RestError::field("replace_with", messages::replacement_id())),
            },
            (Some(_), true) => Err(RestError::whole(messages::replace_or_detach())),
        }
    }
}

/// Rows of an entity.
pub type Users = (&'static Resource, Vec<i64>);

/// The rows in force that use some rows.
///
/// # Errors
/// When the database fails.
pub async fn held(
    context: &Context,
    resource: &Resource,
    ids: &[i64],
) -> Result<Vec<Users>, RestError> {
    users(context, resource, ids, |used| used.in_force).await
}

/// The rows that get another one in place of some rows, where one is wished for.
///
/// # Errors
/// When the database fails.
pub async fn moved(
    context: &Context,
    resource: &Resource,
    ids: &[i64],
    wish: Wish,
) -> Result<Vec<Users>, RestError> {
    if wish.replacement().is_none() {
        return Ok(Vec::new());
    }
    let moving = |used: &Use| if used.moving.is_empty() { "" } else { used.all };
    users(context, resource, ids, moving).await
}

async fn users(
    context: &Context,
    resource: &Resource,
    ids: &[i64],
    select: fn(&Use) -> &'static str,
) -> Result<Vec<Users>, RestError> {
    let mut found = Vec::new();
    for used in resource.entity.kept.into_iter().flat_map(|kept| kept.uses) {
        let Some(other) = context.registry().by_route(used.route) else {
            continue;
        };
        let select = select(used);
        let mut users = Vec::new();
        for id in ids.iter().filter(|_| !select.is_empty()) {
            let rows: Vec<(i64,)> = context.state.db.all(select, args![*id]).await?;
            users.extend(rows.into_iter().map(|(id,)| id));
        }
        users.sort_unstable();
        users.dedup();
        if !users.is_empty() {
            found.push((other, users));
        }
    }
    Ok(found)
}

/// Whether `detach` lets a row go that these use, and by which these are kept from reaching more.
#[must_use]
pub fn can_be_detached(resource: &Resource, used: &[Users], widened: &[Users]) -> bool {
    let uses_do = used.is_empty()
        || resource
            .entity
            .kept
            .is_some_and(|kept| kept.undetachable.is_none());
    let has_any = resource.entity.kept.is_some() || !widened.is_empty();
    has_any
        && uses_do
        && widened
            .iter()
            .all(|(other, _)| is_switched(other.entity.table))
}

/// Checks a deletion before its transaction begins.
///
/// # Errors
/// 409 with the names of what is in force and uses the row, or would reach more without it; 400 for a replacement that is
/// none; 403 without the right to change what uses it, or the replacement if it changes, too.
pub async fn check(
    context: &Context,
    resource: &'static Resource,
    id: i64,
    wish: Wish,
) -> Result<(), RestError> {
    let used = held(context, resource, &[id]).await?;
    let mut source = context.source();
    let plan = Plan::of(
        &mut source,
        context.registry(),
        resource.entity.table,
        &[id],
    )
    .await?;
    let widened = widening::widened(&mut source, &plan).await?;
    if wish == Wish::Refuse {
        refuse(context, resource, &used, true).await?;
    }
    if wish != Wish::Detach || !can_be_detached(resource, &[], &widened) {
        refuse(context, resource, &widened, false).await?;
    }
    for (users, ids) in &widened {
        may_change(context, users, ids).await?;
    }
    let Some(kept) = resource.entity.kept else {
        return Ok(());
    };
    for used in kept.uses.iter().filter(|used| used.is_touched(wish)) {
        let Some(users) = context.registry().by_route(used.route) else {
            continue;
        };
        let rows: Vec<(i64,)> = context.state.db.all(used.all, args![id]).await?;
        let all: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
        may_change(context, users, &all).await?;
    }
    match wish {
        Wish::Detach => match kept.undetachable {
            Some(reason) if !used.is_empty() => Err(RestError::Refused("undetachable", reason())),
            _ => Ok(()),
        },
        Wish::ReplaceWith(other) => {
            replacement(context, resource, id, other).await?;
            if kept.into_replacement {
                may_change(context, resource, &[other]).await?;
            }
            Ok(())
        }
        Wish::Refuse => Ok(()),
    }
}

/// Makes sure that the operator may change all of these.
async fn may_change(context: &Context, users: &Resource, ids: &[i64]) -> Result<(), RestError> {
    if ids.is_empty() {
        return Ok(());
    }
    context.allow(users.entity, Need::Change)?;
    let seen = read::only_reachable(context, users.entity.table.name, ids.to_vec()).await?;
    if seen.len() < ids.len() {
        return Err(RestError::Conflict(
            "in_use",
            messages::used_unseen(users.entity.model.many),
        ));
    }
    boundary::check_all(context, &mut context.source(), users.entity, ids).await
}

/// 409 with the names of those that keep a row: they use it, or would reach more without it.
async fn refuse(
    context: &Context,
    resource: &Resource,
    held: &[Users],
    is_used: bool,
) -> Result<(), RestError> {
    let mut users = Vec::new();
    for (other, ids) in held {
        let named = consequences::named(context, other, ids.clone()).await?;
        let mut names: Vec<String> = named.into_iter().map(|one| one.name).collect();
        let others = ids.len() - names.len();
        if others > 0 {
            let of_them = if names.is_empty() { "" } else { " more" };
            names.push(format!("{others}{of_them}"));
        }
        users.push(format!("{}: {}", other.entity.model.many, names.join(", ")));
    }
    if users.is_empty() {
        return Ok(());
    }
    let kind = resource.entity.model.in_words();
    let users = users.join("; ");
    let needed = |kept: &Kept| kept.undetachable.is_some();
    let message = if is_used && resource.entity.kept.is_some_and(needed) {
        messages::in_use_needed(kind, users)
    } else if is_used {
        messages::in_use(kind, users)
    } else if can_be_detached(resource, &[], held) {
        messages::keeps_out_detachable(kind, users)
    } else {
        messages::keeps_out(kind, users)
    };
    Err(RestError::Conflict("in_use", message))
}

/// Makes sure that a row can take the place of another one.
///
/// # Errors
/// 400 for the row itself, for one that is not there or hidden, and for one that cannot have what the other one has.
pub async fn replacement(
    context: &Context,
    resource: &'static Resource,
    id: i64,
    other: i64,
) -> Result<(), RestError> {
    let refused = |message| Err(RestError::field("replace_with", message));
    if other == id {
        return refused(messages::replacement_itself());
    }
    if read::only_reachable(context, resource.entity.table.name, vec![other])
        .await?
        .is_empty()
    {
        return refused(messages::replacement_unknown());
    }
    let Some((column, reason)) = resource.entity.kept.and_then(|kept| kept.same) else {
        return Ok(());
    };
    let list = json_ids([id, other]);
    let select = Query::select()
        .distinct()
        .column((ROW, column))
        .from_as(resource.entity.table.name, ROW)
        .and_where(
            context
                .state
                .db
                .dialect()
                .in_list(Expr::col((ROW, "id")), list),
        )
        .take();
    let rows: Vec<Row> = context.state.db.all_query(&select).await?;
    if rows.len() == 1 {
        Ok(())
    } else {
        refused(reason())
    }
}

/// What changes so that the row can go, as it was before: what used it, and what takes its place.
#[derive(Debug)]
pub struct Released {
    entity: &'static Entity,
    before: BTreeMap<i64, Stored>,
}

/// Does what was wished with everything that uses the row, in the transaction of the deletion. References that the
/// deletion itself clears are left to it.
///
/// # Errors
/// 409 when something came into force since it was checked.
pub async fn release(
    context: &Context,
    tx: &mut Tx,
    resource: &Resource,
    id: i64,
    wish: Wish,
) -> Result<Vec<Released>, RestError> {
    let mut released = spared(context, tx, resource, id, wish).await?;
    if let (Some(kept), Wish::ReplaceWith(other)) = (resource.entity.kept, wish) {
        let entity = resource.entity;
        let before = save::stored_all(tx, entity.table, &[other]).await?;
        if before.is_empty() {
            return Err(in_this_moment());
        }
        if kept.into_replacement {
            released.push(Released { entity, before });
        }
    }
    for used in resource.entity.kept.into_iter().flat_map(|kept| kept.uses) {
        let mut in_force: Vec<(i64,)> = Vec::new();
        if !used.in_force.is_empty() {
            if let Some(users) = context.registry().by_route(used.route) {
                // What is not in force stays so until the row is gone.
                let all: Vec<(i64,)> = tx.all(used.all, args![id]).await?;
                let all: Vec<i64> = all.into_iter().map(|(id,)| id).collect();
                tx.lock(users.entity.table.name, &all).await?;
            }
            in_force = tx.all(used.in_force, args![id]).await?;
        }
        if wish == Wish::Refuse && !in_force.is_empty() {
            return Err(in_this_moment());
        }
        let Some(users) = context
            .registry()
            .by_route(used.route)
            .filter(|_| used.is_touched(wish))
        else {
            continue;
        };
        let entity = users.entity;
        let all: Vec<(i64,)> = tx.all(used.all, args![id]).await?;
        let all: Vec<i64> = all.into_iter().map(|(id,)| id).collect();
        let before = save::stored_all(tx, entity.table, &all).await?;
        match wish {
            Wish::ReplaceWith(other) => {
                for moving in used.moving {
                    tx.execute(*moving, args![id, other]).await?;
                }
            }
            Wish::Detach if is_switched(entity.table) => {
                let ids: Vec<i64> = in_force.into_iter().map(|(id,)| id).collect();
                disable(tx, entity, &ids).await?;
            }
            _ => {}
        }
        released.push(Released { entity, before });
    }
    Ok(released)
}

/// Disables what would reach more once the row is gone.
async fn spared(
    context: &Context,
    tx: &mut Tx,
    resource: &Resource,
    id: i64,
    wish: Wish,
) -> Result<Vec<Released>, RestError> {
    let table = resource.entity.table;
    let plan = Plan::of(&mut Source::Tx(tx), context.registry(), table, &[id]).await?;
    let widened = widening::widened(&mut Source::Tx(tx), &plan).await?;
    if !widened.is_empty() && (wish != Wish::Detach || !can_be_detached(resource, &[], &widened)) {
        return Err(in_this_moment());
    }
    let mut released = Vec::new();
    for (users, ids) in widened {
        let entity = users.entity;
        tx.lock(entity.table.name, &ids).await?;
        let before = save::stored_all(tx, entity.table, &ids).await?;
        disable(tx, entity, &ids).await?;
        released.push(Released { entity, before });
    }
    Ok(released)
}

async fn disable(tx: &mut Tx, entity: &Entity, ids: &[i64]) -> Result<(), RestError> {
    let list = json_ids(ids.iter().copied());
    let disable = Query::update()
        .table(entity.table.name)
        .value("enabled", false)
        .and_where(tx.dialect().in_list(Expr::col(entity.table.key.name), list))
        .take();
    tx.execute_query(&disable).await?;
    Ok(())
}

fn in_this_moment() -> RestError {
    RestError::Conflict("in_use", messages::used_meanwhile())
}

/// Writes the audit records of what changed so that the row could go, once it is gone.
///
/// # Errors
/// When the database fails.
pub async fn note(
    context: &Context,
    tx: &mut Tx,
    released: Vec<Released>,
) -> Result<(), RestError> {
    for Released { entity, before } in released {
        let ids: Vec<i64> = before.keys().copied().collect();
        let after = save::stored_all(tx, entity.table, &ids).await?;
        let ids: Vec<i64> = after
            .iter()
            .filter(|(id, after)| before.get(id) != Some(after))
            .map(|(id, _)| *id)
            .collect();
        let texts = save::texts_of(context, tx, entity, &ids).await?;
        let audited = |rows: &BTreeMap<i64, Stored>, id: &i64| {
            rows.get(id).map(|row| row.audited(entity.table))
        };
        let notes: Vec<Note> = ids
            .iter()
            .zip(texts)
            .map(|(id, text)| Note {
                id: Some(*id),
                text,
                before: audited(&before, id),
                after: audited(&after, id),
            })
            .collect();
        context.audit_all(tx, entity, "change", &notes).await?;
    }
    Ok(())
}
