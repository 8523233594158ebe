//! Whoever wants to know something about packages asks their format: its words stand nowhere else.

use std::path::{Path, PathBuf};

/// What gives away that somebody knows the format by itself.
const WORDS: [&str; 7] = [
    "migasfree_deb",
    "\"apt\"",
    ".deb\"",
    "dists/",
    "PKGS",
    "InRelease",
    "signed-by",
];
/// The choices of a project, which a test there compares with the table of systems.
const CHOICES: &str = "domain/src/core/vocabulary.rs";

#[test]
fn no_other_place_asks_which_format_it_is() {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(server).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.ends_with("repository") && !folder.ends_with("tests") {
            gather(&folder, &mut sources);
        }
    }
    assert!(sources.len() > 100, "{} sources", sources.len());
    for path in sources.iter().filter(|path| !path.ends_with(CHOICES)) {
        let text = std::fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            let word = WORDS.iter().find(|word| line.contains(**word));
            if let Some(word) = word.filter(|_| !is_comment) {
                panic!("{word} in {}:{}", path.display(), number + 1);
            }
        }
    }
}

fn gather(folder: &Path, sources: &mut Vec<PathBuf>) {
    if !folder.is_dir() {
        return;
    }
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, sources);
        } else if path.extension().is_some_and(|end| end == "rs") {
            sources.push(path);
        }
    }
}
