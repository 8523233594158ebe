//! Private buses with the real `dbus-daemon`, and the real polkit on them. The machine's own buses, actions and rules
//! stay untouched.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use zbus::fdo::DBusProxy;
use zbus::names::BusName;

use crate::process::Process;
use crate::{binaries, desk};

const DAEMON: &str = "dbus-daemon";
const POLKITD: &str = "/usr/lib/polkit-1/polkitd";
const LIMIT: Duration = Duration::from_secs(60);

/// The part of the system bus's configuration that every distribution has: names and calls are closed unless a service opens
/// them.
const SYSTEM_RULES: &str = r#"
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf</include>
"#;

/// The part of a session bus's configuration: one user, everything open.
const SESSION_RULES: &str = r#"
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
"#;

/// A bus of its own. It ends with its owner.
#[derive(Debug)]
pub struct Bus {
    process: Process,
    address: String,
}

impl Bus {
    /// A bus as the system has it, with polkit's and our own policy. `folder` must be reachable for the users that call.
    pub fn system(folder: &Path) -> Result<Self> {
        let policy = deploy().join("dbus/org.migasfree.Client1.conf");
        let include = format!("  <include>{}</include>\n", policy.display());
        let rules = format!("{SYSTEM_RULES}{include}");
        Self::start(folder, "system", &rules, Command::new(DAEMON))
    }

    /// A bus as a session has it.
    pub fn session(folder: &Path) -> Result<Self> {
        Self::start(folder, "session", SESSION_RULES, Command::new(DAEMON))
    }

    /// The session bus of the ordinary user; `folder` is the user's own.
    pub fn session_of_user(folder: &Path) -> Result<Self> {
        Self::start(folder, "session", SESSION_RULES, desk::as_user(DAEMON))
    }

    fn start(folder: &Path, kind: &str, rules: &str, mut daemon: Command) -> Result<Self> {
        let socket = folder.join(format!("{kind}-bus"));
        let address = format!("unix:path={}", socket.display());
        let config = folder.join(format!("{kind}-bus.conf"));
        fs::write(
            &config,
            format!(
                "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
                 \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n<busconfig>\n  \
                 <type>{kind}</type>\n  <listen>{address}</listen>\n  <auth>EXTERNAL</auth>\n{rules}</busconfig>\n"
            ),
        )?;
        let mut process = Process::start(
            DAEMON,
            daemon
                .arg("--nofork")
                .arg("--nopidfile")
                .arg("--nosyslog")
                .arg("--config-file")
                .arg(&config),
            &folder.join(format!("{kind}-bus.log")),
        )?;
        let start = Instant::now();
        while UnixStream::connect(&socket).is_err() {
            ensure!(
                process.is_running() && start.elapsed() < LIMIT,
                "the bus did not start:\n{}",
                process.log()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(Self { process, address })
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The process number of the bus.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The environment of a program that shall take this bus for the system's.
    pub fn as_system(&self) -> (&'static str, &str) {
        ("DBUS_SYSTEM_BUS_ADDRESS", &self.address)
    }

    /// The environment of a program that shall take this bus for its session's.
    pub fn as_session(&self) -> (&'static str, &str) {
        ("DBUS_SESSION_BUS_ADDRESS", &self.address)
    }

    /// A connection of this process.
    pub async fn connect(&self) -> Result<zbus::Connection> {
        Ok(zbus::connection::Builder::address(self.address.as_str())
            .build()
            .await?)
    }

    /// Waits until somebody owns a name.
    pub async fn wait_for_name(&self, name: &str) -> Result<()> {
        let bus = self.connect().await?;
        let bus = DBusProxy::new(&bus).await?;
        let start = Instant::now();
        while !bus.name_has_owner(BusName::try_from(name)?).await? {
            ensure!(start.elapsed() < LIMIT, "nobody took the name {name}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Waits until nobody owns a name.
    pub async fn wait_for_end_of_name(&self, name: &str) -> Result<()> {
        let bus = self.connect().await?;
        let bus = DBusProxy::new(&bus).await?;
        let start = Instant::now();
        while bus.name_has_owner(BusName::try_from(name)?).await? {
            ensure!(
                start.elapsed() < LIMIT,
                "somebody still has the name {name}"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

/// polkit on a private system bus with our actions, and rules of the test.
#[derive(Debug)]
pub struct Polkit {
    process: Process,
    rules: PathBuf,
}

impl Polkit {
    /// Starts it in a mount namespace of its own, in which our actions and these rules lie over the system's. Needs root.
    /// `rules` is JavaScript; empty leaves the shipped defaults.
    pub async fn start(bus: &Bus, folder: &Path, rules: &str) -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            bail!("polkit can only be started by root");
        }
        let actions = readable_folder(&folder.join("polkit-actions"))?;
        let policy = "org.migasfree.client1.policy";
        fs::copy(deploy().join("polkit").join(policy), actions.join(policy))
            .context("our actions")?;
        let rules_folder = readable_folder(&folder.join("polkit-rules"))?;
        let polkit = Self {
            process: Process::start(
                "polkitd",
                Command::new("unshare")
                    .args(["--mount", "--", "sh", "-e", "-c"])
                    .arg(
                        "mkdir -p /etc/polkit-1/rules.d\n\
                         mount --bind \"$1\" /usr/share/polkit-1/actions\n\
                         mount --bind \"$2\" /etc/polkit-1/rules.d\n\
                         exec \"$3\" --no-debug",
                    )
                    .arg("sh")
                    .arg(&actions)
                    .arg(&rules_folder)
                    .arg(POLKITD)
                    .env(bus.as_system().0, bus.as_system().1),
                &folder.join("polkitd.log"),
            )?,
            rules: rules_folder.join("00-test.rules"),
        };
        polkit.write_rules(rules)?;
        bus.wait_for_name("org.freedesktop.PolicyKit1")
            .await
            .with_context(|| polkit.process.log())?;
        Ok(polkit)
    }

    /// Replaces the rules; polkit notices by itself within a moment.
    pub fn write_rules(&self, rules: &str) -> Result<()> {
        fs::write(&self.rules, rules)?;
        Ok(())
    }

    /// What it printed.
    pub fn log(&self) -> String {
        self.process.log()
    }
}

/// A rule that answers `result` (`YES`, `NO`, `AUTH_ADMIN` …) for one action.
pub fn rule(action: &str, result: &str) -> String {
    format!(
        "polkit.addRule(function (action, subject) {{\n  if (action.id == \"{action}\") {{ return polkit.Result.{result}; }}\n}});\n"
    )
}

/// The files that a package installs.
pub fn deploy() -> PathBuf {
    binaries::checkout().join("deploy")
}

/// A new temporary folder that every user may enter.
pub fn open_folder() -> Result<tempfile::TempDir> {
    let folder = tempfile::Builder::new()
        .prefix("migasfree-bus-")
        .tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

fn readable_folder(path: &Path) -> Result<PathBuf> {
    fs::create_dir_all(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    Ok(path.to_path_buf())
}
