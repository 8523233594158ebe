//! Properties: what computers evaluate and how their answers are read.

use migasfree_server_db::{Db, Result, args};

use crate::core::rules::attribute_values::Kind;
use crate::{ids::ComputerId, ids::PropertyId};

/// A property.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Property {
    pub(crate) id: PropertyId,
    pub(crate) prefix: String,
    pub(crate) sort: String,
    pub(crate) kind: String,
    pub(crate) enabled: bool,
    pub(crate) auto_add: bool,
}

impl Property {
    pub(crate) fn kind(&self) -> Kind {
        Kind::from_stored(&self.kind)
    }

    /// Whether its values are assigned by operators.
    pub(crate) fn is_server_sort(&self) -> bool {
        self.sort == "server"
    }
}

/// All properties.
pub(crate) async fn all(db: &Db) -> Result<Vec<Property>> {
    db.all(
        "SELECT id, prefix, sort, kind, enabled, auto_add FROM core_property ORDER BY id",
        args![],
    )
    .await
}

/// A program a computer is to run.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Code {
    pub(crate) id: PropertyId,
    pub(crate) prefix: String,
    pub(crate) language: i64,
    pub(crate) code: Option<String>,
}

/// The properties a computer evaluates, in name order (8.2). A singularity that is meant for the
/// computer replaces language and code; the one of highest priority wins.
pub(crate) async fn to_evaluate(db: &Db, computer: ComputerId) -> Result<Vec<Code>> {
    let mut properties: Vec<Code> = db
        .all(
            "SELECT id, prefix, language, code FROM core_property \
             WHERE enabled AND sort = 'client' ORDER BY name, id",
            args![],
        )
        .await?;
    let overrides: Vec<Code> = db
        .all(
            "WITH a AS (SELECT attribute_id AS id FROM client_computer_sync_attributes \
             WHERE computer_id = $1 UNION SELECT serverattribute_id FROM client_computer_tags \
             WHERE computer_id = $1) \
             SELECT s.property_att_id AS id, '' AS prefix, s.language, s.code \
             FROM core_singularity s WHERE s.enabled \
             AND (s.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
             WHERE m.computer_id = $1 AND m.domain_id = s.domain_id)) \
             AND EXISTS (SELECT 1 FROM core_singularity_included_attributes i \
             JOIN a ON a.id = i.attribute_id WHERE i.singularity_id = s.id) \
             AND NOT EXISTS (SELECT 1 FROM core_singularity_excluded_attributes e \
             JOIN a ON a.id = e.attribute_id WHERE e.singularity_id = s.id) \
             ORDER BY s.priority, s.id",
            args![computer],
        )
        .await?;
    for better in overrides {
        let overridden = properties
            .iter_mut()
            .find(|property| property.id == better.id);
        if let Some(property) = overridden {
            property.language = better.language;
            property.code = better.code;
        }
    }
    Ok(properties)
}
