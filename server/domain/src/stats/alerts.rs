//! Alerts: what is going on and what somebody has to look at.

use std::time::Duration;

use migasfree_server_db::{Ts, json_ids};
use migasfree_server_entity::{error::RestError, visibility};
use migasfree_types::message::Message;
use sea_query::{Expr, ExprTrait as _, Query};
use serde_json::{Value, json};

use super::counting::{
    CERTIFICATES, COMPUTER_KEYS, COMPUTERS, DEPLOYMENTS, ERRORS, FAULTS, NOTIFICATIONS,
    PACKAGE_SETS, PACKAGES, Reader, Source,
};
use super::deployments::day;
use crate::{
    audit::verifying,
    certificates::SOON,
    core::{
        permissions::VIEW_VERIFICATION,
        rules::schedule::{Delay, timeline},
        schedules::SCHEDULE_TABLE,
    },
    messages,
    repository::publish::Publish,
    services::{OfDomain as _, Services},
};

/// One alert; those without a result are left out.
struct Alert {
    text: Message,
    target: &'static str,
    level: &'static str,
    result: i64,
    model: &'static str,
    query: Value,
}

/// All that has a result, as far as the operator may view it.
///
/// # Errors
/// When the database fails.
pub async fn list(state: &Services, operator: &Reader) -> Result<Value, RestError> {
    let schedules = Schedules::of(state, operator).await?;
    let found = [
        no_room(state).await?,
        audit_broken(state, operator).await?,
        publishing(state, operator).await?,
        live(state, operator, true).await?,
        Some(Alert {
            text: messages::alert_schedules_active(),
            target: "server",
            level: "info",
            result: schedules.running,
            model: "deployments",
            query: json!({"enabled": true, "schedule": false, "percent__lt": 100}),
        }),
        orphan_packages(state, operator).await?,
        orphan_package_sets(state, operator).await?,
        certificates(state, operator).await?,
        notifications(state, operator).await?,
        live(state, operator, false).await?,
        Some(Alert {
            text: messages::alert_schedules_finished(),
            target: "server",
            level: "warning",
            result: schedules.finished,
            model: "deployments",
            query: json!({"enabled": true, "schedule": false, "percent__gte": 100}),
        }),
        faults(state, operator).await?,
        errors(state, operator).await?,
        contested_keys(state, operator).await?,
        pending_keys(state, operator).await?,
    ];
    let shown = found
        .into_iter()
        .flatten()
        .filter(|alert| alert.result > 0)
        .map(|alert| {
            json!({
                "msg": alert.text.text,
                "said": alert.text,
                "target": alert.target,
                "level": alert.level,
                "result": alert.result.to_string(),
                "api": {"model": alert.model, "query": alert.query},
            })
        });
    Ok(shown.collect())
}

/// The number, unless the operator may not view what is counted.
async fn number(
    state: &Services,
    operator: &Reader,
    source: &Source,
    condition: Expr,
) -> Result<Option<i64>, RestError> {
    if !source.is_open_to(operator) {
        return Ok(None);
    }
    source.count(&state.db, operator, condition).await.map(Some)
}

/// Nothing can be kept any more, not even a notification.
async fn no_room(state: &Services) -> Result<Option<Alert>, RestError> {
    let has_room = state.db.has_room().await?;
    Ok((!has_room).then(|| Alert {
        text: messages::alert_disk_full(),
        target: "server",
        level: "critical",
        result: 1,
        model: "notifications",
        query: json!({}),
    }))
}

/// Somebody changed the audit behind the server's back.
async fn audit_broken(state: &Services, operator: &Reader) -> Result<Option<Alert>, RestError> {
    if !operator.may(VIEW_VERIFICATION) {
        return Ok(None);
    }
    let verified = verifying::newest(&state.db).await?;
    let broken = verified.and_then(|verified| verified.found.broken);
    Ok(broken.map(|broken| Alert {
        text: messages::alert_audit_broken(),
        target: "server",
        level: "critical",
        result: 1,
        model: "audit",
        query: json!({"id_in": broken.id.to_string()}),
    }))
}

async fn publishing(state: &Services, operator: &Reader) -> Result<Option<Alert>, RestError> {
    let jobs: Vec<Publish> = state.jobs.unfinished().await?;
    let ids: Vec<i64> = jobs.iter().map(|job| job.deployment.into()).collect();
    let listed = json_ids(ids.iter().copied());
    let condition = state.db.dialect().in_list(Expr::col(("t", "id")), listed);
    let count = number(state, operator, &DEPLOYMENTS, condition).await?;
    let list = ids
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",");
    Ok(count.map(|result| Alert {
        text: messages::alert_publishing(),
        target: "server",
        level: "info",
        result,
        model: "deployments",
        query: json!({"id_in": list}),
    }))
}

