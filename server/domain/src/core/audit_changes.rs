//! What a change was, in words: audit records keep ids, and people read names.

use std::collections::{BTreeMap, BTreeSet};

use migasfree_server_db::{args, json_ids, sql};
use migasfree_server_entity::{
    access,
    context::Context,
    error::RestError,
    json::Json,
    load, read,
    registry::{Registry, Resource},
    schema::{Table, Type},
};
use serde_json::{Map, Value};

/// Ids to be named, and their names, by table.
type Wanted = BTreeMap<&'static str, BTreeSet<i64>>;
type Names = BTreeMap<(&'static str, i64), String>;

/// Fills the member `changes` of audit records: each member that differs, with names in place of ids.
///
/// # Errors
/// When the database fails.
pub async fn describe(context: &Context, rows: &mut [Json]) -> Result<(), RestError> {
    let found: Vec<Vec<Difference>> = rows
        .iter()
        .map(|row| differences(context.registry(), row))
        .collect();
    let mut wanted = Wanted::new();
    for difference in found.iter().flatten() {
        if let Some(target) = difference.target {
            let ids = wanted.entry(target).or_default();
            ids.extend(numbers(&difference.before));
            ids.extend(numbers(&difference.after));
        }
    }
    let mut names = Names::new();
    for (table, ids) in wanted {
        name(context, table, ids, &mut names).await?;
    }
    for (row, differences) in rows.iter_mut().zip(found) {
        let told = differences.iter().map(|one| one.told(&names)).collect();
        if let Json::Object(members) = row
            && let Some((_, changes)) = members.iter_mut().find(|(name, _)| *name == "changes")
        {
            *changes = Json::List(told);
        }
    }
    Ok(())
}

/// A member that differs.
struct Difference {
    member: String,
    before: Value,
    after: Value,
    /// The table whose ids it holds.
    target: Option<&'static str>,
    ty: Option<Type>,
}

impl Difference {
    fn told(&self, names: &Names) -> Json {
        Json::Object(vec![
            ("member", Json::text(&self.member)),
            ("before", Json::Document(self.shown(&self.before, names))),
            ("after", Json::Document(self.shown(&self.after, names))),
        ])
    }

    fn shown(&self, value: &Value, names: &Names) -> Value {
        match (value, self.target, self.ty) {
            (Value::Array(list), ..) => list.iter().map(|one| self.shown(one, names)).collect(),
            (Value::Number(number), Some(target), _) => {
                let id = number.as_i64().unwrap_or_default();
                let name = names.get(&(target, id));
                name.cloned().unwrap_or_else(|| format!("#{id}")).into()
            }
            (Value::String(text), _, Some(Type::Choice(choices))) => {
                let choice = choices.iter().find(|(stored, _)| stored == text);
                choice.map_or_else(|| value.clone(), |(_, label)| Value::from(*label))
            }
            (Value::Number(number), _, Some(Type::IntChoice(choices))) => {
                let choice = choices
                    .iter()
                    .find(|(stored, _)| Some(*stored) == number.as_i64());
                choice.map_or_else(|| value.clone(), |(_, label)| Value::from(*label))
            }
            _ => value.clone(),
        }
    }
}

fn numbers(value: &Value) -> Vec<i64> {
    match value {
        Value::Array(list) => list.iter().flat_map(numbers).collect(),
        other => other.as_i64().into_iter().collect(),
    }
}

fn differences(registry: &Registry, row: &Json) -> Vec<Difference> {
    let nothing = Map::new();
    let members = |name| match row.get(name) {
        Json::Document(Value::Object(members)) => members.clone(),
        _ => nothing.clone(),
    };
    let (before, after) = (members("before"), members("after"));
    let table = registry
        .by_key(row.get("entity").as_text())
        .map(|resource| resource.entity.table);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value =
        |members: &Map<String, Value>, name: &str| members.get(name).cloned().unwrap_or_default();
    let mut differences = Vec::new();
    for name in names {
        let (before, after) = (value(&before, name), value(&after, name));
        if before == after || is_empty(&before) && is_empty(&after) {
            continue;
        }
        // Some name the column, some the relation that it is.
        let column = table.and_then(|table| {
            let relation = || table.one(name).map(|(column, _)| column);
            table.column(name).or_else(relation)
        });
        let target = match column.map(|column| column.ty) {
            Some(Type::Key(target)) => Some(target),
            Some(_) => None,
            None => many_target(registry, table, name),
        };
        let member = match column.map(|column| column.ty) {
            Some(Type::Key(_)) => name.strip_suffix("_id").unwrap_or(name),
            _ => name,
        };
        differences.push(Difference {
            member: member.to_owned(),
            before,
            after,
            target,
            ty: column.map(|column| column.ty),
        });
    }
    differences
}

/// The table that a list of ids means: that of the relation, or of the entity that is called like it.
fn many_target(
    registry: &Registry,
    table: Option<&'static Table>,
    name: &str,
) -> Option<&'static str> {
    let many = table.and_then(|table| table.many(name));
    let other = || registry.by_route(name).map(|other| other.entity.table.name);
    many.map(|many| many.target()).or_else(other)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// Names rows as far as the reader may see them; those that are gone by what they were called when they went.
async fn name(
    context: &Context,
    table: &'static str,
    ids: BTreeSet<i64>,
    names: &mut Names,
) -> Result<(), RestError> {
    let Some(resource) = context.registry().by_table(table) else {
        return Ok(());
    };
    let entity = resource.entity;
    if !access::sees(&context.operator, entity) {
        return Ok(());
    }
    let seen = read::only_visible(context, table, ids.iter().copied().collect()).await?;
    let fields = std::slice::from_ref(&entity.text);
    let reading = context.reading();
    let rows =
        load::load_in_order(&mut context.source(), &reading, entity.table, fields, &seen).await?;
    for (id, row) in seen.iter().zip(rows) {
        let text = row.get(entity.text.name()).as_text().to_owned();
        names.insert((table, *id), text);
    }
    if !context.operator.is_limited() {
        let open = ids
            .into_iter()
            .filter(|id| !names.contains_key(&(table, *id)));
        for (id, text) in gone(context, resource, open.collect()).await? {
            names.insert((table, id), text);
        }
    }
    Ok(())
}

async fn gone(
    context: &Context,
    resource: &Resource,
    ids: Vec<i64>,
) -> Result<Vec<(i64, String)>, RestError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let entities: Vec<String> = context
        .registry()
        .resources
        .iter()
        .filter(|other| other.entity.table.name == resource.entity.table.name)
        .map(|other| other.entity.key())
        .collect();
    let rows = context.state.db.all(
        sql!(
            "SELECT object_id, object_text FROM audit_record WHERE action = 'delete' AND object_id IN ",
            ids(1),
            " AND entity IN ",
            texts(2),
            " ORDER BY id"
        ),
        args![json_ids(ids), Value::from(entities).to_string()],
    );
    Ok(rows.await?)
}
