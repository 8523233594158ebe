//! Answers a refusal as RFC 9457 has it to whoever asks for that; everybody else gets the shape of version 5.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use migasfree_types::message::{MEDIA_TYPE, Problem, is_wanted};

/// Puts the problem that a handler left beside its answer in the place of the answer.
pub(super) async fn answer(request: Request, next: Next) -> Response {
    let mut accepted = request.headers().get_all(header::ACCEPT).iter();
    let wanted = accepted.any(|line| line.to_str().is_ok_and(is_wanted));
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) if wanted => instead(response, &problem),
        _ => response,
    }
}

fn instead(response: Response, problem: &Problem) -> Response {
    let body = match serde_json::to_vec(problem) {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "cannot write a problem");
            return response;
        }
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_ENCODING);
    let media_type = HeaderValue::from_static(MEDIA_TYPE);
    parts.headers.insert(header::CONTENT_TYPE, media_type);
    Response::from_parts(parts, Body::from(body))
}
