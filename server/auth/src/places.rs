//! Where accounts sign in from, so that they hear of a place that is new.

use migasfree_server_audit::UserId;
use migasfree_server_db::{Db, Result, Ts, Tx, args};
use serde::Serialize;

use super::device::device;
use super::session::Place;

/// An account keeps this many; one more forgets the one unused for longest.
const KEPT: i64 = 100;

/// A sign-in from a place that its account was never at before.
#[derive(Debug, Clone, Serialize)]
pub struct NewPlace {
    /// The browser and the system it runs on.
    pub device: String,
    /// The address, or the network of an IPv6 address.
    pub address: String,
    /// When that was.
    pub at: Ts,
}

/// Remembers where an account signs in from. Answers the place if it is new, for an account that was elsewhere before.
pub(super) async fn remember(
    tx: &mut Tx,
    user: UserId,
    place: &Place<'_>,
    network: String,
    now: Ts,
) -> Result<Option<NewPlace>> {
    let device = device(place.user_agent);
    let seen = tx
        .execute(
            "UPDATE auth_place SET last_seen_at = $4 \
             WHERE user_id = $1 AND device = $2 AND network = $3",
            args![user, &device, &network, now],
        )
        .await?;
    if seen == 1 {
        return Ok(None);
    }
    let (others,): (i64,) = tx
        .one(
            "SELECT COUNT(*) FROM auth_place WHERE user_id = $1",
            args![user],
        )
        .await?;
    tx.execute(
        "INSERT INTO auth_place (user_id, device, network, first_seen_at, last_seen_at, is_news) \
         VALUES ($1, $2, $3, $4, $4, $5) \
         ON CONFLICT (user_id, device, network) DO UPDATE SET last_seen_at = excluded.last_seen_at",
        args![user, &device, &network, now, others > 0],
    )
    .await?;
    tx.execute(
        "DELETE FROM auth_place WHERE user_id = $1 AND id NOT IN (SELECT id FROM auth_place \
         WHERE user_id = $1 ORDER BY last_seen_at DESC, id DESC LIMIT $2)",
        args![user, KEPT],
    )
    .await?;
    Ok((others > 0).then_some(NewPlace {
        device,
        address: network,
        at: now,
    }))
}

/// Those that an account has not been told of, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn new_places(db: &Db, user: UserId) -> Result<Vec<NewPlace>> {
    let rows: Vec<(String, String, Ts)> = db
        .all(
            "SELECT device, network, first_seen_at FROM auth_place \
             WHERE user_id = $1 AND is_news ORDER BY first_seen_at DESC, id DESC",
            args![user],
        )
        .await?;
    let place = |(device, address, at)| NewPlace {
        device,
        address,
        at,
    };
    Ok(rows.into_iter().map(place).collect())
}

/// Notes that an account has been told of all of them.
///
/// # Errors
/// When the database fails.
pub async fn places_seen(db: &Db, user: UserId) -> Result<()> {
    db.execute(
        "UPDATE auth_place SET is_news = FALSE WHERE user_id = $1 AND is_news",
        args![user],
    )
    .await?;
    Ok(())
}
