//! What this program does as another user; each scenario prints one line of JSON.

use std::collections::HashMap;
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use migasfree_dbus::names::{BUS_NAME, JOB, ROOT_PATH};
use migasfree_dbus::{
    AppQuery, CallOptions, ComputerProxy, Error, JobFilter, ManagerProxy, SyncOptions, TagOptions,
    TagsProxy, UpgradeOptions,
};
use migasfree_tests::agent::{dismiss_prompts_of, leave_prompts_of};
use migasfree_tests::bus::Bus;
use serde_json::{Value, json};
use zbus::fdo::ObjectManagerProxy;
use zbus::{Connection, Message, OwnedObjectPath, Variant};

use crate::fixture::{Client, until};

pub const NOBODY: u32 = 65534;

/// Runs a scenario as a user and answers with what it printed.
pub fn run(uid: u32, bus: &Bus, scenario: &str, arguments: &[&str]) -> Value {
    let (name, address) = bus.as_system();
    run_at(uid, (name, address), scenario, arguments)
}

/// The same at a bus known by its variable.
pub fn run_at(uid: u32, bus: (&str, &str), scenario: &str, arguments: &[&str]) -> Value {
    // The program may lie where that user cannot go.
    let output = Command::new("/proc/self/exe")
        .args(["as-user", scenario])
        .args(arguments)
        .env(bus.0, bus.1)
        .current_dir("/")
        .uid(uid)
        .gid(uid)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(text.trim()).unwrap_or_else(|error| panic!("{scenario}: {error}: {text}"))
}

/// The name of the error, whoever made it.
fn refusal<T>(answer: Result<T, Error>) -> String {
    match answer {
        Ok(_) => "ok".into(),
        Err(error) => error
            .code()
            .map_or_else(|| error.to_string(), str::to_owned),
    }
}

pub async fn act(scenario: &str, arguments: &[&str]) {
    let bus = Connection::system().await.unwrap();
    let answer = match scenario {
        "try-everything" => json!(try_everything(&bus, false).await),
        "look" => look(&bus).await,
        "install" => install(&bus, arguments[0].parse().unwrap()).await,
        "queue" => queue(&bus, arguments[0].parse().unwrap()).await,
        "dismiss" => dismiss(bus, arguments[0].parse().unwrap()).await,
        "begin" => {
            let client = Client::over(bus).await;
            let app = arguments[0].parse().unwrap();
            let manager = &client.manager;
            let path = manager.install_apps(&[app], CallOptions::default()).await;
            let path = path.unwrap();
            // Who asked has to be there for as long as polkit asks the system about them.
            client.until_it_installs(&path).await;
            json!(path.as_str())
        }
        "cancel" => {
            let path = OwnedObjectPath::try_from(arguments[0]).unwrap();
            json!(code(
                Client::over(bus).await.job(&path).await.cancel().await
            ))
        }
        "cancel-prompt" => cancel_prompt(bus, arguments[0].parse().unwrap()).await,
        "pry" => pry(&bus, arguments[0]).await,
        "flood" => flood(&bus).await,
        "remote" => {
            let agent = migasfree_dbus::RemoteProxy::new(&bus).await.unwrap();
            let person = migasfree_dbus::SupportProxy::new(&bus).await.unwrap();
            json!({
                "agent": refusal(agent.sign_hello("n", 1).await),
                "screen": refusal(agent.open_screen("s", "{}").await),
                "taken": refusal(person.take_screen(1).await),
                "offered": refusal(person.offer_screen(true).await),
                "person": refusal(person.register().await),
            })
        }
        "take-name" => {
            let answer = bus.request_name(migasfree_dbus::names::BUS_NAME).await;
            json!(answer.is_ok())
        }
        other => panic!("no scenario {other}"),
    };
    println!("{answer}");
}

fn code<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(error) => error
            .code()
            .map_or_else(|| error.to_string(), str::to_owned),
    }
}

/// Calls every method that needs a right nobody has by default; `reads` adds those that everybody may call.
pub async fn try_everything(bus: &Connection, reads: bool) -> Vec<(&'static str, String)> {
    let client = Client::over(bus.clone()).await;
    let (manager, catalog) = (&client.manager, &client.catalog);
    let tags = TagsProxy::new(bus).await.unwrap();
    let options = || CallOptions {
        interactive: Some(false),
        ..CallOptions::default()
    };
    let upgrade_options = || UpgradeOptions {
        interactive: Some(false),
        ..UpgradeOptions::default()
    };
    let sync = |force| SyncOptions {
        interactive: Some(false),
        force_upgrade: Some(force),
        ..SyncOptions::default()
    };
    let tag_options = || TagOptions {
        interactive: Some(false),
        ..TagOptions::default()
    };
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(b"right").unwrap();
    drop(writer);
    let everybodys = JobFilter {
        all: Some(true),
        ..JobFilter::default()
    };
    let mut outcomes = vec![
        ("Sync", code(manager.sync(sync(false)).await)),
        ("Sync force", code(manager.sync(sync(true)).await)),
        (
            "InstallApps",
            code(manager.install_apps(&[1], options()).await),
        ),
        (
            "InstallApps admin",
            code(manager.install_apps(&[3], options()).await),
        ),
        (
            "RemoveApps",
            code(manager.remove_apps(&[1], options()).await),
        ),
        (
            "InstallPackages",
            code(manager.install_packages(&["ledger"], options()).await),
        ),
        (
            "RemovePackages",
            code(manager.remove_packages(&["ledger"], options()).await),
        ),
        (
            "Upgrade",
            code(manager.upgrade(&[], upgrade_options()).await),
        ),
        (
            "RefreshMetadata",
            code(refresh_without_prompt(manager).await),
        ),
        (
            "Register",
            code(
                manager
                    .register("admin", reader.as_fd().into(), options())
                    .await,
            ),
        ),
        ("Unregister", code(manager.unregister(true).await)),
        ("ListJobs all", code(manager.list_jobs(everybodys).await)),
        (
            "Computer.ListTraits",
            code(traits_without_prompt(bus).await),
        ),
        ("RequestApp", code(catalog.request_app(1, "please").await)),
        (
            "Tags.Set",
            code(tags.set(&["A-b"], false, tag_options()).await),
        ),
        (
            "Tags.Set apply",
            code(tags.set(&["A-b"], true, tag_options()).await),
        ),
    ];
    if reads {
        outcomes.push((
            "ListApps",
            code(catalog.list_apps(AppQuery::default()).await),
        ));
        outcomes.push(("Tags.Get", code(tags.get().await)));
    }
    outcomes
}

