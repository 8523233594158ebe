//! `migasfree-server token`

use clap::Subcommand;
use migasfree_server_domain::core::on_machine;

use super::table::{lines, moment};
use super::{nobody, now, open};
use crate::config::Settings;

const SWITCHED_OFF: &str =
    "Tokens are switched off (sign_in.legacy_tokens): none of these is taken.\n";

/// What is done with tokens of the REST API.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// List the tokens of an account, or all of them.
    List {
        /// The name of the account.
        name: Option<String>,
    },
    /// End the tokens of an account, or all of them.
    RevokeAll {
        /// The name of the account.
        name: Option<String>,
    },
}

/// Does it; answers what is to be told.
///
/// # Errors
/// When there is no such account, or the database cannot be used.
pub async fn run(settings: &Settings, command: TokenCommand) -> anyhow::Result<String> {
    let db = open(settings).await?;
    let told = match command {
        TokenCommand::List { name } => {
            let tokens = on_machine::tokens(&db, name.as_deref()).await?;
            let rows = tokens.into_iter().map(|token| {
                [
                    token.username,
                    moment(Some(token.created_at)),
                    moment(token.last_used_at),
                    token.name,
                ]
            });
            let listed = lines(["ACCOUNT", "MADE", "LAST USED", "BY"], rows.collect());
            match settings.legacy_tokens {
                true => listed,
                false => format!("{listed}{SWITCHED_OFF}"),
            }
        }
        TokenCommand::RevokeAll { name } => {
            let name = name.as_deref();
            match on_machine::revoke_tokens(&db, name, now()).await? {
                Some(1) => "1 token has ended.\n".to_owned(),
                Some(count) => format!("{count} tokens have ended.\n"),
                None => return Err(nobody(name.unwrap_or_default())),
            }
        }
    };
    db.close().await;
    Ok(told)
}
