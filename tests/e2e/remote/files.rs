//! Files, which come and go whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use migasfree_tests::admin::id;
use migasfree_tests::remote::operator::Operator;
use migasfree_tests::remote::screen::Screen;
use migasfree_tests::remote::{ACCOUNT, Down, PATIENCE, REASON, Scene};
use serde_json::Value;

/// Large enough for something to happen on the way.
const LARGE: u64 = 96 * 1024 * 1024;
/// So much is on its way when that happens.
const SOME: u64 = 2 * 1024 * 1024;

/// Somebody who copies files of a computer.
struct Clerk<'a> {
    operator: &'a Operator,
    cid: String,
}

impl Clerk<'_> {
    fn there(&self, path: &Path) -> String {
        format!("{}:{}", self.cid, path.display())
    }

    /// The words of a copy; an absolute `to` is a place of this computer's.
    fn line(verb: &str, from: &str, to: &str) -> Vec<String> {
        let words = ["files", verb, from, to, "-u", ACCOUNT, "--reason", REASON];
        words.map(str::to_owned).to_vec()
    }

    fn get(&self, from: &Path, to: &Path) -> Vec<String> {
        Self::line("get", &self.there(from), &to.display().to_string())
    }

    fn put(&self, from: &Path, to: &Path) -> Vec<String> {
        Self::line("put", &from.display().to_string(), &self.there(to))
    }

    async fn runs(&self, line: &[String], status: i32, words: &str) -> Result<()> {
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        self.operator.run(&line).await?.ends(status, words)?;
        Ok(())
    }

    fn starts(&self, line: &[String]) -> Result<Screen> {
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        self.operator.sits_at(&line)
    }
}

/// A large file of which no two pieces are alike.
fn large(file: &Path) -> Result<()> {
    let mut make = Command::new("head");
    make.args(["-c", &LARGE.to_string(), "/dev/urandom"]);
    let made = make.stdout(fs::File::create(file)?).status()?;
    ensure!(made.success(), "head: {made}");
    Ok(())
}

