//! Who may do what with an entity.

use super::{entity::Entity, error::RestError};

use std::collections::HashSet;

use axum::http::request::Parts;

use crate::{
    app::AppState,
    audit::Author,
    db::{DomainId, ScopeId, UserId},
};

/// Who calls.
#[derive(Debug, Clone)]
pub struct Operator {
    pub id: UserId,
    pub username: String,
    pub is_superuser: bool,
    /// The domain the operator works in right now.
    pub domain: Option<DomainId>,
    /// The scope the operator works in right now.
    pub scope: Option<ScopeId>,
    /// Permissions as `core.add_store`.
    pub permissions: HashSet<String>,
    /// Address of the request.
    pub address: String,
}

impl Operator {
    /// Whether the operator has a permission.
    #[must_use]
    pub fn may(&self, permission: &str) -> bool {
        self.is_superuser || self.permissions.contains(permission)
    }

    /// As the author of a change.
    #[must_use]
    pub fn author(&self) -> Author {
        Author {
            user: Some(self.id),
            name: self.username.clone(),
            address: self.address.clone(),
        }
    }
}

/// Finds out who calls.
///
/// # Errors
/// [`RestError::Unauthenticated`] without good credentials.
pub async fn operator(_state: &AppState, _parts: &mut Parts) -> Result<Operator, RestError> {
    Err(RestError::Unauthenticated)
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
    /// Whoever is signed in.
    SignedIn,
}

impl Need {
    const fn verb(self) -> &'static str {
        match self {
            Self::View | Self::SignedIn => "view",
            Self::Add => "add",
            Self::Change | Self::Superuser => "change",
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
        Need::SignedIn => true,
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
