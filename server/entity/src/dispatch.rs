//! From a request to an operation: which entity, which row, which right.
//!
//! One handler serves every entity, because the addresses follow from the declarations:
//! with and without the final slash, with `.json` or `?format=json` or neither.

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    access::{self, Need},
    action::{Action, Answer, Call, Verb},
    address, badge,
    body::{self, Body},
    boundary,
    context::Context,
    deletion,
    entity::Field,
    error::RestError,
    export,
    json::Json,
    links, load, messages, metadata, negotiation,
    params::Params,
    precondition::{IfMatch, Version},
    read,
    registry::{Registry, Resource},
    save,
    validate::{self, Mode},
    value,
};
use crate::services::Services;

/// Roots that list the resources below them, also for people who are not signed in.
const ROOTS: [&str; 2] = ["", "catalog"];

/// Most rows that are deleted together.
const SEVERAL: usize = 1_000;

/// What an address stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Target {
    List,
    Filter,
    Export,
    Row(i64),
    Badge(i64),
    Relations(i64),
    /// What a deletion would do; without a row, of those that `id__in` names.
    Consequences(Option<i64>),
    BulkDelete,
    Action(i64, &'static str),
}

/// Which of the addresses that [`handle`] serves a request was for, as OpenAPI writes it: `/api/v1/token/stores/{id}/`. Its
/// answer carries it.
#[derive(Debug, Clone)]
pub struct Route(pub String);

impl Route {
    fn of(resource: &Resource, target: Target) -> Self {
        let below = match target {
            Target::List => String::new(),
            Target::Filter => "filter/".to_owned(),
            Target::Export => "export/".to_owned(),
            Target::Row(_) => "{id}/".to_owned(),
            Target::Badge(_) => "{id}/badge/".to_owned(),
            Target::Relations(_) => "{id}/relations/".to_owned(),
            Target::Consequences(Some(_)) => "{id}/consequences/".to_owned(),
            Target::Consequences(None) => "consequences/".to_owned(),
            Target::BulkDelete => "bulk-delete/".to_owned(),
            Target::Action(_, path) => format!("{}/", path.replace("<id>", "{id}")),
        };
        Self(format!(
            "{}{}/{below}",
            address::TOKEN,
            resource.entity.route
        ))
    }
}

/// Answers every request below `/api/v1/token/`.
pub async fn handle(State(state): State<Services>, request: Request) -> Response {
    let head = request.method() == Method::HEAD;
    let mut response = match serve(state, request).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    if head {
        *response.body_mut() = axum::body::Body::empty();
    }
    response
}

async fn serve(state: Services, request: Request) -> Result<Response, RestError> {
    let path = request.uri().path().to_owned();
    let route = route(&path);
    let params = Params::from_query(request.uri().query().unwrap_or_default());
    let (route, suffix) = match route.rsplit_once('.') {
        Some((route, suffix)) if !suffix.contains('/') => (route, Some(suffix)),
        _ => (route, None),
    };
    if [suffix, params.get("format")]
        .into_iter()
        .flatten()
        .any(|format| format != "json")
    {
        return Err(RestError::NoRoute);
    }
    if ROOTS.contains(&route) {
        return root(&state, route, request.method());
    }
    let (resource, target) = find(state.registry, route).ok_or(RestError::NoRoute)?;
    let answer = Box::pin(answer(state, request, (resource, target, params), route)).await;
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    response
        .extensions_mut()
        .insert(Route::of(resource, target));
    Ok(response)
}

