//! `migasfree-server audit`

use anyhow::{Context as _, bail};
use clap::Subcommand;
use migasfree_server_audit::{Anchors, Broken, Key, Reason, verify};
use migasfree_server_domain::core::on_machine;

use super::{now, open};
use crate::config::Settings;

/// What is done with the audit.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Look whether every record is as it was written; fails when one is not.
    Verify,
    /// Begin the chain anew behind records that are not as they were written, once it is known why.
    Accept,
    /// Take the name of an account, its addresses and its data out of the audit.
    Erase {
        /// The name of the account, which may be gone.
        name: String,
    },
}

/// Does it; answers what is to be told.
///
/// # Errors
/// When the audit is not as it was written, or the database cannot be used.
pub async fn run(settings: &Settings, command: AuditCommand) -> anyhow::Result<String> {
    match command {
        AuditCommand::Verify => verified(settings).await,
        AuditCommand::Accept => accepted(settings).await,
        AuditCommand::Erase { name } => {
            let db = open(settings).await?;
            let erased = on_machine::erase(&db, &key(settings)?, &name, now()).await?;
            db.close().await;
            Ok(format!("{erased} records name {name} no more.\n"))
        }
    }
}

async fn verified(settings: &Settings) -> anyhow::Result<String> {
    let db = open(settings).await?;
    let found = verify(&db, &key(settings)?, &anchors(settings)).await?;
    db.close().await;
    if let Some(broken) = found.broken {
        bail!("{}", told(broken));
    }
    let removed = found.checkpoint_id.map_or_else(String::new, |id| {
        format!("; those up to {id} were removed or accepted before")
    });
    Ok(format!(
        "{} records are as they were written{removed}.\n",
        found.checked
    ))
}

async fn accepted(settings: &Settings) -> anyhow::Result<String> {
    let db = open(settings).await?;
    let key = key(settings)?;
    let anchors = anchors(settings);
    let found = verify(&db, &key, &anchors).await?;
    let Some(broken) = found.broken else {
        bail!("there is nothing to accept: every record is as it was written");
    };
    on_machine::accept(&db, &key, &found, now()).await?;
    anchors.forget().await?;
    db.close().await;
    Ok(format!(
        "The chain begins anew; until now {}.\n",
        told(broken)
    ))
}

/// Where the server saw the audit end.
fn anchors(settings: &Settings) -> Anchors {
    Anchors::of(&settings.data.join("keys"))
}

/// The key that signs up to where records were removed or accepted.
fn key(settings: &Settings) -> anyhow::Result<Key> {
    let path = settings.data.join("keys").join(Key::FILE);
    std::fs::read(&path)
        .and_then(|seed| Key::from_seed(&seed))
        .with_context(|| format!("cannot use {}", path.display()))
}

fn told(broken: Broken) -> String {
    let id = broken.id;
    match broken.reason {
        Reason::Changed => format!("record {id} is not as it was written"),
        Reason::Missing => format!("record {id} is missing"),
        Reason::Checkpoint => format!("this server did not sign that records up to {id} are gone"),
        Reason::End => format!("record {id} was not the last one"),
        Reason::Head => {
            "the row of audit_head, which says where the audit ends, is missing".to_owned()
        }
        Reason::Anchor => format!(
            "this server did not sign what keys/{} says of where the audit ended",
            Anchors::FILE
        ),
    }
}
