//! The real polkit decides about another user.

use std::collections::BTreeMap;
use std::process::Command;

use migasfree_client::policy::Asker;
use migasfree_dbus::{CallOptions, JobState};
use migasfree_tests::bus::{Polkit, rule};
use serde_json::json;
use zbus::OwnedObjectPath;

use crate::engine::World;
use crate::fixture::{Fixture, until};
use crate::user::{self, NOBODY};

/// The table of the interface: any, inactive, active.
pub const TABLE: &[(&str, [&str; 3])] = &[
    ("read", ["yes", "yes", "yes"]),
    ("read-inventory", ["auth_admin", "yes", "yes"]),
    ("refresh", ["auth_admin", "yes", "yes"]),
    ("sync", ["auth_admin", "yes", "yes"]),
    (
        "sync-force",
        ["auth_admin", "auth_admin", "auth_admin_keep"],
    ),
    (
        "system-upgrade",
        ["auth_admin", "auth_admin", "auth_admin_keep"],
    ),
    ("app-install", ["auth_admin", "auth_admin", "yes"]),
    ("app-remove", ["auth_admin", "auth_admin", "yes"]),
    (
        "app-install-admin",
        ["auth_admin", "auth_admin", "auth_admin_keep"],
    ),
    (
        "app-remove-admin",
        ["auth_admin", "auth_admin", "auth_admin_keep"],
    ),
    ("app-request", ["no", "yes", "yes"]),
    (
        "package-install",
        ["auth_admin", "auth_admin", "auth_admin_keep"],
    ),
    (
        "package-remove",
        ["auth_admin", "auth_admin", "auth_admin_keep"],
    ),
    (
        "package-hold",
        ["auth_admin", "auth_admin", "auth_admin_keep"],
    ),
    ("device-assign", ["auth_admin", "auth_admin", "yes"]),
    ("device-default", ["auth_admin", "auth_admin", "yes"]),
    (
        "tags-communicate",
        ["auth_admin", "auth_admin", "auth_admin_keep"],
    ),
    ("tags-set", ["auth_admin", "auth_admin", "auth_admin_keep"]),
    ("register", ["auth_admin", "auth_admin", "auth_admin"]),
    ("unregister", ["auth_admin", "auth_admin", "auth_admin"]),
    (
        "certificate-import",
        ["auth_admin", "auth_admin", "auth_admin"],
    ),
    ("config-write", ["auth_admin", "auth_admin", "auth_admin"]),
    (
        "job-read-foreign",
        ["auth_admin", "auth_admin", "auth_admin_keep"],
    ),
    (
        "job-cancel-foreign",
        ["auth_admin", "auth_admin", "auth_admin_keep"],
    ),
    ("inhibit", ["no", "yes", "yes"]),
    ("postpone", ["no", "yes", "yes"]),
];

async fn with_rules(world: World, rules: &str) -> (Fixture, Polkit) {
    let fixture = Fixture::system(world).await;
    let polkit = Polkit::start(&fixture.bus, fixture.folder(), rules)
        .await
        .unwrap();
    (fixture, polkit)
}

pub async fn the_installed_rights_are_the_table() {
    let (fixture, _polkit) = with_rules(World::new(), "").await;
    let output = Command::new("pkaction")
        .arg("--verbose")
        .env(fixture.bus.as_system().0, fixture.bus.as_system().1)
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut shipped: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut action = String::new();
    for line in text.lines() {
        match line.trim().split_once(':') {
            Some((name, "")) if !line.starts_with(' ') => action = name.to_owned(),
            Some((key, value)) if key.starts_with("implicit") => shipped
                .entry(action.clone())
                .or_default()
                .push(value.trim().to_owned()),
            _ => {}
        }
    }
    let table: BTreeMap<String, Vec<String>> = TABLE
        .iter()
        .map(|(name, defaults)| {
            let defaults = defaults.map(str::to_owned).to_vec();
            (format!("org.migasfree.client1.{name}"), defaults)
        })
        .collect();
    assert_eq!(shipped, table);
    let known: Vec<&str> = migasfree_dbus::Action::ALL.iter().map(|a| a.id()).collect();
    assert_eq!(known.len(), table.len());
    assert!(known.iter().all(|id| table.contains_key(*id)));
}

