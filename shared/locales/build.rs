//! Lists the languages: each folder is one, and its name is the tag. English is the original.
use std::{env, fmt::Write as _, fs, io, path::Path};

const FILES: [&str; 6] = ["server", "client", "connect", "console", "play", "kit"];

fn main() -> io::Result<()> {
    let here = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let (here, out) = (Path::new(&here), Path::new(&out));
    println!("cargo::rerun-if-changed={}", here.display());
    let tags = tags(here)?;
    for file in FILES {
        let list = translations(here, file, &tags)?;
        fs::write(out.join(format!("{file}.rs")), list)?;
    }
    fs::write(out.join("languages.rs"), languages(here, &tags)?)
}

/// The languages there are, English first.
fn tags(here: &Path) -> io::Result<Vec<String>> {
    let mut tags = Vec::new();
    for entry in fs::read_dir(here)? {
        let path = entry?.path();
        if path.join("console.ftl").exists() {
            let name = path.file_name().unwrap_or_default();
            tags.push(name.to_string_lossy().into_owned());
        }
    }
    tags.sort_by_key(|tag| (tag != "en", tag.clone()));
    Ok(tags)
}

fn translations(here: &Path, name: &str, tags: &[String]) -> io::Result<String> {
    let mut list = String::from("&[\n");
    for tag in tags.iter().filter(|tag| *tag != "en") {
        let file = here.join(tag).join(name).with_extension("ftl");
        let file = file.to_string_lossy();
        writeln!(list, "    ({tag:?}, include_str!({file:?})),").map_err(io::Error::other)?;
    }
    list.push_str("]\n");
    Ok(list)
}

fn languages(here: &Path, tags: &[String]) -> io::Result<String> {
    let mut list = String::from("&[\n");
    for tag in tags {
        let words = fs::read_to_string(here.join(tag).join("console.ftl"))?;
        let mut lines = words.lines();
        let name = lines
            .find_map(|line| line.strip_prefix("language = "))
            .ok_or_else(|| io::Error::other(format!("{tag}: what is it called?")))?;
        writeln!(list, "    Language {{ tag: {tag:?}, name: {name:?} }},")
            .map_err(io::Error::other)?;
    }
    list.push_str("]\n");
    Ok(list)
}
