//! The server is killed at the worst moments: nothing is lost and nothing is half done.

use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use migasfree_tests::admin::Admin;
use migasfree_tests::organisation::ALL_SYSTEMS;
use migasfree_tests::package::Package;
use migasfree_tests::server::{Server, Start};
use serde_json::json;

/// A server with one project and one store; returns their ids.
async fn server_with_a_store(start: &Start) -> Result<(Server, Admin, i64, i64)> {
    let server = start.start()?;
    let admin = server.admin().await?;
    let platform = admin.add("platforms/", &json!({"name": "Linux"})).await?;
    let project = admin
        .add(
            "projects/",
            &json!({
                "name": "crash-test", "pms": "apt", "architecture": "amd64",
                "auto_register_computers": true, "platform": platform,
            }),
        )
        .await?;
    let store = admin
        .add("stores/", &json!({"name": "main", "project": project}))
        .await?;
    Ok((server, admin, project, store))
}

/// The two ways to keep data.
fn both(folder: &Path) -> Result<[Start; 2]> {
    Ok([
        Start::at(&folder.join("sqlite")),
        Start::on_postgres(&folder.join("postgres"))?,
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_cut_off_by_a_crash_is_finished_after_the_restart() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for start in both(folder.path())? {
        publication_is_finished(&start).await?;
    }
    Ok(())
}

async fn publication_is_finished(start: &Start) -> Result<()> {
    let (mut server, admin, project, store) = server_with_a_store(start).await?;
    let mut packages = Vec::new();
    for number in 0..120 {
        let package = Package::new(&format!("part-{number}"), "1.0");
        let content = package.build()?;
        packages.push(migasfree_tests::admin::id(
            &admin.upload(store, &package.file_name(), content).await?,
        )?);
    }
    admin
        .create(
            "deployments/",
            &json!({
                "name": "all of it", "project": project, "enabled": true,
                "included_attributes": [ALL_SYSTEMS], "available_packages": packages,
            }),
        )
        .await?;
    server.process().kill()?;

    let server = start.start()?;
    let admin = server.admin().await?;
    let deployment = admin.find("deployments/?name=all of it").await?;
    let beginning = Instant::now();
    loop {
        let publication = admin
            .get(&format!("deployments/{deployment}/publication/"))
            .await?;
        if publication["state"] == "published" {
            ensure!(publication["packages"] == 120, "{publication}");
            break;
        }
        ensure!(
            beginning.elapsed() < Duration::from_secs(90),
            "never published after the crash: {publication}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let list = format!(
        "{}/public/crash-test/repos/dists/all-of-it/PKGS/binary-amd64/Packages",
        server.url()
    );
    let text = reqwest::get(list).await?.error_for_status()?.text().await?;
    ensure!(
        text.matches("\nPackage: part-").count() + 1 == 120,
        "the list is not whole"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_cut_off_by_a_crash_leaves_nothing_and_can_be_repeated() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for start in both(folder.path())? {
        upload_can_be_repeated(&start).await?;
    }
    Ok(())
}

async fn upload_can_be_repeated(start: &Start) -> Result<()> {
    let (mut server, admin, _, store) = server_with_a_store(start).await?;
    let package = Package::new("heavy", "1.0").file("/usr/share/heavy", vec![b'x'; 400_000]);
    let content = package.build()?;
    half_an_upload(&server, &admin, store, &package.file_name(), &content)?;
    server.process().kill()?;

    let server = start.start()?;
    let admin = server.admin().await?;
    ensure!(
        admin
            .list("packages/?fullname__icontains=heavy")
            .await?
            .is_empty(),
        "half a package is listed"
    );
    let uploaded = admin
        .upload(store, &package.file_name(), content.clone())
        .await?;
    let url = format!("{}{}", server.url(), uploaded["url"].as_str().unwrap());
    let served = reqwest::get(url).await?.error_for_status()?.bytes().await?;
    ensure!(served == content, "what is served is not what was uploaded");
    Ok(())
}

/// Sends the head and half of the body of an upload, and leaves the connection there.
fn half_an_upload(
    server: &Server,
    admin: &Admin,
    store: i64,
    name: &str,
    content: &[u8],
) -> Result<()> {
    let boundary = "half";
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"store\"\r\n\r\n{store}\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(&content[..content.len() / 2]);
    let head = format!(
        "POST /api/v1/token/packages/ HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\n\
         Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {}\r\n\r\n",
        server.address(),
        admin.authorization(),
        body.len() + content.len()
    );
    let mut connection = TcpStream::connect(server.address())?;
    connection.write_all(head.as_bytes())?;
    connection.write_all(&body)?;
    connection.flush()?;
    std::thread::sleep(Duration::from_millis(300));
    std::mem::forget(connection);
    Ok(())
}
