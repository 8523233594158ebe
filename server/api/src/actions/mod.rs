//! Actions: asking for them, taking them back, and what came of them.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use migasfree_server_auth::Operator;
use migasfree_server_domain::{
    actions::{self, ACTIONS, Asked, executions::EXECUTIONS},
    computers::computer::COMPUTERS,
};
use migasfree_server_entity::{
    access::Need,
    action::Verb,
    address,
    call::{Gives, Members, Served, call},
    context::Context,
    entity::Like,
    error::RestError,
    json::Json as Answer,
    params::Params,
    read::{self, List},
    value::Refused,
};
use serde_json::{Value, json};

use crate::ApiState;
use crate::accounts::fields::Fields;

/// What is asked for.
const ASKED: Members = &[
    ("verb", Like::Text),
    ("parameters", Like::Object),
    ("computers", Like::Ids),
    ("filter", Like::Object),
    ("included_attributes", Like::Ids),
    ("excluded_attributes", Like::Ids),
    ("expected", Like::Integer),
    ("reason", Like::Note),
    ("starts_at", Like::Note),
    ("expires_at", Like::Note),
    ("key", Like::Note),
];

/// The same of one computer.
const OF_ONE: Members = &[
    ("verb", Like::Text),
    ("parameters", Like::Object),
    ("reason", Like::Note),
    ("starts_at", Like::Note),
    ("expires_at", Like::Note),
    ("key", Like::Note),
];

/// What came out.
const OUTPUT: Members = &[
    ("state", Like::Text),
    ("exit_code", Like::Anything),
    ("output", Like::Text),
    ("next", Like::Integer),
    ("truncated", Like::Boolean),
];

/// A page of executions.
const PAGE: Members = &[
    ("count", Like::Integer),
    ("next", Like::Note),
    ("previous", Like::Note),
    ("results", Like::Objects),
];

/// The calls.
pub(crate) fn calls() -> Vec<Served<ApiState>> {
    vec![
        call(
            Verb::Post,
            "/api/v1/token/actions/",
            "Have computers do something once: sync, inventory, message, lock, reboot, shutdown or wake. Who asks again with \
             the same key gets the same action",
        )
        .taking(ASKED)
        .gives(Gives::Added("Action"))
        .refusing(&["409"])
        // The list is the entity's.
        .served(post(ask).fallback(otherwise)),
        call(
            Verb::Post,
            "/api/v1/token/computers/{id}/actions/",
            "Have one computer do something once",
        )
        .taking(OF_ONE)
        .gives(Gives::Added("Action"))
        .refusing(&["409"])
        .answered(ask_one),
        call(
            Verb::Post,
            "/api/v1/token/actions/{id}/cancel/",
            "Cancel an action where no computer has it yet; what goes on does so",
        )
        .gives(Gives::Named("Action"))
        .answered(cancel),
        call(
            Verb::Get,
            "/api/v1/token/actions/{id}/executions/",
            "The executions of an action, one for each computer",
        )
        .asking(&[
            ("state", Like::Text),
            ("search", Like::Text),
            ("ordering", Like::Text),
            ("page", Like::Integer),
            ("page_size", Like::Integer),
        ])
        .giving(PAGE)
        .answered(executions),
        call(
            Verb::Get,
            "/api/v1/token/executions/{id}/output/",
            "What came out of an execution, from a place on that the answer before named",
        )
        .asking(&[("from", Like::Integer)])
        .giving(OUTPUT)
        .answered(output),
    ]
}

async fn ask(
    State(state): State<ApiState>,
    operator: Operator,
    fields: Fields,
) -> Result<(StatusCode, Json<Value>), RestError> {
    let context = Context::new(state.services.clone(), operator);
    let asked = Asked::read(&context, fields.0)?;
    begun(&context, &asked).await
}

async fn ask_one(
    State(state): State<ApiState>,
    operator: Operator,
    id: Result<Path<i64>, PathRejection>,
    fields: Fields,
) -> Result<(StatusCode, Json<Value>), RestError> {
    let Path(id) = id.map_err(|_| RestError::NoRow(COMPUTERS.model.one))?;
    let context = Context::new(state.services.clone(), operator);
    let asked = Asked::of_one(&context, fields.0, id)?;
    let resource = context.registry().by_route(COMPUTERS.route);
    read::visible(&context, resource.ok_or(RestError::NoRoute)?, id).await?;
    begun(&context, &asked).await
}

async fn begun(context: &Context, asked: &Asked) -> Result<(StatusCode, Json<Value>), RestError> {
    let asking = actions::ask(context, asked).await?;
    let status = match asking.is_new {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    let shown = actions::shown(context, asking.id).await?;
    Ok((status, Json(shown)))
}

async fn otherwise(State(state): State<ApiState>, request: Request) -> Response {
    migasfree_server_entity::handle(State(state.services.clone()), request).await
}

async fn cancel(
    State(state): State<ApiState>,
    operator: Operator,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Json<Value>, RestError> {
    let Path(id) = id.map_err(|_| RestError::NoRow(ACTIONS.model.one))?;
    let context = Context::new(state.services.clone(), operator);
    actions::cancel(&context, id).await?;
    actions::shown(&context, id).await.map(Json)
}

async fn executions(
    State(state): State<ApiState>,
    operator: Operator,
    id: Result<Path<i64>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Result<Json<Answer>, RestError> {
    let Path(id) = id.map_err(|_| RestError::NoRow(ACTIONS.model.one))?;
    let context = Context::new(state.services.clone(), operator);
    context.allow(&EXECUTIONS, Need::View)?;
    let by_route = |route| context.registry().by_route(route).ok_or(RestError::NoRoute);
    read::visible(&context, by_route(ACTIONS.route)?, id).await?;
    let asked = Params::from_query(&query.unwrap_or_default());
    let of_action = Params::from_query(&asked.with("action__id", Some(&id.to_string())));
    let address = address::of(
        &address::base(&context.state),
        &format!("actions/{id}/executions"),
    );
    let list = List {
        filters: &of_action,
        conditions: Vec::new(),
        links: &asked,
        address: &address,
        fields: EXECUTIONS.list_fields(),
    };
    read::page(&context, by_route(EXECUTIONS.route)?, list)
        .await
        .map(Json)
}

async fn output(
    State(state): State<ApiState>,
    operator: Operator,
    id: Result<Path<i64>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, RestError> {
    let Path(id) = id.map_err(|_| RestError::NoRow(EXECUTIONS.model.one))?;
    let context = Context::new(state.services.clone(), operator);
    let asked = Params::from_query(&query.unwrap_or_default());
    let from = asked.get("from").map_or(Ok(0), |from| {
        let number = from.trim().parse::<i64>();
        number.map_err(|_| RestError::refused("from", &Refused::NotANumber))
    })?;
    let output = actions::output(&context, id, from).await?;
    Ok(Json(json!({
        "state": output.state,
        "exit_code": output.exit,
        "output": output.text,
        "next": output.next,
        "truncated": output.truncated,
    })))
}
