//! What an administrator should look at, most urgent first.

use std::collections::BTreeMap;
use std::time::Duration;

use migasfree_server_db::{Ts, args, json_ids};
use migasfree_server_entity::{context::Context, error::RestError, load};
use migasfree_types::rest::{overview::Attention, reference::Ref};
use sea_query::{Expr, ExprTrait as _, Order, SelectStatement};

use super::alerts::{CONTESTED_KEY, ORPHAN_PACKAGE, PENDING_KEY, Schedules, ending};
use super::counting::{
    CERTIFICATES, COMPUTER_KEYS, COMPUTERS, DEPLOYMENTS, ERRORS, FAULTS, Join, PACKAGES,
    PRODUCTIVE, REQUESTS, Reader, SYNCHRONIZATIONS, Source, count_all,
};
use crate::{certificates::SOON, computers::computer, services::Services};

/// So many are named.
pub(super) const EXAMPLES: usize = 3;
const A_DAY: Duration = Duration::from_secs(86_400);
/// A computer in use that was not heard of for this long is silent.
pub(super) const SILENCE: Duration = Duration::from_secs(7 * 86_400);

const OF_COMPUTER: Join = Join::inner("c", "client_computer", "c.id = t.computer_id");
const OF_APPLICATION: Join = Join::inner("a", "app_catalog_application", "a.id = t.application_id");

/// A list of things: what to count, and how its parts are named.
struct Finding {
    code: &'static str,
    level: &'static str,
    entity: &'static str,
    source: Source,
    condition: Expr,
    query: Vec<(&'static str, String)>,
    /// Number and name of what is counted, as columns, and the table they come from.
    named: (&'static str, &'static str, Option<Join>),
}

impl Finding {
    async fn look(
        self,
        state: &Services,
        operator: &Reader,
    ) -> Result<Option<Attention>, RestError> {
        if !self.source.is_open_to(operator) {
            return Ok(None);
        }
        let count = self
            .source
            .count(&state.db, operator, self.condition.clone())
            .await?;
        if count == 0 {
            return Ok(None);
        }
        let rows: Vec<(i64, Option<String>)> =
            state.db.all_query(&self.examples(operator)?).await?;
        let mut examples: Vec<Ref> = rows
            .into_iter()
            .map(|(id, name)| Ref {
                id,
                name: name.unwrap_or_default(),
            })
            .collect();
        if self.names_computers() {
            call_computers(state, operator, &mut examples).await?;
        }
        Ok(Some(Attention {
            code: self.code.to_owned(),
            level: self.level.to_owned(),
            count: u64::try_from(count).unwrap_or(0),
            entity: self.entity.to_owned(),
            query: query(&self.query),
            examples,
        }))
    }

    fn names_computers(&self) -> bool {
        let (_, _, join) = self.named;
        let own = self.source.entity.table.name;
        join.map_or(own, |join| join.table) == computer::COMPUTERS.table.name
    }

