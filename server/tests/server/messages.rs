//! What the server says is declared, and said in every language.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use migasfree_locales::{SERVER, SERVER_ENGLISH};
use migasfree_server::messages::ALL;
use migasfree_types::message::{Catalog, Declared, Pattern};

/// Set to write the English catalogue instead of comparing it.
const WRITE: &str = "MIGASFREE_WRITE_CATALOGUE";

fn declared() -> impl Iterator<Item = &'static Declared> {
    ALL.into_iter().flatten()
}

/// How often messages are declared in the sources of a crate.
fn lists(folder: &Path) -> usize {
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found += lists(&path);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found += text.matches("migasfree_types::messages! {").count();
        }
    }
    found
}

#[test]
fn every_list_of_messages_is_known() {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    let floors = std::fs::read_dir(server).unwrap();
    let floors = floors.map(|entry| entry.unwrap().path().join("src"));
    let floors = floors.filter(|folder| folder.is_dir());
    let found: usize = floors.map(|floor| lists(&floor)).sum();
    let found = found + lists(&server.join("src"));
    assert_eq!(found, ALL.len(), "name it in server/src/messages.rs");
}

#[test]
fn a_code_means_one_thing_and_its_text_names_its_arguments() {
    let mut codes = BTreeSet::new();
    for message in declared() {
        assert!(
            codes.insert(message.code),
            "{} is declared twice",
            message.code
        );
        let pattern = Pattern::read(message.text);
        let pattern = pattern.unwrap_or_else(|flaw| panic!("{}: {flaw}", message.code));
        let named: BTreeSet<&str> = message.args.iter().copied().collect();
        assert_eq!(pattern.args(), named, "{}", message.code);
    }
    assert!(codes.len() > 150, "{}", codes.len());
}

#[test]
fn the_english_catalogue_is_what_is_declared() {
    let texts: BTreeMap<&str, &str> = declared().map(|one| (one.code, one.text)).collect();
    let mut catalogue = String::from(
        "# What the server says, as it is declared: `messages.rs` of each of its crates is the original.\n",
    );
    for (code, text) in texts {
        catalogue.push_str(&format!("{code} = {text}\n"));
    }
    if std::env::var_os(WRITE).is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/locales/en/server.ftl");
        std::fs::write(path, &catalogue).unwrap();
        return;
    }
    assert_eq!(
        SERVER_ENGLISH, catalogue,
        "run this test with {WRITE}=1, and translate what is new"
    );
}

#[test]
fn every_language_says_everything() {
    let codes: BTreeSet<&str> = declared().map(|one| one.code).collect();
    assert!(SERVER.iter().any(|(tag, _)| *tag == "es"));
    for (tag, source) in SERVER {
        let catalog = Catalog::read(tag, source).unwrap();
        let said: BTreeSet<&str> = catalog.patterns().map(|(code, _)| code).collect();
        assert_eq!(said, codes, "{tag}");
    }
}
