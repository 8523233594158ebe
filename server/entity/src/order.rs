//! The order of a list. The id always breaks ties, so that pages never overlap.

use sea_query::{Condition, Expr, ExprTrait as _, JoinType, NullOrdering, Order, SelectStatement};

use super::{
    entity::Entity,
    path::{BadPath, Path, ROW},
    registry::Tables,
    schema::Table,
    value::Refused,
    visibility::{self, Viewer},
};

/// One key of an order.
#[derive(Debug, Clone)]
pub struct Key {
    path: Path,
    descending: bool,
}

impl Key {
    /// What it looks at.
    #[must_use]
    pub const fn path(&self) -> &Path {
        &self.path
    }

    /// The same key, which tells nothing of what is hidden from who reads.
    #[must_use]
    pub fn over_seen(self, reader: Viewer<'_>) -> Self {
        Self {
            path: visibility::over_seen(self.path, reader),
            ..self
        }
    }

    /// Ascending by a path.
    #[must_use]
    pub const fn ascending(path: Path) -> Self {
        Self {
            path,
            descending: false,
        }
    }
}

/// Resolves a declared order.
///
/// # Errors
/// When a path does not exist.
pub fn declared(
    tables: &Tables,
    table: &'static Table,
    order: &[&str],
) -> Result<Vec<Key>, BadPath> {
    let mut keys = Vec::new();
    for word in order {
        extend(tables, table, word, &mut keys)?;
    }
    Ok(keys)
}

/// A relation stands for the default order of what it leads to.
fn extend(
    tables: &Tables,
    table: &'static Table,
    word: &str,
    keys: &mut Vec<Key>,
) -> Result<(), BadPath> {
    let (name, descending) = match word.strip_prefix('-') {
        Some(name) => (name, true),
        None => (word, false),
    };
    if let Some((_, target)) = table.one(name)
        && let Some(target) = tables.get(target)
        && !target.order.is_empty()
    {
        for inner in target.order {
            let (inner, inverted) = match inner.strip_prefix('-') {
                Some(inner) => (inner, true),
                None => (*inner, false),
            };
            keys.push(Key {
                path: Path::resolve(tables, table, &format!("{name}__{inner}"))?,
                descending: descending != inverted,
            });
        }
        return Ok(());
    }
    keys.push(Key {
        path: Path::resolve(tables, table, name)?,
        descending,
    });
    Ok(())
}

/// Most keys of an order that is asked for.
const MOST_KEYS: usize = 50;

/// What was asked for in `ordering`: own columns, relations and computed values; anything else is ignored. `called` names
/// the column that rows of a table are called by, where the settings say it.
///
/// # Errors
/// For more keys than anybody needs.
pub fn asked<'a>(
    tables: &Tables,
    entity: &Entity,
    text: &str,
    called: impl Fn(&str) -> Option<&'a str>,
) -> Result<Vec<Key>, Refused> {
    if text.split(',').count() > MOST_KEYS {
        return Err(Refused::TooMany(MOST_KEYS));
    }
    let mut keys = Vec::new();
    for word in text.split(',').map(str::trim) {
        let name = word.strip_prefix('-').unwrap_or(word);
        let by_name = if name == "__str__" {
            Some(called(entity.table.name).unwrap_or("id").to_owned())
        } else {
            let target = entity
                .table
                .one(name)
                .and_then(|(_, target)| called(target));
            target.map(|column| format!("{name}__{column}"))
        };
        if let Some(by_name) = by_name {
            let path = Path::resolve(tables, entity.table, &by_name);
            keys.extend(path.ok().map(|path| Key {
                path,
                descending: word.starts_with('-'),
            }));
        } else if is_own(entity.table, name) {
            // An own column always resolves: what does not is ignored like any unknown name.
            let _ = extend(tables, entity.table, word, &mut keys);
        }
    }
    Ok(keys)
}

/// Whether lists are ordered by a name: a column, a relation or a computed value of the table itself.
pub(crate) fn is_own(table: &'static Table, name: &str) -> bool {
    let shown = table.column(name).is_some_and(|column| !column.secret);
    shown || table.one(name).is_some() || table.computed(name).is_some()
}

/// The rows that are walked along.
const WALKED: &str = "w";

