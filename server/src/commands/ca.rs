//! `migasfree-server ca`: the certificate authority.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use migasfree_server_authority::{Authority, Facts, Reason, Store};
use migasfree_server_db::{
    clock::{Clock as _, SystemClock},
    random::SystemRandom,
};
use migasfree_server_domain::{certificates, core::on_machine};

use super::table::lines;
use super::{now, open};
use crate::app::{AppState, Equipment};
use crate::config::Settings;

const A_YEAR: Duration = Duration::from_secs(365 * 86_400);

/// What can be done with the certificate authority.
#[derive(Debug, Subcommand)]
pub enum CaCommand {
    /// Make a root that signs certificates.
    Create(Create),
    /// Show the certificate of the authority, and those above it.
    Show,
    /// Write the key of the root to a file, and remove it here; what the root signs has to stand in for it then.
    ExportRoot(OfFile),
    /// Make a key, and write a request to become an authority, which a root elsewhere signs.
    Csr(Named),
    /// Take the certificate that a root elsewhere signed, followed by those above it.
    ImportIntermediate(OfFile),
    /// List the certificates that were given and have not ended.
    List,
    /// Take a certificate back.
    Revoke(Revoke),
    /// Sign the list of revoked certificates anew, and write it.
    Crl,
}

/// A name in a certificate.
#[derive(Debug, Args)]
pub struct Named {
    /// What the authority is called.
    #[arg(long, default_value = "migasfree CA")]
    name: String,
}

/// A root that is made.
#[derive(Debug, Args)]
pub struct Create {
    /// How long the root is valid.
    #[arg(long, value_name = "YEARS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=30))]
    years: u32,
    #[command(flatten)]
    named: Named,
}

/// A file that is written or read.
#[derive(Debug, Args)]
pub struct OfFile {
    /// The file.
    file: PathBuf,
}

/// A certificate that is taken back.
#[derive(Debug, Args)]
pub struct Revoke {
    /// Its number, as `list` shows it.
    serial: String,
    /// Why: unspecified, key_compromise, affiliation_changed, superseded, cessation_of_operation or
    /// privilege_withdrawn.
    #[arg(long, default_value = "unspecified", value_parser = reason)]
    reason: Reason,
}

fn reason(text: &str) -> Result<Reason, String> {
    Reason::of(text).ok_or_else(|| {
        let known: Vec<&str> = Reason::ALL.map(Reason::code).to_vec();
        format!("write one of {}", known.join(", "))
    })
}

/// Does it; answers what is to be told.
///
/// # Errors
/// When it cannot be done, or the data folder cannot be used.
pub async fn run(settings: &Settings, command: CaCommand) -> anyhow::Result<String> {
    let store = Store::of(&settings.data);
    match command {
        CaCommand::Create(Create { years, named }) => {
            let lifetime = A_YEAR * years;
            let authority =
                store.create(&named.name, lifetime, SystemClock.now(), &SystemRandom)?;
            let told = description(&authority);
            Ok(told + &noted(settings, "create_authority", &authority).await)
        }
        CaCommand::Show => Ok(match store.load()? {
            Some(authority) => description(&authority),
            None => "There is no certificate authority yet: create one.\n".to_owned(),
        }),
        CaCommand::ExportRoot(OfFile { file }) => {
            // Without its key it cannot be used, and said to be, afterwards.
            let authority = store.load().ok().flatten();
            let told = export_root(&store, &file)?;
            Ok(match authority {
                Some(authority) => told + &noted(settings, "export_root", &authority).await,
                None => told,
            })
        }
        CaCommand::Csr(Named { name }) => Ok(store.request(&name)?),
        CaCommand::ImportIntermediate(OfFile { file }) => {
            let authority = import(&store, &file)?;
            let told = description(&authority);
            Ok(told + &noted(settings, "import_intermediate", &authority).await)
        }
        CaCommand::List => with_database(settings, list).await,
        CaCommand::Revoke(Revoke { serial, reason }) => {
            with_database(settings, async move |state: AppState| {
                certificates::revoke_by_serial(&state.services, &serial, reason).await?;
                Ok("The certificate is revoked.\n".to_owned())
            })
            .await
        }
        CaCommand::Crl => {
            with_database(settings, async move |state: AppState| {
                Ok(certificates::publish_now(&state.services).await?)
            })
            .await
        }
    }
}

fn description(authority: &Authority) -> String {
    let Facts {
        serial,
        subject,
        issuer,
        not_before,
        not_after,
        fingerprint,
    } = authority.facts();
    format!(
        "subject: {subject}\nissuer: {issuer}\nserial: {serial}\nvalid: {} to {} (UTC)\nSHA-256: {fingerprint}\n\n{}",
        not_before.plain(),
        not_after.plain(),
        authority.chain_pem()
    )
}

fn export_root(store: &Store, file: &Path) -> anyhow::Result<String> {
    let key = store.root_key()?;
    let mut written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .with_context(|| format!("cannot write {}", file.display()))?;
    written
        .write_all(key.as_bytes())
        .and_then(|()| written.sync_all())
        .with_context(|| format!("cannot write {}", file.display()))?;
    store.forget_root_key()?;
    Ok(format!(
        "The key of the root is in {} and no longer here: keep it where no network reaches.\n",
        file.display()
    ))
}

fn import(store: &Store, file: &Path) -> anyhow::Result<Authority> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(store.import(&text, SystemClock.now())?)
}

async fn list(state: AppState) -> anyhow::Result<String> {
    let rows = certificates::listed(&state.services).await?;
    let rows = rows.into_iter().map(|one| {
        let end = match one.revoked_at {
            Some(at) => format!("revoked {}", at.plain()),
            None => format!("until {}", one.not_after.plain()),
        };
        [one.serial, one.kind, end, one.subject]
    });
    Ok(lines(["SERIAL", "OF", "VALID", "SUBJECT"], rows.collect()))
}

/// Writes into the audit what was done to the authority; answers what is to be told where there is no database: there may
/// be an authority before it.
async fn noted(settings: &Settings, action: &str, authority: &Authority) -> String {
    match note(settings, action, authority).await {
        Ok(()) => String::new(),
        Err(error) => format!("The audit does not have this: {error:#}.\n"),
    }
}

async fn note(settings: &Settings, action: &str, authority: &Authority) -> anyhow::Result<()> {
    let db = open(settings).await?;
    let facts = authority.facts();
    let named = (facts.subject.as_str(), facts.serial.as_str());
    on_machine::note_authority(&db, action, named, now()).await?;
    db.close().await;
    Ok(())
}

/// Works on the database beside the server.
async fn with_database(
    settings: &Settings,
    work: impl AsyncFnOnce(AppState) -> anyhow::Result<String>,
) -> anyhow::Result<String> {
    let db = open(settings).await?;
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let state = AppState::new(
        Equipment::default(),
        settings.clone(),
        db.clone(),
        clock,
        random,
    )?;
    let told = work(state).await;
    db.close().await;
    told
}
