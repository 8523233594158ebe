//! The public tree over HTTP: ranges, conditions, policies, aliases.

use std::time::Duration;

use bytes::Bytes;
use migasfree_server_db::args;
use migasfree_server_domain::{
    app_catalog::icons::{self, IconError},
    ids::ApplicationId,
    repository::garbage::{Collected, KEPT, collect},
};
use reqwest::{Client, Method, Response};

use super::site::{Site, hello};
use crate::on_both_engines;

const HELLO: &str = "/public/desk-10/stores/org/hello_1.0_amd64.deb";

async fn ask(site: &Site, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Client::new().request(method, site.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

on_both_engines! {
    async fn a_file_is_answered_in_parts_and_only_when_it_changed(site: Site) {
        let content = hello("1.0").build().unwrap();
        site.add_package(&hello("1.0")).await;
        let whole = ask(&site, Method::GET, HELLO, &[]).await;
        let headers = whole.headers().clone();
        assert_eq!(headers["content-length"], content.len().to_string());
        assert_eq!(headers["content-type"], "application/vnd.debian.binary-package");
        assert_eq!(headers["accept-ranges"], "bytes");
        assert_eq!(whole.bytes().await.unwrap(), content);

        let part = ask(&site, Method::GET, HELLO, &[("range", "bytes=100-199")]).await;
        assert_eq!(part.status(), 206);
        assert_eq!(part.headers()["content-range"], format!("bytes 100-199/{}", content.len()));
        assert_eq!(part.bytes().await.unwrap(), content[100..200]);
        let other = [("range", "bytes=100-199"), ("if-range", "\"other\"")];
        assert_eq!(ask(&site, Method::GET, HELLO, &other).await.status(), 200);
        let modified = headers["last-modified"].to_str().unwrap();
        let same = [("range", "bytes=100-199"), ("if-range", modified)];
        assert_eq!(ask(&site, Method::GET, HELLO, &same).await.status(), 206);
        let beyond = ask(&site, Method::GET, HELLO, &[("range", "bytes=99999999-")]).await;
        assert_eq!(beyond.status(), 416);
        assert_eq!(beyond.headers()["content-range"], format!("bytes */{}", content.len()));

        let head = ask(&site, Method::HEAD, HELLO, &[]).await;
        assert_eq!(head.headers()["content-length"], content.len().to_string());
        let etag = headers["etag"].to_str().unwrap();
        for unchanged in [("if-none-match", etag), ("if-modified-since", modified)] {
            let answer = ask(&site, Method::GET, HELLO, &[unchanged]).await;
            assert_eq!(answer.status(), 304, "{unchanged:?}");
            assert!(answer.bytes().await.unwrap().is_empty());
        }
        let changed = [("if-none-match", "\"other\""), ("if-modified-since", modified)];
        assert_eq!(ask(&site, Method::GET, HELLO, &changed).await.status(), 200);
        assert_eq!(ask(&site, Method::POST, HELLO, &[]).await.status(), 405);
    }
}

on_both_engines! {
    async fn only_what_the_database_knows_is_there(site: Site) {
        site.add_package(&hello("1.0")).await;
        let alias = HELLO.replace("/public/", "/repo/");
        assert_eq!(site.get(&alias).await.0, 200);
        assert_eq!(site.get(&HELLO.replace('_', "%5F")).await.0, 200);
        for path in [
            "/public/",
            "/public/desk-10/",
            "/public/desk-10/stores/org/",
            "/public/desk-10/stores/other/hello_1.0_amd64.deb",
            "/public/other/stores/org/hello_1.0_amd64.deb",
            "/public/desk-10/stores/org/%2e%2e/%2e%2e/keys/repository.sec",
            "/public/desk-10/repos/dists/first/InRelease",
            "/public/catalog_icons/app_1.png",
            "/public/%00/%ff",
        ] {
            assert_eq!(site.get(path).await.0, 404, "{path}");
        }
    }
}

on_both_engines! {
    async fn a_name_with_an_escape_in_it_is_found(site: Site) {
        let content = hello("1:1.0").build().unwrap();
        site.upload("hello_1%3a1.0_amd64.deb", &content).await.unwrap();
        for path in ["hello_1%3a1.0_amd64.deb", "hello_1%3A1.0_amd64.deb", "hello_1%253a1.0_amd64.deb"] {
            assert_eq!(site.get(&format!("/public/desk-10/stores/org/{path}")).await.1, content, "{path}");
        }
    }
}

async fn add_application(site: &Site) -> ApplicationId {
    let sql = "INSERT INTO app_catalog_application (name, created_at, category_id) \
               SELECT 'Hello', $1, MIN(id) FROM app_catalog_category RETURNING id";
    let now = site.state.clock.now();
    let (id,) = site.state.db.one(sql, args![now]).await.unwrap();
    id
}

on_both_engines! {
    async fn icons_are_pictures_and_can_do_nothing(site: Site) {
        let application = add_application(&site).await;
        let now = site.state.clock.now();
        for (name, path, media_type) in [
            ("Logo.PNG", format!("catalog_icons/app_{application}.png"), "image/png"),
            ("logo.svg", format!("catalog_icons/app_{application}.svg"), "image/svg+xml"),
        ] {
            let icon = icons::store(&site.state, name, Bytes::from(name)).await.unwrap();
            let mut tx = site.state.db.begin().await.unwrap();
            assert_eq!(icons::assign(&mut tx, now, application, &icon).await.unwrap(), path);
            tx.commit().await.unwrap();
            let answer = ask(&site, Method::GET, &format!("/public/{path}"), &[]).await;
            assert_eq!(answer.headers()["content-type"], media_type);
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
            let policy = answer.headers()["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"));
            assert_eq!(answer.bytes().await.unwrap(), name);
        }
        assert_eq!(site.get(&format!("/public/catalog_icons/app_{application}.png")).await.0, 404);
        for (name, content) in [("page.html", "x"), ("png", "x"), ("empty.png", "")] {
            let refused = icons::store(&site.state, name, Bytes::from(content)).await;
            assert!(matches!(refused, Err(IconError::NotAnImage | IconError::Empty)), "{name}");
        }
        let large = Bytes::from(vec![0; icons::ICON_LIMIT + 1]);
        assert!(matches!(icons::store(&site.state, "a.png", large).await, Err(IconError::TooLarge)));

        site.run("DELETE FROM app_catalog_application WHERE id = $1", args![application]).await;
        assert_eq!(site.get(&format!("/public/catalog_icons/app_{application}.svg")).await.0, 404);
    }
}

on_both_engines! {
    async fn what_nothing_refers_to_is_collected_after_a_day(site: Site) {
        let deployment = site.add_deployment("first").await;
        let package = site.add_package(&hello("1.0")).await;
        site.offer(deployment, &[package]).await;
        site.publish(deployment).await;
        let index = "/public/desk-10/repos/dists/first/PKGS/binary-amd64";
        let (sha256,): (String,) = site
            .state
            .db
            .one("SELECT sha256 FROM repository_file WHERE path = 'PKGS/binary-amd64/Packages'", args![])
            .await
            .unwrap();
        let old = format!("{index}/by-hash/SHA256/{sha256}");
        site.replace("hello_1.0_amd64.deb", &hello("1.0").field("X", "y").build().unwrap()).await.unwrap();
        site.publish(deployment).await;
        let now = site.state.clock.now();
        let before_a_day = now + Duration::from_secs(23 * 3600);
        let collected = collect(&site.state.db, &site.state.files, before_a_day).await.unwrap();
        assert_eq!(collected, Collected::default());
        assert_eq!(site.get(&old).await.0, 200);

        let after_a_day = now + Duration::from_secs(25 * 3600);
        let collected = collect(&site.state.db, &site.state.files, after_a_day).await.unwrap();
        // The old package, and the old generation's indexes and signatures.
        assert_eq!(collected, Collected { generations: 1, blobs: 1 + 3 + 2 });
        assert_eq!(site.get(&old).await.0, 404);
        assert!(!site.blob(&sha256).exists());
        assert_eq!(site.get(HELLO).await.0, 200);
        assert_eq!(site.get(&format!("{index}/Packages")).await.0, 200);
        let kept = site.count("SELECT COUNT(*) FROM repository_package").await;
        assert_eq!(kept, 1);
    }
}

#[tokio::test]
async fn what_a_dead_server_left_half_written_is_swept_away() {
    let site = Site::on_sqlite().await;
    site.add_package(&hello("1.0")).await;
    let files = site.folder.path().join("files");
    let objects = files.join("sha256/aa");
    std::fs::create_dir_all(&objects).unwrap();
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(25 * 3600);
    let left = |path: std::path::PathBuf, since: Option<std::time::SystemTime>| {
        let file = std::fs::File::create(&path).unwrap();
        if let Some(since) = since {
            file.set_modified(since).unwrap();
        }
        path
    };
    let abandoned = [
        left(files.join("incoming/.tmpold"), Some(long_ago)),
        left(objects.join("aa11#1"), Some(long_ago)),
    ];
    let kept = [
        left(files.join("incoming/.tmpnew"), None),
        left(objects.join("aa22#1"), None),
        left(objects.join("aa33"), Some(long_ago)),
    ];
    site.state.files.sweep(KEPT).unwrap();
    assert!(abandoned.iter().all(|path| !path.exists()));
    assert!(kept.iter().all(|path| path.exists()));
    // When no other server can be at work.
    site.state.files.sweep(Duration::ZERO).unwrap();
    let left: Vec<bool> = kept.iter().map(|path| path.exists()).collect();
    assert_eq!(left, [false, false, true]);
    assert_eq!(site.get(HELLO).await.0, 200);
}