pub async fn shipped_defaults_refuse_and_nothing_changes() {
    let (fixture, _polkit) = with_rules(World::new(), "").await;
    let outcomes = user::run(NOBODY, &fixture.bus, "try-everything", &[]);
    let outcomes = outcomes.as_array().unwrap();
    assert!(outcomes.len() >= 12);
    for outcome in outcomes {
        assert_eq!(outcome[1], "NotAuthorized", "{outcome}");
    }
    assert_eq!(fixture.jobs_on_disk(), 0);
    assert!(World::read(&fixture.root).installed.is_empty());
    assert!(!fixture.root.join("unregistered").exists());

    // Everybody may look, and sees what would ask for an administrator.
    let look = user::run(NOBODY, &fixture.bus, "look", &[]);
    assert_eq!(look["states"]["3"], "privileged");
    let rights = json!({"read": 1, "app-install": 2, "app-install-admin": 2, "app-request": 0});
    assert_eq!(look["rights"], rights);
}

pub async fn a_rule_lets_a_user_install() {
    let allow = rule("org.migasfree.client1.app-install", "YES");
    let (fixture, _polkit) = with_rules(World::new(), &allow).await;
    let record = user::run(NOBODY, &fixture.bus, "install", &["1"]);
    assert_eq!(record["result"], "success", "{record}");
    assert_eq!(record["owner_uid"], NOBODY);
    assert!(
        World::read(&fixture.root)
            .installed
            .contains_key("sketchbook")
    );
    // One right is not another.
    let record = user::run(NOBODY, &fixture.bus, "install", &["3"]);
    assert_ne!(record["result"], "success", "{record}");
    assert!(
        !World::read(&fixture.root)
            .installed
            .contains_key("admin-tool")
    );
    let limits = user::run(NOBODY, &fixture.bus, "look", &[]);
    assert_eq!(limits["states"]["1"], "installed");
}

pub async fn rights_are_judged_again_when_the_turn_of_a_job_comes() {
    let world = World {
        download: 30_000,
        ..World::new()
    };
    let allow = rule("org.migasfree.client1.app-install", "YES");
    let (fixture, polkit) = with_rules(world, &allow).await;
    let root = fixture.connect().await;
    let install = async |name: &str| {
        let options = CallOptions::default();
        let path = root
            .manager
            .install_packages(&[name], options)
            .await
            .unwrap();
        until("it runs", async || {
            root.record(&path).await.started.is_some()
        })
        .await;
        path
    };
    let queue = async |app: &str| -> zbus::OwnedObjectPath {
        let path = user::run(NOBODY, &fixture.bus, "queue", &[app]);
        path.as_str().unwrap().try_into().unwrap()
    };

    // Who left keeps what is not refused by now, and has no more rights than there.
    let before = install("ledger").await;
    let job = queue("2").await;
    World::change(&fixture.root, |world| world.download = 0);
    root.job(&before).await.cancel().await.unwrap();
    let record = root.finished(&job).await;
    assert_eq!(record.error_code.as_deref(), Some("ok"), "{record:?}");
    let nothing_more = Asker::Person {
        may_remove: false,
        may_hold: false,
    };
    assert_eq!(World::read(&fixture.root).asker, Some(nothing_more));

    // Rights that were withdrawn meanwhile are gone, for who left as for who waits.
    World::change(&fixture.root, |world| world.download = 30_000);
    let before = install("admin-tool").await;
    let left = queue("1").await;
    let (name, address) = fixture.bus.as_system();
    let (name, address) = (name.to_owned(), address.to_owned());
    let waiting = std::thread::spawn(move || {
        user::run_at(NOBODY, (name.as_str(), address.as_str()), "install", &["2"])
    });
    until("both wait", async || {
        let jobs = root.manager.list_jobs(Default::default()).await.unwrap();
        jobs.iter()
            .filter(|job| job.state == JobState::Queued)
            .count()
            == 2
    })
    .await;
    polkit
        .write_rules(&rule("org.migasfree.client1.app-install", "NO"))
        .unwrap();
    until("polkit noticed", async || {
        let look = user::run(NOBODY, &fixture.bus, "look", &[]);
        look["rights"]["app-install"] == 0
    })
    .await;
    root.job(&before).await.cancel().await.unwrap();
    let left = root.finished(&left).await;
    let waits = waiting.join().unwrap();
    assert_eq!(waits["error_code"], "not-authorized", "{waits}");
    assert_eq!(
        left.error_code.as_deref(),
        Some("not-authorized"),
        "{left:?}"
    );
    assert!(
        !World::read(&fixture.root)
            .installed
            .contains_key("sketchbook")
    );
}

