//! Packages come in whole or not at all, and go out with their files.

use std::sync::Arc;

use migasfree_deb::{Builder, archive};
use migasfree_server_db::args;
use migasfree_server_domain::repository::{
    facts::{facts, newest},
    packages::{Deleted, delete},
    publish::status,
    report::{ReportError, report},
    upload::{Outcome, Place, UploadError, store_file, store_package},
};
use migasfree_server_files::SpoolError;

use super::site::{Site, hello};
use crate::on_both_engines;

on_both_engines! {
    async fn a_package_is_known_by_what_it_says_of_itself(site: Site) {
        let package = site.add_package(&hello("3:1.0-1")).await;
        let row: (String, String, String, String, i64) = site
            .state
            .db
            .one("SELECT fullname, name, version, architecture, store_id FROM core_package WHERE id = $1", args![package])
            .await
            .unwrap();
        let expected = ("hello_1.0-1_amd64.deb", "hello", "3:1.0-1", "amd64", i64::from(site.store));
        assert_eq!((row.0.as_str(), row.1.as_str(), row.2.as_str(), row.3.as_str(), row.4), expected);
        let (status, content) = site.get("/public/desk-10/stores/org/hello_1.0-1_amd64.deb").await;
        assert_eq!((status, content), (200, hello("3:1.0-1").build().unwrap()));
        assert_eq!(site.count("SELECT COUNT(*) FROM audit_record WHERE entity = 'core.package'").await, 1);
        assert_eq!(site.spooled(), 0);
    }
}

on_both_engines! {
    async fn the_same_file_again_is_kept_and_a_different_one_refused(site: Site) {
        let deployment = site.add_deployment("first").await;
        let content = hello("1.0").build().unwrap();
        let different = hello("1.0").field("Comment", "x").build().unwrap();
        let name = "hello_1.0_amd64.deb";
        let first = site.upload(name, &content).await.unwrap();
        assert_eq!(first.outcome, Outcome::Created);
        site.offer(deployment, &[first.package]).await;
        let again = site.upload(name, &content).await.unwrap();
        assert_eq!((again.package, again.outcome), (first.package, Outcome::Kept));
        assert_eq!(status(&site.state.db, deployment).await.unwrap().state, "none");

        let refused = site.upload(name, &different).await.unwrap_err();
        assert!(matches!(refused, UploadError::Rival(_)), "{refused}");
        assert_eq!(refused.code(), Some("different_file"));
        assert_eq!(site.get("/public/desk-10/stores/org/hello_1.0_amd64.deb").await.1, content);

        let replaced = site.replace(name, &different).await.unwrap();
        assert_eq!((replaced.package, replaced.outcome), (first.package, Outcome::Replaced));
        assert_eq!(site.get("/public/desk-10/stores/org/hello_1.0_amd64.deb").await.1, different);
        assert_eq!(status(&site.state.db, deployment).await.unwrap().state, "queued");
    }
}

on_both_engines! {
    async fn hostile_files_are_refused_and_nothing_changes(site: Site) {
        let good = hello("1.0").build().unwrap();
        let bomb = {
            let mut tar = vec![0_u8; 70 * 1024 * 1024];
            tar[..8].copy_from_slice(b"./filler");
            let packed = zstd_of(&tar);
            archive(&[("debian-binary", b"2.0\n"), ("control.tar.zst", &packed), ("data.tar", b"")])
        };
        let mut wrong_size = good.clone();
        wrong_size[8 + 48..8 + 58].copy_from_slice(b"9999999999");
        let huge = Builder::new("huge", "1", "all")
            .field("Description", &"x".repeat(2 * 1024 * 1024))
            .build()
            .unwrap();
        let nameless = Builder::new("../../etc", "1", "all").build().unwrap();
        for (content, reason) in [
            (&good[..good.len() / 2], "cut off"),
            (b"#!/bin/sh\n".as_slice(), "not a Debian package"),
            (&[], "not a Debian package"),
            (&wrong_size, "too long"),
            (&bomb, "malformed"),
            (&huge, "larger than"),
            (&nameless, "Package has characters"),
        ] {
            let error = site.upload("hello_1.0_amd64.deb", content).await.unwrap_err();
            assert_eq!(error.code(), Some("package"), "{error}");
            assert!(error.to_string().contains(reason), "{reason}: {error}");
        }
        for name in ["", "..", "a b.deb", "x\n.deb", ".deb"] {
            let error = site.upload(name, &good).await.unwrap_err();
            assert_eq!(error.code(), Some("file_name"), "{name:?}: {error}");
        }
        let error = site.upload("hello.rpm", &good).await.unwrap_err();
        assert_eq!(error.code(), Some("file_type"), "{error}");
        let (_, elsewhere) = site.add_project("other", "apt").await;
        let mut upload = site.upload_of("hello_1.0_amd64.deb", &good).await;
        upload.destination = Box::new(Place::from(elsewhere));
        let error = store_package(&site.state, upload).await.unwrap_err();
        assert_eq!(error.code(), Some("store"), "{error}");

        for table in ["SELECT COUNT(*) FROM core_package", "SELECT COUNT(*) FROM store_file",
            "SELECT COUNT(*) FROM file_blob", "SELECT COUNT(*) FROM job",
            "SELECT COUNT(*) FROM audit_record"] {
            assert_eq!(site.count(table).await, 0, "{table}");
        }
        assert_eq!(site.spooled(), 0);
    }
}

