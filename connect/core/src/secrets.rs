//! Where the secret that keeps somebody signed in lies.

use async_trait::async_trait;

use crate::trouble::Trouble;

/// A place for secrets, one for each server.
#[async_trait]
pub trait Secrets: Send + Sync + std::fmt::Debug {
    /// The secret for a server, if there is one.
    async fn load(&self, server: &str) -> Result<Option<String>, Trouble>;

    /// Keeps the secret for a server in place of the one before.
    async fn save(&self, server: &str, secret: &str) -> Result<(), Trouble>;

    /// Forgets the secret for a server.
    async fn forget(&self, server: &str) -> Result<(), Trouble>;
}
