//! `migasfree-server user`

use std::sync::Arc;

use clap::Subcommand;
use migasfree_server_auth::Hasher;
use migasfree_server_db::random::SystemRandom;
use migasfree_server_domain::core::on_machine::{self, Act};

use super::table::{lines, mark, moment};
use super::{nobody, now, open, password};
use crate::config::Settings;

/// What is done with accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// List all accounts.
    List,
    /// Add an account; its password is asked for, or read from the standard input.
    Add {
        /// The name to sign in with.
        name: String,
        /// Let it do everything.
        #[arg(long)]
        superuser: bool,
    },
    /// Give an account another password, asked for or read from the standard input; sessions, tokens and keys end.
    Password {
        /// The name to sign in with.
        name: String,
    },
    /// Let an account sign in again.
    Activate {
        /// The name to sign in with.
        name: String,
    },
    /// Let an account sign in no more; sessions, tokens and keys end.
    Deactivate {
        /// The name to sign in with.
        name: String,
    },
    /// Forget the wrong passwords and second steps of an account, so that it may try again at once.
    Unlock {
        /// The name to sign in with.
        name: String,
    },
    /// Take the app, the passkeys and the recovery codes of an account from it: its password alone is asked then.
    RemoveFactors {
        /// The name to sign in with.
        name: String,
    },
    /// End all sessions and tokens of an account.
    SignOut {
        /// The name to sign in with.
        name: String,
    },
}

/// Does it; answers what is to be told.
///
/// # Errors
/// When there is no such account, the password is too weak, or the database cannot be used.
pub async fn run(settings: &Settings, command: UserCommand) -> anyhow::Result<String> {
    match command {
        UserCommand::List => list(settings).await,
        UserCommand::Add { name, superuser } => {
            let db = open(settings).await?;
            let hash = new_hash(&name).await?;
            on_machine::add(&db, &name, hash, superuser, now()).await?;
            db.close().await;
            Ok(format!("{name} may sign in.\n"))
        }
        UserCommand::Password { name } => {
            let hash = new_hash(&name).await?;
            let done = "has another password; sessions, tokens and keys have ended";
            act(settings, &name, Act::Password(hash, &settings.data), done).await
        }
        UserCommand::Activate { name } => act(settings, &name, Act::Activate, "may sign in").await,
        UserCommand::Deactivate { name } => {
            let done = "may sign in no more; sessions, tokens and keys have ended";
            act(settings, &name, Act::Deactivate, done).await
        }
        UserCommand::Unlock { name } => act(settings, &name, Act::Unlock, "may try again").await,
        UserCommand::RemoveFactors { name } => {
            let done = "signs in with its password alone";
            act(settings, &name, Act::RemoveFactors, done).await
        }
        UserCommand::SignOut { name } => {
            act(settings, &name, Act::SignOut, "is signed out everywhere").await
        }
    }
}

async fn new_hash(name: &str) -> anyhow::Result<String> {
    let password = password::new(name)?;
    Ok(Hasher::new(Arc::new(SystemRandom)).hash(&password).await)
}

async fn act(settings: &Settings, name: &str, act: Act<'_>, done: &str) -> anyhow::Result<String> {
    let db = open(settings).await?;
    let found = on_machine::act(&db, name, act, now()).await?;
    db.close().await;
    if found {
        Ok(format!("{name} {done}.\n"))
    } else {
        Err(nobody(name))
    }
}

async fn list(settings: &Settings) -> anyhow::Result<String> {
    let db = open(settings).await?;
    let accounts = on_machine::accounts(&db).await?;
    db.close().await;
    let rows = accounts.into_iter().map(|account| {
        [
            account.username,
            mark(account.is_superuser),
            mark(account.is_active),
            moment(account.last_login),
        ]
    });
    Ok(lines(
        ["NAME", "SUPERUSER", "ACTIVE", "LAST SIGN-IN"],
        rows.collect(),
    ))
}
