//! Publications are complete, follow what changes, and replace each other in one step.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use migasfree_deb::Builder;
use migasfree_locales::{SERVER, catalog};
use migasfree_server_db::args;
use migasfree_server_domain::repository::publish::{
    Cause, Published, redate, repair, request, request_for, status,
};
use migasfree_server_jobs::{Handlers, Workers};
use migasfree_types::events::{Event, PublicationState};

use super::site::{Site, hello};
use crate::harness::clock;
use crate::on_both_engines;

const ROOT: &str = "/public/desk-10/repos/dists/first";

/// Whether the work is done when it has been polled so often. It is dropped where it stands.
async fn ends_within(polls: usize, work: impl Future) -> bool {
    let mut work = std::pin::pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        left -= 1;
        match work.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if left == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

async fn index(site: &Site, architecture: &str) -> String {
    let path = format!("{ROOT}/PKGS/binary-{architecture}/Packages");
    let (status, content) = site.get(&path).await;
    assert_eq!(status, 200, "{path}");
    String::from_utf8(content).unwrap()
}

on_both_engines! {
    async fn a_repository_lists_packages_and_sets_for_each_architecture(site: Site) {
        let deployment = site.add_deployment("first").await;
        let set = site.add_set("suite").await;
        let offered = site.add_package(&hello("1.0")).await;
        let of_set = site.add_package(&Builder::new("member", "1", "all")).await;
        let foreign = site.add_package(&Builder::new("foreign", "1", "riscv64")).await;
        site.add_package(&Builder::new("unrelated", "1", "all")).await;
        site.offer(deployment, &[offered, foreign]).await;
        site.run("INSERT INTO core_packageset_packages (packageset_id, package_id) VALUES ($1, $2)", args![set, of_set]).await;
        site.run("INSERT INTO core_deployment_available_package_sets (deployment_id, packageset_id) VALUES ($1, $2)", args![deployment, set]).await;
        site.publish(deployment).await;
        let names = |text: String| -> Vec<String> {
            text.lines().filter_map(|line| line.strip_prefix("Package: ")).map(str::to_owned).collect()
        };
        assert_eq!(names(index(&site, "amd64").await), ["hello", "member"]);
        assert_eq!(names(index(&site, "arm64").await), ["member"]);
        let publication = status(&site.state.db, deployment).await.unwrap();
        assert_eq!((publication.state.as_str(), publication.packages), ("published", Some(2)));
        let left_out = publication.message.unwrap();
        for part in ["1 package is left out: foreign_1_riscv64.deb", "amd64, arm64, not riscv64"] {
            assert!(left_out.contains(part), "{left_out}");
        }
        let (note,): (String,) = site.state.db.one("SELECT message FROM client_notification", args![]).await.unwrap();
        let told = "Repository first of project Desk 1.0 is published with 2 packages; 1 package is left out";
        assert!(note.starts_with(told), "{note}");
        let spanish = catalog(SERVER, "es").unwrap();
        let left_out = spanish.text(&publication.said.unwrap());
        assert!(left_out.starts_with("se deja fuera 1 paquete: foreign_1_riscv64.deb"), "{left_out}");
        let (note,): (String,) = site.state.db.one("SELECT message_said FROM client_notification", args![]).await.unwrap();
        let note = spanish.text(&serde_json::from_str(&note).unwrap());
        let told = "El repositorio first del proyecto Desk 1.0 está publicado con 2 paquetes; se deja fuera 1 paquete";
        assert!(note.starts_with(told), "{note}");
        let (_, release) = site.get(&format!("{ROOT}/Release")).await;
        let release = String::from_utf8(release).unwrap();
        for line in ["Suite: first", "Codename: first", "Architectures: amd64 arm64",
            "Components: PKGS", "Origin: migasfree", "Acquire-By-Hash: yes"] {
            assert!(release.lines().any(|found| found == line), "{line}\n{release}");
        }
        for file in ["InRelease", "Release.gpg", "PKGS/binary-arm64/Packages.gz"] {
            assert_eq!(site.get(&format!("{ROOT}/{file}")).await.0, 200, "{file}");
        }
    }
}

on_both_engines! {
    async fn readers_of_the_old_index_find_everything_it_lists(site: Site) {
        let deployment = site.add_deployment("first").await;
        let old = hello("1.0").build().unwrap();
        let package = site.upload("hello_1.0_amd64.deb", &old).await.unwrap().package;
        site.offer(deployment, &[package]).await;
        site.publish(deployment).await;
        let digests = migasfree_deb::Digests::of(index(&site, "amd64").await.as_bytes());

        let new = hello("1.0").field("Comment", "another").build().unwrap();
        site.replace("hello_1.0_amd64.deb", &new).await.unwrap();
        site.publish(deployment).await;
        let by_hash = format!("{ROOT}/PKGS/binary-amd64/by-hash");
        for (algorithm, digest) in [("MD5Sum", &digests.md5), ("SHA1", &digests.sha1),
            ("SHA256", &digests.sha256), ("SHA512", &digests.sha512)] {
            let (status, content) = site.get(&format!("{by_hash}/{algorithm}/{digest}")).await;
            assert_eq!(status, 200, "{algorithm}");
            assert_eq!(migasfree_deb::Digests::of(&content), digests);
        }
        assert_eq!(site.get(&format!("{ROOT}/PKGS/hello_1.0_amd64.deb")).await.1, old);
        let text = index(&site, "amd64").await;
        let filename = text.lines().find_map(|line| line.strip_prefix("Filename: ")).unwrap();
        assert_eq!(site.get(&format!("/public/desk-10/repos/{filename}")).await.1, new);
        // It stays where it is in the next publication.
        site.publish(deployment).await;
        assert!(index(&site, "amd64").await.contains(filename));
    }
}

on_both_engines! {
    async fn a_renamed_deployment_is_served_under_both_names_for_a_while(site: Site) {
        let deployment = site.add_deployment("first").await;
        let package = site.add_package(&hello("1.0")).await;
        site.offer(deployment, &[package]).await;
        site.publish(deployment).await;
        site.run("UPDATE core_deployment SET slug = 'second' WHERE id = $1", args![deployment]).await;
        site.publish(deployment).await;
        for slug in ["first", "second"] {
            for file in ["InRelease", "PKGS/hello_1.0_amd64.deb"] {
                let path = format!("/public/desk-10/repos/dists/{slug}/{file}");
                assert_eq!(site.get(&path).await.0, 200, "{path}");
            }
        }
    }
}

on_both_engines! {
    async fn indexes_a_crash_of_the_machine_lost_are_made_again(site: Site) {
        let deployment = site.add_deployment("first").await;
        let intact = site.add_deployment("second").await;
        let package = site.add_package(&hello("1.0")).await;
        site.offer(deployment, &[package]).await;
        site.publish(deployment).await;
        site.publish(intact).await;
        assert_eq!(repair(&site.state).await.unwrap(), 0);
        let sql = "SELECT f.sha256 FROM repository_file f JOIN repository_generation g \
                   ON g.id = f.generation_id WHERE g.deployment_id = $1 AND f.path LIKE $2";
        let (sha256,): (String,) =
            site.state.db.one(sql, args![deployment, "PKGS/binary-amd64/Packages"]).await.unwrap();
        std::fs::write(site.blob(&sha256), "").unwrap();
        assert_eq!(repair(&site.state).await.unwrap(), 1);
        assert_eq!(status(&site.state.db, deployment).await.unwrap().state, "queued");
        assert_eq!(status(&site.state.db, intact).await.unwrap().state, "published");
        site.publish(deployment).await;
        assert!(index(&site, "amd64").await.contains("Package: hello"));
    }
}

on_both_engines! {
    async fn what_was_published_by_a_clock_that_was_ahead_is_published_again(site: Site) {
        let deployment = site.add_deployment("first").await;
        let punctual = site.add_deployment("second").await;
        site.publish(punctual).await;
        site.clock.advance(Duration::from_secs(2 * 86_400));
        site.publish(deployment).await;
        let in_release = format!("{ROOT}/InRelease");
        let (_, ahead) = site.get(&in_release).await;
        assert_eq!(redate(&site.state).await.unwrap(), 0, "for that clock all is well");

        site.clock.set(clock::NOON);
        assert_eq!(redate(&site.state).await.unwrap(), 1);
        assert_eq!(status(&site.state.db, deployment).await.unwrap().state, "queued");
        assert_eq!(status(&site.state.db, punctual).await.unwrap().state, "published");
        site.publish(deployment).await;
        let date = |signed: Vec<u8>| {
            let text = String::from_utf8(signed).unwrap();
            text.lines().find_map(|line| line.strip_prefix("Date: ")).unwrap().to_owned()
        };
        let (_, now) = site.get(&in_release).await;
        let (_, right) = site.get("/public/desk-10/repos/dists/second/InRelease").await;
        assert_ne!(date(ahead), date(right.clone()));
        assert_eq!(date(now), date(right));
        assert_eq!(redate(&site.state).await.unwrap(), 0);
    }
}

on_both_engines! {
    async fn two_publications_of_one_second_have_different_dates(site: Site) {
        let deployment = site.add_deployment("first").await;
        let mut dates = Vec::new();
        for _ in 0..3 {
            site.publish(deployment).await;
            let answer = reqwest::get(site.url(&format!("{ROOT}/InRelease"))).await.unwrap();
            dates.push(answer.headers()["last-modified"].clone());
        }
        dates.dedup();
        assert_eq!(dates.len(), 3);
    }
}

on_both_engines! {
    async fn a_publication_broken_off_anywhere_changes_nothing(site: Site) {
        let deployment = site.add_deployment("first").await;
        let first = site.add_package(&hello("1.0")).await;
        site.offer(deployment, &[first]).await;
        site.publish(deployment).await;
        let before = site.get(&format!("{ROOT}/InRelease")).await;
        let more = site.add_package(&Builder::new("more", "1", "all")).await;
        site.offer(deployment, &[more]).await;
        let mut broken_off = 0;
        for polls in 1.. {
            let work = site.publisher.publish(deployment, None);
            let ended = ends_within(polls, work).await;
            // Broken off while the database commits, it may be done nevertheless: then wholly.
            let switched = index(&site, "amd64").await.contains("Package: more");
            let changed = site.get(&format!("{ROOT}/InRelease")).await != before;
            assert!(changed || !switched, "the index changed before the release");
            if ended || changed {
                break;
            }
            broken_off += 1;
        }
        assert!(broken_off > 2, "only {broken_off} were broken off");
        site.publish(deployment).await;
        assert!(site.get(&format!("{ROOT}/InRelease")).await != before);
        assert!(index(&site, "amd64").await.contains("Package: more"));
    }
}

on_both_engines! {
    async fn publications_at_the_same_time_end_with_the_newest_state(site: Site) {
        let site = Arc::new(site);
        let deployment = site.add_deployment("first").await;
        let publishers = (0..6).map(|number| {
            let site = Arc::clone(&site);
            tokio::spawn(async move {
                let package = site.add_package(&Builder::new(&format!("p{number}"), "1", "all")).await;
                site.offer(deployment, &[package]).await;
                site.publish(deployment).await;
            })
        });
        for publisher in publishers.collect::<Vec<_>>() {
            publisher.await.unwrap();
        }
        let text = index(&site, "amd64").await;
        assert_eq!(text.matches("Package: p").count(), 6, "{text}");
        assert_eq!(site.count("SELECT COUNT(*) FROM repository_generation WHERE retired_at IS NULL").await, 1);
    }
}

on_both_engines! {
    async fn changes_ask_for_the_publications_they_need(site: Site) {
        let direct = site.add_deployment("first").await;
        let by_set = site.add_deployment("second").await;
        let other = site.add_deployment("third").await;
        let set = site.add_set("suite").await;
        let package = site.add_package(&hello("1.0")).await;
        site.offer(direct, &[package]).await;
        site.run("INSERT INTO core_packageset_packages (packageset_id, package_id) VALUES ($1, $2)", args![set, package]).await;
        site.run("INSERT INTO core_deployment_available_package_sets (deployment_id, packageset_id) VALUES ($1, $2)", args![by_set, set]).await;
        for (cause, expected) in [
            (Cause::Package(package), vec![direct, by_set]),
            (Cause::PackageSet(set), vec![by_set]),
            (Cause::Store(site.store), vec![direct, by_set]),
            (Cause::Project(site.project), vec![direct, by_set, other]),
        ] {
            site.run("DELETE FROM repository_publication", args![]).await;
            site.run("DELETE FROM job", args![]).await;
            let mut tx = site.state.db.begin().await.unwrap();
            request_for(&site.state, &mut tx, cause).await.unwrap();
            tx.commit().await.unwrap();
            let sql = "SELECT deployment_id FROM repository_publication WHERE state = 'queued' ORDER BY deployment_id";
            let queued: Vec<(migasfree_server_domain::ids::DeploymentId,)> = site.state.db.all(sql, args![]).await.unwrap();
            assert_eq!(queued.into_iter().map(|(id,)| id).collect::<Vec<_>>(), expected, "{cause:?}");
            assert_eq!(site.count("SELECT COUNT(*) FROM job WHERE kind = 'publish'").await, expected.len() as i64);
        }
        let mut tx = site.state.db.begin().await.unwrap();
        request(&site.state, &mut tx, direct).await.unwrap();
        drop(tx);
        let mut tx = site.state.db.begin().await.unwrap();
        request(&site.state, &mut tx, direct).await.unwrap();
        request(&site.state, &mut tx, direct).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(site.count("SELECT COUNT(*) FROM job").await, 3);
    }
}

on_both_engines! {
    async fn a_computer_that_comes_too_early_waits_for_the_first_publication(site: Site) {
        let deployment = site.add_deployment("first").await;
        let release = format!("{ROOT}/InRelease");
        assert_eq!(site.get(&release).await.0, 404, "nobody asked for a publication");
        let mut tx = site.state.db.begin().await.unwrap();
        request(&site.state, &mut tx, deployment).await.unwrap();
        tx.commit().await.unwrap();
        let (early, ()) = tokio::join!(site.get(&release), async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            site.publish(deployment).await;
        });
        assert_eq!(early.0, 200);
    }
}

