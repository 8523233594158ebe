//! Figures of certificates for Prometheus.

use std::time::Duration;

use migasfree_server_db::{Result, Ts, args};

use crate::services::{OfDomain as _, Services};

/// Certificates that end within this time, and have no successor, are alerted of.
pub const SOON: Duration = Duration::from_secs(14 * 86_400);

/// Kind, how many are valid, how many of them end soon, when the first does.
type Figures = (String, i64, i64, Ts);

/// Tells how many certificates of each kind are valid, how many of them end soon, and when the next of them ends; and when
/// the authority does.
///
/// # Errors
/// When the database fails.
pub async fn note_expiry(state: &Services) -> Result<()> {
    let now = state.clock.now();
    let rows: Vec<Figures> = state
        .db
        .all(
            "SELECT kind, COUNT(*), COUNT(CASE WHEN not_after < $2 THEN 1 END), MIN(not_after) FROM certificate \
             WHERE revoked_at IS NULL AND renewed_at IS NULL AND not_after > $1 GROUP BY kind",
            args![now, now + SOON],
        )
        .await?;
    for kind in ["computer", "administrator", "server"] {
        let found = rows.iter().find(|row| row.0 == kind);
        let (valid, soon) = found.map_or((0, 0), |(_, valid, soon, _)| (*valid, *soon));
        metrics::gauge!("migasfree_certificates", "kind" => kind).set(valid as f64);
        metrics::gauge!("migasfree_certificates_expiring", "kind" => kind).set(soon as f64);
        let next = found.map_or(f64::NAN, |(.., next)| next.seconds() as f64);
        metrics::gauge!("migasfree_certificate_next_expiry_seconds", "kind" => kind).set(next);
    }
    if let Ok(authority) = state.domain().certificates.authority().await {
        let until = authority.facts().not_after.seconds();
        metrics::gauge!("migasfree_certificate_authority_expiry_seconds").set(until as f64);
    }
    Ok(())
}
