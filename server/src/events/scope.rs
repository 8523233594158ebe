//! What of an event an operator may see.

use std::collections::HashSet;
use std::time::Duration;

use migasfree_types::events::Event;

use crate::auth::Operator;
use crate::db::{Db, Result, Ts, json_ids};
use crate::rest::visibility;
use crate::{args, sql};

/// Visible computers and projects of an operator with a domain or scope are looked up this often.
const FRESH: Duration = Duration::from_secs(10);

/// The eyes of one operator.
#[derive(Debug)]
pub(super) struct View {
    operator: Operator,
    seen: Option<Seen>,
}

#[derive(Debug)]
struct Seen {
    at: Ts,
    computers: HashSet<i64>,
    projects: HashSet<i64>,
}

impl View {
    pub(super) fn of(operator: Operator) -> Self {
        Self {
            operator,
            seen: None,
        }
    }

    /// The event as the operator may see it, if at all.
    pub(super) async fn filter(
        &mut self,
        db: &Db,
        now: Ts,
        event: &Event,
    ) -> Result<Option<Event>> {
        if !self.may_know_of(event) {
            return Ok(None);
        }
        if !self.operator.is_limited() {
            return Ok(Some(event.clone()));
        }
        if self
            .seen
            .as_ref()
            .is_none_or(|seen| now.since(seen.at) >= FRESH)
        {
            let computers = computers_of(db, &self.operator).await?;
            let projects = projects_of(db, &computers).await?;
            self.seen = Some(Seen {
                at: now,
                computers,
                projects,
            });
        }
        Ok(self.seen.as_ref().and_then(|seen| seen.filter(event)))
    }

    fn may_know_of(&self, event: &Event) -> bool {
        match event {
            Event::Synchronization { .. } | Event::Progress { .. } => {
                self.operator.may("client.view_computer")
            }
            Event::Publication { .. } => self.operator.may("core.view_deployment"),
            Event::Changed { entity, .. } => entity
                .split_once('.')
                .is_some_and(|(app, model)| self.operator.may(&format!("{app}.view_{model}"))),
        }
    }
}

async fn computers_of(db: &Db, operator: &Operator) -> Result<HashSet<i64>> {
    let Some(visible) = visibility::computers(operator) else {
        return Ok(HashSet::new());
    };
    let rows: Vec<(i64,)> = db.all_query(&visible).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

async fn projects_of(db: &Db, computers: &HashSet<i64>) -> Result<HashSet<i64>> {
    let rows: Vec<(i64,)> = db
        .all(
            sql!(
                "SELECT DISTINCT project_id FROM client_computer WHERE id IN ",
                ids(1)
            ),
            args![json_ids(computers.iter().copied())],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

impl Seen {
    fn filter(&self, event: &Event) -> Option<Event> {
        let mut event = event.clone();
        let visible = match &mut event {
            Event::Synchronization { computer, .. } | Event::Progress { computer, .. } => {
                self.computers.contains(&computer.id)
            }
            Event::Publication { deployment, .. } => self.projects.contains(&deployment.project.id),
            Event::Changed { entity, id, .. } if entity == "client.computer" => {
                id.is_some_and(|id| self.computers.contains(&id))
            }
            Event::Changed { id, .. } => {
                *id = None;
                true
            }
        };
        visible.then_some(event)
    }
}
