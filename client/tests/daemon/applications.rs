//! What a person does with applications: installing, removing, cancelling, upgrading.

use migasfree_dbus::{
    AppState, CallOptions, JobProxy, JobResult, JobRole, JobState, PackagesProxy, PlanRole, Stage,
    UpgradeOptions,
};
use migasfree_types::message::Arg;

use crate::engine::World;
use crate::fixture::{Fixture, next, until};

pub async fn an_application_is_installed_and_removed_with_live_progress() {
    let world = World {
        download: 600,
        change: 300,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    assert_eq!(client.state(1).await, "installable");
    let plan = client
        .manager
        .plan(PlanRole::InstallApps, &["1"], CallOptions::default())
        .await
        .unwrap();
    assert_eq!(plan.install.len(), 2);

    let mut states = client.catalog.receive_states_changed().await.unwrap();
    let path = client
        .manager
        .install_apps(&[1], CallOptions::default())
        .await
        .unwrap();
    let job = client.job(&path).await;
    job.subscribe().await.unwrap();
    let mut output = job.receive_output().await.unwrap();
    let mut finished = job.receive_finished().await.unwrap();

    let first = next(&mut states).await;
    let first = first.args().unwrap();
    let state = first.states()[&1];
    assert!(matches!(state, AppState::Queued | AppState::Working));
    until("it downloads", async || {
        job.stage().await.unwrap() == Stage::Download && job.bytes_total().await.unwrap() == 600_000
    })
    .await;
    assert_eq!(client.state(1).await, "working");
    assert_eq!(job.title().await.unwrap(), "Install Sketchbook");
    assert_eq!(job.subject().await.unwrap().apps, [1]);
    let remembering = JobProxy::new(&client.bus, path.clone()).await.unwrap();
    assert_eq!(remembering.title().await.unwrap(), "Install Sketchbook");

    let piece = next(&mut output).await;
    let piece = piece.args().unwrap();
    assert_eq!(*piece.offset(), 0);
    assert!(String::from_utf8_lossy(piece.bytes()).starts_with("Unpacking library"));

    // Everybody hears that it is over, the subscriber also how.
    let broadcast = next(&mut finished).await;
    let broadcast = broadcast.args().unwrap();
    assert_eq!(*broadcast.result(), JobResult::Success);
    assert!(broadcast.detail().installed.is_empty());
    let own = next(&mut finished).await;
    assert_eq!(
        own.args().unwrap().detail().installed,
        ["library", "sketchbook"]
    );
    assert_eq!(client.state(1).await, "installed");

    let record = client.record(&path).await;
    assert_eq!(record.result, Some(JobResult::Success));
    assert_eq!(record.error_code.as_deref(), Some("ok"));
    let (end, bytes) = client
        .manager
        .read_output(&record.id, 0, 1000)
        .await
        .unwrap();
    assert_eq!(end, record.output_bytes);
    assert!(
        String::from_utf8(bytes)
            .unwrap()
            .contains("Unpacking sketchbook")
    );

    let path = client
        .manager
        .remove_apps(&[1], CallOptions::default())
        .await
        .unwrap();
    assert_eq!(
        client.finished(&path).await.result,
        Some(JobResult::Success)
    );
    assert_eq!(client.state(1).await, "installable");
}

pub async fn waiting_jobs_can_be_cancelled_and_scripts_by_an_administrator() {
    let world = World {
        download: 4000,
        change: 1500,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let install = async |id| {
        client
            .manager
            .install_apps(&[id], CallOptions::default())
            .await
            .unwrap()
    };
    let (first, second) = (install(1).await, install(2).await);
    client.until_state(&first, JobState::Running).await;
    let waiting = client.record(&second).await;
    assert_eq!(waiting.state, JobState::Queued);
    assert_eq!(waiting.subject.position, Some(0));
    // The same again is the same job.
    assert_eq!(install(2).await, second);
    assert_eq!(client.state(2).await, "queued");
    client.job(&second).await.cancel().await.unwrap();
    let record = client.record(&second).await;
    assert_eq!(record.result, Some(JobResult::Cancelled));
    assert_eq!(record.error_code.as_deref(), Some("by-user"));

    let job = client.job(&first).await;
    until("it downloads", async || {
        job.stage().await.unwrap() == Stage::Download
    })
    .await;
    job.cancel().await.unwrap();
    let record = client.finished(&first).await;
    assert_eq!(record.error_code.as_deref(), Some("by-user"));
    assert!(World::read(&fixture.root).installed.is_empty());

    // Also before its worker is up.
    let early = install(1).await;
    client.until_state(&early, JobState::Running).await;
    client.job(&early).await.cancel().await.unwrap();
    let record = client.finished(&early).await;
    assert_eq!(record.error_code.as_deref(), Some("by-user"));
    assert!(World::read(&fixture.root).installed.is_empty());

    World::change(&fixture.root, |world| {
        (world.download, world.change) = (0, 60_000);
    });
    let third = install(2).await;
    let job = client.job(&third).await;
    client.until_it_installs(&third).await;
    assert!(!job.allow_cancel().await.unwrap());
    assert!(job.allow_admin_cancel().await.unwrap());
    // Whose computer it is may stop the script that runs.
    job.cancel().await.unwrap();
    let record = client.finished(&third).await;
    assert_eq!(record.result, Some(JobResult::Cancelled));
    assert_eq!(record.error_code.as_deref(), Some("by-admin"));
    // A view says it in its own language: with a code, and the package among the arguments.
    let said = record.told().unwrap();
    let Arg::Message(stopped) = &said.args["first"] else {
        panic!("{said:?}");
    };
    assert!(stopped.is("ScriptStopped"), "{stopped:?}");
    assert_eq!(stopped.args["package"], "ledger".into());
    let message = record.message.unwrap();
    assert!(message.contains("postinst script of ledger"), "{message}");
    assert!(message.contains("\\x1b[31mit was killed"), "{message}");
}

pub async fn required_applications_stay_and_shared_packages_too() {
    let mut world = World::new();
    for name in ["sketchbook", "library", "ledger"] {
        world.installed.insert(name.into(), "2.0".into());
    }
    world.installed.insert("ledger".into(), "1.0".into());
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    assert_eq!(client.state(1).await, "installed");
    assert_eq!(client.state(2).await, "update-available");
    assert_eq!(
        client.state(3).await,
        "installable",
        "its own user is the administrator"
    );

    let path = client
        .manager
        .remove_apps(&[1], CallOptions::default())
        .await
        .unwrap();
    let record = client.finished(&path).await;
    assert_eq!(record.subject.packages, ["sketchbook"]);
    assert!(World::read(&fixture.root).installed.contains_key("library"));
    assert_eq!(client.state(1).await, "partial");

    World::change(&fixture.root, |world| {
        world.mandatory = vec!["ledger".into(), "library".into()];
    });
    until("the policy is noticed", async || {
        client.state(2).await == "required"
    })
    .await;
    let refused = client
        .manager
        .remove_apps(&[2], CallOptions::default())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("NotAvailable"));
    let why = refused.message();
    assert!(why.is("AppRequired"), "{why:?}");
    assert!(why.text.contains("is required by a policy"), "{why}");
}

pub async fn updates_are_counted_and_an_application_is_upgraded() {
    let mut world = World::new();
    world.installed.insert("ledger".into(), "1.0".into());
    world.installed.insert("library".into(), "2.0".into());
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let counts = async || {
        let manager = &client.manager;
        let total = manager.updates_available().await.unwrap();
        (total, manager.security_updates().await.unwrap())
    };
    until("updates are counted", async || counts().await == (1, 1)).await;
    let packages = PackagesProxy::new(&client.bus).await.unwrap();
    let update = packages.list_updates().await.unwrap().remove(0);
    assert_eq!(
        (
            update.name.as_str(),
            update.from.as_str(),
            update.to.as_str()
        ),
        ("ledger", "1.0", "2.0")
    );
    assert_eq!((update.security, update.app), (true, Some(2)));

    let upgrade = async |names: &[&str], options: UpgradeOptions| {
        client.manager.upgrade(names, options).await
    };
    let absent = upgrade(&["sketchbook"], UpgradeOptions::default()).await;
    assert_eq!(absent.unwrap_err().code(), Some("NotFound"));
    let part = UpgradeOptions {
        security_only: Some(true),
        ..UpgradeOptions::default()
    };
    let part = upgrade(&[], part).await;
    assert_eq!(part.unwrap_err().code(), Some("Unsupported"));

    let of_app = UpgradeOptions {
        app: Some(2),
        ..UpgradeOptions::default()
    };
    let path = upgrade(&[], of_app).await.unwrap();
    let record = client.finished(&path).await;
    assert_eq!(record.result, Some(JobResult::Success));
    assert_eq!(record.role, JobRole::Upgrade);
    assert_eq!(World::read(&fixture.root).installed["ledger"], "2.0");
    until("they are counted again", async || counts().await == (0, 0)).await;
    assert_eq!(client.state(2).await, "installed");
    let history = packages.get_history(0, 0).await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(
        (history[0].what.as_str(), history[0].package.as_str()),
        ("upgrade", "ledger")
    );
    assert_eq!(history[0].job, record.id);
}
