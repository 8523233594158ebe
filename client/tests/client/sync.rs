//! Synchronisations against a server of the tests, with a package manager that only pretends.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use migasfree_client::clock::Clock;
use migasfree_client::config::{Settings, Sources};
use migasfree_client::job::{Job, JobId, ResultCode};
use migasfree_client::observer::Stage;
use migasfree_client::paths::Layout;
use migasfree_client::pms::{Action, PackageManager};
use migasfree_client::process::root::Root;
use migasfree_client::process::{CommandRunner, Finished, Invocation, LineListener};
use migasfree_client::sync::{
    Credentials, Engine, EngineError, LocalEngine, Outcome, Parts, Scope, SyncRequest,
};
use migasfree_client::transport::HttpTransport;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

use crate::support::observer::Recorder;
use crate::support::pms::FakePackages;
use crate::support::repository::Signer;
use crate::support::server::FakeServer;

pub const FULL: SyncRequest = SyncRequest {
    scope: Scope::Full,
    force_upgrade: false,
    background: false,
};

#[derive(Debug)]
struct Noon;

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

struct Bench {
    server: FakeServer,
    packages: Arc<FakePackages>,
    folder: tempfile::TempDir,
    engine: LocalEngine,
}

impl Bench {
    async fn new() -> Self {
        Self::with(FakePackages::with(&["bash"])).await
    }

