//! On a booted Debian: the daemon under its own unit, with the real systemd, logind, polkit, journald and apt.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use migasfree_tests::booted::Booted;
use migasfree_tests::bus;
use migasfree_tests::offer::Offer;
use migasfree_tests::package::Package;
use migasfree_tests::server::{Server, Start};
use tempfile::TempDir;

const PROJECT: &str = "booted-debian-12";
/// Somebody who works at the computer.
const PERSON: &str = "ana";

/// A server, and a booted computer with our client that is registered at it.
struct Site {
    folder: TempDir,
    _server: Server,
    computer: Booted,
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
        let offer = Offer {
            project: PROJECT,
            deployment: "Everybody",
            packages: &[
                slow("slow-kit"),
                endless("endless-kit"),
                Package::new("quick-kit", "1.0"),
            ],
            files: &[],
        };
        offer.publish(&server.admin().await?, server.url()).await?;
        let computer = Booted::boot(&folder.path().join("computer"))?;
        write_settings(&computer, server.address())?;
        computer.install_client()?;
        Ok(Some(Self {
            folder,
            _server: server,
            computer,
        }))
    }
}

/// A package whose configuration takes a while and leaves traces: where it is, and whether it was let finish.
fn slow(name: &str) -> Package {
    Package::new(name, "1.0").script(
        "postinst",
        "#!/bin/sh\nset -e\ntouch /var/lib/slow-kit.started\nsleep 10\ntouch /var/lib/slow-kit.finished\n",
    )
}

/// A package whose configuration never ends, and which does not want to be ended.
fn endless(name: &str) -> Package {
    Package::new(name, "1.0").script(
        "postinst",
        "#!/bin/sh\ntrap '' TERM\necho waiting for nobody\ntouch /var/lib/endless-kit.started\n\
         while :; do sleep 1; done\n",
    )
}

/// What installing leaves to the administrator.
fn write_settings(computer: &Booted, server: &str) -> Result<()> {
    let (host, port) = server.split_once(':').context("a server has a port")?;
    let text = format!(
        "[client]\nServer = {host}\nPort = {port}\nProtocol = http\nProject = {PROJECT}\n\
         Computer_Name = booted-01\nManage_Devices = False\n"
    );
    std::fs::write(computer.root().join("etc/migasfree.conf"), text)?;
    Ok(())
}

/// Starts the slow installation and waits until its maintainer script runs.
fn begin_slow_installation(computer: &Booted) -> Result<()> {
    computer.sh("migasfree register")?;
    computer.sh("migasfree sync")?;
    computer.sh("systemd-run --quiet --unit=asking migasfree install -y slow-kit")?;
    computer.wait_until("test -e /var/lib/slow-kit.started")
}

