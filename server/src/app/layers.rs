//! What every request passes through, from the outside in: slashes, request id, log and figures, problems, panics, headers,
//! what comes without encryption or a certificate, compression, revoked certificates, time limit, the rest of the body, size
//! limit.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{DefaultBodyLimit, FromRequestParts as _, MatchedPath, Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{
    Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header,
};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, Router};
use migasfree_server_auth::{Connection, Peer, messages::internal, problem};
use migasfree_server_authority::serial_of;
use migasfree_server_db::random::Random;
use migasfree_server_domain::{computers::repeats::Repeats, services::OfDomain as _};
use migasfree_server_entity::Route;
use migasfree_server_protocol::Incompressible;
use migasfree_types::message::Message;
use serde_json::json;
use tower::ServiceBuilder;
use tower::util::{MapRequest, MapRequestLayer, MapResponseLayer};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{
    DefaultPredicate, NotForContentType, Predicate as _, SizeAbove,
};
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tracing::Instrument as _;

use super::refused::Answered;
use super::{AppState, drain, problems};
use crate::config::Settings;
use crate::{messages, tls};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Bytes of the name a request may bring.
const LONGEST_NAME: usize = 128;
/// Seconds after which it is worth trying again where nothing else is said.
const TRY_AGAIN_AFTER: &str = "5";
/// A request with a larger body, or one of unknown size, gets the time of an upload.
const LARGE_BODY: u64 = 1024 * 1024;

/// The routes within everything that requests pass through. Slashes come before the routes are matched.
pub(super) type Stack = MapRequest<Router, fn(Request) -> Request>;

/// Puts the layers around the routes.
pub(super) fn around(routes: Router<AppState>, state: AppState) -> Stack {
    let limit = usize::try_from(state.settings.body_limit_mb).unwrap_or(16) * 1024 * 1024;
    let not_yet_compressed = DefaultPredicate::new()
        // What fits one packet is not worth the memory a compressor sets up.
        .and(SizeAbove::new(1_024))
        .and(NotForContentType::const_new(
            "application/vnd.debian.binary-package",
        ))
        .and(NotForContentType::const_new("application/x-rpm"))
        .and(NotForContentType::const_new("application/gzip"))
        .and(NotForContentType::const_new("application/x-xz"))
        .and(NotForContentType::const_new("application/zstd"))
        .and(NotForContentType::const_new("application/octet-stream"))
        .and(NotForContentType::const_new("font/"))
        .and(may_be_compressed);
    let names = Names(Arc::clone(&state.random));
    // One stack: layers put on the router one by one are boxed, and cloned with all below them, at each request.
    let stack = ServiceBuilder::new()
        .layer(MapRequestLayer::new(with_short_name))
        .layer(SetRequestIdLayer::new(REQUEST_ID, names))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(from_fn_with_state(
            (state.clone(), Arc::new(Repeats::default())),
            observe,
        ))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(MapResponseLayer::new(protect))
        .layer(from_fn_with_state(state.clone(), tls::pass))
        .layer(CompressionLayer::new().compress_when(not_yet_compressed))
        .layer(from_fn_with_state(state.clone(), refuse_revoked))
        .layer(from_fn_with_state(state.clone(), limit_time))
        .layer(DefaultBodyLimit::max(limit));
    let inner = routes.layer(stack).with_state(state);
    MapRequest::new(inner, add_slash)
}

/// Gives an answer the headers that it has nothing of its own for.
fn protect<B>(mut response: axum::http::Response<B>) -> axum::http::Response<B> {
    for (name, value) in [
        // What says nothing else is one operator's answer of this moment: no browser and no proxy keeps it.
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        let headers = response.headers_mut();
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        let headers = response.headers_mut();
        headers
            .entry(header::RETRY_AFTER)
            .or_insert(HeaderValue::from_static(TRY_AGAIN_AFTER));
    }
    response
}

/// Names requests that come without a name.
#[derive(Debug, Clone)]
struct Names(Arc<dyn Random>);

impl MakeRequestId for Names {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let name = self.0.uuid().to_string();
        HeaderValue::from_str(&name).ok().map(RequestId::new)
    }
}

/// A request keeps the name it came with where that is one: it stands in every line of the log about it.
fn with_short_name<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    let given = request.headers().get(&REQUEST_ID);
    let is_one = |name: &HeaderValue| {
        name.len() <= LONGEST_NAME && name.as_bytes().iter().all(u8::is_ascii_graphic)
    };
    if given.is_some_and(|name| !is_one(name)) {
        request.headers_mut().remove(&REQUEST_ID);
    }
    request
}

/// Addresses of the API end in a slash; those without one mean the same. Never a redirect: a POST would lose its body.
fn add_slash(mut request: Request) -> Request {
    if let Some(slashed) = with_slash(request.uri()) {
        *request.uri_mut() = slashed;
    }
    request
}

const SLASHED: &[&str] = &[
    "/api/",
    "/rest-auth/",
    "/token-auth",
    "/token-refresh",
    "/alerts",
];