/// The method has no options; a plain message says that no prompt is welcome.
async fn refresh_without_prompt(manager: &ManagerProxy<'_>) -> Result<OwnedObjectPath, Error> {
    let answer = manager.inner().call("RefreshMetadata", &true).await;
    answer.map_err(Error::from)
}

/// As above.
async fn traits_without_prompt(bus: &Connection) -> Result<Message, Error> {
    let computer = ComputerProxy::new(bus).await.unwrap();
    let answer = computer.inner().call_method("ListTraits", &"").await;
    answer.map_err(Error::from)
}

/// What everybody may see.
async fn look(bus: &Connection) -> Value {
    let client = Client::over(bus.clone()).await;
    let (_, apps) = client.catalog.list_apps(AppQuery::default()).await.unwrap();
    let states: HashMap<u32, String> = apps
        .iter()
        .map(|app| (app.id, app.state.to_string()))
        .collect();
    let mut rights = HashMap::new();
    for right in ["read", "app-install", "app-install-admin", "app-request"] {
        rights.insert(right, client.manager.can_authorize(right).await.unwrap());
    }
    json!({ "states": states, "rights": rights })
}

async fn install(bus: &Connection, app: u32) -> Value {
    let client = Client::over(bus.clone()).await;
    let path = client
        .manager
        .install_apps(&[app], CallOptions::default())
        .await;
    match path {
        Ok(path) => json!(client.finished(&path).await),
        Err(error) => json!({ "error": error.code() }),
    }
}

/// Asks for an application and leaves.
async fn queue(bus: &Connection, app: u32) -> Value {
    let client = Client::over(bus.clone()).await;
    let options = CallOptions::default();
    let path = client.manager.install_apps(&[app], options).await.unwrap();
    json!(path.as_str())
}

/// Looks at a job of somebody else.
async fn pry(bus: &Connection, path: &str) -> Value {
    let client = Client::over(bus.clone()).await;
    let path = OwnedObjectPath::try_from(path).unwrap();
    let job = client.job(&path).await;
    let id = path.rsplit('/').next().unwrap().to_owned();
    let objects = ObjectManagerProxy::builder(bus)
        .destination(BUS_NAME)
        .path(ROOT_PATH)
        .build()
        .await
        .unwrap();
    let listed = objects.get_managed_objects().await.unwrap();
    let (_, listed) = (listed[&path].iter())
        .find(|(name, _)| name.as_str() == JOB)
        .unwrap();
    json!({
        "title is listed": *listed["Title"] != Variant::from(""),
        "title": job.title().await.unwrap(),
        "packages": job.subject().await.unwrap().packages,
        "state": job.state().await.unwrap(),
        "cancel": code(job.cancel().await),
        "subscribe": code(job.subscribe().await),
        "read": code(job.read_output(0, 10).await),
        "read by number": code(client.manager.read_output(&id, 0, 10).await),
        "answer": code(job.answer(1, "accept").await),
        "own jobs": client.manager.list_jobs(JobFilter::default()).await.unwrap().len(),
    })
}

async fn flood(bus: &Connection) -> Value {
    let client = Client::over(bus.clone()).await;
    let mut outcomes = Vec::new();
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"] {
        let options = CallOptions::default();
        outcomes.push(code(
            client.manager.install_packages(&[name], options).await,
        ));
    }
    json!(outcomes)
}

/// Cancels a job while somebody looks at its prompt.
async fn cancel_prompt(bus: Connection, app: u32) -> Value {
    let prompts = leave_prompts_of(&bus, std::process::id()).await.unwrap();
    let client = Client::over(bus).await;
    let path = client
        .manager
        .install_apps(&[app], CallOptions::default())
        .await
        .unwrap();
    until("the prompt", async || !prompts.seen().is_empty()).await;
    client.job(&path).await.cancel().await.unwrap();
    let record = client.finished(&path).await;
    until("the prompt is closed", async || prompts.closed() > 0).await;
    json!({ "code": record.error_code, "closed": true })
}

async fn dismiss(bus: Connection, app: u32) -> Value {
    let prompts = dismiss_prompts_of(&bus, std::process::id()).await.unwrap();
    let client = Client::over(bus).await;
    let unregister = code(client.manager.unregister(false).await);
    let record = install(&client.bus, app).await;
    json!({ "unregister": unregister, "record": record, "asked": prompts.seen() })
}
