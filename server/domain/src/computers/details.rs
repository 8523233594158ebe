//! What a computer tells besides its fields: label, errors, faults, last synchronization, situation, hardware.

use migasfree_server_db::{Ts, args};
use migasfree_server_entity::{
    action::{Answer, Call},
    context::Context,
    entity::{Field, col},
    error::RestError,
    json::Json,
    load, value,
};

use super::{computer::COMPUTERS, users};
use crate::messages;
use crate::services::OfDomain as _;
use crate::{
    core::{
        attributes::FEATURES,
        platforms, projects,
        shapes::{COMPUTER_TEXT, DESKTOP_USER, PLATFORM_REF, PROJECT_INFO},
    },
    hardware::nodes,
};

const LABELLED: &[Field] = &[col("uuid"), col("name"), COMPUTER_TEXT.named("search")];

/// What is printed on the label of a computer.
///
/// # Errors
/// When the database fails.
pub async fn label(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let table = COMPUTERS.table;
    let row = load::load_one(
        &mut context.source(),
        &context.reading(),
        table,
        LABELLED,
        call.id,
    )
    .await?;
    let Some(Json::Object(mut members)) = row else {
        return Err(RestError::NoRow(COMPUTERS.model.one));
    };
    let help_desk = context.state.domain().settings.clients.help_desk.as_str();
    members.push(("helpdesk", help_desk.into()));
    Ok(Answer::Json(Json::Object(members)))
}

/// The printers a computer uses. None can be assigned here, so there is at most the default one it had elsewhere.
///
/// # Errors
/// When the database fails.
pub async fn devices(call: Call) -> Result<Answer, RestError> {
    let (default,): (Option<i64>,) = call
        .context
        .state
        .db
        .one(
            "SELECT default_logical_device_id FROM client_computer WHERE id = $1",
            args![call.id],
        )
        .await?;
    Ok(Answer::Json(Json::Object(vec![
        ("default_logical_device", default.into()),
        ("assigned_logical_devices_to_cid", Json::List(Vec::new())),
        ("inflicted_logical_devices", Json::List(Vec::new())),
    ])))
}

fn counted(unchecked: i64, total: i64) -> Answer {
    Answer::Json(Json::Object(vec![
        ("unchecked", Json::Int(unchecked)),
        ("total", Json::Int(total)),
    ]))
}

/// How many errors a computer reported, and how many nobody has checked.
///
/// # Errors
/// When the database fails.
pub async fn errors(call: Call) -> Result<Answer, RestError> {
    let (total, unchecked): (i64, i64) = call
        .context
        .state
        .db
        .one(
            "SELECT count(*), count(CASE WHEN checked THEN NULL ELSE 1 END) FROM client_error \
             WHERE computer_id = $1",
            args![call.id],
        )
        .await?;
    Ok(counted(unchecked, total))
}

/// The same of faults; unchecked are those of the operator and of nobody.
///
/// # Errors
/// When the database fails.
pub async fn faults(call: Call) -> Result<Answer, RestError> {
    let (total, unchecked): (i64, i64) = call
        .context
        .state
        .db
        .one(
            "SELECT count(*), count(CASE WHEN NOT f.checked AND (NOT EXISTS (SELECT 1 \
             FROM client_faultdefinition_users AS u WHERE u.faultdefinition_id = f.fault_definition_id) \
             OR EXISTS (SELECT 1 FROM client_faultdefinition_users AS u \
             WHERE u.faultdefinition_id = f.fault_definition_id AND u.userprofile_id = $2)) \
             THEN 1 END) FROM client_fault AS f WHERE f.computer_id = $1",
            args![call.id, call.context.operator.id],
        )
        .await?;
    Ok(counted(unchecked, total))
}

/// What the last synchronization told.
///
/// # Errors
/// When the database fails.
pub async fn sync(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let db = &context.state.db;
    let (start, end, user): (Option<Ts>, Option<Ts>, Option<i64>) = db
        .one(
            "SELECT sync_start_date, sync_end_date, sync_user_id FROM client_computer WHERE id = $1",
            args![call.id],
        )
        .await?;
    let rows: Vec<(i64,)> = db
        .all(
            "SELECT s.attribute_id FROM client_computer_sync_attributes AS s \
             JOIN core_attribute AS a ON a.id = s.attribute_id \
             JOIN core_property AS p ON p.id = a.property_att_id \
             WHERE s.computer_id = $1 ORDER BY p.prefix, a.value",
            args![call.id],
        )
        .await?;
    let ids: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
    let reading = context.reading();
    let attributes = load::load_in_order(
        &mut context.source(),
        &reading,
        FEATURES.table,
        FEATURES.detail,
        &ids,
    )
    .await?;
    let user = match user {
        Some(user) => {
            load::load_one(
                &mut context.source(),
                &reading,
                &users::TABLE,
                DESKTOP_USER.fields,
                user,
            )
            .await?
        }
        None => None,
    };
    let moment = |at: Option<Ts>| Json::from(at.map(|at| context.zone().rfc3339(at)));
    Ok(Answer::Json(Json::Object(vec![
        ("sync_start_date", moment(start)),
        ("sync_end_date", moment(end)),
        ("sync_user", user.unwrap_or(Json::Null)),
        ("sync_attributes", Json::List(attributes)),
    ])))
}

