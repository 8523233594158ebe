//! As much of apt as a peer needs: reading the index of a repository and fetching a package.

use anyhow::{Context, Result, bail};
use migasfree_deb::stanzas;

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
            let mut stanzas = stanzas(&index);
            let Some(stanza) = stanzas.find(|stanza| stanza.get("package") == Some(&name)) else {
                continue;
            };
            let field = |field: &str| stanza.get(field).copied();
            let path = field("filename").context("a stanza names its file")?;
            let package = self.transport.file(&format!("{root}/{path}")).await?;
            let size = field("size").context("a stanza tells the size")?;
            if package.len().to_string() != size {
                bail!("{path} has {} bytes, not {size}", package.len());
            }
            let version = field("version").unwrap_or_default();
            let architecture = field("architecture").unwrap_or_default();
            self.machine
                .packages
                .push(format!("{name}_{version}_{architecture}.deb"));
            return Ok(());
        }
        bail!("no repository has {name}")
    }
}
