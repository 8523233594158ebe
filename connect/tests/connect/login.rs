//! Signing in with the browser.

use std::os::unix::fs::PermissionsExt as _;

use crate::program::Person;
use crate::server::{Behaviour, Server};

#[tokio::test]
async fn the_code_is_shown_and_what_signs_in_is_kept_for_its_owner_alone() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::new();
    let ended = person
        .run(&["login", "--server", &server.address], b"")
        .await;
    assert_eq!(ended.status, 0, "{}", ended.said);
    for words in [
        "AB12-CD34",
        "http://console/device?user_code=",
        "no keyring",
    ] {
        assert!(ended.said.contains(words), "{words}: {}", ended.said);
    }
    let folder = person.home().join(".local/share/migasfree-connect/secrets");
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let file = folder.read_dir().unwrap().next().unwrap().unwrap().path();
    assert_eq!(mode(&file), 0o600);

    // Once is enough.
    let again = person.run(&["list"], b"").await;
    assert_eq!(again.status, 0, "{}", again.said);
    assert!(!again.said.contains("keyring"), "{}", again.said);

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = person.run(&["list"], b"").await;
    assert_eq!(open.status, 61);
    assert!(open.said.contains("chmod 600"), "{}", open.said);
}

#[tokio::test]
async fn a_sign_in_that_was_refused_says_so() {
    let refuses = Behaviour {
        refuses_login: true,
        ..Behaviour::default()
    };
    let server = Server::start(refuses).await;
    let ended = Person::new()
        .run(&["login", "--server", &server.address], b"")
        .await;
    assert_eq!(ended.status, 13);
    assert!(
        ended.said.contains("refused in the browser"),
        "{}",
        ended.said
    );
}

#[tokio::test]
async fn whoever_signed_out_has_to_sign_in_again() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    assert_eq!(person.run(&["logout"], b"").await.status, 0);
    let unknown = person.run(&["list"], b"").await;
    assert_eq!(unknown.status, 2);
    let named = person
        .run(&["list", "--server", &server.address], b"")
        .await;
    assert_eq!(named.status, 1);
    assert!(
        named.said.contains("migasfree-connect login"),
        "{}",
        named.said
    );
}

#[tokio::test]
async fn http_is_for_this_computer_alone() {
    let ended = Person::new()
        .run(&["login", "--server", "http://fleet.example.org"], b"")
        .await;
    assert_eq!(ended.status, 2);
    assert!(ended.said.contains("https"), "{}", ended.said);
}
