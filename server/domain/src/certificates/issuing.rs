//! Giving certificates.

use std::time::Duration;

use migasfree_server_audit::{Author, UserId};
use migasfree_server_authority::{Authority, Issued, Name, Profile, Request, Subject, Usage};
use migasfree_server_db::{self as db, Ts, Tx, args};
use migasfree_server_entity::context::Context;
use serde_json::json;

use super::CertificateError;
use super::authority::apart;
use super::list;
use super::revoking::note;
use crate::ids::ComputerId;
use crate::services::{OfDomain as _, Services};

/// Computers renew theirs by themselves.
const COMPUTER_LIFETIME: Duration = Duration::from_secs(90 * 86_400);
const ADMINISTRATOR_LIFETIME: Duration = Duration::from_secs(365 * 86_400);
/// As many a computer is given when it asks; one does for 60 days.
pub(super) const MOST_A_DAY: i64 = 5;
const A_DAY: Duration = Duration::from_secs(86_400);
/// Where the list of those that were taken back can be had, for programs that read the certificate.
const LIST_PATH: &str = "/manager/v1/public/crl.der";

/// How somebody wants their certificate.
pub enum Wanted {
    /// For the key of a request in PEM.
    Request(String),
    /// With a key made here, in a file that opens with this password.
    File(String),
}

impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Request(_) => "Request",
            Self::File(_) => "File",
        })
    }
}

/// A certificate that was given.
#[derive(Debug)]
pub struct Given {
    /// `certificate.id`
    pub id: i64,
    /// The certificate, and its key where that was made here.
    pub issued: Issued,
    /// Both in one file (PKCS #12), where the key was made here.
    pub p12: Option<Vec<u8>>,
}

/// Whose one is.
#[derive(Debug, Clone, Copy)]
enum Holder {
    Computer(ComputerId),
    Account(UserId),
    Server,
}

impl Holder {
    const fn kind(self) -> &'static str {
        match self {
            Self::Computer(_) => "computer",
            Self::Account(_) => "administrator",
            Self::Server => "server",
        }
    }
}

/// Gives a computer a certificate for the key that it made. Who asks has made sure that it is that computer.
///
/// # Errors
/// For a computer without a UUID of its own, a request that cannot be used, or without an authority.
pub async fn issue_for_computer(
    state: &Services,
    author: &Author,
    computer: ComputerId,
    csr: String,
) -> Result<Given, CertificateError> {
    let row: Option<(Option<String>, i64)> = state
        .db
        .optional(
            "SELECT uuid, project_id FROM client_computer WHERE id = $1",
            args![computer],
        )
        .await?;
    let (uuid, project) = row.ok_or(CertificateError::Gone)?;
    let clients = &state.domain().settings.clients;
    let uuid = uuid.filter(|uuid| !clients.is_filler(uuid));
    let uuid = uuid.ok_or(CertificateError::NoUuid)?;
    let names = vec![Name::Uri(format!("urn:uuid:{}", uuid.to_lowercase()))];
    let subject = subject(state, "COMPUTERS", format!("{uuid}_{project}"));
    let profile = client(state, subject, names, COMPUTER_LIFETIME);
    give(
        state,
        author,
        Holder::Computer(computer),
        profile,
        Wanted::Request(csr),
    )
    .await
}

/// Gives a computer that asks itself a certificate, for another key than the one of Ed25519 that it is known by.
///
/// # Errors
/// As [`issue_for_computer`], for that very key, and for one that asks again and again.
pub async fn give_for_asking(
    state: &Services,
    author: &Author,
    computer: ComputerId,
    known_by: &[u8; 32],
    csr: String,
) -> Result<Given, CertificateError> {
    if Request::read(&csr)?.public_key().ends_with(known_by) {
        return Err(CertificateError::KnownKey);
    }
    let (given,): (i64,) = state
        .db
        .one(
            "SELECT count(*) FROM certificate WHERE computer_id = $1 AND not_before > $2",
            args![computer, state.clock.now() - A_DAY],
        )
        .await?;
    if given >= MOST_A_DAY {
        return Err(CertificateError::TooMany);
    }
    issue_for_computer(state, author, computer, csr).await
}

/// Gives an open account a certificate.
///
/// # Errors
/// For an account that is closed or gone, a request that cannot be used, or without an authority.
pub async fn issue_for_account(
    state: &Services,
    author: &Author,
    account: UserId,
    wanted: Wanted,
) -> Result<Given, CertificateError> {
    let row: Option<(String, String)> = state
        .db
        .optional(
            "SELECT username, email FROM core_userprofile WHERE id = $1 AND is_active",
            args![account],
        )
        .await?;
    let (username, email) = row.ok_or(CertificateError::Gone)?;
    let mailbox = Some(email).filter(|email| !email.is_empty() && email.is_ascii());
    let names = mailbox.map(Name::Mailbox).into_iter().collect();
    let subject = subject(state, "ADMINS", username);
    let profile = client(state, subject, names, ADMINISTRATOR_LIFETIME);
    give(state, author, Holder::Account(account), profile, wanted).await
}