    async fn with(packages: FakePackages) -> Self {
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

    async fn sync(&self, request: SyncRequest) -> (Recorder, Result<Outcome, EngineError>) {
        let recorder = Recorder::default();
        let result = self
            .engine
            .sync(request, &Job::new(JobId::unique(), &recorder))
            .await;
        (recorder, result)
    }

    fn answer(&self, path: &str, answer: serde_json::Value) {
        self.server.mind().answers.insert(path.to_owned(), answer);
    }

    fn script(&self, path: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// An engine of everything but a package manager and the programs of a system.
pub fn engine(
    folder: &Path,
    server: &str,
    project: &str,
    packages: Arc<FakePackages>,
) -> LocalEngine {
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
    let transport = HttpTransport::new(&settings, "en", Path::new("/nonexistent")).unwrap();
    LocalEngine::new(Parts {
        settings,
        layout: Layout::new(folder),
        uuid: "4C4C4544-0051-3610-8052-B4C04F4A3132".into(),
        transport: Arc::new(transport),
        packages: Some(packages as Arc<dyn PackageManager>),
        clock: Arc::new(Noon),
        runner: Arc::new(OutsidePaths(folder.to_owned())),
        root: Root::new("/".into(), "/".into()),
    })
}

/// Gives programs the paths of the test's folder as they are outside it.
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
        Programs.run(&invocation, lines).await
    }
}

#[tokio::test]
async fn a_new_computer_registers_itself_and_synchronises_in_the_order_servers_depend_on() {
    let bench = Bench::new().await;
    bench.answer("computers/hardware/required/", json!({ "capture": true }));
    bench.answer(
        "computers/faults/definitions/",
        json!([
            { "name": "Disk", "language": "bash", "code": "echo full" },
            { "name": "Fine", "language": "bash", "code": "quiet" },
        ]),
    );
    let repository =
        json!([{ "name": "base", "source_template": "deb {protocol}://{server}/x base PKGS\n" }]);
    bench.answer("computers/repositories/", repository);
    bench.answer(
        "computers/packages/mandatory/",
        json!({ "install": ["tool"], "remove": ["bash"] }),
    );
    let (recorder, result) = bench.sync(FULL).await;
    let outcome = result.unwrap();
    assert_eq!((outcome.code, outcome.problems.len()), (ResultCode::Ok, 0));
    assert_eq!(
        bench.server.calls(),
        [
            "computers/id/",
            "computers/",
            "computers/properties/",
            "computers/attributes/",
            "computers/faults/definitions/",
            "computers/faults/",
            "computers/repositories/",
            "computers/packages/mandatory/",
            "computers/software/",
            "computers/hardware/required/",
            "computers/hardware/",
            "computers/traits/",
            "synchronizations/",
            "eot/",
        ]
    );
    let attributes = bench.server.claims("computers/attributes/");
    assert_eq!(attributes["sync_attributes"], json!({ "HST": "pc\n" }));
    assert_eq!(attributes["sync_user"], "ana");
    assert_eq!(attributes["sync_fullname"], "Ana López");
    assert_eq!(attributes["uuid"], "4C4C4544-0051-3610-8052-B4C04F4A3132");
    assert_eq!(
        bench.server.claims("computers/faults/")["faults"],
        json!({ "Disk": "full\n" })
    );
    assert_eq!(
        bench.server.claims("computers/hardware/")["hardware"]["id"],
        "pc"
    );
    let software = bench.server.claims("computers/software/");
    assert_eq!(software["inventory"], json!(["tool_1_all.deb"]));
    assert_eq!(software["history"], json!({}));
    let record = bench.server.claims("synchronizations/");
    assert_eq!(record["start_date"], "2026-11-21T12:00:00+01:00");
    assert_eq!(record["pms_status_ok"], true);
    assert!(
        record["consumer"]
            .as_str()
            .unwrap()
            .starts_with("migasfree ")
    );
    assert_eq!(
        bench.packages.actions.lock().unwrap().len(),
        4,
        "refresh, remove, install, upgrade"
    );
    assert_eq!(recorder.traits.lock().unwrap()[0].prefix, "CID");
    let events = fs::read_to_string(
        bench
            .folder
            .path()
            .join("usr/share/migasfree-client/events.d/.json"),
    )
    .unwrap();
    assert!(events.contains(r#""CID":["7"]"#), "{events}");
    assert_eq!(
        recorder.progress.lock().unwrap().last().unwrap().percent,
        100
    );
    let key = fs::metadata(bench.folder.path().join("var/lib/migasfree"));
    assert!(key.is_ok());
}

#[tokio::test]
async fn both_generations_of_servers_hand_out_their_repository_key() {
    for older in [false, true] {
        let bench = Bench::new().await;
        bench.server.mind().older = older;
        bench.sync(FULL).await.1.unwrap();
        let key = bench.packages.key.lock().unwrap().clone().unwrap();
        assert!(
            key.starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----"),
            "{key}"
        );
    }
}

#[tokio::test]
async fn a_package_that_fails_marks_the_synchronisation_and_the_server_learns_why() {
    let bench = Bench::with(FakePackages {
        broken: true,
        ..FakePackages::with(&["bash"])
    })
    .await;
    bench.answer(
        "computers/packages/mandatory/",
        json!({ "install": ["tool"], "remove": [] }),
    );
    let (recorder, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::PackagesFailed);
    assert_eq!(recorder.failed()[0].0, Stage::Install);
    assert_eq!(
        bench.server.claims("synchronizations/")["pms_status_ok"],
        false
    );
    let errors = bench.server.claims("computers/errors/");
    let description = errors["description"].as_str().unwrap();
    assert!(
        description.starts_with("--------------------\n2026-11-21 12:00:00\n"),
        "{description}"
    );
    assert!(description.contains("dpkg is angry"), "{description}");
    let calls = bench.server.calls();
    let position = |name: &str| calls.iter().position(|call| call == name).unwrap();
    assert!(position("computers/errors/") < position("synchronizations/"));
}

#[tokio::test]
async fn a_package_that_does_not_exist_keeps_no_other_away() {
    let bench = Bench::with(FakePackages {
        unknown: vec!["ghost".into()],
        ..FakePackages::default()
    })
    .await;
    bench.answer(
        "computers/packages/mandatory/",
        json!({ "install": ["tool  ghost", "--evil", "other\n"], "remove": [] }),
    );
    let (_, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::PackagesFailed);
    let installed: Vec<_> = bench
        .packages
        .installed
        .lock()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(installed, ["other", "tool"]);
    assert_eq!(bench.engine.last_mandatory().install.len(), 3);
}

#[tokio::test]
async fn lists_that_cannot_be_refreshed_are_only_reported() {
    let bench = Bench::with(FakePackages {
        refresh_fails: true,
        ..FakePackages::default()
    })
    .await;
    let (recorder, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::Ok);
    assert_eq!(recorder.failed()[0].0, Stage::Metadata);
    assert_eq!(
        bench.server.claims("synchronizations/")["pms_status_ok"],
        true
    );
}

#[tokio::test]
async fn without_repositories_no_package_is_touched() {
    let bench = Bench::new().await;
    bench
        .server
        .mind()
        .failures
        .insert("computers/repositories/".into(), 500);
    let (_, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::PackagesFailed);
    assert!(bench.packages.actions.lock().unwrap().is_empty());
    assert!(
        bench
            .server
            .calls()
            .contains(&"computers/software/".to_owned())
    );
}

#[tokio::test]
async fn steps_the_server_depends_on_end_the_run_and_errors_wait_for_the_next() {
    let bench = Bench::new().await;
    let properties = json!([{ "prefix": "BAD", "language": "bash", "code": "fail no such thing" }]);
    bench.answer("computers/properties/", properties);
    bench
        .server
        .mind()
        .failures
        .insert("computers/attributes/".into(), 500);
    let (_, result) = bench.sync(FULL).await;
    assert!(matches!(
        result.unwrap_err(),
        EngineError::Server { status: 500, .. }
    ));
    let calls = bench.server.calls();
    assert!(!calls.contains(&"computers/errors/".to_owned()));
    assert_eq!(calls.last().unwrap(), "eot/", "it is not busy any more");

    bench.server.mind().failures.clear();
    bench.server.mind().calls.clear();
    bench.sync(FULL).await.1.unwrap();
    assert_eq!(
        bench.server.calls()[..2],
        ["computers/id/", "computers/errors/"]
    );
    let attributes = bench.server.claims("computers/attributes/");
    assert_eq!(attributes["sync_attributes"]["BAD"], "partly\n");
}

#[tokio::test]
async fn what_the_server_was_not_told_waits_for_it() {
    let mut bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench
        .server
        .mind()
        .failures
        .insert("synchronizations/".into(), 503);
    bench.sync(FULL).await.1.unwrap();
    bench.server.mind().failures.clear();
    bench.server.mind().calls.clear();
    assert_eq!(bench.engine.flush_outbox().await.unwrap(), 0);
    assert_eq!(bench.server.calls(), ["synchronizations/"]);

    bench.server.stop();
    let (_, result) = bench.sync(FULL).await;
    let error = result.unwrap_err();
    assert!(matches!(error, EngineError::Offline(_)), "{error}");
    assert_eq!(error.code(), ResultCode::Offline);
}

#[tokio::test]
async fn changes_by_others_are_told_with_the_next_list() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench
        .packages
        .installed
        .lock()
        .unwrap()
        .insert("byhand".into(), "2".into());
    let request = SyncRequest {
        scope: Scope::Software,
        ..FULL
    };
    bench.sync(request).await.1.unwrap();
    let software = bench.server.claims("computers/software/");
    assert_eq!(
        software["history"],
        json!({ "installed": ["+byhand_2_all.deb"] })
    );
    let record = bench
        .server
        .calls()
        .iter()
        .filter(|call| *call == "synchronizations/")
        .count();
    assert_eq!(record, 1, "a partial synchronisation leaves no record");
}

#[tokio::test]
async fn a_part_does_only_its_steps() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    for (scope, calls) in [
        (
            Scope::Attributes,
            ["computers/properties/", "computers/attributes/"].as_slice(),
        ),
        (Scope::Faults, &["computers/faults/definitions/"]),
        (Scope::Hardware, &["computers/hardware/"]),
        (Scope::Software, &["computers/software/"]),
    ] {
        bench.server.mind().calls.clear();
        bench.sync(SyncRequest { scope, ..FULL }).await.1.unwrap();
        let expected: Vec<_> = ["computers/id/"]
            .iter()
            .chain(calls)
            .chain(&["eot/"])
            .collect();
        assert_eq!(
            bench.server.calls().iter().collect::<Vec<_>>(),
            expected,
            "{scope:?}"
        );
    }
}

#[tokio::test]
async fn a_number_the_server_forgot_is_asked_for_again() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench.engine.label().await.unwrap();
    bench.engine.goodbye().await;
    assert_eq!(bench.server.calls().last().unwrap(), "eot/");
    bench
        .server
        .mind()
        .failures
        .insert("computers/label/".into(), 404);
    bench.engine.label().await.unwrap_err();
    bench.server.mind().failures.clear();
    bench.server.mind().calls.clear();
    bench.engine.label().await.unwrap();
    assert_eq!(bench.server.calls(), ["computers/id/", "computers/label/"]);
}

