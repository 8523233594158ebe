//! What the real apt makes of published repositories.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use migasfree_deb::{Builder, Paragraph};
use migasfree_server_db::args;

use super::apt_root::Apt;
use super::site::{Site, hello};
use crate::on_both_engines;

on_both_engines! {
    async fn apt_downloads_what_was_published(site: Site) {
        let packages = [
            ("binary-tools_1.0+a~b_all.deb", Builder::new("binary-tools", "1.0+a~b", "all")),
            ("greetings_2%3a1.0_all.deb", Builder::new("greetings", "2:1.0", "all")),
            ("hello_1.0_amd64.deb", hello("1.0")),
        ];
        let deployment = site.add_deployment("first").await;
        for (file_name, package) in &packages {
            let content = package.clone().build().unwrap();
            let stored = site.upload(file_name, &content).await.unwrap();
            site.offer(deployment, &[stored.package]).await;
        }
        site.publish(deployment).await;

        let apt = Apt::new(&site, "first");
        apt.update().await.unwrap();
        apt.download("binary-tools").await.unwrap();
        apt.download("hello").await.unwrap();
        let downloaded: Vec<Vec<u8>> =
            apt.archives().iter().map(|path| std::fs::read(path).unwrap()).collect();
        assert_eq!(downloaded, packages.map(|(_, package)| package.build().unwrap()));
        let again = apt.update().await.unwrap();
        assert!(again.contains("Hit:"), "{again}");
    }
}

on_both_engines! {
    async fn the_index_says_what_apt_ftparchive_says(site: Site) {
        let deployment = site.add_deployment("first").await;
        let folder = tempfile::tempdir().unwrap();
        let packages = [
            Builder::new("greetings", "1:2.0~rc1-1", "all").field("Homepage", "https://example.org"),
            hello("1.0"),
            Builder::new("lying", "1", "amd64").field("Size", "7").field("Filename", "/etc/passwd"),
        ];
        let mut ids = Vec::new();
        for package in &packages {
            ids.push(site.add_package(package).await);
            let content = package.clone().build().unwrap();
            std::fs::write(folder.path().join(package.file_name()), content).unwrap();
        }
        site.offer(deployment, &ids).await;
        site.publish(deployment).await;
        let (_, ours) = site.get("/public/desk-10/repos/dists/first/PKGS/binary-amd64/Packages").await;
        let theirs = Command::new("apt-ftparchive")
            .args(["packages", "."])
            .current_dir(&folder)
            .output()
            .unwrap();
        let (ours, theirs) = (by_name(&ours), by_name(&theirs.stdout));
        assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
        for (name, theirs) in &theirs {
            let ours = &ours[name];
            for field in theirs.fields().iter().filter(|field| field.name != "Filename") {
                assert_eq!(ours.get(&field.name), Some(field.value.as_str()), "{name} {}", field.name);
            }
            assert_eq!(ours.fields().len(), theirs.fields().len(), "{ours}\n{theirs}");
        }
        let filename = ours["hello"].get("Filename").unwrap();
        assert_eq!(filename, "dists/first/PKGS/hello_1.0_amd64.deb");
    }
}

fn by_name(index: &[u8]) -> BTreeMap<String, Paragraph> {
    let all = Paragraph::parse_all(std::str::from_utf8(index).unwrap()).unwrap();
    all.into_iter()
        .map(|package| (package.get("Package").unwrap().to_owned(), package))
        .collect()
}

on_both_engines! {
    async fn apt_refuses_a_repository_with_one_byte_changed(site: Site) {
        let deployment = site.add_deployment("first").await;
        let package = site.add_package(&hello("1.0")).await;
        site.offer(deployment, &[package]).await;
        site.publish(deployment).await;
        Apt::new(&site, "first").update().await.unwrap();
        for path in ["InRelease", "PKGS/binary-amd64/Packages.gz"] {
            let (sha256,): (String,) = site
                .state
                .db
                .one("SELECT sha256 FROM repository_file WHERE path = $1", args![path])
                .await
                .unwrap();
            let blob = site.blob(&sha256);
            let good = std::fs::read(&blob).unwrap();
            let mut bad = good.clone();
            let middle = bad.len() / 3;
            bad[middle] ^= 1;
            std::fs::write(&blob, bad).unwrap();
            let refused = Apt::new(&site, "first").update().await.unwrap_err();
            assert!(
                ["BADSIG", "invalid", "Hash Sum mismatch"].iter().any(|word| refused.contains(word)),
                "{path}: {refused}"
            );
            std::fs::write(&blob, good).unwrap();
        }
        Apt::new(&site, "first").update().await.unwrap();
    }
}

