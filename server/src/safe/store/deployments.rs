//! Deployments available to computers.

use std::collections::{HashMap, HashSet};

use migasfree_server_db::{Args, Db, Result, args, json_ids, sql};
use serde_json::json;
use time::Date;
use time::macros::format_description;

use crate::core::rules::schedule::Delay;
use crate::core::rules::targeting::{Attributes, Audience, Decision, DelayRow, Target, decide};
use crate::ids::{AttributeId, ComputerId, DeploymentId, ProjectId};

/// A deployment that applies to a computer.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Deployment {
    pub(crate) id: DeploymentId,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) source: String,
    pub(crate) packages_to_install: Option<String>,
    pub(crate) packages_to_remove: Option<String>,
    pub(crate) default_preincluded_packages: Option<String>,
    pub(crate) default_included_packages: Option<String>,
    pub(crate) default_excluded_packages: Option<String>,
    start_date: String,
    scheduled: bool,
    included: Option<AttributeId>,
}

/// Whose attributes decide.
enum Whose<'a> {
    /// Those the computer has.
    Own,
    /// Those of a list of numbers.
    Listed(&'a str),
}

impl Whose<'_> {
    /// The arguments of a statement: `$3` lists attributes, `$4` is the computer whose own count as well.
    fn args(&self, project: ProjectId, computer: ComputerId) -> Args {
        let (listed, own) = match self {
            Self::Own => ("[]", Some(computer)),
            Self::Listed(listed) => (*listed, None),
        };
        args![project, computer, listed, own]
    }
}

/// The deployments of a project that a computer gets `today`, by name (8.4).
pub(crate) async fn of_computer(
    db: &Db,
    project: ProjectId,
    computer: ComputerId,
    today: Date,
) -> Result<Vec<Deployment>> {
    open_to(db, project, computer, &Whose::Own, today).await
}

/// The same for a computer with exactly `attributes`.
pub(crate) async fn available(
    db: &Db,
    project: ProjectId,
    computer: ComputerId,
    attributes: &Attributes,
    today: Date,
) -> Result<Vec<Deployment>> {
    if attributes.is_empty() {
        return Ok(Vec::new());
    }
    let listed = json_ids(attributes.iter().copied());
    open_to(db, project, computer, &Whose::Listed(&listed), today).await
}

/// The database leaves out whom a deployment is not meant for; [`decide`] knows the days.
async fn open_to(
    db: &Db,
    project: ProjectId,
    computer: ComputerId,
    whose: &Whose<'_>,
    today: Date,
) -> Result<Vec<Deployment>> {
    let statement = sql!(
        "WITH a AS (SELECT id FROM ",
        ids(3),
        " AS listed \
         UNION SELECT attribute_id FROM client_computer_sync_attributes WHERE computer_id = $4 \
         UNION SELECT serverattribute_id FROM client_computer_tags WHERE computer_id = $4) \
         SELECT d.id, d.name, d.slug, d.source, \
         d.packages_to_install, d.packages_to_remove, d.default_preincluded_packages, \
         d.default_included_packages, d.default_excluded_packages, d.start_date, \
         d.schedule_id IS NOT NULL AS scheduled, \
         (SELECT MIN(i.attribute_id) FROM core_deployment_included_attributes i \
         JOIN a ON a.id = i.attribute_id WHERE i.deployment_id = d.id) AS included \
         FROM core_deployment d WHERE d.project_id = $1 AND d.enabled \
         AND (EXISTS (SELECT 1 FROM core_deployment_included_attributes i \
         JOIN a ON a.id = i.attribute_id WHERE i.deployment_id = d.id) \
         OR EXISTS (SELECT 1 FROM core_scheduledelay s \
         JOIN core_schedule y ON y.id = s.schedule_id \
         AND (y.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
         WHERE m.computer_id = $2 AND m.domain_id = y.domain_id)) \
         JOIN core_scheduledelay_attributes l ON l.scheduledelay_id = s.id \
         JOIN a ON a.id = l.attribute_id WHERE s.schedule_id = d.schedule_id)) \
         AND NOT EXISTS (SELECT 1 FROM core_deployment_excluded_attributes e \
         JOIN a ON a.id = e.attribute_id WHERE e.deployment_id = d.id) \
         AND (d.domain_id IS NULL \
         OR (EXISTS (SELECT 1 FROM core_domain_included_attributes i \
         JOIN a ON a.id = i.attribute_id WHERE i.domain_id = d.domain_id) \
         AND NOT EXISTS (SELECT 1 FROM core_domain_excluded_attributes e \
         JOIN a ON a.id = e.attribute_id WHERE e.domain_id = d.domain_id)))"
    );
    let candidates: Vec<Deployment> = db.all(statement, whose.args(project, computer)).await?;
    let mut delays = match candidates.iter().any(|deployment| deployment.scheduled) {
        true => delays(db, project, computer, whose).await?,
        false => HashMap::new(),
    };
    let included = candidates.iter().filter_map(|candidate| candidate.included);
    let rows = delays.values().flatten();
    let scheduled = rows.flat_map(|row| row.attributes.iter().copied());
    let attributes: Attributes = included.chain(scheduled).collect();
    let mut available: Vec<Deployment> = candidates
        .into_iter()
        .filter(|deployment| {
            let schedule = delays.remove(&deployment.id).unwrap_or_default();
            let target = target(deployment, schedule);
            matches!(
                decide(&target, computer, &attributes, today),
                Decision::Applies(_)
            )
        })
        .collect();
    available.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(available)
}

