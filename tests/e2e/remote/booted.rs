//! On a booted Debian: the packages, their real units, and a terminal of somebody who is logged in.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use migasfree_tests::booted::Booted;
use migasfree_tests::bus;
use migasfree_tests::offer::Offer;
use migasfree_tests::ours::{self, Version};
use migasfree_tests::remote::PATIENCE;
use migasfree_tests::remote::operator::Operator;
use migasfree_tests::server::{Server, Start};
use serde_json::json;

const PROJECT: &str = "remote-booted-12";
/// Somebody who works at the computer.
const PERSON: &str = "ana";

/// The agent has no rights, and is what its unit says (S-18).
const HAS_NO_RIGHTS: &str = "pid=$(systemctl show -p MainPID --value migasfree-agent) && \
     test \"$(stat -c %U /proc/$pid)\" = migasfree-agent && grep -q '^CapEff:.0000000000000000$' /proc/$pid/status && \
     grep -q '^CapBnd:.0000000000000000$' /proc/$pid/status && grep -q '^NoNewPrivs:.1$' /proc/$pid/status && \
     grep -q '^Seccomp:.2$' /proc/$pid/status && ! setpriv --reuid migasfree-agent --regid migasfree-agent --clear-groups \
     cat /var/lib/migasfree/*/computer.key && ! nsenter --target $pid --mount touch /etc/forbidden /var/forbidden";

fn settings(server: &Server) -> Result<String> {
    let (host, port) = server.address().split_once(':').context("a port")?;
    Ok(format!(
        "[client]\nServer = {host}\nPort = {port}\nProtocol = http\nProject = {PROJECT}\n\
         Computer_Name = booted-01\nManage_Devices = False\n"
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_helpdesk_works_as_the_person_at_a_computer_with_our_packages() -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("left out: only root can boot a system");
        return Ok(());
    }
    let folder = bus::open_folder()?;
    let server = Start::at(&folder.path().join("server")).start()?;
    let admin = server.admin().await?;
    let offer = Offer {
        project: PROJECT,
        deployment: "Everybody",
        packages: &[],
        files: &[ours::deb("migasfree-client", Version::Current)?],
    };
    offer.publish(&admin, server.url()).await?;
    let policy = admin.find("remote-policies/?name=Ask first").await?;
    let unattended = json!({"consent": "unattended"});
    admin
        .change(&format!("remote-policies/{policy}/"), &unattended)
        .await?;

    let computer = Booted::boot(&folder.path().join("computer"))?;
    std::fs::write(
        computer.root().join("etc/migasfree.conf"),
        settings(&server)?,
    )?;
    computer.install_client()?;
    computer.install(&[ours::deb("migasfree-connect", Version::Current)?])?;
    computer.sh("migasfree-connect --help >/dev/null")?;
    computer.sh("systemctl --global is-enabled migasfree-session.service")?;
    computer.sign_in_at_the_screen(PERSON)?;
    let operator = Operator::sign_in(server.url(), &admin).await?;
    ensure!(
        !computer
            .try_sh("systemctl is-active --quiet migasfree-agent")?
            .status
            .success()
    );
    computer.sh("migasfree register -y && migasfree sync")?;
    computer.wait_until("systemctl is-active --quiet migasfree-agent")?;
    let number = admin.find("computers/?name=booted-01").await?;
    let path = format!("computers/{number}/remote-access/");
    let begun = Instant::now();
    while admin.get(&path).await?["status"] != "online" {
        let journal = computer.journal()?;
        ensure!(begun.elapsed() < PATIENCE, "never online\n{journal}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    computer.sh(HAS_NO_RIGHTS)?;

    let cid = number.to_string();
    let line = [
        "terminal",
        cid.as_str(),
        "-u",
        PERSON,
        "--reason",
        "The printer is stuck",
    ];
    let mut screen = operator.sits_at(&line)?;
    screen.enters("echo \"[$((40+2)) $(id -un) $PWD]\"")?;
    let shown = screen.shows("[42 ana /home/ana]").await;
    shown.with_context(|| computer.journal().unwrap_or_default())?;
    // A login as any other, and no part of the daemon.
    screen.enters("test -d \"$XDG_RUNTIME_DIR\" && test -t 0 && echo \"<$?>\"")?;
    screen.shows("<0>").await?;
    screen.enters("sleep 424244")?;
    computer.wait_until("pgrep -u ana -f 'sleep 424244'")?;
    computer.sh("! grep -q migasfreed.service /proc/$(pgrep -u ana -f '^sleep 424244')/cgroup")?;
    computer
        .sh("systemctl list-units --no-legend 'migasfree-remote-*' | grep -q migasfree-remote-")?;
    let sessions = admin.list("remote-sessions/?ordering=-created_at").await?;
    let session = sessions.first().context("a session")?["id"].to_string();
    operator
        .run(&["sessions", "end", &session])
        .await?
        .ends(0, "")?;
    screen.ends_with(13, "ended from another place").await?;
    computer.wait_until(
        "! pgrep -u ana -f 'sleep 424244' && test -z \"$(systemctl list-units --no-legend 'migasfree-remote-*')\"",
    )?;

    // Who switches it off has no agent.
    computer.sh("echo 'Remote_Support = off' >> /etc/migasfree.conf && migasfree status")?;
    computer.wait_until(
        "! systemctl is-active --quiet migasfree-agent && test ! -e /run/migasfree/remote-support",
    )?;
    let journal = computer.journal()?;
    for word in ["ERROR", "panicked", "Operation not permitted"] {
        ensure!(!journal.contains(word), "{word} in the journal:\n{journal}");
    }
    Ok(())
}
