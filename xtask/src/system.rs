//! The system packages that building, testing and the demo need.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::command;

/// Something the system has to offer, and the Debian package it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    package: &'static str,
    /// A file that is there when the package is; looked for before asking the package manager.
    file: &'static str,
}

const fn need(package: &'static str, file: &'static str) -> Need {
    Need { package, file }
}

impl Need {
    /// A C compiler for the server and the client, and what makes video of a screen.
    pub const BUILD: &[Need] = &[
        need("gcc", "/usr/bin/gcc"),
        need("libc6-dev", "/usr/include/stdio.h"),
        need("pkg-config", "/usr/bin/pkg-config"),
        need("libvpx-dev", "/usr/include/vpx/vp8cx.h"),
        need("libclang-dev", "/usr/share/doc/libclang-dev/copyright"),
    ];

    /// Headers for Play's window.
    pub const PLAY: &[Need] = &[
        need("libwebkit2gtk-4.1-dev", "pkgconfig/webkit2gtk-4.1.pc"),
        need("librsvg2-dev", "pkgconfig/librsvg-2.0.pc"),
        need(
            "libayatana-appindicator3-dev",
            "pkgconfig/ayatana-appindicator3-0.1.pc",
        ),
    ];

    /// What makes packages, besides the tools from crates.io.
    pub const PACKAGE: &[Need] = &[
        need("binutils", "/usr/bin/strip"),
        need("dpkg-dev", "/usr/bin/dpkg-shlibdeps"),
        need("rpm", "/usr/bin/rpmbuild"),
        need("xz-utils", "/usr/bin/xz"),
    ];

    /// A session bus, behind which Play's view finds a stand-in of the daemon.
    pub const DEV: &[Need] = &[need("dbus-daemon", "/usr/bin/dbus-daemon")];

    /// What the demo's computer needs: a package manager's world of its own and a session bus.
    pub const DEMO: &[Need] = &[
        need("mmdebstrap", "/usr/bin/mmdebstrap"),
        need("dpkg-dev", "/usr/bin/dpkg-scanpackages"),
        need("dbus-daemon", "/usr/bin/dbus-daemon"),
        need("lshw", "/usr/bin/lshw"),
        need("gpgv", "/usr/bin/gpgv"),
        need("uidmap", "/usr/bin/newuidmap"),
    ];

    /// Browsers, buses, databases and screens for the tests.
    pub const TEST: &[Need] = &[
        need("apt-utils", "/usr/bin/apt-ftparchive"),
        need("caddy", "/usr/bin/caddy"),
        need("chromium", "/usr/bin/chromium"),
        need("chromium-driver", "/usr/bin/chromedriver"),
        need("dbus", "/usr/bin/dbus-send"),
        need(
            "fonts-dejavu-core",
            "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        ),
        need("gnupg", "/usr/bin/gpg"),
        need("libglib2.0-bin", "/usr/bin/gdbus"),
        need("iproute2", "/usr/sbin/ip"),
        need("haproxy", "/usr/sbin/haproxy"),
        need("libx11-xcb1", "libX11-xcb.so.1"),
        need("libxcursor1", "libXcursor.so.1"),
        need("libxi6", "libXi.so.6"),
        need("libxkbcommon-x11-0", "libxkbcommon-x11.so.0"),
        need("lintian", "/usr/bin/lintian"),
        need("imagemagick", "/etc/ImageMagick-6/policy.xml"),
        need("nginx-light", "/usr/sbin/nginx"),
        need("openssh-client", "/usr/bin/ssh"),
        need("openssh-server", "/usr/sbin/sshd"),
        need("polkitd", "/usr/lib/polkit-1/polkitd"),
        need("postgresql", "/usr/share/postgresql-common/pg_wrapper"),
        need("python3", "/usr/bin/python3"),
        need("python3-venv", "/usr/share/doc/python3-venv/copyright"),
        need("rpmlint", "/usr/bin/rpmlint"),
        need("slapd", "/usr/sbin/slapd"),
        need("systemd-container", "/usr/bin/systemd-nspawn"),
        need("tigervnc-standalone-server", "/usr/bin/Xtigervnc"),
        need("util-linux", "/usr/bin/unshare"),
        need("webkit2gtk-driver", "/usr/bin/WebKitWebDriver"),
        need("xauth", "/usr/bin/xauth"),
        need("xvfb", "/usr/bin/Xvfb"),
    ];

    /// Everything above.
    pub const ALL: &[&[Need]] = &[
        Self::BUILD,
        Self::PLAY,
        Self::PACKAGE,
        Self::DEMO,
        Self::TEST,
    ];

    fn is_met(self) -> bool {
        if self.file.starts_with('/') {
            return Path::new(self.file).exists() || is_installed(self.package);
        }
        ["/usr/lib", "/usr/lib64", "/usr/share", multiarch()]
            .iter()
            .any(|folder| Path::new(folder).join(self.file).exists())
    }
}

fn multiarch() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "/usr/lib/aarch64-linux-gnu",
        _ => "/usr/lib/x86_64-linux-gnu",
    }
}

fn is_installed(package: &str) -> bool {
    command::output(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]))
        .is_ok_and(|status| status == "installed")
}

/// Makes sure the needs are met: names what is missing, then installs it on Debian and Ubuntu;
/// elsewhere it says what to install and stops.
pub fn ensure(groups: &[&[Need]]) -> Result<()> {
    let missing: Vec<&str> = groups
        .iter()
        .flat_map(|group| group.iter())
        .filter(|need| !need.is_met())
        .map(|need| need.package)
        .collect();
    install(&missing)
}

/// Installs Debian packages by name, through sudo when not root.
pub fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    if !command::succeeds("apt-get", &["--version"]) {
        bail!(
            "this computer lacks what these Debian packages hold: {}\n\
             install your distribution's equivalents and run the command again",
            packages.join(" ")
        );
    }
    println!("Missing system packages: {}", packages.join(" "));
    println!("They are installed now with apt-get (sudo may ask for your password).");
    // A package list that was never fetched knows no package at all.
    command::run(&mut apt(&["update", "-qq"]))?;
    let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
    arguments.extend(packages);
    command::run(&mut apt(&arguments)).map_err(|error| {
        error.context(format!(
            "the packages could not be installed; install them by hand and run again: {}",
            packages.join(" ")
        ))
    })
}

fn apt(arguments: &[&str]) -> Command {
    let mut command = if is_root() {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg("--preserve-env=DEBIAN_FRONTEND").arg("apt-get");
        sudo
    };
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// True if we run as root.
pub fn is_root() -> bool {
    command::output(Command::new("id").arg("-u")).is_ok_and(|uid| uid == "0")
}
