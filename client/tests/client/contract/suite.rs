//! The points of the contract.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use migasfree_client::job::{Cancel, Job, JobId, ResultCode};
use migasfree_client::observer::{ItemPhase, Observer, Question, Stage};
use migasfree_client::pms::{
    Action, Driver, PackageManager, PlannedPackage, PmsError, RepositoryAccess,
};
use migasfree_client::policy::{Asker, Mandate};
use migasfree_client::transport::messages::Repository;

use super::computer::{Computer, Offer, Script};
use crate::support::apt::{root_asks, until};
use crate::support::observer::Recorder;

const TOOL: Offer = Offer::of("tool", "1");
const SLOW: Offer = Offer::of("slow", "1").script(Script::Waits);

/// Who may neither remove nor change what is held.
const ORDINARY: Asker = Asker::Person {
    may_remove: false,
    may_hold: false,
};

async fn run(computer: &dyn Computer, action: &Action) -> (Recorder, Result<(), PmsError>) {
    asked(computer, action, root_asks(), None).await
}

/// For somebody in particular, who answers questions so.
async fn asked(
    computer: &dyn Computer,
    action: &Action,
    mandate: &Mandate,
    answer: Option<&str>,
) -> (Recorder, Result<(), PmsError>) {
    let recorder = Recorder {
        answer: answer.map(str::to_owned),
        ..Recorder::default()
    };
    let job = Job::new(JobId::unique(), &recorder);
    let result = computer.driver().run(action, mandate, &job).await;
    (recorder, result)
}

async fn succeeds(computer: &dyn Computer, action: &Action) -> Recorder {
    let (recorder, result) = run(computer, action).await;
    result.unwrap();
    recorder
}

async fn fails(computer: &dyn Computer, action: &Action) -> PmsError {
    run(computer, action).await.1.unwrap_err()
}

/// The source offers these, and the lists say so.
async fn offered(computer: &dyn Computer, offers: &[Offer]) {
    computer.offer(offers).await;
    succeeds(computer, &Action::Refresh).await;
}

async fn repair(driver: &Driver) -> Result<bool, PmsError> {
    let recorder = Recorder::default();
    driver.repair(&Job::new(JobId::unique(), &recorder)).await
}

fn names(packages: &[PlannedPackage]) -> Vec<&str> {
    packages.iter().map(|one| one.name.as_str()).collect()
}

pub async fn names_are_checked_before_anything_else(computer: &dyn Computer) {
    let driver = computer.driver();
    for name in ["", "-y", "--purge", "a b", "a;b", "$(x)", "a*", "../a"] {
        let refused = driver.name_of(name);
        assert!(matches!(refused, Err(PmsError::InvalidName(_))), "{name}");
    }
    assert_eq!(driver.name_of("tool").unwrap().as_str(), "tool");
}

pub async fn what_is_asked_for_comes_and_goes(computer: &dyn Computer) {
    offered(computer, &[TOOL.needs("lib"), Offer::of("lib", "2")]).await;
    let driver = computer.driver();
    let install = computer.install(&["tool"]);
    let plan = driver.plan(&install).await.unwrap();
    assert_eq!(names(&plan.install), ["lib", "tool"]);
    assert!(plan.download_bytes > 0 && !plan.untrusted);
    assert!(plan.update.is_empty() && plan.remove.is_empty());
    assert_eq!(computer.version("tool"), None, "looking changes nothing");

    let stamp = driver.stamp();
    let recorder = succeeds(computer, &install).await;
    assert_ne!(driver.stamp(), stamp);
    assert_eq!(computer.version("tool").as_deref(), Some("1"));
    assert_eq!(computer.version("lib").as_deref(), Some("2"));
    let stages = recorder.stages();
    assert_eq!(stages, [Stage::Download, Stage::Install]);
    let items = recorder.items.lock().unwrap().clone();
    assert!(items.iter().any(|item| item.package == "tool"
        && item.phase == ItemPhase::Configure
        && item.version == "1"));
    let installed = driver.installed().await.unwrap();
    assert!(
        installed
            .iter()
            .any(|one| one.name == "tool" && one.version == "1" && one.origin == "migasfree")
    );
    assert!(driver.broken().await.unwrap().is_empty());

    let recorder = succeeds(computer, &install).await;
    assert!(recorder.stages().is_empty(), "nothing was to be done");

    // What is not there is removed already.
    succeeds(computer, &computer.remove(&["tool", "nothing"])).await;
    assert_eq!(computer.version("tool"), None);
    assert_eq!(computer.version("lib").as_deref(), Some("2"));
}

