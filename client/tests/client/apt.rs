//! apt for real, in a disposable Debian: maintainer scripts, interruptions, locks.

use std::fs;
use std::time::Duration;

use migasfree_client::job::{Cancel, Job, JobId, ResultCode};
use migasfree_client::observer::{ItemPhase, Stage};
use migasfree_client::pms::{Action, PackageManager, RepositoryAccess};
use migasfree_client::transport::messages::Repository;

use crate::support::apt::{Bench, backend, names, root_asks, serve, until};
use crate::support::observer::Recorder;
use crate::support::packages::{broken, plain, slow, with_scripts};
use crate::support::repository::{self, Signer};

#[tokio::test(flavor = "multi_thread")]
async fn packages_are_found_installed_upgraded_and_purged_with_their_scripts() {
    let signer = Signer::generate();
    let mut files = repository::files(
        "base",
        vec![with_scripts("tool", "1.0"), plain("other", "2.0")],
        &signer,
    );
    let Some(bench) = Bench::serving(std::mem::take(&mut files), &signer.public_key()).await else {
        return;
    };
    let apt = &bench.apt;
    bench.run(&Action::Refresh).await.1.unwrap();

    assert_eq!(apt.available("too", 0).await.unwrap(), ["tool"]);
    let found = apt.search("tool package", 100).await.unwrap();
    let tool = found.iter().find(|package| package.name == "tool").unwrap();
    assert_eq!((tool.version.as_str(), tool.installed), ("1.0", false));
    let offered = apt
        .candidates(&names(apt, &["tool", "nothing"]))
        .await
        .unwrap();
    assert_eq!(offered.len(), 1);
    assert!(offered[0].download_bytes > 0);

    let install = Action::Install(names(apt, &["tool", "other", "dpkg"]));
    let plan = apt.plan(&install).await.unwrap();
    let planned: Vec<_> = plan
        .install
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    assert_eq!(planned, ["other", "tool"]);
    assert!(plan.download_bytes > 0 && !plan.untrusted);
    assert_eq!(
        bench.installed("tool"),
        None,
        "looking ahead changes nothing"
    );

    let stamp = apt.stamp();
    let (recorder, result) = bench.run(&install).await;
    result.unwrap();
    println!(
        "{:?}",
        std::process::Command::new("stat")
            .args(["-c", "%n %y"])
            .arg(bench.debian.path().join("var/lib/dpkg/status"))
            .arg(bench.debian.path().join("var/lib/apt/lists"))
            .output()
    );
    assert_ne!(apt.stamp(), stamp);
    assert_eq!(
        bench.debian.read("scripts.log"),
        "preinst install 0 disposable\npostinst configure 0 disposable\n"
    );
    let stages = recorder.stages();
    assert!(
        stages.contains(&Stage::Download) && stages.contains(&Stage::Install),
        "{stages:?}"
    );
    let items = recorder.items.lock().unwrap().clone();
    assert!(items.iter().any(|item| item.package == "tool"
        && item.phase == ItemPhase::Unpack
        && item.version == "1.0"));
    assert!(
        items
            .iter()
            .any(|item| item.package == "tool" && item.percent == 100)
    );
    assert!(
        recorder.text().contains("Setting up tool (1.0)"),
        "{}",
        recorder.text()
    );
    let installed = apt.installed().await.unwrap();
    let tool = installed
        .iter()
        .find(|package| package.name == "tool")
        .unwrap();
    assert_eq!(
        (tool.version.as_str(), tool.origin.as_str()),
        ("1.0", "migasfree")
    );

    let (recorder, result) = bench.run(&install).await;
    result.unwrap();
    assert!(recorder.stages().is_empty(), "nothing was to be done");

    let (_, result) = bench
        .run(&Action::Remove(names(apt, &["tool", "nothing"])))
        .await;
    result.unwrap();
    assert!(bench.debian.read("scripts.log").ends_with(
        "prerm remove 0 disposable\npostrm remove 0 disposable\npostrm purge 0 disposable\n"
    ));
    assert_eq!(bench.installed("tool"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_upgraded_and_configuration_of_the_site_stays() {
    let signer = Signer::generate();
    let conffile = |version: &str, text: &str| {
        plain("conf", version)
            .file("etc/conf.ini", 0o644, text.as_bytes())
            .script("conffiles", "/etc/conf.ini\n")
    };
    let files = repository::files("base", vec![conffile("1.0", "a\n")], &signer);
    let Some(bench) = Bench::serving(files, &signer.public_key()).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    bench
        .run(&Action::Install(names(&bench.apt, &["conf"])))
        .await
        .1
        .unwrap();
    fs::write(bench.debian.path().join("etc/conf.ini"), "mine\n").unwrap();

    let newer = serve(repository::files(
        "base",
        vec![conffile("2.0", "b\n")],
        &signer,
    ))
    .await;
    let access = RepositoryAccess {
        server: newer,
        ..bench.access.clone()
    };
    let template = "deb {protocol}://{server}/repos base PKGS\n".to_owned();
    bench
        .apt
        .write_repositories(
            &access,
            &[Repository {
                name: "base".into(),
                source_template: template,
            }],
        )
        .unwrap();
    bench.run(&Action::Refresh).await.1.unwrap();
    let plan = bench.apt.plan(&Action::Upgrade).await.unwrap();
    assert_eq!(plan.update[0].replaces.as_deref(), Some("1.0"));
    bench.run(&Action::Upgrade).await.1.unwrap();
    assert_eq!(bench.installed("conf").as_deref(), Some("2.0"));
    assert_eq!(bench.debian.read("etc/conf.ini"), "mine\n");

    assert!(bench.apt.write_repositories(&access, &[]).unwrap());
    bench.run(&Action::Refresh).await.1.unwrap();
    assert!(
        bench
            .apt
            .candidates(&names(&bench.apt, &["conf"]))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_say_what_happened() {
    let broken_dependency = plain("lonely", "1").field("Depends", "nobody-has-this");
    let Some(bench) = Bench::with(vec![
        plain("good", "1"),
        broken("bad", "1"),
        broken_dependency,
    ])
    .await
    else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    let install = |name: &str| Action::Install(names(&bench.apt, &[name]));
    assert_eq!(
        bench.run(&install("no-such-package")).await.1,
        Err(ResultCode::NotFound)
    );
    assert_eq!(
        bench.run(&install("no.such+package")).await.1,
        Err(ResultCode::NotFound)
    );
    assert_eq!(
        bench.run(&install("lonely")).await.1,
        Err(ResultCode::Dependency)
    );
    let essential = Action::Remove(names(&bench.apt, &["dpkg"]));
    assert_eq!(bench.run(&essential).await.1, Err(ResultCode::Policy));
    let plan = bench.apt.plan(&essential).await.unwrap();
    assert_eq!(plan.remove[0].name, "dpkg");

    let (recorder, result) = bench.run(&install("bad")).await;
    assert_eq!(result, Err(ResultCode::Backend));
    assert!(
        recorder.text().contains("on purpose"),
        "{}",
        recorder.text()
    );
    // What one package gets wrong must not stop its own removal, nor work on others.
    bench
        .run(&Action::Remove(names(&bench.apt, &["bad"])))
        .await
        .1
        .unwrap();
    bench.run(&install("good")).await.1.unwrap();
    assert_eq!(bench.installed("good").as_deref(), Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_signed_with_another_key_is_not_believed() {
    let (ours, theirs) = (Signer::generate(), Signer::generate());
    let files = repository::files("base", vec![plain("tool", "1")], &theirs);
    let Some(bench) = Bench::serving(files, &ours.public_key()).await else {
        return;
    };
    assert_eq!(
        bench.run(&Action::Refresh).await.1,
        Err(ResultCode::Untrusted)
    );
    let install = Action::Install(names(&bench.apt, &["tool"]));
    assert_eq!(bench.run(&install).await.1, Err(ResultCode::NotFound));
    assert_eq!(bench.installed("tool"), None);

    // Even a source somebody configured as needing no key is not installed from.
    let server = &bench.access.server;
    let line = format!("deb [allow-insecure=yes] http://{server}/repos base PKGS\n");
    let sources = bench.debian.path().join("etc/apt/sources.list");
    fs::write(sources, line).unwrap();
    bench.apt.write_repositories(&bench.access, &[]).unwrap();
    bench.debian.run(&["apt-get", "update"]);
    assert!(bench.apt.plan(&install).await.unwrap().untrusted);
    assert_eq!(bench.run(&install).await.1, Err(ResultCode::Untrusted));
    assert_eq!(bench.installed("tool"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_run_is_finished_by_the_next() {
    let Some(bench) = Bench::with(vec![slow("slow", "1"), plain("tool", "1")]).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    let root = bench.debian.path().to_owned();
    fs::write(root.join("hold"), "").unwrap();
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let action = Action::Install(names(&bench.apt, &["slow"]));
    let cut = async {
        until("the slow script", || root.join("slow-began").exists()).await;
        let killed = std::process::Command::new("sh")
            .arg("-c")
            .arg(format!(
                "for p in /proc/[0-9]*; do [ \"$(readlink $p/root)\" = {} ] && kill -9 ${{p#/proc/}}; done; true",
                root.display()
            ))
            .status();
        assert!(killed.unwrap().success());
    };
    let (result, ()) = tokio::join!(bench.apt.run(&action, root_asks(), &job), cut);
    assert!(result.is_err());
    assert_eq!(bench.installed("slow"), None);
    fs::remove_file(root.join("hold")).unwrap();

    let (recorder, result) = bench
        .run(&Action::Install(names(&bench.apt, &["tool"])))
        .await;
    result.unwrap();
    assert!(recorder.text().contains("half-done"), "{}", recorder.text());
    assert_eq!(bench.installed("slow").as_deref(), Some("1"));
    assert_eq!(bench.installed("tool").as_deref(), Some("1"));
    let silent = Recorder::default();
    assert!(
        !bench
            .apt
            .repair(&Job::new(JobId::unique(), &silent))
            .await
            .unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_at_the_database_is_waited_for_and_named() {
    let Some(bench) = Bench::with(vec![slow("slow", "1"), plain("tool", "1")]).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    let root = bench.debian.path().to_owned();
    fs::write(root.join("hold"), "").unwrap();
    let mut other = std::process::Command::new("chroot")
        .arg(&root)
        .args(["apt-get", "install", "-y", "slow"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    until("the other program", || root.join("slow-began").exists()).await;
    assert_eq!(bench.apt.lock_holder().unwrap().name, "apt-get");

    let impatient = backend(&root).with_lock_limit(Duration::from_millis(500));
    let recorder = Recorder::default();
    let action = Action::Install(names(&bench.apt, &["tool"]));
    let error = impatient
        .run(&action, root_asks(), &Job::new(JobId::unique(), &recorder))
        .await
        .unwrap_err();
    assert_eq!(error.code(), ResultCode::LockTimeout);
    let holder = recorder.holders.lock().unwrap()[0].clone().unwrap();
    assert_eq!((holder.name.as_str(), holder.pid), ("apt-get", other.id()));

    let patient = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        fs::remove_file(root.join("hold")).unwrap();
    };
    let ((recorder, result), ()) = tokio::join!(bench.run(&action), patient);
    result.unwrap();
    assert_eq!(recorder.holders.lock().unwrap().last().unwrap(), &None);
    assert!(other.wait().unwrap().success());
    assert_eq!(bench.installed("tool").as_deref(), Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_can_be_cancelled_and_an_installation_cannot() {
    let Some(bench) = Bench::with(vec![slow("slow", "1"), plain("tool", "1")]).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    let cancelling = |stage| {
        let cancel = Cancel::default();
        (
            Recorder {
                cancel_at: Some((stage, cancel.clone())),
                ..Recorder::default()
            },
            cancel,
        )
    };
    let (recorder, cancel) = cancelling(Stage::Download);
    let job = Job {
        id: JobId::unique(),
        observer: &recorder,
        cancel,
    };
    let action = Action::Install(names(&bench.apt, &["tool"]));
    assert_eq!(
        bench
            .apt
            .run(&action, root_asks(), &job)
            .await
            .unwrap_err()
            .code(),
        ResultCode::ByUser
    );
    assert_eq!(bench.installed("tool"), None);

    let (recorder, cancel) = cancelling(Stage::Install);
    let job = Job {
        id: JobId::unique(),
        observer: &recorder,
        cancel,
    };
    let action = Action::Install(names(&bench.apt, &["slow"]));
    bench.apt.run(&action, root_asks(), &job).await.unwrap();
    assert_eq!(bench.installed("slow").as_deref(), Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_found_again_by_another_program() {
    let Some(bench) = Bench::with(vec![slow("slow", "1")]).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    let root = bench.debian.path().to_owned();
    fs::write(root.join("hold"), "").unwrap();
    let id = JobId::unique();
    let first = Recorder::default();
    let job = Job::new(id.clone(), &first);
    let action = Action::Install(names(&bench.apt, &["slow"]));
    // The first listener is gone, as after a crash, in the middle of the work and once it told what was said so far.
    tokio::select! {
        _ = bench.apt.run(&action, root_asks(), &job) => panic!("it ended"),
        () = until("the slow script", || {
            root.join("slow-began").exists() && first.text().contains("Setting up slow")
        }) => {}
    }
    let second = Recorder::default();
    let other = backend(&root);
    let job = Job::new(id.clone(), &second);
    let release = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        fs::remove_file(root.join("hold")).unwrap();
    };
    let (result, ()) = tokio::join!(other.attach(&job), release);
    result.unwrap().unwrap();
    assert_eq!(bench.installed("slow").as_deref(), Some("1"));
    let steps = root.join("var/lib/migasfree/jobs").join(id.as_str());
    let last_step = fs::read_dir(steps)
        .unwrap()
        .map(|step| step.unwrap().path());
    let said = fs::read_to_string(last_step.max().unwrap().join("output")).unwrap();
    let said: Vec<&str> = said
        .lines()
        .filter_map(|line| line.rsplit('\r').next())
        .collect();
    let (first, second) = (first.text(), second.text());
    let heard: Vec<&str> = first.lines().chain(second.lines()).collect();
    assert!(
        heard.ends_with(&said),
        "each line once: {said:?}\nfirst: {first}\nsecond: {second}"
    );
    // Its end is still known later, until it is forgotten.
    assert!(other.attach(&job).await.unwrap().is_ok());
    other.forget(&id);
    assert!(other.attach(&job).await.is_none());
}
