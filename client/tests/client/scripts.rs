//! Scripts of packages that never end, with the real dpkg: they are stopped, and apt and dpkg never are.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use migasfree_client::job::{Cancel, Job, JobId, ResultCode};
use migasfree_client::pms::{Action, Driver, PackageManager};

use crate::support::apt::{Bench, backend, names, root_asks, until};
use crate::support::observer::Recorder;
use crate::support::packages::{endless, plain, stubborn};

fn impatient(root: &Path) -> Driver {
    backend(root).with_script_limit(Some(Duration::from_secs(3)))
}

/// Names of the programs at work in the root.
fn at_work(root: &Path) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let inside = processes.filter(|process| {
        fs::read_link(process.path().join("root")).is_ok_and(|folder| folder == root)
    });
    inside
        .filter_map(|process| fs::read_to_string(process.path().join("comm")).ok())
        .map(|name| name.trim().to_owned())
        .collect()
}

fn state(bench: &Bench, package: &str) -> String {
    let line = ["dpkg-query", "-W", "-f=${db:Status-Status}", package];
    String::from_utf8(bench.debian.run(&line).stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_without_a_sign_of_life_is_stopped_and_later_work_steps_over_it() {
    let packages = vec![
        endless("endless", "1"),
        plain("tool", "1"),
        plain("other", "1"),
    ];
    let Some(bench) = Bench::with(packages).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    let root = bench.debian.path();
    let apt = impatient(root);
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let install = Action::Install(names(&apt, &["endless", "tool"]));
    let error = apt.run(&install, root_asks(), &job).await.unwrap_err();
    assert_eq!(error.code(), ResultCode::Backend);
    let told = error.to_string();
    for words in [
        "the postinst script of endless gave no sign of life for 3 seconds",
        "waiting for nobody",
        "post-installation script",
    ] {
        assert!(told.contains(words), "{told}");
    }
    assert_eq!(at_work(root), [""; 0], "nothing of the script is left");
    assert_eq!(state(&bench, "endless"), "half-configured");
    assert_eq!(bench.installed("tool").as_deref(), Some("1"));

    // It is tried again in no time, and other packages come.
    let patient = backend(root);
    let begun = Instant::now();
    let job = Job::new(JobId::unique(), &recorder);
    let _ = patient
        .run(
            &Action::Install(names(&patient, &["other"])),
            root_asks(),
            &job,
        )
        .await;
    assert_eq!(bench.installed("other").as_deref(), Some("1"));
    assert!(begun.elapsed() < Duration::from_secs(60));

    // Who asks for it gets it, once its script ends.
    fs::write(root.join("release"), "").unwrap();
    bench
        .run(&Action::Install(names(&patient, &["endless"])))
        .await
        .1
        .unwrap();
    assert_eq!(bench.installed("endless").as_deref(), Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_administrator_stops_a_script_and_dpkg_goes_on_with_the_others() {
    let packages = vec![stubborn("stubborn", "1"), plain("zebra", "1")];
    let Some(bench) = Bench::with(packages).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    let root = bench.debian.path();
    let recorder = Recorder::default();
    let cancel = Cancel::default();
    let job = Job {
        id: JobId::unique(),
        observer: &recorder,
        cancel: cancel.clone(),
    };
    let install = Action::Install(names(&bench.apt, &["stubborn", "zebra"]));
    let stop = async {
        until("the script", || root.join("endless-began").exists()).await;
        cancel.cancel();
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(at_work(root).iter().any(|name| name == "dpkg"));
        assert!(at_work(root).iter().any(|name| name == "stubborn.postin"));
        cancel.stop_script();
    };
    let (result, ()) = tokio::join!(bench.apt.run(&install, root_asks(), &job), stop);
    let error = result.unwrap_err();
    assert_eq!(error.code(), ResultCode::ByUser);
    assert!(
        error.to_string().contains("as an administrator wanted"),
        "{error}"
    );
    assert_eq!(state(&bench, "stubborn"), "half-configured");
    assert_eq!(bench.installed("zebra").as_deref(), Some("1"));
    assert_eq!(at_work(root), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repair_after_a_power_cut_steps_over_the_script_that_never_ends() {
    let packages = vec![endless("endless", "1"), plain("tool", "1")];
    let Some(bench) = Bench::with(packages).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    let root = bench.debian.path().to_owned();
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let install = Action::Install(names(&bench.apt, &["endless", "tool"]));
    let supervisor = root.join("var/lib/migasfree/jobs").join(job.id.as_str());
    let cut = async {
        until("the script", || root.join("endless-began").exists()).await;
        let line = format!(
            "for p in $(pgrep --full '[@]supervise {}'); do kill -9 $p; done; \
             for p in /proc/[0-9]*; do [ \"$(readlink $p/root)\" = {} ] && kill -9 ${{p#/proc/}}; done; true",
            supervisor.display(),
            root.display()
        );
        let killed = std::process::Command::new("sh")
            .args(["-c", &line])
            .status();
        assert!(killed.unwrap().success());
    };
    let (result, ()) = tokio::join!(bench.apt.run(&install, root_asks(), &job), cut);
    assert_eq!(result.unwrap_err().code(), ResultCode::Interrupted);

    let apt = impatient(&root);
    let begun = Instant::now();
    let repairing = Job::new(JobId::unique(), &recorder);
    let told = apt.repair(&repairing).await.unwrap_err().to_string();
    assert!(told.contains("endless cannot be repaired"), "{told}");
    assert!(
        recorder.text().contains("gave no sign of life"),
        "{}",
        recorder.text()
    );
    assert_eq!(state(&bench, "endless"), "half-configured");
    assert_eq!(bench.installed("tool").as_deref(), Some("1"));
    // The script is known and not waited for again, and what is broken is still told.
    apt.repair(&repairing).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_for_words_as_they_are_and_runs_as_nobody() {
    let Some(bench) = Bench::with(vec![plain("zwitsch", "1"), plain("zwitsch-g++", "1")]).await
    else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    let script =
        "#!/bin/sh\necho $(id -u) $(ulimit -v) >> /tmp/who\nexec /usr/bin/apt-cache \"$@\"\n";
    let path = bench.debian.path().join("usr/local/bin/apt-cache");
    fs::write(&path, script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&path, mode).unwrap();
    let found = async |text: &str| {
        let found = bench.apt.search(text, 0).await.unwrap();
        found
            .into_iter()
            .map(|package| package.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(found("zwitsch").await, ["zwitsch", "zwitsch-g++"]);
    assert_eq!(found("g++ zwitsch").await, ["zwitsch-g++"]);
    let begun = Instant::now();
    for text in ["zw.tsch", "^zwitsch", "(((((x{1,99}){1,99}){1,99})))"] {
        assert_eq!(found(text).await, [""; 0], "{text}");
    }
    assert!(begun.elapsed() < Duration::from_secs(20));
    for text in [
        "",
        " ",
        "-x",
        &"y".repeat(101),
        "a b c d e f g h i",
        "a\u{1b}b",
    ] {
        assert!(bench.apt.search(text, 0).await.is_err(), "{text}");
    }
    let who = bench.debian.read("tmp/who");
    assert!(who.lines().all(|line| line == "65534 1048576"), "{who}");
}
