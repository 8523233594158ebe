//! Who makes a request, and what they may do.

use std::collections::HashSet;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use migasfree_server_audit::{Author, UserId};
use migasfree_server_db::{Db, Result, args};

use super::{AuthError, Connection, Credential, credential};
use crate::app::AppState;
use crate::body::pace;
use crate::{ids::DomainId, ids::ScopeId};

/// An operator who signed in. Handlers take one as an argument; nothing else makes one.
#[derive(Debug, Clone)]
pub struct Operator {
    /// `core_userprofile.id`
    pub id: UserId,
    /// The name they sign in with.
    pub username: String,
    /// Passes every permission.
    pub is_superuser: bool,
    /// May use the admin UI.
    pub is_staff: bool,
    /// The domain they prefer to work in.
    pub domain: Option<DomainId>,
    /// The scope they work in.
    pub scope: Option<ScopeId>,
    /// What they signed in with.
    pub credential: Credential,
    /// Where they are.
    pub address: String,
    /// The domains they have.
    domains: Vec<DomainId>,
    /// Whether they see everything as long as they prefer none of their domains.
    sees_all: bool,
    permissions: HashSet<String>,
}

/// A filtered view of an entity, and the entity: who may view the one may view the other.
const PROXIES: &[(&str, &str)] = &[
    ("core.view_internalsource", "core.view_deployment"),
    ("core.view_externalsource", "core.view_deployment"),
    ("core.view_clientproperty", "core.view_property"),
    ("core.view_serverproperty", "core.view_property"),
    ("core.view_basicproperty", "core.view_property"),
    ("core.view_clientattribute", "core.view_attribute"),
    ("core.view_serverattribute", "core.view_attribute"),
    ("core.view_basicattribute", "core.view_attribute"),
];

/// Whether a set of permissions (`core.change_deployment`) holds one, itself or through the base of a proxy.
pub fn permits(permissions: &HashSet<String>, permission: &str) -> bool {
    permissions.contains(permission)
        || PROXIES
            .iter()
            .any(|(proxy, base)| *proxy == permission && permissions.contains(*base))
}

/// Name, superuser, staff, preferred domain and scope of an operator.
type Account = (String, bool, bool, Option<DomainId>, Option<ScopeId>);

impl Operator {
    /// Whether they hold a permission (`core.change_deployment`).
    pub fn may(&self, permission: &str) -> bool {
        self.is_superuser || permits(&self.permissions, permission)
    }

    /// Refuses who lacks a permission.
    ///
    /// # Errors
    /// [`AuthError::Forbidden`]
    pub fn require(&self, permission: &'static str) -> Result<(), AuthError> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(AuthError::Forbidden(permission))
        }
    }

    /// The domains that nothing they do goes beyond; `None` for superusers and for who has no domain.
    pub fn boundary(&self) -> Option<&[DomainId]> {
        (!self.is_superuser && !self.domains.is_empty()).then_some(&self.domains)
    }

    /// The domain they work in: the one they prefer, as long as they have it.
    pub fn preferred(&self) -> Option<DomainId> {
        self.domain
            .filter(|domain| self.boundary().is_none_or(|own| own.contains(domain)))
    }

    /// The domains whose computers they see; `None` when that is all computers.
    pub fn viewed(&self) -> Option<Vec<DomainId>> {
        if self.sees_all && self.preferred().is_none() {
            None
        } else {
            self.reached()
        }
    }

    /// The domains whose computers they change anything for; `None` when that is all computers.
    pub fn reached(&self) -> Option<Vec<DomainId>> {
        match self.preferred() {
            Some(domain) => Some(vec![domain]),
            None => self.boundary().map(<[DomainId]>::to_vec),
        }
    }

    /// Whether domains or a scope limit what they see.
    pub fn is_limited(&self) -> bool {
        self.scope.is_some() || self.viewed().is_some()
    }

    /// Their permissions, sorted; a superuser needs none.
    pub fn permissions(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.permissions.iter().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// As the author of a change.
    pub fn author(&self) -> Author {
        Author {
            user: Some(self.id),
            name: self.username.clone(),
            address: self.address.clone(),
        }
    }

    /// An active operator, as the database has them now.
    pub(crate) async fn load(
        state: &AppState,
        id: UserId,
        credential: Credential,
        address: String,
    ) -> Result<Option<Self>> {
        let db = &state.db;
        let row = db
            .optional::<Account>(
                "SELECT username, is_superuser, is_staff, domain_preference_id, scope_preference_id \
                 FROM core_userprofile WHERE id = $1 AND is_active",
                args![id],
            )
            .await?;
        let Some((username, is_superuser, is_staff, domain, scope)) = row else {
            return Ok(None);
        };
        let (permissions, domains) = if is_superuser {
            (HashSet::new(), Vec::new())
        } else {
            let rows: Vec<(String,)> = db.all(HELD, args![id]).await?;
            let permissions = rows.into_iter().map(|(name,)| name).collect();
            (permissions, domains_of(db, id).await?)
        };
        Ok(Some(Self {
            id,
            username,
            is_superuser,
            is_staff,
            domain,
            scope,
            credential,
            address,
            domains,
            sees_all: !state.settings.clients.fixes.no_preference_is_limited,
            permissions,
        }))
    }
}

/// The names of the permissions an account holds itself or by its groups.
pub(super) const HELD: &str = "SELECT t.app_label || '.' || p.codename FROM auth_permission p \
    JOIN content_type t ON t.id = p.content_type_id WHERE p.id IN ( \
    SELECT permission_id FROM auth_user_user_permissions WHERE user_id = $1 \
    UNION SELECT g.permission_id FROM auth_group_permissions g \
    JOIN auth_user_groups u ON u.group_id = g.group_id WHERE u.user_id = $1) ORDER BY 1";

async fn domains_of(db: &Db, id: UserId) -> Result<Vec<DomainId>> {
    let rows: Vec<(DomainId,)> = db
        .all(
            "SELECT domain_id FROM core_userprofile_domains WHERE userprofile_id = $1 ORDER BY domain_id",
            args![id],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

impl FromRequestParts<AppState> for Operator {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AuthError> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let Ok(connection) = Connection::from_request_parts(parts, state).await;
        let address = connection.client.to_string();
        let operator = match credential::of_request(parts, connection, state).await {
            Ok((id, credential)) => Self::load(state, id, credential, address)
                .await?
                .ok_or(AuthError::NotAuthenticated),
            Err(error) => Err(error),
        };
        match operator {
            Ok(operator) => {
                state.auth.operators.hit(&operator.id.to_string())?;
                pace::know(&parts.extensions);
                parts.extensions.insert(operator.clone());
                // Who reads sees what was told before; where it cannot be written, the rest can still be read.
                if let Err(error) = state.doing.write(&state.db).await {
                    tracing::warn!(%error, "what computers are doing could not be written yet");
                }
                Ok(operator)
            }
            Err(error) => {
                state.auth.anonymous.hit(&connection.bucket())?;
                Err(error)
            }
        }
    }
}

impl OptionalFromRequestParts<AppState> for Operator {
    type Rejection = AuthError;

    /// Without credentials there is no operator; with bad ones the request is refused.
    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Option<Self>, AuthError> {
        match <Self as FromRequestParts<AppState>>::from_request_parts(parts, state).await {
            Ok(operator) => Ok(Some(operator)),
            Err(AuthError::NotAuthenticated)
                if !parts
                    .headers
                    .contains_key(axum::http::header::AUTHORIZATION) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
