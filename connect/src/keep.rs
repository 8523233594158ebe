//! What Connect keeps between two runs: the servers it knows, and what keeps somebody signed in. The secret lies in the
//! keyring of the desktop; without one in a file that only its owner can read.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use migasfree_connect_core::secrets::Secrets;
use migasfree_connect_core::servers::Servers;
use migasfree_connect_core::texts::{Language, Text};
use migasfree_connect_core::trouble::{Kind, Trouble};

use crate::keyring::Keyring;
use crate::output;

const SERVERS: &str = "servers.json";
const FOLDER: &str = "migasfree-connect";

/// The folder of a kind, as the XDG directories say: `XDG_CONFIG_HOME`, else `~/.config`.
fn folder(variable: &str, usual: &str) -> PathBuf {
    let set = std::env::var_os(variable).map(PathBuf::from);
    let base = set.filter(|path| path.is_absolute()).unwrap_or_else(|| {
        let home = std::env::var_os("HOME").map(PathBuf::from);
        home.unwrap_or_default().join(usual)
    });
    base.join(FOLDER)
}

/// Where secrets and host keys lie.
pub fn data() -> PathBuf {
    folder("XDG_DATA_HOME", ".local/share")
}

fn config() -> PathBuf {
    folder("XDG_CONFIG_HOME", ".config")
}

/// The servers that are known.
pub fn servers() -> Result<Servers, Trouble> {
    let path = config().join(SERVERS);
    match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| of(&path)(error.into())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Servers::default()),
        Err(error) => Err(of(&path)(error)),
    }
}

/// Keeps the servers that are known.
pub fn keep_servers(servers: &Servers) -> Result<(), Trouble> {
    let path = config().join(SERVERS);
    let text = serde_json::to_vec_pretty(servers).map_err(|error| of(&path)(error.into()))?;
    private(&path, &text).map_err(of(&path))
}

/// Writes a file that only its owner can read, whole or not at all.
pub fn private(path: &Path, content: &[u8]) -> io::Result<()> {
    path.parent().map_or(Ok(()), private_folder)?;
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(&new)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    written
        .and_then(|()| fs::rename(&new, path))
        .inspect_err(|_| drop(fs::remove_file(&new)))
}

/// Makes a folder that only its owner can enter.
pub fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path)
}

fn of(path: &Path) -> impl Fn(io::Error) -> Trouble {
    let path = path.display().to_string();
    move |error| Trouble::of_file(&path, &error)
}

/// The keyring, and the file for who has none.
#[derive(Debug)]
pub struct Kept {
    keyring: Option<Keyring>,
    language: Language,
}

impl Kept {
    /// Looks for a keyring.
    pub async fn open(language: Language) -> Self {
        Self {
            keyring: Keyring::of_the_desktop().await.ok(),
            language,
        }
    }

    fn file(server: &str) -> PathBuf {
        let plain = |letter: char| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        };
        let name: String = server.chars().map(plain).collect();
        data().join("secrets").join(name)
    }
}

#[async_trait]
impl Secrets for Kept {
    async fn load(&self, server: &str) -> Result<Option<String>, Trouble> {
        if let Some(keyring) = &self.keyring
            && let Ok(Some(secret)) = keyring.load(server).await
        {
            return Ok(Some(secret));
        }
        read_private(&Self::file(server))
    }

    async fn save(&self, server: &str, secret: &str) -> Result<(), Trouble> {
        let path = Self::file(server);
        if let Some(keyring) = &self.keyring
            && keyring.save(server, secret).await.is_ok()
        {
            // What lay there before there was a keyring.
            let _ = fs::remove_file(&path);
            return Ok(());
        }
        let is_new = !path.exists();
        private(&path, secret.as_bytes()).map_err(|error| {
            Trouble::of(Kind::Failed, Text::ErrorSecrets, &[&error.to_string()])
        })?;
        if is_new {
            let place = path.display().to_string();
            output::complain(&self.language.fill(Text::SecretsInFile, &[&place]));
        }
        Ok(())
    }

    async fn forget(&self, server: &str) -> Result<(), Trouble> {
        if let Some(keyring) = &self.keyring {
            let forgotten = keyring.forget(server).await;
            forgotten.map_err(|error| {
                Trouble::of(Kind::Failed, Text::ErrorSecrets, &[&error.to_string()])
            })?;
        }
        let path = Self::file(server);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(of(&path)(error)),
            _ => Ok(()),
        }
    }
}

fn read_private(path: &Path) -> Result<Option<String>, Trouble> {
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(of(path)(error)),
    };
    if about.permissions().mode() & 0o077 != 0 {
        let place = path.display().to_string();
        return Err(Trouble::of(
            Kind::Failed,
            Text::ErrorOpenToOthers,
            &[&place],
        ));
    }
    fs::read_to_string(path).map(Some).map_err(of(path))
}
