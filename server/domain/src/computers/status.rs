//! The states of computers, and what follows from entering one.

use migasfree_server_db::{Sql, Ts, Tx, args, json_ids, sql};
use migasfree_server_entity::{
    action::{Answer, Call},
    body::Body,
    error::RestError,
    json::Json,
    load,
    precondition::IfMatch,
    registry::{Registry, Resource},
    save,
    schema::{Follows, Many},
    validate::Mode,
};
use migasfree_types::message::quoted;
use sea_query::{Expr, Query};
use serde_json::json;

use super::computer::COMPUTERS;
use crate::core::{
    rules::status::Status,
    vocabulary::{CID, STATUS},
};
use crate::messages;

/// The states and their groups.
///
/// # Errors
/// None.
pub async fn choices(_call: Call) -> Result<Answer, RestError> {
    let names = |group: &[Status]| -> Json {
        Json::List(
            group
                .iter()
                .map(|status| Json::text(status.as_str()))
                .collect(),
        )
    };
    let subscribed: Vec<Status> = [&Status::PRODUCTIVE[..], &Status::UNPRODUCTIVE[..]].concat();
    Ok(Answer::Json(Json::Object(vec![
        (
            "choices",
            Json::Object(
                STATUS
                    .iter()
                    .map(|(status, label)| (*status, Json::text(label)))
                    .collect(),
            ),
        ),
        ("productive", names(&Status::PRODUCTIVE)),
        ("unproductive", names(&Status::UNPRODUCTIVE)),
        ("active", names(&Status::ACTIVE)),
        ("subscribed", names(&subscribed)),
        ("unsubscribed", names(&[Status::Unsubscribed])),
    ])))
}

/// Puts a computer into another state.
///
/// # Errors
/// 400 for a word that is no state.
pub async fn change(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let word = call.body.text("status");
    if !STATUS.iter().any(|(status, _)| *status == word) {
        return Err(RestError::Refused(
            "status",
            messages::unknown_status(quoted(word)),
        ));
    }
    let mut body = Body::default();
    body.members.insert("status".to_owned(), json!(word));
    let Some(resource) = context.registry().by_route(COMPUTERS.route) else {
        return Err(RestError::NoRoute);
    };
    let how = (Mode::Patch, &IfMatch::Unsaid);
    save::update(context, resource, call.id, how, body).await?;
    let row = load::load_one(
        &mut context.source(),
        &context.reading(),
        COMPUTERS.table,
        COMPUTERS.detail,
        call.id,
    )
    .await?;
    row.map(Answer::Json)
        .ok_or(RestError::NoRow(COMPUTERS.model.one))
}

/// What follows when a computer was put into `status`, or saved again in it: a log entry when it
/// is new, and the end of everything given to this computer alone when it leaves the fleet.
///
/// # Errors
/// When the database fails.
pub async fn entered(
    registry: &'static Registry,
    tx: &mut Tx,
    now: Ts,
    computer: i64,
    status: &str,
    new: bool,
) -> Result<(), RestError> {
    all_entered(registry, tx, now, &[computer], status, new).await
}

const LOG: Sql = sql!(
    "INSERT INTO client_statuslog (created_at, computer_id, status) SELECT $1, listed.id, $2 FROM ",
    ids(3),
    " AS listed"
);
const UNTAG: Sql = sql!(
    "DELETE FROM client_computer_tags WHERE computer_id IN ",
    ids(1)
);
const WITHDRAW: Sql = sql!(
    "UPDATE application_request SET state = 'withdrawn' WHERE state IN ('pending', 'approved') \
     AND computer_id IN ",
    ids(1)
);
const OWN: Sql = sql!(
    "SELECT a.id FROM core_attribute AS a JOIN core_property AS p ON p.id = a.property_att_id \
     WHERE p.prefix = $2 AND a.value IN ",
    texts(1)
);