#[tokio::test]
async fn an_application_nobody_understands_keeps_no_other_away() {
    let bench = Bench::new().await;
    let good = bench.server.mind().answers["catalog/apps/available/"][0].clone();
    let apps = json!([{ "id": "x" }, good, { "id": 9, "name": null }]);
    bench.answer("catalog/apps/available/", apps);
    assert_eq!(bench.engine.catalog().await.unwrap().apps.len(), 1);
    bench.answer("computers/label/", json!({ "uuid": "U", "helpdesk": null }));
    assert_eq!(bench.engine.label().await.unwrap().helpdesk, "");
    bench.answer("computers/label/", json!("nonsense"));
    let error = bench.engine.label().await.unwrap_err();
    assert!(matches!(error, EngineError::Unintelligible(_)), "{error}");
    assert_eq!(error.code(), ResultCode::Server);
}

#[tokio::test]
async fn a_package_job_that_fails_shows_among_the_errors() {
    let bench = Bench::with(FakePackages {
        broken: true,
        ..FakePackages::default()
    })
    .await;
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let action = Action::Install(vec![bench.engine.package_name("tool").unwrap()]);
    let error = bench.engine.packages(&action, &job).await.unwrap_err();
    assert_eq!(error.code(), ResultCode::Backend);
    bench.sync(FULL).await.1.unwrap();
    let errors = bench.server.claims("computers/errors/");
    let description = errors["description"].as_str().unwrap();
    assert!(description.contains("dpkg is angry"), "{description}");
}

