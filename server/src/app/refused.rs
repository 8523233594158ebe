//! Requests that are too large or too many leave a trace for administrators. Sealed calls leave theirs themselves.

use std::net::IpAddr;

use axum::http::{Method, StatusCode};
use migasfree_server_auth::bucket;
use migasfree_server_domain::computers::repeats::Repeats;

use super::AppState;
use crate::messages;

/// A request that was answered.
pub(super) struct Answered<'a> {
    pub method: &'a Method,
    /// The pattern of its address, never the address: those must stay few.
    pub route: &'a str,
    pub status: StatusCode,
    pub address: IpAddr,
}

impl Answered<'_> {
    /// Leaves a line in the log and a figure when it was refused so, and a notification where that repeats.
    pub(super) async fn note(&self, state: &AppState, repeats: &Repeats) {
        let reason = match self.status {
            StatusCode::PAYLOAD_TOO_LARGE => messages::request_too_large(),
            StatusCode::TOO_MANY_REQUESTS => messages::one_request_too_many(),
            _ => return,
        };
        let Answered {
            method,
            route,
            address,
            ..
        } = self;
        if route.starts_with("/api/v1/safe/") {
            return;
        }
        let status = self.status.as_u16();
        tracing::warn!(%method, route, status, %address, %reason, "a request is refused");
        let labels = [
            ("route", (*route).to_owned()),
            ("status", status.to_string()),
        ];
        metrics::counter!("migasfree_refused_requests_total", &labels).increment(1);
        let key = format!("{route}\n{status}\n{}", bucket(*address));
        let request = format!("{method} {route}, {status}");
        let message = messages::request_refused_again(address.to_string(), request, reason);
        repeats.note(state, key, &message).await;
    }
}
