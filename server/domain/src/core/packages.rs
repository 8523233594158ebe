//! Packages: files in stores, and what computers report as installed.

use async_trait::async_trait;
use migasfree_server_db::args;
use migasfree_server_entity::{
    action::{Action, Answer, Call, Gives},
    body::{Body, File},
    boundary::Belongs,
    context::Context,
    entity::{Csv, Entity, Field, Like, Model, Shape, col, made, one, path, put, put_file},
    error::RestError,
    hooks::{Deletion, Hooks, Prepared, Removal},
    json::Json,
    load, order,
    page::Part,
    path::ROW,
    read, run,
    schema::{Table, key, linked, text},
    value::Refused,
};
use migasfree_server_repository::format::FileError;
use sea_query::{Expr, ExprTrait as _, Query};

use super::shapes::{PROJECT_REF, STORE_REF};
use crate::ids::{PackageId, ProjectId, StoreId};
use crate::messages;
use crate::repository::{
    packages::{self as files, Deleted},
    report::{self, ReportError},
    upload::{self, Place, Upload, UploadError},
};
use crate::sight;

/// `core_package`
pub static TABLE: Table = Table {
    name: "core_package",
    columns: &[
        text("fullname", 270),
        text("name", 200),
        text("version", 60),
        text("architecture", 10),
        key("project_id", "core_project"),
        key("store_id", "core_store").null().bound(),
    ],
    many: &[
        linked(
            "deployment",
            "core_deployment_available_packages",
            "package_id",
            "deployment_id",
            "core_deployment",
        ),
        linked(
            "packageset",
            "core_packageset_packages",
            "package_id",
            "packageset_id",
            "core_packageset",
        ),
    ],
    order: &["fullname", "version", "project__name"],
    unique: &[&["fullname", "project_id"]],
    ..Table::EMPTY
};

static PROJECT_SLUG: Shape = Shape {
    name: "ProjectSlug",
    table: "core_project",
    fields: &[col("slug")],
};
static STORE_SLUG: Shape = Shape {
    name: "StoreSlug",
    table: "core_store",
    fields: &[col("slug")],
};

const IN_STORE: &[Field] = &[one("store", &STORE_REF)];
const LIES_IN: &[Field] = &[
    col("fullname"),
    one("project", &PROJECT_SLUG),
    one("store", &STORE_SLUG),
];

const DETAIL: &[Field] = &[
    col("id"),
    col("fullname"),
    col("name"),
    col("version"),
    col("architecture"),
    one("project", &PROJECT_REF),
    made("store", Like::Object, IN_STORE, |row, _| {
        match row.get("store") {
            store if store.is_null() => {
                Json::Object(vec![("id", Json::Int(0)), ("name", "".into())])
            }
            store => store.clone(),
        }
    }),
    made("url", Like::Text, LIES_IN, |row, _| {
        let store = row.get("store").get("slug").as_text();
        if store.is_empty() {
            return "".into();
        }
        let project = row.get("project").get("slug").as_text();
        format!(
            "/public/{project}/stores/{store}/{}",
            row.get("fullname").as_text().replace('%', "%25")
        )
        .into()
    }),
];

/// Packages.
pub static PACKAGES: Entity = Entity {
    route: "packages",
    model: Model {
        app: "core",
        name: "package",
        one: "Package",
        many: "Packages",
    },
    table: &TABLE,
    operations: "LRCD",
    schema: "Package",
    detail: DETAIL,
    write: &[put("store").required(), put_file("files").required()],
    filters: &[
        "id+in",
        "fullname:ic",
        "name+ic",
        "version+ic",
        "architecture+ic",
        "project__id",
        "project__name+ic",
        "project__platform__id",
        "deployment:null",
        "deployment__id",
        "store:null",
        "store__name+ic",
        "store__id",
        "packageset:null",
        "packageset__id",
    ],
    search: &["fullname"],
    visible: &[sight::project("project"), sight::package("id")],
    belongs: Belongs::Users(&["deployment__domain", "packageset__deployment__domain"]),
    text: col("fullname"),
    search_summary: Some(path("project", "project__name")),
    csv: Csv::Columns(&[
        "id",
        "fullname",
        "name",
        "version",
        "architecture",
        "project",
        "store",
    ]),
    multipart: true,
    hooks: &Rules,
    actions: &[
        Action::get(
            "orphan",
            "The packages in a store that no deployment offers",
            run!(orphan),
        )
        .giving(Gives::Rows),
        Action::get(
            "<id>/info",
            "What the package says about itself",
            run!(info),
        )
        .giving(Gives::Members(&[("data", Like::Text)])),
    ],
    ..Entity::EMPTY
};

struct Rules;

