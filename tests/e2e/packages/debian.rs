//! The packages for Debian, on a computer that is really booted.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use migasfree_tests::admin::Admin;
use migasfree_tests::booted::Booted;
use migasfree_tests::hostile::Hostile;
use migasfree_tests::offer::Offer;
use migasfree_tests::ours::{self, Version};
use migasfree_tests::package::Package;
use migasfree_tests::server::{Server, Start};
use migasfree_tests::{binaries, bus};
use serde_json::json;
use tempfile::TempDir;

use super::{NOTHING_OLD_ACTS, RULE_FOR_EVERYBODY, START_AT_LOGIN, used_for_years};

const NAMES: [&str; 5] = [
    "migasfree-server",
    "migasfree-client",
    "migasfree-connect",
    "migasfree-connect-screen",
    "migasfree-play",
];
const PROJECT: &str = "packages-debian-12";
const OLD_KEYS: &str = "/var/migasfree-client/keys/127.0.0.1";

#[test]
fn lintian_finds_no_errors_in_our_packages() -> Result<()> {
    let mut lintian = Command::new("lintian");
    lintian.args([
        "--fail-on",
        "error",
        "--allow-root",
        "--tag-display-limit",
        "0",
    ]);
    for name in NAMES {
        lintian.arg(ours::deb(name, Version::Current)?);
    }
    let output = lintian.output().context("could not start lintian")?;
    ensure!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// A server that offers our current client, and a booted computer without one.
struct Site {
    _folder: TempDir,
    _server: Server,
    /// The same server as one of version 5, which has no native protocol.
    sealed: Hostile,
    admin: Admin,
    computer: Booted,
    settings: String,
}

impl Site {
    /// `None` where only root could do it.
    async fn open() -> Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("left out: only root can boot a system");
            return Ok(None);
        }
        let folder = bus::open_folder()?;
        let server = Start::at(&folder.path().join("server")).start()?;
        let admin = server.admin().await?;
        let offer = Offer {
            project: PROJECT,
            deployment: "Everybody",
            packages: &[slow_kit("2.0")],
            files: &[ours::deb("migasfree-client", Version::Current)?],
        };
        offer.publish(&admin, server.url()).await?;
        let computer = Booted::boot(&folder.path().join("computer"))?;
        // Only what the test brings is upgraded.
        computer
            .sh("rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*")?;
        let sealed = Hostile::before(&server, 1).await?;
        sealed.hides_native(true);
        let (host, port) = server.address().split_once(':').context("a port")?;
        let settings = format!(
            "# Written by the site\n[client]\nServer = {host}\nPort = {port}\nProtocol = http\nProject = {PROJECT}\n\
             Computer_Name = packaged-01\nManage_Devices = False\nAuto_Update_Packages = False\n"
        );
        Ok(Some(Self {
            _folder: folder,
            _server: server,
            sealed,
            admin,
            computer,
            settings,
        }))
    }

    fn write_settings(&self) -> Result<()> {
        let file = self.computer.root().join("etc/migasfree.conf");
        Ok(std::fs::write(file, &self.settings)?)
    }
}

/// A package whose configuration takes a while, so that a run of dpkg goes on after the client is configured, or before.
fn slow_kit(version: &str) -> Package {
    Package::new("slow-kit", version).script("postinst", "#!/bin/sh\nsleep 5\n")
}

/// Version 5 of client and Play, as far as they leave something on a computer.
fn version_5() -> [Package; 2] {
    let conffiles = "/etc/sudoers.d/migasfree-play\n/etc/xdg/autostart/migasfree-play.desktop\n";
    [
        Package::new("migasfree-client", "5.0-1")
            .file("/etc/migasfree.conf", "[client]\n# Server = localhost\n")
            .file("/usr/bin/migasfree", "#!/bin/sh\n")
            .file("/usr/share/migasfree-client/pre-sync.d/00-own", "")
            .script("conffiles", "/etc/migasfree.conf\n"),
        Package::new("migasfree-play", "5.14-1")
            .depends("migasfree-client (>= 4.20)")
            .file("/usr/bin/migasfree-play", "#!/bin/sh\n")
            .file("/etc/sudoers.d/migasfree-play", RULE_FOR_EVERYBODY)
            .file("/etc/xdg/autostart/migasfree-play.desktop", START_AT_LOGIN)
            .script("conffiles", conffiles),
    ]
}

