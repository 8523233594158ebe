//! What package changes may do, with apt for real: whatever apt would like, only what was judged happens.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use async_trait::async_trait;
use migasfree_client::job::{Job, JobId, ResultCode};
use migasfree_client::observer::{Observer, Question, Stage};
use migasfree_client::pms::{Action, PackageManager, PmsError, RepositoryAccess};
use migasfree_client::policy::{Asker, Mandate, Verdict, judge};
use migasfree_client::transport::messages::Repository;
use migasfree_deb::Builder;

use crate::support::apt::{Bench, names, root_asks, serve};
use crate::support::packages::plain;
use crate::support::repository::{self, Signer};

struct Computer {
    bench: Bench,
    signer: Signer,
}

impl Computer {
    async fn offered(packages: Vec<Builder>) -> Option<Self> {
        let signer = Signer::generate();
        let files = repository::files("base", packages, &signer);
        let bench = Bench::serving(files, &signer.public_key()).await?;
        bench.run(&Action::Refresh).await.1.unwrap();
        Some(Self { bench, signer })
    }

    /// The repository holds these from now on.
    async fn offer(&self, packages: Vec<Builder>) {
        let access = RepositoryAccess {
            server: serve(repository::files("base", packages, &self.signer)).await,
            ..self.bench.access.clone()
        };
        let ours = Repository {
            name: "base".into(),
            source_template: "deb {protocol}://{server}/repos base PKGS\n".into(),
        };
        self.bench.apt.write_repositories(&access, &[ours]).unwrap();
        self.bench.run(&Action::Refresh).await.1.unwrap();
    }

    fn install(&self, wanted: &[&str]) -> Action {
        Action::Install(names(&self.bench.apt, wanted))
    }

    fn remove(&self, wanted: &[&str]) -> Action {
        Action::Remove(names(&self.bench.apt, wanted))
    }

    async fn have(&self, wanted: &[&str]) {
        self.bench.run(&self.install(wanted)).await.1.unwrap();
    }

