//! Our own packages: checked, installed, taking over, upgraded, removed and purged.

mod debian;
mod fedora;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use migasfree_tests::bus;

/// What people allow themselves with the older packages: everybody may become root by one of these files.
const RULE_FOR_EVERYBODY: &str = "ALL ALL=NOPASSWD: /usr/bin/migasfree *, \\\n  /usr/bin/migasfree-play, /usr/sbin/dmidecode --string *\n";
/// What a site wrote itself.
const RULE_OF_THE_SITE: &str = "%helpdesk ALL=NOPASSWD: /usr/bin/migasfree sync\n";
const DAILY_START: &str = "17 9 * * * DISPLAY=:0 sudo /usr/bin/migasfree-play sync\n";
const OWN_CRONTAB: &str = "MAILTO=root\n5 4 * * * /usr/local/bin/backup\n";
const START_AT_LOGIN: &str =
    "[Desktop Entry]\nType=Application\nName=Play\nExec=sudo /usr/bin/migasfree-play sync\n";

/// Nothing of version 5 acts as root any more, and what the site made itself is left.
const NOTHING_OLD_ACTS: &str = "test ! -e /etc/sudoers.d/migasfree-play && test ! -e /etc/xdg/autostart/migasfree-play.desktop && \
     ! grep -q migasfree /var/spool/cron/crontabs/root && grep -q backup /var/spool/cron/crontabs/root && \
     test -e /etc/sudoers.d/helpdesk";

/// What an ordinary start of Play, and the site, left on the computer below `root`.
fn used_for_years(root: &Path) -> Result<()> {
    let tables = root.join("var/spool/cron/crontabs");
    fs::create_dir_all(&tables)?;
    fs::write(tables.join("root"), format!("{OWN_CRONTAB}{DAILY_START}"))?;
    fs::create_dir_all(root.join("etc/sudoers.d"))?;
    fs::write(root.join("etc/sudoers.d/helpdesk"), RULE_OF_THE_SITE)?;
    Ok(())
}

#[test]
fn rules_that_make_everybody_root_go_and_those_of_a_site_stay() -> Result<()> {
    let root = tempfile::tempdir()?;
    used_for_years(root.path())?;
    let rules = root.path().join("etc/sudoers.d");
    let gone = [
        RULE_FOR_EVERYBODY,
        "# Play\nALL\tALL = NOPASSWD: /usr/bin/migasfree-play\nALL ALL=NOPASSWD: /usr/sbin/dmidecode -s x\n",
        "ALL ALL=(root) NOPASSWD:SETENV: /usr/bin/migasfree\nDefaults!/usr/bin/migasfree !syslog\n",
        "Cmnd_Alias MF = /usr/bin/migasfree, /usr/bin/migasfree-play\nALL ALL=NOPASSWD: MF\n",
    ];
    let kept = [
        "ALL ALL=NOPASSWD: /usr/bin/migasfree\nana ALL=NOPASSWD: ALL\n",
        "ALL ALL=NOPASSWD: /usr/bin/migasfree, /usr/bin/backup\n",
        "ALL ALL=NOPASSWD: /usr/bin/migasfree, ALL\n",
        "ALL ALL=NOPASSWD: /usr/bin/backup\n",
        "# ALL ALL=NOPASSWD: /usr/bin/migasfree\n",
    ];
    for (number, text) in gone.iter().enumerate() {
        fs::write(rules.join(format!("gone-{number}")), text)?;
    }
    for (number, text) in kept.iter().enumerate() {
        fs::write(rules.join(format!("kept-{number}")), text)?;
    }
    let script = bus::deploy().join("packages/retire-version-5");
    let status = Command::new("sh")
        .arg(script)
        .env("ROOT", root.path())
        .status()?;
    ensure!(status.success());
    let mut left: Vec<String> = fs::read_dir(&rules)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    left.sort();
    ensure!(
        left == ["helpdesk", "kept-0", "kept-1", "kept-2", "kept-3", "kept-4"],
        "{left:?}"
    );
    let table = fs::read_to_string(root.path().join("var/spool/cron/crontabs/root"))?;
    ensure!(table == OWN_CRONTAB, "{table}");
    Ok(())
}
