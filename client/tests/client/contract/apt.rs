//! The contract over the real apt.

use std::fs;
use std::process::{Child, Command, Stdio};

use async_trait::async_trait;
use migasfree_client::pms::Driver;
use migasfree_deb::Builder;

use super::computer::{Computer, Offer, Script};
use crate::support::apt::{Bench, backend, until};
use crate::support::packages::{broken, plain, slow};
use crate::support::repository::{self, Signer};

pub struct Debian {
    bench: Bench,
    signer: Signer,
}

async fn debian() -> Option<Debian> {
    let signer = Signer::generate();
    let files = repository::files("base", Vec::new(), &signer);
    let bench = Bench::serving(files, &signer.public_key()).await?;
    Some(Debian { bench, signer })
}

fn package(offer: &Offer) -> Builder {
    let make = match offer.script {
        Script::Ends => plain,
        Script::Waits => slow,
        Script::Fails => broken,
    };
    let mut builder = make(offer.name, offer.version);
    if let Some(needs) = offer.needs {
        builder = builder.field("Depends", needs);
    }
    if !offer.conflicts.is_empty() {
        builder = builder.field("Conflicts", &offer.conflicts.join(", "));
    }
    if offer.vital {
        builder = builder.field("Protected", "yes");
    }
    builder
}

#[async_trait(?Send)]
impl Computer for Debian {
    fn driver(&self) -> &Driver {
        &self.bench.apt
    }

    fn another_driver(&self) -> Driver {
        backend(self.bench.debian.path())
    }

    async fn offer(&self, offers: &[Offer]) {
        let packages = offers.iter().map(package).collect();
        self.bench.offer(packages, &self.signer).await;
    }

    fn version(&self, name: &str) -> Option<String> {
        self.bench.installed(name)
    }

    fn hold(&self) {
        fs::write(self.bench.debian.path().join("hold"), "").unwrap();
    }

    fn release(&self) {
        fs::remove_file(self.bench.debian.path().join("hold")).unwrap();
    }

    fn is_waiting(&self) -> bool {
        self.bench.debian.path().join("slow-began").exists()
    }

    fn cut_power(&self) {
        self.bench.cut_power();
    }

    fn install_by_hand(&self, offer: Offer) {
        let file = self.bench.debian.path().join("by-hand.deb");
        fs::write(file, package(&offer).build().unwrap()).unwrap();
        let done = self
            .bench
            .debian
            .run(&["dpkg", "--install", "/by-hand.deb"]);
        assert!(done.status.success());
    }

    async fn take_database(&self) -> Child {
        let other = Command::new("chroot")
            .arg(self.bench.debian.path())
            .args(["apt-get", "install", "-y", "slow"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        until("the other program", || self.is_waiting()).await;
        other
    }

    fn give_database_back(&self, mut program: Child) {
        self.release();
        assert!(program.wait().unwrap().success());
    }
}

keeps_the_contract!(debian);
