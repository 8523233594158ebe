//! Much that goes with rows goes before them, in steps: SQLite has one writer, and computers wait for it. Each step is
//! whole, with its records. What is interrupted between two of them has taken only what was to go, and is finished by
//! deleting again.

use futures_util::future::BoxFuture;
use migasfree_server_db::{Cascade, Cascades, Db, Row, json_ids};
use sea_query::{Alias, Expr, ExprTrait as _, Order, Query, SelectStatement};

use super::{
    consequences::mirrors_of,
    deletion::{self, Going},
    error::RestError,
    load::Source,
    registry::{Registry, Resource},
    schema::Table,
};

/// Dependants of one kind that are left to go together with what they depend on.
const FEW: u64 = 500;
/// Rows of one statement.
const STEP: u64 = 500;
/// Rows that have dependants of their own and go in one transaction.
const PARENTS: u64 = 100;

/// Lets go, before some rows, whatever would go with them and is much.
///
/// # Errors
/// When the deletion is refused, and when the database fails.
pub async fn clear(going: &Going, ids: &[i64]) -> Result<(), RestError> {
    let entity = going.resource.entity;
    // What is used by others is moved to another row first; that belongs to the last transaction.
    if !entity.hooks.takes_all_along() || entity.kept.is_some() {
        return Ok(());
    }
    let mut ahead = Ahead {
        going,
        ids,
        cascades: Cascades::of(&going.context.state.db).await?,
        begun: false,
    };
    ahead.clear(entity.table.name, ids).await
}

struct Ahead<'a> {
    going: &'a Going,
    ids: &'a [i64],
    cascades: Cascades,
    begun: bool,
}