/// Project, platform and state of a computer at a moment.
///
/// # Errors
/// For a malformed date, and one before the computer was known.
pub async fn situation(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let at = match call.params.get("date") {
        None => context.now,
        Some(text) => value::moment(text, context.zone())
            .ok_or_else(|| RestError::refused("date", &value::Refused::NotATime))?,
    };
    let (Some(project), Some(status)) = (
        newest::<i64>(context, PROJECT_AT, call.id, at).await?,
        newest::<String>(context, STATUS_AT, call.id, at).await?,
    ) else {
        return Err(RestError::Refused(
            "date",
            messages::computer_not_known_yet(),
        ));
    };
    let reading = context.reading();
    let (platform,): (i64,) = context
        .state
        .db
        .one(
            "SELECT platform_id FROM core_project WHERE id = $1",
            args![project],
        )
        .await?;
    let source = &mut context.source();
    let project = load::load_one(
        source,
        &reading,
        &projects::TABLE,
        PROJECT_INFO.fields,
        project,
    )
    .await?;
    let platform = load::load_one(
        source,
        &reading,
        &platforms::TABLE,
        PLATFORM_REF.fields,
        platform,
    )
    .await?;
    Ok(Answer::Json(Json::Object(vec![
        ("platform", platform.unwrap_or(Json::Null)),
        ("project", project.unwrap_or(Json::Null)),
        ("status", status.into()),
    ])))
}

const PROJECT_AT: &str = "SELECT project_id FROM client_migration WHERE computer_id = $1 AND created_at <= $2 \
    ORDER BY created_at DESC, id DESC LIMIT 1";
const STATUS_AT: &str = "SELECT status FROM client_statuslog WHERE computer_id = $1 AND created_at <= $2 \
    ORDER BY created_at DESC, id DESC LIMIT 1";

async fn newest<T>(
    context: &Context,
    sql: &'static str,
    computer: i64,
    at: Ts,
) -> Result<Option<T>, RestError>
where
    (T,): migasfree_server_db::Record,
{
    let row: Option<(T,)> = context.state.db.optional(sql, args![computer, at]).await?;
    Ok(row.map(|(value,)| value))
}

/// The nodes of a computer's hardware, in the order they were reported.
///
/// # Errors
/// When the database fails.
pub async fn hardware(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let rows: Vec<(i64,)> = context
        .state
        .db
        .all(
            "SELECT id FROM hardware_node WHERE computer_id = $1 ORDER BY id",
            args![call.id],
        )
        .await?;
    let ids: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
    let rows = load::load_in_order(
        &mut context.source(),
        &context.reading(),
        &nodes::TABLE,
        nodes::ALONE,
        &ids,
    )
    .await?;
    Ok(Answer::Json(Json::List(rows)))
}

/// Computers that began a synchronization and have not ended it: those that are at it, or those that stopped.
async fn with_message(call: Call, sql: &'static str) -> Result<Answer, RestError> {
    let context = &call.context;
    let age = std::time::Duration::from_secs(u64::from(
        context.state.domain().settings.seconds_message_alert,
    ));
    let rows: Vec<(i64,)> = context.state.db.all(sql, args![context.now - age]).await?;
    let ids = rows.into_iter().map(|(id,)| id).collect();
    let ids = migasfree_server_entity::read::only_visible(context, "client_computer", ids).await?;
    let rows = load::load_in_order(
        &mut context.source(),
        &context.reading(),
        COMPUTERS.table,
        COMPUTERS.detail,
        &ids,
    )
    .await?;
    Ok(Answer::Json(Json::List(rows)))
}

/// The computers that are synchronizing.
///
/// # Errors
/// When the database fails.
pub async fn synchronizing(call: Call) -> Result<Answer, RestError> {
    with_message(
        call,
        "SELECT computer_id FROM client_message WHERE created_at >= $1 ORDER BY created_at DESC, computer_id",
    )
    .await
}

/// The computers whose synchronization has not gone on for too long.
///
/// # Errors
/// When the database fails.
pub async fn delayed(call: Call) -> Result<Answer, RestError> {
    with_message(
        call,
        "SELECT computer_id FROM client_message WHERE created_at < $1 ORDER BY created_at DESC, computer_id",
    )
    .await
}