pub async fn a_dismissed_prompt_ends_the_job() {
    let (fixture, polkit) = with_rules(World::new(), "").await;
    let answer = user::run(NOBODY, &fixture.bus, "dismiss", &["3"]);
    assert_eq!(answer["unregister"], "AuthCancelled", "{}", polkit.log());
    assert_eq!(answer["record"]["result"], "refused");
    assert_eq!(answer["record"]["error_code"], "not-authorized");
    assert!(
        answer["record"]["message"]
            .as_str()
            .unwrap()
            .contains("dismissed")
    );
    assert_eq!(fixture.jobs_on_disk(), 0);
    assert!(World::read(&fixture.root).installed.is_empty());
    assert!(!fixture.root.join("unregistered").exists());
}

pub async fn a_cancelled_job_closes_its_prompt_and_one_nobody_can_answer_is_told() {
    let (fixture, _polkit) = with_rules(World::new(), "").await;
    let answer = user::run(NOBODY, &fixture.bus, "cancel-prompt", &["3"]);
    assert_eq!(answer, json!({ "code": "by-user", "closed": true }));

    let record = user::run(NOBODY, &fixture.bus, "install", &["3"]);
    assert_eq!(record["error_code"], "no-agent", "{record}");
    let message = record["message"].as_str().unwrap();
    assert!(message.contains("can ask for a password"), "{message}");
    assert_eq!(fixture.jobs_on_disk(), 0);
}

pub async fn only_an_administrator_cancels_while_packages_change() {
    let world = World {
        change: 60_000,
        ..World::new()
    };
    let allow = rule("org.migasfree.client1.app-install", "YES");
    let (fixture, _polkit) = with_rules(world, &allow).await;
    let begun = user::run(NOBODY, &fixture.bus, "begin", &["1"]);
    let path = OwnedObjectPath::try_from(begun.as_str().unwrap()).unwrap();
    let root = fixture.connect().await;
    let job = root.job(&path).await;
    root.until_it_installs(&path).await;
    let refused = user::run(NOBODY, &fixture.bus, "cancel", &[path.as_str()]);
    assert_eq!(refused, "NotCancellable");
    job.cancel().await.unwrap();
    until("it is over", async || {
        job.state().await.unwrap() == JobState::Finished
    })
    .await;
    assert_eq!(job.error_code().await.unwrap(), "by-admin");
}

pub async fn jobs_are_private() {
    let world = World {
        download: 30_000,
        ..World::new()
    };
    let allow = rule("org.migasfree.client1.package-install", "YES");
    let (fixture, _polkit) = with_rules(world, &allow).await;
    let root = fixture.connect().await;
    let path = root
        .manager
        .install_packages(&["ledger"], CallOptions::default())
        .await
        .unwrap();
    until("it runs", async || {
        root.record(&path).await.started.is_some()
    })
    .await;
    let seen = user::run(NOBODY, &fixture.bus, "pry", &[path.as_str()]);
    assert_eq!(
        seen,
        json!({
            "title": "", "title is listed": false, "packages": [], "state": "running", "own jobs": 0,
            "cancel": "NotAuthorized", "subscribe": "NotAuthorized", "read": "NotAuthorized",
            "read by number": "NotAuthorized", "answer": "NotAuthorized",
        })
    );

    let outcomes = user::run(NOBODY, &fixture.bus, "flood", &[]);
    let outcomes: Vec<&str> = outcomes
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|o| o.as_str())
        .collect();
    assert_eq!(outcomes[..5], ["ok"; 5]);
    assert_eq!(outcomes[5..], ["LimitExceeded"; 7]);
    root.job(&path).await.cancel().await.unwrap();
    root.finished(&path).await;
}

pub async fn only_root_takes_the_name() {
    let mut fixture = Fixture::system(World::new()).await;
    fixture.kill().await;
    let taken = user::run(NOBODY, &fixture.bus, "take-name", &[]);
    assert_eq!(taken, json!(false));
}
