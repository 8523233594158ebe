//! A computer comes with a key of its own, and is known by it from then on, or waits for somebody to decide.

use std::net::IpAddr;

use migasfree_server_audit::Author;
use migasfree_server_db::{self as db, Ts, Tx, args};
use migasfree_types::events::{ChangeAction, Event};
use migasfree_types::message::Message;

use super::claims::{KeyText, Machine};
use super::rows::{self, Held, Origin, Place, Shown, State, Telling};
use super::tokens::{self, Token};
use crate::client::identity::{self, Asked, Found, NewComputer, Row};
use crate::computers::{computer::COMPUTERS, notifications::notify};
use crate::core::rules::{identity::canonical, status::Status};
use crate::ids::{ComputerId, ComputerKeyId, EnrolmentTokenId, ProjectId};
use crate::messages;
use crate::services::{OfDomain as _, Services};

/// A computer that shows a key, and proved that it has the private half.
#[derive(Debug, Clone, Copy)]
pub struct Newcomer<'a> {
    pub key: &'a KeyText,
    /// Where it wants to be; who has a token need not say.
    pub project: Option<ProjectId>,
    pub machine: Machine<'a>,
    /// The thumbprint of the key it had, if it proved that it has that one still.
    pub before: Option<&'a str>,
    pub address: IpAddr,
}

/// What vouches for a computer.
#[derive(Debug, Clone, Copy)]
pub enum Voucher<'a> {
    Nothing,
    /// What a token's maker was shown.
    Token(&'a str),
    /// Somebody who signed in and may add computers: whoever calls checked both.
    Operator(&'a Author),
}

/// Counts a computer that nobody vouches for; refuses one too many, for so many seconds.
pub type Limit<'a> = &'a (dyn Fn(ProjectId) -> Result<(), u64> + Sync);

/// What became of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrolled {
    pub key: ComputerKeyId,
    /// Active or pending.
    pub state: State,
    /// None while nobody knows the computer.
    pub computer: Option<ComputerId>,
    pub project: ProjectId,
}

/// Why a computer does not even wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// There is no such token, or it has ended or is used up.
    Token,
    /// The token is not for where the computer is.
    Network,
    /// The token is for another project.
    OtherProject,
    /// There is no such project.
    NoProject,
    /// These two computers could both be it.
    Alike(ComputerId, ComputerId, String),
    /// The computer was retired.
    Retired,
    /// The key was good once, or refused.
    Ended,
    /// Another computer has the UUID.
    Taken,
}

impl Why {
    /// As it is told.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Token => messages::token_not_good(),
            Self::Network => messages::token_not_from_here(),
            Self::OtherProject => messages::token_of_other_project(),
            Self::NoProject => messages::no_such_project(),
            Self::Alike(first, second, name) => {
                messages::computers_alike(format!("CID-{first}"), format!("CID-{second}"), name)
            }
            Self::Retired => messages::computer_retired(),
            Self::Ended => messages::key_ended(),
            Self::Taken => messages::uuid_of_other_computer(),
        }
    }
}

/// Why a computer is not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// It may not.
    #[error("{}", .0.message().text)]
    Refused(Why),
    /// Too many come that nobody vouches for: it may try again after so many seconds.
    #[error("too many new computers: try again in {0} seconds")]
    TooMany(u64),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<Why> for EnrolError {
    fn from(why: Why) -> Self {
        Self::Refused(why)
    }
}

/// Takes a key that a computer shows. The same key again is answered with what became of it.
///
/// # Errors
/// Why it is not taken.
pub async fn enrol(
    state: &Services,
    newcomer: &Newcomer<'_>,
    voucher: Voucher<'_>,
    limit: Limit<'_>,
) -> Result<Enrolled, EnrolError> {
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    let known = rows::by_thumbprint(&mut tx, newcomer.key.thumbprint()).await?;
    if let Some(row) = &known {
        match (row.state(), row.computer_id) {
            (Some(State::Pending), _) => {}
            (Some(State::Active), Some(computer)) => {
                return Ok(Enrolled {
                    key: row.id,
                    state: State::Active,
                    computer: Some(computer),
                    project: row.project_id,
                });
            }
            _ => return Err(Why::Ended.into()),
        }
    }
    let token = token(&mut tx, newcomer, voucher, now).await?;
    let shown = token.as_ref().map(|token| token.id);
    let arrival = Arrival {
        state,
        newcomer,
        voucher,
        token_id: shown.or(known.as_ref().and_then(|row| row.token_id)),
        token,
        now,
    };
    let project = arrival.project(&mut tx).await?;
    let found = arrival.find(&mut tx, project.id).await?;
    let case = arrival.case(&mut tx, project, found).await?;
    let verdict = case.verdict();
    if known.is_none() && !case.is_invited() {
        limit(case.project.id).map_err(EnrolError::TooMany)?;
    }
    let enrolled = match (verdict, known) {
        (Verdict::Active(origin, verified), _) => {
            arrival.admit(&mut tx, &case, origin, verified).await?
        }
        // Nothing is new: it only asks whether somebody has decided.
        (Verdict::Pending(_), Some(row)) if shown.is_none() => {
            return Ok(Enrolled {
                key: row.id,
                state: State::Pending,
                computer: row.computer_id,
                project: row.project_id,
            });
        }
        (Verdict::Pending(origin), known) => {
            let place = Place {
                computer: case.computer(),
                project: case.project.id,
                token: arrival.token_id,
                state: State::Pending,
                origin,
                verified: false,
                contested: case.held.active.is_some(),
                decided_by: None,
            };
            arrival.wait(&mut tx, &place, known.is_none()).await?
        }
    };
    tx.commit().await?;
    Ok(enrolled)
}