#[tokio::test]
async fn a_forged_answer_is_not_believed() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench.server.mind().forged = true;
    let (_, result) = bench.sync(FULL).await;
    let error = result.unwrap_err();
    assert!(matches!(error, EngineError::Untrusted(_)), "{error}");
}

#[tokio::test]
async fn a_closed_project_asks_for_credentials() {
    let bench = Bench::new().await;
    bench.server.mind().closed = true;
    let (_, result) = bench.sync(FULL).await;
    assert!(matches!(result.unwrap_err(), EngineError::NotRegistered));
    bench.server.mind().closed = false;
    bench
        .server
        .mind()
        .failures
        .insert("computers/".into(), 401);
    let error = bench.sync(FULL).await.1.unwrap_err();
    assert!(matches!(error, EngineError::NotRegistered), "{error}");
    bench.server.mind().failures.clear();
    bench.engine.unregister(false).unwrap();
    bench.server.mind().closed = true;
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let wrong = Credentials {
        username: "ana".into(),
        password: "guess".into(),
    };
    let error = bench.engine.register(&wrong, &job).await.unwrap_err();
    assert!(matches!(error, EngineError::Refused(_)), "{error}");
    assert!(!bench.engine.identity().registered);
    let right = Credentials {
        username: "ana".into(),
        password: "secret".into(),
    };
    assert_eq!(bench.engine.register(&right, &job).await.unwrap().0, 7);
    assert!(bench.engine.identity().registered);
    bench.engine.unregister(false).unwrap();
    assert!(!bench.engine.identity().registered);
}

#[tokio::test]
async fn an_unsubscribed_computer_is_told_so() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench
        .server
        .mind()
        .failures
        .insert("computers/id/".into(), 403);
    let error = bench.sync(FULL).await.1.unwrap_err();
    assert!(matches!(error, EngineError::Refused(_)), "{error}");
}

#[tokio::test]
async fn a_busy_server_is_left_alone_unless_somebody_waits() {
    let bench = Bench::new().await;
    bench.server.mind().saturated = true;
    let error = bench
        .sync(SyncRequest {
            background: true,
            ..FULL
        })
        .await
        .1
        .unwrap_err();
    assert!(
        matches!(error, EngineError::Saturated { seconds: 42 }),
        "{error}"
    );
    bench.sync(FULL).await.1.unwrap();
}

#[tokio::test]
async fn another_repository_key_is_asked_about_and_shows_among_the_errors() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench.server.mind().repository_key = Signer::generate().public_key();
    let refusing = Recorder {
        answer: Some("refuse".into()),
        ..Recorder::default()
    };
    let job = Job::new(JobId::unique(), &refusing);
    assert_eq!(
        bench.engine.sync(FULL, &job).await.unwrap().code,
        ResultCode::PackagesFailed
    );
    assert_eq!(refusing.questions.lock().unwrap().len(), 1);

    let (_, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::Ok);
    let errors = bench.server.claims("computers/errors/");
    assert!(
        errors["description"]
            .as_str()
            .unwrap()
            .contains("repository key")
    );
    let trusted = bench.packages.key.lock().unwrap().clone().unwrap();
    assert_eq!(trusted, bench.server.mind().repository_key);
}

