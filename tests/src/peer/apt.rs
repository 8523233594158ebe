//! As much of apt as a peer needs: reading the index of a repository and fetching a package.

use anyhow::{Context, Result, bail};

use super::Peer;

impl Peer {
    /// Fetches package `name` from one of the repositories and installs it.
    pub(super) async fn install(&mut self, name: &str, sources: &[String]) -> Result<()> {
        for source in sources {
            let fields: Vec<&str> = source.split_whitespace().collect();
            let ["deb", root, suite, component] = fields[..] else {
                bail!("not a repository line: {source:?}");
            };
            let index = format!("{root}/dists/{suite}/{component}/binary-amd64/Packages");
            let index = String::from_utf8(self.transport.file(&index).await?)?;
            let stanzas = index.split("\n\n");
            let wanted = format!("Package: {name}");
            let Some(stanza) = stanzas
                .into_iter()
                .find(|s| s.lines().any(|line| line == wanted))
            else {
                continue;
            };
            let field = |field: &str| {
                let mut lines = stanza.lines();
                lines.find_map(|line| line.strip_prefix(field)?.strip_prefix(": "))
            };
            let path = field("Filename").context("a stanza names its file")?;
            let package = self.transport.file(&format!("{root}/{path}")).await?;
            let size = field("Size").context("a stanza tells the size")?;
            if package.len().to_string() != size {
                bail!("{path} has {} bytes, not {size}", package.len());
            }
            let version = field("Version").unwrap_or_default();
            let architecture = field("Architecture").unwrap_or_default();
            self.machine
                .packages
                .push(format!("{name}_{version}_{architecture}.deb"));
            return Ok(());
        }
        bail!("no repository has {name}")
    }
}
