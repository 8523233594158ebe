//! The program killed in the middle of publishing: nothing is half done, and the next start
//! finishes it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use migasfree_deb::Builder;
use migasfree_server_db::{Db, Sql, args};
use migasfree_server_domain::repository::publish::request;

use super::site::{Site, hello};

const RELEASE: &str = "/public/desk-10/repos/dists/first/InRelease";
/// Enough for the work to last a moment.
const PACKAGES: i64 = 1_500;

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_survives_the_death_of_its_server() {
    let site = Site::on_sqlite().await;
    let deployment = site.add_deployment("first").await;
    let package = site.add_package(&hello("1.0")).await;
    site.offer(deployment, &[package]).await;
    site.publish(deployment).await;
    let more = site.add_package(&Builder::new("more", "1", "all")).await;
    for sql in [
        "INSERT INTO core_package (fullname, name, version, architecture, project_id, store_id) \
         SELECT 'more' || n.id || '_1_all.deb', 'more' || n.id, version, architecture, project_id, \
         store_id FROM core_package, (WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL \
         SELECT id + 1 FROM n WHERE id < $2) SELECT id FROM n) AS n WHERE core_package.id = $1",
        "INSERT INTO store_file (store_id, path, package_id, sha256, size, modified_at) \
         SELECT f.store_id, k.fullname, k.id, f.sha256, f.size, f.modified_at \
         FROM store_file f, core_package k WHERE f.package_id = $1 AND k.id > $1 AND $2 > 0",
        "INSERT INTO package_control SELECT k.id, REPLACE(c.record, 'Package: more', \
         'Package: ' || k.name), summary, description, section, homepage, licence, depends, \
         installed_size FROM package_control c, core_package k \
         WHERE c.package_id = $1 AND k.id > $1 AND $2 > 0",
        "INSERT INTO core_deployment_available_packages (deployment_id, package_id) \
         SELECT d.id, k.id FROM core_deployment d, core_package k WHERE k.id >= $1 AND $2 > 0",
    ] {
        site.run(Sql::from(sql), args![more, PACKAGES]).await;
    }
    let mut tx = site.state.db.begin().await.unwrap();
    request(&site.state, &mut tx, deployment).await.unwrap();
    tx.commit().await.unwrap();
    let folder = site.close().await;

    let mut interrupted = 0;
    let mut release = Vec::new();
    for pause in [0, 10, 20, 40, 60, 80, 100, 150, 200, 400, 800, 10_000] {
        let mut server = Program::start(folder.path());
        let before = server.get(RELEASE).await;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        let packages = check(folder.path()).await;
        assert!(
            packages == 1 || packages == PACKAGES + 2,
            "half a publication: {packages}"
        );
        release = before;
        if packages > 1 {
            break;
        }
        interrupted += 1;
        forgive(folder.path()).await;
    }
    assert!(interrupted > 0, "it was too fast to be interrupted");
    let server = Program::start(folder.path());
    assert_ne!(server.get(RELEASE).await, release);
    let index = "/public/desk-10/repos/dists/first/PKGS/binary-amd64/Packages";
    let index = String::from_utf8(server.get(index).await).unwrap();
    assert_eq!(index.matches("Package: ").count() as i64, PACKAGES + 2);
}

/// Work that ends its server every time is given up after a while; here it is not to blame.
async fn forgive(folder: &Path) {
    let db = Db::open_sqlite(folder).await.unwrap();
    let sql = "UPDATE job SET attempts = 0";
    db.execute(sql, args![]).await.unwrap();
    db.close().await;
}

/// What the database says when nobody runs: one generation is served, all its files are there.
async fn check(folder: &Path) -> i64 {
    let db = Db::open_sqlite(folder).await.unwrap();
    let current: Vec<(i64, i64)> = db
        .all(
            "SELECT id, package_count FROM repository_generation WHERE retired_at IS NULL",
            args![],
        )
        .await
        .unwrap();
    assert_eq!(current.len(), 1);
    let (generation, packages) = current[0];
    let (listed,): (i64,) = db
        .one(
            "SELECT COUNT(*) FROM repository_package WHERE last_generation IS NULL",
            args![],
        )
        .await
        .unwrap();
    assert_eq!(listed, packages);
    let files: Vec<(String, i64)> = db
        .all(
            "SELECT sha256, size FROM repository_file WHERE generation_id = $1",
            args![generation],
        )
        .await
        .unwrap();
    for (sha256, size) in files {
        let blob = folder.join("files/sha256").join(&sha256[..2]).join(&sha256);
        assert_eq!(std::fs::metadata(blob).unwrap().len() as i64, size);
    }
    db.close().await;
    packages
}

struct Program {
    child: Child,
    url: String,
}

impl Program {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_migasfree-server"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env_remove("DATABASE_URL")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = lines.map(|line| line.unwrap());
        let url = lines.find_map(|line| Some(line.strip_prefix("listening on ")?.to_owned()));
        Self {
            child,
            url: url.unwrap(),
        }
    }

    async fn get(&self, path: &str) -> Vec<u8> {
        let answer = reqwest::get(format!("{}{path}", self.url)).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.unwrap().to_vec()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
