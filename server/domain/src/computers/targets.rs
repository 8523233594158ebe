//! Which deployments and policies are meant for a computer, and why.

use std::collections::{HashMap, HashSet};

use migasfree_server_db::{Db, Result, args, json_ids, sql};
use time::Date;

use crate::ids::AttributeId;
use crate::{
    core::rules::{
        ALL_SYSTEMS,
        packages::{Policy, PolicyGroup},
        schedule::Delay,
        targeting::{Attributes, Audience, DelayRow, Target},
    },
    rest::value,
};

/// A deployment of the computer's project with everything that decides who gets it.
#[derive(Debug)]
pub struct Candidate {
    pub id: i64,
    pub name: String,
    pub source: String,
    pub install: String,
    pub remove: String,
    pub target: Target,
}

#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: i64,
    name: String,
    source: String,
    enabled: bool,
    domain_id: Option<i64>,
    schedule_id: Option<i64>,
    start_date: String,
    packages_to_install: Option<String>,
    packages_to_remove: Option<String>,
}

/// What a computer has: its tags and what it reported.
pub async fn attributes(db: &Db, computer: i64) -> Result<Attributes> {
    let rows: Vec<(AttributeId,)> = db
        .all(
            "SELECT attribute_id FROM client_computer_sync_attributes WHERE computer_id = $1 \
             UNION SELECT serverattribute_id FROM client_computer_tags WHERE computer_id = $1",
            args![computer],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Every deployment of a project, by name. Audiences hold only what is in `attributes`.
pub async fn of_project(
    db: &Db,
    (project, computer): (i64, i64),
    attributes: &Attributes,
) -> Result<Vec<Candidate>> {
    let rows: Vec<Row> = db
        .all(
            "SELECT id, name, source, enabled, domain_id, schedule_id, start_date, packages_to_install, \
             packages_to_remove FROM core_deployment WHERE project_id = $1 ORDER BY name, id",
            args![project],
        )
        .await?;
    let listed = json_ids(attributes.iter().copied());
    let mut audiences = audiences(db, DEPLOYMENT_AUDIENCES, &listed).await?;
    let domains = self::audiences(db, DOMAIN_AUDIENCES, &listed).await?;
    let delays = delays(db, computer, &listed).await?;
    Ok(rows
        .into_iter()
        .map(|row| Candidate {
            target: Target {
                enabled: row.enabled,
                audience: audiences.remove(&row.id).unwrap_or_default(),
                domain: row
                    .domain_id
                    .map(|domain| domains.get(&domain).cloned().unwrap_or_default()),
                start_date: value::day(&row.start_date).unwrap_or(Date::MAX),
                schedule: row
                    .schedule_id
                    .and_then(|schedule| delays.get(&schedule).cloned())
                    .unwrap_or_default(),
            },
            id: row.id,
            name: row.name,
            source: row.source,
            install: row.packages_to_install.unwrap_or_default(),
            remove: row.packages_to_remove.unwrap_or_default(),
        })
        .collect())
}

const DEPLOYMENT_AUDIENCES: migasfree_server_db::Sql = sql!(
    "WITH a AS (SELECT id FROM ",
    ids(1),
    " AS listed) SELECT true, l.deployment_id, l.attribute_id FROM core_deployment_included_attributes AS l \
     JOIN a ON a.id = l.attribute_id UNION ALL SELECT false, l.deployment_id, l.attribute_id \
     FROM core_deployment_excluded_attributes AS l JOIN a ON a.id = l.attribute_id"
);
const DOMAIN_AUDIENCES: migasfree_server_db::Sql = sql!(
    "WITH a AS (SELECT id FROM ",
    ids(1),
    " AS listed) SELECT true, l.domain_id, l.attribute_id FROM core_domain_included_attributes AS l \
     JOIN a ON a.id = l.attribute_id UNION ALL SELECT false, l.domain_id, l.attribute_id \
     FROM core_domain_excluded_attributes AS l JOIN a ON a.id = l.attribute_id"
);
const FAULT_AUDIENCES: migasfree_server_db::Sql = sql!(
    "WITH a AS (SELECT id FROM ",
    ids(1),
    " AS listed) SELECT true, l.faultdefinition_id, l.attribute_id \
     FROM client_faultdefinition_included_attributes AS l JOIN a ON a.id = l.attribute_id \
     UNION ALL SELECT false, l.faultdefinition_id, l.attribute_id \
     FROM client_faultdefinition_excluded_attributes AS l JOIN a ON a.id = l.attribute_id"
);
const POLICY_AUDIENCES: migasfree_server_db::Sql = sql!(
    "WITH a AS (SELECT id FROM ",
    ids(1),
    " AS listed) SELECT true, l.policy_id, l.attribute_id FROM app_catalog_policy_included_attributes AS l \
     JOIN a ON a.id = l.attribute_id UNION ALL SELECT false, l.policy_id, l.attribute_id \
     FROM app_catalog_policy_excluded_attributes AS l JOIN a ON a.id = l.attribute_id"
);
const GROUP_AUDIENCES: migasfree_server_db::Sql = sql!(
    "WITH a AS (SELECT id FROM ",
    ids(1),
    " AS listed) SELECT true, l.policygroup_id, l.attribute_id \
     FROM app_catalog_policygroup_included_attributes AS l JOIN a ON a.id = l.attribute_id \
     UNION ALL SELECT false, l.policygroup_id, l.attribute_id \
     FROM app_catalog_policygroup_excluded_attributes AS l JOIN a ON a.id = l.attribute_id"
);

async fn audiences(
    db: &Db,
    sql: migasfree_server_db::Sql,
    attributes: &str,
) -> Result<HashMap<i64, Audience>> {
    let rows: Vec<(bool, i64, AttributeId)> = db.all(sql, args![attributes]).await?;
    let mut audiences: HashMap<i64, Audience> = HashMap::new();
    for (included, owner, attribute) in rows {
        let audience = audiences.entry(owner).or_default();
        let list = if included {
            &mut audience.included
        } else {
            &mut audience.excluded
        };
        list.push(attribute);
    }
    Ok(audiences)
}

/// The rows of all schedules that are open to one of the attributes; of a schedule of a domain only for computers in it.
async fn delays(db: &Db, computer: i64, attributes: &str) -> Result<HashMap<i64, Vec<DelayRow>>> {
    let rows: Vec<(i64, i64, i64, AttributeId)> = db
        .all(
            sql!(
                "SELECT s.schedule_id, s.delay, s.duration, l.attribute_id FROM core_scheduledelay AS s \
                 JOIN core_schedule AS y ON y.id = s.schedule_id \
                 AND (y.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
                 WHERE m.computer_id = $2 AND m.domain_id = y.domain_id)) \
                 JOIN core_scheduledelay_attributes AS l ON l.scheduledelay_id = s.id \
                 WHERE l.attribute_id IN ",
                ids(1),
                " ORDER BY s.schedule_id, s.delay"
            ),
            args![attributes, computer],
        )
        .await?;
    let mut delays: HashMap<i64, Vec<DelayRow>> = HashMap::new();
    for (schedule, delay, duration, attribute) in rows {
        delays.entry(schedule).or_default().push(DelayRow {
            delay: Delay { delay, duration },
            attributes: vec![attribute],
        });
    }
    Ok(delays)
}