    /// What somebody is told who asks for this and answers questions so.
    async fn told(&self, action: &Action, asker: Asker, answer: Option<&str>) -> String {
        let (_, result) = self.bench.asked(action, &Mandate::of(asker), answer).await;
        match result {
            Ok(()) => "done".into(),
            Err(error) => {
                assert_eq!(error.code(), ResultCode::Policy, "{error}");
                error.to_string()
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        self.bench.installed(name).is_some()
    }
}

const ORDINARY: Asker = Asker::Person {
    may_remove: false,
    may_hold: false,
};

fn with_configuration(name: &str, version: &str) -> Builder {
    plain(name, version)
        .file(&format!("etc/{name}.ini"), 0o644, b"theirs\n")
        .script("conffiles", &format!("/etc/{name}.ini\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_application_and_no_policy_takes_the_desktop_or_the_system_away() {
    let desktop = plain("desk", "1").field("Depends", "desk-lib").file(
        "usr/share/xsessions/desk.desktop",
        0o644,
        b"[Desktop Entry]\n",
    );
    let manager =
        plain("greeter", "1").file("lib/systemd/system/greeter.service", 0o644, b"[Unit]\n");
    let Some(computer) = Computer::offered(vec![
        desktop,
        manager,
        plain("desk-lib", "1"),
        plain("rival", "1").field("Conflicts", "desk-lib"),
    ])
    .await
    else {
        return;
    };
    computer.have(&["desk", "greeter"]).await;
    let link = computer.bench.debian.path().join("etc/systemd/system");
    fs::create_dir_all(&link).unwrap();
    let target = "/lib/systemd/system/greeter.service";
    std::os::unix::fs::symlink(target, link.join("display-manager.service")).unwrap();

    let everybody = [ORDINARY, Asker::ROOT, Asker::Policy, Asker::Unattended];
    for asker in everybody {
        for action in [
            computer.install(&["rival"]),
            computer.remove(&["desk-lib"]),
            computer.remove(&["desk"]),
        ] {
            let told = computer.told(&action, asker, Some("accept")).await;
            assert!(told.contains("desk") && told.contains("login"), "{told}");
        }
        let told = computer
            .told(&computer.remove(&["greeter"]), asker, Some("accept"))
            .await;
        assert!(told.contains("greeter") && told.contains("login"), "{told}");
        // What the base system depends on is as good as the base system.
        let told = computer
            .told(&computer.remove(&["libc6"]), asker, Some("accept"))
            .await;
        assert!(told.contains("base system"), "{told}");
    }
    assert!(
        ["desk", "desk-lib", "greeter"]
            .iter()
            .all(|name| computer.has(name))
    );
    assert!(!computer.has("rival"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_along_stays_with_its_configuration_when_nothing_needs_it_any_more() {
    let Some(computer) = Computer::offered(vec![
        plain("parent", "1").field("Depends", "orphan"),
        with_configuration("orphan", "1"),
        plain("tool", "1"),
    ])
    .await
    else {
        return;
    };
    computer.have(&["parent"]).await;
    computer.bench.debian.run(&["dpkg", "--purge", "parent"]);
    let file = computer.bench.debian.path().join("etc/orphan.ini");
    fs::write(&file, "mine\n").unwrap();

    computer.have(&["tool"]).await;
    computer.bench.run(&Action::Upgrade).await.1.unwrap();
    computer
        .bench
        .run(&computer.remove(&["tool"]))
        .await
        .1
        .unwrap();
    assert!(computer.has("orphan") && !computer.has("tool"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_takes_another_application_away_only_when_who_may_remove_agrees() {
    let Some(computer) = Computer::offered(vec![
        plain("one", "1"),
        with_configuration("other", "1").field("Priority", "extra"),
        plain("extra", "1"),
    ])
    .await
    else {
        return;
    };
    computer.have(&["one", "other", "extra"]).await;
    computer
        .offer(vec![
            plain("one", "2")
                .field("Priority", "required")
                .field("Conflicts", "other"),
            plain("extra", "2"),
        ])
        .await;
    let update = Action::UpgradePackages(names(&computer.bench.apt, &["one"]));
    let plan = computer.bench.apt.plan(&update).await.unwrap();
    let facts = computer.bench.apt.facts(&plan).await.unwrap();
    assert!(matches!(
        judge(&update, &plan, &facts, &Mandate::of(ORDINARY)),
        Verdict::Refuse(_)
    ));

    let told = computer.told(&update, ORDINARY, Some("accept")).await;
    assert!(
        told.contains("other") && told.contains("package-remove"),
        "{told}"
    );
    // Updates that come by themselves leave alone what somebody installed, and bring the rest.
    let told = computer
        .told(&Action::Upgrade, Asker::Unattended, Some("accept"))
        .await;
    assert!(told.contains("other") && told.contains("by hand"), "{told}");
    computer.bench.run(&Action::UpgradeKeeping).await.1.unwrap();
    assert_eq!(computer.bench.installed("extra").as_deref(), Some("2"));
    // Who may remove is asked, and nobody's silence is a yes.
    for answer in [None, Some("refuse")] {
        let told = computer.told(&update, Asker::ROOT, answer).await;
        assert!(told.contains("other"), "{told}");
    }
    assert_eq!(computer.bench.installed("one").as_deref(), Some("1"));
    let (recorder, result) = computer
        .bench
        .asked(&update, root_asks(), Some("accept"))
        .await;
    result.unwrap();
    let asked = recorder.questions.lock().unwrap()[0].data.clone();
    assert_eq!(asked["removal"], "other");
    assert!(asked["update"].contains("one"), "{asked:?}");
    assert_eq!(computer.bench.installed("one").as_deref(), Some("2"));
    assert!(!computer.has("other"));
    let kept = computer.bench.debian.read("etc/other.ini");
    assert_eq!(
        kept, "theirs\n",
        "what goes unasked leaves its configuration"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unattended_work_removes_as_many_packages_as_the_setting_says() {
    let olds: Vec<String> = (1..=6).map(|number| format!("old-{number}")).collect();
    let all = olds.join(", ");
    let mut packages: Vec<Builder> = olds
        .iter()
        .map(|name| plain(name, "1").field("Priority", "extra"))
        .collect();
    packages.push(plain("suite", "1").field("Depends", &all));
    let Some(computer) = Computer::offered(packages).await else {
        return;
    };
    computer.have(&["suite"]).await;
    computer
        .offer(vec![
            plain("suite", "2")
                .field("Priority", "required")
                .field("Conflicts", &all),
        ])
        .await;
    let told = computer
        .told(&Action::Upgrade, Asker::Unattended, None)
        .await;
    assert!(
        told.contains("6 packages") && told.contains("at most 5"),
        "{told}"
    );
    assert!(computer.has("old-1"));
    let more = Mandate {
        ceiling: 6,
        ..Mandate::of(Asker::Unattended)
    };
    computer
        .bench
        .asked(&Action::Upgrade, &more, None)
        .await
        .1
        .unwrap();
    assert_eq!(computer.bench.installed("suite").as_deref(), Some("2"));
    assert!(!computer.has("old-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_broken_only_by_who_may() {
    let Some(computer) = Computer::offered(vec![plain("kept", "1")]).await else {
        return;
    };
    computer.have(&["kept"]).await;
    computer.bench.debian.run(&["apt-mark", "hold", "kept"]);
    computer
        .offer(vec![
            plain("kept", "2"),
            plain("needy", "1").field("Depends", "kept (>= 2)"),
        ])
        .await;
    let update = Action::UpgradePackages(names(&computer.bench.apt, &["kept"]));
    for action in [&update, &computer.remove(&["kept"])] {
        let told = computer.told(action, ORDINARY, Some("accept")).await;
        assert!(
            told.contains("kept") && told.contains("package-hold"),
            "{told}"
        );
    }
    // Nobody's application, policy or update changes it in passing.
    for asker in [Asker::ROOT, Asker::Policy, Asker::Unattended] {
        let install = computer.install(&["needy"]);
        let mandate = Mandate::of(asker);
        let (_, result) = computer
            .bench
            .asked(&install, &mandate, Some("accept"))
            .await;
        assert!(result.is_err());
    }
    assert_eq!(
        computer
            .told(&Action::Upgrade, Asker::Unattended, None)
            .await,
        "done"
    );
    assert_eq!(computer.bench.installed("needy"), None);
    let held = computer
        .bench
        .debian
        .run(&["dpkg-query", "-W", "-f=${Version}", "kept"]);
    assert_eq!(held.stdout, b"1");
    assert_eq!(computer.told(&update, Asker::ROOT, None).await, "done");
    let held = computer
        .bench
        .debian
        .run(&["dpkg-query", "-W", "-f=${Version}", "kept"]);
    assert_eq!(held.stdout, b"2");
}

/// Agrees to everything, and installs something by hand before its first answer.
struct Meddler {
    root: PathBuf,
    questions: Mutex<Vec<Question>>,
}

#[async_trait]
impl Observer for Meddler {
    async fn question(&self, question: &Question) -> Option<String> {
        let first = {
            let mut questions = self.questions.lock().unwrap();
            questions.push(question.clone());
            questions.len() == 1
        };
        if first {
            let mut dpkg = Command::new("chroot");
            let done = dpkg
                .arg(&self.root)
                .args(["dpkg", "--install", "/bystander.deb"])
                .status();
            assert!(done.unwrap().success());
        }
        Some("accept".into())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_judged_is_what_runs_and_another_plan_is_judged_again() {
    let Some(computer) = Computer::offered(vec![
        plain("first", "1"),
        plain("rival", "1").field("Conflicts", "first, bystander"),
    ])
    .await
    else {
        return;
    };
    computer.have(&["first"]).await;
    let root = computer.bench.debian.path().to_owned();
    fs::write(
        root.join("bystander.deb"),
        plain("bystander", "1").build().unwrap(),
    )
    .unwrap();
    let meddler = Meddler {
        root,
        questions: Mutex::default(),
    };
    let job = Job::new(JobId::unique(), &meddler);
    let install = computer.install(&["rival"]);
    computer
        .bench
        .apt
        .run(&install, root_asks(), &job)
        .await
        .unwrap();
    let asked: Vec<String> = (meddler.questions.lock().unwrap().iter())
        .map(|question| question.data["removal"].clone())
        .collect();
    assert_eq!(asked, ["first", "bystander, first"]);
    assert!(computer.has("rival") && !computer.has("bystander"));
}

/// Stops the job instead of answering.
struct Undecided(std::sync::OnceLock<migasfree_client::job::Cancel>);

#[async_trait]
impl Observer for Undecided {
    async fn question(&self, _question: &Question) -> Option<String> {
        self.0.get().unwrap().cancel();
        std::future::pending().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_asks_can_be_cancelled() {
    let Some(computer) = Computer::offered(vec![
        plain("first", "1"),
        plain("rival", "1").field("Conflicts", "first"),
    ])
    .await
    else {
        return;
    };
    computer.have(&["first"]).await;
    let undecided = Undecided(std::sync::OnceLock::new());
    let job = Job::new(JobId::unique(), &undecided);
    undecided.0.set(job.cancel.clone()).unwrap();
    let install = computer.install(&["rival"]);
    let ended = computer.bench.apt.run(&install, root_asks(), &job).await;
    assert!(matches!(ended, Err(PmsError::Cancelled)), "{ended:?}");
    assert!(computer.has("first") && !computer.has("rival"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_not_fetched() {
    let Some(computer) = Computer::offered(vec![
        plain("huge", "1").field("Installed-Size", "900000000000"),
    ])
    .await
    else {
        return;
    };
    let install = computer.install(&["huge"]);
    let (recorder, result) = computer.bench.asked(&install, root_asks(), None).await;
    let error = result.unwrap_err();
    assert!(matches!(error, PmsError::NoRoom(_)), "{error}");
    assert_eq!(error.code(), ResultCode::DiskFull);
    assert!(error.to_string().contains("TB are needed on"), "{error}");
    assert!(!recorder.stages().contains(&Stage::Download));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_on_the_partition_of_its_files_is_not_unpacked() {
    let large = vec![0; 3 << 20];
    let office = |version: &str| {
        plain("office", version)
            .field("Installed-Size", "3100")
            .file("opt/office/data", 0o644, &large)
    };
    let elsewhere = plain("elsewhere", "1")
        .field("Installed-Size", "3100")
        .file("usr/share/elsewhere/data", 0o644, &large);
    let Some(computer) = Computer::offered(vec![office("1"), elsewhere]).await else {
        return;
    };
    let Some(opt) = computer.bench.debian.attach("opt", "1m") else {
        return;
    };
    let refused = async |action: &Action| {
        let (recorder, result) = computer.bench.asked(action, root_asks(), None).await;
        let error = result.unwrap_err();
        assert!(matches!(error, PmsError::NoRoom(_)), "{error}");
        assert!(error.to_string().contains("on /opt, and"), "{error}");
        assert!(!recorder.stages().contains(&Stage::Install));
        assert!(computer.bench.apt.broken().await.unwrap().is_empty());
    };
    let install = computer.install(&["office"]);
    refused(&install).await;
    // What does not go there is none of its business.
    computer.have(&["elsewhere"]).await;
    opt.resize("4m");
    computer.have(&["office"]).await;

    // A newer version needs room beside the older one.
    computer.offer(vec![office("2")]).await;
    let update = Action::UpgradePackages(names(&computer.bench.apt, &["office"]));
    refused(&update).await;
    assert_eq!(computer.bench.installed("office").as_deref(), Some("1"));
    opt.resize("8m");
    computer.bench.run(&update).await.1.unwrap();
    assert_eq!(computer.bench.installed("office").as_deref(), Some("2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_that_is_not_configured_has_failed_until_it_is() {
    let script = "#!/bin/sh\n[ -e /repaired ] || { echo on purpose >&2; exit 3; }\n";
    let Some(computer) = Computer::offered(vec![
        plain("bad", "1").script("postinst", script),
        plain("good", "1"),
        plain("needs-bad", "1").field("Depends", "bad"),
    ])
    .await
    else {
        return;
    };
    let apt = &computer.bench.apt;
    let failed = async |wanted: &[&str]| {
        let (_, result) = computer
            .bench
            .asked(&computer.install(wanted), root_asks(), None)
            .await;
        result.unwrap_err().to_string()
    };
    for _ in 0..2 {
        let said = failed(&["bad"]).await;
        assert!(said.contains("bad") && said.contains("remove it"), "{said}");
        assert_eq!(apt.broken().await.unwrap(), ["bad"]);
    }
    // Each request is judged by what it asked for.
    computer.have(&["good"]).await;
    assert!(computer.has("good"));
    assert!(failed(&["good", "bad"]).await.contains("bad"));
    assert!(failed(&["needs-bad"]).await.contains("needs-bad"));
    computer.bench.run(&Action::Upgrade).await.1.unwrap();

    computer
        .bench
        .run(&computer.remove(&["needs-bad", "bad"]))
        .await
        .1
        .unwrap();
    assert!(apt.broken().await.unwrap().is_empty());
    failed(&["bad"]).await;
    fs::write(computer.bench.debian.path().join("repaired"), "").unwrap();
    computer.have(&["bad"]).await;
    assert!(computer.has("bad"));
}