    fn examples(&self, operator: &Reader) -> Result<SelectStatement, RestError> {
        let mut select = self.source.rows(operator)?;
        let (id, name, join) = self.named;
        let told = Join::name(join.as_slice(), operator, id, name);
        if let Some(join) = join {
            join.apply(&mut select);
        }
        select
            .expr(Expr::cust(id))
            .expr(told)
            .and_where(self.condition.clone())
            .add_group_by([Expr::cust(id), Expr::cust(name)])
            .order_by_expr(count_all(), Order::Desc)
            .order_by_expr(Expr::cust(id), Order::Asc)
            .limit(EXAMPLES as u64);
        Ok(select)
    }
}

/// Computers are called as they are everywhere.
async fn call_computers(
    state: &Services,
    operator: &Reader,
    computers: &mut [Ref],
) -> Result<(), RestError> {
    let context = Context::new(state.clone(), operator.operator.clone());
    let ids: Vec<i64> = computers.iter().map(|one| one.id).collect();
    let texts = load::load(
        &mut context.source(),
        &context.reading(),
        computer::COMPUTERS.table,
        std::slice::from_ref(&computer::COMPUTERS.text),
        &ids,
    )
    .await?;
    for one in computers {
        if let Some(row) = texts.get(&one.id) {
            let text = row.get(computer::COMPUTERS.text.name()).as_text();
            text.clone_into(&mut one.name);
        }
    }
    Ok(())
}

fn query(filters: &[(&str, String)]) -> BTreeMap<String, String> {
    filters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

/// Everything found.
pub(super) async fn list(state: &Services, operator: &Reader) -> Result<Vec<Attention>, RestError> {
    let now = state.clock.now();
    let mut found = Vec::new();
    found.extend(no_room(state).await?);
    for finding in findings(state, now).await? {
        found.extend(finding.look(state, operator).await?);
    }
    found.extend(finished_schedules(state, operator).await?);
    let urgency = |level: &str| match level {
        "critical" => 0,
        "warning" => 1,
        _ => 2,
    };
    found.sort_by_key(|attention| urgency(&attention.level));
    Ok(found)
}

/// Nothing can be kept any more; there is no list of what is lost.
async fn no_room(state: &Services) -> Result<Option<Attention>, RestError> {
    let has_room = state.db.has_room().await?;
    Ok((!has_room).then(|| Attention {
        code: "no_room".to_owned(),
        level: "critical".to_owned(),
        count: 1,
        ..Attention::default()
    }))
}

async fn findings(state: &Services, now: Ts) -> Result<Vec<Finding>, RestError> {
    let of_computer = ("c.id", "c.name", Some(OF_COMPUTER));
    let silent = now - SILENCE;
    let yesterday = now - A_DAY;
    let failed = failed_publications(state).await?;
    let failed_list = failed
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",");
    Ok(vec![
        Finding {
            code: "publication_failed",
            level: "critical",
            entity: "core.deployment",
            source: DEPLOYMENTS,
            condition: state
                .db
                .dialect()
                .in_list(Expr::col(("t", "id")), json_ids(failed)),
            query: vec![("id__in", failed_list)],
            named: ("t.id", "t.name", None),
        },
        Finding {
            code: "errors",
            level: "critical",
            entity: "client.error",
            source: ERRORS,
            condition: Expr::cust("NOT t.checked"),
            query: vec![("checked", "false".to_owned())],
            named: of_computer,
        },
        Finding {
            code: "faults",
            level: "critical",
            entity: "client.fault",
            source: FAULTS,
            condition: Expr::cust("NOT t.checked"),
            query: vec![("checked", "false".to_owned())],
            named: of_computer,
        },
        Finding {
            code: "synchronization_failed",
            level: "warning",
            entity: "client.synchronization",
            source: SYNCHRONIZATIONS,
            condition: Expr::cust("NOT t.pms_status_ok")
                .and(Expr::col(("t", "created_at")).gte(yesterday)),
            query: vec![
                ("pms_status_ok", "false".to_owned()),
                ("created_at__gte", yesterday.rfc3339()),
            ],
            named: of_computer,
        },
        Finding {
            code: "silent_computers",
            level: "warning",
            entity: "client.computer",
            source: COMPUTERS,
            condition: Expr::cust(PRODUCTIVE).and(Expr::col(("t", "sync_end_date")).lt(silent)),
            query: silent_query(silent),
            named: ("t.id", "t.name", None),
        },
        Finding {
            code: "contested_keys",
            level: "critical",
            entity: "client.computerkey",
            source: COMPUTER_KEYS,
            condition: Expr::cust(CONTESTED_KEY),
            query: vec![
                ("contested_at__isnull", "false".to_owned()),
                ("state__in", "pending,active,replaced".to_owned()),
            ],
            named: ("t.id", "t.name", None),
        },
        Finding {
            code: "pending_keys",
            level: "warning",
            entity: "client.computerkey",
            source: COMPUTER_KEYS,
            condition: Expr::cust(PENDING_KEY),
            query: vec![
                ("contested_at__isnull", "true".to_owned()),
                ("state", "pending".to_owned()),
            ],
            named: ("t.id", "t.name", None),
        },
        Finding {
            code: "certificates",
            level: "warning",
            entity: "core.certificate",
            source: CERTIFICATES,
            condition: ending(now),
            query: ending_query(now),
            named: ("t.id", "t.subject", None),
        },
        Finding {
            code: "application_requests",
            level: "info",
            entity: "app_catalog.applicationrequest",
            source: REQUESTS,
            condition: Expr::cust("t.state = 'pending'"),
            query: vec![("state", "pending".to_owned())],
            named: ("a.id", "a.name", Some(OF_APPLICATION)),
        },
        Finding {
            code: "orphan_packages",
            level: "info",
            entity: "core.package",
            source: PACKAGES,
            condition: Expr::cust(ORPHAN_PACKAGE),
            query: vec![
                ("deployment__isnull", "true".to_owned()),
                ("packageset__isnull", "true".to_owned()),
                ("store__isnull", "false".to_owned()),
            ],
            named: ("t.id", "t.fullname", None),
        },
    ])
}

/// Filters of the list of silent computers.
pub(super) fn silent_query(since: Ts) -> Vec<(&'static str, String)> {
    vec![
        ("status__in", "assigned,reserved,unknown".to_owned()),
        ("sync_end_date__lt", since.rfc3339()),
    ]
}

/// Filters of the list of certificates that end soon.
fn ending_query(now: Ts) -> Vec<(&'static str, String)> {
    vec![
        ("revoked_at__isnull", "true".to_owned()),
        ("renewed_at__isnull", "true".to_owned()),
        ("not_after__gte", now.rfc3339()),
        ("not_after__lt", (now + SOON).rfc3339()),
    ]
}

/// Deployments whose publications fail, until one works again.
async fn failed_publications(state: &Services) -> Result<Vec<i64>, RestError> {
    let rows: Vec<(i64,)> = state
        .db
        .all(
            "SELECT deployment_id FROM repository_publication WHERE failed_since IS NOT NULL \
             ORDER BY deployment_id",
            args![],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

async fn finished_schedules(
    state: &Services,
    operator: &Reader,
) -> Result<Option<Attention>, RestError> {
    let schedules = Schedules::of(state, operator).await?;
    let examples = schedules
        .finished_first
        .into_iter()
        .map(|(id, name)| Ref { id, name })
        .collect();
    let filters = [
        ("enabled", "true".to_owned()),
        ("schedule__isnull", "false".to_owned()),
        ("percent__gte", "100".to_owned()),
    ];
    Ok((schedules.finished > 0).then(|| Attention {
        code: "finished_schedules".to_owned(),
        level: "info".to_owned(),
        count: u64::try_from(schedules.finished).unwrap_or(0),
        entity: "core.deployment".to_owned(),
        query: query(&filters),
        examples,
    }))
}
