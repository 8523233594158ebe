//! The contract over a back end that is only played: no package manager is needed, nor root.

mod back_end;
mod state;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;

use async_trait::async_trait;
use migasfree_client::pms::Driver;
use migasfree_client::process::SystemRunner;
use migasfree_client::process::root::Root;
use migasfree_client::process::supervise::Launcher;
use rustix::process::{Pid, Signal, kill_process};

use super::computer::{Computer, Offer, Script};
use crate::support::apt::{helper, until};
use back_end::PlayedBackEnd;

pub struct Stage {
    home: tempfile::TempDir,
    driver: Driver,
}

async fn stage() -> Option<Stage> {
    let home = tempfile::tempdir().unwrap();
    for folder in ["offered", "lists", "installed", "downloads", "state"] {
        fs::create_dir(home.path().join(folder)).unwrap();
    }
    fs::write(home.path().join("play.sh"), include_str!("play.sh")).unwrap();
    let driver = driver(home.path());
    Some(Stage { home, driver })
}

fn driver(home: &Path) -> Driver {
    Driver::new(
        Arc::new(PlayedBackEnd::at(home)),
        Root::new("/".into(), helper()),
        Arc::new(SystemRunner::detect()),
        Launcher::new(helper(), false),
        home.join("state/jobs"),
    )
}

/// The lines of a package's file.
fn lines(offer: &Offer) -> String {
    let script = match offer.script {
        Script::Ends => "ends",
        Script::Waits => "waits",
        Script::Fails => "fails",
    };
    let conflicts = offer.conflicts.join(" ");
    let fields = [
        ("version", offer.version),
        ("script", script),
        ("needs", offer.needs.unwrap_or_default()),
        ("conflicts", conflicts.as_str()),
        ("vital", if offer.vital { "yes" } else { "no" }),
    ];
    let line = |(name, value): (&str, &str)| format!("{name}='{value}'\n");
    fields.into_iter().map(line).collect()
}

impl Stage {
    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }
}

#[async_trait(?Send)]
impl Computer for Stage {
    fn driver(&self) -> &Driver {
        &self.driver
    }

    fn another_driver(&self) -> Driver {
        driver(self.home.path())
    }

    async fn offer(&self, offers: &[Offer]) {
        let folder = self.path("offered");
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        for offer in offers {
            fs::write(folder.join(offer.name), lines(offer)).unwrap();
        }
    }

    fn version(&self, name: &str) -> Option<String> {
        let installed = state::packages(&self.path("installed"));
        let package = installed.get(name).filter(|package| package.whole)?;
        Some(package.version.clone())
    }

    fn hold(&self) {
        fs::write(self.path("hold"), "").unwrap();
    }

    fn release(&self) {
        fs::remove_file(self.path("hold")).unwrap();
    }

    fn is_waiting(&self) -> bool {
        self.path("slow-began").exists()
    }

    /// Every program of the package manager has its folder in its command line.
    fn cut_power(&self) {
        let home = self.home.path().display().to_string();
        for process in fs::read_dir("/proc").unwrap().flatten() {
            let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
            let id = process.file_name().to_string_lossy().parse().ok();
            let is_its = String::from_utf8_lossy(&line).contains(&home);
            if let Some(id) = id.and_then(Pid::from_raw).filter(|_| is_its) {
                let _ = kill_process(id, Signal::KILL);
            }
        }
    }

    fn install_by_hand(&self, offer: Offer) {
        let text = lines(&offer) + "state='whole'\n";
        fs::write(self.path("installed").join(offer.name), text).unwrap();
    }

    async fn take_database(&self) -> Child {
        let other = Command::new("sleep").arg("600").spawn().unwrap();
        // A new program has the name of its parent for a moment.
        let name = format!("/proc/{}/comm", other.id());
        until("its name", || {
            fs::read_to_string(&name).unwrap().trim() == "sleep"
        })
        .await;
        fs::write(self.path("lock"), other.id().to_string()).unwrap();
        other
    }

    fn give_database_back(&self, mut program: Child) {
        program.kill().unwrap();
        program.wait().unwrap();
    }
}

keeps_the_contract!(stage);
