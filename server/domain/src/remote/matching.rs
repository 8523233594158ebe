//! The policies in force, and which of them decides about a computer and an operator: the first by priority that is meant for
//! both.

use std::collections::HashMap;

use migasfree_grant::{Mode, Service, Switches};
use migasfree_server_audit::UserId;
use migasfree_server_db::{Db, Result, Sql, Ts, args, json_ids, sql, zone::Zone};

use super::{computers::Facts, ports, window::Window};
use crate::core::rules::targeting::Audience;
use crate::ids::AttributeId;

/// A policy in force.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Policy {
    pub(super) id: i64,
    pub(super) name: String,
    domain_id: Option<i64>,
    group_id: Option<i64>,
    pub(super) consent: String,
    pub(super) consent_seconds: i64,
    pub(super) recording: String,
    terminal: bool,
    screen: bool,
    files: bool,
    ports: String,
    clipboard_in: bool,
    clipboard_out: bool,
    files_in: bool,
    files_out: bool,
    pub(super) max_minutes: i64,
    days: String,
    pub(super) from_time: String,
    pub(super) until_time: String,
    pub(super) reason_required: bool,
    pub(super) ticket_required: bool,
    pub(super) proof: String,
}

impl Policy {
    /// Whether it lets anybody use a service so.
    pub(super) fn offers(&self, service: Service, mode: Mode) -> bool {
        match service {
            Service::Terminal => self.terminal,
            Service::Screen => self.screen,
            Service::Files => self.files && self.lets_files(mode),
            Service::Port => !self.port_names().is_empty(),
            Service::Action => false,
        }
    }

    const fn lets_files(&self, mode: Mode) -> bool {
        match mode {
            Mode::Read => self.files_out,
            Mode::Write => self.files_in,
            _ => self.files_in && self.files_out,
        }
    }

    /// The services of a computer that may be reached.
    pub(super) fn port_names(&self) -> Vec<String> {
        let listed = ports::read(&self.ports).unwrap_or_default();
        listed.into_iter().map(|port| port.name).collect()
    }

    /// One of them with its number, as computers are told: `ssh=22`.
    pub(super) fn port(&self, name: &str) -> Option<String> {
        let listed = ports::read(&self.ports).unwrap_or_default();
        let found = listed.into_iter().find(|port| port.name == name)?;
        Some(format!("{}={}", found.name, found.number))
    }

    /// What a session may do besides what it is for.
    pub(super) fn switches(&self) -> Switches {
        Switches {
            clipboard_in: self.clipboard_in,
            clipboard_out: self.clipboard_out,
            files_in: self.files_in,
            files_out: self.files_out,
            ..Switches::default()
        }
    }

    /// Whether it lets anybody in at a moment.
    pub(super) fn is_open(&self, at: Ts, zone: &Zone) -> bool {
        Window::read(&self.days, &self.from_time, &self.until_time)
            .is_some_and(|window| window.is_open(at, zone))
    }

    fn is_for(&self, computer: &Facts, groups: &[i64]) -> bool {
        let in_domain = self
            .domain_id
            .is_none_or(|id| computer.domains.contains(&id));
        let in_group = self.group_id.is_none_or(|id| groups.contains(&id));
        in_domain && in_group
    }
}

/// All policies in force, the first to be asked first, each with whom it is aimed at.
#[derive(Debug)]
pub(super) struct Policies(Vec<(Policy, Audience)>);

impl Policies {
    /// As they are now.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn read(db: &Db) -> Result<Self> {
        let policies: Vec<Policy> = db
            .all(
                "SELECT id, name, domain_id, group_id, consent, consent_seconds, recording, terminal, screen, files, \
                 ports, clipboard_in, clipboard_out, files_in, files_out, max_minutes, days, from_time, \
                 until_time, reason_required, ticket_required, proof FROM remote_policy WHERE enabled \
                 ORDER BY priority, id",
                args![],
            )
            .await?;
        let aimed: Vec<(bool, i64, AttributeId)> = db
            .all(
                "SELECT true AS included, policy_id, attribute_id FROM remote_policy_included_attributes \
                 UNION ALL SELECT false, policy_id, attribute_id FROM remote_policy_excluded_attributes",
                args![],
            )
            .await?;
        let mut audiences: HashMap<i64, Audience> = HashMap::new();
        for (included, policy, attribute) in aimed {
            let audience = audiences.entry(policy).or_default();
            match included {
                true => audience.included.push(attribute),
                false => audience.excluded.push(attribute),
            }
        }
        let with_audience = policies.into_iter().map(|policy| {
            let audience = audiences.remove(&policy.id).unwrap_or_default();
            (policy, audience)
        });
        Ok(Self(with_audience.collect()))
    }

    /// The one that decides about a computer and a member of these groups.
    pub(super) fn of(&self, computer: &Facts, groups: &[i64]) -> Option<&Policy> {
        let mut all = self.0.iter();
        all.find(|(policy, audience)| {
            policy.is_for(computer, groups)
                && audience.matches_with_all_systems(&computer.attributes)
        })
        .map(|(policy, _)| policy)
    }
}

const GROUPS: Sql = sql!(
    "SELECT user_id, group_id FROM auth_user_groups WHERE user_id IN ",
    ids(1)
);

/// The groups that operators are in.
///
/// # Errors
/// When the database fails.
pub(super) async fn groups_of(db: &Db, operators: &[UserId]) -> Result<HashMap<UserId, Vec<i64>>> {
    let listed = json_ids(operators.iter().copied());
    let rows: Vec<(UserId, i64)> = db.all(GROUPS, args![listed]).await?;
    let mut groups: HashMap<UserId, Vec<i64>> = HashMap::new();
    for (operator, group) in rows {
        groups.entry(operator).or_default().push(group);
    }
    Ok(groups)
}
