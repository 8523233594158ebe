//! What a deployment would reach, before it is saved.

use std::collections::{BTreeMap, HashMap};

use migasfree_server_db::json_ids;
use migasfree_server_entity::{
    action::{Answer, Call},
    context::Context,
    error::RestError,
    read, value,
};
use migasfree_types::rest::deployment::{DayReach, DeploymentPreview};
use sea_query::{Expr, ExprTrait, Query, SelectStatement};
use time::Date;

use super::rules::schedule::{Delay, opens_on};
use crate::sight;
use crate::sight::PRODUCTIVE;

/// What is being planned.
struct Plan {
    project: i64,
    domain: Option<i64>,
    included: Vec<i64>,
    excluded: Vec<i64>,
    schedule: Option<i64>,
    start: Date,
}

/// Counts the computers a planned deployment would reach: now, in all, and by each day.
///
/// # Errors
/// For missing or malformed members.
pub async fn answer(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let plan = seen(context, planned(&call)?).await?;
    let mut opens: HashMap<i64, Date> = HashMap::new();
    if !plan.included.is_empty() {
        for computer in included(context, &plan).await? {
            opens.insert(computer, plan.start);
        }
    }
    let by_attribute = opens.len() as u64;
    if let Some(schedule) = plan.schedule {
        for (delay, computer) in delayed(context, &plan, schedule).await? {
            let day = opens_on(plan.start, delay, computer);
            opens
                .entry(computer)
                .and_modify(|known| *known = Ord::min(day, *known))
                .or_insert(day);
        }
    }
    Answer::of(&DeploymentPreview {
        computers_included: by_attribute,
        ..summed_up(&opens, context.today())
    })
}

fn planned(call: &Call) -> Result<Plan, RestError> {
    let optional = |name: &str| match call.body.get(name) {
        Some(value) if !value.is_null() && value.as_str() != Some("") => {
            call.body.id(name).map(Some)
        }
        _ => Ok(None),
    };
    let list = |name: &str| match call.body.get(name) {
        Some(value) => value::id_list(value).map_err(|reason| RestError::refused(name, &reason)),
        None => Ok(Vec::new()),
    };
    let start = match call.body.text("start_date") {
        "" => call.context.today(),
        text => value::plausible_day(text)
            .map_err(|reason| RestError::refused("start_date", &reason))?,
    };
    Ok(Plan {
        project: call.body.id("project")?,
        domain: optional("domain")?,
        included: list("included_attributes")?,
        excluded: list("excluded_attributes")?,
        schedule: optional("schedule")?,
        start,
    })
}

/// The plan as far as the operator sees what it names: the rest is as if it were not there.
async fn seen(context: &Context, plan: Plan) -> Result<Plan, RestError> {
    let within = one(context, "core_domain", plan.domain).await?;
    let schedule = one(context, "core_schedule", plan.schedule).await?;
    let included = read::only_visible(context, "core_attribute", plan.included).await?;
    let excluded = read::only_visible(context, "core_attribute", plan.excluded).await?;
    // Of a hidden domain no computer is in question.
    let none = plan.domain.is_some() && within.is_none();
    Ok(Plan {
        included: if none { Vec::new() } else { included },
        excluded,
        schedule: schedule.filter(|_| !none),
        ..plan
    })
}

async fn one(
    context: &Context,
    table: &'static str,
    id: Option<i64>,
) -> Result<Option<i64>, RestError> {
    let seen = read::only_visible(context, table, id.into_iter().collect()).await?;
    Ok(seen.first().copied())
}

/// The computers in question: of the project, in use, visible, in the domain and not excluded.
fn candidates(context: &Context, plan: &Plan) -> SelectStatement {
    let id = || Expr::col(("c", "id"));
    let mut select = Query::select();
    select
        .from_as("client_computer", "c")
        .and_where(Expr::col(("c", "project_id")).eq(plan.project))
        .and_where(Expr::col(("c", "status")).is_in(PRODUCTIVE));
    if !plan.excluded.is_empty() {
        select.and_where(having(context, &plan.excluded).not());
    }
    if let Some(domain) = plan.domain {
        select.and_where(inside(|column| column.eq(domain)));
    }
    if let Some(visible) = sight::reachable(&context.operator) {
        select.and_where(id().in_subquery(visible));
    }
    select
}

/// The computer is in a domain that passes the test.
fn inside(test: impl Fn(Expr) -> Expr) -> Expr {
    let members = Query::select()
        .column(("m", "computer_id"))
        .from_as("client_computer_domain", "m")
        .and_where(test(Expr::col(("m", "domain_id"))))
        .take();
    Expr::col(("c", "id")).in_subquery(members)
}

