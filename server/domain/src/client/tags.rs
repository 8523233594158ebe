//! Tags of a computer, and those it may have.

use migasfree_server_db::{Db, Result, Tx, args, json_ids, sql};
use serde_json::{Value, json};

use crate::{
    core::rules::targeting::Attributes,
    ids::{AttributeId, ComputerId, ProjectId},
};

/// A tag offered to a computer.
#[derive(Debug, sqlx::FromRow)]
pub struct Offered {
    pub property: String,
    pub prefix: String,
    pub value: String,
}

/// Tags that some enabled deployment of the project includes, or that a domain of the computer
/// offers, by property and value.
pub async fn offered(db: &Db, computer: ComputerId, project: ProjectId) -> Result<Vec<Offered>> {
    let mut offered: Vec<Offered> = db
        .all(
            "WITH a AS (SELECT attribute_id AS id FROM client_computer_sync_attributes \
             WHERE computer_id = $1), \
             d AS (SELECT m.id, m.name FROM core_domain m \
             WHERE (EXISTS (SELECT 1 FROM core_domain_included_attributes i \
             JOIN a ON a.id = i.attribute_id WHERE i.domain_id = m.id) \
             AND NOT EXISTS (SELECT 1 FROM core_domain_excluded_attributes e \
             JOIN a ON a.id = e.attribute_id WHERE e.domain_id = m.id)) \
             OR m.name IN (SELECT t.value FROM client_computer_tags l \
             JOIN core_attribute t ON t.id = l.serverattribute_id \
             JOIN core_property p ON p.id = t.property_att_id \
             WHERE l.computer_id = $1 AND p.prefix = 'DMN')), \
             o AS (SELECT i.attribute_id AS id FROM core_deployment_included_attributes i \
             JOIN core_deployment s ON s.id = i.deployment_id \
             WHERE s.project_id = $2 AND s.enabled \
             AND (s.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
             WHERE m.computer_id = $1 AND m.domain_id = s.domain_id)) \
             UNION SELECT l.serverattribute_id FROM core_domain_tags l \
             JOIN d ON d.id = l.domain_id \
             UNION SELECT t.id FROM core_attribute t \
             JOIN core_property p ON p.id = t.property_att_id AND p.prefix = 'DMN' \
             JOIN d ON t.value = d.name \
             OR substr(t.value, 1, length(d.name) + 1) = d.name || '.') \
             SELECT p.name AS property, p.prefix, t.value FROM o \
             JOIN core_attribute t ON t.id = o.id \
             JOIN core_property p ON p.id = t.property_att_id \
             WHERE p.sort = 'server' AND p.enabled AND t.value <> ''",
            args![computer, project],
        )
        .await?;
    offered.sort_by(|a, b| (&a.property, &a.value).cmp(&(&b.property, &b.value)));
    Ok(offered)
}

/// Of `names` (prefix and value) those that are tags: values of properties operators assign.
pub async fn recognised(db: &Db, names: &[(&str, &str)]) -> Result<Attributes> {
    let listed: Vec<Value> = names
        .iter()
        .map(|(prefix, value)| json!({ "p": prefix, "v": value }))
        .collect();
    let rows: Vec<(AttributeId,)> = db
        .all(
            sql!(
                "SELECT t.id FROM ",
                objects(1),
                " AS w JOIN core_property p ON p.prefix = w.value ->> 'p' AND p.sort = 'server' \
                 JOIN core_attribute t ON t.property_att_id = p.id AND t.value = w.value ->> 'v'"
            ),
            args![Value::from(listed).to_string()],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The tags of a computer.
pub async fn of(tx: &mut Tx, computer: ComputerId) -> Result<Attributes> {
    let rows: Vec<(AttributeId,)> = tx
        .all(
            "SELECT serverattribute_id FROM client_computer_tags WHERE computer_id = $1",
            args![computer],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Makes `wanted` the tags of a computer.
pub async fn replace(tx: &mut Tx, computer: ComputerId, wanted: &Attributes) -> Result<()> {
    let wanted = json_ids(wanted.iter().copied());
    tx.execute(
        sql!(
            "DELETE FROM client_computer_tags WHERE computer_id = $1 \
             AND serverattribute_id NOT IN ",
            ids(2)
        ),
        args![computer, &wanted],
    )
    .await?;
    tx.execute(
        sql!(
            "INSERT INTO client_computer_tags (computer_id, serverattribute_id) \
             SELECT $1, listed.id FROM ",
            ids(2),
            " AS listed WHERE true ON CONFLICT (computer_id, serverattribute_id) DO NOTHING"
        ),
        args![computer, &wanted],
    )
    .await?;
    Ok(())
}
