//! The command line: its answers, its exit statuses, alone and with the daemon.

mod configuration;
mod no;
mod output;
mod secrets;
mod session;
mod unreached;
mod upload;
mod whole;

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

use migasfree_deb::Builder;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::support::packages::{plain, with_scripts};
use crate::support::repository::{self, Signer};
use crate::support::root::Debian;
use crate::support::server::FakeServer;

/// A Debian with the client's configuration, and its server with one repository.
pub struct Bench {
    pub debian: Debian,
    pub server: FakeServer,
}

impl Bench {
    pub async fn new() -> Option<Self> {
        let packages = vec![
            with_scripts("tool", "1.0"),
            plain("painter", "2.0"),
            plain("byhand", "3.0"),
        ];
        Self::offering(packages).await
    }

    /// Its repository has these packages.
    pub async fn offering(packages: Vec<Builder>) -> Option<Self> {
        let debian = Debian::make()?;
        let server = FakeServer::start().await;
        let signer = Signer::generate();
        {
            let mut mind = server.mind();
            mind.repository_key = signer.public_key();
            for (path, content) in repository::files("base", packages, &signer) {
                mind.files.insert(format!("tests/repos/{path}"), content);
            }
            let template = "deb {protocol}://{server}/public/tests/repos base PKGS\n";
            mind.answers.insert(
                "computers/repositories/".into(),
                json!([{ "name": "base", "source_template": template }]),
            );
            mind.answers.insert(
                "computers/packages/mandatory/".into(),
                json!({ "install": ["tool"], "remove": [] }),
            );
        }
        let text = format!(
            "[client]\nServer = {}\nProject = tests\nComputer_Name = pc\n",
            server.base()
        );
        fs::write(debian.path().join("etc/migasfree.conf"), text).unwrap();
        Some(Self { debian, server })
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = migasfree(&[]);
        command
            .arg("--root")
            .arg(self.debian.path())
            .args(arguments);
        command
    }

    /// What the command line answers to these words.
    pub async fn run(&self, arguments: &[&str]) -> Answer {
        Answer::of(self.command(arguments)).await
    }
}

pub fn migasfree(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migasfree"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env("LC_ALL", "C.UTF-8");
    command.env_remove("MIGASFREE_CONF").env_remove("LANGUAGE");
    command
}

#[derive(Debug)]
pub struct Answer {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    pub async fn of(mut command: Command) -> Self {
        Self::from(command.output().await.unwrap())
    }

    /// What a person at a terminal gets who types this; both streams are one there.
    pub async fn at_a_terminal(command: Command, typed: &str) -> Self {
        let command = command.as_std();
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words: Vec<String> = words
            .map(|word| format!("'{}'", word.to_str().unwrap()))
            .collect();
        let mut terminal = Command::new("script");
        terminal
            .args([
                "--quiet",
                "--return",
                "--command",
                &words.join(" "),
                "/dev/null",
            ])
            .env("LC_ALL", "C.UTF-8")
            .env_remove("MIGASFREE_CONF")
            .env_remove("LANGUAGE");
        Self::with_input(terminal, typed).await
    }

    pub async fn with_input(mut command: Command, input: &str) -> Self {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .await
            .unwrap();
        Self::from(child.wait_with_output().await.unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Every line, which must all be objects without a percentage above all of them.
    pub fn objects(&self) -> Vec<Value> {
        let parse = |line| {
            let object: Value =
                serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
            let percent = object["percent"].as_u64().unwrap_or_default();
            assert!(percent <= 100, "{line}");
            object
        };
        self.out.lines().map(parse).collect()
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        self.ends(0)
    }

    #[track_caller]
    pub fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.out, self.err);
        self
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The program, working on this folder.
pub fn below(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = migasfree(&["--root"]);
    command.arg(folder).args(arguments);
    command
}

/// A folder with a configuration.
pub fn configured(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("etc")).unwrap();
    fs::write(folder.path().join("etc/migasfree.conf"), text).unwrap();
    folder
}