fn zstd_of(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

on_both_engines! {
    async fn an_upload_that_is_too_long_leaves_nothing(site: Site) {
        let mut spool = site.state.files.spool(10).unwrap();
        spool.write(b"12345678").await.unwrap();
        let error = spool.write(b"12345678").await.unwrap_err();
        assert!(matches!(error, SpoolError::TooLarge(10)));
        drop(spool);
        let broken = futures_util::stream::iter([Ok(bytes::Bytes::from("a")), Err("the line is dead")]);
        let mut spool = site.state.files.spool(10).unwrap();
        let error = spool.write_all(broken).await.unwrap_err();
        assert!(error.to_string().contains("the line is dead"));
        drop(spool);
        assert_eq!(site.spooled(), 0);
    }
}

on_both_engines! {
    async fn the_same_package_sent_by_many_at_once_is_one(site: Site) {
        let site = Arc::new(site);
        let content = Arc::new(hello("1.0").build().unwrap());
        let senders = (0..8).map(|_| {
            let (site, content) = (Arc::clone(&site), Arc::clone(&content));
            tokio::spawn(async move {
                site.upload("hello_1.0_amd64.deb", &content).await.unwrap().package
            })
        });
        let mut ids = Vec::new();
        for sender in senders.collect::<Vec<_>>() {
            ids.push(sender.await.unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(site.count("SELECT COUNT(*) FROM store_file").await, 1);
    }
}

on_both_engines! {
    async fn a_package_known_from_computers_gets_its_file(site: Site) {
        let sql = "INSERT INTO core_package (fullname, name, version, architecture, project_id) \
                   VALUES ('hello_1.0_amd64.deb', 'hello', '1.0', 'amd64', $1) RETURNING id";
        let (known,): (i64,) = site.state.db.one(sql, args![site.project]).await.unwrap();
        let package = site.add_package(&hello("1.0")).await;
        assert_eq!(i64::from(package), known);
        assert_eq!(site.get("/public/desk-10/stores/org/hello_1.0_amd64.deb").await.0, 200);
    }
}

on_both_engines! {
    async fn a_package_joins_a_set_in_a_folder_and_moves_between_stores(site: Site) {
        let set = site.add_set("suite").await;
        let content = hello("1.0").build().unwrap();
        let mut upload = site.upload_of("/home/me/hello_1.0_amd64.deb", &content).await;
        upload.folder = Some("extra/more".to_owned());
        upload.destination = Box::new(Place { store: site.store, set: Some(set) });
        let stored = store_package(&site.state, upload).await.unwrap();
        assert_eq!(site.count("SELECT COUNT(*) FROM core_packageset_packages").await, 1);
        for path in ["extra/more/hello_1.0_amd64.deb", "hello_1.0_amd64.deb"] {
            assert_eq!(site.get(&format!("/public/desk-10/stores/org/{path}")).await.0, 200, "{path}");
        }
        let thirds = site.add_store("Thirds").await;
        let mut upload = site.upload_of("hello_1.0_amd64.deb", &content).await;
        upload.destination = Box::new(Place::from(thirds));
        // Who may not replace a package does not move it either.
        upload.replace_allowed = true;
        let moved = store_package(&site.state, upload).await.unwrap();
        assert_eq!((moved.package, moved.outcome), (stored.package, Outcome::Kept));
        assert_eq!(site.get("/public/desk-10/stores/thirds/hello_1.0_amd64.deb").await.0, 200);
        assert_eq!(site.get("/public/desk-10/stores/org/hello_1.0_amd64.deb").await.0, 404);
        let audited = "SELECT action || ' ' || entity AS what FROM audit_record ORDER BY id";
        let audited: Vec<(String,)> = site.state.db.all(audited, args![]).await.unwrap();
        let audited: Vec<&str> = audited.iter().map(|(what,)| what.as_str()).collect();
        assert_eq!(audited, ["add core.package", "change core.packageset", "change core.package"]);

        let mut upload = site.upload_of("hello_1.0_amd64.deb", &content).await;
        upload.folder = Some("../../keys".to_owned());
        assert_eq!(store_package(&site.state, upload).await.unwrap_err().code(), Some("file_name"));
    }
}

on_both_engines! {
    async fn a_file_that_is_no_package_lies_in_its_store_only(site: Site) {
        let upload = site.upload_of("notes.html", b"<script>alert(1)</script>").await;
        store_file(&site.state, upload).await.unwrap();
        let response = reqwest::get(site.url("/public/desk-10/stores/org/notes.html")).await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/octet-stream");
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package").await, 0);
        let other = site.upload_of("notes.html", b"other").await;
        let error = store_file(&site.state, other).await.unwrap_err();
        assert_eq!(error.code(), Some("different_file"));
        let mut other = site.upload_of("notes.html", b"other").await;
        other.replace_allowed = true;
        store_file(&site.state, other).await.unwrap();
        assert_eq!(site.get("/public/desk-10/stores/org/notes.html").await.1, b"other");
        assert_eq!(site.count("SELECT COUNT(*) FROM audit_record WHERE entity = 'core.store'").await, 2);
    }
}

on_both_engines! {
    async fn packages_of_other_systems_are_known_by_their_names(site: Site) {
        let (project, store) = site.add_project("fedora", "dnf").await;
        let mut upload = site.upload_of("bash-5.1.8-6.el9.x86_64.rpm", b"not looked into").await;
        upload.project_id = project;
        upload.destination = Box::new(Place::from(store));
        let stored = store_package(&site.state, upload).await.unwrap();
        let row: (String, String, String) = site
            .state
            .db
            .one("SELECT name, version, architecture FROM core_package WHERE id = $1", args![stored.package])
            .await
            .unwrap();
        assert_eq!(row, ("bash".to_owned(), "5.1.8-6.el9".to_owned(), "x86_64".to_owned()));
        let error = report(&site.state, stored.package).await.unwrap_err();
        assert!(matches!(error, ReportError::Unsupported { .. }), "{error}");
    }
}

on_both_engines! {
    async fn a_deleted_package_loses_its_file_and_leaves_history_alone(site: Site) {
        let deployment = site.add_deployment("first").await;
        let gone = site.add_package(&Builder::new("gone", "1", "all")).await;
        let kept = site.add_package(&hello("1.0")).await;
        site.offer(deployment, &[gone, kept]).await;
        site.publish(deployment).await;
        let sql = "INSERT INTO software_inventory (hash, project_id, package_count) VALUES ('h', $1, 1) RETURNING id";
        let (inventory,): (i64,) = site.state.db.one(sql, args![site.project]).await.unwrap();
        site.run("INSERT INTO software_inventory_package (inventory_id, package_id) VALUES ($1, $2)", args![inventory, kept]).await;

        for (package, deleted) in [
            (gone, Deleted::Row), (kept, Deleted::KeptForHistory), (kept, Deleted::OnlyReported),
        ] {
            let mut tx = site.state.db.begin().await.unwrap();
            assert_eq!(delete(&site.state, &mut tx, package).await.unwrap(), deleted);
            tx.commit().await.unwrap();
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package WHERE store_id IS NULL").await, 1);
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package").await, 1);
        for file in ["gone_1_all.deb", "hello_1.0_amd64.deb"] {
            assert_eq!(site.get(&format!("/public/desk-10/stores/org/{file}")).await.0, 404);
            // Who reads the published index still gets what it lists.
            let published = format!("/public/desk-10/repos/dists/first/PKGS/{file}");
            assert_eq!(site.get(&published).await.0, 200);
        }
        assert_eq!(status(&site.state.db, deployment).await.unwrap().state, "queued");
        site.publish(deployment).await;
        let (_, index) = site.get("/public/desk-10/repos/dists/first/PKGS/binary-amd64/Packages").await;
        assert!(index.is_empty());
        assert!(matches!(report(&site.state, kept).await.unwrap_err(), ReportError::NoFile));
    }
}

on_both_engines! {
    async fn facts_and_report_tell_what_is_in_a_package(site: Site) {
        let copyright = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n\
            Files: *\nLicense: GPL-3+\n";
        let old = hello("1.9");
        let new = hello("1.10")
            .file("usr/share/doc/hello/copyright", 0o644, copyright.as_bytes())
            .file("usr/share/doc/hello/changelog.Debian", 0o644, b"hello (1.10) unstable\n");
        let size = i64::try_from(new.clone().build().unwrap().len()).unwrap();
        let new_id = site.add_package(&new).await;
        let old_id = site.add_package(&old).await;
        let known = facts(&site.state.db, &[old_id, new_id]).await.unwrap();
        assert_eq!(known.len(), 2);
        let names = ["hello".to_owned(), "unknown".to_owned()];
        let newest = newest(&site.state, site.project, &names).await.unwrap();
        assert_eq!(newest.len(), 1);
        let hello = &newest["hello"];
        assert_eq!((hello.id, hello.version.as_str()), (new_id, "1.10"));
        assert_eq!((hello.size, hello.installed_size), (size, Some(10 * 1024)));
        assert_eq!((hello.licence.as_str(), hello.section.as_str()), ("GPL-3+", "utils"));
        assert_eq!((hello.summary.as_str(), hello.description.as_str()), ("says hello", "in many languages"));
        assert_eq!(hello.depends, "greetings (>= 1)");

        let text = report(&site.state, new_id).await.unwrap();
        for part in ["    Package: hello", "- **Depends**: `greetings (>= 1)`", "## postinst",
            "    exit 0", "    hello (1.10) unstable", "0755         20 /usr/bin/hello"] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}
