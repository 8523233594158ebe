//! Who makes a request, and what they may do.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::{header, request::Parts};
use migasfree_server_audit::{Author, UserId};
use migasfree_server_body::pace;
use migasfree_server_db::{Db, Result, args};

use super::api_keys::{Kind, Limits};
use super::{Auth, AuthError, Connection, Credential, DomainId, Proxies, ScopeId, credential};

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
    proxies: Proxies,
    /// What the key is called that acts for them.
    key: Option<String>,
    /// Whether a program acts for them that they let in by a code.
    program: bool,
}

/// Whether a set of permissions (`core.change_tag`) holds one, itself or through the one that brings it.
pub fn permits(permissions: &HashSet<String>, permission: &str, proxies: Proxies) -> bool {
    permissions.contains(permission)
        || proxies
            .iter()
            .any(|(proxy, base)| *proxy == permission && permissions.contains(*base))
}

/// Name, superuser, staff, preferred domain and scope of an operator, and the program that acts for them.
type Account = (
    String,
    bool,
    bool,
    Option<DomainId>,
    Option<ScopeId>,
    Option<String>,
);

impl Operator {
    /// Whether they hold a permission (`core.change_tag`).
    pub fn may(&self, permission: &str) -> bool {
        self.is_superuser || permits(&self.permissions, permission, self.proxies)
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

    /// Refuses a program that has a key or was let in by a code: some things people do themselves.
    ///
    /// # Errors
    /// [`AuthError::NotInPerson`]
    pub const fn in_person(&self) -> Result<(), AuthError> {
        match self.credential {
            Credential::ApiKey(_) => Err(AuthError::NotInPerson),
            _ if self.program => Err(AuthError::NotInPerson),
            _ => Ok(()),
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

    /// The domains they see into; `None` when that is everything.
    pub fn viewed(&self) -> Option<Vec<DomainId>> {
        if self.sees_all && self.preferred().is_none() {
            None
        } else {
            self.reached()
        }
    }

    /// The domains they change anything in; `None` when that is everything.
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
            name: match &self.key {
                Some(key) => format!("{} ({key})", self.username),
                None => self.username.clone(),
            },
            address: self.address.clone(),
        }
    }

    /// An active operator, as the database has them now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(
        auth: &Auth,
        id: UserId,
        credential: Credential,
        address: String,
    ) -> Result<Option<Self>> {
        let db = &auth.db;
        let sign_in = match credential {
            Credential::Jwt(sign_in) => Some(sign_in),
            _ => None,
        };
        let row = db
            .optional::<Account>(
                "SELECT u.username, u.is_superuser, u.is_staff, u.domain_preference_id, \
                 u.scope_preference_id, j.program FROM core_userprofile AS u \
                 LEFT JOIN auth_jwt AS j ON j.id = $2 WHERE u.id = $1 AND u.is_active",
                args![id, sign_in],
            )
            .await?;
        let Some((username, is_superuser, is_staff, domain, scope, program)) = row else {
            return Ok(None);
        };
        let (permissions, domains) = if is_superuser {
            (HashSet::new(), Vec::new())
        } else {
            let rows: Vec<(String,)> = db.all(HELD, args![id]).await?;
            let permissions = rows.into_iter().map(|(name,)| name).collect();
            (permissions, domains_of(db, id).await?)
        };
        let operator = Self {
            id,
            username,
            is_superuser,
            is_staff,
            domain,
            scope,
            credential,
            address,
            domains,
            sees_all: auth.settings.no_preference_sees_all,
            permissions,
            proxies: auth.settings.proxies,
            key: None,
            program: program.is_some_and(|program| !program.is_empty()),
        };
        let Credential::ApiKey(key) = credential else {
            return Ok(Some(operator));
        };
        let limits = Limits::of(db, key, &operator.address, auth.clock.now()).await?;
        Ok(limits.and_then(|limits| operator.within(limits)))
    }

    /// What a key leaves of them; nothing when it is of a domain that is not theirs any more.
    fn within(mut self, key: Limits) -> Option<Self> {
        if let Some(domain) = key.domain {
            let foreign = |own: &[DomainId]| !own.contains(&domain);
            if self.boundary().is_some_and(foreign) {
                return None;
            }
        }
        let given = key.permissions.into_iter();
        let permissions = given.filter(|name| self.may(name)).collect();
        if key.kind == Kind::Service {
            self.domain = None;
            self.scope = None;
        }
        if let Some(domain) = key.domain {
            self.domain = Some(domain);
            self.domains = vec![domain];
        }
        Some(Self {
            is_superuser: false,
            is_staff: false,
            permissions,
            key: Some(key.name),
            ..self
        })
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

impl<S: Send + Sync> FromRequestParts<S> for Operator
where
    Arc<Auth>: FromRef<S>,
{
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AuthError> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let auth = Arc::<Auth>::from_ref(state);
        let Ok(connection) = Connection::from_request_parts(parts, state).await;
        let address = connection.client.to_string();
        let operator = match credential::of_request(parts, connection, &auth).await {
            Ok((id, credential)) => Self::load(&auth, id, credential, address)
                .await?
                .ok_or(AuthError::NotAuthenticated),
            Err(error) => Err(error),
        };
        match operator {
            Ok(operator) => {
                auth.operators.hit(&operator.id.to_string())?;
                pace::know(&parts.extensions);
                parts.extensions.insert(operator.clone());
                // Who reads sees what was told before; where it cannot be written, the rest can still be read.
                if let Err(error) = auth.late.write(&auth.db).await {
                    tracing::warn!(%error, "what computers are doing could not be written yet");
                }
                Ok(operator)
            }
            Err(error) => {
                let shows_token = parts.headers.contains_key(header::AUTHORIZATION);
                let counted = if shows_token {
                    connection.bad_tokens()
                } else {
                    connection.nobody()
                };
                auth.anonymous.hit(&counted)?;
                Err(error)
            }
        }
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Operator
where
    Arc<Auth>: FromRef<S>,
{
    type Rejection = AuthError;

    /// Without credentials there is no operator; with bad ones the request is refused.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, AuthError> {
        match <Self as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(operator) => Ok(Some(operator)),
            Err(AuthError::NotAuthenticated)
                if !parts.headers.contains_key(header::AUTHORIZATION) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