on_both_engines! {
    async fn a_job_publishes_and_tells_how_far_it_is(site: Site) {
        let deployment = site.add_deployment("first").await;
        let package = site.add_package(&hello("1.0")).await;
        site.offer(deployment, &[package]).await;
        let mut events = site.state.events.listen();
        let mut tx = site.state.db.begin().await.unwrap();
        request(&site.state, &mut tx, deployment).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(status(&site.state.db, deployment).await.unwrap().state, "queued");
        // A server before this one took the job and died with it.
        site.run("UPDATE job SET state = 'running', worker = 'dead', attempts = 1, due_at = $1", args![site.state.clock.now()]).await;
        site.run("UPDATE repository_publication SET state = 'running'", args![]).await;
        let handlers = Handlers::default().with(site.publisher.clone());
        let workers = Workers::start(&site.state.jobs, handlers, 2);
        let mut states = Vec::new();
        while states.last() != Some(&PublicationState::Published) {
            let event = tokio::time::timeout(Duration::from_secs(20), events.recv()).await;
            if let Event::Publication { deployment: told, state, .. } = &*event.unwrap().unwrap() {
                assert_eq!((told.id, told.project.name.as_str()), (i64::from(deployment), "Desk 1.0"));
                states.push(*state);
            }
        }
        states.dedup();
        assert_eq!(states, [PublicationState::Queued, PublicationState::Running, PublicationState::Published]);
        workers.stop(Duration::from_secs(5)).await;
        let publication = status(&site.state.db, deployment).await.unwrap();
        assert_eq!((publication.state.as_str(), publication.done, publication.total), ("published", Some(1), Some(1)));
        assert!(index(&site, "amd64").await.contains("Package: hello"));
        assert_eq!(site.count("SELECT COUNT(*) FROM job WHERE state = 'done'").await, 1);
    }
}

