//! Long lists read some ids at a time: each reading goes on behind the last row of the one before it, so that nothing
//! is kept in between but the place.

use std::collections::VecDeque;

use migasfree_server_db::{Arg, Db, Result, Row};
use sea_query::{Condition, Expr, ExprTrait as _};

use super::{
    order::{self, Part, Term},
    value,
};

/// Ids read at a time: an order that no index has is made again for each reading.
const READ: usize = 5_000;

/// The ids of some rows in their order.
#[derive(Debug)]
pub struct Keyset {
    /// What is left to be read.
    parts: VecDeque<Part>,
    /// What the last row read of the first of them has for each term.
    last: Option<Vec<Arg>>,
}

impl Keyset {
    /// The ids in the column `key` of these rows, each part ordered by its terms.
    pub fn new(mut parts: Vec<Part>, key: (&'static str, &'static str)) -> Self {
        for Part { rows, terms } in &mut parts {
            rows.column(key);
            for term in terms.iter() {
                rows.expr(term.expr.clone());
            }
            order::apply(rows, terms);
            rows.limit(READ as u64);
        }
        Self {
            parts: parts.into(),
            last: None,
        }
    }

    /// The next of them; none after the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self, db: &Db) -> Result<Vec<i64>> {
        while let Some(Part { rows, terms }) = self.parts.front() {
            let mut rows = rows.clone();
            if let Some(last) = &self.last {
                rows.cond_where(behind(terms, last));
            }
            let found: Vec<Row> = db.all_query(&rows).await?;
            self.last = found.last().map(|row| {
                let values = (1..=terms.len()).map(|at| row.value(at).cloned());
                values
                    .map(|value| value.unwrap_or(Arg::Text(None)))
                    .collect()
            });
            if found.len() < READ {
                self.parts.pop_front();
                self.last = None;
            }
            if !found.is_empty() {
                return Ok(found.iter().filter_map(|row| row.int(0)).collect());
            }
        }
        Ok(Vec::new())
    }
}

/// What comes behind a row that has these values.
fn behind(terms: &[Term], last: &[Arg]) -> Condition {
    let mut any = Condition::any();
    let mut same = Condition::all();
    for (term, value) in terms.iter().zip(last) {
        if let Some(beyond) = beyond(term, value) {
            any = any.add(same.clone().add(beyond));
        }
        same = same.add(equal(term, value));
    }
    let mut all = Condition::all().add(any);
    // Says nothing new, but an index finds its place by it.
    if let (Some(term), Some(value)) = (terms.first(), last.first())
        && !value.is_null()
        && (term.descending || !term.null)
    {
        let bound = Expr::val(value::bound(value.clone()));
        all = all.add(if term.descending {
            term.expr.clone().lte(bound)
        } else {
            term.expr.clone().gte(bound)
        });
    }
    all
}

fn equal(term: &Term, value: &Arg) -> Expr {
    if value.is_null() {
        term.expr.clone().is_null()
    } else {
        term.expr.clone().eq(Expr::val(value::bound(value.clone())))
    }
}

/// Empty values come last, in descending order first.
fn beyond(term: &Term, value: &Arg) -> Option<Expr> {
    let expr = || term.expr.clone();
    let bound = || Expr::val(value::bound(value.clone()));
    match (term.descending, value.is_null()) {
        (false, true) => None,
        (true, true) => Some(expr().is_not_null()),
        (false, false) if term.null => Some(expr().gt(bound()).or(expr().is_null())),
        (false, false) => Some(expr().gt(bound())),
        (true, false) => Some(expr().lt(bound())),
    }
}
