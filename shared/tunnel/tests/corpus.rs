//! The fuzz corpus, replayed.
#![allow(clippy::unwrap_used)]

#[path = "../../../fuzz/src/tunnel_frame.rs"]
mod tunnel_frame;
#[path = "../../../fuzz/src/tunnel_message.rs"]
mod tunnel_message;
#[path = "../../../fuzz/src/tunnel_screen.rs"]
mod tunnel_screen;

#[test]
fn no_input_of_the_fuzz_corpus_panics() {
    type Target = (&'static str, fn(&[u8]));
    let targets: [Target; 3] = [
        ("tunnel_frame", tunnel_frame::run),
        ("tunnel_message", tunnel_message::run),
        ("tunnel_screen", tunnel_screen::run),
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
