//! What people at computers ask to be allowed to install.

use migasfree_server_entity::{
    access::Need,
    action::{Action, Answer, Call, Gives},
    boundary::Belongs,
    entity::{Entity, Field, Like, Model, col, made, one, put, put_extra},
    error::RestError,
    run,
    schema::{Choice, Default, Loss, Table, choice, key, text, time},
};

pub use super::deciding::TEXT_LIMIT;

use super::deciding;
use crate::core::shapes::{APPLICATION_REF, COMPUTER_INFO, OPERATOR_INFO};
use crate::sight;

/// Most characters of the name of an account.
pub const PERSON_LIMIT: usize = 255;

/// How far a request is.
const STATE: &[Choice<&str>] = &[
    ("pending", "Pending"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
];

/// `application_request`
pub static TABLE: Table = Table {
    name: "application_request",
    columns: &[
        key("application_id", "app_catalog_application"),
        key("computer_id", "client_computer"),
        text("person", PERSON_LIMIT),
        text("justification", TEXT_LIMIT),
        choice("state", STATE).default(Default::Text("pending")),
        text("comment", TEXT_LIMIT).default(Default::Text("")),
        time("created_at").default(Default::Now),
        time("decided_at").null(),
        key("decided_by_id", "core_userprofile")
            .null()
            .losing(Loss::Told),
    ],
    order: &["-created_at"],
    ..Table::EMPTY
};

/// The application, and who asks for it.
const CALLED: Field = made("__str__", Like::Text, OF, |row, _| {
    let (application, person) = (row.get("application"), row.get("person").as_text());
    let application = application.get("name").as_text();
    if person.is_empty() {
        application.into()
    } else {
        format!("{application} ({person})").into()
    }
});

const OF: &[Field] = &[one("application", &APPLICATION_REF), col("person")];

/// Requests for applications. They come from computers; operators decide.
pub static APPLICATION_REQUESTS: Entity = Entity {
    route: "application-requests",
    model: Model {
        app: "app_catalog",
        name: "applicationrequest",
        one: "Application request",
        many: "Application requests",
    },
    table: &TABLE,
    operations: "LR",
    schema: "ApplicationRequest",
    detail: &[
        col("id"),
        one("application", &APPLICATION_REF),
        one("computer", &COMPUTER_INFO),
        col("person"),
        col("justification"),
        col("state"),
        col("comment"),
        col("created_at"),
        col("decided_at"),
        one("decided_by", &OPERATOR_INFO),
    ],
    filters: &[
        "id+in",
        "state+in",
        "application__id",
        "application__name+ic",
        "computer__id",
        "computer__name+ic",
        "computer__project__id",
        "person+ic",
        "decided_by__id",
        "created_at:gte,lt",
        "decided_at:gte,lt",
    ],
    search: &[
        "application__name",
        "computer__name",
        "person",
        "justification",
    ],
    visible: &[sight::computer("computer")],
    belongs: Belongs::Viewers,
    text: CALLED,
    actions: &[Action::post(
        "<id>/decide",
        Need::Change,
        "Approve or refuse a request, or change that decision",
        &[
            put_extra("approved", Like::Boolean).required(),
            put("comment"),
        ],
        run!(decide),
    )
    .giving(Gives::Row)
    .conflicting()],
    ..Entity::EMPTY
};

async fn decide(call: Call) -> Result<Answer, RestError> {
    deciding::decide(&APPLICATION_REQUESTS, call).await
}
