//! The suite.

use std::cmp::Ordering;

use migasfree_server_db::{Ts, args, random::SystemRandom};
use migasfree_server_domain::{
    ids::{ProjectId, StoreId},
    repository::{
        facts,
        publish::Published,
        report::report,
        upload::{Place, Stored, UploadError, store_package},
    },
};
use migasfree_server_repository::{
    format::{Contents, Digests, FileError, Generated, Offer, Unreadable, Wanted},
    signing::Signer,
};
use serde_json::Value;

use super::Sample;
use super::sample::Made;
use crate::repository::site::Site;

const NOW: Ts = Ts::from_seconds(1_700_000_000);
const REPOSITORY: &str = "first";

fn signer() -> Signer {
    let folder = tempfile::tempdir().unwrap();
    Signer::open(folder.path(), NOW, &SystemRandom).unwrap()
}

fn build(sample: &Sample, packages: &[&Made], signer: &Signer) -> Vec<Generated> {
    let contents = Contents {
        repository: REPOSITORY,
        architectures: vec![sample.architecture.to_owned()],
        packages: packages.iter().map(|package| &package.listed).collect(),
    };
    sample.format().build(contents, signer, NOW).unwrap()
}

fn read_back(
    sample: &Sample,
    files: &[Generated],
    offers: &[Offer<'_>],
    signer: &Signer,
) -> Result<(), Unreadable> {
    let format = sample.format();
    format.read_back(files, REPOSITORY, offers, signer)
}

pub fn examines(sample: &Sample) {
    let format = sample.format();
    let version = sample.ascending[0];
    for architecture in [sample.architecture, sample.for_all] {
        let (file_name, content) = (sample.package)("tool", version, architecture);
        assert!(format.is_file_name(&file_name), "{file_name}");
        assert!(!format.is_file_name("tool.txt"));
        let mut rest = content.as_slice();
        let examined = format.examine(&mut rest).unwrap();
        assert!(rest.is_empty(), "the file is read to its end");
        let facts = &examined.facts;
        assert_eq!(
            [&facts.name, &facts.version, &facts.architecture],
            ["tool", version, architecture]
        );
        assert_eq!(examined.digests, Digests::of(&content));
        let told = format.report(&mut content.as_slice()).unwrap();
        assert!(told.contains("tool"), "{told}");
        assert!(format.fits(architecture, &[sample.architecture.to_owned()]));
        let fits_others = format.fits(architecture, &["another".to_owned()]);
        assert_eq!(fits_others, architecture == sample.for_all);
    }
    for content in &sample.bad {
        let refused = format.examine(&mut content.as_slice()).unwrap_err();
        assert!(matches!(refused, FileError::Package(_)), "{refused}");
        assert!(refused.is_about_the_file());
    }
}

pub fn orders_versions(sample: &Sample) {
    let format = sample.format();
    for (older, left) in sample.ascending.iter().enumerate() {
        for (newer, right) in sample.ascending.iter().enumerate() {
            let order = format.compare_versions(left, right);
            assert_eq!(order, older.cmp(&newer), "{left} {right}");
        }
        let (name, read) = format.as_read("tool", left);
        assert_eq!(name, "tool");
        assert_eq!(format.compare_versions(left, &read), Ordering::Equal);
    }
}

pub fn reads_back(sample: &Sample) {
    let signer = signer();
    let [old, new, ..] = *sample.ascending else {
        panic!("two versions at least");
    };
    let (first, second) = (sample.make("tool", old), sample.make("other", new));
    let files = build(sample, &[&first, &second], &signer);
    let offers = [first.offer(), second.offer()];
    read_back(sample, &files, &offers, &signer).unwrap();
    read_back(sample, &build(sample, &[], &signer), &[], &signer).unwrap();

    let is_refused = |files: &[Generated], offers: &[Offer<'_>]| {
        read_back(sample, files, offers, &signer).is_err()
    };
    let elsewhere = build(sample, &[&first], &signer);
    for place in 0..files.len() {
        let path = &files[place].path;
        let mut mixed = files.clone();
        mixed[place] = elsewhere[place].clone();
        assert!(is_refused(&mixed, &offers), "{path} of another publication");
        mixed.remove(place);
        assert!(is_refused(&mixed, &offers), "no {path}");
    }
    assert!(is_refused(&files, &offers[..1]), "a package nobody offers");
    assert!(is_refused(&elsewhere, &offers), "a package that is missing");
    let other_file = Offer {
        sha256: &second.sha256,
        ..first.offer()
    };
    assert!(
        is_refused(&files, &[other_file, second.offer()]),
        "another file"
    );

    let mut twin = sample.make("other", new);
    let listed = &mut twin.listed;
    listed.record = sample.format().renamed(&listed.record, "tool", old);
    (listed.name, listed.version) = ("tool".to_owned(), old.to_owned());
    let twins = build(sample, &[&first, &twin], &signer);
    let offers = [first.offer(), twin.offer()];
    let refused = read_back(sample, &twins, &offers, &signer).unwrap_err();
    assert!(matches!(refused, Unreadable::Twice { .. }), "{refused}");
}

pub fn trusts_one_key(sample: &Sample) {
    let package = sample.make("tool", sample.ascending[0]);
    let ours = signer();
    let files = build(sample, &[&package], &ours);
    read_back(sample, &files, &[package.offer()], &ours).unwrap();
    let refused = read_back(sample, &files, &[package.offer()], &signer());
    assert!(matches!(refused, Err(Unreadable::Damaged { .. })));
}

pub fn renames(sample: &Sample) {
    let signer = signer();
    let mut package = sample.make("tool", sample.ascending[0]);
    let listed = &mut package.listed;
    let (name, version) = ("other", sample.ascending[1]);
    listed.record = sample.format().renamed(&listed.record, name, version);
    let old = Offer {
        name: "tool",
        version: sample.ascending[0],
        ..package.offer()
    };
    let new = Offer {
        name,
        version,
        ..package.offer()
    };
    let files = build(sample, &[&package], &signer);
    read_back(sample, &files, &[new], &signer).unwrap();
    read_back(sample, &files, &[old], &signer).unwrap_err();
}

pub fn lays_out(sample: &Sample) {
    let package = sample.make("tool", sample.ascending[0]);
    let files = build(sample, &[&package], &signer());
    let format = sample.format();
    let folder = (sample.folder)(REPOSITORY);
    let mut first = 0;
    let mut by_hash = 0;
    for file in &files {
        let address = format!("{folder}/{}", file.path);
        let located = format.locate(&address).unwrap();
        assert_eq!(located.repository, REPOSITORY);
        let Wanted::Index { path, is_first } = located.wanted else {
            panic!("{address} is no index");
        };
        assert_eq!(path, file.path);
        first += usize::from(is_first);
        let Some(address) = (sample.by_hash)(file) else {
            continue;
        };
        let address = format!("{folder}/{address}");
        let located = format.locate(&address).unwrap();
        let Wanted::ByHash { paths, digest, .. } = located.wanted else {
            panic!("{address} is no digest");
        };
        assert!(paths.contains(&file.path), "{address}");
        assert!(address.ends_with(digest));
        by_hash += 1;
    }
    assert!(first > 0, "readers begin somewhere");
    assert!(by_hash > 0, "readers of an old index find what it lists");
    let path = &package.file_name;
    let address = format!("{folder}/{}/{path}", sample.packages);
    let located = format.locate(&address).unwrap();
    assert_eq!(located.repository, REPOSITORY);
    assert_eq!(located.wanted, Wanted::Package { path });
    for outside in ["", "list", "elsewhere/list"] {
        assert_eq!(format.locate(outside), None, "{outside}");
    }
}

/// Uploads as a packager would.
async fn upload(
    site: &Site,
    (project, store): (ProjectId, StoreId),
    file_name: &str,
    content: &[u8],
) -> Result<Stored, UploadError> {
    let mut upload = site.upload_of(file_name, content).await;
    upload.project_id = project;
    upload.destination = Box::new(Place::from(store));
    store_package(&site.state, upload).await
}

pub async fn serves(site: &Site, sample: &Sample) {
    let place = site
        .add_project_for("contract", sample.system.name(), sample.architecture)
        .await;
    let (_, systems) = site.get("/api/v1/public/pms/").await;
    let systems: Value = serde_json::from_slice(&systems).unwrap();
    assert_eq!(
        systems[sample.system.name()]["module"],
        sample.system.name()
    );

    let [old, new, ..] = *sample.ascending else {
        panic!("two versions at least");
    };
    let (older, newer) = (sample.make("tool", old), sample.make("tool", new));
    let refused = upload(site, place, "tool.txt", &older.content).await;
    assert_eq!(refused.unwrap_err().code(), Some("file_type"));
    for content in &sample.bad {
        let refused = upload(site, place, &older.file_name, content).await;
        assert_eq!(refused.unwrap_err().code(), Some("package"));
    }
    let mut packages = Vec::new();
    for made in [&newer, &older] {
        let stored = upload(site, place, &made.file_name, &made.content).await;
        packages.push(stored.unwrap().package);
    }
    let known = facts::newest(&site.state, place.0, &["tool".to_owned()])
        .await
        .unwrap();
    assert_eq!(known["tool"].version, new);
    let told = report(&site.state, packages[0]).await.unwrap();
    assert!(told.contains("tool"), "{told}");

    let deployment = site.add_deployment_of(place.0, REPOSITORY).await;
    site.offer(deployment, &packages).await;
    let published = site.publisher.publish(deployment, None).await.unwrap();
    assert!(
        matches!(published, Published::Generation { packages: 2, .. }),
        "{published:?}"
    );
    let folder = format!("/public/contract/repos/{}", (sample.folder)(REPOSITORY));
    for made in [&older, &newer] {
        let address = format!("{folder}/{}/{}", sample.packages, made.file_name);
        assert_eq!(site.get(&address).await, (200, made.content.clone()));
    }
    let files: Vec<(String, String)> = site
        .state
        .db
        .all(
            "SELECT f.path, f.sha256 FROM repository_file f \
             JOIN repository_generation g ON g.id = f.generation_id WHERE g.deployment_id = $1",
            args![deployment],
        )
        .await
        .unwrap();
    assert!(!files.is_empty());
    for (path, sha256) in files {
        let (status, content) = site.get(&format!("{folder}/{path}")).await;
        let file = Generated::new(path, content);
        assert_eq!(
            (status, &file.digests.sha256),
            (200, &sha256),
            "{}",
            file.path
        );
        if let Some(address) = (sample.by_hash)(&file) {
            let by_hash = site.get(&format!("{folder}/{address}")).await;
            assert_eq!(by_hash, (200, file.content.to_vec()), "{address}");
        }
    }
    assert_eq!(site.get(&format!("{folder}/nothing")).await.0, 404);
    assert_eq!(
        site.get("/public/contract/repos/elsewhere/list").await.0,
        404
    );
}