pub async fn what_is_offered_is_found(computer: &dyn Computer) {
    offered(computer, &[TOOL, Offer::of("toolbox", "3")]).await;
    succeeds(computer, &computer.install(&["tool"])).await;
    let driver = computer.driver();
    assert_eq!(
        driver.available("tool", 0).await.unwrap(),
        ["tool", "toolbox"]
    );
    assert_eq!(driver.available("tool", 1).await.unwrap(), ["tool"]);
    let found = driver.search("tool", 2).await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|one| (one.name.as_str(), one.version.as_str(), one.installed))
        .collect();
    assert_eq!(found, [("tool", "1", true), ("toolbox", "3", false)]);
    let refused = driver.search("--help", 0).await;
    assert!(matches!(refused, Err(PmsError::InvalidSearch)));
    let asked = computer.names(&["toolbox", "nothing"]);
    let candidates = driver.candidates(&asked).await.unwrap();
    assert_eq!(candidates.len(), 1);
    assert_eq!(candidates[0].version, "3");
    assert!(candidates[0].download_bytes > 0);
}

pub async fn a_newer_version_takes_the_place_of_the_older(computer: &dyn Computer) {
    const OTHER: Offer = Offer::of("other", "1");
    offered(computer, &[TOOL, OTHER]).await;
    succeeds(computer, &computer.install(&["tool", "other"])).await;
    offered(computer, &[Offer::of("tool", "2"), Offer::of("other", "2")]).await;
    let driver = computer.driver();
    let plan = driver.plan(&Action::Upgrade).await.unwrap();
    assert_eq!(names(&plan.update), ["other", "tool"]);
    assert_eq!(plan.update[0].replaces.as_deref(), Some("1"));

    let one = Action::UpgradePackages(computer.names(&["tool", "nothing"]));
    let recorder = succeeds(computer, &one).await;
    assert!(recorder.stages().contains(&Stage::Upgrade));
    assert_eq!(computer.version("tool").as_deref(), Some("2"));
    assert_eq!(computer.version("other").as_deref(), Some("1"));
    succeeds(computer, &Action::Upgrade).await;
    assert_eq!(computer.version("other").as_deref(), Some("2"));
    let nothing = driver.plan(&Action::Upgrade).await.unwrap();
    assert!(nothing.is_empty());
}

pub async fn what_nobody_offers_and_what_cannot_be_are_told_apart(computer: &dyn Computer) {
    offered(computer, &[TOOL.needs("nobody-has-this")]).await;
    let unknown = fails(computer, &computer.install(&["ghost"])).await;
    assert!(matches!(&unknown, PmsError::NotFound(name) if name == "ghost"));
    let lonely = fails(computer, &computer.install(&["tool"])).await;
    assert_eq!(lonely.code(), ResultCode::Dependency);
    assert!(lonely.to_string().contains("nobody-has-this"), "{lonely}");
    assert_eq!(computer.version("tool"), None);
}

pub async fn a_script_that_fails_harms_its_own_package_only(computer: &dyn Computer) {
    let bad = Offer::of("bad", "1").script(Script::Fails);
    offered(computer, &[bad, TOOL, Offer::of("other", "1")]).await;
    let driver = computer.driver();
    let (recorder, result) = run(computer, &computer.install(&["bad", "other"])).await;
    let error = result.unwrap_err();
    assert!(matches!(&error, PmsError::Broken { packages, .. } if packages == "bad"));
    assert!(error.to_string().contains("on purpose"), "{error}");
    assert!(recorder.text().contains("on purpose"));
    assert_eq!(computer.version("other").as_deref(), Some("1"));
    assert_eq!(driver.broken().await.unwrap(), ["bad"]);

    let error = repair(driver).await.unwrap_err();
    assert!(matches!(&error, PmsError::Unrepaired { packages, .. } if packages == "bad"));
    // Each request is judged by what it asked for.
    succeeds(computer, &computer.install(&["tool"])).await;
    assert_eq!(computer.version("tool").as_deref(), Some("1"));
    succeeds(computer, &computer.remove(&["bad"])).await;
    assert!(driver.broken().await.unwrap().is_empty());
    assert!(!repair(driver).await.unwrap());
}