on_both_engines! {
    async fn a_package_system_that_cannot_be_published_says_so(site: Site) {
        let (project, _) = site.add_project("fedora", "dnf").await;
        let deployment = site.add_deployment_of(project, "first").await;
        let mut tx = site.state.db.begin().await.unwrap();
        request(&site.state, &mut tx, deployment).await.unwrap();
        tx.commit().await.unwrap();
        let outcome = site.publisher.publish(deployment, None).await.unwrap();
        assert_eq!(outcome, Published::Unsupported);
        let publication = status(&site.state.db, deployment).await.unwrap();
        assert_eq!(publication.state, "failed");
        assert!(publication.message.unwrap().contains("repositories of dnf cannot be published yet"));
    }
}

on_both_engines! {
    async fn a_deployment_that_is_gone_is_no_failure(site: Site) {
        let deployment = site.add_deployment("first").await;
        site.publish(deployment).await;
        site.run("DELETE FROM core_deployment WHERE id = $1", args![deployment]).await;
        assert_eq!(site.publisher.publish(deployment, None).await.unwrap(), Published::Gone);
        assert_eq!(site.get(&format!("{ROOT}/InRelease")).await.0, 404);
    }
}

on_both_engines! {
    async fn a_deployment_that_goes_while_it_is_published_is_no_failure(site: Site) {
        let deployment = site.add_deployment("first").await;
        let mut tx = site.state.db.begin().await.unwrap();
        tx.execute("DELETE FROM core_deployment WHERE id = $1", args![deployment]).await.unwrap();
        let publisher = site.publisher.clone();
        let publishing = tokio::spawn(async move { publisher.publish(deployment, None).await });
        // It reads what is about to go, and waits to write; should it come later, it finds nothing.
        tokio::time::sleep(Duration::from_millis(300)).await;
        tx.commit().await.unwrap();
        assert_eq!(publishing.await.unwrap().unwrap(), Published::Gone);
        assert_eq!(site.count("SELECT COUNT(*) FROM client_notification").await, 0);
    }
}

