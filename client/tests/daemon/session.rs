//! What a user sees: catalogue, jobs, progress, images.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use migasfree_client::config::Shown;
use migasfree_client::daemon::hold::LONGEST;
use migasfree_client::paths::Layout;
use migasfree_client::sync::load_settings;
use migasfree_dbus::{
    AppQuery, AppState, CallOptions, ComputerProxy, ConfigProxy, JobProxy, JobResult, JobRole,
    JobState, PackagesProxy, PlanRole, Stage, SyncOptions, TagOptions, TagsProxy, UpgradeOptions,
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

pub async fn the_catalogue_is_there_without_the_server() {
    let mut fixture = Fixture::session(World::new()).await;
    World::change(&fixture.root, |world| world.offline = true);
    fixture.kill().await;
    fixture.start().await;
    let client = fixture.connect().await;

    let (revision, apps) = client.catalog.list_apps(AppQuery::default()).await.unwrap();
    assert_eq!(revision, 1);
    let names: Vec<&str> = apps.iter().map(|app| app.name.as_str()).collect();
    assert_eq!(names, ["Sketchbook", "Ledger", "Admin tool", "Nowhere"]);
    assert_eq!(apps[0].summary, "Sketchbook is for everybody");
    assert_eq!(apps[0].description, "");
    assert_eq!(apps[0].candidate_version.as_deref(), Some("2.0"));
    assert_eq!(apps[0].download_bytes, Some(2000));
    assert_eq!(apps[3].state, AppState::Unavailable);
    assert_eq!(apps[3].detail.missing, ["nowhere"]);
    let office = client
        .catalog
        .list_apps(AppQuery {
            query: Some("ledg".into()),
            category: Some(2),
            ..AppQuery::default()
        })
        .await
        .unwrap();
    assert_eq!(office.1.len(), 1);
    assert!(
        client
            .catalog
            .get_app(1)
            .await
            .unwrap()
            .description
            .contains("More")
    );
    assert_eq!(
        client.catalog.list_categories().await.unwrap(),
        [
            (1, "Graphics".to_owned(), 1),
            (2, "Office".to_owned(), 2),
            (3, "System".to_owned(), 1)
        ]
    );
    client.catalog.get_image(1, "icon", 64).await.unwrap();

    // A synchronisation says that the server is away; all else still answers.
    let path = client.manager.sync(SyncOptions::default()).await.unwrap();
    let record = client.finished(&path).await;
    assert_eq!(record.error_code.as_deref(), Some("offline"));
    until("the daemon noticed", async || {
        client.manager.connectivity().await.unwrap() == "server-unreachable"
    })
    .await;
    let computer = ComputerProxy::new(&client.bus).await.unwrap();
    let info = computer.get_info().await.unwrap();
    assert_eq!((info.id, info.helpdesk.as_str()), (42, "555 1234"));
    assert!(computer.get_label().await.unwrap().qr.contains("\"id\":42"));
    let tags = TagsProxy::new(&client.bus).await.unwrap();
    assert_eq!(tags.get().await.unwrap().0, ["ROOM-Library"]);
    let packages = PackagesProxy::new(&client.bus).await.unwrap();
    assert!(packages.list_installed().await.unwrap().is_empty());
}

pub async fn an_answer_in_place_of_the_servers_does_not_count_as_its_own() {
    let world = World {
        between: true,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let path = client.manager.sync(SyncOptions::default()).await.unwrap();
    let record = client.finished(&path).await;
    assert_eq!(record.error_code.as_deref(), Some("server"));
    until("the daemon noticed", async || {
        client.manager.connectivity().await.unwrap() == "server-unreachable"
    })
    .await;
}

pub async fn tags_are_known_as_soon_as_the_job_that_set_them_is_over() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    let tags = TagsProxy::new(&client.bus).await.unwrap();
    until("the server told them", async || {
        let told = tags.get().await;
        told.is_ok_and(|(assigned, _)| assigned == ["ROOM-Library"])
    })
    .await;
    for tag in ["ROOM-Hall", "ROOM-Library", "ROOM-Hall"] {
        let set = tags.set(&[tag], false, TagOptions::default()).await;
        client.finished(&set.unwrap()).await;
        assert_eq!(tags.get().await.unwrap().0, [tag]);
    }
}

pub async fn the_status_tells_how_the_last_synchronisation_ended_and_why() {
    let world = World {
        offline: true,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let synchronised = async || {
        let path = client.manager.sync(SyncOptions::default()).await.unwrap();
        client.finished(&path).await
    };
    synchronised().await;
    let told = command(&fixture, &["inhibitors"]);
    assert_eq!(
        told.1,
        "Nobody holds back the jobs that run by themselves.\n"
    );
    let told = command(&fixture, &["inhibitors", "--json"]);
    assert_eq!(told, ("[]\n".to_owned(), String::new()));
    let told = status(&fixture, &["--json"]);
    let known: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(known["last_sync_result"], "failed");
    let reason = known["last_sync_reason"].as_str().unwrap();
    assert!(reason.contains("no route to host"), "{reason}");
    assert_ne!(known["connectivity"], "online");
    assert!(known["last_contact"].is_null(), "{known}");
    let told = status(&fixture, &[]);
    for words in [
        "How it ended: it failed\n",
        "Why: The server cannot be reached",
        "answer of the server: never\n",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }

    World::change(&fixture.root, |world| world.offline = false);
    assert_eq!(synchronised().await.result, Some(JobResult::Success));
    let told = status(&fixture, &[]);
    for words in ["How it ended: well\n", "Connectivity: the server answers\n"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(
        !told.contains("Why:") && !told.contains("server: never"),
        "{told}"
    );
}

/// What `migasfree status` says.
fn status(fixture: &Fixture, arguments: &[&str]) -> String {
    command(fixture, &[&["status"], arguments].concat()).0
}

/// What `migasfree` says to these words: on its standard output, and besides.
fn command(fixture: &Fixture, arguments: &[&str]) -> (String, String) {
    let (name, address) = fixture.bus.as_session();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_migasfree"))
        .arg("--session")
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .env_remove("LANGUAGE")
        .env_remove("RUST_LOG")
        .env(name, address)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

pub async fn what_the_server_assigned_is_listed_by_prefix() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    let computer = ComputerProxy::new(&client.bus).await.unwrap();
    let all = computer.list_traits("").await.unwrap();
    let prefixes: Vec<&str> = all.iter().map(|one| one.prefix.as_str()).collect();
    assert_eq!(prefixes, ["CID", "NET"]);
    let net = computer.list_traits("NET").await.unwrap();
    assert_eq!(net[0].value, "192.0.2.0/24");
    assert!(computer.list_traits("net").await.unwrap().is_empty());
}

pub async fn icons_come_as_sealed_files_of_the_size_wanted() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    let app = client.catalog.get_app(1).await.unwrap();
    assert_ne!(app.icon, 0);
    for size in [32, 256] {
        let (file, kind) = client.catalog.get_image(1, "icon", size).await.unwrap();
        assert_eq!(kind, "image/png");
        let mut file = std::fs::File::from(std::os::fd::OwnedFd::from(file));
        let mut png = Vec::new();
        file.read_to_end(&mut png).unwrap();
        assert_eq!(&png[1..4], b"PNG");
        assert_eq!(u32::from_be_bytes(png[16..20].try_into().unwrap()), size);
        assert!(file.write_all(b"x").is_err());
    }
    for (id, kind, size, code) in [
        (1, "icon", 4, "InvalidArgument"),
        (1, "icon", 100_000, "InvalidArgument"),
        (1, "banner", 64, "NotFound"),
        (99, "icon", 64, "NotFound"),
    ] {
        let refused = client.catalog.get_image(id, kind, size).await.unwrap_err();
        assert_eq!(refused.code(), Some(code), "{id} {kind} {size}");
    }
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

pub async fn a_question_reaches_the_owner_and_the_answer_the_job() {
    let world = World {
        download: 500,
        asks: true,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let path = client
        .manager
        .install_apps(&[1], CallOptions::default())
        .await
        .unwrap();
    let job = client.job(&path).await;
    job.subscribe().await.unwrap();
    let mut questions = job.receive_question().await.unwrap();
    let question = next(&mut questions).await;
    let question = question.args().unwrap();
    assert_eq!(*question.kind(), "conffile");
    assert!(question.data().contains_key("file"));
    assert_eq!(job.state().await.unwrap(), JobState::WaitingAnswer);
    // Who opens a window now finds it too.
    let open = job.open_question().await.unwrap();
    assert_eq!((open.id, open.kind.as_str()), (*question.id(), "conffile"));
    assert_eq!(
        (open.default.as_str(), open.data["file"].as_str()),
        ("keep", "/etc/tool.conf")
    );
    let wrong = job.answer(99, "replace").await.unwrap_err();
    assert_eq!(wrong.code(), Some("NotFound"));
    job.answer(*question.id(), "replace").await.unwrap();
    let record = client.finished(&path).await;
    let (_, bytes) = client
        .manager
        .read_output(&record.id, 0, 4096)
        .await
        .unwrap();
    assert!(
        String::from_utf8(bytes)
            .unwrap()
            .contains("answer: replace")
    );
}

pub async fn a_question_ends_with_the_window_that_showed_it() {
    let world = World {
        download: 500,
        asks: true,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let path = client
        .manager
        .install_apps(&[1], CallOptions::default())
        .await
        .unwrap();
    let window = fixture.connect().await;
    let shown = window.job(&path).await;
    shown.subscribe().await.unwrap();
    let mut questions = shown.receive_question().await.unwrap();
    next(&mut questions).await;
    // Longer than a question stays open that nobody listens to.
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(shown.state().await.unwrap(), JobState::WaitingAnswer);
    drop((questions, shown, window));
    let record = client.finished(&path).await;
    let (_, bytes) = client
        .manager
        .read_output(&record.id, 0, 4096)
        .await
        .unwrap();
    let output = String::from_utf8(bytes).unwrap();
    assert!(output.contains("answer: keep"), "{output}");
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

pub async fn a_password_comes_through_a_pipe_and_is_never_written_down() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    let register = async |password: &[u8]| {
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(password).unwrap();
        drop(writer);
        client
            .manager
            .register("admin", reader.as_fd().into(), CallOptions::default())
            .await
    };
    let path = register(b"wrong-secret\n").await.unwrap();
    let record = client.finished(&path).await;
    assert_eq!(record.error_code.as_deref(), Some("server"));
    assert!(record.message.unwrap().contains("wrong password"));
    let path = register(b"right").await.unwrap();
    let record = client.finished(&path).await;
    assert_eq!(record.result, Some(JobResult::Success), "{record:?}");
    let found = std::process::Command::new("grep")
        .args(["--recursive", "--quiet", "wrong-secret"])
        .arg(fixture.folder())
        .status()
        .unwrap();
    assert_eq!(found.code(), Some(1), "the password is on disk");

    let refused = register(&[b'x'; 10_000]).await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidArgument"));
    let device = std::fs::File::open("/dev/zero").unwrap();
    let refused = client
        .manager
        .register("admin", device.as_fd().into(), CallOptions::default())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("InvalidArgument"));
}

pub async fn the_daemon_is_ready_at_once_and_stays_small() {
    let mut fixture = Fixture::session(World::new()).await;
    fixture.kill().await;
    let start = Instant::now();
    fixture.start().await;
    let ready = start.elapsed();
    assert!(ready < Duration::from_millis(1000), "ready after {ready:?}");
    let client = fixture.connect().await;
    for _ in 0..20 {
        client.catalog.list_apps(AppQuery::default()).await.unwrap();
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", fixture.daemon_id())).unwrap();
    let own: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").trim().parse().ok())
        .unwrap();
    assert!(own < 15_000, "{own} KiB of its own memory");
    let ticks = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", fixture.daemon_id())).unwrap();
        let fields: Vec<u64> = stat
            .rsplit(") ")
            .next()
            .unwrap()
            .split(' ')
            .filter_map(|field| field.parse().ok())
            .collect();
        // utime and stime follow ten numbers after the state.
        fields[10] + fields[11]
    };
    tokio::time::sleep(Duration::from_millis(500)).await;
    let before = ticks();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(ticks() - before <= 1, "it works while idle");
}

pub async fn changed_settings_hold_at_once() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    assert_eq!(client.manager.server().await.unwrap(), "https://localhost");
    let folder = fixture.root.join("etc");
    std::fs::create_dir_all(&folder).unwrap();
    let settings = "[client]\nServer = http://elsewhere:81\nManage_Devices = false\n";
    std::fs::write(folder.join("migasfree.conf"), settings).unwrap();
    assert_eq!(
        client.manager.server().await.unwrap(),
        "http://elsewhere:81"
    );
    let config = ConfigProxy::new(&client.bus).await.unwrap();
    let mut told = config.get().await.unwrap();
    // Programs are told of every setting that the command line shows.
    let known = load_settings(&Layout::new(&fixture.root), None).unwrap();
    let known = known.shown().into_iter().filter(Shown::is_of_computer);
    let known: BTreeSet<String> = known.map(|one| one.key.to_lowercase()).collect();
    assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), known);
    let fillers = told.remove("firmware_fillers").unwrap().value;
    assert_eq!(fillers.value_signature().to_string(), "as");
    let manage: bool = told
        .remove("manage_devices")
        .unwrap()
        .value
        .try_into()
        .unwrap();
    assert!(!manage);
    // What the other server offers replaces what this one did.
    until("the catalogue comes anew", async || {
        client.catalog.revision().await.unwrap() == 3
    })
    .await;
    // A value that says nothing is told once, however often the settings are read.
    let misread = "[client]\nServer = http://elsewhere:81\nDebug = maybe\n";
    for project in ["one", "two"] {
        let text = format!("{misread}Project = {project}\n");
        std::fs::write(folder.join("migasfree.conf"), text).unwrap();
        until("the settings are taken in", async || {
            let known = config.get().await.unwrap().remove("project").unwrap();
            String::try_from(known.value).is_ok_and(|known| known == project)
        })
        .await;
    }
    let told = format!(
        "{}: [client] Debug = maybe: this is not `true` or `false`; `false` is used",
        folder.join("migasfree.conf").display()
    );
    let log = std::fs::read_to_string(fixture.folder().join("daemon-1.log")).unwrap();
    assert_eq!(log.matches(&told).count(), 1, "{log}");
    // Settings that make no sense change nothing.
    std::fs::write(
        folder.join("migasfree.conf"),
        "[client]\nServer = ftp://x\n",
    )
    .unwrap();
    assert_eq!(
        client.manager.server().await.unwrap(),
        "http://elsewhere:81"
    );
}

pub async fn a_computer_without_ipv4_is_not_taken_for_one_without_a_network() {
    for (unplugged, connectivity) in [(false, "server-unreachable"), (true, "offline")] {
        let world = World {
            offline: true,
            only_ipv6: true,
            unplugged,
            ..World::new()
        };
        let fixture = Fixture::session(world).await;
        let client = fixture.connect().await;
        until(connectivity, async || {
            client.manager.connectivity().await.unwrap() == connectivity
        })
        .await;
    }
}

pub async fn what_waited_for_the_server_is_told_when_it_is_back() {
    let world = World {
        offline: true,
        outbox: 2,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    World::change(&fixture.root, |world| world.offline = false);
    let path = client.manager.refresh_metadata(true).await.unwrap();
    client.finished(&path).await;
    until("it is told", async || {
        World::read(&fixture.root).outbox == 0
    })
    .await;
}

pub async fn telling_what_waited_disturbs_no_job() {
    let world = World {
        change: 2000,
        ..World::new()
    };
    let fixture = Fixture::session(world).await;
    let client = fixture.connect().await;
    let install = client.manager.install_apps(&[1], CallOptions::default());
    let install = install.await.unwrap();
    let job = client.job(&install).await;
    until("it installs", async || {
        World::read(&fixture.root).half_done && job.stage().await.unwrap() == Stage::Install
    })
    .await;
    World::change(&fixture.root, |world| world.outbox = 1);
    // Another server is asked for everything at once.
    let folder = fixture.root.join("etc");
    std::fs::create_dir_all(&folder).unwrap();
    let settings = "[client]\nServer = http://elsewhere:81\n";
    std::fs::write(folder.join("migasfree.conf"), settings).unwrap();
    until("the catalogue comes anew", async || {
        client.manager.server().await.unwrap() == "http://elsewhere:81"
            && client.catalog.revision().await.unwrap() == 3
    })
    .await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(World::read(&fixture.root).outbox, 1);
    assert_eq!(
        client.finished(&install).await.result,
        Some(JobResult::Success)
    );
    let path = client.manager.refresh_metadata(true).await.unwrap();
    client.finished(&path).await;
    until("it is told", async || {
        World::read(&fixture.root).outbox == 0
    })
    .await;
    assert!(!World::read(&fixture.root).disturbed);
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

pub async fn background_jobs_wait_while_somebody_wants_quiet() {
    let fixture = Fixture::session(World::new()).await;
    let client = fixture.connect().await;
    let quiet = client
        .manager
        .inhibit("background", "a talk")
        .await
        .unwrap();
    let inhibitors = client.manager.list_inhibitors().await.unwrap();
    assert_eq!(inhibitors.len(), 1);
    let inhibitor = &inhibitors[0];
    assert_eq!(inhibitor.why, "a talk");
    assert_eq!(inhibitor.pid, std::process::id());
    assert_eq!(inhibitor.until - inhibitor.since, LONGEST);
    let background = SyncOptions {
        hint_background: Some(true),
        ..SyncOptions::default()
    };
    let sync = client.manager.sync(background).await.unwrap();
    let install = client.manager.install_apps(&[1], CallOptions::default());
    let install = install.await.unwrap();
    assert_eq!(
        client.finished(&install).await.result,
        Some(JobResult::Success)
    );
    assert_eq!(client.record(&sync).await.state, JobState::Queued);
    drop(quiet);
    assert_eq!(
        client.finished(&sync).await.result,
        Some(JobResult::Success)
    );
    assert!(client.manager.list_inhibitors().await.unwrap().is_empty());
    let refused = client.manager.inhibit("shutdown", "").await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidArgument"));
}