/// The computer has one of the attributes, reported or as a tag.
fn having(context: &Context, attributes: &[i64]) -> Expr {
    let list = json_ids(attributes.iter().copied());
    let dialect = context.state.db.dialect();
    holding(|column| dialect.in_list(column, list.clone()))
}

fn holding(test: impl Fn(Expr) -> Expr) -> Expr {
    let id = || Expr::col(("c", "id"));
    let reported = Query::select()
        .column(("h", "computer_id"))
        .from_as("client_computer_sync_attributes", "h")
        .and_where(test(Expr::col(("h", "attribute_id"))))
        .take();
    let given = Query::select()
        .column(("g", "computer_id"))
        .from_as("client_computer_tags", "g")
        .and_where(test(Expr::col(("g", "serverattribute_id"))))
        .take();
    id().in_subquery(reported).or(id().in_subquery(given))
}

async fn included(context: &Context, plan: &Plan) -> Result<Vec<i64>, RestError> {
    let mut select = candidates(context, plan);
    select
        .column(("c", "id"))
        .and_where(having(context, &plan.included));
    let rows: Vec<(i64,)> = context.state.db.all_query(&select).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Each delay of the schedule with each computer it opens for.
async fn delayed(
    context: &Context,
    plan: &Plan,
    schedule: i64,
) -> Result<Vec<(Delay, i64)>, RestError> {
    // A look-up by both keys for each computer: a list of holders would be made anew for each of them.
    let held = |table: &'static str, column: &'static str| {
        let row = Query::select()
            .column(("s", "computer_id"))
            .from_as(table, "s")
            .and_where(Expr::col(("s", "computer_id")).equals(("c", "id")))
            .and_where(Expr::col(("s", column)).equals(("l", "attribute_id")))
            .take();
        Expr::exists(row)
    };
    let reached = held("client_computer_sync_attributes", "attribute_id")
        .or(held("client_computer_tags", "serverattribute_id"));
    let mut select = candidates(context, plan);
    select
        .distinct()
        .column(("d", "delay"))
        .column(("d", "duration"))
        .column(("c", "id"))
        .join_as(
            sea_query::JoinType::InnerJoin,
            "core_scheduledelay",
            "d",
            Expr::col(("d", "schedule_id")).eq(schedule),
        )
        .join_as(
            sea_query::JoinType::InnerJoin,
            "core_scheduledelay_attributes",
            "l",
            Expr::col(("l", "scheduledelay_id")).equals(("d", "id")),
        )
        .join_as(
            sea_query::JoinType::InnerJoin,
            "core_schedule",
            "y",
            Expr::col(("y", "id")).equals(("d", "schedule_id")),
        )
        .and_where(reached)
        .and_where(
            Expr::col(("y", "domain_id"))
                .is_null()
                .or(inside(|column| column.equals(("y", "domain_id")))),
        );
    let rows: Vec<(i64, i64, i64)> = context.state.db.all_query(&select).await?;
    Ok(rows
        .into_iter()
        .map(|(delay, duration, computer)| (Delay { delay, duration }, computer))
        .collect())
}

fn summed_up(opens: &HashMap<i64, Date>, today: Date) -> DeploymentPreview {
    let mut days: BTreeMap<Date, u64> = BTreeMap::new();
    for day in opens.values() {
        *days.entry(*day).or_default() += 1;
    }
    let mut reached = 0;
    let by_day = days
        .iter()
        .map(|(day, computers)| {
            reached += computers;
            DayReach {
                date: day.to_string(),
                computers: reached,
            }
        })
        .collect();
    DeploymentPreview {
        computers_now: days.range(..=today).map(|(_, computers)| computers).sum(),
        computers_total: opens.len() as u64,
        by_day,
        ..DeploymentPreview::default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use time::macros::date;

    use super::summed_up;

    #[test]
    fn the_reach_grows_day_by_day() {
        let opens = HashMap::from([
            (1, date!(2026 - 06 - 01)),
            (2, date!(2026 - 06 - 03)),
            (3, date!(2026 - 06 - 03)),
        ]);
        let preview = summed_up(&opens, date!(2026 - 06 - 02));
        assert_eq!((preview.computers_now, preview.computers_total), (1, 3));
        let days: Vec<_> = preview
            .by_day
            .iter()
            .map(|day| (day.date.as_str(), day.computers))
            .collect();
        assert_eq!(days, [("2026-06-01", 1), ("2026-06-03", 3)]);
    }
}