/// The enabled fault definitions meant for a computer, by name.
pub async fn fault_definitions(
    db: &Db,
    computer: i64,
    attributes: &Attributes,
) -> Result<Vec<(i64, String)>> {
    let listed = json_ids(attributes.iter().copied());
    let audiences = audiences(db, FAULT_AUDIENCES, &listed).await?;
    let rows: Vec<(i64, String)> = db
        .all(
            "SELECT f.id, f.name FROM client_faultdefinition AS f WHERE f.enabled \
             AND (f.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
             WHERE m.computer_id = $1 AND m.domain_id = f.domain_id)) ORDER BY f.name",
            args![computer],
        )
        .await?;
    Ok(rows
        .into_iter()
        .filter(|(id, _)| {
            audiences
                .get(id)
                .is_some_and(|audience| audience.matches(attributes))
        })
        .collect())
}

/// The enabled policies with their groups, by name, as they look from a project.
pub async fn policies(
    db: &Db,
    (project, computer): (i64, i64),
    attributes: &Attributes,
) -> Result<Vec<(i64, String, Policy)>> {
    let seen: HashSet<AttributeId> = attributes.iter().copied().chain([ALL_SYSTEMS]).collect();
    let listed = json_ids(seen);
    let mut audiences = audiences(db, POLICY_AUDIENCES, &listed).await?;
    let mut groups = groups(db, (project, computer), &listed).await?;
    let rows: Vec<(i64, String, bool)> = db
        .all(
            "SELECT p.id, p.name, p.exclusive FROM app_catalog_policy AS p WHERE p.enabled \
             AND (p.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
             WHERE m.computer_id = $1 AND m.domain_id = p.domain_id)) ORDER BY p.name",
            args![computer],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name, exclusive)| {
            let policy = Policy {
                exclusive,
                audience: audiences.remove(&id).unwrap_or_default(),
                groups: groups.remove(&id).unwrap_or_default(),
            };
            (id, name, policy)
        })
        .collect())
}

async fn groups(
    db: &Db,
    (project, computer): (i64, i64),
    attributes: &str,
) -> Result<HashMap<i64, Vec<PolicyGroup>>> {
    let mut audiences = audiences(db, GROUP_AUDIENCES, attributes).await?;
    let rows: Vec<(i64, i64, Option<String>)> = db
        .all(
            "SELECT g.policy_id, g.id, b.packages_to_install FROM app_catalog_policygroup AS g \
             LEFT JOIN app_catalog_policygroup_applications AS l ON l.policygroup_id = g.id \
             LEFT JOIN app_catalog_application AS n ON n.id = l.application_id \
             AND (n.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
             WHERE m.computer_id = $2 AND m.domain_id = n.domain_id)) \
             LEFT JOIN app_catalog_packagesbyproject AS b \
             ON b.application_id = n.id AND b.project_id = $1 \
             ORDER BY g.policy_id, g.priority, g.id, l.application_id",
            args![project, computer],
        )
        .await?;
    let mut groups: HashMap<i64, Vec<PolicyGroup>> = HashMap::new();
    for rows in rows.chunk_by(|a, b| a.1 == b.1) {
        let Some((policy, group, _)) = rows.first() else {
            continue;
        };
        groups.entry(*policy).or_default().push(PolicyGroup {
            audience: audiences.remove(group).unwrap_or_default(),
            packages: rows
                .iter()
                .filter_map(|(_, _, packages)| packages.clone())
                .collect(),
        });
    }
    Ok(groups)
}
