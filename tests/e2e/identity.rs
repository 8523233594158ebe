//! Who computers are, with the real programs: coming to be known, moving over, being copied and revoked, and somebody
//! between who does with the server's answers what they like.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use migasfree_tests::admin::{Admin, id};
use migasfree_tests::computer::Computer;
use migasfree_tests::hostile::{Hostile, NATIVE, Way};
use migasfree_tests::offer::Offer;
use migasfree_tests::package::Package;
use migasfree_tests::server::{Server, Start};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

const PROJECT: &str = "identity-debian-12";
const PLAN: &str = "/api/native/1/synchronization/plan/";
const RESULT: &str = "/api/native/1/synchronization/result/";

/// Exit statuses, as `docs/command-line.md` has them.
const NOT_REGISTERED: i32 = 1;
const USAGE: i32 = 2;
const REFUSED: i32 = 61;
const UNREACHED: i32 = 75;
const PENDING: i32 = 114;

/// A server, somebody before it, and a computer that knows no other way.
struct Bench {
    hostile: Hostile,
    computer: Computer,
    admin: Admin,
    server: Server,
    folder: tempfile::TempDir,
}

/// How a command ended, and what it said.
#[derive(Debug)]
struct Told {
    status: Option<i32>,
    out: String,
    words: String,
}

impl Told {
    fn of(output: &Output) -> Self {
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let words = format!("{out}{}", String::from_utf8_lossy(&output.stderr));
        Self {
            status: output.status.code(),
            out,
            words,
        }
    }

    #[track_caller]
    fn ends(self, status: i32, words: &str) -> Self {
        assert_eq!(self.status, Some(status), "{}", self.words);
        assert!(self.words.contains(words), "{words}: {}", self.words);
        self
    }
}

async fn run(computer: &Computer, arguments: &[&str]) -> Result<Told> {
    let mut command: tokio::process::Command = computer.alone(arguments).into();
    command
        .env("MIGASFREE_CLIENT_UPLOAD_HARDWARE", "false")
        .env("MIGASFREE_CLIENT_AUTO_UPDATE_PACKAGES", "false");
    Ok(Told::of(&command.output().await?))
}

/// How a computer identifies itself, and what its key is called.
async fn standing(computer: &Computer) -> Result<(String, String)> {
    let told = run(computer, &["status", "--json"]).await?.ends(0, "");
    let status: Value = serde_json::from_str(&told.out)?;
    let text = |name: &str| status[name].as_str().unwrap_or_default().to_owned();
    Ok((text("identified"), text("key")))
}

/// Copies a folder with everything in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut command = Command::new("cp");
    let copied = command
        .args(["--archive", "--reflink=auto", "--no-target-directory"])
        .args([from, to])
        .status()?;
    ensure!(copied.success(), "{} was not copied", from.display());
    Ok(())
}

