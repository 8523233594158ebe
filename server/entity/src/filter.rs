//! Filters: declared in a compact notation, resolved to paths, turned into conditions.
//!
//! | Notation | Parameters |
//! |---|---|
//! | `name` | `name` |
//! | `id+in`, `name+ic` | `id` and `id__in`; `name` and `name__icontains` |
//! | `created_at:gte,lt` | only `created_at__gte` and `created_at__lt` |
//! | `store:null` | only `store__isnull` |
//! | `serial=node__serial:ic` | `serial`, applied to another path |

use std::borrow::Cow;

use futures_util::future::BoxFuture;
use migasfree_server_db::{Arg, Db, Dialect, Ts, json_ids, zone::Zone};
use sea_query::{Expr, ExprTrait, Func};

use super::{
    entity::{CustomFilter, Entity},
    error::RestError,
    params::Params,
    path::{BadPath, Path},
    registry::Tables,
    schema::Type,
    value::{self, Refused},
    visibility::{self, Viewer},
};

/// Characters of the longest text that is looked for: SQLite's patterns have an end.
pub const LONGEST: usize = 500;

/// Whether a text is too long to be looked for.
#[must_use]
pub fn is_too_long(text: &str) -> bool {
    text.chars().nth(LONGEST).is_some()
}

/// The condition that no row meets.
#[must_use]
pub fn nothing() -> Expr {
    Expr::cust("1 = 0")
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Equal,
    In,
    /// Substring without regard to case.
    Contains,
    /// Substring as written.
    ContainsExactly,
    IsNull,
    AtLeast,
    MoreThan,
    AtMost,
    LessThan,
}

impl Operation {
    fn read(word: &str) -> Option<(Self, &'static str)> {
        Some(match word {
            "in" => (Self::In, "__in"),
            "ic" => (Self::Contains, "__icontains"),
            "contains" => (Self::ContainsExactly, "__contains"),
            "null" => (Self::IsNull, "__isnull"),
            "gte" => (Self::AtLeast, "__gte"),
            "gt" => (Self::MoreThan, "__gt"),
            "lte" => (Self::AtMost, "__lte"),
            "lt" => (Self::LessThan, "__lt"),
            _ => return None,
        })
    }
}

/// A declaration that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BadFilter {
    #[error(transparent)]
    Path(#[from] BadPath),
    #[error("the filter {0:?} has an unknown operator")]
    Operator(String),
}

/// One parameter of a list.
#[derive(Debug, Clone)]
pub struct Filter {
    pub name: String,
    pub path: Path,
    pub operation: Operation,
}

/// Reads the declared filters of an entity.
///
/// # Errors
/// When a path does not exist or an operator is unknown.
pub fn declared(tables: &Tables, entity: &Entity) -> Result<Vec<Filter>, BadFilter> {
    let mut filters = Vec::new();
    for declaration in entity.filters {
        read(tables, entity, declaration, &mut filters)?;
    }
    Ok(filters)
}

fn read(
    tables: &Tables,
    entity: &Entity,
    declaration: &str,
    filters: &mut Vec<Filter>,
) -> Result<(), BadFilter> {
    let (alias, rest) = match declaration.split_once('=') {
        Some((alias, rest)) => (Some(alias), rest),
        None => (None, declaration),
    };
    let (path, exact, operators) = match rest.find(['+', ':']) {
        Some(at) => (&rest[..at], rest[at..].starts_with('+'), &rest[at + 1..]),
        None => (rest, true, ""),
    };
    let resolved = Path::resolve(tables, entity.table, path)?;
    if exact {
        filters.push(Filter {
            name: alias.unwrap_or(path).to_owned(),
            path: resolved.clone(),
            operation: Operation::Equal,
        });
    }
    for word in operators.split(',').filter(|word| !word.is_empty()) {
        let (operation, suffix) =
            Operation::read(word).ok_or_else(|| BadFilter::Operator(declaration.to_owned()))?;
        filters.push(Filter {
            name: match alias {
                Some(alias) => alias.to_owned(),
                None => format!("{path}{suffix}"),
            },
            path: resolved.clone(),
            operation,
        });
    }
    Ok(())
}

