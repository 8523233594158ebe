//! The background work of this server.

use migasfree_server_audit::export::Receiver;
use migasfree_server_auth::session;
use migasfree_server_domain::{
    actions::Sweep,
    audit::{anchoring::Anchorer, exporting::Exporter, verifying::Verifier},
    certificates::Upkeep,
    core::restarting::Restarter,
    repository::{
        garbage::Collector,
        publish::{Publisher, Redater},
    },
    retention::Retention,
    services::Services,
};
use migasfree_server_jobs::{Chore, Handlers, JobContext, JobError, JobHandler};
use serde::{Deserialize, Serialize};

/// Every kind of work; the audit goes to these, and what ended is forgotten after so many days.
pub(super) fn handlers(services: &Services, receivers: Vec<Receiver>, keep_days: u32) -> Handlers {
    let handlers = if receivers.is_empty() {
        Handlers::default()
    } else {
        Handlers::default().with(Exporter::new(services.clone(), receivers))
    };
    handlers
        .with(Publisher::new(services.clone()))
        .with(Restarter(services.clone()))
        .with(Retention(services.clone()))
        .with(Collector(services.clone()))
        .with(Redater(services.clone()))
        .with(Upkeep(services.clone()))
        .with(Forgetter(services.clone()))
        .with(Verifier(services.clone()))
        .with(Anchorer(services.clone()))
        .with(Sweep(services.clone()))
        .forgetting(&services.jobs, keep_days)
}

/// Forgetting sign-ins whose time is over.
#[derive(Debug, Serialize, Deserialize)]
struct ForgetSessions;

impl Chore for ForgetSessions {
    const KIND: &'static str = "forget-sessions";
    const THIS: Self = Self;
}

/// Forgets them.
struct Forgetter(Services);

impl JobHandler for Forgetter {
    type Job = ForgetSessions;

    async fn run(&self, _: ForgetSessions, _: JobContext) -> Result<(), JobError> {
        session::cleanup(&self.0.db, self.0.clock.now()).await?;
        Ok(())
    }
}
