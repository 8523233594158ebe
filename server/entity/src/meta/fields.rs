//! The members of rows: what of them is read, what may be written, and by which rules.

use migasfree_types::rest::meta::{Choice, Field, Filter, Kind};

use super::Teller;
use crate::{
    entity::{self, Entity, Like, Target, Write},
    metadata::{choices, label, usual},
    order,
    path::Path,
    registry::Resource,
    schema::{Column, Table, Type},
    validate::column_of,
};

impl Teller<'_> {
    pub(super) fn fields(&self, resource: &'static Resource, filters: &[Filter]) -> Vec<Field> {
        let entity = resource.entity;
        let read = entity.list_fields().iter().chain(entity.detail);
        let written = entity.write.iter().chain(entity.update_fields());
        let mut names: Vec<&'static str> = Vec::new();
        let all = read.map(entity::Field::name);
        for name in all.chain(written.map(|write| write.name)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let about = |name: &'static str| self.field(resource, name, filters);
        names.into_iter().map(about).collect()
    }

    fn field(&self, resource: &'static Resource, name: &'static str, filters: &[Filter]) -> Field {
        let entity = resource.entity;
        let is_it = |read: &&entity::Field| read.name() == name;
        let read = entity.detail.iter().chain(entity.list_fields()).find(is_it);
        let made = write_of(entity.write, name).filter(|_| entity.operations.contains('C'));
        let changed =
            write_of(entity.update_fields(), name).filter(|_| entity.operations.contains('U'));
        let mut field = Field {
            name: name.to_owned(),
            label: label(name),
            read_only: made.is_none() && changed.is_none(),
            write_only: read.is_none(),
            fixed: made.is_some() && changed.is_none(),
            sortable: order::is_own(entity.table, name),
            searchable: resource.search.iter().any(|path| path.first() == name),
            operators: filters
                .iter()
                .filter(|filter| filter.field.as_deref() == Some(name))
                .map(|filter| filter.operator)
                .collect(),
            ..Field::default()
        };
        field.operators.dedup();
        if let Some(read) = read {
            self.as_read(entity.table, read, &mut field);
        }
        if let Some(write) = made.or(changed) {
            self.as_written(entity, write, &mut field);
        }
        field
    }

    fn as_read(&self, table: &'static Table, read: &entity::Field, field: &mut Field) {
        match read {
            entity::Field::Column { column, .. } => self.at_end(table, column, field),
            entity::Field::Path { path, .. } => self.at_end(table, path, field),
            entity::Field::Label { .. } => field.kind = Kind::Text,
            entity::Field::One {
                relation, shape, ..
            } => {
                field.kind = Kind::One;
                field.null = table.one(relation).is_some_and(|(column, _)| column.null);
                field.target = self.target(shape.table);
            }
            entity::Field::Many { shape, .. } => {
                field.kind = Kind::Many;
                field.target = self.target(shape.table);
            }
            entity::Field::Ids { relation, .. } => {
                field.kind = Kind::Many;
                let target = table.many(relation).map(crate::schema::Many::target);
                field.target = target.and_then(|table| self.target(table));
            }
            entity::Field::Made { like: kind, .. } => field.kind = like(*kind),
        }
    }

    fn at_end(&self, table: &'static Table, path: &str, field: &mut Field) {
        let Ok(path) = Path::resolve(&self.registry.tables, table, path) else {
            return;
        };
        let leaf = path.leaf();
        field.kind = kind(leaf.ty());
        field.null = leaf.null();
        self.of_type(leaf.ty(), field);
    }

    fn as_written(&self, entity: &'static Entity, write: &Write, field: &mut Field) {
        field.required = write.required;
        if let Some((least, most)) = write.range {
            field.min_value = Some(least);
            field.max_value = Some(most);
        }
        match write.target {
            Target::Column => {
                if let Some(column) = column_of(entity.table, write.name) {
                    self.of_column(column, field);
                }
            }
            Target::Links => {
                field.kind = Kind::Many;
                let target = entity
                    .table
                    .many(write.name)
                    .map(crate::schema::Many::target);
                field.target = target.and_then(|table| self.target(table));
            }
            Target::Extra(kind) if field.write_only => field.kind = like(kind),
            Target::Extra(_) => {}
            Target::File => field.kind = Kind::File,
        }
        if write.mailbox {
            field.kind = Kind::Email;
        }
    }

    fn of_column(&self, column: &'static Column, field: &mut Field) {
        field.kind = kind(column.ty);
        field.null = column.null;
        field.default = usual(column).unwrap_or_default();
        self.of_type(column.ty, field);
    }

    fn of_type(&self, ty: Type, field: &mut Field) {
        field.choices = choices(ty)
            .map(|(value, label)| Choice {
                value,
                label: label.to_owned(),
            })
            .collect();
        match ty {
            Type::Text(most) => field.max_length = Some(most),
            Type::Key(target) => field.target = self.target(target),
            _ => {}
        }
    }
}

fn write_of(writes: &'static [Write], name: &str) -> Option<&'static Write> {
    writes.iter().find(|write| write.name == name)
}

/// What a column holds.
pub(super) const fn kind(ty: Type) -> Kind {
    match ty {
        Type::Key(_) => Kind::One,
        Type::Int => Kind::Integer,
        Type::Float => Kind::Number,
        Type::Bool => Kind::Boolean,
        Type::Text(_) => Kind::Text,
        Type::LongText => Kind::LongText,
        Type::Lines => Kind::Lines,
        Type::Choice(_) | Type::IntChoice(_) => Kind::Choice,
        Type::Time => Kind::Time,
        Type::Date => Kind::Date,
        Type::Json => Kind::Json,
    }
}

/// What a value is that no column says.
pub(super) const fn like(like: Like) -> Kind {
    match like {
        Like::Text | Like::Note | Like::Uri => Kind::Text,
        Like::Integer => Kind::Integer,
        Like::Key => Kind::One,
        Like::Number => Kind::Number,
        Like::Boolean => Kind::Boolean,
        Like::Texts => Kind::Lines,
        Like::Ids => Kind::Many,
        Like::File => Kind::File,
        Like::Object | Like::Objects | Like::Pairs | Like::Anything => Kind::Json,
    }
}