fn status_of(computer: &Booted, package: &str) -> Result<String> {
    computer.sh(&format!("dpkg-query -W -f='${{Status}}' {package}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_installed_daemon_is_well_under_its_unit() -> Result<()> {
    let Some(site) = Site::open().await? else {
        return Ok(());
    };
    let computer = &site.computer;
    computer.sh("systemctl is-active --quiet migasfreed")?;
    computer.sh("migasfree register")?;
    computer.sh("migasfree sync")?;
    computer.sh("migasfree install -y quick-kit")?;
    ensure!(status_of(computer, "quick-kit")? == "install ok installed");

    // The sandbox holds, and nothing the daemon does runs against it.
    let cannot_write = "pid=$(systemctl show -p MainPID --value migasfreed); \
                        ! nsenter --target $pid --mount touch /etc/forbidden /usr/forbidden 2>/dev/null";
    computer.sh(cannot_write)?;
    let journal = computer.journal()?;
    for word in [
        "ERROR",
        "WARN",
        "panicked",
        "Operation not permitted",
        "Read-only file system",
    ] {
        ensure!(!journal.contains(word), "{word} in the journal:\n{journal}");
    }
    // The work was done by a unit of its own, whose words are in the journal under its name.
    let jobs = computer.sh("journalctl --no-pager -u 'migasfree-job-*' | head -n 5")?;
    ensure!(
        !jobs.is_empty(),
        "no unit of a job in the journal\n{journal}"
    );
    a_hung_daemon_is_started_anew(computer)?;
    the_person_at_the_screen_may_install(computer)
}

/// systemd's watchdog, with the unit's own setting shortened.
fn a_hung_daemon_is_started_anew(computer: &Booted) -> Result<()> {
    computer.sh("systemctl show -p WatchdogUSec --value migasfreed | grep -qv '^0$'")?;
    computer.sh(
        "mkdir -p /etc/systemd/system/migasfreed.service.d && \
         printf '[Service]\\nWatchdogSec=3\\nRestartSec=0\\n' > /etc/systemd/system/migasfreed.service.d/watchdog.conf && \
         systemctl daemon-reload && systemctl restart migasfreed && sleep 5 && \
         test $(systemctl show -p NRestarts --value migasfreed) = 0",
    )
    .context("a daemon that is well is left alone")?;
    computer.sh("kill -STOP $(systemctl show -p MainPID --value migasfreed)")?;
    computer.wait_until(
        "test $(systemctl show -p NRestarts --value migasfreed) = 1 && migasfree status",
    )
}

fn the_person_at_the_screen_may_install(computer: &Booted) -> Result<()> {
    let may = "gdbus call --system --dest org.migasfree.Client1 --object-path /org/migasfree/Client1 \
               --method org.migasfree.Client1.Manager.CanAuthorize app-install";
    computer.sign_in_at_the_screen(PERSON)?;
    let answer = computer.as_person(PERSON, may)?;
    let at_the_screen = String::from_utf8_lossy(&answer.stdout).into_owned();
    let elsewhere = computer.sh(&format!("setpriv --reuid nobody --clear-groups -- {may}"))?;
    ensure!(
        at_the_screen.contains('1') && !elsewhere.contains("uint32 1"),
        "at the screen: {at_the_screen} {}; elsewhere: {elsewhere}",
        String::from_utf8_lossy(&answer.stderr)
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_outlives_the_daemon_and_its_program() -> Result<()> {
    let Some(site) = Site::open().await? else {
        return Ok(());
    };
    let computer = &site.computer;
    begin_slow_installation(computer)?;
    computer.sh("systemd-inhibit --list --no-legend | grep -i migasfree | grep shutdown | grep -w block")
        .context("no shutdown while packages cannot be interrupted")?;
    computer.sh("systemctl stop migasfreed")?;
    computer
        .sh("pgrep -x dpkg")
        .context("dpkg was stopped with the daemon")?;
    // A new program takes the old one's place.
    computer.sh(
        "cp /usr/sbin/migasfreed /usr/sbin/migasfreed.new && mv /usr/sbin/migasfreed.new /usr/sbin/migasfreed",
    )?;
    computer.sh("systemctl start migasfreed")?;
    computer.wait_until("test -e /var/lib/slow-kit.finished")?;
    computer.wait_until("migasfree jobs -a --json | grep -q success && ! pgrep -x dpkg")?;
    ensure!(status_of(computer, "slow-kit")? == "install ok installed");
    computer
        .sh("migasfree sync")
        .context("nothing is locked afterwards")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_waits_for_dpkg() -> Result<()> {
    let Some(mut site) = Site::open().await? else {
        return Ok(());
    };
    begin_slow_installation(&site.computer)?;
    // Root's own reboot passes every block.
    site.computer.sh("systemctl reboot --ignore-inhibitors")?;
    site.computer.comes_up_again()?;
    let computer = &site.computer;
    computer
        .sh("test -e /var/lib/slow-kit.finished")
        .context("the maintainer script was cut off")?;
    ensure!(status_of(computer, "slow-kit")? == "install ok installed");
    computer
        .sh("migasfree sync")
        .context("the computer goes on afterwards")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_power_cut_the_installation_is_repaired() -> Result<()> {
    let Some(site) = Site::open().await? else {
        return Ok(());
    };
    let Site {
        folder,
        _server,
        computer,
    } = site;
    begin_slow_installation(&computer)?;
    let computer = computer.cut_power()?;
    computer
        .wait_until("test -e /var/lib/slow-kit.finished")
        .context("the daemon repairs by itself")?;
    computer.wait_until("test \"$(dpkg --audit)\" = \"\"")?;
    ensure!(status_of(&computer, "slow-kit")? == "install ok installed");
    leaves_nothing(folder.path())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_root_stops_a_script_that_never_ends_and_dpkg_records_it() -> Result<()> {
    let Some(site) = Site::open().await? else {
        return Ok(());
    };
    let computer = &site.computer;
    computer.sh("migasfree register")?;
    computer.sh("migasfree sync")?;
    let as_nobody = "setpriv --reuid nobody --regid nogroup --clear-groups -- migasfree";
    // Nobody was asked for a password, so none was wrong.
    let refused = computer.try_sh(&format!("{as_nobody} install -y quick-kit 2>&1"))?;
    let said = String::from_utf8_lossy(&refused.stdout).to_lowercase();
    ensure!(
        !refused.status.success() && said.contains("as an administrator"),
        "{said}"
    );
    ensure!(!said.contains("authentication failed"), "{said}");

    computer.sh("systemd-run --quiet --unit=asking migasfree install -y endless-kit quick-kit")?;
    computer.wait_until("test -e /var/lib/endless-kit.started")?;
    let jobs = computer.sh("migasfree jobs --json")?;
    let jobs: serde_json::Value = serde_json::from_str(&jobs)?;
    let running = |job: &&serde_json::Value| job["role"] == "install" && job["state"] == "running";
    let job = jobs.as_array().and_then(|jobs| jobs.iter().find(running));
    let id = job
        .and_then(|job| job["id"].as_str())
        .with_context(|| jobs.to_string())?;
    let refused = computer.try_sh(&format!("{as_nobody} cancel {id} 2>&1"))?;
    ensure!(!refused.status.success(), "anybody may stop a script");
    computer.sh(&format!("migasfree cancel {id}"))?;
    computer.wait_until(
        "! pgrep -x dpkg && ! pgrep -x apt-get && ! pgrep -f '[e]ndless-kit.postinst'",
    )?;
    ensure!(status_of(computer, "endless-kit")? == "install ok half-configured");
    ensure!(status_of(computer, "quick-kit")? == "install ok installed");
    computer.wait_until(&format!(
        "migasfree log {id} | grep -q 'as an administrator wanted'"
    ))?;
    computer.wait_until("migasfree jobs --all --json | grep -q by-admin")?;

    // It is named, other work steps over it, and it can be removed.
    let status = computer.sh("migasfree status")?;
    ensure!(status.contains("migasfree purge endless-kit"), "{status}");
    computer.sh("timeout 100 migasfree sync")?;
    computer.sh("migasfree purge -y endless-kit")?;
    computer.sh("test \"$(dpkg --audit)\" = \"\"")?;
    Ok(())
}

/// What was mounted inside is gone with the system.
fn leaves_nothing(folder: &Path) -> Result<()> {
    let mounts = std::fs::read_to_string("/proc/self/mounts")?;
    ensure!(
        !mounts.contains(&*folder.to_string_lossy()),
        "something stays mounted: {mounts}"
    );
    Ok(())
}
