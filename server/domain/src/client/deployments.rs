//! Deployments available to computers.

use std::collections::{HashMap, HashSet};

use migasfree_server_db::{Args, Db, Result, Sql, args, json_ids, sql};
use serde::Deserialize;
use serde_json::json;
use time::Date;
use time::macros::format_description;

use super::{
    computers::{HEAD, TAIL},
    gathered::{BesideComputer, gathered},
};
use crate::{
    core::rules::{
        schedule::Delay,
        targeting::{Attributes, Audience, Decision, DelayRow, Target, decide},
    },
    ids::{AttributeId, ComputerId, DeploymentId},
};

/// A deployment that applies to a computer.
#[derive(Debug, Clone, Deserialize, sqlx::FromRow)]
pub struct Deployment {
    pub id: DeploymentId,
    pub name: String,
    pub slug: String,
    pub source: String,
    pub packages_to_install: Option<String>,
    pub packages_to_remove: Option<String>,
    pub default_preincluded_packages: Option<String>,
    pub default_included_packages: Option<String>,
    pub default_excluded_packages: Option<String>,
    start_date: String,
    included: Option<AttributeId>,
    /// What is published of it under its present name.
    generation: Option<i64>,
}

impl Deployment {
    /// Whether there is anything yet where computers would look for it.
    pub const fn is_published(&self) -> bool {
        self.generation.is_some()
    }

    /// Which generation of it is published.
    pub const fn generation(&self) -> Option<i64> {
        self.generation
    }
}

/// The deployments of a project that may be open to a computer.
#[derive(Debug, Default, Deserialize)]
pub struct Candidates {
    pub(super) deployments: Vec<Deployment>,
    pub(super) delays: Vec<Delayed>,
}

/// A row of a deployment's schedule that is open to one of the attributes.
#[derive(Debug, Clone, Deserialize, sqlx::FromRow)]
pub(super) struct Delayed {
    id: DeploymentId,
    delay: i64,
    duration: i64,
    attribute: AttributeId,
}

impl Candidates {
    /// Those a computer gets `today`, by name (8.4). The database left out whom a deployment is not meant for; [`decide`]
    /// knows the days.
    pub fn available(self, computer: ComputerId, today: Date) -> Vec<Deployment> {
        let included = self.deployments.iter().filter_map(|one| one.included);
        let scheduled = self.delays.iter().map(|row| row.attribute);
        let attributes: Attributes = included.chain(scheduled).collect();
        let mut delays: HashMap<DeploymentId, Vec<DelayRow>> = HashMap::new();
        for row in self.delays {
            let (delay, duration) = (row.delay, row.duration);
            let open = DelayRow {
                delay: Delay { delay, duration },
                attributes: vec![row.attribute],
            };
            delays.entry(row.id).or_default().push(open);
        }
        let mut available = self.deployments;
        available.retain(|deployment| {
            let schedule = delays.remove(&deployment.id).unwrap_or_default();
            let target = target(deployment, schedule);
            matches!(
                decide(&target, computer, &attributes, today),
                Decision::Applies(_)
            )
        });
        available.sort_by(|a, b| a.name.cmp(&b.name));
        available
    }
}

impl BesideComputer for Candidates {
    const STATEMENT: Sql = gathered!(
        HEAD,
        [
            DEPLOYMENTS => COLUMNS,
            DELAYS => DELAY_COLUMNS,
        ],
        TAIL
    );

    fn arguments(args: &mut Args) {
        args.push(OWN);
    }
}

/// The columns of [`DEPLOYMENTS`].
pub(super) const COLUMNS: &str = "id, name, slug, source, packages_to_install, packages_to_remove, \
    default_preincluded_packages, default_included_packages, default_excluded_packages, start_date, included, \
    generation";
/// The columns of [`DELAYS`].
pub(super) const DELAY_COLUMNS: &str = "id, delay, duration, attribute";

/// Instead of a list of attributes: those the computer has.
pub(super) const OWN: Option<&str> = None;