impl Bench {
    /// `None`, after saying why, for who is not root.
    async fn new(seed: u64) -> Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("left out: a Debian system can only be had by root");
            return Ok(None);
        }
        let folder = tempfile::tempdir()?;
        let server = Start::at(&folder.path().join("server")).start()?;
        let admin = server.admin().await?;
        let hostile = Hostile::before(&server, seed).await?;
        let root = folder.path().join("root");
        let computer = Computer::make(&root, hostile.address(), PROJECT, "identity-01")?;
        // Nothing but what the server offers.
        fs::write(root.join("etc/apt/sources.list"), "")?;
        Ok(Some(Self {
            hostile,
            computer,
            admin,
            server,
            folder,
        }))
    }

    /// The computers' project, which they join by themselves or not.
    async fn project(&self, is_open: bool) -> Result<i64> {
        let platform = json!({"name": "Linux"});
        let platform = self.admin.add("platforms/", &platform).await?;
        let project = json!({
            "name": PROJECT, "pms": "apt", "architecture": "amd64",
            "auto_register_computers": is_open, "platform": platform,
        });
        self.admin.add("projects/", &project).await
    }

    async fn run(&self, arguments: &[&str]) -> Result<Told> {
        run(&self.computer, arguments).await
    }

    async fn is_known(&self) -> Result<bool> {
        Ok(standing(&self.computer).await?.0 == "own-key")
    }

    fn state(&self) -> PathBuf {
        self.computer.root().join("var/lib/migasfree")
    }

    /// The computer forgets all, also which hardware it is.
    fn becomes_another(&self) -> Result<()> {
        Ok(fs::remove_dir_all(self.state())?)
    }

    /// A file that nobody else can read.
    fn secret_file(&self, text: &str) -> Result<String> {
        let file = self.folder.path().join("secret");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        options.open(&file)?.write_all(text.as_bytes())?;
        Ok(file.display().to_string())
    }

    /// A token of a project with these members besides: the number and the secret.
    async fn token(&self, project: i64, more: Value) -> Result<(i64, String)> {
        let mut token = json!({
            "name": "Classroom", "project": project, "expires_at": "2999-01-01T00:00:00Z",
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            token[name.as_str()] = value.clone();
        }
        let made = self.admin.create("enrolment-tokens/", &token).await?;
        let secret = made["secret"].as_str().context("a token has a secret")?;
        Ok((id(&made)?, secret.to_owned()))
    }

    async fn registers_with_token(&self, token: &str) -> Result<Told> {
        let file = self.secret_file(token)?;
        self.run(&["register", "-y", "--token-file", &file]).await
    }

    /// Decides about the one key in this state, and answers its row.
    async fn decide(&self, state: &str, action: &str) -> Result<Value> {
        let key = self.only_key(state).await?;
        let path = format!("computer-keys/{}/{action}/", id(&key)?);
        self.admin.create(&path, &json!({})).await
    }

    async fn only_key(&self, state: &str) -> Result<Value> {
        let path = format!("computer-keys/?state={state}");
        let mut keys = self.admin.list(&path).await?;
        ensure!(keys.len() == 1, "{state}: {keys:?}");
        keys.pop().context("a key")
    }

    /// How the one computer of the server identifies itself.
    async fn identity(&self) -> Result<Value> {
        let computer = self.admin.find("computers/").await?;
        let path = format!("computers/{computer}/");
        Ok(self.admin.get(&path).await?["identity"].take())
    }

    /// What an answer of the server could change: what is believed, where packages come from, and which there are.
    fn kept(&self) -> Result<Vec<(PathBuf, Vec<u8>)>> {
        let folder = self.hostile.address().replace(':', "_");
        let own = self.state().join(folder);
        let names = [
            "definitions.json",
            "trust.json",
            "native.json",
            "computer.key",
        ];
        let mut files: Vec<PathBuf> = names.iter().map(|name| own.join(name)).collect();
        let root = self.computer.root();
        files.push(root.join("var/lib/dpkg/status"));
        for entry in fs::read_dir(root.join("etc/apt/sources.list.d"))? {
            files.push(entry?.path());
        }
        files.sort();
        let read = |file: PathBuf| -> Result<(PathBuf, Vec<u8>)> {
            let content = fs::read(&file).with_context(|| file.display().to_string())?;
            Ok((file, content))
        };
        files.into_iter().map(read).collect()
    }

    fn has_the_package(&self) -> bool {
        let file = "usr/share/field-kit/readme";
        self.computer.root().join(file).exists()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_enrolment_lets_a_computer_in() -> Result<()> {
    let Some(bench) = Bench::new(1).await? else {
        return Ok(());
    };
    let project = bench.project(true).await?;
    bench.run(&["register", "-y"]).await?.ends(0, "Registered");
    ensure!(
        bench.is_known().await?,
        "where computers join by themselves"
    );

    bench.becomes_another()?;
    let closed = json!({"auto_register_computers": false});
    let path = format!("projects/{project}/");
    bench.admin.change(&path, &closed).await?;
    let nobody = bench.run(&["register", "-y"]).await?;
    nobody.ends(NOT_REGISTERED, "--user");
    let user = ["register", "-y", "--user", "admin", "--password-file"];
    let wrong = bench.secret_file("not the password\n")?;
    let refused = bench.run(&[&user[..], &[wrong.as_str()]].concat()).await?;
    refused.ends(NOT_REGISTERED, "");
    let right = bench.secret_file(&bench.server.password()?)?;
    let taken = bench.run(&[&user[..], &[right.as_str()]].concat()).await?;
    taken.ends(0, "Registered");
    ensure!(bench.is_known().await?, "where an operator vouches");

    bench.becomes_another()?;
    let (_, token) = bench.token(project, json!({"max_uses": 1})).await?;
    let taken = bench.registers_with_token(&token).await?;
    taken.ends(0, "Registered");
    ensure!(bench.is_known().await?, "with a token");

    bench.becomes_another()?;
    let (_, server_key) = token.split_once('.').context("a token names the server")?;
    let ask = ["register", "-y", "--server-key", server_key];
    let waits = bench.run(&ask).await?.ends(PENDING, "waits for approval");
    let (word, fingerprint) = standing(&bench.computer).await?;
    ensure!(word == "pending", "{word}");
    ensure!(waits.words.contains(&fingerprint), "{}", waits.words);
    bench.run(&ask).await?.ends(PENDING, &fingerprint);
    let approved = bench.decide("pending", "approve").await?;
    ensure!(approved["thumbprint"] == fingerprint, "{approved}");
    bench.run(&["register", "-y"]).await?.ends(0, "Registered");
    ensure!(bench.is_known().await?, "after the approval");

    let all = bench.admin.list("computers/").await?;
    ensure!(all.len() == 4, "one for each way: {all:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_good_lets_nobody_in() -> Result<()> {
    let Some(bench) = Bench::new(2).await? else {
        return Ok(());
    };
    let project = bench.project(false).await?;
    let soon = Command::new("date")
        .args(["--utc", "--date=+3 seconds", "+%Y-%m-%dT%H:%M:%SZ"])
        .output()?;
    let soon = String::from_utf8(soon.stdout)?;
    let expiring = json!({"expires_at": soon.trim()});
    let (_, expired) = bench.token(project, expiring).await?;
    let is_over = Instant::now() + Duration::from_secs(4);

    let (_, once) = bench.token(project, json!({"max_uses": 1})).await?;
    bench
        .registers_with_token(&once)
        .await?
        .ends(0, "Registered");
    bench.becomes_another()?;
    let (number, revoked) = bench.token(project, json!({})).await?;
    let path = format!("enrolment-tokens/{number}/revoke/");
    bench.admin.create(&path, &json!({})).await?;
    let (secret, server_key) = once.split_once('.').context("a token names the server")?;
    // Both halves have the same form, so each makes one that is well written.
    let unknown = format!("mfe_{server_key}.{server_key}");
    let of_another = format!("{secret}.{}", secret.trim_start_matches("mfe_"));
    sleep_until(is_over).await;
    for (which, token) in [
        ("used up", &once),
        ("revoked", &revoked),
        ("expired", &expired),
        ("unknown", &unknown),
        ("of another server", &of_another),
    ] {
        let told = bench.registers_with_token(token).await?;
        assert_eq!(told.status, Some(REFUSED), "{which}: {}", told.words);
        ensure!(!bench.is_known().await?, "{which}");
    }
    bench
        .registers_with_token("nonsense")
        .await?
        .ends(USAGE, "");
    let computers = bench.admin.list("computers/").await?;
    ensure!(computers.len() == 1, "{computers:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installed_computer_moves_over_with_its_next_synchronisation() -> Result<()> {
    let Some(bench) = Bench::new(3).await? else {
        return Ok(());
    };
    bench.project(true).await?;
    bench.hostile.hides_native(true);
    bench.run(&["register", "-y"]).await?.ends(0, "Registered");
    let (word, _) = standing(&bench.computer).await?;
    ensure!(word == "project-key", "{word}");
    let identity = bench.identity().await?;
    ensure!(identity["kind"] == "project_key", "{identity}");
    let (sealed, native) = (bench.folder.path().join("sealed"), bench.state());
    copy(&native, &sealed)?;

    bench.hostile.hides_native(false);
    bench.run(&["sync"]).await?.ends(0, "");
    ensure!(bench.is_known().await?, "it moves over by itself");
    let identity = bench.identity().await?;
    ensure!(identity["kind"] == "native", "{identity}");
    ensure!(identity["verified"] == false, "nobody vouched: {identity}");

    // As it was, it is refused: whoever has the project's key could be it.
    let moved = bench.folder.path().join("moved");
    copy(&native, &moved)?;
    bench.becomes_another()?;
    copy(&sealed, &native)?;
    bench.hostile.hides_native(true);
    bench.run(&["sync"]).await?.ends(REFUSED, "");
    bench.run(&["label", "--json"]).await?.ends(REFUSED, "");
    bench.becomes_another()?;
    copy(&moved, &native)?;
    bench.run(&["label", "--json"]).await?.ends(0, "uuid");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_computer_is_seen_as_soon_as_it_has_a_key_of_its_own() -> Result<()> {
    let Some(bench) = Bench::new(4).await? else {
        return Ok(());
    };
    let project = bench.project(false).await?;
    let (_, token) = bench.token(project, json!({})).await?;
    bench
        .registers_with_token(&token)
        .await?
        .ends(0, "Registered");
    let (_, original) = standing(&bench.computer).await?;
    let root = bench.folder.path().join("copy");
    copy(bench.computer.root(), &root)?;
    let clone = Computer::make(&root, bench.hostile.address(), PROJECT, "identity-02")?;

    run(&clone, &["remove-keys"]).await?.ends(0, "");
    let waits = run(&clone, &["register", "-y"]).await?;
    waits.ends(PENDING, "waits for approval");
    let identity = bench.identity().await?;
    ensure!(identity["duplicates"] == 1, "{identity}");
    let notes = bench.admin.list("notifications/").await?;
    let told = |note: &Value| note.to_string().contains("Two keys claim to be");
    ensure!(notes.iter().any(told), "{notes:?}");
    bench.run(&["label", "--json"]).await?.ends(0, "uuid");

    // Whoever is approved is the computer, and the other one is no more.
    bench.decide("pending", "approve").await?;
    run(&clone, &["register", "-y"])
        .await?
        .ends(0, "Registered");
    run(&clone, &["label", "--json"]).await?.ends(0, "uuid");
    let replaced = bench.run(&["label", "--json"]).await?;
    replaced.ends(REFUSED, "Another key took the place");
    let key = bench.only_key("replaced").await?;
    ensure!(key["thumbprint"] == original, "{key}");
    ensure!(key["contested_at"].is_string(), "it is used still: {key}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_with_the_same_key_is_seen_when_both_synchronise() -> Result<()> {
    let Some(bench) = Bench::new(8).await? else {
        return Ok(());
    };
    bench.project(true).await?;
    bench.run(&["register", "-y"]).await?.ends(0, "Registered");
    bench.run(&["sync"]).await?.ends(0, "");
    let root = bench.folder.path().join("copy");
    copy(bench.computer.root(), &root)?;

    // What goes back to a state that was kept is no copy.
    let kept = bench.folder.path().join("kept");
    copy(&bench.state(), &kept)?;
    bench.run(&["sync"]).await?.ends(0, "");
    bench.becomes_another()?;
    copy(&kept, &bench.state())?;
    bench.run(&["sync"]).await?.ends(0, "");
    bench.run(&["sync"]).await?.ends(0, "");
    let key = bench.only_key("active").await?;
    ensure!(key["contested_at"].is_null(), "{key}");

    let clone = Computer::make(&root, bench.hostile.address(), PROJECT, "identity-02")?;
    for _ in 0..3 {
        run(&clone, &["sync"]).await?.ends(0, "");
        bench.run(&["sync"]).await?.ends(0, "");
    }
    let key = bench.only_key("active").await?;
    ensure!(key["contested_at"].is_string(), "{key}");
    let notes = bench.admin.list("notifications/").await?;
    let told = |note: &&Value| note.to_string().contains("two machines use it");
    ensure!(notes.iter().filter(told).count() == 1, "{notes:?}");

    // Who registers again goes on alone.
    bench.run(&["register", "-y"]).await?.ends(0, "Registered");
    bench.run(&["sync"]).await?.ends(0, "");
    let refused = run(&clone, &["label", "--json"]).await?;
    refused.ends(REFUSED, "Another key took the place");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_was_deleted_enrols_again_where_something_lets_it_in() -> Result<()> {
    let Some(bench) = Bench::new(9).await? else {
        return Ok(());
    };
    let project = bench.project(true).await?;
    bench.run(&["register", "-y"]).await?.ends(0, "Registered");
    bench.run(&["sync"]).await?.ends(0, "");
    let (_, key) = standing(&bench.computer).await?;
    let delete = async || -> Result<()> {
        let computer = bench.admin.find("computers/").await?;
        bench.admin.delete(&format!("computers/{computer}/")).await
    };
    delete().await?;
    bench
        .run(&["label", "--json"])
        .await?
        .ends(REFUSED, "does not know");
    bench.run(&["sync"]).await?.ends(0, "");
    ensure!(
        standing(&bench.computer).await?.1 == key,
        "it is the same key"
    );

    let closed = json!({"auto_register_computers": false});
    let path = format!("projects/{project}/");
    bench.admin.change(&path, &closed).await?;
    delete().await?;
    bench
        .run(&["sync"])
        .await?
        .ends(PENDING, "waits for approval");
    bench.decide("pending", "approve").await?;
    bench.run(&["sync"]).await?.ends(0, "");
    ensure!(bench.is_known().await?, "after the approval");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_is_revoked_in_the_middle_of_a_synchronisation_is_cut_off() -> Result<()> {
    let Some(bench) = Bench::new(5).await? else {
        return Ok(());
    };
    bench.project(true).await?;
    bench.run(&["register", "-y"]).await?.ends(0, "Registered");
    bench.hostile.seen();
    let held = bench.hostile.holds(RESULT);
    let revoke = async {
        let lets_go = held.await.context("no result was told")?;
        let seen = bench.hostile.seen();
        ensure!(seen.iter().any(|path| path == PLAN), "{seen:?}");
        let revoked = bench.decide("active", "revoke").await;
        drop(lets_go);
        revoked
    };
    let sync = bench.run(&["sync"]);
    tokio::pin!(sync);
    let revoked = tokio::select! {
        revoked = revoke => revoked?,
        told = &mut sync => bail!("it told no result: {told:?}"),
    };
    ensure!(revoked["state"] == "revoked", "{revoked}");
    sync.await?.ends(REFUSED, "was revoked");
    bench.run(&["sync"]).await?.ends(REFUSED, "was revoked");
    bench
        .run(&["label", "--json"])
        .await?
        .ends(REFUSED, "was revoked");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_follows_from_what_somebody_between_does() -> Result<()> {
    let Some(bench) = Bench::new(6).await? else {
        return Ok(());
    };
    let offer = Offer {
        project: PROJECT,
        deployment: "Field",
        packages: &[Package::new("field-kit", "1.0").file("/usr/share/field-kit/readme", "hello\n")],
        files: &[],
    };
    offer.publish(&bench.admin, bench.server.url()).await?;
    bench.run(&["register", "-y"]).await?.ends(0, "Registered");
    bench.run(&["sync"]).await?.ends(0, "");
    let deployment = bench.admin.find("deployments/?name=Field").await?;
    let install = json!({"packages_to_install": ["field-kit"]});
    let path = format!("deployments/{deployment}/");
    bench.admin.change(&path, &install).await?;

    let before = bench.kept()?;
    let untouched = |way: Way| -> Result<()> {
        ensure!(!bench.has_the_package(), "{way:?}: it was installed");
        let after = bench.kept()?;
        let names = |files: &[(PathBuf, Vec<u8>)]| -> Vec<PathBuf> {
            files.iter().map(|(file, _)| file.clone()).collect()
        };
        ensure!(names(&before) == names(&after), "{way:?}: other files");
        for ((file, was), (_, is)) in before.iter().zip(&after) {
            ensure!(was == is, "{way:?}: {} changed", file.display());
        }
        Ok(())
    };
    for (way, status, words) in [
        (Way::Changes, REFUSED, "changed on the way"),
        (Way::Replays, REFUSED, "changed on the way"),
        (Way::Drops, UNREACHED, ""),
        (Way::Truncates, UNREACHED, ""),
        (Way::Replays, REFUSED, "changed on the way"),
        (Way::Changes, REFUSED, "changed on the way"),
    ] {
        bench.hostile.turns(way, NATIVE);
        bench.run(&["sync"]).await?.ends(status, words);
        untouched(way)?;
    }
    bench.hostile.turns(Way::Swaps, NATIVE);
    let (one, other) = tokio::join!(
        bench.run(&["label", "--json"]),
        bench.run(&["info", "--json"])
    );
    for told in [one?, other?] {
        told.ends(REFUSED, "changed on the way");
    }
    untouched(Way::Swaps)?;

    bench.hostile.turns(Way::Honest, NATIVE);
    bench.run(&["sync"]).await?.ends(0, "");
    ensure!(bench.has_the_package(), "it is well again");
    Ok(())
}

/// As long as a computer waits for an answer: a minute, in which nothing is computed.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_kept_from_answering_is_not_waited_for_for_ever() -> Result<()> {
    let Some(bench) = Bench::new(7).await? else {
        return Ok(());
    };
    bench.project(true).await?;
    bench.run(&["register", "-y"]).await?.ends(0, "Registered");
    bench.hostile.turns(Way::Keeps, NATIVE);
    let late = bench.run(&["label", "--json"]).await?;
    late.ends(UNREACHED, "");
    bench.hostile.turns(Way::Honest, NATIVE);
    bench.run(&["label", "--json"]).await?.ends(0, "uuid");
    Ok(())
}
