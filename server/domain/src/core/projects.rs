//! Projects: one kind of system, with its package manager.

use async_trait::async_trait;
use migasfree_server_entity::{
    entity::{Entity, Field, Like, Model, col, made, one, put},
    error::RestError,
    hooks::{Change, Deletion, Hooks, Removal},
    json::Json,
    load::Reading,
    schema::{Table, back, bool, choice, key, text},
};
use migasfree_types::message::Message;

use super::{
    project_names,
    rules::{architectures, slug::slug},
    shapes::PLATFORM_REF,
    slugs::{self, Among},
    vocabulary::PMS,
};
use crate::ids::ProjectId;
use crate::messages;
use crate::services::OfDomain as _;
use crate::sight;
use crate::{
    computers::status,
    repository::publish::{self, Cause},
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
        bool("enrolment_approval", false),
        bool("native_only", false),
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

const SYSTEM: &[Field] = &[col("pms")];

/// Whether repositories of its package system can be published.
const IS_PUBLISHED: Field = made("is_published", Like::Boolean, SYSTEM, |row, reading| {
    unpublished(row, reading).is_none().into()
});

/// What to know of the project: that it has no repositories, or nothing.
const NOTICE: Field = made("notice", Like::Note, SYSTEM, |row, reading| {
    unpublished(row, reading).map_or(Json::Null, |pms| Json::text(&notice(pms, reading).text))
});

/// The same, to be said in another language.
const NOTICE_SAID: Field = made("notice_said", Like::Object, SYSTEM, |row, reading| {
    let pms = unpublished(row, reading);
    let said = pms.and_then(|pms| serde_json::to_value(notice(pms, reading)).ok());
    said.map_or(Json::Null, Json::Document)
});

fn notice(pms: &str, reading: &Reading) -> Message {
    let published = reading.state.domain().systems.published();
    messages::project_unpublished(pms, published)
}

/// The package system of a project whose repositories cannot be published.
fn unpublished(row: &Json, reading: &Reading) -> Option<&'static str> {
    let systems = &reading.state.domain().systems;
    let system = systems.named(row.get("pms").as_text()).ok()?;
    system.format().is_none().then(|| system.name())
}

const WRITTEN: &[Field] = &[
    col("id"),
    col("name"),
    col("pms"),
    col("architecture"),
    col("auto_register_computers"),
    col("enrolment_approval"),
    col("native_only"),
    one("platform", &PLATFORM_REF),
    IS_PUBLISHED,
    NOTICE,
    NOTICE_SAID,
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
        col("enrolment_approval"),
        col("native_only"),
        one("platform", &PLATFORM_REF),
        IS_PUBLISHED,
        NOTICE,
        NOTICE_SAID,
    ],
    answer: WRITTEN,
    write: &[
        put("name").required(),
        put("pms").required(),
        put("architecture").required(),
        put("auto_register_computers"),
        put("enrolment_approval"),
        put("native_only"),
        put("platform").required(),
    ],
    filters: &[
        "id+in",
        "platform__id",
        "name+ic",
        "pms+ic",
        "auto_register_computers",
        "enrolment_approval",
        "native_only",
        "deployment__id",
        "store__id",
        "package__id",
        "packageset__id",
        "computer__id",
    ],
    search: &["name"],
    visible: &[sight::project("id")],
    csv: migasfree_server_entity::entity::Csv::Columns(&[
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
        if change.is_new() || change.changes("architecture") || change.changes("pms") {
            let systems = &change.context.state.domain().systems;
            let system = change.text("pms").and_then(|pms| systems.named(pms).ok());
            let written = change.text("architecture").unwrap_or_default();
            // An unknown package system is refused as such.
            if let Some(system) = system {
                let stored = architectures::stored(&**system, written)
                    .map_err(|reason| RestError::field("architecture", reason))?;
                change.values.set_text("architecture", stored);
            }
        }
        if change.is_new() || change.changes("name") {
            let name = change.text("name").unwrap_or_default().to_owned();
            let own = change.id();
            if let Some(flaw) = project_names::flaw(change.tx, own, &name).await? {
                return Err(RestError::field("name", flaw));
            }
        }
        if !change.is_new() {
            return Ok(());
        }
        let name = change.text("name").unwrap_or_default().to_owned();
        let made = slug(&name);
        if made.is_empty() {
            return Err(RestError::field("name", messages::name_without_letters()));
        }
        let free = slugs::free(change.tx, Among::Projects, &made).await?;
        change.values.set_text("slug", free);
        Ok(())
    }

    /// Repositories have an index for each architecture.
    async fn saved(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        if !change.is_new() && (change.changes("architecture") || change.changes("pms")) {
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
