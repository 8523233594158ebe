//! apt on a root of its own: sources, lists, cache and status in a temporary folder.

use std::path::{Path, PathBuf};

use migasfree_server_domain::services::OfDomain as _;

use super::site::Site;

pub struct Apt {
    folder: tempfile::TempDir,
}

impl Apt {
    /// A root whose only source is a deployment of the site's project.
    pub fn new(site: &Site, slug: &str) -> Self {
        let key = site.state.domain().signer.public_key();
        Self::of(&site.url("/public/desk-10/repos"), slug, key)
    }

    /// A root whose only source is a suite of these repositories, signed with this key.
    pub fn of(repositories: &str, slug: &str, public_key: &str) -> Self {
        let apt = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for folder in [
            "etc/apt/preferences.d",
            "etc/apt/apt.conf.d",
            "var/lib/apt/lists/partial",
            "var/cache/apt/archives/partial",
            "var/lib/dpkg",
        ] {
            std::fs::create_dir_all(apt.path(folder)).unwrap();
        }
        let root = apt.folder.path().display();
        let key = apt.path("key.asc");
        apt.write("var/lib/dpkg/status", "");
        apt.write("key.asc", public_key);
        let source = format!(
            "deb [signed-by={}] {repositories} {slug} PKGS\n",
            key.display()
        );
        apt.write("etc/apt/sources.list", &source);
        apt.write(
            "apt.conf",
            &format!(
                "Dir \"{root}\";\nDir::State::status \"{root}/var/lib/dpkg/status\";\n\
                 APT::Architecture \"amd64\";\nAPT::Architectures {{ \"amd64\"; }};\n\
                 APT::Sandbox::User \"root\";\nAcquire::Languages \"none\";\n\
                 Acquire::http::Proxy \"DIRECT\";\nAcquire::Retries \"0\";\n"
            ),
        );
        apt
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn write(&self, below: &str, text: &str) {
        std::fs::write(self.path(below), text).unwrap();
    }

    /// Runs apt-get; its whole output, as an error unless it succeeded without warnings.
    pub async fn get(&self, arguments: &[&str]) -> Result<String, String> {
        self.run("apt-get", arguments).await
    }

    /// What apt knows of a package.
    pub async fn policy(&self, package: &str) -> Result<String, String> {
        self.run("apt-cache", &["policy", package]).await
    }

    async fn run(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        let output = tokio::process::Command::new(program)
            .args(arguments)
            .env("APT_CONFIG", self.path("apt.conf"))
            .env("LC_ALL", "C")
            .output()
            .await
            .unwrap();
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        let warned = text
            .lines()
            .any(|line| line.starts_with("W:") || line.starts_with("E:"));
        if output.status.success() && !warned {
            Ok(text)
        } else {
            Err(text)
        }
    }

    pub async fn update(&self) -> Result<String, String> {
        self.get(&["update"]).await
    }

    pub async fn download(&self, package: &str) -> Result<String, String> {
        self.get(&[
            "install",
            "--yes",
            "--download-only",
            "--reinstall",
            package,
        ])
        .await
    }

    /// The files apt has downloaded.
    pub fn archives(&self) -> Vec<PathBuf> {
        let archives = std::fs::read_dir(self.path("var/cache/apt/archives")).unwrap();
        let paths = archives.map(|entry| entry.unwrap().path());
        let mut debs: Vec<PathBuf> = paths.filter(|path| is_deb(path)).collect();
        debs.sort();
        debs
    }
}

fn is_deb(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "deb")
}
