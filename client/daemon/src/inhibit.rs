//! Holds a shutdown back while packages are being changed.

use zbus::OwnedFd;

use super::jobs::Jobs;
use super::signals::Signals;

/// The block lock of logind, held only while packages are being changed. A delay lock would end after some seconds, and
/// the package manager with it.
#[derive(Debug, Default)]
pub struct Inhibitor {
    lock: Option<OwnedFd>,
    tried: bool,
}

impl Inhibitor {
    /// Takes the lock when the job entered such a stage, lets go when it left it.
    pub async fn follow(&mut self, jobs: &Jobs, signals: &Signals, id: u64) {
        let safe = jobs.with(id, |job| !job.runs_scripts()).unwrap_or(true);
        if safe {
            self.lock = None;
            self.tried = false;
        } else if !self.tried {
            self.tried = true;
            self.lock = take(signals).await;
        }
    }
}

async fn take(signals: &Signals) -> Option<OwnedFd> {
    let bus = signals.system_bus()?;
    let answer = bus
        .call_method(
            Some("org.freedesktop.login1"),
            "/org/freedesktop/login1",
            Some("org.freedesktop.login1.Manager"),
            "Inhibit",
            &(
                "shutdown",
                "migasfree",
                "Packages are being changed",
                "block",
            ),
        )
        .await
        .and_then(|answer| answer.body().deserialize());
    answer
        .inspect_err(|error| tracing::debug!(%error, "logind holds no shutdown back"))
        .ok()
}