/// Of `names`, those of packages that one of these deployments offers, itself or in a set.
pub(crate) async fn offering(
    db: &Db,
    deployments: impl Iterator<Item = DeploymentId>,
    names: &[&str],
) -> Result<HashSet<String>> {
    let rows: Vec<(String,)> = db
        .all(
            sql!(
                "SELECT DISTINCT k.name FROM core_package k WHERE k.store_id IS NOT NULL \
                 AND k.name IN ",
                texts(2),
                " AND k.id IN (SELECT a.package_id FROM core_deployment_available_packages a \
                 WHERE a.deployment_id IN ",
                ids(1),
                " UNION SELECT m.package_id FROM core_packageset_packages m \
                 JOIN core_deployment_available_package_sets s \
                 ON s.packageset_id = m.packageset_id WHERE s.deployment_id IN ",
                ids(1),
                ")"
            ),
            args![json_ids(deployments), json!(names).to_string()],
        )
        .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Rows of schedules that are open to one of the attributes, by deployment; of a schedule of a domain only
/// for computers in it.
async fn delays(
    db: &Db,
    project: ProjectId,
    computer: ComputerId,
    whose: &Whose<'_>,
) -> Result<HashMap<DeploymentId, Vec<DelayRow>>> {
    let statement = sql!(
        "WITH a AS (SELECT id FROM ",
        ids(3),
        " AS listed \
         UNION SELECT attribute_id FROM client_computer_sync_attributes WHERE computer_id = $4 \
         UNION SELECT serverattribute_id FROM client_computer_tags WHERE computer_id = $4) \
         SELECT d.id, s.delay, s.duration, MIN(l.attribute_id) FROM core_deployment d \
         JOIN core_schedule y ON y.id = d.schedule_id \
         AND (y.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
         WHERE m.computer_id = $2 AND m.domain_id = y.domain_id)) \
         JOIN core_scheduledelay s ON s.schedule_id = y.id \
         JOIN core_scheduledelay_attributes l ON l.scheduledelay_id = s.id \
         JOIN a ON a.id = l.attribute_id \
         WHERE d.project_id = $1 AND d.enabled GROUP BY d.id, s.id, s.delay, s.duration"
    );
    let rows: Vec<(DeploymentId, i64, i64, AttributeId)> =
        db.all(statement, whose.args(project, computer)).await?;
    let mut delays: HashMap<DeploymentId, Vec<DelayRow>> = HashMap::new();
    for (deployment, delay, duration, attribute) in rows {
        let row = DelayRow {
            delay: Delay { delay, duration },
            attributes: vec![attribute],
        };
        delays.entry(deployment).or_default().push(row);
    }
    Ok(delays)
}

/// What is left to decide: the database has checked exclusion and domain.
fn target(deployment: &Deployment, schedule: Vec<DelayRow>) -> Target {
    let format = format_description!("[year]-[month]-[day]");
    let start_date = Date::parse(&deployment.start_date, format).unwrap_or(Date::MAX);
    Target {
        enabled: true,
        audience: Audience {
            included: deployment.included.into_iter().collect(),
            excluded: Vec::new(),
        },
        domain: None,
        start_date,
        schedule,
    }
}
