//! Who asks for a statistic, and of what.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use migasfree_server_auth::Operator;
use migasfree_server_domain::stats::{Reader, deployments::Deployment};
use migasfree_server_entity::error::RestError;

use crate::ApiState;

impl FromRequestParts<ApiState> for Reader {
    type Rejection = <Operator as FromRequestParts<ApiState>>::Rejection;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &ApiState,
    ) -> Result<Self, Self::Rejection> {
        let operator = Operator::from_request_parts(parts, state).await?;
        Ok(Self::of(&state.services, operator))
    }
}

/// The deployment of the address.
impl FromRequestParts<ApiState> for Deployment {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, RestError> {
        let operator = Reader::from_request_parts(parts, state).await?;
        let Ok(Path(id)) = Path::<i64>::from_request_parts(parts, state).await else {
            return Err(RestError::NoRow("Deployment"));
        };
        Self::find(&state.services, operator, id).await
    }
}
