//! Files of another computer.

use serde_json::Value;

use crate::program::Person;
use crate::server::{Behaviour, Server};

/// More than a window holds.
fn content() -> Vec<u8> {
    (0..600_000_u32)
        .flat_map(|number| [number as u8, (number >> 8) as u8])
        .collect()
}

#[tokio::test]
async fn a_file_is_copied_from_there_and_goes_on_where_it_broke_off() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    server.put("/home/ana/report.odt", content()).await;
    let line = ["files", "get", "room4:/home/ana/report.odt"];
    let got = person.run(&line, b"").await;
    assert_eq!(got.status, 0, "{}", got.said);
    let here = person.home().join("report.odt");
    assert_eq!(std::fs::read(&here).unwrap(), content());
    assert_eq!(server.asked()["mode"], "read");

    let again = person.run(&line, b"").await;
    assert_eq!(again.status, 2, "{}", again.said);

    std::fs::remove_file(&here).unwrap();
    let part = person.home().join("report.odt.migasfree-part");
    std::fs::write(&part, &content()[..1000]).unwrap();
    assert_eq!(person.run(&line, b"").await.status, 0);
    assert_eq!(std::fs::read(&here).unwrap(), content());
    assert!(!part.exists());
}

#[tokio::test]
async fn parts_of_another_file_are_found_out() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    server.put("/srv/x", content()).await;
    let part = person.home().join("x.migasfree-part");
    std::fs::write(&part, [1; 1000]).unwrap();
    let got = person.run(&["files", "get", "room4:/srv/x"], b"").await;
    assert_eq!(got.status, 61, "{}", got.said);
    assert!(!part.exists() && !person.home().join("x").exists());
}

#[tokio::test]
async fn a_file_is_copied_to_there() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    std::fs::write(person.home().join("driver.deb"), content()).unwrap();
    server
        .put("/tmp/driver.deb.part", content()[..5000].to_vec())
        .await;
    let put = person
        .run(&["files", "put", "driver.deb", "room4:/tmp/"], b"")
        .await;
    assert_eq!(put.status, 0, "{}", put.said);
    assert_eq!(server.file("/tmp/driver.deb").await.unwrap(), content());
    assert_eq!(server.asked()["mode"], "write");
}

#[tokio::test]
async fn a_folder_is_listed() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    server.put("/srv/a\u{1b}b", vec![1, 2, 3]).await;
    let words = person.run(&["files", "list", "room4:/srv"], b"").await;
    assert!(!words.output.contains('\u{1b}'), "{:?}", words.output);
    let list = person
        .run(&["files", "list", "room4:/srv", "--json"], b"")
        .await;
    let list: Value = serde_json::from_str(&list.output).unwrap();
    assert_eq!(list[0]["size"], 3);
    let wrong = person.run(&["files", "list", "room4"], b"").await;
    assert_eq!(wrong.status, 2);
}

#[tokio::test]
async fn a_file_that_is_not_there_says_why() {
    let server = Server::start(Behaviour::default()).await;
    let person = Person::signed_in(&server).await;
    let got = person.run(&["files", "get", "room4:/srv/none"], b"").await;
    assert_eq!(got.status, 61);
    assert!(got.said.contains("no such file"), "{}", got.said);
}