/// The same for several computers.
///
/// # Errors
/// When the database fails.
pub async fn all_entered(
    registry: &'static Registry,
    tx: &mut Tx,
    now: Ts,
    computers: &[i64],
    status: &str,
    new: bool,
) -> Result<(), RestError> {
    let list = json_ids(computers.iter().copied());
    if new {
        tx.execute(LOG, args![now, status, &list]).await?;
    }
    if !strips_assignments(status) {
        return Ok(());
    }
    for end in [UNTAG, WITHDRAW] {
        tx.execute(end, args![&list]).await?;
    }
    let values: Vec<String> = computers.iter().map(ToString::to_string).collect();
    let own: Vec<(i64,)> = tx.all(OWN, args![json!(values).to_string(), CID]).await?;
    for naming in namings(registry) {
        if !naming.ends {
            continue;
        }
        let own = json_ids(own.iter().map(|(id,)| *id));
        let delete = Query::delete()
            .from_table(naming.list)
            .and_where(tx.dialect().in_list(Expr::col(naming.attribute), own))
            .take();
        tx.execute_query(&delete).await?;
    }
    Ok(())
}

/// Whether what was given to a computer alone ends when it enters this state.
#[must_use]
pub fn strips_assignments(status: &str) -> bool {
    status
        .parse::<Status>()
        .is_ok_and(Status::strips_assignments)
}

/// A list that may name a computer alone, by the attribute that stands for it.
#[derive(Debug, Clone, Copy)]
pub struct Naming {
    /// Whose rows have the list.
    pub resource: &'static Resource,
    /// The table it is kept in, and its two columns.
    pub list: &'static str,
    pub owner: &'static str,
    pub attribute: &'static str,
    ends: bool,
}

/// All of them, as they are declared.
#[must_use]
pub fn namings(registry: &'static Registry) -> Vec<Naming> {
    let lists = registry.following();
    let namings = lists.filter_map(|(resource, many)| match many {
        Many::Link {
            table,
            own,
            other,
            follows,
            ..
        } => Some(Naming {
            resource,
            list: table,
            owner: own,
            attribute: other,
            ends: *follows == Follows::Leaving,
        }),
        Many::Back { .. } => None,
    });
    namings.collect()
}

const FORGET_OF_PROJECT: &str = "DELETE FROM core_attribute \
    WHERE property_att_id = (SELECT id FROM core_property WHERE prefix = $2) \
    AND value IN (SELECT CAST(id AS TEXT) FROM client_computer WHERE project_id = $1)";
const FORGET_OF_PLATFORM: &str = "DELETE FROM core_attribute \
    WHERE property_att_id = (SELECT id FROM core_property WHERE prefix = $2) \
    AND value IN (SELECT CAST(c.id AS TEXT) FROM client_computer AS c \
    JOIN core_project AS p ON p.id = c.project_id WHERE p.platform_id = $1)";

/// The attributes that stand for the computers of a project go with it, as the computers do.
///
/// # Errors
/// When the database fails.
pub async fn project_goes(tx: &mut Tx, project: i64) -> Result<(), RestError> {
    tx.execute(FORGET_OF_PROJECT, args![project, CID]).await?;
    Ok(())
}

/// The same for all projects of a platform.
///
/// # Errors
/// When the database fails.
pub async fn platform_goes(tx: &mut Tx, platform: i64) -> Result<(), RestError> {
    tx.execute(FORGET_OF_PLATFORM, args![platform, CID]).await?;
    Ok(())
}

/// The attribute that stands for a computer, once it has synchronized.
///
/// # Errors
/// When the database fails.
pub async fn own_attribute(tx: &mut Tx, computer: i64) -> Result<Option<i64>, RestError> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT a.id FROM core_attribute AS a JOIN core_property AS p ON p.id = a.property_att_id \
             WHERE p.prefix = $2 AND a.value = $1",
            args![computer.to_string(), CID],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}
