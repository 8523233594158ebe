//! Paths: `project__platform__name` walked over the tables, and what SQL they become.
//!
//! A to-many step never multiplies rows: it becomes `id IN (SELECT …)`.

use sea_query::{Expr, ExprTrait, JoinType, Query, SelectStatement, SubQueryStatement};

use super::{
    registry::Tables,
    schema::{Column, From, Many, Table, Type, Virtual},
};

/// The alias of the outermost row in every statement made here.
pub const ROW: &str = "t";

const INNER: [&str; 6] = ["t1", "t2", "t3", "t4", "t5", "t6"];
/// Rows that are counted, and what joins them to the row they are counted for.
const COUNTED: &str = "cc";
const LINK: &str = "cs";

/// A declared path that cannot be walked.
#[derive(Debug, thiserror::Error)]
pub enum BadPath {
    #[error(
        "{table}: the path {path:?} stops at {segment:?}, which is neither a column nor a relation"
    )]
    Unknown {
        table: &'static str,
        path: String,
        segment: String,
    },
    #[error("{table}: the path {path:?} leads over more than {} tables", INNER.len())]
    TooLong { table: &'static str, path: String },
}

/// One step from a row to another table.
#[derive(Debug, Clone, Copy)]
enum Hop {
    One {
        column: &'static str,
        target: &'static Table,
    },
    Many {
        many: &'static Many,
        target: &'static Table,
    },
}

impl Hop {
    /// How many tables it leads over.
    fn tables(&self) -> usize {
        match self {
            Self::Many {
                many: Many::Link { .. },
                ..
            } => 2,
            Self::One { .. } | Self::Many { .. } => 1,
        }
    }

    const fn target(&self) -> &'static Table {
        match self {
            Self::One { target, .. } | Self::Many { target, .. } => target,
        }
    }
}

/// What a path ends at.
#[derive(Debug, Clone, Copy)]
pub enum Leaf {
    Column(&'static Column),
    Virtual(&'static Virtual),
}

impl Leaf {
    /// What kind of value it is.
    #[must_use]
    pub const fn ty(&self) -> Type {
        match self {
            Self::Column(column) => column.ty,
            Self::Virtual(value) => value.ty,
        }
    }

    /// Whether it may be `NULL`.
    #[must_use]
    pub const fn null(&self) -> bool {
        match self {
            Self::Column(column) => column.null,
            Self::Virtual(_) => true,
        }
    }

    /// The value in the row called `alias`.
    #[must_use]
    pub fn expr(&self, alias: &'static str) -> Expr {
        self.expr_among(alias, None)
    }

    /// The same, where of what is counted only those count whose ids are `seen`.
    fn expr_among(&self, alias: &'static str, seen: Option<&SelectStatement>) -> Expr {
        let value = match self {
            Self::Column(column) => return Expr::col((alias, column.name)),
            Self::Virtual(value) => value,
        };
        match value.from {
            From::Sql(sql) => Expr::cust(sql.replace("{t}", alias)),
            From::Count {
                link,
                own,
                other,
                target,
                that,
            } => {
                let id = Expr::col((COUNTED, target.key.name));
                let count = Query::select()
                    .expr(Expr::cust("count(*)"))
                    .from_as(link, LINK)
                    .join_as(
                        JoinType::InnerJoin,
                        target.name,
                        COUNTED,
                        id.clone().equals((LINK, other)),
                    )
                    .and_where(Expr::col((LINK, own)).equals((alias, "id")))
                    .and_where(Expr::cust(that.replace("{t}", COUNTED)))
                    .take();
                let count = among(count, id, seen);
                Expr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(count)))
            }
        }
    }

    /// The table whose rows it counts.
    const fn counts(&self) -> Option<&'static Table> {
        match self {
            Self::Virtual(Virtual {
                from: From::Count { target, .. },
                ..
            }) => Some(*target),
            _ => None,
        }
    }
}

