//! Keys nobody decided about, and what let computers in and is over.

use migasfree_server_db::sql;

use super::Records;

/// What has ended is looked up for so long.
const A_YEAR: u32 = 365;

/// Of a computer whose keys were all replaced, one stays: it says that its sealed calls are refused.
pub(super) const IDENTITY: [Records; 3] = [
    Records {
        name: "client_computerkey",
        days: |settings| settings.keep.computer_keys,
        old: "SELECT k.id FROM client_computerkey AS k WHERE (k.state = 'pending' AND k.created_at < $1) \
              OR (k.state = 'rejected' AND k.decided_at < $1) \
              OR (k.state = 'replaced' AND COALESCE(k.contested_at, k.decided_at) < $1 \
              AND EXISTS (SELECT 1 FROM client_computerkey AS n WHERE n.computer_id = k.computer_id \
              AND n.state IN ('active', 'revoked'))) ORDER BY k.id LIMIT $2",
        old_checked: None,
        // Somebody may approve one meanwhile.
        remove: sql!(
            "DELETE FROM client_computerkey WHERE id IN ",
            ids(1),
            " AND state IN ('pending', 'rejected', 'replaced')"
        ),
    },
    Records {
        name: "client_enrolmenttoken",
        days: |_| A_YEAR,
        old: "SELECT t.id FROM client_enrolmenttoken AS t WHERE t.expires_at < $1 OR t.revoked_at < $1 \
              OR (t.uses >= t.max_uses AND t.created_at < $1 \
              AND NOT EXISTS (SELECT 1 FROM client_computerkey AS k \
              WHERE k.token_id = t.id AND k.created_at >= $1)) ORDER BY t.id LIMIT $2",
        old_checked: None,
        remove: sql!("DELETE FROM client_enrolmenttoken WHERE id IN ", ids(1)),
    },
    Records {
        name: "certificate",
        days: |_| A_YEAR,
        old: "SELECT id FROM certificate WHERE not_after < $1 ORDER BY not_after LIMIT $2",
        old_checked: None,
        remove: sql!("DELETE FROM certificate WHERE id IN ", ids(1)),
    },
];
