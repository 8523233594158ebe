//! What the account of a packager may upload to: what it could over REST.

use axum::http::StatusCode;
use migasfree_server_auth::{Credential, Operator};
use migasfree_server_domain::ids::ProjectId;
use migasfree_server_entity::{boundary, context::Context, entity::Entity, error::RestError, read};

use super::answer::Refusal;
use super::call::PackagerCall;

/// How far an account reaches that is limited to domains. The key that all packagers of an imported installation shared
/// is nobody's, and reaches everything.
pub(super) struct Reach(Option<Context>);

impl Reach {
    pub(super) async fn of(call: &PackagerCall) -> Result<Self, Refusal> {
        let Some(user) = call.author.user else {
            return Ok(Self(None));
        };
        let address = call.author.address.clone();
        // The account may have been closed since its key was found.
        let operator = Operator::load(&call.state.auth, user, Credential::Password, address)
            .await?
            .ok_or_else(Refusal::invalid_data)?;
        let limited = operator.boundary().is_some();
        Ok(Self(limited.then(|| {
            Context::new(call.state.services.clone(), operator)
        })))
    }

    /// Whether they may replace what others may offer.
    pub(super) const fn is_unlimited(&self) -> bool {
        self.0.is_none()
    }

    pub(super) async fn to_project(&self, project: ProjectId) -> Result<(), Refusal> {
        let Some(context) = &self.0 else {
            return Ok(());
        };
        let reached = read::only_reachable(context, "core_project", vec![project.into()])
            .await
            .map_err(refusal)?;
        if reached.is_empty() {
            return Err(Refusal::no_such("Project"));
        }
        Ok(())
    }

    /// Refuses what belongs to everybody or to another domain.
    pub(super) async fn to_row(&self, entity: &'static Entity, id: i64) -> Result<(), Refusal> {
        let Some(context) = &self.0 else {
            return Ok(());
        };
        boundary::check(context, &mut context.source(), entity, id)
            .await
            .map_err(refusal)
    }
}

fn refusal(error: RestError) -> Refusal {
    match error {
        RestError::Database(error) => error.into(),
        RestError::Denied(_, message) => Refusal::text(StatusCode::FORBIDDEN, &message.text),
        other => Refusal::Internal(other.to_string()),
    }
}