/// A resolved path.
#[derive(Debug, Clone)]
pub struct Path {
    hops: Vec<Hop>,
    leaf: Leaf,
    /// For each hop the ids that count of what it leads to; nothing where all do.
    seen: Vec<Option<SelectStatement>>,
    /// The same for what a value at the end counts.
    counted: Option<SelectStatement>,
}

/// What a path ends at, and which of the rows it counts are seen.
type End<'a> = (Leaf, Option<&'a SelectStatement>);

impl Path {
    /// Walks `path` from `table`.
    ///
    /// # Errors
    /// When a segment is neither a column, a computed value nor a relation.
    pub fn resolve(tables: &Tables, table: &'static Table, path: &str) -> Result<Self, BadPath> {
        let mut hops = Vec::new();
        let mut at = table;
        let mut segments = path.split("__").peekable();
        while let Some(segment) = segments.next() {
            let last = segments.peek().is_none();
            if last && let Some(leaf) = leaf_of(at, segment) {
                return Self::of(hops, leaf).within_reach(table, path);
            }
            let unknown = || BadPath::Unknown {
                table: table.name,
                path: path.to_owned(),
                segment: segment.to_owned(),
            };
            if let Some((column, target)) = at.one(segment) {
                if last {
                    let leaf = Leaf::Column(column);
                    return Self::of(hops, leaf).within_reach(table, path);
                }
                at = tables.get(target).ok_or_else(unknown)?;
                hops.push(Hop::One {
                    column: column.name,
                    target: at,
                });
            } else if let Some(many) = at.many(segment) {
                at = tables.get(many.target()).ok_or_else(unknown)?;
                hops.push(Hop::Many { many, target: at });
                if last {
                    let leaf = at.column("id").map(Leaf::Column).ok_or_else(unknown)?;
                    return Self::of(hops, leaf).within_reach(table, path);
                }
            } else {
                return Err(unknown());
            }
        }
        Err(BadPath::Unknown {
            table: table.name,
            path: path.to_owned(),
            segment: String::new(),
        })
    }

    fn of(hops: Vec<Hop>, leaf: Leaf) -> Self {
        let seen = hops.iter().map(|_| None).collect();
        Self {
            hops,
            leaf,
            seen,
            counted: None,
        }
    }

    /// The same path, over rows alone that `seen` tells the ids of. The id of what a row itself points at stays: it is a
    /// value of that row.
    #[must_use]
    pub fn over(mut self, seen: &dyn Fn(&'static Table) -> Option<SelectStatement>) -> Self {
        self.seen = self.hops.iter().map(|hop| seen(hop.target())).collect();
        self.counted = self.leaf.counts().and_then(seen);
        self
    }

    /// Each table on the way takes a name of its own, and there are only so many.
    fn within_reach(self, table: &'static Table, path: &str) -> Result<Self, BadPath> {
        let tables: usize = self.hops.iter().map(Hop::tables).sum();
        if tables > INNER.len() {
            return Err(BadPath::TooLong {
                table: table.name,
                path: path.to_owned(),
            });
        }
        Ok(self)
    }

    #[must_use]
    pub const fn leaf(&self) -> Leaf {
        self.leaf
    }

    /// Whether it stays in its own table.
    #[must_use]
    pub const fn is_own(&self) -> bool {
        self.hops.is_empty()
    }

    /// Whether it ends at this column of its own table.
    #[must_use]
    pub fn is_column(&self, name: &str) -> bool {
        self.is_own() && matches!(self.leaf, Leaf::Column(column) if column.name == name)
    }

    /// Whether it tells nothing of other rows than the one it starts from.
    #[must_use]
    pub const fn is_of_the_row_alone(&self) -> bool {
        self.is_own() && self.leaf.counts().is_none()
    }

    const fn end(&self) -> End<'_> {
        (self.leaf, self.counted.as_ref())
    }

