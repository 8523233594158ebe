//! What becomes of a session between its start and its end, as its computer and whoever carries it tell.

use migasfree_grant::{Mode, Recording, Service, Switches};
use migasfree_server_db::{Ts, args};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    ending, notes,
    refused::{Refused, Why},
    watching, words,
};
use crate::services::Services;

/// Longest name of something that happened.
const LONGEST_NAME: usize = 50;
/// What is told of it beyond this is left out.
const LONGEST_DETAILS: usize = 4_096;

/// What the computer made of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acceptance {
    /// Perhaps less than was asked for.
    pub mode: Mode,
    /// The same.
    pub switches: Switches,
    /// Whether it is recorded.
    pub recorded: bool,
}

/// A session that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What its operator shows to go on after their connection broke.
    pub secret: String,
    /// When it ends, whatever happens.
    pub ends: Ts,
}

/// A session that goes on after a connection broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resumed {
    /// The computer.
    pub computer: i64,
    /// What for.
    pub service: Service,
    /// How.
    pub mode: Mode,
    /// With what besides.
    pub switches: Switches,
    /// Whether it is recorded.
    pub recorded: bool,
    /// When it ends, whatever happens.
    pub ends: Ts,
}

/// The computer lets the session begin.
///
/// # Errors
/// For a session that is not being asked about, and for more than was granted.
pub async fn accept(
    state: &Services,
    session: &str,
    taken: Acceptance,
) -> Result<Accepted, Refused> {
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    let named = notes::locked(&mut tx, session).await?;
    let named = named.ok_or(Why::Unknown)?;
    let asked: Option<(String, String, Ts)> = tx
        .optional(
            "SELECT mode, recording, ends_at FROM remote_session WHERE id = $1 AND state = 'asking'",
            args![named.id],
        )
        .await?;
    let (mode, recording, ends) = asked.ok_or(Why::Ended)?;
    let mode = words::meant(&mode).ok_or(Why::Failed)?;
    let is_strict = words::meant(&recording) == Some(Recording::Strict);
    if !is_within(taken.mode, mode) || (is_strict && !taken.recorded) {
        return Err(Why::Policy.into());
    }
    let secret = hex::encode(state.random.bytes::<32>());
    let switches = serde_json::to_string(&taken.switches).unwrap_or_default();
    tx.execute(
        "UPDATE remote_session SET state = 'active', started_at = $2, mode = $3, switches = $4, recorded = $5, \
         secret_hash = $6 WHERE id = $1",
        args![
            named.id,
            now,
            words::word(taken.mode),
            switches,
            taken.recorded,
            digest(&secret)
        ],
    )
    .await?;
    let details = json!({"mode": taken.mode, "recorded": taken.recorded});
    let author = notes::computer(&named);
    notes::note(state, &mut tx, &named, ("started", &details), &author, now).await?;
    tx.commit().await?;
    Ok(Accepted { secret, ends })
}

/// Whether a mode is what was granted, or less.
fn is_within(taken: Mode, granted: Mode) -> bool {
    taken == granted
        || matches!(
            (taken, granted),
            (Mode::View, Mode::Control) | (Mode::Read | Mode::Write, Mode::ReadWrite)
        )
}

/// The computer does not let the session begin.
///
/// # Errors
/// When the database fails.
pub async fn refuse(state: &Services, session: &str, refused: &Refused) -> Result<(), Refused> {
    let end = ending::End {
        code: refused.why.name().to_owned(),
        author: None,
        bytes: (0, 0),
    };
    ending::end(state, session, &end).await
}

/// Nobody is at the operator's end for now.
///
/// # Errors
/// When the database fails.
pub async fn detach(state: &Services, session: &str) -> Result<(), Refused> {
    let mut tx = state.db.begin().await?;
    let Some(named) = notes::locked(&mut tx, session).await? else {
        return Ok(());
    };
    let detached = tx
        .execute(
            "UPDATE remote_session SET state = 'detached' WHERE id = $1 AND state = 'active'",
            args![named.id],
        )
        .await?;
    if detached > 0 {
        let author = notes::computer(&named);
        let now = state.clock.now();
        notes::note(
            state,
            &mut tx,
            &named,
            ("detached", &json!({})),
            &author,
            now,
        )
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The operator is back, and shows the secret of the session.
///
/// # Errors
/// For another secret, a session that is over, and one that lost what it was allowed by.
pub async fn resume(state: &Services, session: &str, secret: &str) -> Result<Resumed, Refused> {
    let stopped = watching::may_go_on(state, &[session.to_owned()]).await?;
    if let Some(stopped) = stopped.into_iter().next() {
        return Err(stopped.refused);
    }
    let mut tx = state.db.begin().await?;
    let named = notes::locked(&mut tx, session).await?;
    let named = named.ok_or(Why::Unknown)?;
    let row: Option<(String, Option<String>, bool, Ts)> = tx
        .optional(
            "SELECT mode, switches, recorded, ends_at FROM remote_session \
             WHERE id = $1 AND secret_hash = $2 AND state IN ('active', 'detached')",
            args![named.id, digest(secret)],
        )
        .await?;
    let (mode, switches, recorded, ends) = row.ok_or(Why::Unknown)?;
    tx.execute(
        "UPDATE remote_session SET state = 'active' WHERE id = $1",
        args![named.id],
    )
    .await?;
    let author = notes::computer(&named);
    let now = state.clock.now();
    notes::note(
        state,
        &mut tx,
        &named,
        ("resumed", &json!({})),
        &author,
        now,
    )
    .await?;
    tx.commit().await?;
    let switches = switches.and_then(|text| serde_json::from_str(&text).ok());
    Ok(Resumed {
        computer: named.computer_id,
        service: words::meant(&named.service).ok_or(Why::Failed)?,
        mode: words::meant(&mode).ok_or(Why::Failed)?,
        switches: switches.unwrap_or_default(),
        recorded,
        ends,
    })
}

/// Something happened in the session: a file moved, the clipboard was used.
///
/// # Errors
/// When the database fails.
pub async fn event(
    state: &Services,
    session: &str,
    what: &str,
    details: &Value,
) -> Result<(), Refused> {
    let mut tx = state.db.begin().await?;
    let Some(named) = notes::locked(&mut tx, session).await? else {
        return Err(Why::Unknown.into());
    };
    let what: String = what.chars().take(LONGEST_NAME).collect();
    let details = match details.to_string().len() {
        0..=LONGEST_DETAILS => details.clone(),
        length => json!({"left_out": length}),
    };
    let author = notes::computer(&named);
    let now = state.clock.now();
    notes::note(
        state,
        &mut tx,
        &named,
        (what.as_str(), &details),
        &author,
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computer_gives_less_and_never_more() {
        assert!(is_within(Mode::View, Mode::Control));
        assert!(is_within(Mode::Read, Mode::ReadWrite));
        assert!(!is_within(Mode::Control, Mode::View));
        assert!(!is_within(Mode::Administrator, Mode::User));
        assert!(!is_within(Mode::User, Mode::Administrator));
    }
}
