//! Sessions of remote support, as they are read. They come about by asking, and go by ending.

use migasfree_server_db::args;
use migasfree_server_entity::{
    action::{Action, Answer, Call, Gives},
    boundary::Belongs,
    entity::{Entity, Field, Like, Model, Shape, col, made, one},
    error::RestError,
    load, run,
    schema::{
        Choice, Default, Loss, Table, Type, bool, choice, computed, document, int, key, lines,
        text, time,
    },
};

use super::words::{CONSENT, MODES, RECORDING, SERVICES, STATES, STRENGTHS};
use crate::core::shapes::{COMPUTER_INFO, OPERATOR_INFO};
use crate::sight;

/// Most characters of a reason.
pub(super) const LONGEST_REASON: usize = 500;
/// The same of a ticket.
pub(super) const LONGEST_TICKET: usize = 100;

/// What the operator showed with the request.
const CREDENTIALS: &[Choice<&str>] = &[
    ("session", "Session of the console"),
    ("token", "Token"),
    ("jwt", "JSON web token"),
    ("api_key", "API key"),
    ("password", "Name and password"),
];

/// `remote_session`
pub static TABLE: Table = Table {
    name: "remote_session",
    columns: &[
        text("uuid", 36),
        key("computer_id", "client_computer"),
        key("operator_id", "core_userprofile")
            .null()
            .losing(Loss::Told),
        text("operator_name", 150),
        key("policy_id", "remote_policy").null().losing(Loss::Told),
        choice("credential", CREDENTIALS),
        int("credential_id").null(),
        choice("strength", STRENGTHS),
        text("address", 45).default(Default::Text("")),
        text("computer_key", 43),
        choice("service", SERVICES),
        choice("mode", MODES),
        text("account", 64).default(Default::Text("")),
        text("port", 32).default(Default::Text("")),
        lines("uses"),
        text("reason", LONGEST_REASON).default(Default::Text("")),
        text("ticket", LONGEST_TICKET).default(Default::Text("")),
        choice("consent", CONSENT),
        choice("recording", RECORDING),
        document("switches"),
        choice("state", STATES).default(Default::Text("requested")),
        time("created_at").default(Default::Now),
        time("expires_at"),
        time("ends_at"),
        time("started_at").null(),
        time("ended_at").null(),
        text("end_code", 50).default(Default::Text("")),
        int("bytes_in").default(Default::Int(0)),
        int("bytes_out").default(Default::Int(0)),
        bool("recorded", false),
        text("secret_hash", 64).default(Default::Text("")).secret(),
    ],
    virtuals: &[computed(
        "has_recording",
        Type::Bool,
        "EXISTS (SELECT 1 FROM remote_recording AS rr WHERE rr.session_id = {t}.id)",
    )],
    order: &["-created_at"],
    unique: &[&["uuid"]],
    ..Table::EMPTY
};

/// A policy by name alone.
static POLICY_REF: Shape = Shape {
    name: "RemotePolicyInfo",
    table: "remote_policy",
    fields: &[col("id"), col("name")],
};

const CALLED_BY: &[Field] = &[
    col("operator_name"),
    col("service"),
    one("computer", &COMPUTER_INFO),
];

/// Who does what on which computer.
const CALLED: Field = made("__str__", Like::Text, CALLED_BY, |row, _| {
    let computer = row.get("computer");
    format!(
        "{}, {}, {}",
        computer.get("__str__").as_text(),
        row.get("service").as_text(),
        row.get("operator_name").as_text()
    )
    .into()
});

/// What is told of something that happened.
const EVENT: &[(&str, Like)] = &[
    ("id", Like::Integer),
    ("created_at", Like::Text),
    ("what", Like::Text),
    ("actor", Like::Text),
    ("details", Like::Anything),
];

/// Sessions of remote support.
pub static REMOTE_SESSIONS: Entity = Entity {
    route: "remote-sessions",
    model: Model {
        app: "remote",
        name: "remotesession",
        one: "Remote session",
        many: "Remote sessions",
    },
    table: &TABLE,
    operations: "LR",
    schema: "RemoteSession",
    detail: &[
        col("id"),
        CALLED,
        col("uuid"),
        one("computer", &COMPUTER_INFO),
        one("operator", &OPERATOR_INFO),
        col("operator_name"),
        one("policy", &POLICY_REF),
        col("strength"),
        col("address"),
        col("service"),
        col("mode"),
        col("account"),
        col("port"),
        col("uses"),
        col("reason"),
        col("ticket"),
        col("consent"),
        col("recording"),
        col("switches"),
        col("state"),
        col("created_at"),
        col("ends_at"),
        col("started_at"),
        col("ended_at"),
        col("end_code"),
        col("bytes_in"),
        col("bytes_out"),
        col("recorded"),
        col("has_recording"),
    ],
    filters: &[
        "id+in",
        "uuid",
        "computer__id",
        "computer__name+ic",
        "computer__project__id",
        "operator__id",
        "operator_name+ic",
        "policy__id",
        "service+in",
        "mode+in",
        "state+in",
        "ticket+ic",
        "reason:ic",
        "end_code+in",
        "recorded",
        "created_at:gte,lt",
        "ended_at:gte,lt,null",
    ],
    search: &["computer__name", "operator_name", "reason", "ticket"],
    visible: &[sight::computer("computer")],
    belongs: Belongs::Viewers,
    text: CALLED,
    actions: &[Action::get(
        "<id>/events",
        "What happened in it, the first thing first",
        run!(events),
    )
    .giving(Gives::Listed(EVENT))],
    ..Entity::EMPTY
};

type Happened = (i64, migasfree_server_db::Ts, String, String, Option<String>);

async fn events(call: Call) -> Result<Answer, RestError> {
    let rows: Vec<Happened> = call
        .context
        .state
        .db
        .all(
            "SELECT id, created_at, what, actor, details FROM remote_event WHERE session_id = $1 ORDER BY id",
            args![call.id],
        )
        .await?;
    let told: Vec<serde_json::Value> = rows
        .into_iter()
        .map(|(id, at, what, actor, details)| {
            let details = details.and_then(|text| serde_json::from_str(&text).ok());
            let details: serde_json::Value = details.unwrap_or_default();
            serde_json::json!({
                "id": id,
                "created_at": at,
                "what": what,
                "actor": actor,
                "details": details,
            })
        })
        .collect();
    Answer::of(&told)
}

/// A session as its list has it, for whoever may not read the list but began it.
pub(super) async fn shown(
    context: &migasfree_server_entity::context::Context,
    id: i64,
) -> Result<serde_json::Value, RestError> {
    let reading = context.reading();
    let fields = REMOTE_SESSIONS.detail;
    let row = load::load_one(&mut context.source(), &reading, &TABLE, fields, id).await?;
    let row = row.ok_or(RestError::NoRow(REMOTE_SESSIONS.model.one))?;
    Ok(row.to_value())
}
