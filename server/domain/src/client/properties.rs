//! Properties: what computers evaluate and how their answers are read.

use migasfree_server_db::{Sql, sql};
use migasfree_types::computer;
use serde::Deserialize;

use super::{
    computers::{HEAD, TAIL},
    gathered::{BesideComputer, flag, gathered},
};
use crate::{
    core::rules::{attribute_values::Kind, languages},
    ids::PropertyId,
};

/// A property.
#[derive(Debug, Clone, Deserialize)]
pub struct Property {
    pub id: PropertyId,
    pub prefix: String,
    pub sort: String,
    pub kind: String,
    #[serde(deserialize_with = "flag")]
    pub enabled: bool,
    #[serde(deserialize_with = "flag")]
    pub auto_add: bool,
}

impl Property {
    pub fn kind(&self) -> Kind {
        Kind::from_stored(&self.kind)
    }

    /// Whether its values are assigned by operators.
    pub fn is_server_sort(&self) -> bool {
        self.sort == "server"
    }
}

/// All properties, as [`Property`].
pub(super) const ALL: Sql =
    sql!("SELECT id, prefix, sort, kind, enabled, auto_add FROM core_property ORDER BY id");

/// A program a computer is to run.
#[derive(Debug, Deserialize)]
pub struct Code {
    id: PropertyId,
    pub prefix: String,
    pub language: i64,
    pub code: Option<String>,
}

/// What a computer evaluates (8.2).
#[derive(Debug, Deserialize)]
pub struct ToEvaluate {
    /// The properties, in name order.
    pub(super) properties: Vec<Code>,
    /// What is meant for the computer instead; the one of highest priority comes last.
    pub(super) singularities: Vec<Singularity>,
}

/// Another program for a property.
#[derive(Debug, Deserialize)]
pub(super) struct Singularity {
    property: PropertyId,
    language: i64,
    code: Option<String>,
}

impl ToEvaluate {
    /// The programs, in name order.
    pub fn programs(mut self) -> Vec<Code> {
        for better in self.singularities {
            let mut properties = self.properties.iter_mut();
            if let Some(overridden) = properties.find(|property| property.id == better.property) {
                overridden.language = better.language;
                overridden.code = better.code;
            }
        }
        self.properties
    }

    /// The same as computers are told.
    pub fn told(self) -> Vec<computer::Property> {
        let programs = self.programs().into_iter();
        programs
            .map(|property| computer::Property {
                prefix: property.prefix,
                language: languages::name(property.language).to_owned(),
                code: property.code.unwrap_or_default(),
            })
            .collect()
    }
}

impl BesideComputer for ToEvaluate {
    const STATEMENT: Sql = gathered!(
        HEAD,
        [
            PROGRAMS => "id, prefix, language, code",
            SINGULARITIES => "property_att_id, language, code",
        ],
        TAIL
    );
}

pub(super) const PROGRAMS: Sql = sql!(
    "SELECT id, prefix, language, code FROM core_property \
     WHERE enabled AND sort = 'client' ORDER BY name, id"
);
pub(super) const SINGULARITIES: Sql = sql!(
    "WITH a AS (SELECT attribute_id AS id FROM client_computer_sync_attributes \
     WHERE computer_id = $1 UNION SELECT serverattribute_id FROM client_computer_tags \
     WHERE computer_id = $1) \
     SELECT s.property_att_id, s.language, s.code \
     FROM core_singularity s WHERE s.enabled \
     AND (s.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
     WHERE m.computer_id = $1 AND m.domain_id = s.domain_id)) \
     AND EXISTS (SELECT 1 FROM core_singularity_included_attributes i \
     JOIN a ON a.id = i.attribute_id WHERE i.singularity_id = s.id) \
     AND NOT EXISTS (SELECT 1 FROM core_singularity_excluded_attributes e \
     JOIN a ON a.id = e.attribute_id WHERE e.singularity_id = s.id) \
     ORDER BY s.priority, s.id"
);
