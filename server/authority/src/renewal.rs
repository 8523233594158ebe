//! When a certificate is renewed.

use migasfree_server_db::Ts;

/// When two thirds of its life are over.
#[must_use]
pub const fn renewal_at(not_before: Ts, not_after: Ts) -> Ts {
    let life = not_after.0.saturating_sub(not_before.0);
    let third = life / 3;
    Ts(not_after.0.saturating_sub(third))
}

/// Whether it is time to renew it.
#[must_use]
pub const fn renewal_due(not_before: Ts, not_after: Ts, now: Ts) -> bool {
    now.0 >= renewal_at(not_before, not_after).0
}