    /// When it is one step to another table: the column it starts from, and that table.
    #[must_use]
    pub fn one_step(&self) -> Option<(&'static str, &'static Table)> {
        match self.hops.as_slice() {
            [Hop::One { column, target }] => Some((column, target)),
            _ => None,
        }
    }

    /// Whether its first step is the to-one relation kept in `column`.
    #[must_use]
    pub fn starts_from(&self, column: &str) -> bool {
        matches!(self.hops.first(), Some(Hop::One { column: own, .. }) if *own == column)
    }

    /// When the path is `<relation>` or `<relation>__id`: the relation's name.
    #[must_use]
    pub fn direct_relation(&self) -> Option<(&'static str, &'static Table)> {
        match (self.hops.as_slice(), self.leaf) {
            ([hop], Leaf::Column(column)) if column.name == hop.target().key.name => match hop {
                Hop::One { column, target } => {
                    Some((column.strip_suffix("_id").unwrap_or(column), target))
                }
                Hop::Many { many, target } => Some((many.name(), target)),
            },
            _ => None,
        }
    }

    /// The name of the column, relation or computed value that it begins with.
    #[must_use]
    pub fn first(&self) -> &'static str {
        let column = |name: &'static str, ty: Type| match ty {
            Type::Key(_) => name.strip_suffix("_id").unwrap_or(name),
            _ => name,
        };
        match (self.hops.first(), self.leaf) {
            (Some(Hop::One { column, .. }), _) => column.strip_suffix("_id").unwrap_or(column),
            (Some(Hop::Many { many, .. }), _) => many.name(),
            (None, Leaf::Column(leaf)) => column(leaf.name, leaf.ty),
            (None, Leaf::Virtual(value)) => value.name,
        }
    }

    /// The table of the rows whose ids it ends at; `None` where it ends at any other value.
    #[must_use]
    pub fn target(&self) -> Option<&'static str> {
        match (self.leaf, self.hops.last()) {
            (Leaf::Column(leaf), Some(hop)) if leaf.name == hop.target().key.name => {
                Some(hop.target().name)
            }
            (leaf, _) => match leaf.ty() {
                Type::Key(target) => Some(target),
                _ => None,
            },
        }
    }

    /// Whether it ends at the id of a row of that table.
    #[must_use]
    pub fn ends_at(&self, table: &Table) -> bool {
        let key = matches!(self.leaf, Leaf::Column(column) if column.name == table.key.name);
        key && self
            .hops
            .last()
            .is_some_and(|hop| hop.target().name == table.name)
    }

    /// Whether the first step leads to rows that point back here.
    #[must_use]
    pub fn leads_to_children(&self) -> bool {
        matches!(
            self.hops.first(),
            Some(Hop::Many {
                many: Many::Back { .. },
                ..
            })
        )
    }

    /// The condition that some value at the end of the path passes `test`.
    pub fn some(&self, test: &dyn Fn(Expr) -> Expr) -> Expr {
        some((&self.hops, &self.seen), self.end(), ROW, 0, test)
    }

    /// The condition that there is nothing at the end of the path.
    #[must_use]
    pub fn none(&self) -> Expr {
        match self.hops.as_slice() {
            [] => self.scalar(ROW).is_null(),
            [.., _] if self.is_to_many() => self.there().not(),
            _ => self.scalar(ROW).is_null(),
        }
    }

    /// The condition that there is something at the end of the path.
    #[must_use]
    pub fn there(&self) -> Expr {
        if self.is_to_many() {
            self.some(&ExprTrait::is_not_null)
        } else {
            self.scalar(ROW).is_not_null()
        }
    }

    /// Whether a step leads to several rows.
    #[must_use]
    pub fn is_to_many(&self) -> bool {
        self.hops.iter().any(|hop| matches!(hop, Hop::Many { .. }))
    }

    /// The value at the end of a path of to-one steps, as a scalar.
    #[must_use]
    pub fn scalar(&self, alias: &'static str) -> Expr {
        scalar((&self.hops, &self.seen), self.end(), alias, 0)
    }
}