on_both_engines! {
    async fn apt_never_sees_a_mixed_state_while_publications_go_on(site: Site) {
        let site = Arc::new(site);
        let deployment = site.add_deployment("first").await;
        let fixed = site.add_package(&Builder::new("greetings", "1.0", "all")).await;
        let changing = site.add_package(&hello("1.0")).await;
        site.offer(deployment, &[fixed, changing]).await;
        site.publish(deployment).await;

        let over = Arc::new(AtomicBool::new(false));
        let publisher = tokio::spawn({
            let (site, over) = (Arc::clone(&site), Arc::clone(&over));
            async move {
                let mut publications = 0;
                while !over.load(Ordering::SeqCst) {
                    publications += 1;
                    // The same name with another content, and one package more each time.
                    let text = format!("number {publications}");
                    let changed = hello("1.0").field("Comment", &text).build().unwrap();
                    site.replace("hello_1.0_amd64.deb", &changed).await.unwrap();
                    let more = Builder::new("more", &format!("1.{publications}"), "all");
                    let more = site.add_package(&more).await;
                    site.offer(deployment, &[more]).await;
                    site.publish(deployment).await;
                    site.clock.advance(Duration::from_millis(300));
                }
                publications
            }
        });
        let readers = (0..2).map(|_| {
            let site = Arc::clone(&site);
            tokio::spawn(async move {
                let apt = Apt::new(&site, "first");
                for _ in 0..8 {
                    apt.update().await.unwrap();
                    for archive in apt.archives() {
                        std::fs::remove_file(archive).unwrap();
                    }
                    apt.download("hello").await.unwrap();
                    assert_eq!(apt.archives().len(), 2);
                }
            })
        });
        for reader in readers.collect::<Vec<_>>() {
            reader.await.unwrap();
        }
        over.store(true, Ordering::SeqCst);
        let publications = publisher.await.unwrap();
        assert!(publications > 5, "only {publications} publications");
    }
}

/// A package with exactly these fields after those every package has, as other tools may write it.
fn written(name: &str, version: &str, more: &str) -> Vec<u8> {
    let control = format!(
        "Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: T <t@example.org>\n\
         {more}Description: x\n"
    );
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_path("./control").unwrap();
    header.set_mode(0o644);
    header.set_size(control.len() as u64);
    header.set_cksum();
    tar.append(&header, control.as_bytes()).unwrap();
    let control = tar.into_inner().unwrap();
    let data = tar::Builder::new(Vec::new()).into_inner().unwrap();
    migasfree_deb::archive(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar", &control),
        ("data.tar", &data),
    ])
}

on_both_engines! {
    async fn whatever_is_published_stops_apt_nowhere(site: Site) {
        let deployment = site.add_deployment("first").await;
        let taken = [
            ("mf-a", "Depends: mf-z(>=1)\n"),
            ("mf-b", "Depends: mf-z (1)\n"),
            ("mf-c", "Depends: mf-z (> 0.5)\n"),
            ("mf-d", "Depends: mf-z:any | nothing\n"),
            ("mf-e", "Depends:\nProvides:\nConflicts:\n"),
            ("mf-f", "Depends: mf-z,\n mf-e (>= 1),\n MF-Agent\n"),
            ("mf-g", "dEPENDS: mf-z\nINSTALLED-SIZE: 65M\n"),
            ("mf-h", "Provides: mf-virtual (>= 1), mf-other (= 2)\nMulti-Arch: Foreign\n"),
            ("mf-i", "Installed-Size: 6.5 kB\n"),
            ("mf-j", "Description-md5: a\n"),
            ("mf-k", "description-MD5:\n"),
            ("mf-l", "Task: a\n b\nTag: x::y, z\n"),
            ("mf-z", "Multi-Arch: allowed\n"),
            ("MF-Agent", "Installed-Size: -1\n"),
        ];
        for (name, more) in taken {
            let content = written(name, "1", more);
            let stored = site.upload(&format!("{name}_1_all.deb"), &content).await.unwrap();
            site.offer(deployment, &[stored.package]).await;
        }
        for (index, relation) in [
            "libc6 (>= )", "python3>=3.9", "base-files; base-passwd", ", base-files",
            "base-files || passwd", "base-files [linux-any]", "base-files,, passwd", "(>= 1)",
        ].into_iter().enumerate() {
            for field in ["Depends", "Pre-Depends", "Recommends", "Suggests", "Enhances",
                "Conflicts", "Breaks", "Replaces", "Provides"] {
                let content = written("mf-bad", "1", &format!("{field}: {relation}\n"));
                let name = format!("mf-bad-{index}_1_all.deb");
                let refused = site.upload(&name, &content).await.unwrap_err();
                assert_eq!(refused.code(), Some("package"), "{refused}");
                assert!(refused.to_string().contains(field), "{refused}");
            }
        }
        // apt keeps the length of a text in 16 bits.
        let (word, number) = ("x".repeat(66_000), "1".repeat(66_000));
        for (field, value) in [
            ("Section", word.clone()),
            ("Source", word.clone()),
            ("Source", format!("mf-source ({number})")),
            ("Depends", word.clone()),
            ("Suggests", format!("mf-z (>= {number})")),
            ("Provides", format!("mf-virtual (= {number})")),
            ("Replaces", word.clone()),
        ] {
            let content = written("mf-long", "1", &format!("{field}: {value}\n"));
            let refused = site.upload("mf-long_1_all.deb", &content).await.unwrap_err();
            assert_eq!(refused.code(), Some("package"), "{refused}");
            assert!(refused.to_string().contains(field), "{refused}");
        }
        site.publish(deployment).await;
        let apt = Apt::new(&site, "first");
        apt.update().await.unwrap();
        for (name, _) in taken {
            let name = name.to_lowercase();
            apt.get(&["--simulate", "install", &name]).await.unwrap();
            let known = apt.policy(&name).await.unwrap();
            assert!(known.contains("Candidate: 1"), "{known}");
        }
    }
}
