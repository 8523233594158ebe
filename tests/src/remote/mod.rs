//! Remote support with the real programs: a computer with its daemon and its agent, and a server that knows both it and the
//! helpdesk.

pub mod desktop;
pub mod eyes;
pub mod operator;
pub mod peer;
pub mod screen;
pub mod viewer;
pub mod window;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use migasfree_native::key::KeyPair;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::admin::{Admin, id};
use crate::binaries;
use crate::bus::{self, Bus};
use crate::computer::Computer;
use crate::process::Process;
use crate::server::{Server, Start};

use operator::Operator;

/// How long anything may take that is about to happen.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// The computer's project.
pub const PROJECT: &str = "remote-debian-12";
/// The group of those who help, as every server has it.
const HELPERS: &str = "Remote Helper";
/// An account with a shell that is on every computer where these tests run: that of PostgreSQL.
pub const ACCOUNT: &str = "postgres";
/// Why somebody helps.
pub const REASON: &str = "The printer is stuck";
/// The password of everybody but the administrator.
pub const PASSWORD: &str = "long enough for tests 1";
/// The name of the computer.
const NAME: &str = "remote-01";

/// How a server goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Down {
    /// It is asked to, and tells those who are connected.
    Told,
    /// As in a power cut.
    Killed,
}

/// A server and a computer. What was started last ends first.
#[derive(Debug)]
pub struct Scene {
    agent: Option<Process>,
    daemon: Process,
    bus: Bus,
    computer: Computer,
    number: i64,
    admin: Admin,
    server: Server,
    start: Start,
    /// Groups of those who help.
    helpers: Vec<i64>,
    folder: TempDir,
}

