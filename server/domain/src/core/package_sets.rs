//! Package sets: packages that are offered together.

use async_trait::async_trait;
use migasfree_server_db::{Tx, args, json_ids, sql};
use migasfree_server_entity::{
    access::Need,
    action::Action,
    body::Body,
    boundary::Belongs,
    context::Context,
    entity::{
        Csv, Entity, Like, Model, col, ids, many, one, put, put_extra, put_file, put_ids, raw,
    },
    error::RestError,
    hooks::{Change, Deletion, Hooks, Prepared, Removal},
    run,
    schema::{Loss, Table, key, link, linked, long_text, text},
};
use serde_json::Value;

use super::{
    copying,
    packages::store_file,
    shapes::{PACKAGE_INFO, PROJECT_INFO, STORE_INFO},
};
use crate::ids::PackageSetId;
use crate::messages;
use crate::repository::publish::{self, Cause};
use crate::sight;

/// `core_packageset`
pub static TABLE: Table = Table {
    name: "core_packageset",
    columns: &[
        text("name", 50),
        long_text("description").null(),
        key("project_id", "core_project"),
        key("store_id", "core_store").null().bound(),
    ],
    many: &[
        link(
            "packages",
            "core_packageset_packages",
            "packageset_id",
            "package_id",
            "core_package",
        )
        .losing(Loss::Told),
        linked(
            "deployment",
            "core_deployment_available_package_sets",
            "packageset_id",
            "deployment_id",
            "core_deployment",
        ),
    ],
    order: &["project__name", "name"],
    ..Table::EMPTY
};

/// Package sets.
pub static PACKAGE_SETS: Entity = Entity {
    route: "package-sets",
    model: Model {
        app: "core",
        name: "packageset",
        one: "PackageSet",
        many: "Package Sets",
    },
    table: &TABLE,
    schema: "PackageSet",
    detail: &[
        col("id"),
        one("project", &PROJECT_INFO),
        one("store", &STORE_INFO),
        many("packages", &PACKAGE_INFO),
        col("name"),
        col("description"),
    ],
    answer: &[
        col("id"),
        col("name"),
        col("description"),
        raw("project", "project_id"),
        raw("store", "store_id"),
        ids("packages"),
    ],
    write: &[
        put("name").required(),
        put("description"),
        put("project").required(),
        put("store"),
        put_ids("packages"),
        put_file("files"),
    ],
    filters: &[
        "id+in",
        "name+ic",
        "project__id",
        "project__name+ic",
        "project__platform__id",
        "store__id",
        "store__name+ic",
        "packages__id",
        "packages:null",
        "deployment:null",
    ],
    search: &["name"],
    visible: &[sight::project("project")],
    belongs: Belongs::Users(&["deployment__domain"]),
    csv: Csv::Columns(&["id", "name", "description", "project", "store", "packages"]),
    multipart: true,
    hooks: &Rules,
    actions: &[Action::post(
        "<id>/copy",
        Need::Add,
        "Copy the set with its packages into another project",
        &[put_extra("project", Like::Integer).required()],
        run!(copying::package_set),
    )
    .conflicting()
    .leaving()],
    ..Entity::EMPTY
};

struct Rules;

#[async_trait]
impl Hooks for Rules {
    /// Files go to the store; their packages join those that were sent, or those already there.
    async fn prepare(
        &self,
        context: &Context,
        id: Option<i64>,
        body: &mut Body,
    ) -> Result<Prepared, RestError> {
        if body.files.is_empty() {
            let empty = body
                .get("packages")
                .and_then(Value::as_str)
                .is_some_and(str::is_empty);
            return if empty {
                Err(RestError::field("packages", messages::packages_or_files()))
            } else {
                Ok(Prepared::Write)
            };
        }
        if !context.operator.may("core.add_package") {
            return Err(RestError::Forbidden("core.add_package".to_owned()));
        }
        let store = match (body.get("store"), id) {
            (None, Some(id)) => stored_in(context, id).await?,
            _ => Some(body.id("store")?),
        };
        let store = store.ok_or_else(|| RestError::field("store", messages::store_for_files()))?;
        let mut packages = match body.get("packages") {
            Some(sent) => migasfree_server_entity::value::id_list(sent)
                .map_err(|reason| RestError::refused("packages", &reason))?,
            None => Vec::new(),
        };
        let joins = body.get("packages").is_none() && id.is_some();
        for file in std::mem::take(&mut body.files) {
            let package = store_file(context, store, file).await;
            packages.push(package.map_err(refused_file)?.0);
        }
        body.members
            .insert("packages".to_owned(), Value::from(packages));
        Ok(if joins {
            Prepared::Adding("packages")
        } else {
            Prepared::Write
        })
    }

    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        if change.before.is_some() && change.changes("project_id") {
            return Err(RestError::field(
                "project",
                messages::set_stays_in_project(),
            ));
        }
        let project = change.int("project_id").unwrap_or_default();
        let store = change.int("store_id");
        if let Some(store) = store {
            let (of,): (i64,) = change
                .tx
                .one(
                    "SELECT project_id FROM core_store WHERE id = $1",
                    args![store],
                )
                .await?;
            if of != project {
                return Err(RestError::field(
                    "store",
                    messages::store_of_other_project(),
                ));
            }
        }
        if change.relinks("packages") || change.changes("store_id") {
            let packages = change.ids("packages").to_vec();
            fitting(change.tx, project, store, &packages).await?;
        }
        Ok(())
    }

    async fn saved(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        if change.before.is_some() && change.relinks("packages") {
            let cause = Cause::PackageSet(PackageSetId(change.id()));
            publish::request_for(&change.context.state, change.tx, cause).await?;
        }
        Ok(())
    }

    async fn deleting(&self, removal: &mut Removal<'_>) -> Result<Deletion, RestError> {
        let cause = Cause::PackageSet(PackageSetId(removal.id));
        publish::request_for(&removal.context.state, removal.tx, cause).await?;
        Ok(Deletion::Row)
    }
}

fn refused_file(error: RestError) -> RestError {
    match error {
        // A file is refused for one reason at a time.
        RestError::Fields(mut fields) if fields.len() == 1 => RestError::Upload(fields.remove(0).1),
        other => other,
    }
}

async fn stored_in(context: &Context, set: i64) -> Result<Option<i64>, RestError> {
    let (store,): (Option<i64>,) = context
        .state
        .db
        .one(
            "SELECT store_id FROM core_packageset WHERE id = $1",
            args![set],
        )
        .await?;
    Ok(store)
}

/// Every package is of the project, and in the store when there is one.
async fn fitting(
    tx: &mut Tx,
    project: i64,
    store: Option<i64>,
    packages: &[i64],
) -> Result<(), RestError> {
    let strangers: Vec<(String,)> = tx
        .all(
            sql!(
                "SELECT fullname FROM core_package WHERE id IN ",
                ids(1),
                " AND (project_id <> $2 OR (CAST($3 AS BIGINT) IS NOT NULL \
                 AND (store_id IS NULL OR store_id <> $3))) ORDER BY fullname LIMIT 5"
            ),
            args![json_ids(packages.iter().copied()), project, store],
        )
        .await?;
    if strangers.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = strangers.into_iter().map(|(name,)| name).collect();
    Err(RestError::field(
        "packages",
        messages::not_in_store_of_set(names.join(", ")),
    ))
}
