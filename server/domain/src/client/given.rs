//! All that a computer is given, read in one statement.

use migasfree_server_db::{Args, Sql};
use serde::Deserialize;

use super::{
    attributes::{self, Attribute, NUMBERS, Numbers, SYNCHRONISED, Synchronised, TAGS},
    computers::{HEAD, TAIL},
    deployments::{
        COLUMNS, Candidates, DELAY_COLUMNS, DELAYS, DEPLOYMENTS, Delayed, Deployment, OWN,
    },
    faults::{self, DEFINITIONS, Definitions},
    gathered::{BesideComputer, gathered},
    policies::{AUDIENCES, Deciding, Enabled, GROUPS, Grouped, Meant, POLICIES},
    properties::{Code, PROGRAMS, SINGULARITIES, Singularity, ToEvaluate},
    software::{CURRENT, Current},
};
use crate::ids::ProjectId;

/// The rows of each statement.
#[derive(Debug, Deserialize)]
struct Rows {
    programs: Vec<Code>,
    singularities: Vec<Singularity>,
    definitions: Vec<faults::Definition>,
    deployments: Vec<Deployment>,
    delays: Vec<Delayed>,
    numbers: Numbers,
    policies: Vec<Enabled>,
    audiences: Vec<Meant>,
    groups: Vec<Grouped>,
    synchronised: Vec<Attribute>,
    tags: Vec<Attribute>,
    lists: Vec<(String, ProjectId)>,
}

/// What a computer is given, and the software it has.
#[derive(Debug, Deserialize)]
#[serde(from = "Rows")]
pub struct Given {
    pub properties: ToEvaluate,
    pub faults: Definitions,
    pub packages: Deciding,
    pub traits: Synchronised,
    /// By prefix and value.
    pub tags: Vec<Attribute>,
    pub software: Current,
}

impl From<Rows> for Given {
    fn from(rows: Rows) -> Self {
        Self {
            properties: ToEvaluate {
                properties: rows.programs,
                singularities: rows.singularities,
            },
            faults: Definitions {
                definitions: rows.definitions,
            },
            packages: Deciding {
                deployments: rows.deployments,
                delays: rows.delays,
                attributes: rows.numbers,
                policies: rows.policies,
                audiences: rows.audiences,
                groups: rows.groups,
            },
            traits: Synchronised {
                attributes: rows.synchronised,
            },
            tags: attributes::ordered(rows.tags),
            software: Current { lists: rows.lists },
        }
    }
}

impl BesideComputer for Given {
    const STATEMENT: Sql = gathered!(
        HEAD,
        [
            PROGRAMS => "id, prefix, language, code",
            SINGULARITIES => "property_att_id, language, code",
            DEFINITIONS => "id, language, name, code",
            DEPLOYMENTS => COLUMNS,
            DELAYS => DELAY_COLUMNS,
            NUMBERS => "id, is_tag",
            POLICIES => "id, name, exclusive",
            AUDIENCES => "of_policy, included, id, attribute_id",
            GROUPS => "policy_id, id, packages_to_install",
            SYNCHRONISED => attributes::COLUMNS,
            TAGS => attributes::COLUMNS,
            CURRENT => "hash, project_id",
        ],
        TAIL
    );

    fn arguments(args: &mut Args) {
        args.push(OWN);
    }
}

impl Candidates {
    /// Those that decide about packages, too.
    #[must_use]
    pub fn of(packages: &Deciding) -> Self {
        Self {
            deployments: packages.deployments.clone(),
            delays: packages.delays.clone(),
        }
    }
}