impl Filter {
    /// The same filter, for which nothing is there that is hidden from who reads.
    fn seen_by(&self, reader: Viewer<'_>) -> Cow<'_, Self> {
        if self.path.is_of_the_row_alone() || !reader.operator.is_limited() {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self {
            path: visibility::over_seen(self.path.clone(), reader),
            ..self.clone()
        })
    }

    /// The condition for the given parameters; `None` when the filter is not used.
    ///
    /// # Errors
    /// For values that the column cannot be compared with.
    pub fn condition(
        &self,
        params: &Params,
        dialect: Dialect,
        zone: &Zone,
    ) -> Result<Option<Expr>, Refused> {
        let ty = self.path.leaf().ty();
        if self.operation == Operation::In {
            let values = params.all(&self.name);
            if values.is_empty() {
                return Ok(None);
            }
            let values = values
                .into_iter()
                .map(|text| {
                    value::filtered(loose(ty), text, zone).map_err(|refused| match refused {
                        Refused::NotANumber => Refused::NotNumbers(text.to_owned()),
                        other => other,
                    })
                })
                .collect::<Result<Vec<_>, _>>()?;
            let values: Vec<Arg> = values.into_iter().flatten().collect();
            // Numbers and texts travel as one argument, everything else as one each.
            let one_each = !ty.is_integer() && !ty.is_text();
            if one_each && values.len() > value::MOST_VALUES {
                return Err(Refused::TooMany(value::MOST_VALUES));
            }
            return Ok(Some(
                self.path.some(&|column| one_of(column, &values, dialect)),
            ));
        }
        let Some(text) = params.get(&self.name) else {
            return Ok(None);
        };
        if self.operation == Operation::IsNull {
            return Ok(value::truth(text).map(|null| {
                if null {
                    self.path.none()
                } else {
                    self.path.there()
                }
            }));
        }
        if matches!(
            self.operation,
            Operation::Contains | Operation::ContainsExactly
        ) {
            if is_too_long(text) {
                return Err(Refused::TooLong(LONGEST));
            }
            return Ok(Some(self.path.some(&|column| match self.operation {
                Operation::Contains => contains(column, text, dialect),
                _ => contains_exactly(column, text, dialect),
            })));
        }
        let Some(bound) = value::filtered(ty, text, zone)? else {
            return Ok(None);
        };
        let is_no = matches!(bound, Arg::Bool(Some(false)));
        let bound = Expr::val(value::bound(bound));
        Ok(Some(self.path.some(&|column| match self.operation {
            Operation::AtLeast => column.gte(bound.clone()),
            Operation::MoreThan => column.gt(bound.clone()),
            Operation::AtMost => column.lte(bound.clone()),
            Operation::LessThan => column.lt(bound.clone()),
            // An index of the rows that say no is used only where the question is put like its own.
            _ if is_no => column.clone().not().and(column.eq(bound.clone())),
            _ => column.eq(bound.clone()),
        })))
    }
}

/// Whether only such rows are asked for as have a value in a column of their own, or only such as have none; `None` when
/// nothing of the kind is asked for.
#[must_use]
pub fn asks_for_a_value(
    filters: &[Filter],
    column: &str,
    params: &Params,
    dialect: Dialect,
    zone: &Zone,
) -> Option<bool> {
    let mut of_column = filters
        .iter()
        .filter(|filter| filter.path.is_column(column));
    of_column.find_map(|filter| match filter.operation {
        Operation::IsNull => params
            .get(&filter.name)
            .and_then(value::truth)
            .map(|none| !none),
        _ => match filter.condition(params, dialect, zone) {
            Ok(Some(_)) => Some(true),
            _ => None,
        },
    })
}

/// Numbers and texts travel as one argument, however long the list is.
fn one_of(column: Expr, values: &[Arg], dialect: Dialect) -> Expr {
    let numbers: Vec<i64> = values
        .iter()
        .filter_map(|value| match value {
            Arg::Int(number) => *number,
            _ => None,
        })
        .collect();
    let texts: Vec<&str> = values
        .iter()
        .filter_map(|value| match value {
            Arg::Text(text) => text.as_deref(),
            _ => None,
        })
        .collect();
    if numbers.len() == values.len() {
        dialect.in_list(column, json_ids(numbers))
    } else if texts.len() == values.len() {
        dialect.in_texts(column, &texts)
    } else {
        column.is_in(
            values
                .iter()
                .map(|value| Expr::val(value::bound(value.clone()))),
        )
    }
}

/// In a list of choices, unknown ones match nothing instead of being refused.
#[must_use]
pub const fn loose(ty: Type) -> Type {
    match ty {
        Type::Choice(_) => Type::LongText,
        Type::IntChoice(_) => Type::Int,
        other => other,
    }
}

/// Substring without regard to capitals. Nothing contains a text that is too long to be looked for.
#[must_use]
pub fn contains(column: Expr, text: &str, dialect: Dialect) -> Expr {
    if is_too_long(text) {
        nothing()
    } else {
        dialect.contains(column, text)
    }
}

fn contains_exactly(column: Expr, text: &str, dialect: Dialect) -> Expr {
    let find = match dialect {
        Dialect::Sqlite => "instr",
        Dialect::Postgres => "strpos",
    };
    Expr::expr(Func::cust(find).arg(column).arg(Expr::val(text))).gt(0)
}

/// What a filter without a path is given.
#[derive(Debug)]
pub struct FilterCall<'a> {
    pub db: &'a Db,
    pub text: &'a str,
    pub viewer: Viewer<'a>,
    pub now: Ts,
    pub zone: &'a Zone,
}

/// Finds the condition of a filter without a path; `None` means that it is ignored.
pub type Resolve = for<'a> fn(FilterCall<'a>) -> BoxFuture<'a, Result<Option<Expr>, RestError>>;

/// The conditions of all filters of an entity that were given.
///
/// # Errors
/// With every value that could not be used, under its parameter's name.
pub async fn conditions(
    filters: &[Filter],
    custom: &'static [CustomFilter],
    params: &Params,
    call: &FilterCall<'_>,
) -> Result<Vec<Expr>, RestError> {
    let mut conditions = Vec::new();
    let mut refused = Vec::new();
    for filter in filters.iter().filter(|filter| params.has(&filter.name)) {
        match filter
            .seen_by(call.viewer)
            .condition(params, call.db.dialect(), call.zone)
        {
            Ok(condition) => conditions.extend(condition),
            Err(reason) => refused.push((filter.name.clone(), reason.message())),
        }
    }
    for filter in custom {
        let Some(text) = params.get(filter.name) else {
            continue;
        };
        let call = FilterCall { text, ..*call };
        conditions.extend((filter.resolve)(call).await?);
    }
    if refused.is_empty() {
        Ok(conditions)
    } else {
        Err(RestError::fields(refused))
    }
}

/// The values a column may have, for conditions written in declarations.
///
/// # Errors
/// When the column cannot hold the value.
pub fn constant(path: &Path, text: &str) -> Result<Expr, Refused> {
    let values: Vec<Arg> = text
        .split(',')
        .map(|text| value::filtered(path.leaf().ty(), text, &Zone::utc()))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect();
    let values: Vec<Expr> = values
        .into_iter()
        .map(|value| Expr::val(value::bound(value)))
        .collect();
    Ok(path.some(&|column| column.is_in(values.clone())))
}
