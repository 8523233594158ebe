//! What a computer said of itself last. What the server makes of it hangs on tags, sets and domains, too, and so may change
//! although the computer says nothing new.

use migasfree_server_db::{Db, Result, args};

use crate::ids::ComputerId;

/// Bytes of the longest report that is kept. What a longer one says is asked of its computer each time.
const LONGEST: usize = 256 * 1024;

/// The report with this hash, if it is the last one.
///
/// # Errors
/// When the database fails.
pub async fn of(db: &Db, computer: ComputerId, hash: &str) -> Result<Option<String>> {
    let found: Option<(String,)> = db
        .optional(
            "SELECT report FROM client_attributereport WHERE computer_id = $1 AND hash = $2",
            args![computer, hash],
        )
        .await?;
    Ok(found.map(|(report,)| report))
}

/// Keeps the report that was taken, unless it is longer than any honest one.
///
/// # Errors
/// When the database fails.
pub async fn keep(db: &Db, computer: ComputerId, hash: &str, report: &str) -> Result<()> {
    if report.len() > LONGEST {
        db.execute(
            "DELETE FROM client_attributereport WHERE computer_id = $1",
            args![computer],
        )
        .await?;
        return Ok(());
    }
    db.execute(
        "INSERT INTO client_attributereport (computer_id, hash, report) VALUES ($1, $2, $3) \
         ON CONFLICT (computer_id) DO UPDATE SET hash = excluded.hash, report = excluded.report",
        args![computer, hash, report],
    )
    .await?;
    Ok(())
}
