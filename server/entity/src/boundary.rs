//! Domains are a boundary: what an operator who has domains makes belongs to one of them, and what is not theirs
//! they leave as it is.
//!
//! Superusers and operators without domains are not limited.

use migasfree_server_auth::DomainId;
use migasfree_server_db::{Arg, Tx, json_ids};
use migasfree_types::message::Message;
use sea_query::{Expr, ExprTrait, Query, SelectStatement};

use super::{
    context::Context,
    entity::Entity,
    error::RestError,
    filter::nothing,
    load::Source,
    messages,
    path::{Path, ROW},
    validate::Mode,
    values::Values,
    visibility,
};

/// Whose the rows of an entity are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belongs {
    /// Everybody's: who is limited to domains reads them.
    All,
    /// The domain's at the end of this path; everybody's where there is none.
    Domain(&'static str),
    /// They have domains, in this list: those change them who have all of these.
    Domains(&'static str),
    /// They are domains themselves.
    Itself,
    /// Of whoever sees them.
    Viewers,
    /// Of who uses them: each of these paths leads to the domain of a user. Making them changes nothing for others.
    Users(&'static [&'static str]),
    /// Everybody's, but who is limited may make them: their domain offers them then, in this list.
    Offered {
        table: &'static str,
        own: &'static str,
    },
}

impl Belongs {
    /// The paths in it.
    #[must_use]
    pub fn paths(&self) -> &[&'static str] {
        match self {
            Self::Domain(path) | Self::Domains(path) => std::slice::from_ref(path),
            Self::Users(paths) => paths,
            Self::All | Self::Itself | Self::Viewers | Self::Offered { .. } => &[],
        }
    }
}

/// The domain of what an operator makes: the one they prefer, or the only one they have; `None` for who is not limited.
///
/// # Errors
/// Under `field` when they have to choose.
pub fn domain_of(context: &Context, field: &str) -> Result<Option<i64>, RestError> {
    let Some(own) = context.operator.boundary() else {
        return Ok(None);
    };
    match (context.operator.preferred(), own) {
        (Some(DomainId(domain)), _) | (None, &[DomainId(domain)]) => Ok(Some(domain)),
        (None, _) => Err(RestError::field(field, messages::choose_domain())),
    }
}

