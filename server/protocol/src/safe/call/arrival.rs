//! A request on its way in: counted, and noted when it is refused.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Extension, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use migasfree_server_auth::{AuthError, Connection};
use migasfree_server_domain::client::computers::Computer;
use serde_json::Value;

use super::clear::refused;
use crate::safe::answer::{Refusal, plain};
use crate::safe::protocol::Protocol;
use crate::safe::refusals::{Caller, Reason, Refused};
use crate::{Incompressible, ProtocolState};

/// A request as it came in.
pub(super) struct Arrival {
    pub(super) state: ProtocolState,
    pub(super) protocol: Arc<Protocol>,
    pub(super) connection: Connection,
    pub(super) certificate: Certificate,
    pub(super) caller: Arc<Caller>,
    pub(super) request: Request,
}

/// 405 for everything but `POST`.
pub(super) fn posted<F, Fut>(run: F) -> MethodRouter<ProtocolState>
where
    F: Fn(Arrival) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Response> + Send + 'static,
{
    let handler = move |State(state): State<ProtocolState>,
                        Extension(protocol): Extension<Arc<Protocol>>,
                        connection: Connection,
                        request: Request| {
        let run = run.clone();
        async move {
            let caller = Arc::new(Caller::default());
            let call = request.uri().path().to_owned();
            let mut response = if let Err(exceeded) = protocol.hit(&state, connection) {
                let answer = AuthError::from(exceeded).into_response();
                refused(answer, Some(Reason::of(&Value::from("Too many requests"))))
            } else {
                let certificate = Certificate::of(&request);
                let arrival = Arrival {
                    state: state.clone(),
                    protocol: Arc::clone(&protocol),
                    connection,
                    certificate,
                    caller: Arc::clone(&caller),
                    request,
                };
                run(arrival).await
            };
            if let Some(reason) = response.extensions_mut().remove::<Reason>() {
                let refused = Refused {
                    call: call.strip_prefix("/api/v1/safe/").unwrap_or(&call),
                    caller: &caller,
                    connection,
                    status: response.status(),
                    reason,
                };
                refused.note(&state, &protocol.repeats).await;
            }
            // Sealed texts do not compress, and compressing secrets together with what others choose
            // tells about them.
            response.extensions_mut().insert(Incompressible);
            response
        }
    };
    post(handler)
        .fallback(method_not_allowed)
        .layer(DefaultBodyLimit::disable())
}

/// `{"detail": …}` for a method that a path does not take.
pub(crate) async fn method_not_allowed(method: Method) -> Response {
    plain(
        StatusCode::METHOD_NOT_ALLOWED,
        &format!("Method \"{method}\" not allowed."),
    )
}

/// The subject of the client certificate, as a proxy passes it on (5.6).
pub(in crate::safe) struct Certificate(Option<String>);

impl Certificate {
    fn of(request: &Request) -> Self {
        let subject = request.headers().get("x-ssl-client-cn");
        let subject = subject.and_then(|subject| subject.to_str().ok());
        Self(
            subject
                .map(str::to_owned)
                .filter(|subject| !subject.is_empty()),
        )
    }

    pub(in crate::safe) fn check(&self, computer: &Computer) -> Result<(), Refusal> {
        let Some(subject) = &self.0 else {
            return Ok(());
        };
        let name = subject
            .split("/CN=")
            .nth(1)
            .and_then(|name| name.rsplit_once('_'));
        let stored = computer.uuid.as_deref().unwrap_or_default();
        if name.is_some_and(|(uuid, _)| uuid.eq_ignore_ascii_case(stored)) {
            return Ok(());
        }
        let detail = "The client certificate belongs to another computer.";
        Err(Refusal::Plain(StatusCode::FORBIDDEN, detail.to_owned()))
    }
}
