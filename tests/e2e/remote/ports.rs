//! Ports: `ssh` to a real `sshd`, which is known by the key that the computer reported.

use std::fs;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use migasfree_tests::process::Process;
use migasfree_tests::remote::operator::Operator;
use migasfree_tests::remote::{PATIENCE, REASON, Scene};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};

/// An `sshd` of a folder's own.
struct Sshd {
    folder: PathBuf,
    port: u16,
    running: Option<Process>,
}

impl Sshd {
    /// Makes its keys and starts it.
    fn start(folder: &Path) -> Result<Self> {
        let mut sshd = Self {
            folder: folder.join("sshd"),
            port: TcpListener::bind("127.0.0.1:0")?.local_addr()?.port(),
            running: None,
        };
        fs::create_dir(&sshd.folder)?;
        // Where Debian's own goes to lose its rights; its service makes it otherwise.
        fs::create_dir_all("/run/sshd")?;
        for name in ["host", "user"] {
            sshd.make_key(name)?;
        }
        fs::copy(sshd.file("user.pub"), sshd.file("authorized"))?;
        sshd.run()?;
        Ok(sshd)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn make_key(&self, name: &str) -> Result<()> {
        for file in [self.file(name), self.file(&format!("{name}.pub"))] {
            if file.exists() {
                fs::remove_file(file)?;
            }
        }
        let mut make = Command::new("ssh-keygen");
        make.args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]);
        let made = make.arg(self.file(name)).status()?;
        ensure!(made.success(), "ssh-keygen: {made}");
        Ok(())
    }

    fn run(&mut self) -> Result<()> {
        let config = format!(
            "Port {}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPermitRootLogin prohibit-password\n\
             PasswordAuthentication no\nUsePAM no\nStrictModes no\nPidFile none\n",
            self.port,
            self.file("host").display(),
            self.file("authorized").display()
        );
        fs::write(self.file("config"), config)?;
        let mut command = Command::new("/usr/sbin/sshd");
        command.args(["-D", "-e", "-f"]).arg(self.file("config"));
        let log = self.file("log");
        let mut running = Process::start("sshd", &mut command, &log)?;
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            ensure!(
                running.is_running() && begun.elapsed() < PATIENCE,
                "{}",
                running.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        self.running = Some(running);
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        let mut running = self.running.take().context("an sshd")?;
        running.stop().map(drop)
    }
}

/// The computer reports these keys from now on.
async fn reports(scene: &mut Scene, key: &Path) -> Result<()> {
    let folder = scene.computer().root().join("etc/ssh");
    fs::create_dir_all(&folder)?;
    fs::copy(key, folder.join("ssh_host_ed25519_key.pub"))?;
    scene.stop_agent().await?;
    scene.start_agent()?;
    scene.until_online(true).await
}

/// S-10: whom `ssh` reaches is said by the host key, and no other is taken.
#[tokio::test(flavor = "multi_thread")]
async fn ssh_reaches_the_computer_with_its_own_host_key_and_no_other() -> Result<()> {
    let Some(mut scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let (helper, account) = scene.helper("hugo").await?;
    let mut sshd = Sshd::start(scene.folder())?;
    let ports = [format!("ssh={}", sshd.port), "web=1".to_owned()];
    scene.policy(&json!({"ports": ports})).await?;
    reports(&mut scene, &sshd.file("host.pub")).await?;
    let path = format!("computers/{}/remote-access/", scene.number());
    let services = account.get(&path).await?["services"].to_string();
    ensure!(
        services.contains("ssh-host-key ssh-ed25519 AAAA"),
        "{services}"
    );

    let (cid, key) = (scene.cid(), sshd.file("user").display().to_string());
    let line = [
        "ssh",
        &cid,
        "-u",
        "root",
        "--reason",
        REASON,
        "--",
        "-F",
        "none",
        "-i",
        &key,
        "-oIdentitiesOnly=yes",
        "-oBatchMode=yes",
        "-oStrictHostKeyChecking=no",
        "echo [$((40+2))]; exit 9",
    ];
    helper.run(&line).await?.ends(9, "[42]")?;

    // Somebody else's, whatever the person says about checking.
    sshd.stop()?;
    sshd.make_key("host")?;
    sshd.run()?;
    let another = helper.run(&line).await?.ends(255, "")?;
    ensure!(
        another.said.contains("HOST IDENTIFICATION HAS CHANGED"),
        "{another:?}"
    );
    ensure!(!another.out.contains("[42]"), "{another:?}");
    // What the computer reports itself is taken at once.
    reports(&mut scene, &sshd.file("host.pub")).await?;
    helper.run(&line).await?.ends(9, "[42]")?;

    forwards(&helper, &cid).await?;
    let unknown = ["forward", cid.as_str(), "ldap", "--reason", REASON];
    helper.run(&unknown).await?.ends(61, "no such port")?;
    sshd.stop()?;
    helper
        .run(&line)
        .await?
        .ends(255, "Nothing answers there")?;
    Ok(())
}

/// A port of this computer is told once it is bound, leads there, and is closed with the program.
async fn forwards(helper: &Operator, cid: &str) -> Result<()> {
    let forward = helper.command(&["forward", cid, "ssh", "--reason", REASON]);
    let mut forward = tokio::process::Command::from(forward);
    let mut forward = forward.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let out = forward.stdout.take().context("its output")?;
    let address = BufReader::new(out).lines().next_line().await?;
    let address = address.context("an address")?;
    let mut connection = TcpStream::connect(&address)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    let mut greeting = [0; 8];
    connection.read_exact(&mut greeting)?;
    ensure!(&greeting == b"SSH-2.0-", "{greeting:?}");
    forward.kill().await?;
    ensure!(TcpStream::connect(&address).is_err(), "{address} is open");
    Ok(())
}