fn with_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let last = path.rsplit('/').next().unwrap_or_default();
    if last.is_empty() || !SLASHED.iter().any(|start| path.starts_with(start)) {
        return None;
    }
    let stem = match last.split_once('.') {
        None => path,
        // `platforms.json` is the same as `platforms/`.
        Some((_, "json")) if path.starts_with("/api/v1/token/") => path.strip_suffix(".json")?,
        Some(_) => return None,
    };
    let slashed = match uri.query() {
        Some(query) => format!("{stem}/?{query}"),
        None => format!("{stem}/"),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(slashed).ok()?);
    Uri::from_parts(parts).ok()
}

fn may_be_compressed(_: StatusCode, _: Version, _: &HeaderMap, marks: &Extensions) -> bool {
    marks.get::<Incompressible>().is_none()
}

/// The seconds a request may take. A body that comes no slower than it may does not use up those of the answer.
fn allowed(settings: &Settings, headers: &HeaderMap) -> u64 {
    let upload = u64::from(settings.upload_timeout_seconds);
    let ordinary = u64::from(settings.request_timeout_seconds);
    let length: Option<u64> = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .map(|length| length.parse().unwrap_or_default());
    match length {
        None if headers.contains_key(header::TRANSFER_ENCODING) => upload,
        None => ordinary,
        Some(length) if length > LARGE_BODY => upload,
        Some(length) => ordinary + settings.pace().seconds(length),
    }
}

async fn limit_time(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let settings = &state.settings;
    let limit = Duration::from_secs(allowed(settings, request.headers()));
    let answer = drain::read_rest(settings.silence(), settings.pace(), request, next);
    tokio::time::timeout(limit, answer)
        .await
        .unwrap_or_else(|_| {
            let message = messages::request_timeout();
            refused(StatusCode::SERVICE_UNAVAILABLE, message, "timeout")
        })
}

/// Whoever shows a certificate that was taken back is refused with every request: connections outlive revocations.
async fn refuse_revoked(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>();
    let shown = peer.and_then(|peer| peer.tls.as_ref()?.certificate.as_deref());
    let serial = shown.and_then(serial_of);
    let is_revoked = |serial: String| state.domain().certificates.revoked(&serial);
    if serial.is_some_and(is_revoked) {
        let message = messages::certificate_revoked();
        return refused(StatusCode::FORBIDDEN, message, "certificate_revoked");
    }
    next.run(request).await
}

fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let reason = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(reason, "a request panicked");
    refused(StatusCode::INTERNAL_SERVER_ERROR, internal(), "internal")
}

fn refused(status: StatusCode, message: Message, code: &str) -> Response {
    let body = Json(json!({"detail": message.text, "code": code}));
    (status, Extension(problem(status, message)), body).into_response()
}

/// A method as figures have it: whoever calls may invent any, and each would be a series for ever.
fn named(method: &Method) -> &str {
    const KNOWN: [Method; 7] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    if KNOWN.contains(method) {
        method.as_str()
    } else {
        "other"
    }
}

/// Logs the request and counts it.
async fn observe(
    State((state, repeats)): State<(AppState, Arc<Repeats>)>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let (mut parts, body) = request.into_parts();
    let Ok(connection) = Connection::from_request_parts(&mut parts, &state).await;
    let request = Request::from_parts(parts, body);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|route| route.as_str().to_owned());
    let id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let span = tracing::info_span!("request", id);
    async move {
        let response = problems::answer(request, next).await;
        let elapsed = started.elapsed();
        let status = response.status().as_u16();
        tracing::debug!(%method, path, status, ms = elapsed.as_secs_f64() * 1000.0, "answered");
        // The route, never the path: labels must stay few.
        let route = route.unwrap_or_else(|| "other".to_owned());
        // One handler serves all entities, and says for which it was.
        let served = response.extensions().get::<Route>();
        let route = served.map_or(route, |served| served.0.clone());
        let answered = Answered {
            method: &method,
            route: &route,
            status: response.status(),
            address: connection.client,
        };
        answered.note(&state, &repeats).await;
        let labels = [
            ("method", named(&method).to_owned()),
            ("route", route),
            ("status", status.to_string()),
        ];
        metrics::counter!("migasfree_requests_total", &labels).increment(1);
        metrics::histogram!("migasfree_request_seconds", &labels[..2])
            .record(elapsed.as_secs_f64());
        response
    }
    .instrument(span)
    .await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn both_forms_of_an_address_mean_the_same() {
        for (given, meant) in [
            ("/api/v1/token/projects", Some("/api/v1/token/projects/")),
            (
                "/api/v1/token/projects?page=2",
                Some("/api/v1/token/projects/?page=2"),
            ),
            (
                "/api/v1/token/projects.json?page=2",
                Some("/api/v1/token/projects/?page=2"),
            ),
            ("/rest-auth/login", Some("/rest-auth/login/")),
            ("/token-auth-jwt", Some("/token-auth-jwt/")),
            ("/api/v1/token/projects/", None),
            ("/api/schema/swagger-ui/swagger-ui.css", None),
            ("/public/debian-12/stores/main/a_1_all.deb", None),
            ("/computers", None),
        ] {
            let slashed = with_slash(&given.parse().unwrap()).map(|uri| uri.to_string());
            assert_eq!(slashed.as_deref(), meant, "{given}");
        }
    }
}
