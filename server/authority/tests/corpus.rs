//! The fuzz corpus, replayed.
#![allow(clippy::unwrap_used)]

#[path = "../../../fuzz/src/certificate_request.rs"]
mod certificate_request;

#[test]
fn no_input_of_the_fuzz_corpus_panics() {
    let folder =
        std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/../../fuzz/corpus/certificate_request";
    let mut replayed = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        certificate_request::run(&std::fs::read(file.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed > 5, "the corpus is missing");
}
