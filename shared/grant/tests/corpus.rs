//! The fuzz corpus, replayed.
#![allow(clippy::unwrap_used)]

#[path = "../../../fuzz/src/grant_verify.rs"]
mod grant_verify;

#[test]
fn no_input_of_the_fuzz_corpus_panics() {
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/../../fuzz/corpus/grant_verify";
    let mut replayed = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        grant_verify::run(&std::fs::read(file.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed > 10, "the corpus is missing");
}
