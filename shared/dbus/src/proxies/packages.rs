use crate::{Error, HistoryRecord, UpdateRecord};

/// `org.migasfree.Client1.Packages`: the packages of this computer.
#[zbus::proxy(
    interface = "org.migasfree.Client1.Packages",
    default_service = "org.migasfree.Client1",
    default_path = "/org/migasfree/Client1"
)]
pub trait Packages {
    /// Name, version, architecture and origin of every installed package, by name.
    fn list_installed(&self) -> Result<Vec<(String, String, String, String)>, Error>;

    /// Those of the names that are installed, in the same order.
    fn check_installed(&self, names: &[&str]) -> Result<Vec<String>, Error>;

    /// Names of the configured repositories that begin with `prefix`, at most `limit` (0 for all).
    fn list_available(&self, prefix: &str, limit: u32) -> Result<Vec<String>, Error>;

    /// Name, version, summary and whether it is installed, of at most `limit` packages (0 for all) that match.
    fn search(
        &self,
        pattern: &str,
        limit: u32,
    ) -> Result<Vec<(String, String, String, bool)>, Error>;

    /// Packages with a newer version in the repositories, by name, as of the last look.
    fn list_updates(&self) -> Result<Vec<UpdateRecord>, Error>;

    /// What jobs changed since a time (Unix seconds), newest first, at most `limit` (0 for all). Needs the right
    /// `read-inventory`.
    #[zbus(allow_interactive_auth)]
    fn get_history(&self, since: u64, limit: u32) -> Result<Vec<HistoryRecord>, Error>;

    /// Packages were added, removed or upgraded.
    #[zbus(signal, name = "Changed")]
    fn packages_changed(&self) -> zbus::Result<()>;
}