pub async fn what_the_system_needs_stays(computer: &dyn Computer) {
    let lib = Offer::of("lib", "1");
    let vital = Offer::of("vital", "1").needs("lib").vital();
    offered(computer, &[vital, lib]).await;
    succeeds(computer, &computer.install(&["vital"])).await;
    let remove = computer.remove(&["vital"]);
    let plan = computer.driver().plan(&remove).await.unwrap();
    assert!(names(&plan.remove).contains(&"vital"));
    // What it needs is as good as itself.
    for action in [remove, computer.remove(&["lib"])] {
        for asker in [ORDINARY, Asker::ROOT, Asker::Policy, Asker::Unattended] {
            let mandate = Mandate::of(asker);
            let (_, result) = asked(computer, &action, &mandate, Some("accept")).await;
            let error = result.unwrap_err();
            assert!(matches!(error, PmsError::Refused(_)), "{error}");
            assert!(error.to_string().contains("base system"), "{error}");
        }
    }
    assert_eq!(computer.version("vital").as_deref(), Some("1"));
    assert_eq!(computer.version("lib").as_deref(), Some("1"));
}

pub async fn what_goes_for_another_package_is_asked_about(computer: &dyn Computer) {
    let rival = Offer::of("rival", "1").conflicts(&["tool"]);
    offered(computer, &[TOOL, rival]).await;
    succeeds(computer, &computer.install(&["tool"])).await;
    let install = computer.install(&["rival"]);

    let ordinary = Mandate::of(ORDINARY);
    let (recorder, result) = asked(computer, &install, &ordinary, Some("accept")).await;
    let error = result.unwrap_err();
    assert!(matches!(error, PmsError::Refused(_)), "{error}");
    assert!(recorder.questions.lock().unwrap().is_empty());
    // Nobody's silence is a yes.
    for answer in [None, Some("refuse")] {
        let (recorder, result) = asked(computer, &install, root_asks(), answer).await;
        assert!(matches!(result, Err(PmsError::Refused(_))));
        let asked = recorder.questions.lock().unwrap()[0].data.clone();
        assert_eq!((&*asked["removal"], &*asked["install"]), ("tool", "rival"));
    }
    assert_eq!(computer.version("tool").as_deref(), Some("1"));
    let (_, result) = asked(computer, &install, root_asks(), Some("accept")).await;
    result.unwrap();
    assert_eq!(computer.version("tool"), None);
    assert_eq!(computer.version("rival").as_deref(), Some("1"));
}

/// Agrees to everything, and installs something by hand before the first answer.
struct Meddler<'a> {
    meddle: Box<dyn Fn() + Send + Sync + 'a>,
    removals: Mutex<Vec<String>>,
}

#[async_trait]
impl Observer for Meddler<'_> {
    async fn question(&self, question: &Question) -> Option<String> {
        let first = {
            let mut removals = self.removals.lock().unwrap();
            removals.push(question.data["removal"].clone());
            removals.len() == 1
        };
        if first {
            (self.meddle)();
        }
        Some("accept".into())
    }
}

pub async fn another_plan_is_judged_again(computer: &dyn Computer) {
    let rival = Offer::of("rival", "1").conflicts(&["tool", "bystander"]);
    offered(computer, &[TOOL, rival]).await;
    succeeds(computer, &computer.install(&["tool"])).await;
    let meddler = Meddler {
        meddle: Box::new(|| computer.install_by_hand(Offer::of("bystander", "1"))),
        removals: Mutex::default(),
    };
    let job = Job::new(JobId::unique(), &meddler);
    let install = computer.install(&["rival"]);
    let result = computer.driver().run(&install, root_asks(), &job).await;
    result.unwrap();
    let asked = meddler.removals.lock().unwrap().clone();
    assert_eq!(asked, ["tool", "bystander, tool"]);
    assert_eq!(computer.version("rival").as_deref(), Some("1"));
    for gone in ["tool", "bystander"] {
        assert_eq!(computer.version(gone), None);
    }
}

pub async fn another_program_at_the_database_is_waited_for(computer: &dyn Computer) {
    offered(computer, &[TOOL, SLOW]).await;
    assert_eq!(computer.driver().lock_holder(), None);
    computer.hold();
    let other = computer.take_database().await;
    let holder = computer.driver().lock_holder().unwrap();
    assert_eq!(holder.pid, other.id());
    assert!(!holder.name.is_empty());

    let install = computer.install(&["tool"]);
    let impatient = computer
        .another_driver()
        .with_lock_limit(Duration::from_millis(500));
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let error = impatient.run(&install, root_asks(), &job).await;
    assert_eq!(error.unwrap_err().code(), ResultCode::LockTimeout);
    let told = recorder.holders.lock().unwrap().clone();
    assert_eq!(told, [Some(holder)]);

    // Who waits can be told not to.
    let job = Job::new(JobId::unique(), &recorder);
    job.cancel.cancel();
    let error = computer.driver().run(&install, root_asks(), &job).await;
    assert!(matches!(error, Err(PmsError::Cancelled)));

    let patient = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        computer.give_database_back(other);
    };
    let ((recorder, result), ()) = tokio::join!(run(computer, &install), patient);
    result.unwrap();
    assert_eq!(recorder.holders.lock().unwrap().last().unwrap(), &None);
    assert_eq!(computer.version("tool").as_deref(), Some("1"));
}