async fn token(
    tx: &mut Tx,
    newcomer: &Newcomer<'_>,
    voucher: Voucher<'_>,
    now: Ts,
) -> Result<Option<Token>, EnrolError> {
    let Voucher::Token(secret) = voucher else {
        return Ok(None);
    };
    let token = tokens::use_up(tx, secret, now).await?;
    let token = token.ok_or(Why::Token)?;
    if !token.is_good_from(newcomer.address) {
        return Err(Why::Network.into());
    }
    Ok(Some(token))
}

/// What the project says of computers that come.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
struct Rules {
    id: ProjectId,
    auto_register_computers: bool,
    enrolment_approval: bool,
}

enum Verdict {
    /// Known by the key from now on; whether it was made sure who it is.
    Active(Origin, bool),
    Pending(Origin),
}

/// All that is decided by.
struct Case {
    project: Rules,
    found: Option<Row>,
    held: Held,
    /// How somebody vouches for this computer in this project.
    vouched: Option<Origin>,
    /// Whether it has a token that vouches for nothing.
    has_token: bool,
    /// Whether it proved to have the key it is known by.
    proven: bool,
    /// Whether it may leave the project it is in by itself.
    may_leave: bool,
}

impl Case {
    fn computer(&self) -> Option<ComputerId> {
        self.found.as_ref().map(|row| row.id)
    }

    fn moves(&self) -> bool {
        let found = self.found.as_ref();
        found.is_some_and(|row| row.project_id != self.project.id)
    }

    /// Whether somebody said beforehand that it may come, or it is known for sure.
    const fn is_invited(&self) -> bool {
        self.vouched.is_some() || self.has_token || self.proven
    }

    /// What becomes of the key. That a computer has the key it is known by says who it is, whatever the project demands.
    fn verdict(&self) -> Verdict {
        let is_open = self.project.auto_register_computers && !self.project.enrolment_approval;
        let comes = !self.moves() || (is_open && self.may_leave);
        if let (true, true, Some((_, origin, verified))) = (self.proven, comes, &self.held.active) {
            return Verdict::Active(*origin, *verified);
        }
        if !self.project.enrolment_approval {
            if let Some(origin) = self.vouched {
                return Verdict::Active(origin, true);
            }
            if is_open && comes && !self.held.any {
                // A computer that is there already says who it is, and nothing proves it.
                return Verdict::Active(Origin::Automatic, self.found.is_none());
            }
        }
        match self.vouched {
            Some(origin) => Verdict::Pending(origin),
            None if self.has_token => Verdict::Pending(Origin::Token),
            None => Verdict::Pending(Origin::Approval),
        }
    }
}

/// A computer at the door.
struct Arrival<'a> {
    state: &'a Services,
    newcomer: &'a Newcomer<'a>,
    voucher: Voucher<'a>,
    token: Option<Token>,
    /// That token, or the one it waits with.
    token_id: Option<EnrolmentTokenId>,
    now: Ts,
}