/// What rows are ordered by, once it is known how they are read.
#[derive(Debug, Clone)]
pub struct Term {
    pub expr: Expr,
    pub descending: bool,
    /// Whether it may be empty. Empty values come last, in descending order first, on both engines.
    pub null: bool,
}

/// The keys and the tie-break, with the rows, which are kept in `rows`, read along the relation the order begins with: for
/// one page, the rest of them is not even looked at.
pub fn walked(
    select: &mut SelectStatement,
    keys: &[Key],
    table: &Table,
    rows: &'static str,
) -> Vec<Term> {
    let Some((first, rest)) = keys.split_first() else {
        return terms(keys, table);
    };
    let Some((column, target)) = first.path.one_step() else {
        return terms(keys, table);
    };
    // A cross join, because SQLite keeps its order.
    select
        .from_clear()
        .from_as(target.name, WALKED)
        .join_as(JoinType::CrossJoin, rows, ROW, Condition::all())
        .and_where(Expr::col((WALKED, target.key.name)).equals((ROW, column)));
    let leaf = first.path.leaf();
    let mut all = vec![Term {
        expr: leaf.expr(WALKED),
        descending: first.descending,
        null: leaf.null(),
    }];
    all.extend(terms(rest, table));
    all
}

/// The keys and the tie-break.
#[must_use]
pub fn terms(keys: &[Key], table: &Table) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut unique = false;
    for key in keys {
        if key.path.is_column(table.key.name) {
            terms.extend(by_id(table, key.descending));
            unique = true;
            continue;
        }
        terms.push(Term {
            expr: key.path.scalar(ROW),
            descending: key.descending,
            null: key.path.leaf().null() || !key.path.is_own(),
        });
    }
    if !unique {
        let descending = terms.last().is_some_and(|term| term.descending);
        terms.extend(by_id(table, descending));
    }
    terms
}

/// By the id, or by what it is made of, of which there are indexes.
fn by_id(table: &Table, descending: bool) -> impl Iterator<Item = Term> {
    let (first, second) = match table.within {
        Some(within) => (within.column, Some(within.rest)),
        None => (table.key.name, None),
    };
    [Some(first), second]
        .into_iter()
        .flatten()
        .map(move |column| Term {
            expr: Expr::col((ROW, column)),
            descending,
            null: false,
        })
}

/// Rows that follow each other in a list, and what they are ordered by among themselves.
#[derive(Debug, Clone)]
pub struct Part {
    pub rows: SelectStatement,
    pub terms: Vec<Term>,
}

/// A list in parts, one behind the other: where it begins with the column whose values are kept apart, the rows that have
/// one are read there, in the order of its index. `asked` tells whether only these are asked for, or only the others.
#[must_use]
pub fn parts(
    rows: SelectStatement,
    terms: Vec<Term>,
    table: &Table,
    asked: Option<bool>,
) -> Vec<Part> {
    let (apart, first, rest) = match (table.apart, terms.split_first()) {
        (Some(apart), Some((first, rest))) if first.expr == Expr::col((ROW, apart.column)) => {
            (apart, first, rest)
        }
        _ => return vec![Part { rows, terms }],
    };
    let mut parts = Vec::new();
    if asked != Some(false) {
        let mut rows = rows.clone();
        rows.from_clear().from_as(apart.table, ROW);
        let mut terms = vec![Term {
            null: false,
            ..first.clone()
        }];
        terms.extend_from_slice(rest);
        parts.push(Part { rows, terms });
    }
    if asked != Some(true) {
        let mut rows = rows;
        rows.and_where(first.expr.clone().is_null());
        parts.push(Part {
            rows,
            terms: rest.to_vec(),
        });
    }
    if first.descending {
        parts.reverse();
    }
    parts
}

/// Puts rows into this order.
pub fn apply(select: &mut SelectStatement, terms: &[Term]) {
    for term in terms {
        let (order, nulls) = if term.descending {
            (Order::Desc, NullOrdering::First)
        } else {
            (Order::Asc, NullOrdering::Last)
        };
        if term.null {
            select.order_by_expr_with_nulls(term.expr.clone(), order, nulls);
        } else {
            select.order_by_expr(term.expr.clone(), order);
        }
    }
}