/// Computers that synchronize now, or began and never ended.
async fn live(
    state: &Services,
    operator: &Reader,
    fresh: bool,
) -> Result<Option<Alert>, RestError> {
    let age = Duration::from_secs(u64::from(state.domain().settings.seconds_message_alert));
    let limit: Ts = state.clock.now() - age;
    let since = Expr::col("created_at");
    let condition = if fresh {
        since.gte(limit)
    } else {
        since.lt(limit)
    };
    let computers = Query::select()
        .column("computer_id")
        .from("client_message")
        .and_where(condition)
        .take();
    let condition = Expr::col(("t", "id")).in_subquery(computers);
    let count = number(state, operator, &COMPUTERS, condition).await?;
    let time = json!(limit);
    Ok(count.map(|result| {
        if fresh {
            Alert {
                text: messages::alert_synchronizing(),
                target: "computer",
                level: "info",
                result,
                model: "messages",
                query: json!({"created_at__gte": time}),
            }
        } else {
            Alert {
                text: messages::alert_delayed(),
                target: "computer",
                level: "warning",
                result,
                model: "messages",
                query: json!({"created_at__lt": time}),
            }
        }
    }))
}

/// Packages with a file that no deployment and no package set offers.
pub(super) const ORPHAN_PACKAGE: &str = "t.store_id IS NOT NULL \
    AND NOT EXISTS (SELECT 1 FROM core_deployment_available_packages a WHERE a.package_id = t.id) \
    AND NOT EXISTS (SELECT 1 FROM core_packageset_packages a WHERE a.package_id = t.id)";

async fn orphan_packages(state: &Services, operator: &Reader) -> Result<Option<Alert>, RestError> {
    let count = number(state, operator, &PACKAGES, Expr::cust(ORPHAN_PACKAGE)).await?;
    Ok(count.map(|result| Alert {
        text: messages::alert_orphan_packages(),
        target: "server",
        level: "warning",
        result,
        model: "packages",
        query: json!({"deployment": true, "store": false, "packageset": true}),
    }))
}

async fn orphan_package_sets(
    state: &Services,
    operator: &Reader,
) -> Result<Option<Alert>, RestError> {
    let condition = Expr::cust(
        "EXISTS (SELECT 1 FROM core_packageset_packages a WHERE a.packageset_id = t.id) \
         AND NOT EXISTS (SELECT 1 FROM core_deployment_available_package_sets a WHERE a.packageset_id = t.id)",
    );
    let count = number(state, operator, &PACKAGE_SETS, condition).await?;
    Ok(count.map(|result| Alert {
        text: messages::alert_orphan_sets(),
        target: "server",
        level: "warning",
        result,
        model: "package_sets",
        query: json!({"deployment": true, "packages": false}),
    }))
}

/// Those that end soon, and whose holders have no other yet.
/// Certificates that end soon and have no successor.
pub(super) fn ending(now: Ts) -> Expr {
    let ends = || Expr::col(("t", "not_after"));
    Expr::cust("t.revoked_at IS NULL AND t.renewed_at IS NULL")
        .and(ends().gte(now))
        .and(ends().lt(now + SOON))
}

async fn certificates(state: &Services, operator: &Reader) -> Result<Option<Alert>, RestError> {
    let now = state.clock.now();
    let count = number(state, operator, &CERTIFICATES, ending(now)).await?;
    Ok(count.map(|result| Alert {
        text: messages::alert_certificates(),
        target: "server",
        level: "warning",
        result,
        model: "certificates",
        query: json!({
            "revoked_at__isnull": true,
            "renewed_at__isnull": true,
            "not_after__gte": now.rfc3339(),
            "not_after__lt": (now + SOON).rfc3339(),
        }),
    }))
}

async fn notifications(state: &Services, operator: &Reader) -> Result<Option<Alert>, RestError> {
    let count = number(state, operator, &NOTIFICATIONS, Expr::cust("NOT t.checked")).await?;
    Ok(count.map(|result| Alert {
        text: messages::alert_notifications(),
        target: "server",
        level: "warning",
        result,
        model: "notifications",
        query: json!({"checked": false}),
    }))
}