async fn answer(
    state: Services,
    request: Request,
    (resource, target, params): (&'static Resource, Target, Params),
    route: &str,
) -> Result<Response, RestError> {
    if !negotiation::acceptable(request.headers(), target == Target::Export) {
        return Err(RestError::NotAcceptable);
    }
    let (mut parts, body) = request.into_parts();
    let operator = access::operator(&state, &mut parts).await?;
    let request = Request::from_parts(parts, body);
    let context = Context::new(state, operator);
    let address = format!(
        "{}{}{route}/",
        address::base(&context.state),
        address::TOKEN
    );
    let served = Served {
        context,
        resource,
        params,
        address,
    };
    Box::pin(served.answer(target, request)).await
}

/// The part of the path below the token resources, without slashes at its ends.
fn route(path: &str) -> &str {
    path.strip_prefix(address::TOKEN.trim_end_matches('/'))
        .unwrap_or(path)
        .trim_matches('/')
}

/// Longest routes first: `deployments/internal-sources` is no row of `deployments`.
fn find(registry: &'static Registry, route: &str) -> Option<(&'static Resource, Target)> {
    let mut found: Option<(&'static Resource, &str)> = None;
    for resource in &registry.resources {
        let own = resource.entity.route;
        let rest = route
            .strip_prefix(own)
            .filter(|rest| rest.is_empty() || rest.starts_with('/'));
        if let Some(rest) = rest
            && found.is_none_or(|(best, _)| best.entity.route.len() < own.len())
        {
            found = Some((resource, rest.trim_start_matches('/')));
        }
    }
    let (resource, rest) = found?;
    target(resource, rest).map(|target| (resource, target))
}

fn target(resource: &'static Resource, rest: &str) -> Option<Target> {
    let entity = resource.entity;
    let action = |path: &str| {
        entity
            .actions
            .iter()
            .find(|action| action.path == path)
            .map(|action| action.path)
    };
    match rest {
        "" => return Some(Target::List),
        "filter" if entity.generic => return Some(Target::Filter),
        "export" if !matches!(entity.csv, super::entity::Csv::Absent) => {
            return Some(Target::Export);
        }
        "consequences" if entity.operations.contains('D') => {
            return Some(Target::Consequences(None));
        }
        "bulk-delete" if entity.operations.contains('D') => return Some(Target::BulkDelete),
        _ => {}
    }
    if let Some(path) = action(rest) {
        return Some(Target::Action(0, path));
    }
    let (id, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let id = id.parse().ok()?;
    match rest {
        "" => Some(Target::Row(id)),
        "badge" if entity.generic => Some(Target::Badge(id)),
        "relations" if entity.generic => Some(Target::Relations(id)),
        "consequences" if entity.operations.contains('D') => Some(Target::Consequences(Some(id))),
        rest => action(&format!("<id>/{rest}")).map(|path| Target::Action(id, path)),
    }
}

fn root(state: &Services, route: &str, method: &Method) -> Result<Response, RestError> {
    if !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Err(RestError::Method(
            method.to_string(),
            "GET, HEAD, OPTIONS".to_owned(),
        ));
    }
    let base = address::base(state);
    let mut members = Vec::new();
    for resource in &state.registry.resources {
        let own = resource.entity.route;
        let below = match (route, own.split_once('/')) {
            ("", Some(("catalog" | "devices" | "mgi" | "stats", _))) => None,
            ("", _) => Some(own),
            (route, Some((family, rest))) if family == route => Some(rest),
            _ => None,
        };
        if let Some(name) = below {
            members.push((name, address::of(&base, own).into()));
        }
    }
    Ok(axum::Json(Json::Object(members)).into_response())
}

/// A request whose entity and operator are known.
struct Served {
    context: Context,
    resource: &'static Resource,
    params: Params,
    address: String,
}

impl Served {
    async fn answer(self, target: Target, request: Request) -> Result<Response, RestError> {
        let method = request.method().clone();
        let entity = self.resource.entity;
        let allows = |operation: char| entity.operations.contains(operation);
        let reading = method == Method::GET || method == Method::HEAD;
        match target {
            Target::List if reading && allows('L') => Box::pin(self.list()).await,
            Target::List if method == Method::POST && allows('C') => self.create(request).await,
            Target::Filter if method == Method::POST => Box::pin(self.filter(request)).await,
            Target::Export if reading || method == Method::POST => self.export(request).await,
            Target::Row(id) if reading && allows('R') => self.retrieve(id).await,
            Target::Row(id) if method == Method::PUT && allows('U') => {
                self.update(id, Mode::Replace, request).await
            }
            Target::Row(id) if method == Method::PATCH && allows('U') => {
                self.update(id, Mode::Patch, request).await
            }
            Target::Row(id) if method == Method::DELETE && allows('D') => {
                let if_match = IfMatch::read(request.headers())?;
                self.delete(id, &if_match).await
            }
            Target::Badge(id) if reading => {
                self.context.allow(entity, Need::View)?;
                ok(badge::of(&self.context, self.resource, id).await?)
            }
            Target::Relations(id) if reading => {
                self.context.allow(entity, Need::View)?;
                ok(links::of(&self.context, self.resource, id).await?)
            }
            Target::Consequences(id) if reading => self.consequences(id).await,
            Target::BulkDelete if method == Method::POST => self.delete_all(request).await,
            Target::Action(id, path) if method != Method::OPTIONS => {
                let verb = if method == Method::HEAD {
                    Method::GET
                } else {
                    method.clone()
                };
                match entity
                    .actions
                    .iter()
                    .find(|action| action.path == path && action.verb.name() == verb.as_str())
                {
                    Some(action) => self.act(action, id, request).await,
                    None => Err(not_allowed(&method, self.resource, target)),
                }
            }
            _ if method == Method::OPTIONS => {
                let operator = &self.context.operator;
                let described = match target {
                    Target::List => metadata::of_list(entity, operator),
                    Target::Row(_) => metadata::of_row(entity, operator),
                    _ => metadata::of_action(entity),
                };
                let allow = [(header::ALLOW, allowed(self.resource, target))];
                Ok((allow, axum::Json(described)).into_response())
            }
            _ => Err(not_allowed(&method, self.resource, target)),
        }
    }

    async fn list(self) -> Result<Response, RestError> {
        self.context.allow(self.resource.entity, Need::View)?;
        ok(self
            .page(&self.params, self.resource.entity.list_fields())
            .await?)
    }

    /// A filter by POST needs no more than a list: it is the same list with a longer question.
    async fn filter(self, request: Request) -> Result<Response, RestError> {
        self.context.allow(self.resource.entity, Need::View)?;
        let params = Params::from_body(&self.body(request).await?.object()?.members);
        ok(self.page(&params, self.resource.entity.detail).await?)
    }

    async fn page(&self, params: &Params, fields: &'static [Field]) -> Result<Json, RestError> {
        let list = read::List {
            filters: params,
            conditions: Vec::new(),
            links: params,
            address: &self.address,
            fields,
        };
        read::page(&self.context, self.resource, list).await
    }

    async fn export(self, request: Request) -> Result<Response, RestError> {
        self.context.allow(self.resource.entity, Need::View)?;
        let params = if request.method() == Method::POST {
            Params::from_body(&self.body(request).await?.object()?.members)
        } else {
            self.params
        };
        export::answer(self.context, self.resource, &params).await
    }

    async fn retrieve(self, id: i64) -> Result<Response, RestError> {
        let entity = self.resource.entity;
        self.context.allow(entity, Need::View)?;
        read::visible(&self.context, self.resource, id).await?;
        let version = self.version(id).await?;
        let row = read::retrieve(&self.context, self.resource, id, entity.detail).await?;
        Ok(versioned(StatusCode::OK, version, row))
    }

    /// The version of a row that can be changed. It is read before the row: one that changes in between is then
    /// answered with a version that is over, and no change is lost.
    async fn version(&self, id: i64) -> Result<Option<Version>, RestError> {
        let entity = self.resource.entity;
        if !entity.operations.contains(['U', 'D']) {
            return Ok(None);
        }
        let key = &self.context.state.auth.jwt;
        Version::read(&mut self.context.source(), key, entity.table, id).await
    }

    async fn create(self, request: Request) -> Result<Response, RestError> {
        self.context.allow(self.resource.entity, Need::Add)?;
        self.prove(self.resource.entity.guarded.is_some()).await?;
        let body = self.body(request).await?.object()?;
        let save::Created { id, told_once } =
            save::create(&self.context, self.resource, body).await?;
        let version = self.version(id).await?;
        let mut row = self
            .written(id, self.resource.entity.created_fields())
            .await?;
        for (member, value) in told_once {
            row.replace(member, value);
        }
        Ok(versioned(StatusCode::CREATED, version, row))
    }

    async fn update(self, id: i64, mode: Mode, request: Request) -> Result<Response, RestError> {
        let entity = self.resource.entity;
        if !entity.hooks.self_service(&self.context.operator, id) {
            self.context.allow(entity, Need::Change)?;
        }
        let if_match = IfMatch::read(request.headers())?;
        let body = self.body(request).await?.object()?;
        let is_guarded = entity.guarded.is_some_and(|free| {
            let mut given = body.members.keys();
            !given.all(|name| free.contains(&name.as_str()))
        });
        self.prove(is_guarded).await?;
        save::update(&self.context, self.resource, id, (mode, &if_match), body).await?;
        let version = self.version(id).await?;
        let row = self.written(id, entity.updated_fields()).await?;
        Ok(versioned(StatusCode::OK, version, row))
    }

    async fn delete(self, id: i64, if_match: &IfMatch) -> Result<Response, RestError> {
        self.context.allow(self.resource.entity, Need::Delete)?;
        self.prove(self.resource.entity.guarded.is_some()).await?;
        deletion::delete(&self.context, self.resource, id, &self.params, if_match).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    async fn delete_all(self, request: Request) -> Result<Response, RestError> {
        self.context.allow(self.resource.entity, Need::Delete)?;
        self.prove(self.resource.entity.guarded.is_some()).await?;
        let body = self.body(request).await?.object()?;
        let given = body.get("ids").cloned().unwrap_or_default();
        let ids = value::id_list(&given).map_err(|reason| RestError::refused("ids", &reason))?;
        if !(1..=SEVERAL).contains(&ids.len()) {
            return Err(RestError::field("ids", messages::several_ids(SEVERAL)));
        }
        deletion::delete_all(&self.context, self.resource, &ids, &self.params).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    /// Whoever may delete may know what that would do.
    async fn consequences(self, id: Option<i64>) -> Result<Response, RestError> {
        self.context.allow(self.resource.entity, Need::Delete)?;
        let ids = match id {
            Some(id) => vec![id],
            None => self.several()?,
        };
        let told = deletion::consequences(&self.context, self.resource, &ids, &self.params).await?;
        Ok(axum::Json(told).into_response())
    }

    fn several(&self) -> Result<Vec<i64>, RestError> {
        let ids: Result<Vec<i64>, _> = self
            .params
            .all("id__in")
            .iter()
            .map(|id| id.parse())
            .collect();
        match ids {
            Ok(ids) if (1..=SEVERAL).contains(&ids.len()) => Ok(ids),
            _ => Err(RestError::field(
                "id__in",
                messages::several_ids_in_address(SEVERAL),
            )),
        }
    }

    /// The answer of a write, whether or not the row is still visible after it.
    async fn written(&self, id: i64, fields: &'static [Field]) -> Result<Json, RestError> {
        let entity = self.resource.entity;
        let reading = self.context.reading();
        load::load_one(
            &mut self.context.source(),
            &reading,
            entity.table,
            fields,
            id,
        )
        .await?
        .ok_or(RestError::NoRow(entity.model.one))
    }

    async fn act(
        self,
        action: &'static Action,
        id: i64,
        request: Request,
    ) -> Result<Response, RestError> {
        self.context.allow(self.resource.entity, action.need)?;
        let is_guarded = self.resource.entity.guarded.is_some() && action.writes;
        self.prove(action.guarded || is_guarded).await?;
        if action.of_row() {
            read::visible(&self.context, self.resource, id).await?;
        }
        if action.of_row() && action.writes {
            let source = &mut self.context.source();
            boundary::check(&self.context, source, self.resource.entity, id).await?;
        }
        let body = if matches!(action.verb, Verb::Get) {
            Body::default()
        } else {
            self.body(request).await?.object()?
        };
        let zone = self.context.zone();
        validate::members(self.resource.entity, action.body, &body, zone)?;
        let call = Call {
            context: self.context,
            id,
            params: self.params,
            body,
            address: self.address,
        };
        Ok(match (action.run)(call).await? {
            Answer::Json(json) | Answer::Part(json, None) => axum::Json(json).into_response(),
            Answer::Part(json, Some(next)) => {
                let link = [(header::LINK, format!("<{next}>; rel=\"next\""))];
                (link, axum::Json(json)).into_response()
            }
            Answer::Done => StatusCode::OK.into_response(),
            Answer::Created => StatusCode::CREATED.into_response(),
            Answer::Gone => StatusCode::NO_CONTENT.into_response(),
        })
    }

    /// What is guarded is done by who showed lately who they are.
    async fn prove(&self, is_guarded: bool) -> Result<(), RestError> {
        match is_guarded {
            true => access::proved(&self.context.state, &self.context.operator).await,
            false => Ok(()),
        }
    }

    async fn body(&self, request: Request) -> Result<Body, RestError> {
        let state = &self.context.state;
        let limits = state.settings.operator;
        body::read(request, &state.files, limits).await
    }
}

fn ok(json: Json) -> Result<Response, RestError> {
    Ok(axum::Json(json).into_response())
}

fn versioned(status: StatusCode, version: Option<Version>, row: Json) -> Response {
    let mut response = (status, axum::Json(row)).into_response();
    if let Some(tag) = version.and_then(|version| version.header()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn not_allowed(method: &Method, resource: &Resource, target: Target) -> RestError {
    RestError::Method(method.to_string(), allowed(resource, target))
}

fn allowed(resource: &Resource, target: Target) -> String {
    let entity = resource.entity;
    let generic: &[(char, &str)] = match target {
        Target::List => &[('L', "GET"), ('C', "POST")],
        Target::Row(_) => &[('R', "GET"), ('U', "PUT"), ('U', "PATCH"), ('D', "DELETE")],
        _ => &[],
    };
    let mut verbs: Vec<&str> = generic
        .iter()
        .filter(|(operation, _)| entity.operations.contains(*operation))
        .map(|(_, verb)| *verb)
        .collect();
    match target {
        Target::Filter | Target::BulkDelete => verbs.push("POST"),
        Target::Export => verbs.extend(["GET", "POST"]),
        Target::Badge(_) | Target::Relations(_) | Target::Consequences(_) => verbs.push("GET"),
        Target::Action(_, path) => verbs.extend(
            entity
                .actions
                .iter()
                .filter(|action| action.path == path)
                .map(|action| action.verb.name()),
        ),
        Target::List | Target::Row(_) => {}
    }
    if verbs.contains(&"GET") {
        verbs.push("HEAD");
    }
    verbs.push("OPTIONS");
    verbs.join(", ")
}
