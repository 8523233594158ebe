//! Power cuts at every step of package work, with the real apt and dpkg: what is left is put right, or told.

use std::fs;

use migasfree_client::job::{Job, JobId, ResultCode};
use migasfree_client::pms::{Action, PackageManager, PmsError};
use migasfree_deb::Builder;

use crate::support::apt::{Bench, names, root_asks, until};
use crate::support::observer::Recorder;
use crate::support::packages::{broken, plain, slow};
use crate::support::repository::{self, Signer};

impl Bench {
    /// The words of dpkg about a package; nothing when it knows none.
    fn status(&self, name: &str) -> String {
        let line = ["dpkg-query", "-W", "-f=${Status}", name];
        String::from_utf8(self.debian.run(&line).stdout).unwrap()
    }

    /// Writes what dpkg would have written when it was cut off.
    fn leave(&self, name: &str, status: &str) {
        let path = self.debian.path().join("var/lib/dpkg/status");
        let text = fs::read_to_string(&path).unwrap();
        let begin = format!("Package: {name}\n");
        let stanzas = text.split_inclusive("\n\n").map(|stanza| {
            if !stanza.starts_with(&begin) {
                return stanza.to_owned();
            }
            let lines = stanza.lines().map(|line| match line {
                line if line.starts_with("Status: ") => format!("Status: {status}\n"),
                line => format!("{line}\n"),
            });
            lines.collect()
        });
        fs::write(&path, stanzas.collect::<String>()).unwrap();
        assert!(
            self.status(name)
                .starts_with(status.split('\n').next().unwrap())
        );
    }

    /// Kills all that runs in the root, as a power cut would.
    pub fn cut_power(&self) {
        let script = format!(
            "for p in /proc/[0-9]*; do [ \"$(readlink $p/root)\" = {} ] && kill -9 ${{p#/proc/}}; done; true",
            self.debian.path().display()
        );
        let killed = std::process::Command::new("sh")
            .arg("-c")
            .arg(script)
            .status();
        assert!(killed.unwrap().success());
    }

    async fn repair(&self) -> (Recorder, Result<bool, PmsError>) {
        let recorder = Recorder::default();
        let result = self.apt.repair(&Job::new(JobId::unique(), &recorder)).await;
        (recorder, result)
    }

