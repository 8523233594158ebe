//! Applications of the catalogue.

use async_trait::async_trait;
use migasfree_server_entity::{
    action::{Action, Answer, Call, Gives},
    body::Body,
    boundary::Belongs,
    context::Context,
    entity::{Entity, Field, Like, Model, col, made, many, one, path, put, put_file, put_ids, raw},
    error::RestError,
    hooks::{Change, Hooks, Prepared},
    json::Json,
    run,
    schema::{
        Choice, Default, Loss, Table, back, choice, int_choice, key, link, long_text, text, time,
    },
};

use super::{
    available,
    icon::{self, Icon},
    project_packages::PACKAGES_BY_PROJECT,
};
use crate::app_catalog::icons;
use crate::core::{
    rules::source_template::MEDIA,
    shapes::{ATTRIBUTE_INFO, CATEGORY_REF, DOMAIN_REF},
};
use crate::ids::ApplicationId;

/// Who may install an application.
pub const LEVEL: &[Choice<&str>] = &[("U", "User"), ("A", "Admin")];

/// How much an application matters to the organisation.
const SCORE: &[Choice<i64>] = &[(1, "1"), (2, "2"), (3, "3"), (4, "4"), (5, "5")];

/// `app_catalog_application`
pub static TABLE: Table = Table {
    name: "app_catalog_application",
    columns: &[
        text("name", 50),
        long_text("description").default(Default::Text("")),
        time("created_at").default(Default::Now),
        int_choice("score", SCORE).default(Default::Int(1)),
        text("icon", 100).null(),
        choice("level", LEVEL).default(Default::Text("U")),
        key("category_id", "app_catalog_category"),
        key("domain_id", "core_domain").null().losing(Loss::Kept),
    ],
    many: &[
        link(
            "available_for_attributes",
            "app_catalog_application_available_for_attributes",
            "application_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::Fewer),
        back(
            "packages_by_project",
            "app_catalog_packagesbyproject",
            "application_id",
        ),
    ],
    order: &["name"],
    unique: &[&["name"]],
    ..Table::EMPTY
};

const ICON: Field = made("icon", Like::Uri, &[col("icon")], |row, reading| match row
    .get("icon")
    .as_text()
{
    "" => Json::Null,
    path => format!("{}{MEDIA}{path}", reading.base).into(),
});

const LEVEL_NAMED: Field = made("level", Like::Object, &[col("level")], |row, _| {
    let level = row.get("level").as_text();
    let name = LEVEL
        .iter()
        .find(|(id, _)| *id == level)
        .map_or("", |(_, name)| name);
    Json::Object(vec![("id", level.into()), ("name", name.into())])
});

/// Applications.
pub static APPLICATIONS: Entity = Entity {
    route: "catalog/apps",
    link_route: "catalog/applications",
    model: Model {
        app: "app_catalog",
        name: "application",
        one: "Application",
        many: "Applications",
    },
    table: &TABLE,
    schema: "Application",
    detail: &[
        col("id"),
        one("category", &CATEGORY_REF),
        many("packages_by_project", &PACKAGES_BY_PROJECT),
        many("available_for_attributes", &ATTRIBUTE_INFO),
        col("name"),
        col("description"),
        col("created_at"),
        col("score"),
        ICON,
        LEVEL_NAMED,
        one("domain", &DOMAIN_REF),
    ],
    answer: &[
        col("id"),
        ICON,
        col("name"),
        col("description"),
        col("created_at"),
        col("score"),
        LEVEL_NAMED,
        one("category", &CATEGORY_REF),
        many("available_for_attributes", &ATTRIBUTE_INFO),
        raw("domain", "domain_id"),
    ],
    write: &[
        put("name").required(),
        put("category").required(),
        put("score"),
        put("level"),
        put("description"),
        put_ids("available_for_attributes"),
        put_file("icon"),
        put("domain"),
    ],
    filters: &[
        "id+in",
        "name+ic",
        "level",
        "category__id",
        "score",
        "available_for_attributes__id",
        "packages_by_project__project__id",
        "domain__id",
    ],
    search: &["name"],
    search_summary: Some(path("category", "category__name")),
    belongs: Belongs::Domain("domain"),
    multipart: true,
    hooks: &Rules,
    actions: &[
        Action::get("levels", "Who may install an application", run!(levels)),
        Action::get(
            "available",
            "The applications offered to a computer",
            run!(available::answer),
        )
        .giving(Gives::Page),
    ],
    ..Entity::EMPTY
};

async fn levels(_call: Call) -> Result<Answer, RestError> {
    let levels = LEVEL
        .iter()
        .map(|(id, name)| (*id, Json::text(name)))
        .collect();
    Ok(Answer::Json(Json::Object(levels)))
}

struct Rules;

#[async_trait]
impl Hooks for Rules {
    /// The icon goes to the files before the row is written; an empty one takes it away.
    async fn prepare(
        &self,
        context: &Context,
        _id: Option<i64>,
        body: &mut Body,
    ) -> Result<Prepared, RestError> {
        body.carried = icon::of_body(context, body)
            .await?
            .map(|icon| Box::new(icon) as _);
        Ok(Prepared::Write)
    }

    async fn saved(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        let application = ApplicationId(change.id());
        let carried = change.values.carried.take();
        match carried
            .and_then(|carried| carried.downcast::<Icon>().ok())
            .map(|icon| *icon)
        {
            None => {}
            Some(Icon::None) => icons::remove(change.tx, application).await?,
            Some(Icon::Stored(icon)) => {
                icons::assign(change.tx, change.context.now, application, &icon).await?;
            }
        }
        Ok(())
    }
}