/// Gives a row that is made a domain of the operator's, and refuses to take it away from one that is changed.
///
/// # Errors
/// For who may make no such thing, or has to choose a domain.
pub fn assign(
    context: &Context,
    entity: &Entity,
    mode: Mode,
    values: &mut Values,
) -> Result<(), RestError> {
    if context.operator.boundary().is_none() {
        return Ok(());
    }
    let new = mode == Mode::Create;
    match entity.belongs {
        Belongs::All | Belongs::Itself if new => Err(denied(messages::made_for_everybody())),
        Belongs::Domain(path) => {
            let Some((column, _)) = entity.table.one(path) else {
                return Ok(());
            };
            let missing = values.int(column.name).is_none();
            if missing && !new && values.has(column.name) {
                return Err(RestError::field(path, messages::stays_in_domain()));
            }
            if missing && new {
                let domain = domain_of(context, path)?;
                values.set(column.name, Arg::Int(domain));
            }
            Ok(())
        }
        Belongs::Domains(list) if new && values.ids(list).is_none_or(<[i64]>::is_empty) => {
            let domain = domain_of(context, list)?;
            values.set_ids(list, domain.into_iter().collect());
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Makes sure that the operator may write a row, or has been right to.
///
/// # Errors
/// For a row that is everybody's or another domain's.
pub async fn check(
    context: &Context,
    source: &mut Source<'_>,
    entity: &'static Entity,
    id: i64,
) -> Result<(), RestError> {
    check_all(context, source, entity, &[id]).await
}

/// The same for several rows that are there.
///
/// # Errors
/// When one of them is everybody's or another domain's.
pub async fn check_all(
    context: &Context,
    source: &mut Source<'_>,
    entity: &'static Entity,
    ids: &[i64],
) -> Result<(), RestError> {
    let key = || Expr::col((ROW, entity.table.key.name));
    let list = json_ids(ids.iter().copied());
    let rows = Query::select()
        .from_as(entity.table.name, ROW)
        .cond_where(source.dialect().in_list(key(), list))
        .take();
    check_rows(context, source, entity, &rows).await
}

/// The same for the rows (`t`) of a selection without columns.
///
/// # Errors
/// When one of them is everybody's or another domain's.
pub async fn check_rows(
    context: &Context,
    source: &mut Source<'_>,
    entity: &'static Entity,
    rows: &SelectStatement,
) -> Result<(), RestError> {
    let Some(condition) = theirs(context, entity) else {
        return Ok(());
    };
    let mut all = rows.clone();
    all.expr(Expr::cust("count(*)"));
    let mut own = all.clone();
    own.and_where(condition);
    let all = source.rows(&all).await?;
    let own = source.rows(&own).await?;
    if all.first().and_then(|row| row.int(0)) == own.first().and_then(|row| row.int(0)) {
        Ok(())
    } else {
        Err(shared())
    }
}

/// Makes sure that a row is the operator's still after they wrote it. A computer may leave what they see.
///
/// # Errors
/// For a row that became everybody's or another domain's.
pub async fn kept(
    context: &Context,
    source: &mut Source<'_>,
    entity: &'static Entity,
    id: i64,
) -> Result<(), RestError> {
    if entity.belongs == Belongs::Viewers {
        return Ok(());
    }
    check(context, source, entity, id).await
}

/// Makes sure that what has just been made is the operator's.
///
/// # Errors
/// For a row that became everybody's or another domain's.
pub async fn made(
    context: &Context,
    tx: &mut Tx,
    entity: &'static Entity,
    id: i64,
) -> Result<(), RestError> {
    let Belongs::Offered { table, own } = entity.belongs else {
        return kept(context, &mut Source::Tx(tx), entity, id).await;
    };
    if let Some(domain) = domain_of(context, "domain")? {
        let mut insert = Query::insert();
        insert
            .into_table(table)
            .columns(["domain_id", own])
            .values([Expr::val(domain), Expr::val(id)])
            .map_err(|error| RestError::Internal(error.to_string()))?;
        tx.execute_query(&insert).await?;
    }
    Ok(())
}

/// What is said to who goes beyond their domains.
#[must_use]
pub const fn denied(message: Message) -> RestError {
    RestError::Denied("other_domain", message)
}

fn shared() -> RestError {
    denied(messages::other_domain())
}

/// The condition on the row (`t`) that the operator may write it; `None` for who is not limited.
fn theirs(context: &Context, entity: &'static Entity) -> Option<Expr> {
    let own: Vec<i64> = context
        .operator
        .boundary()?
        .iter()
        .map(|domain| domain.0)
        .collect();
    let inside = |column: Expr| column.is_in(own.iter().copied());
    let outside = |column: Expr| column.is_not_in(own.iter().copied());
    let some = |path: &str, test: &dyn Fn(Expr) -> Expr| {
        Path::resolve(&context.registry().tables, entity.table, path)
            .map_or_else(|_| nothing(), |path| path.some(test))
    };
    match entity.belongs {
        Belongs::Viewers => visibility::condition(entity, context.writer()),
        _ if visibility::owned(entity) => None,
        Belongs::All | Belongs::Offered { .. } => Some(nothing()),
        Belongs::Itself => Some(inside(Expr::col((ROW, "id")))),
        Belongs::Domain(path) => Some(some(path, &inside)),
        Belongs::Domains(path) => Some(some(path, &inside).and(some(path, &outside).not())),
        Belongs::Users(paths) => paths
            .iter()
            .map(|path| {
                let foreign = |column: Expr| column.clone().is_null().or(outside(column));
                some(path, &foreign).not()
            })
            .reduce(ExprTrait::and),
    }
}