    async fn install(&self, wanted: &[&str]) -> Result<(), ResultCode> {
        self.run(&Action::Install(names(&self.apt, wanted))).await.1
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_power_cut_left_unpacked_in_part_is_unpacked_again() {
    let waits = "#!/bin/sh\ntouch /unpacking\nwhile [ -e /hold ]; do sleep 0.1; done\n";
    let packages = vec![
        plain("part", "1").script("preinst", waits),
        plain("tool", "1"),
    ];
    let Some(bench) = Bench::with(packages).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    let root = bench.debian.path().to_owned();
    fs::write(root.join("hold"), "").unwrap();
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let action = Action::Install(names(&bench.apt, &["part"]));
    let cut = async {
        until("unpacking", || root.join("unpacking").exists()).await;
        bench.cut_power();
    };
    let (result, ()) = tokio::join!(bench.apt.run(&action, root_asks(), &job), cut);
    assert!(result.is_err());
    fs::remove_file(root.join("hold")).unwrap();
    // dpkg keeps its last words in a journal.
    bench.debian.run(&["dpkg", "--configure", "--pending"]);
    assert_eq!(bench.status("part"), "install reinstreq half-installed");

    let (recorder, repaired) = bench.repair().await;
    assert!(repaired.unwrap(), "{}", recorder.text());
    assert_eq!(bench.installed("part").as_deref(), Some("1"));
    assert!(!bench.repair().await.1.unwrap());

    // What `status` advises works, too.
    bench.leave("part", "install reinstreq half-installed");
    bench.install(&["part"]).await.unwrap();
    assert_eq!(bench.installed("part").as_deref(), Some("1"));
    bench.leave("part", "install reinstreq half-installed");
    let purge = Action::Remove(names(&bench.apt, &["part"]));
    bench.run(&purge).await.1.unwrap();
    assert_eq!(bench.status("part"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_incomplete_and_offered_nowhere_goes_unless_the_computer_needs_it() {
    let signer = Signer::generate();
    let all = || {
        vec![
            plain("part", "1"),
            plain("vital", "1").field("Protected", "yes"),
            plain("tool", "1"),
        ]
    };
    let files = repository::files("base", all(), &signer);
    let Some(bench) = Bench::serving(files, &signer.public_key()).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    bench.install(&["part", "vital"]).await.unwrap();
    bench.offer(vec![plain("tool", "1")], &signer).await;

    // The lists are old: the sources are asked before anything is given up.
    bench.leave("part", "install reinstreq half-installed");
    bench.install(&["tool"]).await.unwrap();
    assert_eq!(bench.installed("tool").as_deref(), Some("1"));
    assert!(!bench.status("part").contains("reinstreq"));
    assert_eq!(bench.installed("part"), None);

    bench.leave("vital", "install reinstreq half-installed");
    let (_, repaired) = bench.repair().await;
    let error = repaired.unwrap_err();
    assert_eq!(error.code(), ResultCode::Backend);
    let told = error.to_string();
    for words in ["vital", "cannot do without", "dpkg --install"] {
        assert!(told.contains(words), "{told}");
    }
    assert_eq!(bench.status("vital"), "install reinstreq half-installed");
    bench.offer(all(), &signer).await;
    assert!(bench.repair().await.1.unwrap());
    assert_eq!(bench.installed("vital").as_deref(), Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_halves_are_finished_in_the_direction_they_were_going() {
    let packages = ["unpacked", "configuring", "triggered", "leaving"];
    let mut offered: Vec<Builder> = packages.iter().map(|name| plain(name, "1")).collect();
    offered.push(broken("bad", "1"));
    let Some(bench) = Bench::with(offered).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    bench.install(&packages).await.unwrap();
    bench.leave("unpacked", "install ok unpacked");
    bench.leave("configuring", "install ok half-configured");
    bench.leave(
        "triggered",
        "install ok triggers-pending\nTriggers-Pending: icons",
    );
    bench.leave("leaving", "deinstall ok half-installed");
    let (recorder, repaired) = bench.repair().await;
    assert!(repaired.unwrap(), "{}", recorder.text());
    for name in &packages[..3] {
        assert_eq!(bench.installed(name).as_deref(), Some("1"), "{name}");
    }
    assert_eq!(bench.installed("leaving"), None);

    // A repair that leaves something as it was is none.
    bench.install(&["bad"]).await.unwrap_err();
    let error = bench.repair().await.1.unwrap_err();
    assert!(matches!(&error, PmsError::Unrepaired { packages, .. } if packages == "bad"));
    assert!(error.to_string().contains("on purpose"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_power_cut_dpkg_is_asked_for_its_last_words_before_anybody_is_blamed() {
    let packages = vec![plain("hello", "1"), slow("slow", "1"), broken("bad", "1")];
    let Some(bench) = Bench::with(packages).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    // A script that had to be stopped once, and another one that was and is well since.
    bench.install(&["bad"]).await.unwrap_err();
    let root = bench.debian.path().to_owned();
    let stopped = root.join("var/lib/migasfree/stuck-scripts.json");
    let remembered = r#"[{"package":"bad","version":"1"},{"package":"slow","version":"1"}]"#;
    fs::write(&stopped, remembered).unwrap();

    fs::write(root.join("hold"), "").unwrap();
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let action = Action::Install(names(&bench.apt, &["hello", "slow"]));
    let cut = async {
        until("configuring", || root.join("slow-began").exists()).await;
        bench.cut_power();
    };
    let (result, ()) = tokio::join!(bench.apt.run(&action, root_asks(), &job), cut);
    assert!(result.is_err());
    fs::remove_file(root.join("hold")).unwrap();
    fs::remove_file(root.join("slow-began")).unwrap();
    let left = bench.apt.broken().await.unwrap();
    assert!(left.contains(&"slow".to_owned()), "{left:?}");

    let (recorder, repaired) = bench.repair().await;
    let told = repaired.unwrap_err().to_string();
    assert!(told.starts_with("bad cannot be repaired"), "{told}");
    assert!(
        !recorder.text().contains("already installed"),
        "{}",
        recorder.text()
    );
    assert_eq!(bench.installed("hello").as_deref(), Some("1"));
    assert_eq!(bench.installed("slow").as_deref(), Some("1"));
    assert!(root.join("slow-began").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_to_be_removed_is_removed_later_and_never_brought_back() {
    let fails = "#!/bin/sh\ntest ! -e /refuse || { echo not now; exit 4; }\n";
    let packages = vec![
        plain("leaving", "1").script("postrm", fails),
        plain("tool", "1"),
        plain("other", "1"),
    ];
    let Some(bench) = Bench::with(packages).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    bench.install(&["leaving", "other"]).await.unwrap();
    let refuse = bench.debian.path().join("refuse");
    fs::write(&refuse, "").unwrap();
    let purge = |names_: &[&str]| Action::Remove(names(&bench.apt, names_));
    let (_, removed) = bench.asked(&purge(&["leaving"]), root_asks(), None).await;
    let told = removed.unwrap_err().to_string();
    for words in [
        "leaving cannot be removed",
        "not now",
        "migasfree purge leaving",
    ] {
        assert!(told.contains(words), "{told}");
    }
    assert_eq!(bench.status("leaving"), "purge ok half-installed");
    assert_eq!(bench.apt.broken().await.unwrap(), ["leaving"]);

    // Work on others goes on around it, in both directions.
    bench.install(&["tool"]).await.unwrap();
    bench.run(&purge(&["other"])).await.1.unwrap();
    bench.run(&Action::Upgrade).await.1.unwrap();
    assert_eq!(bench.installed("tool").as_deref(), Some("1"));
    assert_eq!(bench.status("other"), "");
    assert_eq!(bench.status("leaving"), "purge ok half-installed");
    let error = bench.repair().await.1.unwrap_err();
    assert!(
        error.to_string().contains("leaving cannot be removed"),
        "{error}"
    );
    assert_eq!(bench.status("leaving"), "purge ok half-installed");

    fs::remove_file(&refuse).unwrap();
    bench.repair().await.1.unwrap();
    assert_eq!(bench.status("leaving"), "");

    // Only who asks for it by name gets it back.
    bench.install(&["leaving"]).await.unwrap();
    fs::write(&refuse, "").unwrap();
    bench.run(&purge(&["leaving"])).await.1.unwrap_err();
    fs::remove_file(&refuse).unwrap();
    bench.install(&["leaving"]).await.unwrap();
    assert_eq!(bench.installed("leaving").as_deref(), Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_for_the_length_of_a_step_is_not_held_after_a_power_cut() {
    let fails = "#!/bin/sh\ntest ! -e /refuse || exit 4\n";
    let packages = vec![
        plain("leaving", "1").script("postrm", fails),
        slow("slow", "1"),
        plain("tool", "1"),
    ];
    let Some(bench) = Bench::with(packages).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    bench.install(&["leaving"]).await.unwrap();
    let root = bench.debian.path().to_owned();
    fs::write(root.join("refuse"), "").unwrap();
    let purge = |name: &str| Action::Remove(names(&bench.apt, &[name]));
    bench.run(&purge("leaving")).await.1.unwrap_err();
    assert_eq!(bench.status("leaving"), "purge ok half-installed");

    for by_repair in [true, false] {
        fs::write(root.join("hold"), "").unwrap();
        let recorder = Recorder::default();
        let job = Job::new(JobId::unique(), &recorder);
        let action = Action::Install(names(&bench.apt, &["slow"]));
        let cut = async {
            until("configuring", || root.join("slow-began").exists()).await;
            assert_eq!(bench.status("leaving"), "hold ok half-installed");
            bench.cut_power();
        };
        // Nobody gives anything back: this program is gone, too.
        tokio::select! {
            biased;
            () = cut => {}
            _ = bench.apt.run(&action, root_asks(), &job) => panic!("it ended before the cut"),
        }
        fs::remove_file(root.join("hold")).unwrap();
        assert_eq!(bench.status("leaving"), "hold ok half-installed");
        assert!(bench.apt.awaits_repair());

        if by_repair {
            let told = bench.repair().await.1.unwrap_err().to_string();
            assert!(told.contains("leaving cannot be removed"), "{told}");
        } else {
            bench.install(&["tool"]).await.unwrap();
        }
        assert_eq!(bench.status("leaving"), "purge ok half-installed");
        assert!(!bench.apt.awaits_repair());
        assert_eq!(bench.installed("slow").as_deref(), Some("1"));
        bench.run(&purge("slow")).await.1.unwrap();
        fs::remove_file(root.join("slow-began")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_go_is_never_configured_by_work_on_others() {
    let log = "#!/bin/sh\necho \"$1\" >> /scripts.log\n";
    let refuses = format!("{log}test ! -e /refuse || exit 4\n");
    let spoilt = format!("{log}test \"$1\" = configure\n");
    let packages = vec![
        plain("leaving", "1")
            .script("prerm", &refuses)
            .script("postinst", &spoilt),
        plain("tool", "1"),
        plain("other", "1"),
        plain("half", "1"),
    ];
    let Some(bench) = Bench::with(packages).await else {
        return;
    };
    bench.run(&Action::Refresh).await.1.unwrap();
    bench.install(&["leaving", "other", "half"]).await.unwrap();
    let root = bench.debian.path();
    fs::remove_file(root.join("scripts.log")).unwrap();
    fs::write(root.join("refuse"), "").unwrap();
    let purge = |name: &str| Action::Remove(names(&bench.apt, &[name]));
    bench.run(&purge("leaving")).await.1.unwrap_err();
    assert_eq!(bench.status("leaving"), "purge ok half-configured");

    bench.leave("half", "install ok unpacked");
    let told = bench.repair().await.1.unwrap_err().to_string();
    assert!(told.contains("leaving cannot be removed"), "{told}");
    assert_eq!(bench.installed("half").as_deref(), Some("1"));
    bench.install(&["tool"]).await.unwrap();
    assert_eq!(bench.installed("tool").as_deref(), Some("1"));
    bench.run(&purge("other")).await.1.unwrap();
    assert_eq!(bench.status("other"), "");
    bench.run(&Action::Upgrade).await.1.unwrap();
    assert_eq!(bench.status("leaving"), "purge ok half-configured");
    // Neither does work that has to bring in something for others first.
    bench.leave("leaving", "deinstall ok unpacked");
    bench.leave("half", "install reinstreq half-installed");
    bench.install(&["other"]).await.unwrap();
    assert_eq!(bench.installed("half").as_deref(), Some("1"));
    assert!(!bench.debian.read("scripts.log").contains("configure"));

    fs::remove_file(root.join("refuse")).unwrap();
    bench.repair().await.1.unwrap();
    assert_eq!(bench.installed("leaving"), None);

    // Only who asks for it by name gets it back.
    bench.install(&["leaving"]).await.unwrap();
    bench.leave("leaving", "purge ok half-configured");
    bench.install(&["leaving"]).await.unwrap();
    assert_eq!(bench.installed("leaving").as_deref(), Some("1"));
}
