//! One content under one identity, and one package under one name, whoever uploads.

use migasfree_deb::Builder;
use migasfree_server_db::args;
use migasfree_server_domain::{
    ids::PackageId,
    repository::{
        publish::status,
        upload::{Outcome, UploadError, store_file},
    },
};
use serde_json::Value;

use super::site::{Site, hello};
use crate::on_both_engines;

fn package(name: &str, version: &str, comment: &str) -> Vec<u8> {
    let package = Builder::new(name, version, "all").field("Comment", comment);
    package.build().unwrap()
}

/// Name, version and file name of a package.
async fn row(site: &Site, package: PackageId) -> (String, String, String) {
    let sql = "SELECT name, version, fullname FROM core_package WHERE id = $1";
    site.state.db.one(sql, args![package]).await.unwrap()
}

async fn report(site: &Site, package: PackageId) {
    let sql = "INSERT INTO software_inventory (hash, project_id, package_count) \
               VALUES ($1, $2, 1) RETURNING id";
    let (inventory,): (i64,) = site
        .state
        .db
        .one(sql, args!["h", site.project])
        .await
        .unwrap();
    site.run(
        "INSERT INTO software_inventory_package (inventory_id, package_id) VALUES ($1, $2)",
        args![inventory, package],
    )
    .await;
}

/// Name and version of what is on the only list.
async fn reported(site: &Site) -> Vec<(String, String, String)> {
    let sql = "SELECT k.name, k.version, k.fullname FROM software_inventory_package l \
               JOIN core_package k ON k.id = l.package_id";
    site.state.db.all(sql, args![]).await.unwrap()
}

