//! The packages for Fedora, in a disposable root: their scriptlets run, nothing is booted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use migasfree_tests::ours::{self, Version};
use migasfree_tests::{binaries, bus, root};

use super::{NOTHING_OLD_ACTS, RULE_FOR_EVERYBODY, START_AT_LOGIN, used_for_years};

const NAMES: [&str; 5] = [
    "migasfree-server",
    "migasfree-client",
    "migasfree-connect",
    "migasfree-connect-screen",
    "migasfree-play",
];
const SETTINGS: &str = "[client]\nServer = migasfree.example.org\n";

#[test]
fn rpmlint_finds_no_errors_in_our_packages() -> Result<()> {
    let mut rpmlint = Command::new("rpmlint");
    let config = binaries::checkout().join("deploy/packages/rpm/rpmlint.toml");
    rpmlint.arg("--config").arg(config);
    for name in NAMES {
        rpmlint.arg(ours::rpm(name, Version::Current)?);
    }
    finished(&rpmlint.output().context("could not start rpmlint")?)?;
    Ok(())
}

#[test]
fn the_rpms_take_over_from_version_5_and_are_upgraded_and_erased() -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("left out: only root can enter another root");
        return Ok(());
    }
    let folder = bus::open_folder()?;
    let system = System(folder.path().join("root"));
    root::make(root::Kind::Bootable, &system.0)?;
    used_for_years(&system.0)?;
    system.rpm("--upgrade", &version_5(folder.path())?)?;
    fs::write(system.0.join("etc/migasfree.conf"), SETTINGS)?;

    system.rpm("--upgrade", &all(Version::Earlier)?)?;
    system.sh(NOTHING_OLD_ACTS)?;
    let settings = fs::read_to_string(system.0.join("etc/migasfree.conf"))?;
    ensure!(settings == SETTINGS, "other settings: {settings}");
    system.sh(
        "systemctl is-enabled --quiet migasfreed && systemctl is-enabled --quiet migasfree-server",
    )?;
    system.sh("id migasfree-server && migasfree --help && migasfree-server --help")?;

    // What an administrator decided holds over an upgrade.
    system.sh("systemctl disable migasfreed")?;
    system.rpm("--upgrade", &all(Version::Current)?)?;
    system.sh("! systemctl is-enabled --quiet migasfreed && test -e /usr/sbin/migasfreed")?;
    let settings = fs::read_to_string(system.0.join("etc/migasfree.conf"))?;
    ensure!(settings == SETTINGS, "other settings: {settings}");

    system.rpm("--erase", &NAMES.map(PathBuf::from))?;
    system.sh(
        "test ! -e /usr/sbin/migasfreed && test ! -e /usr/bin/migasfree-server && \
         ! systemctl is-enabled --quiet migasfree-server && test -e /etc/migasfree.conf",
    )?;
    Ok(())
}

fn all(version: Version) -> Result<Vec<PathBuf>> {
    NAMES.iter().map(|name| ours::rpm(name, version)).collect()
}

/// A root that rpm installs to. Its libraries are Debian's, which rpm does not know.
struct System(PathBuf);

impl System {
    fn rpm(&self, action: &str, packages: &[PathBuf]) -> Result<()> {
        let output = Command::new("rpm")
            .arg("--root")
            .arg(&self.0)
            .args([action, "--nodeps", "--verbose"])
            .args(packages)
            .output()
            .context("could not start rpm")?;
        let said = finished(&output)?;
        // A scriptlet that fails is a warning for rpm.
        ensure!(!said.contains("scriptlet failed"), "{said}");
        Ok(())
    }

    fn sh(&self, text: &str) -> Result<()> {
        let output = Command::new("chroot")
            .arg(&self.0)
            .args(["/bin/sh", "-c", text])
            .output()?;
        finished(&output).with_context(|| text.to_owned())?;
        Ok(())
    }
}

fn finished(output: &Output) -> Result<String> {
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    ensure!(output.status.success(), "{said}");
    Ok(said)
}

/// Version 5 of client and Play, as far as they leave something on a computer.
fn version_5(folder: &Path) -> Result<Vec<PathBuf>> {
    let files = folder.join("version-5");
    fs::create_dir_all(&files)?;
    fs::write(files.join("rule"), RULE_FOR_EVERYBODY)?;
    fs::write(files.join("start"), START_AT_LOGIN)?;
    let spec = files.join("migasfree.spec");
    fs::write(&spec, SPEC)?;
    let output = Command::new("rpmbuild")
        .args(["-bb", "--quiet", "--define", "debug_package %{nil}"])
        .arg("--define")
        .arg(format!("_topdir {}", files.join("top").display()))
        .arg("--define")
        .arg(format!("_sourcedir {}", files.display()))
        .arg(&spec)
        .output()
        .context("could not start rpmbuild")?;
    finished(&output)?;
    let built = files.join("top/RPMS/noarch");
    Ok(["migasfree-client-5.0-1", "migasfree-play-5.0-1"]
        .map(|name| built.join(format!("{name}.noarch.rpm")))
        .to_vec())
}

const SPEC: &str = "\
Name: migasfree-client
Version: 5.0
Release: 1
Summary: Stand-in
License: GPLv3
BuildArch: noarch

%description
Stand-in

%package -n migasfree-play
Summary: Stand-in

%description -n migasfree-play
Stand-in

%install
install -D -m 644 /dev/null %{buildroot}/etc/migasfree.conf
install -D -m 755 /dev/null %{buildroot}/usr/bin/migasfree
install -D -m 755 /dev/null %{buildroot}/usr/bin/migasfree-play
install -D -m 440 %{_sourcedir}/rule %{buildroot}/etc/sudoers.d/migasfree-play
install -D -m 644 %{_sourcedir}/start %{buildroot}/etc/xdg/autostart/migasfree-play.desktop

%files
%config(noreplace) /etc/migasfree.conf
/usr/bin/migasfree

%files -n migasfree-play
/usr/bin/migasfree-play
%config(noreplace) /etc/sudoers.d/migasfree-play
%config(noreplace) /etc/xdg/autostart/migasfree-play.desktop
";
