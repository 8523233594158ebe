//! Everything that is declared, resolved once.

use std::collections::HashMap;

use sea_query::SelectStatement;

use super::{
    consequences::{self, Reference},
    entity::{Csv, Entity, Field, Mirror},
    filter::{self, BadFilter, Filter},
    order::{self, Key},
    path::{BadPath, Path},
    schema::{Loss, Many, Table},
    visibility::Sight,
};

/// The tables by name.
#[derive(Debug)]
pub struct Tables(HashMap<&'static str, &'static Table>);

impl Tables {
    fn of(declared: &Declared) -> Self {
        let of_entities = declared.entities.iter().map(|entity| entity.table);
        let all = of_entities.chain(declared.tables.iter().copied());
        Self(all.map(|table| (table.name, table)).collect())
    }

    /// The table of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'static Table> {
        self.0.get(name).copied()
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &'static Table> {
        self.0.values().copied()
    }
}

/// An entity with its paths resolved.
#[derive(Debug)]
pub struct Resource {
    pub entity: &'static Entity,
    pub filters: Vec<Filter>,
    pub search: Vec<Path>,
    pub order: Vec<Key>,
    /// What makes the rows of a proxy: a path and the values it must have.
    pub only: Vec<(Path, &'static str)>,
    /// What makes a row stand for another: the path, and what it is compared with.
    pub mirrors: Vec<(Path, &'static Mirror)>,
    pub csv: Vec<Field>,
}

impl Resource {
    /// The order of its lists, as it is declared.
    pub(crate) const fn order_names(&self) -> &'static [&'static str] {
        order_of(self.entity)
    }
}

/// A declaration that does not fit the tables.
#[derive(Debug, thiserror::Error)]
pub enum Misdeclared {
    #[error(transparent)]
    Path(#[from] BadPath),
    #[error("{route}: {source}")]
    Filter {
        route: &'static str,
        source: BadFilter,
    },
    #[error("{route}: the field {field:?} is neither a column nor a relation of {table}")]
    Field {
        route: &'static str,
        table: &'static str,
        field: &'static str,
    },
}

/// All entities and tables. A server is started with one, for as long as the program runs.
#[derive(Debug)]
pub struct Registry {
    pub tables: Tables,
    pub resources: Vec<Resource>,
    pub(crate) aimed: AimedAt,
    references: HashMap<&'static str, Vec<Reference>>,
}

/// The rows that a row of an entity is aimed at, if it is aimed at anything.
pub type AimedAt = fn(&Registry, &'static Entity, i64) -> Option<Aimed>;

/// What the floor above declares.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Entities; their tables come with them. Of those on one table the first stands for it.
    pub entities: Vec<&'static Entity>,
    /// Tables that have no entity of their own.
    pub tables: Vec<&'static Table>,
    /// What tells the rows that a row of an entity is aimed at.
    pub aimed: AimedAt,
}

/// Rows that something is aimed at.
#[derive(Debug)]
pub struct Aimed {
    /// Their table.
    pub table: &'static str,
    /// The filter that asks for them, as `app.name:id`.
    pub filter: &'static str,
    /// From the table as `t`, with no column yet.
    pub rows: SelectStatement,
}

impl Registry {
    /// Resolves declarations.
    ///
    /// # Errors
    /// When one of them names a table, column or relation that does not exist.
    pub fn build(declared: &Declared) -> Result<Self, Misdeclared> {
        let tables = Tables::of(declared);
        let resources = declared
            .entities
            .iter()
            .map(|entity| resolve(&tables, entity))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            references: consequences::references(&tables),
            tables,
            resources,
            aimed: declared.aimed,
        })
    }

    /// What points at a table.
    pub(crate) fn references_to(&self, table: &str) -> &[Reference] {
        self.references.get(table).map_or(&[], Vec::as_slice)
    }

    /// Rows that something left behind: there may be millions of them, and nobody knows one by its name.
    #[must_use]
    pub fn is_report(&self, table: &Table) -> bool {
        self.by_table(table.name).is_some_and(|resource| {
            let mut visible = resource.entity.visible.iter();
            visible.any(
                |sight| matches!(sight, Sight::Through(way, path) if way.left_by == Some(*path)),
            )
        })
    }

    /// The entity at a route.
    #[must_use]
    pub fn by_route(&self, route: &str) -> Option<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource.entity.route == route)
    }

    /// The entity that stands for a table: the first declared for it.
    #[must_use]
    pub fn by_table(&self, table: &str) -> Option<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource.entity.table.name == table)
    }

    /// The lists that follow what they name, with the entity that stands for the table of their rows.
    pub fn following(&self) -> impl Iterator<Item = (&Resource, &'static Many)> {
        self.lists(Many::follows)
    }

    /// The lists by which rows reach others: without what they name, those would be fewer or more; or they follow it.
    pub fn aiming(&self) -> impl Iterator<Item = (&Resource, &'static Many)> {
        self.lists(|many| many.follows() || matches!(many.loss(), Some(Loss::Fewer | Loss::More)))
    }

    fn lists(&self, chosen: fn(&Many) -> bool) -> impl Iterator<Item = (&Resource, &'static Many)> {
        let mut tables: Vec<&'static Table> = self.tables.all().collect();
        tables.sort_unstable_by_key(|table| table.name);
        tables
            .into_iter()
            .filter_map(move |table| Some((self.by_table(table.name)?, table)))
            .flat_map(move |(resource, table)| {
                let lists = table.links().filter(move |many| chosen(many));
                lists.map(move |many| (resource, many))
            })
    }

    /// The entities some of whose rows stand for others, one for each table.
    pub fn mirroring(&self) -> impl Iterator<Item = &Resource> {
        self.resources
            .iter()
            .filter(|resource| !resource.mirrors.is_empty() && resource.entity.only.is_empty())
    }

    /// The entity called `core.store`, a proxy under its own name.
    #[must_use]
    pub fn by_key(&self, key: &str) -> Option<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource.entity.key() == key)
    }
}