impl Arrival<'_> {
    async fn project(&self, tx: &mut Tx) -> Result<Rules, EnrolError> {
        let bound = self.token.as_ref().map(|token| token.project_id);
        let id = match (bound, self.newcomer.project) {
            (Some(bound), Some(wanted)) if bound != wanted => return Err(Why::OtherProject.into()),
            (Some(id), _) | (None, Some(id)) => id,
            (None, None) => return Err(Why::NoProject.into()),
        };
        let rules: Option<Rules> = tx
            .optional(
                "SELECT id, auto_register_computers, enrolment_approval FROM core_project WHERE id = $1",
                args![id],
            )
            .await?;
        Ok(rules.ok_or(Why::NoProject)?)
    }

    /// The computer that it claims to be; nobody else registers it until the transaction ends.
    async fn find(&self, tx: &mut Tx, project: ProjectId) -> Result<Option<Row>, EnrolError> {
        let Machine { uuid, name, .. } = self.newcomer.machine;
        let found = find(self.state, tx, project, (uuid, name)).await?;
        if let Some(row) = &found {
            tx.lock(COMPUTERS.table.name, &[row.id.0]).await?;
        }
        Ok(found)
    }

    async fn case(
        &self,
        tx: &mut Tx,
        project: Rules,
        found: Option<Row>,
    ) -> Result<Case, EnrolError> {
        let by_operator = matches!(self.voucher, Voucher::Operator(_));
        let mut case = Case {
            project,
            found: None,
            held: Held::default(),
            vouched: by_operator.then_some(Origin::Operator),
            has_token: self.token.is_some(),
            proven: false,
            may_leave: true,
        };
        let token = self.token.as_ref().filter(|token| token.auto_approve);
        let Some(row) = found else {
            case.vouched = case.vouched.or(token.map(|_| Origin::Token));
            return Ok(case);
        };
        if row.status() == Status::Unsubscribed && !by_operator {
            return Err(Why::Retired.into());
        }
        case.held = rows::held(tx, row.id).await?;
        let active = case.held.active.as_ref();
        case.proven = active.is_some_and(|(key, ..)| self.newcomer.before == Some(key.as_str()));
        if row.project_id != project.id {
            case.may_leave =
                row.is_numbered(self.newcomer.machine.uuid) && is_open(tx, row.project_id).await?;
        } else if let Some(token) = token
            && reaches(tx, token, row.id).await?
        {
            case.vouched = case.vouched.or(Some(Origin::Token));
        }
        case.found = Some(row);
        Ok(case)
    }

    /// The computer is known by the key from now on.
    async fn admit(
        &self,
        tx: &mut Tx,
        case: &Case,
        origin: Origin,
        verified: bool,
    ) -> Result<Enrolled, EnrolError> {
        let project = case.project.id;
        let computer = match &case.found {
            Some(row) => {
                come_over(self.state, tx, row.id, (row.project_id, project), self.now).await?;
                if row.status() == Status::Unsubscribed {
                    let usual = &self.state.domain().settings.default_computer_status;
                    identity::set_status(tx, row.id, usual, self.now).await?;
                }
                row.id
            }
            None => {
                let claims = self.newcomer.machine;
                let author = self.vouching();
                let address = self.newcomer.address.to_string();
                let who = Claimant {
                    uuid: claims.uuid,
                    name: claims.name,
                    ip_address: claims.ip_address,
                    address: &address,
                };
                create(self.state, tx, project, who, (author, self.now)).await?
            }
        };
        if let Some(token) = self.token_id {
            tokens::assign(tx, token, computer, self.now).await?;
        }
        let place = Place {
            computer: Some(computer),
            project,
            token: self.token_id,
            state: State::Active,
            origin,
            verified,
            contested: false,
            decided_by: self.vouching().and_then(|author| author.user),
        };
        let replaced = rows::replace(tx, computer, self.now).await?;
        let key = self.put(tx, &place, "enrol").await?;
        if let Some(replaced) = replaced {
            let author = self.author(Some(computer));
            self.telling(&author)
                .replaced(tx, replaced, computer)
                .await?;
        }
        Ok(Enrolled {
            key,
            state: State::Active,
            computer: Some(computer),
            project,
        })
    }

    /// Somebody has to decide.
    async fn wait(&self, tx: &mut Tx, place: &Place, is_new: bool) -> Result<Enrolled, EnrolError> {
        let key = self
            .put(tx, place, if is_new { "add" } else { "change" })
            .await?;
        if let (true, true, Some(computer)) = (is_new, place.contested, place.computer) {
            let address = self.newcomer.address.to_string();
            let message = messages::identity_contested(format!("CID-{computer}"), address);
            notify(tx, &message, self.now).await?;
        }
        Ok(Enrolled {
            key,
            state: State::Pending,
            computer: place.computer,
            project: place.project,
        })
    }

    async fn put(
        &self,
        tx: &mut Tx,
        place: &Place,
        action: &str,
    ) -> Result<ComputerKeyId, EnrolError> {
        let address = self.newcomer.address.to_string();
        let shown = Shown {
            key: self.newcomer.key,
            machine: self.newcomer.machine,
            address: &address,
            now: self.now,
        };
        let key = rows::put(tx, &shown, place).await?;
        let author = self.author(place.computer);
        let after = rows::audited(&shown, place);
        self.telling(&author)
            .key(tx, action, key, &author.name, (None, &after))
            .await?;
        Ok(key)
    }

    const fn vouching(&self) -> Option<&Author> {
        match &self.voucher {
            Voucher::Operator(author) => Some(*author),
            Voucher::Nothing | Voucher::Token(_) => None,
        }
    }

    /// Whoever vouches, else the computer itself.
    fn author(&self, computer: Option<ComputerId>) -> Author {
        let itself = || Author {
            user: None,
            name: computer.map_or_else(
                || self.newcomer.machine.name.to_owned(),
                |id| format!("CID-{id}"),
            ),
            address: self.newcomer.address.to_string(),
        };
        self.vouching().cloned().unwrap_or_else(itself)
    }

    const fn telling<'b>(&'b self, author: &'b Author) -> Telling<'b> {
        Telling {
            state: self.state,
            author,
            now: self.now,
        }
    }
}