#[async_trait]
impl Hooks for Rules {
    /// A package is made by taking its file in.
    async fn prepare(
        &self,
        context: &Context,
        _id: Option<i64>,
        body: &mut Body,
    ) -> Result<Prepared, RestError> {
        let store = body.id("store")?;
        let Some(file) = body.files.pop() else {
            return Err(RestError::refused("files", &Refused::Missing));
        };
        if !body.files.is_empty() {
            return Err(RestError::field("files", messages::one_file_at_a_time()));
        }
        store_file(context, store, file)
            .await
            .map(|id| Prepared::Written(id.0))
    }

    fn takes_all_along(&self) -> bool {
        false
    }

    /// The row stays, without its file, as long as the history of a computer needs it.
    async fn deleting(&self, removal: &mut Removal<'_>) -> Result<Deletion, RestError> {
        let deleted =
            files::delete(&removal.context.state, removal.tx, PackageId(removal.id)).await?;
        match deleted {
            Deleted::Row | Deleted::KeptForHistory => Ok(Deletion::Kept),
            Deleted::OnlyReported => Err(RestError::Conflict(
                "only_reported",
                messages::only_reported(),
            )),
        }
    }
}

/// Puts a file into a store that the operator sees.
///
/// # Errors
/// Under `files` or `store` when the file is refused; 409 for a different file of the same name.
pub async fn store_file(context: &Context, store: i64, file: File) -> Result<PackageId, RestError> {
    let reachable = read::only_reachable(context, "core_store", vec![store]).await?;
    if reachable.is_empty() {
        return Err(RestError::refused("store", &Refused::Unknown(store)));
    }
    let (project,): (i64,) = context
        .state
        .db
        .one(
            "SELECT project_id FROM core_store WHERE id = $1",
            args![store],
        )
        .await?;
    let upload = Upload {
        project_id: ProjectId(project),
        destination: Box::new(Place::from(StoreId(store))),
        file_name: file.name,
        source: file.content,
        // Others may offer what there is already.
        replace_allowed: context.operator.may("core.change_package")
            && context.operator.boundary().is_none(),
        author: context.operator.author(),
        folder: None,
    };
    match upload::store_package(&context.state, upload).await {
        Ok(stored) => Ok(stored.package),
        Err(error) => Err(refused(&error)),
    }
}

fn refused(error: &UploadError) -> RestError {
    let (Some(code), Some(message)) = (error.code(), error.message()) else {
        return RestError::Internal(error.to_string());
    };
    match error {
        UploadError::Different(_) | UploadError::Rival(_) => RestError::Conflict(code, message),
        UploadError::NoSuchStore => RestError::field("store", message),
        UploadError::NoSpace => RestError::NoSpace,
        _ => RestError::field("files", message),
    }
}

/// Packages in a store that no deployment offers: a bare array, as the reference answers it, of at most a page.
async fn orphan(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let resource = context
        .registry()
        .by_route(PACKAGES.route)
        .ok_or(RestError::NoRoute)?;
    let page = Part::read(&call.params)?;
    let offered = Query::select()
        .expr(Expr::val(1))
        .from_as("core_deployment_available_packages", "a")
        .and_where(Expr::col(("a", "package_id")).equals((ROW, "id")))
        .take();
    let mut select = Query::select()
        .column((ROW, "id"))
        .from_as(TABLE.name, ROW)
        .and_where(Expr::col((ROW, "store_id")).is_not_null())
        .and_where(Expr::exists(offered).not())
        .take();
    for condition in read::limits(context, resource, true)? {
        select.and_where(condition);
    }
    order::apply(
        &mut select,
        &order::terms(&read::own_order(context, resource), &TABLE),
    );
    page.limit(&mut select);
    let rows: Vec<(i64,)> = context.state.db.all_query(&select).await?;
    let mut ids: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
    let next = page.next(&mut ids, &call.address, &call.params);
    let rows = load::load_in_order(
        &mut context.source(),
        &context.reading(),
        &TABLE,
        DETAIL,
        &ids,
    )
    .await?;
    Ok(Answer::Part(Json::List(rows), next))
}

async fn info(call: Call) -> Result<Answer, RestError> {
    let refused = |message| Err(RestError::Refused("no_information", message));
    match report::report(&call.context.state, PackageId(call.id)).await {
        Ok(text) => Ok(Answer::Json(Json::Object(vec![("data", text.into())]))),
        Err(ReportError::NoFile) => refused(messages::report_without_file()),
        Err(ReportError::Unsupported { pms, supported }) => {
            refused(messages::report_unsupported(pms, supported))
        }
        Err(ReportError::Package(FileError::Package(message))) => refused(message),
        Err(ReportError::Db(error)) => Err(error.into()),
        Err(error) => Err(RestError::Internal(error.to_string())),
    }
}
