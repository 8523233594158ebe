//! How many errors and faults of one computer are kept, which reports them as often as it calls: the newest.

use migasfree_server_db::{Result, Tx, args};

use crate::ids::ComputerId;

/// What a computer reports again and again.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reports {
    Errors,
    Faults,
}

/// Some of those beyond the newest `$2`: where they are many, each new one makes them fewer.
macro_rules! remove {
    ($table:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE id IN (SELECT r.id FROM ",
            $table,
            " AS r WHERE r.computer_id = $1 ORDER BY r.created_at DESC, r.id DESC LIMIT 500 OFFSET $2)"
        )
    };
}

/// Removes the oldest of a computer beyond `kept`, of which 0 means all.
pub(super) async fn keep(
    tx: &mut Tx,
    reports: Reports,
    computer: ComputerId,
    kept: u32,
) -> Result<()> {
    if kept == 0 {
        return Ok(());
    }
    let remove = match reports {
        Reports::Errors => remove!("client_error"),
        Reports::Faults => remove!("client_fault"),
    };
    // Two calls at once remove the same rows one after the other.
    tx.lock("client_computer", &[computer.0]).await?;
    tx.execute(remove, args![computer, kept]).await?;
    Ok(())
}
