//! `migasfree-server ca`: the certificate authority.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use migasfree_server::app::AppState;
use migasfree_server_authority::{Authority, Facts, Reason, Store};
use migasfree_server_db::{
    clock::{Clock as _, SystemClock},
    random::SystemRandom,
};
use migasfree_server_domain::certificates;
use rustix::fs::Mode;

use crate::{Flags, say};

const A_YEAR: Duration = Duration::from_secs(365 * 86_400);

/// What can be done with the certificate authority.
#[derive(Subcommand)]
pub enum Command {
    /// Make a root that signs certificates.
    Create(Create),
    /// Show the certificate of the authority, and those above it.
    Show(Flags),
    /// Write the key of the root to a file, and remove it here; what the root signs has to stand in for it then.
    ExportRoot(OfFile),
    /// Make a key, and write a request to become an authority, which a root elsewhere signs.
    Csr(Named),
    /// Take the certificate that a root elsewhere signed, followed by those above it.
    ImportIntermediate(OfFile),
    /// List the certificates that were given and have not ended.
    List(Flags),
    /// Take a certificate back.
    Revoke(Revoke),
    /// Sign the list of revoked certificates anew, and write it.
    Crl(Flags),
}

/// A name in a certificate.
#[derive(Args)]
pub struct Named {
    /// What the authority is called.
    #[arg(long, default_value = "migasfree CA")]
    name: String,
    #[command(flatten)]
    flags: Flags,
}

/// A root that is made.
#[derive(Args)]
pub struct Create {
    /// How long the root is valid.
    #[arg(long, value_name = "YEARS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=30))]
    years: u32,
    #[command(flatten)]
    named: Named,
}

/// A file that is written or read.
#[derive(Args)]
pub struct OfFile {
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    flags: Flags,
}

/// A certificate that is taken back.
#[derive(Args)]
pub struct Revoke {
    /// Its number, as `list` shows it.
    serial: String,
    /// Why: unspecified, key_compromise, affiliation_changed, superseded, cessation_of_operation or
    /// privilege_withdrawn.
    #[arg(long, default_value = "unspecified", value_parser = reason)]
    reason: Reason,
    #[command(flatten)]
    flags: Flags,
}

fn reason(text: &str) -> Result<Reason, String> {
    Reason::of(text).ok_or_else(|| {
        let known: Vec<&str> = Reason::ALL.map(Reason::code).to_vec();
        format!("write one of {}", known.join(", "))
    })
}

/// Does it.
pub fn run(command: Command) -> anyhow::Result<()> {
    // Everything in the data folder is the server's alone.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    match command {
        Command::Create(asked) => create(asked),
        Command::Show(flags) => show(flags),
        Command::ExportRoot(OfFile { file, flags }) => export_root(&file, flags),
        Command::Csr(Named { name, flags }) => {
            say(&store(flags)?.request(&name)?);
            Ok(())
        }
        Command::ImportIntermediate(OfFile { file, flags }) => import(&file, flags),
        Command::List(flags) => with_database(flags, list),
        Command::Revoke(Revoke {
            serial,
            reason,
            flags,
        }) => with_database(flags, async move |state: AppState| -> anyhow::Result<()> {
            certificates::revoke_by_serial(&state.services, &serial, reason).await?;
            say("The certificate is revoked.\n");
            Ok(())
        }),
        Command::Crl(flags) => {
            with_database(flags, async move |state: AppState| -> anyhow::Result<()> {
                say(&certificates::publish_now(&state.services).await?);
                Ok(())
            })
        }
    }
}

fn store(flags: Flags) -> anyhow::Result<Store> {
    Ok(Store::of(&flags.load().settings()?.data))
}

fn create(Create { years, named }: Create) -> anyhow::Result<()> {
    let Named { name, flags } = named;
    let store = store(flags)?;
    let authority = store.create(&name, A_YEAR * years, SystemClock.now(), &SystemRandom)?;
    describe(&authority);
    Ok(())
}

fn show(flags: Flags) -> anyhow::Result<()> {
    let store = store(flags)?;
    match store.load()? {
        Some(authority) => describe(&authority),
        None => say("There is no certificate authority yet: create one.\n"),
    }
    Ok(())
}

fn describe(authority: &Authority) {
    let Facts {
        serial,
        subject,
        issuer,
        not_before,
        not_after,
        fingerprint,
    } = authority.facts();
    say(&format!(
        "subject: {subject}\nissuer: {issuer}\nserial: {serial}\nvalid: {} to {} (UTC)\nSHA-256: {fingerprint}\n\n{}",
        not_before.plain(),
        not_after.plain(),
        authority.chain_pem()
    ));
}

fn export_root(file: &Path, flags: Flags) -> anyhow::Result<()> {
    let store = store(flags)?;
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
    say(&format!(
        "The key of the root is in {} and no longer here: keep it where no network reaches.\n",
        file.display()
    ));
    Ok(())
}

fn import(file: &Path, flags: Flags) -> anyhow::Result<()> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let authority = store(flags)?.import(&text, SystemClock.now())?;
    describe(&authority);
    Ok(())
}

async fn list(state: AppState) -> anyhow::Result<()> {
    for one in certificates::listed(&state.services).await? {
        let end = match one.revoked_at {
            Some(at) => format!("revoked {}", at.plain()),
            None => format!("until {}", one.not_after.plain()),
        };
        say(&format!(
            "{}  {:<13}  {end}  {}\n",
            one.serial, one.kind, one.subject
        ));
    }
    Ok(())
}

/// Works on the database, which on a SQLite file nobody else has meanwhile.
fn with_database(
    flags: Flags,
    work: impl AsyncFnOnce(AppState) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let settings = flags.load().settings()?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?
        .block_on(async {
            let state =
                AppState::open(settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
            let db = state.db.clone();
            let done = work(state).await;
            db.close().await;
            done
        })
}
