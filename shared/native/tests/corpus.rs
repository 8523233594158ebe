//! The fuzz corpus, replayed.
#![allow(clippy::unwrap_used)]

#[path = "../../../fuzz/src/native_difference.rs"]
mod native_difference;
#[path = "../../../fuzz/src/native_signature.rs"]
mod native_signature;
#[path = "../../../fuzz/src/native_token.rs"]
mod native_token;

#[test]
fn no_input_of_the_fuzz_corpus_panics() {
    type Target = (&'static str, fn(&[u8]));
    let targets: [Target; 3] = [
        ("native_difference", native_difference::run),
        ("native_signature", native_signature::run),
        ("native_token", native_token::run),
    ];
    for (name, run) in targets {
        let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/../../fuzz/corpus/" + name;
        let mut replayed = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            run(&std::fs::read(file.unwrap().path()).unwrap());
            replayed += 1;
        }
        assert!(replayed > 10, "the corpus of {name} is missing");
    }
}
