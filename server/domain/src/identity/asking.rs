//! Whose key it is that signs a request.

use migasfree_server_db::{Db, Result, args};

use super::rows::State;
use crate::client::computers::{Beside, Computer, HEAD};
use crate::client::projects::Project;
use crate::ids::{ComputerId, ComputerKeyId};

/// A key with its computer and the project that computer is in, as they are now.
#[derive(Debug, Clone)]
pub struct Known {
    pub id: ComputerKeyId,
    pub public_key: String,
    pub state: Option<State>,
    pub verified: bool,
    /// What is kept of its [turns](super::turns).
    pub turns: String,
    pub computer: Computer,
    pub project: Project,
}

#[derive(sqlx::FromRow)]
struct Found {
    #[sqlx(flatten)]
    beside: Beside,
    key_id: ComputerKeyId,
    public_key: String,
    state_of_key: String,
    verified: bool,
    turns: String,
}

const TAIL: &str = "'null' AS beside, k.id AS key_id, k.public_key, k.state AS state_of_key, k.verified, k.turns \
    FROM client_computerkey k JOIN client_computer c ON c.id = k.computer_id \
    LEFT JOIN client_user u ON u.id = c.sync_user_id \
    JOIN core_project p ON p.id = c.project_id JOIN core_platform f ON f.id = p.platform_id \
    WHERE k.thumbprint = $1";
const KNOWN: &str = const_format::concatcp!(HEAD, TAIL);

/// The key of a thumbprint with all that a request is judged by, in one statement: good when the key is active, the computer
/// subscribed and the signature right. `None` as well for a key whose computer nobody knows yet: see [`standing_of`].
///
/// # Errors
/// When the database fails.
pub async fn key_of(db: &Db, thumbprint: &str) -> Result<Option<Known>> {
    let found: Option<Found> = db.optional(KNOWN, args![thumbprint]).await?;
    Ok(found.map(|found| {
        let (computer, project, _) = found.beside.apart();
        Known {
            id: found.key_id,
            public_key: found.public_key,
            state: State::of(&found.state_of_key),
            verified: found.verified,
            turns: found.turns,
            computer,
            project,
        }
    }))
}

/// What became of a key, for who asks and is not good for anything else.
#[derive(Debug, Clone)]
pub struct Standing {
    pub id: ComputerKeyId,
    pub public_key: String,
    pub state: Option<State>,
    pub computer: Option<ComputerId>,
}

/// What became of the key of a thumbprint; `None` where nobody ever showed it.
///
/// # Errors
/// When the database fails.
pub async fn standing_of(db: &Db, thumbprint: &str) -> Result<Option<Standing>> {
    let found: Option<(ComputerKeyId, String, String, Option<ComputerId>)> = db
        .optional(
            "SELECT id, public_key, state, computer_id FROM client_computerkey WHERE thumbprint = $1",
            args![thumbprint],
        )
        .await?;
    Ok(found.map(|(id, public_key, state, computer)| Standing {
        id,
        public_key,
        state: State::of(&state),
        computer,
    }))
}
