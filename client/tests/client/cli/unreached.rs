//! Each reason why no answer of the server came has its own sentence, which says what to do.

use std::fs;
use std::path::Path;

use super::{Answer, below, configured};
use crate::support::server::FakeServer;
use crate::support::tls::Authority;

/// Tries to get keys from a server, trusting the certificates in a file.
async fn signs_in(server: &str, trusted: &Path) -> Answer {
    let folder = configured(&format!("[client]\nServer = {server}\n"));
    signs_in_from(folder.path(), trusted).await
}

/// The same from a computer that is there.
async fn signs_in_from(folder: &Path, trusted: &Path) -> Answer {
    let package = folder.join("a.deb");
    fs::write(&package, "!<arch>\ndebian-binary").unwrap();
    let words = ["upload", "-u", "ana", "-j", "tests", "-s", "base", "-f"];
    let mut command = below(folder, &words);
    command.arg(&package).env("SSL_CERT_FILE", trusted);
    command.env_remove("SSL_CERT_DIR").env_remove("RUST_LOG");
    Answer::with_input(command, "secret\n").await
}

/// One line, of words for people alone.
#[track_caller]
fn says(answer: &Answer, words: &[&str]) {
    assert_eq!(answer.err.lines().count(), 1, "{}", answer.err);
    for word in words {
        assert!(answer.err.contains(word), "{word}: {}", answer.err);
    }
    assert!(!answer.err.contains('\u{1b}'), "{:?}", answer.err);
    assert!(!answer.err.contains("network is back"), "{}", answer.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_certificate_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (Authority::new(), Authority::new());
    let trusted = folder.path().join("trusted.pem");
    own.write(&trusted);
    for (authority, name, years, words) in [
        (
            &other,
            "localhost",
            (2020, 2090),
            ["ca-certificates", "ca.pem"],
        ),
        (
            &own,
            "other.example",
            (2020, 2090),
            ["is not for https://localhost", "migasfree conf"],
        ),
        (&own, "localhost", (2020, 2021), ["has expired", "renew"]),
        (
            &own,
            "localhost",
            (2089, 2090),
            ["is not valid yet", "clock"],
        ),
    ] {
        let port = authority.server(name, years).await;
        let server = format!("https://localhost:{port}");
        says(&signs_in(&server, &trusted).await.ends(75), &words);
    }
    let port = own.server_as_authority("localhost").await;
    let server = format!("https://localhost:{port}");
    let answer = signs_in(&server, &trusted).await.ends(75);
    says(&answer, &["made for an authority", "CA:FALSE"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_for_the_own_authority_that_holds_no_certificate_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("trusted.pem");
    Authority::new().write(&trusted);
    let port = Authority::new().server("localhost", (2020, 2090)).await;
    let computer = configured(&format!("[client]\nServer = https://localhost:{port}\n"));
    let state = format!("var/lib/migasfree/localhost_{port}");
    let state = computer.path().join(state);
    fs::create_dir_all(&state).unwrap();
    for text in ["", "junk"] {
        fs::write(state.join("ca.pem"), text).unwrap();
        let answer = signs_in_from(computer.path(), &trusted).await.ends(75);
        says(&answer, &["ca.pem holds no certificate", "in PEM"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_believed_by_the_authorities_that_it_named() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("trusted.pem");
    Authority::new().write(&trusted);
    let own = Authority::new();
    let port = own.server("localhost", (2020, 2090)).await;
    let computer = configured(&format!("[client]\nServer = https://localhost:{port}\n"));
    let state = format!("var/lib/migasfree/localhost_{port}");
    let state = computer.path().join(state);
    fs::create_dir_all(&state).unwrap();
    let answer = signs_in_from(computer.path(), &trusted).await.ends(75);
    says(&answer, &["ca-certificates", "ca.pem"]);
    own.write(&state.join("authorities.pem"));
    let answer = signs_in_from(computer.path(), &trusted).await;
    assert!(!answer.err.contains("ca-certificates"), "{}", answer.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_without_certificates_says_which_package_brings_them() {
    let port = Authority::new().server("localhost", (2020, 2090)).await;
    let server = format!("https://localhost:{port}");
    let answer = signs_in(&server, Path::new("/nonexistent")).await.ends(75);
    says(&answer, &["no certificates", "`ca-certificates`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_nobody_has_is_named() {
    // Without certificates nothing is asked.
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("trusted.pem");
    Authority::new().write(&trusted);
    let answer = signs_in("https://no-such-host.invalid", &trusted).await;
    says(
        &answer.ends(75),
        &["no-such-host.invalid", "migasfree conf"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_busy_moved_or_hidden_behind_a_page_is_told_apart() {
    let server = FakeServer::start().await;
    let anything = Path::new("/nonexistent");
    server.mind().front = Some(429);
    let answer = signs_in(&server.base(), anything).await.ends(11);
    says(&answer, &["busy", "in 42 seconds"]);
    server.mind().front = Some(200);
    let answer = signs_in(&server.base(), anything).await.ends(75);
    says(&answer, &["web page", "sign in"]);
    server.mind().front = Some(403);
    let answer = signs_in(&server.base(), anything).await.ends(115);
    says(&answer, &["in place of the server (403)", "sign in"]);
    for (status, words) in [
        (502, ["cannot answer now (502)", "in 42 seconds"]),
        (503, ["cannot answer now (503)", "in 42 seconds"]),
        (511, ["network asks", "sign in with a web browser"]),
        (407, ["proxy", "migasfree conf --proxy"]),
    ] {
        server.mind().front = Some(status);
        let answer = signs_in(&server.base(), anything).await.ends(75);
        says(&answer, &words);
    }
    server.mind().front = None;
    let elsewhere = FakeServer::start().await;
    server.mind().redirection = Some(elsewhere.base());
    let answer = signs_in(&server.base(), anything).await.ends(75);
    let way = format!("migasfree conf --server {}", elsewhere.base());
    says(&answer, &[&way, "sign in"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_where_nothing_or_something_else_answers_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("trusted.pem");
    Authority::new().write(&trusted);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let answer = signs_in(&nobody, &trusted).await.ends(75);
    says(&answer, &["Nothing answers", &nobody, "migasfree conf"]);
    let server = FakeServer::start().await;
    let address = format!("https://{}", server.address);
    let answer = signs_in(&address, &trusted).await.ends(75);
    says(&answer, &["does not speak https", &address]);
}
