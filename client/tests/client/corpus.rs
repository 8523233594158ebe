//! The fuzz corpus, replayed.

#[path = "../../../fuzz/src/hardware_describe.rs"]
mod hardware_describe;

#[test]
fn no_description_of_hardware_in_the_corpus_panics_or_is_too_large() {
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/../fuzz/corpus/hardware_describe";
    let mut replayed = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        hardware_describe::run(&std::fs::read(file.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed > 10, "the corpus is missing");
}

proptest::proptest! {
    #[test]
    fn any_description_of_hardware_becomes_a_tree_that_servers_take(
        text in "(\\PC|\\{\"id\":|\"children\":\\[|[\\[\\]{}\",:\\\\u0-9a-f\n\u{1}]){0,150}",
        deep in 0_usize..200,
        before in "(warning: [a-z{\\[ ]{0,9}\n)?",
    ) {
        hardware_describe::run(text.as_bytes());
        let open = "{\"id\":\"a\",\"children\":[".repeat(deep);
        hardware_describe::run(format!("{before}{open}{text}").as_bytes());
    }
}