fn leaf_of(table: &'static Table, name: &str) -> Option<Leaf> {
    table
        .column(name)
        .map(Leaf::Column)
        .or_else(|| table.computed(name).map(Leaf::Virtual))
}

/// Hops, and what counts of what they lead to.
type Way<'a> = (&'a [Hop], &'a [Option<SelectStatement>]);

/// The first hop, what counts of it, and the rest.
fn ahead<'a>(way: Way<'a>) -> Option<(&'a Hop, Option<&'a SelectStatement>, Way<'a>)> {
    let (hop, hops) = way.0.split_first()?;
    let (seen, others) = way.1.split_first()?;
    Some((hop, seen.as_ref(), (hops, others)))
}

/// Limits rows to those whose id counts.
fn among(mut rows: SelectStatement, id: Expr, seen: Option<&SelectStatement>) -> SelectStatement {
    if let Some(seen) = seen {
        rows.and_where(id.in_subquery(seen.clone()));
    }
    rows
}

/// Every hop but a last one that only asks for the id becomes a semi-join.
fn some(
    way: Way<'_>,
    end: End<'_>,
    alias: &'static str,
    depth: usize,
    test: &dyn Fn(Expr) -> Expr,
) -> Expr {
    let Some((hop, seen, rest)) = ahead(way) else {
        return test(end.0.expr_among(alias, end.1));
    };
    let id = hop.target().key.name;
    let only_id = rest.0.is_empty() && matches!(end.0, Leaf::Column(column) if column.name == id);
    let inner = INNER[depth];
    let rows = |column: &'static str| -> SelectStatement {
        let rows = Query::select()
            .column((inner, column))
            .from_as(hop.target().name, inner)
            .and_where(some(rest, end, inner, depth + 1, test))
            .take();
        among(rows, Expr::col((inner, id)), seen)
    };
    match hop {
        Hop::One { column, .. } => {
            let key = Expr::col((alias, *column));
            if only_id {
                test(key)
            } else {
                key.in_subquery(rows("id"))
            }
        }
        Hop::Many { many, .. } => {
            let own_id = Expr::col((alias, "id"));
            match many {
                Many::Link {
                    table, own, other, ..
                } => {
                    let link = Expr::col((inner, *other));
                    let condition = if only_id {
                        test(link.clone())
                    } else {
                        let far = INNER[depth + 1];
                        link.clone().in_subquery(
                            Query::select()
                                .column((far, id))
                                .from_as(hop.target().name, far)
                                .and_where(some(rest, end, far, depth + 2, test))
                                .take(),
                        )
                    };
                    let rows = Query::select()
                        .column((inner, *own))
                        .from_as(*table, inner)
                        .and_where(condition)
                        .take();
                    own_id.in_subquery(among(rows, link, seen))
                }
                Many::Back { column, .. } => {
                    let mut rows = rows(column);
                    rows.and_where(Expr::col((inner, *column)).is_not_null());
                    own_id.in_subquery(rows)
                }
            }
        }
    }
}

fn scalar(way: Way<'_>, end: End<'_>, alias: &'static str, depth: usize) -> Expr {
    let Some((Hop::One { column, target }, seen, rest)) = ahead(way) else {
        return end.0.expr_among(alias, end.1);
    };
    if rest.0.is_empty() && matches!(end.0, Leaf::Column(column) if column.name == "id") {
        return Expr::col((alias, *column));
    }
    let inner = INNER[depth];
    let select = Query::select()
        .expr(scalar(rest, end, inner, depth + 1))
        .from_as(target.name, inner)
        .and_where(Expr::col((inner, "id")).equals((alias, *column)))
        .take();
    let select = among(select, Expr::col((inner, "id")), seen);
    Expr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(select)))
}
