//! Who may do what with an entity.

use axum::{extract::FromRequestParts, http::request::Parts};

use migasfree_server_auth::factors;

use super::{entity::Entity, error::RestError};
use crate::services::Services;

pub use migasfree_server_auth::Operator;

/// Finds out who calls.
///
/// # Errors
/// When nobody signed in, or too many requests came.
pub async fn operator(state: &Services, parts: &mut Parts) -> Result<Operator, RestError> {
    <Operator as FromRequestParts<Services>>::from_request_parts(parts, state)
        .await
        .map_err(RestError::Auth)
}

/// Refuses a session whose operator has not shown lately who they are.
///
/// # Errors
/// 403 with the code `step_up_required`.
pub async fn proved(state: &Services, operator: &Operator) -> Result<(), RestError> {
    Ok(factors::require_fresh(&state.auth, operator).await?)
}

/// The right an operation asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    View,
    Add,
    Change,
    Delete,
    /// Nobody but superusers.
    Superuser,
    /// Actions by POST ask for the right to add, as everywhere; where who may change rows may do the same without them.
    AddOrChange,
}

impl Need {
    const fn verb(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Add => "add",
            Self::Change | Self::AddOrChange | Self::Superuser => "change",
            Self::Delete => "delete",
        }
    }
}

/// Refuses who lacks the right.
///
/// # Errors
/// [`RestError::Forbidden`] naming the permission that is missing.
pub fn allow(operator: &Operator, entity: &Entity, need: Need) -> Result<(), RestError> {
    let permission = format!("{}.{}_{}", entity.model.app, need.verb(), entity.model.name);
    let allowed = match need {
        _ if operator.is_superuser => true,
        Need::AddOrChange => {
            operator.may(&permission) || allow(operator, entity, Need::Add).is_ok()
        }
        Need::Superuser => false,
        Need::View => operator.may(&permission) || sees_otherwise(operator, entity),
        Need::Add | Need::Change | Need::Delete => operator.may(&permission),
    };
    if allowed {
        Ok(())
    } else {
        Err(RestError::Forbidden(permission))
    }
}

/// A proxy is seen by whoever sees what it is a part of.
fn sees_otherwise(operator: &Operator, entity: &Entity) -> bool {
    entity
        .also_viewed_with
        .iter()
        .any(|(app, name)| operator.may(&format!("{app}.view_{name}")))
}

/// Whether the operator may read an entity at all.
#[must_use]
pub fn sees(operator: &Operator, entity: &Entity) -> bool {
    allow(operator, entity, Need::View).is_ok()
}