async fn faults(state: &Services, operator: &Reader) -> Result<Option<Alert>, RestError> {
    let condition = Expr::cust("NOT t.checked").and(
        Expr::cust(
            "NOT EXISTS (SELECT 1 FROM client_faultdefinition_users u \
             WHERE u.faultdefinition_id = t.fault_definition_id)",
        )
        .or(Expr::col(("t", "fault_definition_id")).in_subquery(
            Query::select()
                .column("faultdefinition_id")
                .from("client_faultdefinition_users")
                .and_where(Expr::col("userprofile_id").eq(operator.id.0))
                .take(),
        )),
    );
    let count = number(state, operator, &FAULTS, condition).await?;
    Ok(count.map(|result| Alert {
        text: messages::alert_faults(),
        target: "computer",
        level: "critical",
        result,
        model: "faults",
        query: json!({"checked": false, "user": "me"}),
    }))
}

async fn errors(state: &Services, operator: &Reader) -> Result<Option<Alert>, RestError> {
    let count = number(state, operator, &ERRORS, Expr::cust("NOT t.checked")).await?;
    Ok(count.map(|result| Alert {
        text: messages::alert_errors(),
        target: "computer",
        level: "critical",
        result,
        model: "errors",
        query: json!({"checked": false}),
    }))
}

/// Keys that claim what another one is, and about which nobody has decided, and those that two machines use.
pub(super) const CONTESTED_KEY: &str =
    "t.contested_at IS NOT NULL AND t.state IN ('pending', 'active', 'replaced')";
/// Keys that wait and claim nothing that another one is.
pub(super) const PENDING_KEY: &str = "t.state = 'pending' AND t.contested_at IS NULL";

async fn contested_keys(state: &Services, operator: &Reader) -> Result<Option<Alert>, RestError> {
    let count = number(state, operator, &COMPUTER_KEYS, Expr::cust(CONTESTED_KEY)).await?;
    Ok(count.map(|result| Alert {
        text: messages::alert_keys_contested(),
        target: "computer",
        level: "critical",
        result,
        model: "computer_keys",
        query: json!({"contested_at__isnull": false, "state__in": "pending,active,replaced"}),
    }))
}

async fn pending_keys(state: &Services, operator: &Reader) -> Result<Option<Alert>, RestError> {
    let count = number(state, operator, &COMPUTER_KEYS, Expr::cust(PENDING_KEY)).await?;
    Ok(count.map(|result| Alert {
        text: messages::alert_keys_pending(),
        target: "computer",
        level: "warning",
        result,
        model: "computer_keys",
        query: json!({"contested_at__isnull": true, "state": "pending"}),
    }))
}

/// Enabled deployments with a schedule: under way, or over.
#[derive(Debug, Default)]
pub(super) struct Schedules {
    pub running: i64,
    pub finished: i64,
    /// Number and name of the first that are over.
    pub finished_first: Vec<(i64, String)>,
}

impl Schedules {
    pub(super) async fn of(state: &Services, operator: &Reader) -> Result<Self, RestError> {
        let mut found = Self::default();
        if !DEPLOYMENTS.is_open_to(operator) {
            return Ok(found);
        }
        let mut select = DEPLOYMENTS.rows(operator)?;
        super::counting::Join::inner("y", "core_scheduledelay", "y.schedule_id = t.schedule_id")
            .apply(&mut select);
        if let Some(seen) = visibility::ids(&SCHEDULE_TABLE, operator.viewer()) {
            select.and_where(Expr::col(("t", "schedule_id")).in_subquery(seen));
        }
        select
            .columns([
                ("t", "id"),
                ("t", "name"),
                ("t", "start_date"),
                ("y", "delay"),
                ("y", "duration"),
            ])
            .and_where(Expr::cust("t.enabled"))
            .order_by(("t", "id"), sea_query::Order::Asc);
        let rows: Vec<(i64, String, String, i64, i64)> = state.db.all_query(&select).await?;
        let today = state
            .domain()
            .settings
            .clients
            .time_zone
            .date(state.clock.now());
        for same in rows.chunk_by(|a, b| a.0 == b.0) {
            let delays: Vec<Delay> = same
                .iter()
                .map(|row| Delay {
                    delay: row.3,
                    duration: row.4,
                })
                .collect();
            match timeline(day(&same[0].2, state), &delays, today) {
                Some(line) if line.percent >= 100 => {
                    found.finished += 1;
                    if found.finished_first.len() < super::attention::EXAMPLES {
                        found.finished_first.push((same[0].0, same[0].1.clone()));
                    }
                }
                Some(_) => found.running += 1,
                None => {}
            }
        }
        Ok(found)
    }
}
