//! Faults: what the checks on computers found.

use futures_util::FutureExt as _;
use migasfree_server_entity::{
    action::{Action, Answer, Call, Gives},
    boundary::Belongs,
    entity::{CustomFilter, Entity, Like, Model, col, one, put},
    error::RestError,
    filter::FilterCall,
    json::Json,
    path::ROW,
    run,
    schema::{Choice, Default, Loss, Table, bool, key, long_text, time},
    value::Refused,
};
use sea_query::{Expr, ExprTrait, Query};

use super::event_text::EVENT_TEXT;
use crate::core::shapes::{COMPUTER_INFO, FAULT_DEFINITION_REF, PROJECT_INFO, SYNC_INFO};
use crate::sight;

/// `client_fault`
pub static TABLE: Table = Table {
    name: "client_fault",
    columns: &[
        time("created_at").default(Default::Now),
        key("computer_id", "client_computer"),
        key("fault_definition_id", "client_faultdefinition"),
        long_text("result").null(),
        bool("checked", false),
        key("project_id", "core_project"),
        key("synchronization_id", "client_synchronization")
            .null()
            .losing(Loss::Told),
    ],
    order: &["-created_at"],
    ..Table::EMPTY
};

/// Whose faults a list shows.
const USER: &[Choice<&str>] = &[
    ("me", "To check for me"),
    ("only_me", "Assigned to me"),
    ("others", "Assigned to others"),
    ("unassigned", "Assigned to nobody"),
];

/// Faults.
pub static FAULTS: Entity = Entity {
    route: "faults",
    model: Model {
        app: "client",
        name: "fault",
        one: "Fault",
        many: "Faults",
    },
    table: &TABLE,
    operations: "LRUD",
    schema: "Fault",
    detail: &[
        col("id"),
        EVENT_TEXT,
        one("project", &PROJECT_INFO),
        one("computer", &COMPUTER_INFO),
        one("fault_definition", &FAULT_DEFINITION_REF),
        one("synchronization", &SYNC_INFO),
        col("created_at"),
        col("checked"),
        col("result"),
    ],
    answer: &[col("checked")],
    write: &[put("checked")],
    filters: &[
        "id+in",
        "project__id",
        "project__platform__id",
        "checked",
        "computer__id",
        "computer__name+ic",
        "fault_definition_id",
        "fault_definition__id",
        "result:ic",
        "created_at:gte,lt",
    ],
    custom_filters: &[CustomFilter {
        name: "user",
        like: Like::Text,
        resolve: |call| async move { of_user(&call).map(Some) }.boxed(),
    }],
    search: &["created_at", "result"],
    visible: &[sight::computer("computer"), sight::project("project")],
    belongs: Belongs::Viewers,
    text: EVENT_TEXT,
    actions: &[
        Action::get("user", "Whose faults a list can show", run!(choices))
            .giving(Gives::Members(&[("choices", Like::Object)])),
    ],
    ..Entity::EMPTY
};

async fn choices(_call: Call) -> Result<Answer, RestError> {
    let choices = USER
        .iter()
        .map(|(value, label)| (*value, Json::text(label)))
        .collect();
    Ok(Answer::Json(Json::Object(vec![(
        "choices",
        Json::Object(choices),
    )])))
}

fn of_user(call: &FilterCall<'_>) -> Result<Expr, RestError> {
    let definition = || Expr::col((ROW, "fault_definition_id"));
    let assigned = |mine: Option<bool>| {
        let mut select = Query::select();
        select
            .column(("fu", "faultdefinition_id"))
            .from_as("client_faultdefinition_users", "fu");
        let user = Expr::col(("fu", "userprofile_id"));
        match mine {
            Some(true) => select.and_where(user.eq(call.viewer.operator.id.0)),
            Some(false) => select.and_where(user.ne(call.viewer.operator.id.0)),
            None => &mut select,
        };
        definition().in_subquery(select.take())
    };
    Ok(match call.text {
        "me" => assigned(Some(true)).or(assigned(None).not()),
        "only_me" => assigned(Some(true)),
        "others" => assigned(Some(false)).and(assigned(Some(true)).not()),
        "unassigned" => assigned(None).not(),
        other => {
            return Err(RestError::refused(
                "user",
                &Refused::NotAChoice(other.to_owned()),
            ));
        }
    })
}