on_both_engines! {
    async fn a_repository_apt_could_not_read_is_refused_and_the_earlier_one_stays(site: Site) {
        let deployment = site.add_deployment("first").await;
        let good = site.add_package(&hello("1.0")).await;
        let bad = site.add_package(&Builder::new("broken", "1", "all").field("Depends", "x (>= 1)")).await;
        site.offer(deployment, &[good]).await;
        site.publish(deployment).await;
        let before = site.get(&format!("{ROOT}/InRelease")).await;
        site.offer(deployment, &[bad]).await;
        // As a server stored it that did not look.
        let stanza = "UPDATE package_control SET record = replace(record, '(>= 1)', '(>= )') WHERE package_id = $1";
        site.run(stanza, args![bad]).await;
        site.run("DELETE FROM client_notification", args![]).await;
        let mut tx = site.state.db.begin().await.unwrap();
        request(&site.state, &mut tx, deployment).await.unwrap();
        tx.commit().await.unwrap();
        let handlers = Handlers::default().with(site.publisher.clone());
        let workers = Workers::start(&site.state.jobs, handlers, 1);
        let ended = async {
            while status(&site.state.db, deployment).await.unwrap().state != "failed" {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), ended).await.unwrap();
        workers.stop(Duration::from_secs(5)).await;
        let publication = status(&site.state.db, deployment).await.unwrap();
        let (note,): (String,) = site.state.db.one("SELECT message FROM client_notification", args![]).await.unwrap();
        for text in [publication.message.unwrap(), note] {
            for part in ["broken", "depends", "x (>= )"] {
                assert!(text.contains(part), "{text}");
            }
        }
        // It is not tried again: the same packages make the same index.
        assert_eq!(site.count("SELECT COUNT(*) FROM job WHERE state IN ('queued', 'running')").await, 0);
        assert_eq!(site.get(&format!("{ROOT}/InRelease")).await, before);
        assert_eq!(site.get(&format!("{ROOT}/PKGS/hello_1.0_amd64.deb")).await.0, 200);

        // The alert stays longer than the work is remembered, also while it is tried again.
        site.run("DELETE FROM job", args![]).await;
        let mut tx = site.state.db.begin().await.unwrap();
        request(&site.state, &mut tx, deployment).await.unwrap();
        tx.commit().await.unwrap();
        site.run("DELETE FROM job", args![]).await;
        let failing = "SELECT COUNT(*) FROM repository_publication WHERE failed_since IS NOT NULL";
        assert_eq!(site.count(failing).await, 1);

        // The same file once more is read anew.
        let content = Builder::new("broken", "1", "all").field("Depends", "x (>= 1)").build().unwrap();
        site.upload("broken_1_all.deb", &content).await.unwrap();
        site.publish(deployment).await;
        assert!(index(&site, "amd64").await.contains("Depends: x (>= 1)"));
        assert_eq!(site.count(failing).await, 0);
    }
}