pub async fn a_download_can_be_cancelled_and_a_change_cannot(computer: &dyn Computer) {
    offered(computer, &[TOOL, SLOW]).await;
    for (stage, name, ends) in [
        (Stage::Download, "tool", Err(ResultCode::ByUser)),
        (Stage::Install, "slow", Ok(())),
    ] {
        let cancel = Cancel::default();
        let recorder = Recorder {
            cancel_at: Some((stage, cancel.clone())),
            ..Recorder::default()
        };
        let job = Job {
            id: JobId::unique(),
            observer: &recorder,
            cancel,
        };
        let install = computer.install(&[name]);
        let result = computer.driver().run(&install, root_asks(), &job).await;
        assert_eq!(result.map_err(|error| error.code()), ends, "{name}");
        assert_eq!(computer.version(name).is_some(), ends.is_ok(), "{name}");
    }
}

pub async fn work_is_found_again_by_another_program(computer: &dyn Computer) {
    offered(computer, &[SLOW]).await;
    computer.hold();
    let id = JobId::unique();
    let recorder = Recorder::default();
    let job = Job::new(id.clone(), &recorder);
    let install = computer.install(&["slow"]);
    assert!(computer.driver().attach(&job).await.is_none());
    // Who began it is gone, as after a crash.
    tokio::select! {
        _ = computer.driver().run(&install, root_asks(), &job) => panic!("it ended"),
        () = until("the slow script", || computer.is_waiting()) => {}
    }
    let other = computer.another_driver();
    let release = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(computer.version("slow"), None);
        computer.release();
    };
    let (result, ()) = tokio::join!(other.attach(&job), release);
    result.unwrap().unwrap();
    assert_eq!(computer.version("slow").as_deref(), Some("1"));
    // Its end is still known later, until it is forgotten.
    other.attach(&job).await.unwrap().unwrap();
    other.forget(&id);
    assert!(other.attach(&job).await.is_none());
}

pub async fn what_was_cut_off_is_finished_by_the_next(computer: &dyn Computer) {
    offered(computer, &[SLOW, TOOL]).await;
    let driver = computer.driver();
    computer.hold();
    let cut = async {
        until("the slow script", || computer.is_waiting()).await;
        computer.cut_power();
    };
    let install = computer.install(&["slow"]);
    let ((_, result), ()) = tokio::join!(run(computer, &install), cut);
    result.unwrap_err();
    assert_eq!(computer.version("slow"), None);
    let left = driver.broken().await.unwrap();
    assert!(left.contains(&"slow".to_owned()), "{left:?}");
    computer.release();

    let recorder = succeeds(computer, &computer.install(&["tool"])).await;
    assert!(recorder.text().contains("half-done"), "{}", recorder.text());
    assert_eq!(computer.version("slow").as_deref(), Some("1"));
    assert_eq!(computer.version("tool").as_deref(), Some("1"));
    assert!(!repair(driver).await.unwrap());
    assert!(!driver.awaits_repair());
}

pub async fn our_repositories_and_their_key_are_written_once(computer: &dyn Computer) {
    let driver = computer.driver();
    let access = RepositoryAccess {
        protocol: "https".into(),
        server: "packages.example:8443".into(),
        host: "packages.example".into(),
        proxy_cache: None,
    };
    assert_eq!(driver.trusted_key(&access), None);
    assert!(driver.import_key(&access, "one").unwrap());
    assert!(!driver.import_key(&access, "one").unwrap());
    assert_eq!(driver.trusted_key(&access).as_deref(), Some("one"));
    assert!(driver.import_key(&access, "two").unwrap());
    assert_eq!(driver.trusted_key(&access).as_deref(), Some("two"));

    let ours = Repository {
        name: "base".into(),
        source_template: "deb {protocol}://{server}/repos base PKGS\n".into(),
    };
    let ours = [ours];
    assert!(driver.write_repositories(&access, &ours).unwrap());
    assert!(!driver.write_repositories(&access, &ours).unwrap());
    assert!(driver.write_repositories(&access, &[]).unwrap());
    assert!(driver.reboot_required().is_empty());
}
