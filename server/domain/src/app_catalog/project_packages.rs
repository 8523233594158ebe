//! Packages by project: what installs an application on the computers of a project.

use async_trait::async_trait;
use migasfree_server_entity::{
    body::Body,
    boundary::Belongs,
    context::Context,
    entity::{Csv, Entity, Field, Like, Model, Shape, col, made, one, put, raw},
    error::RestError,
    hooks::{Change, Hooks, Prepared},
    json::Json,
    schema::{Default, Table, key, lines},
};

use crate::core::{
    deployment_rules::{only_names, package_system},
    offered,
    shapes::{APPLICATION_REF, PROJECT_REF},
};
use crate::sight;

/// `app_catalog_packagesbyproject`
pub static TABLE: Table = Table {
    name: "app_catalog_packagesbyproject",
    columns: &[
        key("application_id", "app_catalog_application"),
        key("project_id", "core_project"),
        lines("packages_to_install").default(Default::Text("")),
    ],
    order: &["application_id", "project__name"],
    unique: &[&["application_id", "project_id"]],
    ..Table::EMPTY
};

static APPLICATION_ID: Shape = Shape {
    name: "ApplicationId",
    table: "app_catalog_application",
    fields: &[col("id")],
};

const DETAIL: &[Field] = &[
    col("id"),
    one("application", &APPLICATION_ID),
    one("project", &PROJECT_REF),
    col("packages_to_install"),
];

/// As an application shows them.
pub static PACKAGES_BY_PROJECT: Shape = Shape {
    name: "PackagesByProject",
    table: "app_catalog_packagesbyproject",
    fields: DETAIL,
};

const CALLED_BY: &[Field] = &[
    one("application", &APPLICATION_REF),
    one("project", &PROJECT_REF),
];

/// Packages by project.
pub static PROJECT_PACKAGES: Entity = Entity {
    route: "catalog/project-packages",
    model: Model {
        app: "app_catalog",
        name: "packagesbyproject",
        one: "PackagesByProject",
        many: "Packages by Project",
    },
    table: &TABLE,
    schema: "PackagesByProject",
    detail: DETAIL,
    answer: &[
        col("id"),
        made(
            "packages_to_install",
            Like::Text,
            &[col("packages_to_install")],
            as_text,
        ),
        raw("application", "application_id"),
        raw("project", "project_id"),
    ],
    write: &[
        put("application").required(),
        put("project").required(),
        put("packages_to_install"),
    ],
    filters: &[
        "application__id",
        "project__id",
        "project__name+ic",
        "packages_to_install=packages_to_install:ic",
    ],
    visible: &[sight::project("project")],
    belongs: Belongs::Domain("application__domain"),
    text: made("__str__", Like::Text, CALLED_BY, |row, _| {
        let application = row.get("application").get("name").as_text();
        format!("{application}@{}", row.get("project").get("name").as_text()).into()
    }),
    csv: Csv::Absent,
    hooks: &Rules,
    ..Entity::EMPTY
};

struct Rules;

#[async_trait]
impl Hooks for Rules {
    async fn prepare(
        &self,
        context: &Context,
        id: Option<i64>,
        body: &mut Body,
    ) -> Result<Prepared, RestError> {
        const PROJECT: &str = "SELECT project_id FROM app_catalog_packagesbyproject WHERE id = $1";
        offered::check(context, id, body, PROJECT).await?;
        Ok(Prepared::Write)
    }

    /// Names are stored as the project's package manager knows them.
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        let project = change.int("project_id").unwrap_or_default();
        let Some(text) = change.values.text("packages_to_install") else {
            return Ok(());
        };
        let text = text.to_owned();
        let state = &change.context.state;
        if let Some(system) = package_system(state, change.tx, project).await? {
            let known = system.as_known(&text);
            change.values.set_text("packages_to_install", known);
            only_names(change, &*system, "packages_to_install")?;
        }
        Ok(())
    }
}

/// The names of a list, one per line.
fn as_text(row: &Json, _: &migasfree_server_entity::load::Reading) -> Json {
    let names: Vec<&str> = row
        .get("packages_to_install")
        .items()
        .iter()
        .map(Json::as_text)
        .collect();
    names.join("\n").into()
}
