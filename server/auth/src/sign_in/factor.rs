//! Second factors: what somebody has besides a password.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use migasfree_server_audit::UserId;
use migasfree_server_db::{Result, Tx};

/// Another proof of who somebody is.
#[async_trait]
pub trait Factor: Debug + Send + Sync {
    /// How programs and views know it.
    fn name(&self) -> &'static str;

    /// Whether this account has to pass it.
    ///
    /// # Errors
    /// When the database fails.
    async fn is_asked_of(&self, tx: &mut Tx, user: UserId) -> Result<bool>;

    /// Whether this is a good answer of the account. What is written of it stays only if somebody is signed in with it.
    ///
    /// # Errors
    /// When the database fails.
    async fn passes(&self, tx: &mut Tx, user: UserId, answer: &str) -> Result<bool>;
}

/// The factors of a server. Of those that are asked of an account, it has to pass one. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Factors(Arc<[Arc<dyn Factor>]>);

impl From<Vec<Arc<dyn Factor>>> for Factors {
    fn from(factors: Vec<Arc<dyn Factor>>) -> Self {
        Self(factors.into())
    }
}

impl Factors {
    /// These and others.
    pub(crate) fn and(&self, others: &Self) -> Self {
        Self(self.0.iter().chain(others.0.iter()).cloned().collect())
    }

    /// The names of those that are asked of an account.
    pub(crate) async fn asked_of(&self, tx: &mut Tx, user: UserId) -> Result<Vec<&'static str>> {
        let mut asked = Vec::new();
        for factor in self.0.iter() {
            if factor.is_asked_of(tx, user).await? {
                asked.push(factor.name());
            }
        }
        Ok(asked)
    }

    /// Whether an account passes the factor of a name.
    pub(crate) async fn passes(
        &self,
        tx: &mut Tx,
        user: UserId,
        name: &str,
        answer: &str,
    ) -> Result<bool> {
        let Some(factor) = self.0.iter().find(|factor| factor.name() == name) else {
            return Ok(false);
        };
        Ok(factor.is_asked_of(tx, user).await? && factor.passes(tx, user, answer).await?)
    }
}
