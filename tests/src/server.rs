//! The real server on a port of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::admin::Admin;
use crate::process::Process;
use crate::{binaries, postgres};

/// A running `migasfree-server`.
#[derive(Debug)]
pub struct Server {
    process: Process,
    data: PathBuf,
    url: String,
}

/// How to start a server.
#[derive(Clone, Debug)]
pub struct Start {
    /// The data folder.
    pub data: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: String,
    /// A PostgreSQL database instead of the SQLite file.
    pub database_url: Option<String>,
    /// Settings that differ from the defaults, as environment variables.
    pub settings: Vec<(&'static str, &'static str)>,
}

impl Start {
    /// A server on SQLite and a free port.
    pub fn at(data: &Path) -> Self {
        Self {
            data: data.to_path_buf(),
            listen: "127.0.0.1:0".to_owned(),
            database_url: None,
            settings: Vec::new(),
        }
    }

    /// The same on a new database in the PostgreSQL cluster of the tests.
    ///
    /// # Errors
    /// When the database cannot be made.
    pub fn on_postgres(data: &Path) -> Result<Self> {
        Ok(Self {
            database_url: Some(postgres::cluster().create("template0")?),
            ..Self::at(data)
        })
    }

    /// Starts the server and waits until it listens.
    pub fn start(&self) -> Result<Server> {
        std::fs::create_dir_all(&self.data)?;
        let mut command = Command::new(binaries::path("migasfree-server"));
        command
            .arg("serve")
            .arg("--data")
            .arg(&self.data)
            .arg("--listen")
            .arg(&self.listen)
            .envs(self.settings.iter().copied());
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url);
        }
        let log = self.data.join("server.log");
        let mut process = Process::start("migasfree-server", &mut command, &log)?;
        let url = process.wait_for_line("listening on ", Duration::from_secs(60))?;
        Ok(Server {
            process,
            data: self.data.clone(),
            url,
        })
    }
}

impl Server {
    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Host and port, as a client's configuration wants them.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// The password of `admin` as the first start left it.
    pub fn password(&self) -> Result<String> {
        let file = self.data.join("admin-password");
        Ok(std::fs::read_to_string(&file)
            .with_context(|| file.display().to_string())?
            .trim()
            .to_owned())
    }

    /// Signs in as `admin`.
    pub async fn admin(&self) -> Result<Admin> {
        Admin::sign_in(&self.url, "admin", &self.password()?).await
    }

    /// The process, to stop, kill or read it.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}
