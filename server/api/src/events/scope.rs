//! What of an event an operator may see: what REST would show them.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use migasfree_server_auth::Operator;
use migasfree_server_db::{Result, Ts};
use migasfree_server_domain::sight;
use migasfree_server_entity::{access::sees, context::Context, error::RestError, read, visibility};
use migasfree_types::events::Event;

use crate::ApiState;

/// What happens to computers and publications is told many times a second: which of them are visible is looked up this
/// often.
const FRESH: Duration = Duration::from_secs(10);

const DEPLOYMENT: &str = "core.deployment";

/// The eyes of one operator.
#[derive(Debug)]
pub(super) struct View {
    context: Context,
    seen: Option<Seen>,
}

#[derive(Debug)]
struct Seen {
    at: Ts,
    /// All visible computers; `None` when nothing is hidden.
    computers: Option<HashSet<i64>>,
    /// Whether a deployment is visible, as far as it was asked.
    deployments: HashMap<i64, bool>,
}

impl View {
    pub(super) fn of(state: &ApiState, operator: Operator) -> Self {
        Self {
            context: Context::new(state.services.clone(), operator),
            seen: None,
        }
    }

    /// Whether the operator may know of the event.
    pub(super) async fn shows(&mut self, event: &Event) -> Result<bool> {
        let operator = &self.context.operator;
        match event {
            Event::Synchronization { computer, .. } | Event::Progress { computer, .. } => Ok(
                operator.may("client.view_computer") && self.shows_computer(computer.id).await?,
            ),
            Event::Presence { computer, .. } => {
                Ok(operator.may("remote.view_presence") && self.shows_computer(*computer).await?)
            }
            Event::Publication { deployment, .. } => self.shows_deployment(deployment.id).await,
            Event::Changed { entity, id, .. } => self.shows_row(entity, *id).await,
            Event::Resync => Ok(true),
        }
    }

    /// A row that is gone is told of only to those from whom nothing of its kind is hidden.
    async fn shows_row(&self, entity: &str, id: Option<i64>) -> Result<bool> {
        let operator = &self.context.operator;
        let Some(resource) = self.context.registry().by_key(entity) else {
            let permission = entity
                .split_once('.')
                .map(|(app, model)| format!("{app}.view_{model}"));
            return Ok(!operator.is_limited()
                && permission.is_some_and(|permission| operator.may(&permission)));
        };
        if !sees(operator, resource.entity) {
            return Ok(false);
        }
        if visibility::condition(resource.entity, self.context.reader()).is_none() {
            return Ok(true);
        }
        let Some(id) = id else {
            return Ok(false);
        };
        match read::visible(&self.context, resource, id).await {
            Ok(()) => Ok(true),
            Err(RestError::Database(error)) => Err(error),
            Err(_) => Ok(false),
        }
    }

    async fn shows_computer(&mut self, id: i64) -> Result<bool> {
        let seen = self.seen().await?;
        Ok(seen
            .computers
            .as_ref()
            .is_none_or(|computers| computers.contains(&id)))
    }

    async fn shows_deployment(&mut self, id: i64) -> Result<bool> {
        if let Some(known) = self.seen().await?.deployments.get(&id) {
            return Ok(*known);
        }
        let shown = self.shows_row(DEPLOYMENT, Some(id)).await?;
        self.seen().await?.deployments.insert(id, shown);
        Ok(shown)
    }

    async fn seen(&mut self) -> Result<&mut Seen> {
        let now = self.context.state.clock.now();
        let seen = match self.seen.take() {
            Some(seen) if now.since(seen.at) < FRESH => seen,
            _ => Seen {
                at: now,
                computers: self.computers().await?,
                deployments: HashMap::new(),
            },
        };
        Ok(self.seen.insert(seen))
    }

    async fn computers(&self) -> Result<Option<HashSet<i64>>> {
        sight::seen_ids(&self.context.state.db, &self.context.operator).await
    }
}
