//! What goes on with certificates by itself: what is nobody's any more is taken back, the list is signed anew before it is
//! too old, and every server hears of what was taken back.

use std::time::Duration;

use migasfree_server_jobs::{Chore, JobContext, JobError, JobHandler, Priority};
use migasfree_types::events::{ChangeAction, Event};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::{CertificateError, list, revoking};
use crate::computers::notifications;
use crate::messages;
use crate::services::{OfDomain as _, Services};

/// What a server was not told of it sees so late.
const LATEST: Duration = Duration::from_secs(30);
/// A list is signed anew when it is a day old.
const LIST_AGE: Duration = Duration::from_secs(6 * 86_400);

/// Administrators are told so long before the authority itself ends.
const AUTHORITY_ENDS: Duration = Duration::from_secs(180 * 86_400);

/// Looking after certificates.
#[derive(Debug, Serialize, Deserialize)]
pub struct UpkeepOfCertificates;

impl Chore for UpkeepOfCertificates {
    const KIND: &'static str = "certificates";
    const THIS: Self = Self;
    const PRIORITY: Priority = Priority::High;
}

/// Looks after them.
#[derive(Debug)]
pub struct Upkeep(pub Services);

impl JobHandler for Upkeep {
    type Job = UpkeepOfCertificates;

    async fn run(&self, _: UpkeepOfCertificates, _: JobContext) -> Result<(), JobError> {
        let done = async {
            revoking::settle(&self.0).await?;
            tell_of_end(&self.0).await?;
            renew_list(&self.0).await
        };
        done.await
            .map_err(|error| JobError::Retry(error.to_string()))
    }
}

/// Signs the list anew where it is due. Without a list nothing was ever given.
async fn renew_list(state: &Services) -> Result<(), CertificateError> {
    let now = state.clock.now();
    let Some(published) = list::published(&state.db).await? else {
        return Ok(());
    };
    if published.next_update > now + LIST_AGE {
        return Ok(());
    }
    list::publish_now(state).await?;
    Ok(())
}

/// Nobody but an administrator renews the authority itself.
async fn tell_of_end(state: &Services) -> Result<(), CertificateError> {
    let until = match state.domain().certificates.authority().await {
        Err(CertificateError::NoAuthority) => return Ok(()),
        authority => authority?.facts().not_after,
    };
    let now = state.clock.now();
    if until < now + AUTHORITY_ENDS {
        let message = messages::certificate_authority_ends(until.date().to_string());
        let mut tx = state.db.begin().await?;
        notifications::tell_once(&mut tx, &message, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Keeps what is refused here the same as what was taken back anywhere, for as long as the server runs.
pub async fn follow(state: Services) {
    let mut events = state.events.listen();
    loop {
        if let Err(error) = refresh(&state).await {
            tracing::warn!(%error, "revoked certificates cannot be looked up");
        }
        let latest = Instant::now() + LATEST;
        loop {
            match tokio::time::timeout_at(latest, events.recv()).await {
                Ok(Ok(event)) if !concerns(&event) => {}
                Ok(Err(RecvError::Closed)) => return,
                Ok(Ok(_) | Err(RecvError::Lagged(_))) | Err(_) => break,
            }
        }
    }
}

fn concerns(event: &Event) -> bool {
    match event {
        Event::Resync => true,
        Event::Changed { entity, action, .. } => match entity.as_str() {
            "core.certificate" | "core.userprofile" => true,
            "client.computer" => matches!(action, ChangeAction::Delete),
            _ => false,
        },
        _ => false,
    }
}

async fn refresh(state: &Services) -> Result<(), CertificateError> {
    revoking::settle(state).await?;
    let certificates = &state.domain().certificates;
    certificates.refresh(&state.db, state.clock.now()).await?;
    Ok(())
}
