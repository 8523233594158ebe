//! Declarations as schemas.

use std::collections::BTreeMap;

use migasfree_server_entity::{
    entity::{Entity, Field, Like, Shape, Write},
    path::Path,
    registry::Registry,
    schema::{Table, Type},
};
use serde_json::Value;
use utoipa::openapi::{
    KnownFormat, Ref, RefOr, Schema, SchemaFormat,
    schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, OneOfBuilder, SchemaType, Type as Json},
};

use super::taken::written;

type Any = RefOr<Schema>;

/// Named schemas, each once, of what is declared.
pub struct Schemas {
    pub named: BTreeMap<String, Any>,
    registry: &'static Registry,
}

/// A reference to a named schema.
pub fn reference(name: &str) -> Any {
    RefOr::Ref(Ref::from_schema_name(name))
}

/// A list of something.
pub fn list(items: Any) -> Any {
    ArrayBuilder::new().items(items).build().into()
}

/// Something, or null.
fn or_null(schema: Any) -> Any {
    let null = ObjectBuilder::new().schema_type(SchemaType::Type(Json::Null));
    OneOfBuilder::new().item(schema).item(null.build()).into()
}

/// An object with these members, all of which are there.
pub fn members(members: &[(&str, Like)]) -> Any {
    let mut schema = object(Json::Object, false);
    for (name, kind) in members {
        schema = schema.property(*name, like(*kind)).required(*name);
    }
    schema.build().into()
}

/// What a refused call answers: `Error` with a sentence and a stable code; `Refused` where values may be the reason:
/// their names with the reasons, of which `code` may be one, a sentence, or the reason a file was not taken; `Problem`
/// what RFC 9457 has.
pub fn refusals() -> [(&'static str, Any); 3] {
    let problem = members(&[
        ("title", Like::Text),
        ("status", Like::Integer),
        ("detail", Like::Text),
        ("code", Like::Text),
    ]);
    let error = members(&[("detail", Like::Text), ("code", Like::Text)]);
    let upload = members(&[("error", Like::Text)]);
    let credentials = members(&[("non_field_errors", Like::Texts), ("code", Like::Text)]);
    let reasons = ArrayBuilder::new()
        .items(like(Like::Text))
        .min_items(Some(1));
    let reasons: Any = reasons.build().into();
    let fields = object(Json::Object, false).additional_properties(Some(reasons));
    let refused = AnyOfBuilder::new()
        .item(reference("Failure"))
        .item(fields.build())
        .item(credentials)
        .item(upload);
    [
        ("Failure", error),
        ("Problem", problem),
        ("Refused", Schema::AnyOf(refused.build()).into()),
    ]
}

fn object(ty: Json, null: bool) -> ObjectBuilder {
    let schema_type = if null {
        SchemaType::from_iter([ty, Json::Null])
    } else {
        SchemaType::Type(ty)
    };
    ObjectBuilder::new().schema_type(schema_type)
}

fn formatted(ty: Json, format: KnownFormat, null: bool) -> Any {
    object(ty, null)
        .format(Some(SchemaFormat::KnownFormat(format)))
        .build()
        .into()
}

/// What a column holds.
pub fn of_type(ty: Type, null: bool) -> Any {
    match ty {
        Type::Key(_) | Type::Int => formatted(Json::Integer, KnownFormat::Int64, null),
        Type::IntChoice(choices) => {
            let values = choices.iter().map(|(value, _)| Value::from(*value));
            one_of(Json::Integer, values, null)
        }
        Type::Float => formatted(Json::Number, KnownFormat::Double, null),
        Type::Bool => object(Json::Boolean, null).build().into(),
        Type::Text(max) => object(Json::String, null)
            .max_length(Some(max))
            .build()
            .into(),
        Type::LongText => object(Json::String, null).build().into(),
        Type::Choice(choices) => {
            let values = choices.iter().map(|(value, _)| Value::from(*value));
            one_of(Json::String, values, null)
        }
        Type::Lines => list(object(Json::String, false).build().into()),
        Type::Time => formatted(Json::String, KnownFormat::DateTime, null),
        Type::Date => formatted(Json::String, KnownFormat::Date, null),
        Type::Json => object(Json::Object, null).build().into(),
    }
}

/// One of these values.
fn one_of(kind: Json, values: impl Iterator<Item = Value>, null: bool) -> Any {
    let values = values.chain(null.then_some(Value::Null));
    object(kind, null).enum_values(Some(values)).build().into()
}

/// A text of this pattern.
pub fn spelled(pattern: &str) -> Any {
    object(Json::String, false)
        .pattern(Some(pattern))
        .build()
        .into()
}

/// A value of this kind in an address, where another one is taken for none.
pub fn ignored(kind: Json) -> Any {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([kind, Json::String]))
        .build()
        .into()
}