fn resolve(tables: &Tables, entity: &'static Entity) -> Result<Resource, Misdeclared> {
    let table = entity.table;
    for fields in [
        entity.list,
        entity.detail,
        entity.answer,
        entity.updated,
        entity.badge,
        &[entity.text],
    ] {
        check(tables, entity, table, fields)?;
    }
    let sights = entity.visible.iter().map(|sight| sight.path());
    for path in sights.chain(entity.belongs.paths().iter().copied()) {
        Path::resolve(tables, table, path)?;
    }
    Ok(Resource {
        entity,
        filters: filter::declared(tables, entity).map_err(|source| Misdeclared::Filter {
            route: entity.route,
            source,
        })?,
        search: paths(tables, table, entity.search)?,
        order: order::declared(tables, table, order_of(entity))?,
        only: entity
            .only
            .iter()
            .map(|(path, value)| Ok((Path::resolve(tables, table, path)?, *value)))
            .collect::<Result<_, BadPath>>()?,
        mirrors: entity
            .mirrors
            .iter()
            .map(|mirror| Ok((Path::resolve(tables, table, mirror.kind.0)?, mirror)))
            .collect::<Result<_, BadPath>>()?,
        csv: csv_fields(tables, entity)?,
    })
}

/// The order of an entity's lists, or of all lists of its table.
const fn order_of(entity: &'static Entity) -> &'static [&'static str] {
    if entity.order.is_empty() {
        entity.table.order
    } else {
        entity.order
    }
}

fn paths(tables: &Tables, table: &'static Table, names: &[&str]) -> Result<Vec<Path>, BadPath> {
    names
        .iter()
        .map(|name| Path::resolve(tables, table, name))
        .collect()
}

fn check(
    tables: &Tables,
    entity: &'static Entity,
    table: &'static Table,
    fields: &[Field],
) -> Result<(), Misdeclared> {
    for field in fields {
        let known = match field {
            Field::Column { column, .. } | Field::Label { column, .. } => {
                table.column(column).is_some() || table.computed(column).is_some()
            }
            Field::One {
                relation, shape, ..
            } => {
                let target = table
                    .one(relation)
                    .and_then(|(_, target)| tables.get(target));
                if let Some(target) = target {
                    check(tables, entity, target, shape.fields)?;
                }
                target.is_some_and(|target| target.name == shape.table)
            }
            Field::Many {
                relation, shape, ..
            } => {
                let target = table
                    .many(relation)
                    .and_then(|many| tables.get(many.target()));
                if let Some(target) = target {
                    check(tables, entity, target, shape.fields)?;
                }
                target.is_some_and(|target| target.name == shape.table)
            }
            Field::Ids { relation, .. } => table.many(relation).is_some(),
            Field::Path { path, .. } => Path::resolve(tables, table, path).is_ok(),
            Field::Made { from, .. } => {
                check(tables, entity, table, from)?;
                true
            }
        };
        if !known {
            return Err(Misdeclared::Field {
                route: entity.route,
                table: table.name,
                field: field.name(),
            });
        }
    }
    Ok(())
}

/// The columns of an export: what was declared, or every column and then the link fields.
fn csv_fields(tables: &Tables, entity: &'static Entity) -> Result<Vec<Field>, Misdeclared> {
    let table = entity.table;
    match entity.csv {
        Csv::Absent | Csv::Refused => Ok(Vec::new()),
        Csv::Everything => {
            let mut fields = vec![Field::Column {
                name: "id",
                column: "id",
            }];
            fields.extend(
                table
                    .columns
                    .iter()
                    .filter(|column| !column.secret)
                    .map(|column| Field::Column {
                        name: column.name.strip_suffix("_id").unwrap_or(column.name),
                        column: column.name,
                    }),
            );
            fields.extend(table.links().map(|many| Field::Ids {
                name: many.name(),
                relation: many.name(),
            }));
            Ok(fields)
        }
        Csv::Fields(fields) => {
            check(tables, entity, table, fields)?;
            Ok(fields.to_vec())
        }
        Csv::Columns(columns) => columns
            .iter()
            .map(|column| csv_field(tables, entity, column))
            .collect(),
    }
}

fn csv_field(
    tables: &Tables,
    entity: &'static Entity,
    column: &'static str,
) -> Result<Field, Misdeclared> {
    let table = entity.table;
    let (name, path) = column.split_once('=').unwrap_or((column, column));
    if let Some(shown) = entity
        .detail
        .iter()
        .find(|field| field.name() == path && matches!(field, Field::Made { .. }))
    {
        return Ok(shown.named(name));
    }
    if path == "__str__" {
        return Ok(entity.text.named(name));
    }
    if let Some(Many::Link { .. }) = table.many(path) {
        return Ok(Field::Ids {
            name,
            relation: path,
        });
    }
    Path::resolve(tables, table, path)?;
    Ok(Field::Path { name, path })
}
