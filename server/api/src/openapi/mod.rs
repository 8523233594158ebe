//! The description of the API for programs and people: OpenAPI from the declarations, and Swagger UI.

mod document;
mod others;
mod schemas;
mod taken;
mod yaml;

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use migasfree_server_auth::Operator;
use migasfree_server_entity::{
    action::Verb,
    call::{Call, Gives, Served, call},
    entity::Like,
    params::Params,
    registry::Registry,
};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::ApiState;

/// Swagger UI runs its own scripts, talks to this server alone, and sets styles as it goes.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// The description of what is declared, of the calls of this front end and of these others, as JSON.
#[must_use]
pub fn document(registry: &'static Registry, others: &[Call]) -> String {
    let calls: Vec<Call> = crate::described().chain(others.iter().cloned()).collect();
    serde_json::to_string(&document::build(registry, &calls)).unwrap_or_default()
}

/// The description in its two media types.
struct Description {
    json: Bytes,
    yaml: Bytes,
}

impl Description {
    fn of(state: &ApiState) -> Self {
        let json = document(state.registry, &state.others);
        let yaml = yaml::written(&serde_json::from_str(&json).unwrap_or_default());
        Self {
            json: json.into(),
            yaml: yaml.into(),
        }
    }
}

/// The description, made when it is first asked for.
pub(crate) fn calls() -> Vec<Served<ApiState>> {
    let described = Arc::<OnceLock<Description>>::default();
    let schema = move |State(state): State<ApiState>,
                       // It is large: who asks for it without being an operator is counted.
                       _: Option<Operator>,
                       RawQuery(query): RawQuery,
                       headers: HeaderMap| {
        let described = Arc::clone(&described);
        async move {
            let description = described.get_or_init(|| Description::of(&state));
            shown(description, query.as_deref(), &headers)
        }
    };
    vec![
        call(Verb::Get, "/api/schema/", "This description")
            .asking(&[("format", Like::Text)])
            .gives(Gives::Description)
            .open()
            .answered(schema),
    ]
}

/// Swagger UI, beside the description and at `/docs/`.
pub fn router() -> Router<ApiState> {
    let swagger = |path: &'static str| {
        SwaggerUi::new(path)
            .config(Config::new(["/api/schema/?format=json"]).persist_authorization(false))
    };
    Router::new()
        .merge(swagger("/api/schema/swagger-ui"))
        .merge(swagger("/docs"))
        .layer(SetResponseHeaderLayer::overriding(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ))
}

fn shown(description: &Description, query: Option<&str>, headers: &HeaderMap) -> Response {
    let params = Params::from_query(query.unwrap_or_default());
    let json = match params.get("format") {
        Some(format) => format == "json",
        None => accepts_json(headers),
    };
    let (kind, text) = if json {
        ("application/vnd.oai.openapi+json", description.json.clone())
    } else {
        (
            "application/vnd.oai.openapi; charset=utf-8",
            description.yaml.clone(),
        )
    };
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// Whether the caller names JSON as something it reads.
fn accepts_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("json"))
}
