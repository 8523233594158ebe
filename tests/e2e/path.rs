//! The whole path: a package uploaded by an administrator is installed by an ordinary user.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use migasfree_dbus::{ManagerProxy, SyncOptions};
use migasfree_tests::admin::Admin;
use migasfree_tests::bus::{self, Bus, Polkit};
use migasfree_tests::computer::Computer;
use migasfree_tests::desk;
use migasfree_tests::organisation::ALL_SYSTEMS;
use migasfree_tests::package::Package;
use migasfree_tests::process::Process;
use migasfree_tests::server::Start;
use migasfree_tests::session::finished;
use serde_json::json;

const PROJECT: &str = "path-debian-12";
/// Left by the package's maintainer script, inside the computer's own system.
const TRACE: &str = "var/lib/field-kit/configured";

#[tokio::test(flavor = "multi_thread")]
async fn an_uploaded_package_is_installed_by_an_ordinary_user() -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("left out: polkit and a Debian system can only be had by root");
        return Ok(());
    }
    let folder = bus::open_folder()?;
    let server = Start::at(&folder.path().join("server")).start()?;
    let admin = server.admin().await?;
    let application = offer(&admin, server.url()).await?;

    let computer = Computer::make(
        &folder.path().join("root"),
        server.address(),
        PROJECT,
        "path-01",
    )?;
    let bus = Bus::system(folder.path())?;
    let polkit = Polkit::start(&bus, folder.path(), "").await?;
    let mut daemon = start_daemon(&computer, &bus, folder.path())?;
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

    // Refused: the shipped default asks for an administrator, and nobody is there to be asked.
    let install = [format!("[{application}]"), "{}".to_owned()];
    let install: Vec<&str> = install.iter().map(String::as_str).collect();
    let unasked = [install[0], "{'interactive': <false>}"];
    let refused = desk::call(&bus, "Manager.InstallApps", &unasked)?;
    ensure!(
        !refused.succeeded && refused.text.contains("NotAuthorized"),
        "{}",
        refused.text
    );
    ensure!(
        !computer.root().join(TRACE).exists(),
        "installed without the right"
    );

    // Allowed by a rule of the site.
    polkit.write_rules(&bus::rule("org.migasfree.client1.app-install", "YES"))?;
    let job = allowed(&bus, &unasked).await?.path()?;
    finished(&connection, &job, "success")
        .await
        .with_context(|| daemon.log())?;
    let trace = std::fs::read_to_string(computer.root().join(TRACE))
        .context("the maintainer script did not run")?;
    ensure!(trace == "configured as root\n", "{trace}");
    ensure!(
        is_installed(&computer, "field-kit")?,
        "dpkg does not know it"
    );
    let states = desk::call(&bus, "Catalog.GetStates", &install[..1])?;
    ensure!(states.text.contains("'installed'"), "{}", states.text);

    // Removing is another right.
    let refused = desk::call(&bus, "Manager.RemoveApps", &unasked)?;
    ensure!(refused.text.contains("NotAuthorized"), "{}", refused.text);
    ensure!(
        is_installed(&computer, "field-kit")?,
        "removed without the right"
    );

    // The administrator sees it, without another synchronisation by hand.
    let id = migasfree_tests::admin::id(&computers[0])?;
    sees_the_package(&admin, id).await?;
    daemon.stop()?;
    Ok(())
}

/// A package with a maintainer script, published, deployed and in the catalogue. Returns the app's id.
async fn offer(admin: &Admin, url: &str) -> Result<i64> {
    let platform = admin.add("platforms/", &json!({"name": "Linux"})).await?;
    let project = admin
        .add(
            "projects/",
            &json!({
                "name": PROJECT, "pms": "apt", "architecture": "amd64",
                "auto_register_computers": true, "platform": platform,
            }),
        )
        .await?;
    let store = admin
        .add("stores/", &json!({"name": "main", "project": project}))
        .await?;
    let package = Package::new("field-kit", "1.0")
        .file("/usr/share/field-kit/readme", "hello\n")
        .script(
            "postinst",
            "#!/bin/sh\nset -e\nmkdir -p /var/lib/field-kit\n\
             echo \"configured as $(id -un)\" > /var/lib/field-kit/configured\n",
        );
    let uploaded = admin
        .upload(store, &package.file_name(), package.build()?)
        .await?;
    admin
        .create(
            "deployments/",
            &json!({
                "name": "Field", "project": project, "enabled": true,
                "included_attributes": [ALL_SYSTEMS],
                "available_packages": [migasfree_tests::admin::id(&uploaded)?],
            }),
        )
        .await?;
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
    is_published(&format!(
        "{url}/public/{PROJECT}/repos/dists/field/InRelease"
    ))
    .await?;
    Ok(application)
}

async fn is_published(release: &str) -> Result<()> {
    let start = Instant::now();
    while !reqwest::get(release).await?.status().is_success() {
        ensure!(
            start.elapsed() < Duration::from_secs(60),
            "{release} was not published"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
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

/// polkit notices new rules by itself, a moment later.
async fn allowed(bus: &Bus, install: &[&str]) -> Result<desk::Reply> {
    let start = Instant::now();
    loop {
        let reply = desk::call(bus, "Manager.InstallApps", install)?;
        if reply.succeeded {
            return Ok(reply);
        }
        ensure!(start.elapsed() < Duration::from_secs(20), "{}", reply.text);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
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
            start.elapsed() < Duration::from_secs(30),
            "the server does not know of the package among {}",
            names.len()
        );
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}