on_both_engines! {
    async fn the_same_version_under_another_name_is_refused_and_names_the_first(site: Site) {
        let first = package("mf-dup", "1.0", "first");
        let second = package("mf-dup", "1.0", "second");
        let deployment = site.add_deployment("first").await;
        let set = site.add_set("suite").await;
        let stored = site.upload("mf-dup_1.0_all.deb", &first).await.unwrap();
        site.offer(deployment, &[stored.package]).await;
        site.run("INSERT INTO core_packageset_packages (packageset_id, package_id) VALUES ($1, $2)", args![set, stored.package]).await;
        for content in [&second, &first] {
            let refused = site.upload("mf-dup-1.0-rebuild.deb", content).await.unwrap_err();
            assert_eq!(refused.code(), Some("same_package"));
            assert!(refused.to_string().contains("mf-dup_1.0_all.deb"), "{refused}");
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package").await, 1);

        let replaced = site.replace("mf-dup-1.0-rebuild.deb", &second).await.unwrap();
        assert_eq!((replaced.package, replaced.outcome), (stored.package, Outcome::Replaced));
        assert_eq!(site.get("/public/desk-10/stores/org/mf-dup-1.0-rebuild.deb").await.1, second);
        assert_eq!(site.get("/public/desk-10/stores/org/mf-dup_1.0_all.deb").await.0, 404);
        assert_eq!(site.count("SELECT COUNT(*) FROM core_packageset_packages").await, 1);
        assert_eq!(status(&site.state.db, deployment).await.unwrap().state, "queued");
        let audited: (String, String) = site.state.db
            .one("SELECT before, after FROM audit_record WHERE action = 'change' AND entity = 'core.package'", args![])
            .await.unwrap();
        let hash = |text: &str| serde_json::from_str::<Value>(text).unwrap()["sha256"].as_str().unwrap().to_owned();
        let digest = |content: &[u8]| migasfree_deb::Digests::of(content).sha256;
        assert_eq!((hash(&audited.0), hash(&audited.1)), (digest(&first), digest(&second)));
        site.publish(deployment).await;
        let (_, index) = site.get("/public/desk-10/repos/dists/first/PKGS/binary-amd64/Packages").await;
        let index = String::from_utf8(index).unwrap();
        assert_eq!(index.matches("Package: mf-dup").count(), 1);
        assert!(index.contains(&digest(&second)));
    }
}

on_both_engines! {
    async fn another_package_never_takes_the_name_of_a_file(site: Site) {
        let first = site.upload("app.deb", &package("mf-foo", "1.0", "")).await.unwrap();
        let other = package("mf-bar", "1.0", "");
        for refused in [site.upload("app.deb", &other).await, site.replace("app.deb", &other).await] {
            let refused = refused.unwrap_err();
            assert_eq!(refused.code(), Some("other_package"));
            assert!(refused.to_string().contains("mf-bar_1.0_all.deb"), "{refused}");
        }
        assert_eq!(row(&site, first.package).await.0, "mf-foo");
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package").await, 1);
    }
}

on_both_engines! {
    async fn another_version_under_the_same_name_replaces_it_and_leaves_inventories_alone(site: Site) {
        let deployment = site.add_deployment("first").await;
        let first = site.upload("mf-ci.deb", &package("mf-ci", "0.1.0", "")).await.unwrap();
        site.offer(deployment, &[first.package]).await;
        report(&site, first.package).await;
        let second = package("mf-ci", "0.2.0", "");
        let refused = site.upload("mf-ci.deb", &second).await.unwrap_err();
        assert_eq!(refused.code(), Some("other_version"));
        for part in ["rename", "0.1.0", "mf-ci_0.2.0_all.deb"] {
            assert!(refused.to_string().contains(part), "{refused}");
        }
        let replaced = site.replace("mf-ci.deb", &second).await.unwrap();
        assert_eq!((replaced.package, replaced.outcome), (first.package, Outcome::Replaced));
        let known = row(&site, first.package).await;
        assert_eq!(known, ("mf-ci".into(), "0.2.0".into(), "mf-ci.deb".into()));
        // Computers still have what they have.
        let on_computers = ("mf-ci".into(), "0.1.0".into(), "mf-ci_0.1.0_all.deb".into());
        assert_eq!(reported(&site).await, [on_computers]);

        // A third file that is both: the version of one and the name of the other.
        let third = site.upload("mf-ci_0.3.0_all.deb", &package("mf-ci", "0.3.0", "")).await.unwrap();
        let both = package("mf-ci", "0.3.0", "rebuilt");
        let merged = site.replace("mf-ci.deb", &both).await.unwrap();
        assert_eq!((merged.package, merged.outcome), (third.package, Outcome::Replaced));
        let offered = "SELECT package_id FROM core_deployment_available_packages";
        let (offered,): (PackageId,) = site.state.db.one(offered, args![]).await.unwrap();
        assert_eq!(offered, third.package);
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package WHERE store_id IS NOT NULL").await, 1);
        assert_eq!(site.count("SELECT COUNT(*) FROM audit_record WHERE action = 'delete'").await, 1);
    }
}

on_both_engines! {
    async fn a_plain_file_does_not_block_a_package_of_its_name(site: Site) {
        let plain = site.upload_of("hello_1.0_amd64.deb", b"not a package").await;
        store_file(&site.state, plain).await.unwrap();
        let content = hello("1.0").build().unwrap();
        site.upload("hello_1.0_amd64.deb", &content).await.unwrap();
        assert_eq!(site.get("/public/desk-10/stores/org/hello_1.0_amd64.deb").await.1, content);
        let plain = site.upload_of("hello_1.0_amd64.deb", b"not a package").await;
        let refused = store_file(&site.state, plain).await.unwrap_err();
        assert!(matches!(refused, UploadError::Different(_)), "{refused}");
    }
}

on_both_engines! {
    async fn two_who_upload_one_version_under_two_names_do_not_both_succeed(site: Site) {
        for round in 0..6 {
            let version = format!("1.{round}");
            let (a, b) = (package("twin", &version, "a"), package("twin", &version, "b"));
            let (name_a, name_b) = (format!("a{round}.deb"), format!("b{round}.deb"));
            let (a, b) = tokio::join!(site.upload(&name_a, &a), site.upload(&name_b, &b));
            assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        }
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package").await, 6);
    }
}

on_both_engines! {
    async fn a_package_of_another_version_gives_its_name_away(site: Site) {
        // A computer reported 1.0; the file of this name has an epoch, and is another version.
        let sql = "INSERT INTO core_package (fullname, name, version, architecture, project_id) \
                   VALUES ('hello_1.0_amd64.deb', 'hello', '1.0', 'amd64', $1) RETURNING id";
        let (known,): (PackageId,) = site.state.db.one(sql, args![site.project]).await.unwrap();
        report(&site, known).await;
        let package = site.add_package(&hello("3:1.0")).await;
        assert_ne!(package, known);
        assert_eq!(row(&site, package).await.2, "hello_1.0_amd64.deb");
        assert_eq!(reported(&site).await[0].1, "1.0");
    }
}

on_both_engines! {
    async fn names_with_capitals_are_those_apt_asks_for(site: Site) {
        let stored = site.upload("MF-Agent_1.0_all.deb", &package("MF-Agent", "1.0", "")).await.unwrap();
        assert_eq!(row(&site, stored.package).await.0, "mf-agent");
        let refused = site.upload("mf-agent.deb", &package("mf-agent", "1.0", "")).await.unwrap_err();
        assert_eq!(refused.code(), Some("same_package"));
    }
}

on_both_engines! {
    async fn packages_stored_under_older_rules_get_the_names_apt_asks_for_and_twins_are_told_of(site: Site) {
        let deployment = site.add_deployment("first").await;
        let agent = site.upload("agent.deb", &package("MF-Agent", "1.0", "")).await.unwrap().package;
        site.offer(deployment, &[agent]).await;
        site.publish(deployment).await;
        let tool = site.upload("tool_1.0_all.deb", &package("tool", "1.0", "")).await.unwrap().package;
        let twin = site.upload("tool_2.0_all.deb", &package("tool", "2.0", "")).await.unwrap().package;
        for as_it_was in [
            "UPDATE core_package SET name = 'MF-Agent' WHERE fullname = 'agent.deb'",
            "UPDATE package_control SET record = replace(record, 'Package: mf-agent', 'Package: MF-Agent')",
            "UPDATE core_package SET name = 'Tool', version = '1.0' WHERE fullname = 'tool_2.0_all.deb'",
        ] {
            site.run(as_it_was, args![]).await;
        }
        for _ in 0..2 {
            let settled = migasfree_server_domain::core::twins::settle(&site.state).await.unwrap();
            assert_eq!(settled.shared, 1);
        }
        assert_eq!((row(&site, agent).await.0, row(&site, twin).await.0), ("mf-agent".into(), "tool".into()));
        assert_eq!(status(&site.state.db, deployment).await.unwrap().state, "queued");
        site.publish(deployment).await;
        let (_, index) = site.get("/public/desk-10/repos/dists/first/PKGS/binary-amd64/Packages").await;
        let index = String::from_utf8(index).unwrap();
        assert!(index.contains("Package: mf-agent\n") && !index.contains("MF-Agent\n"), "{index}");
        let told: Vec<(String,)> = site.state.db.all("SELECT message FROM client_notification WHERE message LIKE '%either of them%'", args![]).await.unwrap();
        assert_eq!(told.len(), 1, "{told:?}");
        for named in ["tool_1.0_all.deb", "tool_2.0_all.deb", "Desk 1.0", "tool 1.0 for all"] {
            assert!(told[0].0.contains(named), "{named}: {told:?}");
        }
        // Once one of them is gone, the other one is like any package.
        site.run("DELETE FROM core_package WHERE id = $1", args![tool]).await;
        assert_eq!(migasfree_server_domain::core::twins::settle(&site.state).await.unwrap().shared, 0);
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package WHERE twin <> 0").await, 0);
    }
}

on_both_engines! {
    async fn inventories_do_not_depend_on_stores(site: Site) {
        let reported_one = site.add_package(&hello("1.0")).await;
        site.add_package(&Builder::new("unreported", "1", "all")).await;
        report(&site, reported_one).await;
        let before = "SELECT hash, package_count FROM software_inventory";
        let before: (String, i64) = site.state.db.one(before, args![]).await.unwrap();
        let mut tx = site.state.db.begin().await.unwrap();
        migasfree_server_domain::repository::packages::leave(&site.state, &mut tx, site.store).await.unwrap();
        tx.execute("DELETE FROM core_store WHERE id = $1", args![site.store]).await.unwrap();
        tx.commit().await.unwrap();
        let after = "SELECT hash, package_count FROM software_inventory";
        let after: (String, i64) = site.state.db.one(after, args![]).await.unwrap();
        assert_eq!(before, after);
        assert_eq!(reported(&site).await.len(), 1);
        assert_eq!(site.count("SELECT COUNT(*) FROM core_package").await, 1);
        assert_eq!(site.count("SELECT COUNT(*) FROM store_file").await, 0);
    }
}

on_both_engines! {
    async fn an_epoch_of_zero_is_none_as_apt_reads_it(site: Site) {
        let deployment = site.add_deployment("first").await;
        let plain = site.upload("tool_1.0_all.deb", &package("tool", "1.0", "plain")).await.unwrap().package;
        let refused = site.upload("tool_0_1.0_all.deb", &package("tool", "0:1.0", "epoch")).await.unwrap_err();
        assert_eq!(refused.code(), Some("same_package"));
        let epoch = site.upload("epoch.deb", &package("epoch", "0:2.0", "")).await.unwrap().package;
        let real = site.upload("real.deb", &package("tool", "1:1.0", "")).await.unwrap().package;
        assert_eq!((row(&site, epoch).await.1, row(&site, real).await.1), ("2.0".into(), "1:1.0".into()));

        // What older servers stored.
        let twin = site.upload("twin.deb", &package("tool", "3.0", "")).await.unwrap().package;
        site.offer(deployment, &[epoch, twin]).await;
        for as_it_was in [
            "UPDATE core_package SET version = '0:1.0' WHERE fullname = 'twin.deb'",
            "UPDATE core_package SET version = '0:2.0' WHERE fullname = 'epoch.deb'",
            "UPDATE package_control SET record = replace(replace(record, 'Version: 3.0', 'Version: 0:1.0'), 'Version: 2.0', 'Version: 0:2.0')",
        ] {
            site.run(as_it_was, args![]).await;
        }
        let settled = migasfree_server_domain::core::twins::settle(&site.state).await.unwrap();
        assert_eq!((settled.rewritten, settled.shared), (2, 1));
        assert_eq!((row(&site, epoch).await.1, row(&site, twin).await.1), ("2.0".into(), "1.0".into()));
        let told = "SELECT COUNT(*) FROM client_notification WHERE message LIKE \
                    '%tool_1.0_all.deb and twin.deb of Desk 1.0 are all tool 1.0 for all%'";
        assert_eq!(site.count(told).await, 1);
        site.publish(deployment).await;
        let (_, index) = site.get("/public/desk-10/repos/dists/first/PKGS/binary-amd64/Packages").await;
        let index = String::from_utf8(index).unwrap();
        assert!(index.contains("Version: 2.0\n") && index.contains("Version: 1.0\n") && !index.contains("0:"), "{index}");
        site.run("DELETE FROM core_package WHERE id = $1", args![plain]).await;
        let settled = migasfree_server_domain::core::twins::settle(&site.state).await.unwrap();
        assert_eq!((settled.rewritten, settled.shared), (0, 0));
    }
}
