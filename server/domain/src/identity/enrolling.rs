//! A computer comes with a key of its own, and is known by it from then on, or waits for somebody to decide.

use migasfree_server_audit::Author;
use migasfree_server_db::{self as db, Ts, Tx, args};

use super::arrivals::{EnrolError, Enrolled, Limit, Newcomer, Voucher, Why};
use super::claims::Machine;
use super::computers::{Claimant, come_over, create, find};
use super::rows::{self, Held, Origin, Place, Shown, State, Telling};
use super::tokens::{self, Token};
use super::verdict::{Case, Rules, Verdict};
use super::vouching::vouches_within;
use crate::client::identity::{self, Row};
use crate::computers::{computer::COMPUTERS, notifications::notify};
use crate::core::rules::status::Status;
use crate::ids::{ComputerId, ComputerKeyId, EnrolmentTokenId, ProjectId};
use crate::messages;
use crate::services::{OfDomain as _, Services};

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
    let waits_with = known.as_ref().and_then(|row| row.token_id);
    let token = token(&mut tx, newcomer, (voucher, waits_with), now).await?;
    let shown = token.as_ref().map(|token| token.id);
    let mut arrival = Arrival {
        state,
        newcomer,
        vouching: None,
        token_id: shown.or(waits_with),
        token,
        now,
    };
    let project = arrival.project(&mut tx).await?;
    let found = arrival.find(&mut tx, project.id).await?;
    if let Voucher::Operator(operator) = voucher {
        let computer = found.as_ref().map(|row| row.id);
        let is_good = vouches_within(&mut tx, operator, project.id, computer).await?;
        arrival.vouching = is_good.then(|| operator.author());
    }
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

/// The token that is shown, used once; nothing where it is the one that the computer waits with.
async fn token(
    tx: &mut Tx,
    newcomer: &Newcomer<'_>,
    (voucher, waits_with): (Voucher<'_>, Option<EnrolmentTokenId>),
    now: Ts,
) -> Result<Option<Token>, EnrolError> {
    let Voucher::Token(secret) = voucher else {
        return Ok(None);
    };
    if waits_with.is_some() && tokens::of(tx, secret).await? == waits_with {
        return Ok(None);
    }
    let token = tokens::use_up(tx, secret, now).await?;
    let token = token.ok_or(Why::Token)?;
    if !token.is_good_from(newcomer.address) {
        return Err(Why::Network.into());
    }
    Ok(Some(token))
}

/// A computer at the door.
struct Arrival<'a> {
    state: &'a Services,
    newcomer: &'a Newcomer<'a>,
    /// Who vouches for it.
    vouching: Option<Author>,
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
        let by_operator = self.vouching.is_some();
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
                let author = self.vouching.as_ref();
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
            decided_by: self.vouching.as_ref().and_then(|author| author.user),
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
        self.vouching.clone().unwrap_or_else(itself)
    }

    const fn telling<'b>(&'b self, author: &'b Author) -> Telling<'b> {
        Telling {
            state: self.state,
            author,
            now: self.now,
        }
    }
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