/// Gives the operator a certificate of their own.
///
/// # Errors
/// As [`issue_for_account`].
pub async fn issue_own(context: &Context, wanted: Wanted) -> Result<Given, CertificateError> {
    let operator = &context.operator;
    issue_for_account(&context.state, &operator.author(), operator.id, wanted).await
}

/// Gives this server a certificate for its names and addresses.
///
/// # Errors
/// When a name cannot stand in a certificate, or without an authority.
pub async fn issue_for_server(
    state: &Services,
    names: Vec<String>,
) -> Result<Given, CertificateError> {
    let authority = authority(state).await?;
    let now = state.clock.now();
    let issued = authority.issue_server(&names, now)?;
    let made = Made { issued, p12: None };
    keep(state, &Author::server(), Holder::Server, &authority, made).await
}

async fn authority(state: &Services) -> Result<Authority, CertificateError> {
    let authority = state.domain().certificates.authority().await?;
    Ok(authority.with_random(std::sync::Arc::clone(&state.random)))
}

fn subject(state: &Services, unit: &str, common_name: String) -> Subject {
    let base = url::Url::parse(&state.domain().settings.base).ok();
    let host = base.and_then(|base| base.host_str().map(str::to_owned));
    Subject {
        organization: host.unwrap_or_default(),
        unit: unit.to_owned(),
        common_name,
    }
}

fn client(state: &Services, subject: Subject, names: Vec<Name>, lifetime: Duration) -> Profile {
    let base = &state.domain().settings.base;
    Profile {
        subject,
        names,
        usage: Usage::Client,
        lifetime,
        revocation_list: Some(format!("{base}{LIST_PATH}")),
    }
}

struct Made {
    issued: Issued,
    p12: Option<Vec<u8>>,
}

impl Made {
    fn of(
        authority: &Authority,
        profile: &Profile,
        wanted: &Wanted,
        now: Ts,
    ) -> Result<Self, CertificateError> {
        Ok(match wanted {
            Wanted::Request(csr) => Self {
                issued: authority.sign_request(csr, profile, now)?,
                p12: None,
            },
            Wanted::File(password) => {
                let issued = authority.issue(profile, now)?;
                let p12 = issued.p12(&profile.subject.common_name, password)?;
                Self {
                    issued,
                    p12: Some(p12),
                }
            }
        })
    }
}

async fn give(
    state: &Services,
    author: &Author,
    holder: Holder,
    profile: Profile,
    wanted: Wanted,
) -> Result<Given, CertificateError> {
    let authority = authority(state).await?;
    let now = state.clock.now();
    let (authority, made) = apart(move || {
        let made = Made::of(&authority, &profile, &wanted, now);
        (authority, made)
    })
    .await?;
    keep(state, author, holder, &authority, made?).await
}

async fn keep(
    state: &Services,
    author: &Author,
    holder: Holder,
    authority: &Authority,
    made: Made,
) -> Result<Given, CertificateError> {
    let Made { issued, p12 } = made;
    let mut tx = state.db.begin().await?;
    let id = insert(&mut tx, holder, &issued, state.clock.now()).await?;
    let after = json!({
        "serial": issued.serial,
        "kind": holder.kind(),
        "not_after": issued.not_after.rfc3339(),
    });
    note(state, &mut tx, author, "issue", id, &issued.subject, &after).await?;
    // Whoever checks a certificate looks for the list, also while nothing is on it.
    if list::number(&mut tx).await?.is_none() {
        list::publish(&mut tx, authority, state.clock.now()).await?;
    }
    tx.commit().await?;
    Ok(Given { id, issued, p12 })
}

async fn insert(tx: &mut Tx, holder: Holder, issued: &Issued, now: Ts) -> db::Result<i64> {
    let (computer, account) = match holder {
        Holder::Computer(id) => (Some(id), None),
        Holder::Account(id) => (None, Some(id)),
        Holder::Server => (None, None),
    };
    tx.execute(
        "UPDATE certificate SET renewed_at = $1 \
         WHERE kind = $2 AND subject = $3 AND renewed_at IS NULL AND revoked_at IS NULL",
        args![now, holder.kind(), &issued.subject],
    )
    .await?;
    let (id,): (i64,) = tx
        .one(
            "INSERT INTO certificate (serial, kind, subject, fingerprint, computer_id, account_id, not_before, \
             not_after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
            args![
                &issued.serial,
                holder.kind(),
                &issued.subject,
                &issued.fingerprint,
                computer,
                account,
                issued.not_before,
                issued.not_after,
            ],
        )
        .await?;
    Ok(id)
}
