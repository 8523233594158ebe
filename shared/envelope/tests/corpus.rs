//! The fuzz corpus, replayed.
#![allow(clippy::unwrap_used)]

#[path = "../../../fuzz/src/envelope_open.rs"]
mod envelope_open;

#[test]
fn no_input_of_the_fuzz_corpus_panics() {
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/../../fuzz/corpus/envelope_open";
    let mut replayed = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        envelope_open::run(&std::fs::read(file.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed > 10, "the corpus is missing");
}
