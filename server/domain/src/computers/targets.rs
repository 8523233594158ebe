//! Every deployment of a project, with all that decides whether a computer gets it: for telling why it does not.

use std::collections::HashMap;

use migasfree_server_db::{Db, Result, args, json_ids, sql};
use migasfree_server_entity::value;
use time::Date;

use crate::core::rules::{
    schedule::Delay,
    targeting::{Attributes, Audience, DelayRow, Target},
};
use crate::ids::AttributeId;

/// A deployment of the computer's project with everything that decides who gets it.
#[derive(Debug)]
pub struct Candidate {
    pub id: i64,
    pub name: String,
    pub target: Target,
}

#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: i64,
    name: String,
    enabled: bool,
    domain_id: Option<i64>,
    schedule_id: Option<i64>,
    start_date: String,
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
            "SELECT id, name, enabled, domain_id, schedule_id, start_date FROM core_deployment \
             WHERE project_id = $1 ORDER BY name, id",
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