impl Scene {
    /// A computer that synchronised, whose agent is connected. `None`, after saying why, for who is not root.
    ///
    /// # Errors
    /// When a part of it does not start.
    pub async fn open() -> Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("left out: a Debian system can only be had by root");
            return Ok(None);
        }
        let folder = bus::open_folder()?;
        let start = Start::at(&folder.path().join("server"));
        let server = start.start()?;
        let admin = server.admin().await?;
        project(&admin).await?;
        let computer = known_computer(&folder.path().join("root"), &server)?;
        let number = admin.find(&format!("computers/?name={NAME}")).await?;
        let path = format!("accounts/groups/?name={HELPERS}");
        let helpers = vec![admin.find(&path).await?];
        let bus = Bus::session(folder.path())?;
        let daemon = start_daemon(folder.path(), &computer, &bus)?;
        bus.wait_for_name("org.migasfree.Client1")
            .await
            .with_context(|| daemon.log())?;
        let mut scene = Self {
            agent: None,
            daemon,
            bus,
            computer,
            number,
            admin,
            server,
            start,
            helpers,
            folder,
        };
        // Programs ask here, which showed nobody who they are lately.
        scene.policy(&json!({"proof": "sign_in"})).await?;
        scene.start_agent()?;
        scene.until_online(true).await?;
        Ok(Some(scene))
    }

    /// The same where nobody is asked: the policy says so, and those who help have the right to it.
    ///
    /// # Errors
    /// As of [`Self::open`].
    pub async fn unattended() -> Result<Option<Self>> {
        let Some(mut scene) = Self::open().await? else {
            return Ok(None);
        };
        scene.policy(&json!({"consent": "unattended"})).await?;
        let right = "accounts/permissions/?name__icontains=act unattended&page=1";
        let right = scene.admin.find(right).await?;
        let group = json!({"name": "Unasked", "permissions": [right]});
        let group = scene.admin.add("accounts/groups/", &group).await?;
        scene.helpers.push(group);
        Ok(Some(scene))
    }

    /// A folder that everybody may enter.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The server.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Its administrator.
    #[must_use]
    pub fn admin(&self) -> &Admin {
        &self.admin
    }

    /// The computer.
    #[must_use]
    pub fn computer(&self) -> &Computer {
        &self.computer
    }

    /// The bus of the computer, which is that of the person at it, too.
    #[must_use]
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// The number by which the server knows the computer.
    #[must_use]
    pub fn number(&self) -> i64 {
        self.number
    }

    /// The same as people type it.
    #[must_use]
    pub fn cid(&self) -> String {
        self.number.to_string()
    }

    /// The process of the agent, if it runs.
    #[must_use]
    pub fn agent(&self) -> Option<u32> {
        self.agent.as_ref().map(Process::id)
    }

    /// What server, daemon and agent wrote.
    #[must_use]
    pub fn logs(&self) -> String {
        let server = fs::read_to_string(self.server.data().join("server.log"));
        let agent = self.agent.as_ref().map(Process::log);
        format!(
            "--- server\n{}\n--- daemon\n{}\n--- agent\n{}",
            server.unwrap_or_default(),
            self.daemon.log(),
            agent.unwrap_or_default()
        )
    }

    /// Changes the policy that every server has from the beginning.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn policy(&self, change: &Value) -> Result<()> {
        let id = self.admin.find("remote-policies/?name=Ask first").await?;
        let path = format!("remote-policies/{id}/");
        self.admin.change(&path, change).await?;
        Ok(())
    }

    /// Groups of those who help.
    #[must_use]
    pub fn helpers(&self) -> &[i64] {
        &self.helpers
    }

    /// An account of the console of somebody who helps, signed in to REST, and its number.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn account(&self, name: &str) -> Result<(i64, Admin)> {
        self.account_in(name, &self.helpers).await
    }

    /// An account of the console in one group.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn member(&self, name: &str, group: &str) -> Result<Admin> {
        let path = format!("accounts/groups/?name={group}");
        let group = self.admin.find(&path).await?;
        let (_, account) = self.account_in(name, &[group]).await?;
        Ok(account)
    }

    async fn account_in(&self, name: &str, groups: &[i64]) -> Result<(i64, Admin)> {
        let account = json!({
            "username": name, "email": format!("{name}@example.org"), "first_name": name, "last_name": "Example",
            "is_staff": true, "is_active": true, "groups": groups,
        });
        let id = self.admin.add("user-profiles/", &account).await?;
        let path = format!("user-profiles/{id}/change-password/");
        let password = json!({"password": PASSWORD, "password2": PASSWORD});
        let request = self.admin.request(Method::PUT, &path).json(&password);
        request.send().await?.error_for_status()?;
        let account = Admin::sign_in(self.server.url(), name, PASSWORD).await?;
        Ok((id, account))
    }

    /// Somebody of the helpdesk who is signed in with Connect, and the same person's account.
    ///
    /// # Errors
    /// When they are not let in.
    pub async fn helper(&self, name: &str) -> Result<(Operator, Admin)> {
        let (_, account) = self.account(name).await?;
        let operator = Operator::sign_in(self.server.url(), &account).await?;
        Ok((operator, account))
    }

    /// The administrator, signed in with Connect.
    ///
    /// # Errors
    /// When they are not let in.
    pub async fn administrator(&self) -> Result<Operator> {
        Operator::sign_in(self.server.url(), &self.admin).await
    }

    /// Starts the agent, which is to find the daemon on the bus of the scene.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_agent(&mut self) -> Result<()> {
        let mut command = Command::new(binaries::path("migasfree-agent"));
        command.env("DBUS_SYSTEM_BUS_ADDRESS", self.bus.address());
        let log = self.folder.path().join("agent.log");
        self.agent = Some(Process::start("migasfree-agent", &mut command, &log)?);
        Ok(())
    }

    /// Ends the agent without a warning.
    ///
    /// # Errors
    /// When there is none.
    pub fn kill_agent(&mut self) -> Result<()> {
        let mut agent = self.agent.take().context("an agent")?;
        agent.kill()
    }

    /// Ends the agent as its unit does, and waits until the server knows.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn stop_agent(&mut self) -> Result<()> {
        let mut agent = self.agent.take().context("an agent")?;
        agent.stop()?;
        self.until_online(false).await
    }

    /// Ends the server.
    ///
    /// # Errors
    /// When it does not end.
    pub fn server_goes(&mut self, down: Down) -> Result<()> {
        match down {
            Down::Told => self.server.process().stop().map(drop),
            Down::Killed => self.server.process().kill(),
        }
    }

    /// Starts the server again, where it was.
    ///
    /// # Errors
    /// When it does not start.
    pub fn server_comes(&mut self) -> Result<()> {
        let start = Start {
            listen: self.server.address().to_owned(),
            ..self.start.clone()
        };
        self.server = start.start()?;
        Ok(())
    }

    /// Waits until the server says that the computer is connected, or is not.
    ///
    /// # Errors
    /// When it never does.
    pub async fn until_online(&self, wanted: bool) -> Result<()> {
        self.until_online_of(self.number, wanted).await
    }

    /// The same of any computer.
    ///
    /// # Errors
    /// When it never does.
    pub async fn until_online_of(&self, computer: i64, wanted: bool) -> Result<()> {
        let path = format!("computers/{computer}/remote-access/");
        let status = if wanted { "online" } else { "offline" };
        let begun = Instant::now();
        loop {
            // A server that starts does not answer yet.
            let told = self.admin.get(&path).await;
            if told.as_ref().is_ok_and(|told| told["status"] == status) {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                bail!("not {status}: {told:?}\n{}", self.logs());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until the computer offers a service, or does not.
    ///
    /// # Errors
    /// When it never does.
    pub async fn until_offered(&self, service: &str, wanted: bool) -> Result<()> {
        let path = format!("computers/{}/remote-access/", self.number);
        let begun = Instant::now();
        loop {
            let told = self.admin.get(&path).await?;
            let mut services = told["services"].as_array().into_iter().flatten();
            if services.any(|offered| offered == service) == wanted {
                return Ok(());
            }
            ensure!(
                begun.elapsed() < PATIENCE,
                "{service}: {told}\n{}",
                self.logs()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Asks for a session over REST: what the server grants.
    ///
    /// # Errors
    /// When it grants nothing.
    pub async fn ask(&self, account: &Admin, more: &Value) -> Result<Value> {
        account.create("remote-sessions/", &self.asked(more)).await
    }

    /// The same: the status, and what is said.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn asks(&self, account: &Admin, more: &Value) -> Result<(u16, String)> {
        let request = account.request(Method::POST, "remote-sessions/");
        let answer = request.json(&self.asked(more)).send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }

    /// A request for a terminal, with these members besides.
    fn asked(&self, more: &Value) -> Value {
        let mut asked = json!({
            "computer": self.number, "service": "terminal", "account": ACCOUNT, "reason": REASON,
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            asked[name.as_str()] = value.clone();
        }
        asked
    }

    /// The newest session of the computer.
    ///
    /// # Errors
    /// When there is none.
    pub async fn newest(&self) -> Result<Value> {
        let path = format!(
            "remote-sessions/?computer__id={}&ordering=-created_at",
            self.number
        );
        let sessions = self.admin.list(&path).await?;
        sessions.into_iter().next().context("a session")
    }

    /// Waits until a session is over: its row.
    ///
    /// # Errors
    /// When it goes on.
    pub async fn until_over(&self, session: i64) -> Result<Value> {
        let path = format!("remote-sessions/{session}/");
        let begun = Instant::now();
        loop {
            let row = self.admin.get(&path).await?;
            if row["state"] == "ended" {
                return Ok(row);
            }
            ensure!(
                begun.elapsed() < PATIENCE,
                "it goes on: {row}\n{}",
                self.logs()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Ends all sessions that go on or could begin.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn ends_all(&self) -> Result<()> {
        let live = "remote-sessions/?state__in=requested,asking,active,detached";
        for session in self.admin.list(live).await? {
            let path = format!("remote-sessions/{}/end/", id(&session)?);
            self.admin.create(&path, &json!({})).await?;
        }
        Ok(())
    }

    /// What happened in a session, in its order.
    ///
    /// # Errors
    /// When the server does not tell.
    pub async fn events(&self, session: i64) -> Result<Vec<String>> {
        let path = format!("remote-sessions/{session}/events/");
        let told = self.admin.get(&path).await?;
        let events = told.as_array().context("a list")?.iter();
        let names = events.filter_map(|event| event["what"].as_str());
        Ok(names.map(str::to_owned).collect())
    }

    /// The key of the computer, which only its root can read.
    ///
    /// # Errors
    /// When it is not there.
    pub fn key_of_computer(&self) -> Result<KeyPair> {
        let state = self.computer.root().join("var/lib/migasfree");
        let file = state.join(self.server.address().replace(':', "_"));
        Ok(KeyPair::from_pkcs8(&fs::read(file.join("computer.key"))?)?)
    }

    /// The key of the server, which signs grants.
    ///
    /// # Errors
    /// When it is not there.
    pub fn key_of_server(&self) -> Result<KeyPair> {
        let file = self.server.data().join("keys/migasfree-native.pri");
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let lines = text.lines().filter(|line| !line.starts_with("-----"));
        let der = STANDARD.decode(lines.collect::<String>())?;
        Ok(KeyPair::from_pkcs8(&der)?)
    }

    /// A folder of the account on the computer.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder_of_account(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.path().join(name);
        fs::create_dir_all(&folder)?;
        let owned = Command::new("chown").arg(ACCOUNT).arg(&folder).status()?;
        ensure!(owned.success(), "chown ended with {owned}");
        Ok(folder)
    }
}

async fn project(admin: &Admin) -> Result<()> {
    let platform = admin.add("platforms/", &json!({"name": "Linux"})).await?;
    let project = json!({
        "name": PROJECT, "pms": "apt", "architecture": "amd64", "auto_register_computers": true, "platform": platform,
    });
    admin.add("projects/", &project).await?;
    Ok(())
}

/// A computer that has a key of its own, and said what it is.
fn known_computer(root: &Path, server: &Server) -> Result<Computer> {
    let computer = Computer::make(root, server.address(), PROJECT, NAME)?;
    // Nothing but what the server offers.
    fs::write(root.join("etc/apt/sources.list"), "")?;
    for line in [&["register", "-y"][..], &["sync"]] {
        let mut command = computer.alone(line);
        command
            .env("MIGASFREE_CLIENT_UPLOAD_HARDWARE", "false")
            .env("MIGASFREE_CLIENT_AUTO_UPDATE_PACKAGES", "false");
        succeeded(&command.output()?)?;
    }
    Ok(computer)
}

fn succeeded(output: &Output) -> Result<()> {
    ensure!(
        output.status.success(),
        "{}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// The daemon, of a copy that every account may start: terminals and helpers for files run it as somebody else.
fn start_daemon(folder: &Path, computer: &Computer, bus: &Bus) -> Result<Process> {
    let program = folder.join("migasfreed");
    fs::copy(binaries::path("migasfreed"), &program)?;
    let mut command = Command::new(program);
    command
        .arg("--session")
        .arg("--root")
        .arg(computer.root())
        .arg("--config")
        .arg(computer.config())
        .env(bus.as_session().0, bus.as_session().1);
    Process::start("migasfreed", &mut command, &folder.join("migasfreed.log"))
}
