//! Search of a list that is too long to be read: what its rows are called after is looked up first, so that the rows
//! themselves are found by indexes.

use migasfree_server_db::{Db, json_ids};
use sea_query::{Condition, Expr, ExprTrait as _, SelectStatement, UnionType};

use super::{
    entity::Counted,
    error::RestError,
    filter::{contains, nothing},
    path::{Path, ROW},
    search,
};

/// So many are listed; where more are called so, most rows are, and need not be looked for.
const MOST_LISTED: usize = 500;

/// The condition for what was typed; `None` when there are no terms or no fields.
///
/// # Errors
/// For too many or too long words.
pub async fn condition(
    db: &Db,
    counted: Counted,
    fields: &[Path],
    text: &str,
) -> Result<Option<Condition>, RestError> {
    let terms = search::bounded(text)?;
    if terms.is_empty() || fields.is_empty() {
        return Ok(None);
    }
    let mut all = Condition::all();
    for term in &terms {
        all = all.add(one(db, counted, fields, term).await?);
    }
    Ok(Some(all))
}

/// The condition for one term.
async fn one(
    db: &Db,
    counted: Counted,
    fields: &[Path],
    term: &str,
) -> Result<Condition, RestError> {
    let dialect = db.dialect();
    let mut any = Condition::any();
    // What leads to all of them, as far as that is known.
    let mut ways: Vec<Option<SelectStatement>> = Vec::new();
    for field in fields {
        let condition = field.some(&|column| contains(column, term, dialect));
        let listed = match (field.one_step(), search::others(&condition)) {
            (Some((column, _)), Some(rows)) => listed(db, rows).await?.map(|ids| (column, ids)),
            _ => None,
        };
        match listed {
            Some((_, ids)) if ids.is_empty() => {}
            Some((column, ids)) => {
                let list = json_ids(ids);
                any = any.add(dialect.in_list(Expr::col((ROW, column)), list.clone()));
                ways.push((counted.found)(dialect, column, list));
            }
            None => {
                any = any.add(condition);
                ways.push(None);
            }
        }
    }
    let known: Option<Vec<SelectStatement>> = ways.into_iter().collect();
    let mut known = match known {
        Some(ways) if ways.is_empty() => return Ok(Condition::all().add(nothing())),
        // The column of a single one has an index itself.
        Some(ways) if ways.len() > 1 => ways.into_iter(),
        _ => return Ok(any),
    };
    let Some(mut first) = known.next() else {
        return Ok(any);
    };
    for other in known {
        first.union(UnionType::Distinct, other);
    }
    let among = Expr::col((ROW, counted.key)).in_subquery(first);
    Ok(Condition::all().add(among).add(any))
}

/// The ids that rows have; `None` when they are too many.
async fn listed(db: &Db, rows: &SelectStatement) -> Result<Option<Vec<i64>>, RestError> {
    let mut rows = rows.clone();
    rows.limit(MOST_LISTED as u64 + 1);
    let ids: Vec<(i64,)> = db.all_query(&rows).await?;
    Ok((ids.len() <= MOST_LISTED).then(|| ids.into_iter().map(|(id,)| id).collect()))
}
