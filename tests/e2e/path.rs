//! The whole path: a package uploaded by an administrator is installed by an ordinary user in Play, through D-Bus, polkit
//! and apt, while the administrator watches.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use migasfree_dbus::{ManagerProxy, SyncOptions};
use migasfree_tests::admin::Admin;
use migasfree_tests::agent::dismiss_prompts_of;
use migasfree_tests::browser::Browser;
use migasfree_tests::bus::{self, Bus, Polkit};
use migasfree_tests::computer::Computer;
use migasfree_tests::desk::{self, Desk};
use migasfree_tests::offer::Offer;
use migasfree_tests::organisation::ALL_SYSTEMS;
use migasfree_tests::package::Package;
use migasfree_tests::process::Process;
use migasfree_tests::server::Start;
use migasfree_tests::session::finished;
use serde_json::json;

use super::admin_ui::sign_in;

const PATIENCE: Duration = Duration::from_secs(90);
/// Lets what moves come to rest before a picture.
const REST: Duration = Duration::from_millis(700);
const PROJECT: &str = "path-debian-12";
/// Left by the package's maintainer script, inside the computer's own system.
const TRACE: &str = "var/lib/field-kit/configured";

#[tokio::test(flavor = "multi_thread")]
async fn an_uploaded_package_is_installed_by_an_ordinary_user_in_play() -> Result<()> {
    let folder = bus::open_folder()?;
    walk(folder.path(), Start::at(&folder.path().join("server"))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_path_works_on_postgresql_too() -> Result<()> {
    let folder = bus::open_folder()?;
    let start = Start::on_postgres(&folder.path().join("server"))?;
    walk(folder.path(), start).await
}

async fn walk(folder: &Path, start: Start) -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("left out: polkit and a Debian system can only be had by root");
        return Ok(());
    }
    let server = start.start()?;
    let admin = server.admin().await?;
    let application = offer(&admin, server.url()).await?;
    let watching = Browser::chromium(1360, 900).await?;
    sign_in(&watching, &server).await?;

    let computer = Computer::make(&folder.join("root"), server.address(), PROJECT, "path-01")?;
    let bus = Bus::system(folder)?;
    let polkit = Polkit::start(&bus, folder, "").await?;
    let mut daemon = start_daemon(&computer, &bus, folder)?;
    bus.wait_for_name("org.migasfree.Client1")
        .await
        .with_context(|| daemon.log())?;
    let connection = bus.connect().await?;

    // The computer registers by itself with its first synchronisation.
    let job = ManagerProxy::new(&connection)
        .await?
        .sync(SyncOptions::default())
        .await?;
    finished(&connection, job.as_str(), "success")
        .await
        .with_context(|| daemon.log())?;
    let computers = admin.list("computers/?name=path-01").await?;
    ensure!(computers.len() == 1, "registered: {computers:?}");
    watching
        .wait_for_text(".now", "CID-1")
        .await
        .context("the administrator watches it happen")?;

    let desk = Desk::of_user(folder)?;
    let play = desk
        .open_play(&bus, &["--app", &application.to_string()])
        .await?;
    let person = Person {
        desk: &desk,
        play: &play,
        computer: &computer,
    };
    play.wait_for_text("[data-testid=plan]", "field-kit")
        .await
        .with_context(|| daemon.log())?;
    person.is_refused().await?;
    person.dismisses_the_prompt(&connection).await?;
    allow(&polkit, &bus).await?;
    person.installs().await.with_context(|| daemon.log())?;

    // Removing is another right.
    let remove = [
        format!("[{application}]"),
        "{'interactive': <false>}".to_owned(),
    ];
    let remove: Vec<&str> = remove.iter().map(String::as_str).collect();
    let refused = desk::call(&bus, "Manager.RemoveApps", &remove)?;
    ensure!(refused.text.contains("NotAuthorized"), "{}", refused.text);
    ensure!(
        is_installed(&computer, "field-kit")?,
        "removed without the right"
    );

    // The administrator sees it, without another synchronisation by hand.
    let id = migasfree_tests::admin::id(&computers[0])?;
    sees_the_package(&admin, id).await?;
    watching
        .open(&format!("{}/computers/{id}/software", server.url()))
        .await?;
    watching.reads("field-kit").await?;
    watching.picture("path-administrator").await?;
    play.close().await?;
    watching.close().await?;
    daemon.stop()?;
    Ok(())
}

/// The ordinary user in front of the app's page in Play.
struct Person<'a> {
    desk: &'a Desk,
    play: &'a Browser,
    computer: &'a Computer,
}

