//! Takes care of the certificate while the server runs.

use std::time::Duration;

use migasfree_server_db::{self as db, Ts};
use migasfree_server_domain::computers::notifications::tell_once;
use migasfree_types::message::Message;
use tokio::time::MissedTickBehavior;

use super::certificate::{Certificate, CertificateError};
use super::holder::Holder;
use super::source::Source;
use crate::app::AppState;
use crate::messages;

const EVERY: Duration = Duration::from_secs(1);
/// What ends within this time, or the last sixth of its life, is told.
const TOLD_BEFORE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Shows whatever the source gives, until the server stops.
pub(crate) async fn care(state: AppState, source: Box<dyn Source>) {
    tokio::select! {
        () = follow(&state, source) => {}
        () = state.stop.cancelled() => {}
    }
}

async fn follow(state: &AppState, mut source: Box<dyn Source>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = None;
    loop {
        ticks.tick().await;
        let now = state.clock.now();
        match source.next(now).await {
            Ok(Some(certificate)) => show(state.transport.holder(), certificate),
            Ok(None) => {}
            Err(error) => failed(state, &error, now).await,
        }
        warn(state, &mut told, now).await;
    }
}

/// Shows a certificate from now on.
pub(super) fn show(holder: &Holder, certificate: Certificate) {
    let until = certificate.not_after;
    tracing::info!(%until, "the server's certificate is in use");
    metrics::gauge!("migasfree_certificate_ends_seconds").set(until.seconds() as f64);
    holder.show(certificate);
}

/// Says why there is no other certificate; the one before stays.
async fn failed(state: &AppState, error: &CertificateError, now: Ts) {
    metrics::counter!("migasfree_certificate_failures_total").increment(1);
    let reason = with_causes(error);
    let message = match state.transport.holder().current() {
        Some(kept) => messages::certificate_kept(reason, kept.not_after.rfc3339()),
        None => messages::certificate_missing(reason),
    };
    tracing::error!("{message}");
    tell(state, &message, now).await;
}

fn with_causes(error: &CertificateError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}

/// Tells once of each certificate that its end is near.
async fn warn(state: &AppState, told: &mut Option<Ts>, now: Ts) {
    let Some(current) = state.transport.holder().current() else {
        return;
    };
    let life = current.not_after.since(current.not_before);
    let left = current.not_after.since(now);
    if left > TOLD_BEFORE.min(life / 6) || *told == Some(current.not_after) {
        return;
    }
    *told = Some(current.not_after);
    let message = messages::certificate_ends(current.not_after.rfc3339());
    tracing::warn!("{message}");
    tell(state, &message, now).await;
}

async fn tell(state: &AppState, message: &Message, now: Ts) {
    let told = async {
        let mut tx = state.db.begin().await?;
        tell_once(&mut tx, message, now).await?;
        tx.commit().await
    };
    let told: Result<(), db::Error> = told.await;
    if let Err(error) = told {
        tracing::error!(%error, "a notification cannot be written");
    }
}
