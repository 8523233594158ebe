//! Pies and rings: one declaration becomes one grouped count.

use migasfree_server_db::Row;
use migasfree_server_entity::error::RestError;
use sea_query::{Expr, SelectStatement};
use serde_json::{Map, Value, json};

use super::counting::{Join, Reader, Source, json_of};
use crate::services::Services;

/// What the parts of a pie or ring are called.
#[derive(Debug, Clone, Copy)]
pub(super) enum Label {
    /// A column.
    Column(&'static str),
    /// By the value of the key.
    Known(fn(&Value) -> &'static str),
}

/// One circle: parts by a key, which is also a filter of the list behind it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    /// The filter.
    pub field: &'static str,
    /// The key, as SQL.
    pub key: &'static str,
    pub label: Label,
    /// What the part without a key is called.
    pub none: &'static str,
}

impl Axis {
    pub(super) const fn by(field: &'static str, key: &'static str, name: &'static str) -> Self {
        Self {
            field,
            key,
            label: Label::Column(name),
            none: "",
        }
    }

    pub(super) const fn known(
        field: &'static str,
        key: &'static str,
        label: fn(&Value) -> &'static str,
    ) -> Self {
        Self {
            field,
            key,
            label: Label::Known(label),
            none: "",
        }
    }

    pub(super) const fn or(self, none: &'static str) -> Self {
        Self { none, ..self }
    }

    /// Adds key and name to a statement over these joins and to its groups.
    pub(super) fn select(&self, joins: &[Join], operator: &Reader, select: &mut SelectStatement) {
        let (name, told) = match self.label {
            Label::Column(name) => (name, Join::name(joins, operator, self.key, name)),
            Label::Known(_) => (self.key, Expr::cust(self.key)),
        };
        select.expr(Expr::cust(self.key)).expr(told);
        select.add_group_by([Expr::cust(self.key)]);
        if name != self.key {
            select.add_group_by([Expr::cust(name)]);
        }
    }

    /// Key and name, selected at `index` and after it.
    pub(super) fn part(&self, row: &Row, index: usize) -> (Value, String) {
        let key = json_of(row, index);
        let name = match self.label {
            _ if key.is_null() => self.none,
            Label::Column(_) => row.text(index + 1).unwrap_or_default(),
            Label::Known(label) => label(&key),
        };
        let name = name.to_owned();
        (key, name)
    }
}

/// A pie (one axis) or a ring (two).
#[derive(Debug, Clone, Copy)]
pub struct Breakdown {
    /// Its address below the statistics.
    pub path: &'static str,
    pub(super) title: Option<&'static str>,
    pub(super) source: Source,
    pub(super) joins: &'static [Join],
    /// A condition, as SQL.
    pub(super) only: Option<&'static str>,
    /// What is counted, as SQL, when not rows.
    pub(super) measure: Option<&'static str>,
    pub(super) inner: Axis,
    pub(super) outer: Option<Axis>,
}

impl Breakdown {
    /// Its parts, as far as the operator sees what is counted.
    ///
    /// # Errors
    /// When the operator may not view it or the database fails.
    pub async fn draw(&self, state: &Services, operator: &Reader) -> Result<Value, RestError> {
        let rows: Vec<Row> = state.db.all_query(&self.statement(operator)?).await?;
        Ok(self.answer(&rows))
    }

    pub(super) fn statement(&self, operator: &Reader) -> Result<SelectStatement, RestError> {
        let mut select = self.source.rows(operator)?;
        for join in self.joins {
            join.apply(&mut select);
        }
        if let Some(only) = self.only {
            select.and_where(Expr::cust(only));
        }
        self.inner.select(self.joins, operator, &mut select);
        if let Some(outer) = &self.outer {
            outer.select(self.joins, operator, &mut select);
        }
        select.expr(Expr::cust(self.measure.unwrap_or("COUNT(*)")));
        Ok(select)
    }

    pub(super) fn answer(&self, rows: &[Row]) -> Value {
        let mut inner = Parts::default();
        let mut outer = Parts::default();
        for row in rows {
            let value = row.int(row.len() - 1).unwrap_or_default();
            let (key, name) = self.inner.part(row, 0);
            inner.add(name, value, &[(self.inner.field, &key)]);
            if let Some(axis) = &self.outer {
                let (outer_key, outer_name) = axis.part(row, 2);
                outer.add(
                    outer_name,
                    value,
                    &[(self.inner.field, &key), (axis.field, &outer_key)],
                );
            }
        }
        inner.sort();
        outer.follow(&inner);
        let mut answer = Map::new();
        if let Some(title) = self.title {
            answer.insert("title".to_owned(), title.into());
        }
        answer.insert("total".to_owned(), inner.total().into());
        if self.outer.is_some() {
            answer.insert("inner".to_owned(), inner.into_json());
            answer.insert("outer".to_owned(), outer.into_json());
        } else {
            answer.insert("data".to_owned(), inner.into_json());
        }
        Value::Object(answer)
    }
}

/// Parts with name, value and filters; `group` is the key of the inner part.
#[derive(Debug, Default)]
pub(super) struct Parts(Vec<Part>);

#[derive(Debug)]
struct Part {
    group: Value,
    name: String,
    value: i64,
    filters: Map<String, Value>,
}

impl Parts {
    /// Adds to the part with these filters, the first of which is that of the inner part.
    pub(super) fn add(&mut self, name: String, value: i64, filters: &[(&str, &Value)]) {
        let group = filters
            .first()
            .map_or(Value::Null, |filter| filter.1.clone());
        let filters: Map<String, Value> = filters
            .iter()
            .map(|(field, key)| ((*field).to_owned(), (*key).clone()))
            .collect();
        let known = self
            .0
            .iter_mut()
            .find(|part| part.group == group && part.filters == filters);
        match known {
            Some(part) => part.value += value,
            None => self.0.push(Part {
                group,
                name,
                value,
                filters,
            }),
        }
    }

    /// Largest first.
    pub(super) fn sort(&mut self) {
        self.0
            .sort_by(|a, b| b.value.cmp(&a.value).then_with(|| a.name.cmp(&b.name)));
    }

    /// In the order of the inner parts, so that the circles lie over each other.
    fn follow(&mut self, inner: &Self) {
        self.sort();
        self.0
            .sort_by_key(|part| inner.0.iter().position(|other| other.group == part.group));
    }

    fn total(&self) -> i64 {
        self.0.iter().map(|part| part.value).sum()
    }

    pub(super) fn into_json(self) -> Value {
        let item = |part: Part| {
            let mut item = part.filters;
            item.insert("name".to_owned(), part.name.into());
            item.insert("value".to_owned(), part.value.into());
            Value::Object(item)
        };
        json!(self.0.into_iter().map(item).collect::<Vec<_>>())
    }
}