#[tokio::test]
async fn hooks_run_and_their_failures_are_partial_results() {
    let bench = Bench::new().await;
    bench.script("etc/migasfree/hooks/post-sync.d/bad-hook");
    let (recorder, result) = bench.sync(FULL).await;
    assert_eq!(result.unwrap().code, ResultCode::HookFailed);
    assert_eq!(recorder.failed()[0].0, Stage::HooksPost);
}

#[tokio::test]
async fn a_cancelled_synchronisation_stops_where_that_is_safe() {
    let bench = Bench::new().await;
    let cancel = tokio_util::sync::CancellationToken::new();
    let recorder = Recorder {
        cancel_at: Some((Stage::Faults, cancel.clone())),
        ..Recorder::default()
    };
    let job = Job {
        id: JobId::unique(),
        observer: &recorder,
        cancel,
    };
    let error = bench.engine.sync(FULL, &job).await.unwrap_err();
    assert!(matches!(error, EngineError::Cancelled));
    assert!(bench.packages.actions.lock().unwrap().is_empty());
}

#[tokio::test]
async fn code_that_takes_long_does_not_hold_up_a_cancellation() {
    let bench = Bench::new().await;
    let properties = json!([{ "prefix": "SLW", "language": "bash", "code": "wait forever" }]);
    bench.answer("computers/properties/", properties);
    let cancel = tokio_util::sync::CancellationToken::new();
    let recorder = Recorder::default();
    let job = Job {
        id: JobId::unique(),
        observer: &recorder,
        cancel: cancel.clone(),
    };
    let stop = async {
        while !bench
            .server
            .calls()
            .contains(&"computers/properties/".to_owned())
        {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(bench.engine.sync(FULL, &job), stop);
    assert!(matches!(result.unwrap_err(), EngineError::Cancelled));
    assert_eq!(bench.server.calls().last().unwrap(), "eot/");
}

#[tokio::test]
async fn installing_tells_the_server_what_changed() {
    let bench = Bench::new().await;
    bench.sync(FULL).await.1.unwrap();
    bench.server.mind().calls.clear();
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let action = Action::Install(vec![bench.engine.package_name("tool").unwrap()]);
    assert_eq!(
        bench.engine.packages(&action, &job).await.unwrap().code,
        ResultCode::Ok
    );
    assert_eq!(bench.server.calls(), ["computers/software/", "eot/"]);
    let history = bench.server.claims("computers/software/")["history"].clone();
    assert_eq!(history, json!({ "installed": ["+tool_1_all.deb"] }));
    assert_eq!(
        bench.engine.packages(&action, &job).await.unwrap().code,
        ResultCode::NothingToDo
    );
    assert!(bench.engine.package_name("a b").is_err());
}

#[tokio::test]
async fn tags_are_set_and_what_they_ask_for_follows() {
    let bench = Bench::new().await;
    let rules = json!({ "preinstall": ["first"], "install": ["second"], "remove": ["bash"] });
    bench.answer("computers/tags/", rules);
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let tags = ["LOC-south".to_owned()];
    bench.engine.set_tags(&tags, false, &job).await.unwrap();
    assert!(bench.packages.actions.lock().unwrap().is_empty());
    bench.engine.set_tags(&tags, true, &job).await.unwrap();
    assert_eq!(
        bench.server.claims("computers/tags/")["tags"],
        json!(["LOC-south"])
    );
    let installed: Vec<_> = bench
        .packages
        .installed
        .lock()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(installed, ["first", "second"]);
    assert!(
        bench
            .engine
            .set_tags(&["no".to_owned()], false, &job)
            .await
            .is_err()
    );
    assert_eq!(bench.engine.tags().await.unwrap().assigned, ["LOC-north"]);
}

#[tokio::test]
async fn the_catalogue_and_its_pictures_come_from_our_server() {
    let bench = Bench::new().await;
    let catalog = bench.engine.catalog().await.unwrap();
    assert_eq!(catalog.categories[0].name, "Graphics");
    let app = &catalog.apps[0];
    assert_eq!(app.packages_in("tests").unwrap(), ["painter"]);
    assert!(!app.needs_administrator());
    bench
        .server
        .mind()
        .files
        .insert("catalog_icons/app_3.png".into(), b"png".to_vec());
    let address = format!("https://other.example{}", app.icon.as_deref().unwrap());
    assert_eq!(
        bench.engine.public_file(&address).await.unwrap().content,
        b"png"
    );
    assert!(bench.engine.public_file("/public/none").await.is_err());
    assert_eq!(
        bench.engine.info().await.unwrap().helpdesk,
        "5555",
        "from the label, for want of more"
    );
}