/// The one computer that a UUID and a name stand for, as sealed registration finds it. Nobody else registers it until the
/// transaction ends.
pub(super) async fn find(
    state: &Services,
    tx: &mut Tx,
    project: ProjectId,
    (uuid, name): (&str, &str),
) -> Result<Option<Row>, EnrolError> {
    let settings = &state.domain().settings.clients;
    let claimed = identity::claimed_alone(tx, settings, project, (uuid, name)).await?;
    let asked = Asked::Within(tx);
    match identity::find(asked, settings, project, claimed, (uuid, name)).await? {
        Found::Nobody => Ok(None),
        Found::One(row) => Ok(Some(row)),
        Found::Several(first, second) => Err(Why::Alike(first, second, name.to_owned()).into()),
    }
}

/// What a computer is made of that nobody knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claimant<'a> {
    pub(super) uuid: &'a str,
    pub(super) name: &'a str,
    pub(super) ip_address: Option<&'a str>,
    pub(super) address: &'a str,
}

/// A computer that nobody knew, in a project.
pub(super) async fn create(
    state: &Services,
    tx: &mut Tx,
    project: ProjectId,
    who: Claimant<'_>,
    (author, now): (Option<&Author>, Ts),
) -> Result<ComputerId, EnrolError> {
    let settings = &state.domain().settings;
    let uuid = (!settings.clients.is_filler(who.uuid)).then(|| canonical(who.uuid));
    let new = NewComputer {
        uuid: uuid.as_deref(),
        name: who.name,
        status: &settings.default_computer_status,
        project,
        ip_address: who.ip_address,
        forwarded_ip_address: Some(who.address),
    };
    let made = identity::register(tx, settings, &new, author, now).await;
    let (id, _) = made.map_err(|error| match error {
        db::Error::Unique { .. } => EnrolError::Refused(Why::Taken),
        other => other.into(),
    })?;
    announce(state, tx, id, ChangeAction::Add, now);
    Ok(id)
}

/// A computer comes to another project, if it is not the one it is in.
pub(super) async fn come_over(
    state: &Services,
    tx: &mut Tx,
    computer: ComputerId,
    (from, to): (ProjectId, ProjectId),
    now: Ts,
) -> db::Result<()> {
    if from != to {
        identity::migrate(tx, computer, to, now).await?;
    }
    announce(state, tx, computer, ChangeAction::Change, now);
    Ok(())
}

fn announce(state: &Services, tx: &mut Tx, computer: ComputerId, action: ChangeAction, now: Ts) {
    let event = Event::Changed {
        entity: COMPUTERS.key(),
        id: Some(computer.0),
        action,
        at: now.rfc3339(),
    };
    state.events.send_after(tx, event);
}

/// Whether computers leave a project by themselves.
async fn is_open(tx: &mut Tx, project: ProjectId) -> db::Result<bool> {
    let (open,) = tx
        .one(
            "SELECT auto_register_computers FROM core_project WHERE id = $1",
            args![project],
        )
        .await?;
    Ok(open)
}

/// Whether a token may vouch for a computer that is there: one of a domain vouches for computers of that alone.
async fn reaches(tx: &mut Tx, token: &Token, computer: ComputerId) -> db::Result<bool> {
    let Some(domain) = token.domain_id else {
        return Ok(true);
    };
    let found: Option<(i64,)> = tx
        .optional(
            "SELECT domain_id FROM client_computer_domain WHERE computer_id = $1 AND domain_id = $2 LIMIT 1",
            args![computer, domain],
        )
        .await?;
    Ok(found.is_some())
}