impl Person<'_> {
    /// The shipped default asks for an administrator, and nobody is there to be asked.
    async fn is_refused(&self) -> Result<()> {
        self.press_install().await?;
        self.reads_a_trouble("path-refused").await?;
        self.nothing_changed().await
    }

    /// An administrator is asked for by polkit's own agent, and the person closes the prompt.
    async fn dismisses_the_prompt(&self, connection: &zbus::Connection) -> Result<()> {
        let prompts = dismiss_prompts_of(connection, self.desk.play_process()?).await?;
        self.press_install().await?;
        self.reads_a_trouble("path-dismissed").await?;
        let seen = prompts.seen();
        let [(action, message)] = seen.as_slice() else {
            bail!("asked once, not {seen:?}");
        };
        ensure!(action == "org.migasfree.client1.app-install", "{action}");
        ensure!(message.contains("Field Kit"), "{message}");
        self.nothing_changed().await
    }

    async fn installs(&self) -> Result<()> {
        self.press_install().await?;
        self.play
            .find("[data-testid=app-page] [data-testid=state-button][data-state=installed]")
            .await?;
        tokio::time::sleep(REST).await;
        self.desk.display().picture("path-installed")?;
        let trace = std::fs::read_to_string(self.computer.root().join(TRACE))
            .context("the maintainer script did not run")?;
        ensure!(trace == "configured as root\n", "{trace}");
        ensure!(
            is_installed(self.computer, "field-kit")?,
            "dpkg does not know it"
        );
        Ok(())
    }

    async fn press_install(&self) -> Result<()> {
        self.play
            .press("[data-testid=app-page] [data-state=available] button:not(:disabled)")
            .await
    }

    /// Reads what went wrong, leaves a picture of it, and puts it away.
    async fn reads_a_trouble(&self, picture: &str) -> Result<()> {
        self.play
            .wait_for_text("[data-testid=trouble]", "Field Kit")
            .await?;
        tokio::time::sleep(REST).await;
        self.desk.display().picture(picture)?;
        self.play
            .press("[data-testid=trouble] .chip-remove")
            .await?;
        let start = Instant::now();
        let shown = "return document.querySelector('[data-testid=trouble]') !== null";
        while self.play.run(shown).await? == true {
            ensure!(start.elapsed() < PATIENCE, "the problem cannot be put away");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn nothing_changed(&self) -> Result<()> {
        ensure!(
            !self.computer.root().join(TRACE).exists()
                && !is_installed(self.computer, "field-kit")?,
            "installed without the right"
        );
        Ok(())
    }
}

/// A rule of the site; polkit notices it by itself, a moment later.
async fn allow(polkit: &Polkit, bus: &Bus) -> Result<()> {
    polkit.write_rules(&bus::rule("org.migasfree.client1.app-install", "YES"))?;
    let start = Instant::now();
    loop {
        let right = desk::call(bus, "Manager.CanAuthorize", &["app-install"])?;
        if right.text.contains('1') {
            return Ok(());
        }
        ensure!(start.elapsed() < PATIENCE, "{}", right.text);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// A package with a maintainer script, published, deployed and in the catalogue. Returns the app's id.
async fn offer(admin: &Admin, url: &str) -> Result<i64> {
    let package = Package::new("field-kit", "1.0")
        .file("/usr/share/field-kit/readme", "hello\n")
        .script(
            "postinst",
            "#!/bin/sh\nset -e\nmkdir -p /var/lib/field-kit\n\
             echo \"configured as $(id -un)\" > /var/lib/field-kit/configured\n",
        );
    let offer = Offer {
        project: PROJECT,
        deployment: "Field",
        packages: &[package],
        files: &[],
    };
    offer.publish(admin, url).await?;
    let project = admin.find(&format!("projects/?name={PROJECT}")).await?;
    let category = admin.find("catalog/categories/?page_size=1").await?;
    let application = admin
        .add(
            "catalog/apps/",
            &json!({
                "name": "Field Kit", "category": category, "level": "U", "score": 5,
                "description": "What one needs outside.", "available_for_attributes": [ALL_SYSTEMS],
            }),
        )
        .await?;
    admin
        .create(
            "catalog/project-packages/",
            &json!({
                "application": application, "project": project, "packages_to_install": ["field-kit"],
            }),
        )
        .await?;
    Ok(application)
}

fn start_daemon(computer: &Computer, bus: &Bus, folder: &Path) -> Result<Process> {
    let mut command = Command::new(migasfree_tests::binaries::path("migasfreed"));
    command
        .arg("--root")
        .arg(computer.root())
        .arg("--config")
        .arg(computer.config())
        .env(bus.as_system().0, bus.as_system().1);
    Process::start("migasfreed", &mut command, &folder.join("migasfreed.log"))
}

fn is_installed(computer: &Computer, package: &str) -> Result<bool> {
    let status = Command::new("dpkg-query")
        .arg(format!(
            "--admindir={}",
            computer.root().join("var/lib/dpkg").display()
        ))
        .args(["-W", "-f=${db:Status-Status}", package])
        .output()?;
    Ok(status.stdout == b"installed")
}

async fn sees_the_package(admin: &Admin, computer: i64) -> Result<()> {
    let path = format!("computers/{computer}/software/inventory/");
    let start = Instant::now();
    loop {
        let inventory = admin.get(&path).await?;
        let names = inventory.as_array().context("an inventory is a list")?;
        if names.iter().any(|package| {
            package["name"]
                .as_str()
                .is_some_and(|name| name.contains("field-kit"))
        }) {
            return Ok(());
        }
        ensure!(
            start.elapsed() < Duration::from_secs(90),
            "the server does not know of the package among {}",
            names.len()
        );
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}