/// Waits until some of a file has arrived in a folder.
async fn until_some_is_in(folder: &Path) -> Result<()> {
    let begun = Instant::now();
    loop {
        let files = fs::read_dir(folder)?.flatten();
        let sizes: Vec<u64> = files
            .filter_map(|file| Some(file.metadata().ok()?.len()))
            .collect();
        if sizes.iter().any(|size| (SOME..LARGE).contains(size)) {
            return Ok(());
        }
        let whole = sizes.contains(&LARGE);
        ensure!(!whole, "it was there before anything could happen");
        ensure!(begun.elapsed() < PATIENCE, "nothing arrives: {sizes:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn is_the_same(one: &Path, other: &Path) -> Result<()> {
    let same = Command::new("cmp").args([one, other]).output()?;
    let told = String::from_utf8_lossy(&same.stdout).into_owned();
    ensure!(same.status.success(), "{} {told}", other.display());
    Ok(())
}

fn given_to_account(file: &Path) -> Result<()> {
    let status = Command::new("chown").arg(ACCOUNT).arg(file).status()?;
    ensure!(status.success(), "{status}");
    Ok(())
}

fn names(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_and_go() -> Result<()> {
    let Some(mut scene) = Scene::unattended().await? else {
        return Ok(());
    };
    let ((helper, _), administrator) =
        tokio::try_join!(scene.helper("hugo"), scene.administrator())?;
    files_are_those_of_the_account_and_of_who_may(&scene, &helper, &administrator).await?;
    scene.ends_all().await?;
    files_arrive_whole_when_the_relay_is_killed_in_the_middle(&mut scene, &administrator).await
}

async fn files_arrive_whole_when_the_relay_is_killed_in_the_middle(
    scene: &mut Scene,
    operator: &Operator,
) -> Result<()> {
    let clerk = Clerk {
        operator,
        cid: scene.cid(),
    };
    let (there, here) = (
        scene.folder_of_account("whole")?,
        scene.folder().join("whole-here"),
    );
    fs::create_dir(&here)?;
    let sent = scene.folder().join("sent");
    large(&sent)?;

    let put = there.join("put with ñ");
    let mut screen = clerk.starts(&clerk.put(&sent, &put))?;
    until_some_is_in(&there).await?;
    scene.server_goes(Down::Killed)?;
    scene.server_comes()?;
    screen.ends_with(0, "is there again").await?;
    is_the_same(&sent, &put)?;
    ensure!(
        names(&there)?.len() == 1,
        "nothing half is left: {:?}",
        names(&there)?
    );

    let got = here.join("got");
    let mut screen = clerk.starts(&clerk.get(&put, &got))?;
    until_some_is_in(&here).await?;
    scene.server_goes(Down::Killed)?;
    scene.server_comes()?;
    screen.ends_with(0, "is there again").await?;
    is_the_same(&sent, &got)?;
    ensure!(names(&here)?.len() == 1, "{:?}", names(&here)?);

    // Whoever broke off goes on by typing the same again.
    fs::remove_file(&got)?;
    let screen = clerk.starts(&clerk.get(&put, &got))?;
    until_some_is_in(&here).await?;
    drop(screen);
    clerk.runs(&clerk.get(&put, &got), 0, "").await?;
    is_the_same(&sent, &got)?;

    let session = id(&scene.newest().await?)?;
    scene.until_over(session).await?;
    let events = scene.events(session).await?;
    ensure!(events.contains(&"file_read".to_owned()), "{events:?}");
    Ok(())
}

async fn files_are_those_of_the_account_and_of_who_may(
    scene: &Scene,
    helper: &Operator,
    administrator: &Operator,
) -> Result<()> {
    let (there, here) = (
        scene.folder_of_account("there")?,
        scene.folder().join("here"),
    );
    fs::create_dir(&here)?;
    let note = there.join("note");
    fs::write(&note, "hello\n")?;
    given_to_account(&note)?;
    let secret = scene.folder().join("secret");
    fs::write(&secret, "of root\n")?;
    Command::new("chmod").arg("600").arg(&secret).status()?;

    let clerk = Clerk {
        operator: helper,
        cid: scene.cid(),
    };
    let place = clerk.there(&there);
    let list = [
        "files", "list", &place, "-u", ACCOUNT, "--reason", REASON, "--json",
    ];
    let listed = helper.run(&list).await?.ends(0, "")?;
    let listed: Value = serde_json::from_str(&listed.out)?;
    ensure!(
        listed[0]["name"] == "note" && listed[0]["size"] == 6,
        "{listed}"
    );
    let got = here.join("got");
    clerk.runs(&clerk.get(&note, &got), 0, "").await?;
    ensure!(fs::read_to_string(&got)? == "hello\n");
    clerk.runs(&clerk.get(&note, &got), 2, "--force").await?;
    // The account's rights are those of the file system.
    clerk
        .runs(&clerk.get(&secret, &here.join("secret")), 61, "")
        .await?;
    clerk
        .runs(&clerk.get(&there.join("none"), &here.join("none")), 61, "")
        .await?;
    // Reading is one right, writing another, and root's files a third.
    clerk
        .runs(&clerk.put(&got, &there.join("new")), 13, "")
        .await?;
    let place = clerk.there(&secret);
    let as_root = ["files", "get", &place, "--admin", "--reason", REASON];
    helper.run(&as_root).await?.ends(13, "")?;
    ensure!(names(&there)? == [note.clone()], "{:?}", names(&there)?);
    ensure!(!here.join("secret").exists());

    let clerk = Clerk {
        operator: administrator,
        ..clerk
    };
    clerk
        .runs(&clerk.put(&got, &there.join("new")), 0, "6 bytes")
        .await?;
    is_the_same(&note, &there.join("new"))?;
    let elsewhere = Path::new("/usr/share/not-of-the-account");
    clerk.runs(&clerk.put(&got, elsewhere), 61, "").await?;
    ensure!(!elsewhere.exists());
    let session = id(&scene.newest().await?)?;
    let row = scene
        .admin()
        .get(&format!("remote-sessions/{session}/"))
        .await?;
    ensure!(
        row["recorded"] == false,
        "there is nothing to record: {row}"
    );
    Ok(())
}
