//! `keys`: never through the daemon, for this is root's alone to decide.

use super::Ended;
use crate::cli::arguments::{Keys, KeysCommand};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::report::print_line;
use crate::texts::Text;
use crate::trust::Fingerprint;

pub async fn keys(context: &Context, arguments: Keys) -> Ended {
    let KeysCommand::Accept(arguments) = arguments.command;
    // People copy fingerprints in groups.
    let text = arguments.fingerprint.concat();
    let fingerprint: Fingerprint = text
        .parse()
        .map_err(|_| Failure::Said(Text::ErrorFingerprint, vec![text.clone()], Exit::USAGE))?;
    let engine = context.administrators_engine().await?;
    engine.accept_key(fingerprint.clone())?;
    let said = context
        .language
        .fill(Text::KeyAccepted, &[&fingerprint.to_string()]);
    print_line(&said);
    Ok(Exit::OK)
}