/// The deployments of the project called `$2` that may be open to the computer `$1` with the attributes listed in `$3`, or
/// else with its own, as [`Deployment`].
pub(super) const DEPLOYMENTS: Sql = sql!(
    "WITH a AS (SELECT id FROM ",
    ids(3),
    " AS listed \
     UNION SELECT attribute_id FROM client_computer_sync_attributes WHERE computer_id = $1 AND $3 IS NULL \
     UNION SELECT serverattribute_id FROM client_computer_tags WHERE computer_id = $1 AND $3 IS NULL) \
     SELECT d.id, d.name, d.slug, d.source, \
     d.packages_to_install, d.packages_to_remove, d.default_preincluded_packages, \
     d.default_included_packages, d.default_excluded_packages, d.start_date, \
     (SELECT MIN(i.attribute_id) FROM core_deployment_included_attributes i \
     JOIN a ON a.id = i.attribute_id WHERE i.deployment_id = d.id) AS included, \
     (SELECT MIN(g.id) FROM repository_generation g WHERE g.deployment_id = d.id \
     AND g.project_id = d.project_id AND g.slug = d.slug AND g.retired_at IS NULL) AS generation \
     FROM core_deployment d WHERE d.project_id = (SELECT id FROM core_project WHERE name = $2) AND d.enabled \
     AND (EXISTS (SELECT 1 FROM core_deployment_included_attributes i \
     JOIN a ON a.id = i.attribute_id WHERE i.deployment_id = d.id) \
     OR EXISTS (SELECT 1 FROM core_scheduledelay s \
     JOIN core_schedule y ON y.id = s.schedule_id \
     AND (y.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
     WHERE m.computer_id = $1 AND m.domain_id = y.domain_id)) \
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

/// The rows of their schedules that are open to one of the attributes, as [`Delayed`]; of a schedule of a domain only for
/// computers in it.
pub(super) const DELAYS: Sql = sql!(
    "WITH a AS (SELECT id FROM ",
    ids(3),
    " AS listed \
     UNION SELECT attribute_id FROM client_computer_sync_attributes WHERE computer_id = $1 AND $3 IS NULL \
     UNION SELECT serverattribute_id FROM client_computer_tags WHERE computer_id = $1 AND $3 IS NULL) \
     SELECT d.id, s.delay, s.duration, MIN(l.attribute_id) AS attribute FROM core_deployment d \
     JOIN core_schedule y ON y.id = d.schedule_id \
     AND (y.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
     WHERE m.computer_id = $1 AND m.domain_id = y.domain_id)) \
     JOIN core_scheduledelay s ON s.schedule_id = y.id \
     JOIN core_scheduledelay_attributes l ON l.scheduledelay_id = s.id \
     JOIN a ON a.id = l.attribute_id \
     WHERE d.project_id = (SELECT id FROM core_project WHERE name = $2) AND d.enabled \
     GROUP BY d.id, s.id, s.delay, s.duration"
);

/// The deployments of a project that a computer gets `today`, by name (8.4).
pub async fn of_computer(
    db: &Db,
    project: &str,
    computer: ComputerId,
    today: Date,
) -> Result<Vec<Deployment>> {
    open_to(db, project, computer, OWN, today).await
}

/// The same for a computer with exactly `attributes`.
pub async fn available(
    db: &Db,
    project: &str,
    computer: ComputerId,
    attributes: &Attributes,
    today: Date,
) -> Result<Vec<Deployment>> {
    if attributes.is_empty() {
        return Ok(Vec::new());
    }
    let listed = json_ids(attributes.iter().copied());
    open_to(db, project, computer, Some(&listed), today).await
}

async fn open_to(
    db: &Db,
    project: &str,
    computer: ComputerId,
    listed: Option<&str>,
    today: Date,
) -> Result<Vec<Deployment>> {
    let args = args![computer, project, listed];
    let candidates = Candidates {
        deployments: db.all(DEPLOYMENTS, args.clone()).await?,
        delays: db.all(DELAYS, args).await?,
    };
    Ok(candidates.available(computer, today))
}

/// Of `names`, those of packages that one of these deployments offers, itself or in a set.
pub async fn offering(
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