fn anything() -> Any {
    ObjectBuilder::new()
        .schema_type(SchemaType::AnyValue)
        .build()
        .into()
}

/// What a made value or an extra member looks like.
pub fn like(like: Like) -> Any {
    match like {
        Like::Text => object(Json::String, false).build().into(),
        Like::Note | Like::Uri => object(Json::String, true).build().into(),
        Like::Integer => formatted(Json::Integer, KnownFormat::Int64, false),
        Like::Key => formatted(Json::Integer, KnownFormat::Int64, true),
        Like::Number => formatted(Json::Number, KnownFormat::Double, false),
        Like::Boolean => object(Json::Boolean, false).build().into(),
        Like::Object => object(Json::Object, true).build().into(),
        Like::Texts => list(object(Json::String, false).build().into()),
        Like::Objects => list(object(Json::Object, true).build().into()),
        Like::Ids => list(formatted(Json::Integer, KnownFormat::Int64, false)),
        Like::Pairs => list(list(anything())),
        Like::Anything => anything(),
        Like::File => formatted(Json::String, KnownFormat::Binary, false),
    }
}

impl Schemas {
    /// None yet.
    pub const fn new(registry: &'static Registry) -> Self {
        Self {
            named: BTreeMap::new(),
            registry,
        }
    }

    /// A shape under a name.
    pub fn shape(&mut self, name: &str, table: &'static Table, fields: &[Field]) -> Any {
        if !self.named.contains_key(name) {
            self.named
                .insert(name.to_owned(), object(Json::Object, false).build().into());
            let mut schema = object(Json::Object, false);
            for field in fields {
                schema = schema
                    .property(field.name(), self.field(table, field))
                    .required(field.name());
            }
            self.named.insert(name.to_owned(), schema.build().into());
        }
        reference(name)
    }

    fn fragment(&mut self, shape: &'static Shape) -> Any {
        match self.registry.tables.get(shape.table) {
            Some(table) => self.shape(shape.name, table, shape.fields),
            None => object(Json::Object, true).build().into(),
        }
    }

    /// One object that is shown with another: it may be hidden from who reads.
    fn one(&mut self, shape: &'static Shape) -> Any {
        let fragment = self.fragment(shape);
        if let Some(RefOr::T(Schema::Object(known))) = self.named.get_mut(shape.name) {
            known
                .properties
                .entry("hidden".to_owned())
                .or_insert_with(|| like(Like::Boolean));
        }
        fragment
    }

    fn field(&mut self, table: &'static Table, field: &Field) -> Any {
        let tables = &self.registry.tables;
        let at_end = |path: &str| {
            Path::resolve(tables, table, path).map_or_else(
                |_| like(Like::Text),
                |path| of_type(path.leaf().ty(), path.leaf().null()),
            )
        };
        match field {
            Field::Column { column, .. } => at_end(column),
            Field::Path { path, .. } => at_end(path),
            Field::Label { .. } => like(Like::Text),
            Field::One {
                relation, shape, ..
            } => {
                let fragment = self.one(shape);
                match table.one(relation) {
                    Some((column, _)) if column.null => or_null(fragment),
                    _ => fragment,
                }
            }
            Field::Many { shape, .. } => list(self.fragment(shape)),
            Field::Ids { .. } => like(Like::Ids),
            Field::Made { like: kind, .. } => like(*kind),
        }
    }

    /// What may be written, under a name; with `partial` nothing is required.
    pub fn writes(&mut self, name: &str, entity: &Entity, writes: &[Write], partial: bool) -> Any {
        let mut schema = object(Json::Object, false);
        for write in writes {
            schema = schema.property(write.name, written(entity.table, write, partial));
            if write.required && !partial {
                schema = schema.required(write.name);
            }
        }
        self.named.insert(name.to_owned(), schema.build().into());
        reference(name)
    }

    /// A page of a shape.
    pub fn page(&mut self, name: &str, item: Any) -> Any {
        let page = object(Json::Object, false)
            .property("count", like(Like::Integer))
            .property("next", object(Json::String, true).build())
            .property("previous", object(Json::String, true).build())
            .property("results", list(item))
            .required("count")
            .required("next")
            .required("previous")
            .required("results");
        self.named.insert(name.to_owned(), page.build().into());
        reference(name)
    }
}
