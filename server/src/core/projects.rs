//! Projects: one kind of system, with its package manager.

use async_trait::async_trait;

use super::{rules::slug::slug, shapes::PLATFORM_REF, vocabulary::PMS};
use crate::{
    computers::status,
    db::ProjectId,
    repository::publish::{self, Cause},
    rest::{
        entity::{Entity, Field, Model, col, one, put},
        error::RestError,
        hooks::{Change, Deletion, Hooks, Removal},
        schema::{Table, back, bool, choice, key, text},
        visibility::Visible,
    },
};

/// `core_project`
pub static TABLE: Table = Table {
    name: "core_project",
    columns: &[
        text("name", 50),
        text("slug", 50),
        choice("pms", PMS),
        text("architecture", 20),
        bool("auto_register_computers", false),
        key("platform_id", "core_platform"),
    ],
    many: &[
        back("deployment", "core_deployment", "project_id"),
        back("store", "core_store", "project_id"),
        back("package", "core_package", "project_id"),
        back("packageset", "core_packageset", "project_id"),
        back("computer", "client_computer", "project_id"),
    ],
    order: &["name"],
    unique: &[&["name"]],
    ..Table::EMPTY
};

const WRITTEN: &[Field] = &[
    col("id"),
    col("name"),
    col("pms"),
    col("architecture"),
    col("auto_register_computers"),
    one("platform", &PLATFORM_REF),
];

/// Projects.
pub static PROJECTS: Entity = Entity {
    route: "projects",
    model: Model {
        app: "core",
        name: "project",
        one: "Project",
        many: "Projects",
    },
    table: &TABLE,
    schema: "Project",
    detail: &[
        col("id"),
        col("name"),
        col("slug"),
        col("pms"),
        col("architecture"),
        col("auto_register_computers"),
        one("platform", &PLATFORM_REF),
    ],
    answer: WRITTEN,
    write: &[
        put("name").required(),
        put("pms").required(),
        put("architecture").required(),
        put("auto_register_computers"),
        put("platform").required(),
    ],
    filters: &[
        "id+in",
        "platform__id",
        "name+ic",
        "pms+ic",
        "auto_register_computers",
        "deployment__id",
        "store__id",
        "package__id",
        "packageset__id",
        "computer__id",
    ],
    search: &["name"],
    visible: Visible::Project,
    csv: crate::rest::entity::Csv::Columns(&[
        "id",
        "name",
        "pms",
        "auto_register_computers",
        "platform__name",
    ]),
    hooks: &Rules,
    ..Entity::EMPTY
};

struct Rules;

#[async_trait]
impl Hooks for Rules {
    /// The slug is fixed when the project is made: folders and keys are called by it.
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        if let Some(architecture) = change.values.text("architecture") {
            let words: Vec<&str> = architecture.split_whitespace().collect();
            let joined = words.join(" ");
            change.values.set_text("architecture", joined);
        }
        if !change.is_new() {
            return Ok(());
        }
        let name = change.text("name").unwrap_or_default().to_owned();
        let made = slug(&name);
        if made.is_empty() {
            return Err(RestError::field(
                "name",
                "Write a name with letters or digits.",
            ));
        }
        let taken: Option<(i64,)> = change
            .tx
            .optional(
                "SELECT id FROM core_project WHERE slug = $1 AND name <> $2",
                crate::args![&made, &name],
            )
            .await?;
        if taken.is_some() {
            return Err(RestError::Refused(
                "slug_taken",
                format!("Another project is already kept as {made:?}: choose another name."),
            ));
        }
        change.values.set_text("slug", made);
        Ok(())
    }

    /// Repositories have an index for each architecture.
    async fn saved(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        if !change.is_new() && change.changes("architecture") {
            let cause = Cause::Project(ProjectId(change.id()));
            publish::request_for(&change.context.state, change.tx, cause).await?;
        }
        Ok(())
    }

    async fn deleting(&self, removal: &mut Removal<'_>) -> Result<Deletion, RestError> {
        status::project_goes(removal.tx, removal.id).await?;
        Ok(Deletion::Row)
    }
}
