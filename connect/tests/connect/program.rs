//! The program, with a home of its own.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

use crate::server::Server;

/// Somebody who uses the program.
#[derive(Debug)]
pub struct Person {
    home: TempDir,
    path: Option<PathBuf>,
    program: PathBuf,
}

/// How the program ended.
#[derive(Debug)]
pub struct Ended {
    /// Its status.
    pub status: i32,
    /// Its standard output.
    pub output: String,
    /// What it said besides.
    pub said: String,
}

impl Person {
    /// Somebody new.
    pub fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            path: None,
            program: env!("CARGO_BIN_EXE_migasfree-connect").into(),
        }
    }

    /// Somebody who is signed in.
    pub async fn signed_in(server: &Server) -> Self {
        let person = Self::new();
        let ended = person
            .run(&["login", "--server", &server.address], b"")
            .await;
        assert_eq!(ended.status, 0, "{}", ended.said);
        person
    }

    /// Their home.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Looks for programs in this folder first.
    pub fn finds_programs_in(&mut self, folder: &Path) {
        self.path = Some(folder.to_owned());
    }

    /// Has a program, which is a script, and no other.
    pub fn has_a_program(&mut self, name: &str, script: &str) {
        let folder = self.home().join("programs");
        self.put_program(&folder, name, script);
        self.finds_programs_in(&folder);
    }

    /// Puts a script into a folder.
    pub fn put_program(&self, folder: &Path, name: &str, script: &str) {
        std::fs::create_dir_all(folder).unwrap();
        let program = folder.join(name);
        std::fs::write(&program, format!("#!/bin/sh\n{script}")).unwrap();
        std::fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    }

    /// Has the program in this folder, with what is beside it there.
    pub fn has_the_program_in(&mut self, folder: &Path) {
        let there = folder.join("migasfree-connect");
        std::fs::hard_link(&self.program, &there)
            .or_else(|_| std::fs::copy(&self.program, &there).map(drop))
            .unwrap();
        self.program = there;
    }

    /// The program with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home())
            .env(
                "PATH",
                self.path.as_deref().unwrap_or(Path::new("/usr/bin:/bin")),
            )
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .current_dir(self.home())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Starts the program.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// Runs the program to its end.
    pub async fn run(&self, arguments: &[&str], input: &[u8]) -> Ended {
        let mut child = self.start(arguments);
        let mut stdin = child.stdin.take().unwrap();
        // A program that does not read is none that fails.
        let _ = stdin.write_all(input).await;
        drop(stdin);
        let ended = child.wait_with_output().await.unwrap();
        Ended {
            status: ended.status.code().unwrap_or(-1),
            output: String::from_utf8_lossy(&ended.stdout).into_owned(),
            said: String::from_utf8_lossy(&ended.stderr).into_owned(),
        }
    }
}
