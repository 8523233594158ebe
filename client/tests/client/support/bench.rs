//! An engine against a server of the tests, with a package manager and programs that only pretend.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use migasfree_client::clock::Clock;
use migasfree_client::config::{Settings, Sources};
use migasfree_client::identity::SystemIdentity;
use migasfree_client::job::{Job, JobId};
use migasfree_client::paths::Layout;
use migasfree_client::pms::PackageManager;
use migasfree_client::process::root::Root;
use migasfree_client::process::{CommandRunner, Finished, Invocation, LineListener};
use migasfree_client::sync::{
    Engine, EngineError, LocalEngine, Outcome, Parts, Scope, SealedRegistration, SyncRequest,
};
use migasfree_client::transport::{HttpTransport, Transport};
use time::OffsetDateTime;
use time::macros::datetime;

use super::observer::Recorder;
use super::pms::FakePackages;
use super::server::FakeServer;

pub const FULL: SyncRequest = SyncRequest {
    scope: Scope::Full,
    force_upgrade: false,
    background: false,
};

#[derive(Debug)]
pub struct Noon;

impl Clock for Noon {
    fn now(&self) -> OffsetDateTime {
        datetime!(2026-11-21 12:00:00 +1)
    }
}

/// Answers for the programs an engine asks; code and hooks say their first line.
#[derive(Debug)]
struct Programs;

#[async_trait]
impl CommandRunner for Programs {
    async fn run(&self, invocation: &Invocation, _: LineListener<'_>) -> std::io::Result<Finished> {
        let say = |status, out: &str, err: &str| {
            Ok(Finished {
                status: Some(status),
                stdout: out.as_bytes().to_vec(),
                stderr: err.as_bytes().to_vec(),
                ..Finished::default()
            })
        };
        let program = invocation.program.rsplit('/').next().unwrap();
        match program {
            "bash" => {
                let code = fs::read_to_string(&invocation.arguments[0]).unwrap();
                match code.split_once(' ') {
                    Some(("echo", text)) => say(0, &format!("{text}\n"), ""),
                    Some(("fail", text)) => say(1, "partly\n", text),
                    Some(("wait", _)) => std::future::pending().await,
                    _ => say(0, "", ""),
                }
            }
            "lshw" => say(0, r#"{"id": "pc", "class": "system"}"#, ""),
            "getent" => say(0, "ana:x:1000:1000:Ana López,,,:/home/ana:/bin/sh\n", ""),
            "loginctl" if invocation.arguments[0] == "list-sessions" => {
                say(0, "2 1000 ana seat0 tty2\n", "")
            }
            "loginctl" => say(
                0,
                "Name=ana\nType=wayland\nActive=yes\nSeat=seat0\nTimestampMonotonic=1\n",
                "",
            ),
            name if name.starts_with("bad") => say(1, "", "hook trouble"),
            _ => say(0, "", ""),
        }
    }
}

/// A computer with its server.
pub struct Bench {
    pub server: FakeServer,
    pub packages: Arc<FakePackages>,
    pub folder: tempfile::TempDir,
    pub engine: LocalEngine,
}

impl Bench {
    pub async fn new() -> Self {
        Self::with(FakePackages::with(&["bash"])).await
    }

    pub async fn with(packages: FakePackages) -> Self {
        let server = FakeServer::start().await;
        let folder = tempfile::tempdir().unwrap();
        let packages = Arc::new(packages);
        let packages_of_it = Arc::clone(&packages);
        let engine = engine(folder.path(), &server.base(), "tests", packages_of_it);
        Self {
            server,
            packages,
            folder,
            engine,
        }
    }

    pub async fn sync(&self, request: SyncRequest) -> (Recorder, Result<Outcome, EngineError>) {
        let recorder = Recorder::default();
        let result = self
            .engine
            .sync(request, &Job::new(JobId::unique(), &recorder))
            .await;
        (recorder, result)
    }

    pub fn answer(&self, path: &str, answer: serde_json::Value) {
        self.server.mind().answers.insert(path.to_owned(), answer);
    }

    pub fn script(&self, path: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// The settings, folders and programs of a computer that never synchronised.
pub fn computer(
    folder: &Path,
    server: &str,
    project: &str,
) -> (Settings, Layout, Arc<dyn CommandRunner>) {
    let bash = folder.join("usr/bin/bash");
    fs::create_dir_all(bash.parent().unwrap()).unwrap();
    fs::write(bash, "").unwrap();
    fs::create_dir_all(folder.join("etc")).unwrap();
    let text = format!("[client]\nServer = {server}\nProject = {project}\nComputer_Name = pc\n");
    fs::write(folder.join("etc/migasfree.conf"), text).unwrap();
    let settings = Settings::load(&Sources {
        file: folder.join("etc/migasfree.conf"),
        environment: &|_| None,
        host_name: "host",
        os_release: "",
    })
    .unwrap();
    let runner = Arc::new(OutsidePaths(folder.to_owned()));
    (settings, Layout::new(folder), runner)
}

/// An engine of everything but a package manager and the programs of a system.
pub fn engine(
    folder: &Path,
    server: &str,
    project: &str,
    packages: Arc<FakePackages>,
) -> LocalEngine {
    let (settings, layout, runner) = computer(folder, server, project);
    let transport = HttpTransport::new(&settings, "en", Path::new("/nonexistent")).unwrap();
    let transport: Arc<dyn Transport> = Arc::new(transport);
    let identity = Arc::new(SystemIdentity::new(
        "4C4C4544-0051-3610-8052-B4C04F4A3132".into(),
        settings.computer_name.clone(),
        Arc::clone(&runner),
    ));
    let packages = Some(packages as Arc<dyn PackageManager>);
    let registration = SealedRegistration::new(
        &settings,
        &layout,
        Arc::clone(&transport),
        identity.clone(),
        packages.clone(),
    );
    LocalEngine::new(Parts {
        settings,
        layout,
        identity,
        registration: Arc::new(registration),
        transport,
        packages,
        clock: Arc::new(Noon),
        runner,
        root: Root::new("/".into(), "/".into()),
    })
}

/// Gives programs the paths of the test's folder as they are outside it. What `lshw` says before it fails may lie in
/// `lshw.said` there.
#[derive(Debug)]
struct OutsidePaths(std::path::PathBuf);

#[async_trait]
impl CommandRunner for OutsidePaths {
    async fn run(
        &self,
        invocation: &Invocation,
        lines: LineListener<'_>,
    ) -> std::io::Result<Finished> {
        let mut invocation = invocation.clone();
        for argument in invocation
            .arguments
            .iter_mut()
            .filter(|argument| argument.starts_with("/run/"))
        {
            *argument = format!("{}{argument}", self.0.display());
        }
        let said = self.0.join("lshw.said");
        if invocation.program == "lshw" && said.exists() {
            return Ok(Finished {
                status: Some(1),
                stdout: fs::read(said)?,
                stderr: b"incomplete".to_vec(),
                ..Finished::default()
            });
        }
        Programs.run(&invocation, lines).await
    }
}
