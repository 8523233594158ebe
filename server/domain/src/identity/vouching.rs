//! What an operator's word is good for when a computer comes.

use migasfree_server_auth::Operator;
use migasfree_server_db::{Db, Result, Tx};
use migasfree_server_entity::load::Source;

use crate::ids::{ComputerId, ProjectId};
use crate::sight;

/// Whether somebody may vouch for a computer that comes to a project: a new one, or one that is known.
///
/// # Errors
/// When the database fails.
pub async fn vouches(
    db: &Db,
    operator: &Operator,
    project: ProjectId,
    computer: Option<ComputerId>,
) -> Result<bool> {
    is_good(&mut Source::Db(db), operator, project, computer).await
}

/// The same within a transaction.
pub(super) async fn vouches_within(
    tx: &mut Tx,
    operator: &Operator,
    project: ProjectId,
    computer: Option<ComputerId>,
) -> Result<bool> {
    is_good(&mut Source::Tx(tx), operator, project, computer).await
}

async fn is_good(
    source: &mut Source<'_>,
    operator: &Operator,
    project: ProjectId,
    computer: Option<ComputerId>,
) -> Result<bool> {
    Ok(operator.may("client.add_computer")
        && sight::reaches(source, operator, project, computer).await?)
}