on_both_engines! {
    async fn two_contents_of_one_package_are_not_published(site: Site) {
        let deployment = site.add_deployment("first").await;
        let one = site.add_package(&Builder::new("twin", "1", "all")).await;
        let two = site.add_package(&Builder::new("twin", "2", "all")).await;
        site.offer(deployment, &[one, two]).await;
        // As they were stored when nobody looked.
        site.run("UPDATE core_package SET version = '1', twin = id WHERE id = $1", args![two]).await;
        site.run("UPDATE package_control SET record = replace(record, 'Version: 2', 'Version: 1')", args![]).await;
        let refused = site.publisher.publish(deployment, None).await.unwrap_err().to_string();
        for part in ["twin_1_all.deb", "twin_2_all.deb", "take one out"] {
            assert!(refused.contains(part), "{refused}");
        }
        assert_eq!(site.get(&format!("{ROOT}/InRelease")).await.0, 404);
    }
}

on_both_engines! {
    async fn what_no_file_can_be_called_is_not_there(site: Site) {
        for path in ["/public/desk-10/stores/org/a%00b.deb", "/public/desk-10/repos/dists/fi%00rst/InRelease", "/public/catalog_icons/%00.png"] {
            assert_eq!(site.get(path).await.0, 404, "{path}");
        }
    }
}
