//! The libraries inside the programs, with their licences and the notices these ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{command, paths};

/// What the views take from npm and send to browsers.
const FROM_NPM: [&str; 7] = [
    "@fontsource-variable/inter",
    "@fontsource-variable/jetbrains-mono",
    "@novnc/novnc",
    "@xterm/addon-fit",
    "@xterm/xterm",
    "daisyui",
    "tailwindcss",
];
/// Where packages have licences besides their own folder.
const FURTHER: [&str; 2] = ["docs", "vendor/pako"];
/// For what the programs run on, and for the views in them.
const PLATFORMS: [&str; 2] = ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"];
/// How files begin that hold a licence or a notice.
const NOTICES: [&str; 6] = [
    "license",
    "licence",
    "copying",
    "copyright",
    "notice",
    "unlicense",
];

/// Everything Cargo knows of the libraries, for each platform.
#[derive(Debug)]
pub struct Libraries {
    metadata: Vec<Value>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Library {
    name: String,
    version: String,
    licence: String,
    authors: String,
}

impl Libraries {
    /// Asks Cargo.
    pub fn read() -> Result<Self> {
        let metadata = PLATFORMS
            .iter()
            .map(|platform| {
                let text = command::output(
                    command::cargo()
                        .current_dir(paths::root())
                        .args(["metadata", "--locked", "--format-version", "1"])
                        .args(["--features", "migasfree-server/embed-ui"])
                        .args(["--filter-platform", platform]),
                )?;
                serde_json::from_str(&text).context("cargo metadata is no JSON")
            })
            .collect::<Result<_>>()?;
        Ok(Self { metadata })
    }

    /// The text that goes along with programs made of these crates.
    pub fn notices(&self, crates: &[&str], with_view: bool) -> Result<String> {
        let mut libraries = BTreeSet::new();
        let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for metadata in &self.metadata {
            for package in inside(metadata, crates)? {
                let manifest = Path::new(text(&package["manifest_path"]));
                let folder = manifest.parent().unwrap_or(manifest);
                if package["source"].is_null() {
                    for library in linked(package) {
                        let notice = folder.join(format!("LICENSE.{}", library.name));
                        keep(&notice, &library.title(), &mut texts)?;
                        libraries.insert(library);
                    }
                    continue;
                }
                let library = Library::of(package);
                collect(folder, &library.title(), &mut texts)?;
                libraries.insert(library);
            }
        }
        if with_view {
            for name in FROM_NPM {
                libraries.insert(from_npm(name, &mut texts)?);
            }
        }
        Ok(render(&libraries, &texts))
    }
}

/// What crates of the workspace are made of: the closure of their ordinary dependencies.
fn inside<'a>(metadata: &'a Value, crates: &[&str]) -> Result<Vec<&'a Value>> {
    let packages: BTreeMap<&str, &Value> = list(&metadata["packages"])
        .map(|package| (text(&package["id"]), package))
        .collect();
    let nodes: BTreeMap<&str, &Value> = list(&metadata["resolve"]["nodes"])
        .map(|node| (text(&node["id"]), node))
        .collect();
    let mut open: Vec<&str> = packages
        .iter()
        .filter(|(_, package)| {
            package["source"].is_null() && crates.contains(&text(&package["name"]))
        })
        .map(|(id, _)| *id)
        .collect();
    if open.len() != crates.len() {
        bail!("not all of {crates:?} are in the workspace");
    }
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let dependencies = nodes.get(id).map(|node| list(&node["deps"]));
        for dependency in dependencies.into_iter().flatten() {
            let ordinary = list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null());
            if ordinary {
                open.push(text(&dependency["pkg"]));
            }
        }
    }
    Ok(seen
        .iter()
        .filter_map(|id| packages.get(id).copied())
        .collect())
}

impl Library {
    fn of(package: &Value) -> Self {
        let authors: Vec<&str> = list(&package["authors"]).map(text).collect();
        Self {
            name: text(&package["name"]).to_owned(),
            version: text(&package["version"]).to_owned(),
            licence: text(&package["license"]).to_owned(),
            authors: authors.join(", "),
        }
    }

    fn title(&self) -> String {
        format!("{} {}", self.name, self.version)
            .trim_end()
            .to_owned()
    }
}

/// Libraries that a crate of ours links and Cargo does not know.
fn linked(package: &Value) -> impl Iterator<Item = Library> {
    let linked = package["metadata"]["linked"].as_object();
    linked.into_iter().flatten().map(|(name, licence)| Library {
        name: name.clone(),
        version: String::new(),
        licence: text(licence).to_owned(),
        authors: String::new(),
    })
}

fn from_npm(name: &str, texts: &mut BTreeMap<String, BTreeSet<String>>) -> Result<Library> {
    let folder = paths::root().join("node_modules").join(name);
    let package = fs::read_to_string(folder.join("package.json"))
        .with_context(|| format!("{name} is not installed; `cargo xtask wasm` does it"))?;
    let library = Library::of(&serde_json::from_str(&package)?);
    collect(&folder, &library.title(), texts)?;
    for further in FURTHER.map(|further| folder.join(further)) {
        if further.is_dir() {
            collect(&further, &library.title(), texts)?;
        }
    }
    Ok(library)
}

/// Keeps the notices that lie in a library's folder, the same text once for all who have it.
fn collect(
    folder: &Path,
    title: &str,
    texts: &mut BTreeMap<String, BTreeSet<String>>,
) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        if path.is_file() && NOTICES.iter().any(|start| name.starts_with(start)) {
            keep(&path, title, texts)?;
        }
    }
    Ok(())
}

fn keep(path: &Path, title: &str, texts: &mut BTreeMap<String, BTreeSet<String>>) -> Result<()> {
    let text = fs::read(path).with_context(|| path.display().to_string())?;
    let text = String::from_utf8_lossy(&text).trim().replace("\r\n", "\n");
    texts.entry(text).or_default().insert(title.to_owned());
    Ok(())
}

fn render(libraries: &BTreeSet<Library>, texts: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut out = "The programs contain these libraries:\n\n".to_owned();
    for library in libraries {
        let _ = write!(out, "{}: {}", library.title(), library.licence);
        if !library.authors.is_empty() {
            let _ = write!(out, "; {}", library.authors);
        }
        out.push('\n');
    }
    for (text, titles) in texts {
        let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
        let _ = write!(
            out,
            "\n{}\n{}\n\n{text}\n",
            "=".repeat(78),
            titles.join(", ")
        );
    }
    out
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