fn written(package: &Package, folder: &TempDir) -> Result<PathBuf> {
    let path = folder.path().join(package.file_name());
    std::fs::write(&path, package.build()?)?;
    Ok(path)
}

/// Leaves the computer as one that version 5 registered, with keys that everybody can read.
fn registered_by_version_5(site: &Site, folder: &TempDir) -> Result<()> {
    let computer = &site.computer;
    let mut packages = Vec::new();
    for package in version_5() {
        packages.push(written(&package, folder)?);
    }
    computer.install(&packages)?;
    site.write_settings()?;
    used_for_years(computer.root())?;
    let program = computer.take_in(&binaries::path("migasfree"))?;
    computer.sh(&format!(
        "export MIGASFREE_CLIENT_SERVER=http://{} && /{program} register -y && /{program} sync && mkdir -p {OLD_KEYS} && \
         mv /var/lib/migasfree/*/*.pub /var/lib/migasfree/*/*.pri {OLD_KEYS} && chmod 644 {OLD_KEYS}/* && \
         rm -rf /var/lib/migasfree /var/cache/migasfree /run/migasfree /{program}",
        site.sealed.address()
    ))?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn our_packages_take_over_from_version_5_and_leave_in_order() -> Result<()> {
    let Some(site) = Site::open().await? else {
        return Ok(());
    };
    let (computer, folder) = (&site.computer, TempDir::new()?);
    registered_by_version_5(&site, &folder)?;
    let before = site.admin.list("computers/").await?;
    // Who had to register again would be refused from here on.
    let project = site
        .admin
        .find(&format!("projects/?name={PROJECT}"))
        .await?;
    let closed = json!({"auto_register_computers": false});
    site.admin
        .change(&format!("projects/{project}/"), &closed)
        .await?;

    computer.install(&[
        written(&ours::libraries_of_play()?, &folder)?,
        ours::deb("migasfree-client", Version::Current)?,
        ours::deb("migasfree-play", Version::Current)?,
    ])?;
    computer.sh("test \"$(dpkg --audit)\" = '' && systemctl is-active --quiet migasfreed")?;
    computer.sh(NOTHING_OLD_ACTS)?;
    let settings = std::fs::read_to_string(computer.root().join("etc/migasfree.conf"))?;
    ensure!(settings == site.settings, "other settings: {settings}");
    computer
        .sh("migasfree sync")
        .context("a computer that was registered stays so")?;
    let after = site.admin.list("computers/").await?;
    ensure!(
        before.len() == 1 && after.len() == 1 && before[0]["id"] == after[0]["id"],
        "{before:?} {after:?}"
    );
    computer.sh(&format!(
        "test \"$(stat -c %a /var/lib/migasfree/*/{PROJECT}.pri)\" = 400 && test ! -e {OLD_KEYS}/{PROJECT}.pri"
    ))?;
    let journal = computer.journal()?;
    ensure!(!journal.contains("WARN"), "{journal}");
    computer
        .sh("man_pages=$(dpkg -L migasfree-client | grep -c /man1/) && test $man_pages -gt 10")?;

    a_server_is_upgraded_and_keeps_its_data(computer)?;
    removed_and_purged(computer)
}

fn removed_and_purged(computer: &Booted) -> Result<()> {
    computer.sh("apt-get remove -y migasfree-play migasfree-client")?;
    computer.sh("! systemctl is-active --quiet migasfreed && ! pgrep migasfreed")?;
    computer
        .sh(&format!(
            "test -e /etc/migasfree.conf && test -e /var/lib/migasfree/*/{PROJECT}.pri"
        ))
        .context("who installs it again needs no registration")?;
    computer.sh("apt-get purge -y migasfree-play migasfree-client")?;
    computer.sh(
        "for path in /etc/migasfree.conf /var/lib/migasfree /var/cache/migasfree /var/log/migasfree \
         /var/migasfree-client /etc/apt/sources.list.d/migasfree.sources /usr/sbin/migasfreed; do \
         test ! -e $path || { echo $path stays; exit 1; }; done",
    )?;
    computer
        .sh("test \"$(dpkg --audit)\" = '' && test \"$(systemctl --failed --no-legend)\" = ''")?;
    Ok(())
}

fn a_server_is_upgraded_and_keeps_its_data(computer: &Booted) -> Result<()> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    computer.sh(&format!(
        "mkdir -p /etc/systemd/system/migasfree-server.service.d && \
         printf '[Service]\\nEnvironment=MIGASFREE_LISTEN=127.0.0.1:{port}\\n' \
         > /etc/systemd/system/migasfree-server.service.d/port.conf"
    ))?;
    let is_well = format!(
        "python3 -c 'import urllib.request as r; r.urlopen(\"http://127.0.0.1:{port}/health\")' && \
         test -s /var/lib/migasfree-server/admin-password"
    );
    computer.install(&[ours::deb("migasfree-server", Version::Earlier)?])?;
    computer.wait_until(&is_well)?;
    let password = "cat /var/lib/migasfree-server/admin-password";
    let (before, process) = (
        computer.sh(password)?,
        computer.sh("pgrep -x migasfree-serve")?,
    );
    computer.install(&[ours::deb("migasfree-server", Version::Current)?])?;
    computer.wait_until(&is_well)?;
    ensure!(computer.sh(password)? == before, "another server");
    ensure!(
        computer.sh("pgrep -x migasfree-serve")? != process,
        "the old program goes on"
    );
    computer.sh("ps -o user:20= -C migasfree-server | grep -q migasfree-server")?;
    computer.sh("apt-get purge -y migasfree-server && ! pgrep -x migasfree-serve")?;
    computer
        .sh("test -s /var/lib/migasfree-server/admin-password && test ! -e /usr/bin/migasfree-server")
        .context("the data of an organisation stays")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_of_the_client_that_its_daemon_runs_ends_well() -> Result<()> {
    let Some(site) = Site::open().await? else {
        return Ok(());
    };
    let (computer, folder) = (&site.computer, TempDir::new()?);
    site.write_settings()?;
    computer.install(&[
        ours::deb("migasfree-client", Version::Earlier)?,
        written(&slow_kit("1.0"), &folder)?,
    ])?;
    computer.sh("migasfree register -y && migasfree sync")?;
    let number = "dpkg-query -W -f='${Status} ${Version}' migasfree-client";
    let process = "systemctl show -p MainPID --value migasfreed";
    let (before, old) = (computer.sh(number)?, computer.sh(process)?);

    // The command that waits for it sees the end, too.
    computer.sh("migasfree sync --force-upgrade")?;
    let after = computer.sh(number)?;
    ensure!(
        after != before && after.starts_with("install ok installed"),
        "{before}, then {after}\n{}",
        computer.journal()?
    );
    computer.sh("test \"$(dpkg --audit)\" = '' && dpkg -s slow-kit | grep -q 'Version: 2.0'")?;
    ensure!(computer.sh(process)? != old, "the old program goes on");
    computer.wait_until("migasfree jobs -a --json | grep -q success")?;
    computer
        .sh("migasfree sync")
        .context("nothing is locked afterwards")?;

    // Back, and up again by hand.
    computer.install(&[ours::deb("migasfree-client", Version::Earlier)?])?;
    computer.sh("migasfree status")?;
    computer.install(&[ours::deb("migasfree-client", Version::Current)?])?;
    ensure!(computer.sh(number)? == after);
    computer.sh("systemctl is-active --quiet migasfreed && migasfree sync")?;
    Ok(())
}
