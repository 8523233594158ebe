//! Who may act on an account, and give or take rights: the one answer to both questions.
//!
//! Nobody gives, takes or widens what they do not hold themselves, and only superusers act on superusers. Acting on an
//! account takes everything it holds: whoever sets its password or makes its token can do what it can.

use std::fmt;

use migasfree_server_audit::UserId;
use migasfree_server_db::{Result, Sql, Tx, args, json_ids, sql};
use migasfree_types::message::Message;

use super::operator::HELD;
use super::{AuthError, DomainId, Operator, messages};

/// What somebody tried that goes beyond what they hold.
#[derive(Debug, PartialEq, Eq)]
pub enum Beyond {
    /// Acting on a superuser, or making one.
    Superuser,
    /// Giving or taking something that is not theirs.
    NotHeld(String),
    /// Changing one's own powers.
    Oneself,
}

impl Beyond {
    /// What is said to them.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Superuser => messages::only_superusers(),
            Self::NotHeld(what) => messages::not_held(what),
            Self::Oneself => messages::own_rights(),
        }
    }
}

impl fmt::Display for Beyond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl std::error::Error for Beyond {}

/// What is given or taken.
#[derive(Debug, Clone, Copy)]
pub enum Rights<'a> {
    /// Passing every permission.
    Superuser,
    /// Using the admin UI.
    Staff,
    /// `auth_permission.id`
    Permissions(&'a [i64]),
    /// `auth_group.id`: all that a group holds.
    Groups(&'a [i64]),
    /// `core_domain.id`
    Domains(&'a [i64]),
}

/// What an operator may do with the rights of others.
#[derive(Debug)]
pub struct Authority<'a> {
    operator: &'a Operator,
    tx: &'a mut Tx,
}

impl<'a> Authority<'a> {
    /// Of this operator, as the transaction sees the others.
    pub const fn of(operator: &'a Operator, tx: &'a mut Tx) -> Self {
        Self { operator, tx }
    }

    /// Refuses to act on an account that holds more.
    ///
    /// # Errors
    /// [`Beyond`]
    pub async fn over_account(&mut self, account: UserId) -> Result<(), AuthError> {
        if account == self.operator.id {
            return self.operator.in_person();
        }
        if self.operator.is_superuser {
            return Ok(());
        }
        let row: Option<(bool, bool)> = self
            .tx
            .optional(
                "SELECT is_superuser, is_staff FROM core_userprofile WHERE id = $1",
                args![account],
            )
            .await?;
        // Whoever is not there holds nothing.
        let Some((superuser, staff)) = row else {
            return Ok(());
        };
        if superuser {
            return Err(Beyond::Superuser.into());
        }
        if staff {
            self.over(Rights::Staff).await?;
        }
        let held: Vec<(String,)> = self.tx.all(HELD, args![account]).await?;
        self.holds(held)?;
        self.sees_all_of(account).await
    }

    /// Refuses to take from a group what protects its members, where one of them holds more, or is who asks.
    ///
    /// # Errors
    /// [`Beyond`]
    pub async fn over_members(&mut self, group: i64) -> Result<(), AuthError> {
        if self.operator.is_superuser {
            return Ok(());
        }
        let members: Vec<(UserId,)> = self
            .tx
            .all(
                "SELECT user_id FROM auth_user_groups WHERE group_id = $1 ORDER BY user_id",
                args![group],
            )
            .await?;
        for (member,) in members {
            if member == self.operator.id {
                return Err(Beyond::Oneself.into());
            }
            self.over_account(member).await?;
        }
        Ok(())
    }

    /// Refuses to give or take rights that the operator does not hold.
    ///
    /// # Errors
    /// [`Beyond`]
    pub async fn over(&mut self, rights: Rights<'_>) -> Result<(), AuthError> {
        if self.operator.is_superuser {
            // A superuser that a program makes would outlive the program.
            return match rights {
                Rights::Superuser => self.operator.in_person(),
                _ => Ok(()),
            };
        }
        match rights {
            Rights::Superuser => Err(Beyond::Superuser.into()),
            Rights::Staff if self.operator.is_staff => Ok(()),
            Rights::Staff => Err(Beyond::NotHeld("access to the admin UI".to_owned()).into()),
            Rights::Permissions(ids) => {
                let names = sql!(
                    "SELECT t.app_label || '.' || p.codename FROM auth_permission p \
                     JOIN content_type t ON t.id = p.content_type_id WHERE p.id IN ",
                    ids(1)
                );
                let held = self.names(names, ids).await?;
                self.holds(held)
            }
            Rights::Groups(ids) => {
                let names = sql!(
                    "SELECT DISTINCT t.app_label || '.' || p.codename FROM auth_permission p \
                     JOIN content_type t ON t.id = p.content_type_id \
                     JOIN auth_group_permissions g ON g.permission_id = p.id WHERE g.group_id IN ",
                    ids(1)
                );
                let held = self.names(names, ids).await?;
                self.holds(held)
            }
            Rights::Domains(ids) => {
                let own = self.operator.boundary().unwrap_or_default();
                match ids.iter().find(|id| !own.contains(&DomainId(**id))) {
                    Some(foreign) if !own.is_empty() => Err(lacks_domain(*foreign)),
                    _ => Ok(()),
                }
            }
        }
    }

    async fn names(&mut self, sql: Sql, ids: &[i64]) -> Result<Vec<(String,)>> {
        self.tx.all(sql, args![json_ids(ids.iter().copied())]).await
    }

    fn holds(&self, names: Vec<(String,)>) -> Result<(), AuthError> {
        match names.into_iter().find(|(name,)| !self.operator.may(name)) {
            Some((name,)) => Err(Beyond::NotHeld(format!("the permission {name}")).into()),
            None => Ok(()),
        }
    }

    /// Whoever works in some domains acts on nobody who works in others, or in all.
    async fn sees_all_of(&mut self, account: UserId) -> Result<(), AuthError> {
        let Some(own) = self.operator.boundary() else {
            return Ok(());
        };
        let theirs = self.domains(account).await?;
        if theirs.is_empty() {
            return Err(Beyond::NotHeld("the sight of every domain".to_owned()).into());
        }
        match theirs.iter().find(|id| !own.contains(&DomainId(**id))) {
            Some(foreign) => Err(lacks_domain(*foreign)),
            None => Ok(()),
        }
    }

    async fn domains(&mut self, account: UserId) -> Result<Vec<i64>> {
        let rows: Vec<(i64,)> = self
            .tx
            .all(
                "SELECT domain_id FROM core_userprofile_domains WHERE userprofile_id = $1",
                args![account],
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

/// A domain the operator does not work in is told by its number: its name is none of theirs to know.
fn lacks_domain(id: i64) -> AuthError {
    Beyond::NotHeld(format!("the domain {id}")).into()
}