impl Ahead<'_> {
    fn db(&self) -> &Db {
        &self.going.context.state.db
    }

    fn registry(&self) -> &'static Registry {
        self.going.context.registry()
    }

    /// Nothing goes before it is sure that the rows themselves may.
    async fn begin(&mut self) -> Result<(), RestError> {
        if !std::mem::replace(&mut self.begun, true) {
            self.going.rehearse(self.ids).await?;
        }
        Ok(())
    }

    /// Takes what goes with rows of a table, as far as it is much; the rows stay.
    fn clear<'b>(
        &'b mut self,
        table: &'b str,
        ids: &'b [i64],
    ) -> BoxFuture<'b, Result<(), RestError>> {
        Box::pin(async move {
            for ids in ids.chunks(PARENTS as usize) {
                let list = json_ids(ids.iter().copied());
                for at in 0..self.cascades.with(table).len() {
                    self.dependants(table, at, &list).await?;
                }
                if let Some(table) = self.registry().tables.get(table) {
                    let mut source = Source::Db(self.db());
                    let registry = self.registry();
                    for (mirror, ids) in mirrors_of(&mut source, registry, table, ids).await? {
                        self.clear(mirror.name, &ids).await?;
                    }
                }
            }
            Ok(())
        })
    }

    async fn dependants(&mut self, parent: &str, at: usize, list: &str) -> Result<(), RestError> {
        let Some(cascade) = self.cascades.with(parent).get(at) else {
            return Ok(());
        };
        let child = cascade.child.clone();
        let pointing = self.pointing(cascade, list);
        let is_much = self.counted(&pointing, Some(FEW + 1)).await? > FEW;
        let key = match cascade.key.as_slice() {
            [key] if !self.cascades.with(&child).is_empty() => Some(key.clone()),
            _ => None,
        };
        let keys = cascade.key.clone();
        let resource = self.registry().by_table(&child);
        if is_much {
            self.begin().await?;
            if let Some(resource) =
                resource.filter(|other| self.registry().is_report(other.entity.table))
            {
                let count = self.counted(&pointing, None).await?;
                self.note(resource, count).await?;
            }
        }
        let Some(key) = key else {
            return match is_much {
                true => self.remove_leaves(&child, &keys, &pointing).await,
                false => Ok(()),
            };
        };
        let mut after = None;
        loop {
            let mut some = pointing.clone();
            let column = || Expr::col(Alias::new(&key));
            some.expr(column())
                .order_by_expr(column(), Order::Asc)
                .limit(PARENTS);
            if let Some(after) = after {
                some.and_where(column().gt(after));
            }
            let rows: Vec<Row> = self.db().all_query(&some).await?;
            let found: Vec<i64> = rows.iter().filter_map(|row| row.int(0)).collect();
            after = found.last().copied();
            if after.is_none() {
                return Ok(());
            }
            self.clear(&child, &found).await?;
            if is_much {
                self.remove(&child, &key, &found).await?;
            }
        }
    }

    /// The rows that point at one of the listed ids.
    fn pointing(&self, cascade: &Cascade, list: &str) -> SelectStatement {
        let column = Expr::col(Alias::new(&cascade.column));
        let dialect = self.db().dialect();
        Query::select()
            .from(Alias::new(&cascade.child))
            .and_where(dialect.in_list(column, list.to_owned()))
            .take()
    }

    /// How many rows there are, as far as it matters.
    async fn counted(
        &self,
        rows: &SelectStatement,
        matters: Option<u64>,
    ) -> Result<u64, RestError> {
        let mut rows = rows.clone();
        rows.expr_as(Expr::val(1_i64), "one");
        if let Some(matters) = matters {
            rows.limit(matters);
        }
        let count = Query::select()
            .expr(Expr::cust("count(*)"))
            .from_subquery(rows, "some")
            .take();
        let (count,): (i64,) = self.db().one_query(&count).await?;
        Ok(count.unsigned_abs())
    }

    /// One record for all rows of a kind that a computer left behind.
    async fn note(&self, resource: &'static Resource, count: u64) -> Result<(), RestError> {
        let entity = resource.entity;
        let note = deletion::summary(entity, count);
        let mut tx = self.db().begin().await?;
        self.going
            .context
            .audit_all(&mut tx, entity, "delete", &[note])
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes rows that nothing depends on.
    async fn remove_leaves(
        &self,
        table: &str,
        key: &[String],
        rows: &SelectStatement,
    ) -> Result<(), RestError> {
        let columns = || key.iter().map(|column| Expr::col(Alias::new(column)));
        let mut some = rows.clone();
        some.exprs(columns()).limit(STEP);
        let these = match key {
            [column] => Expr::col(Alias::new(column)),
            _ => Expr::tuple(columns()),
        };
        let step = Query::delete()
            .from_table(Alias::new(table))
            .and_where(these.in_subquery(some))
            .take();
        while self.db().execute_query(&step).await? == STEP {}
        Ok(())
    }

    /// Takes rows with what is left of what depends on them, and with what stands for them.
    async fn remove(&self, table: &str, key: &str, ids: &[i64]) -> Result<(), RestError> {
        let context = &self.going.context;
        let registry = self.registry();
        let known: Option<&'static Table> = registry.tables.get(table);
        let resource = registry
            .by_table(table)
            .filter(|resource| !registry.is_report(resource.entity.table));
        let mut tx = self.db().begin().await?;
        let mut records = Vec::new();
        if let (Some(resource), Some(known)) = (resource, known) {
            let entity = resource.entity;
            tx.lock_whole(known.name, known.key.name, ids).await?;
            records = deletion::gone(context, &mut tx, known, ids).await?;
            let own = deletion::notes(context, &mut tx, entity, ids).await?;
            records.push((entity, own));
        }
        let mut gone = vec![(table.to_owned(), key.to_owned(), ids.to_vec())];
        if let Some(known) = known {
            for (mirror, ids) in mirrors_of(&mut Source::Tx(&mut tx), registry, known, ids).await? {
                gone.push((mirror.name.to_owned(), mirror.key.name.to_owned(), ids));
            }
        }
        for (table, key, ids) in gone {
            let list = tx
                .dialect()
                .in_list(Expr::col(Alias::new(&key)), json_ids(ids));
            let delete = Query::delete()
                .from_table(Alias::new(&table))
                .and_where(list)
                .take();
            tx.execute_query(&delete).await?;
        }
        for (entity, notes) in records {
            context.audit_all(&mut tx, entity, "delete", &notes).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
