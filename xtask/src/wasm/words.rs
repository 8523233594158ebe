//! The words of the views, as they are in `shared/locales`: a view fetches every language but English, which it holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use migasfree_types::message::Catalog;

use super::{View, files};
use crate::paths;

/// What both views have in common, also for the page that comes when one of them fails.
const KIT: &str = "kit.ftl";

fn folder() -> PathBuf {
    paths::root().join("shared/locales")
}

fn names(view: View) -> &'static [&'static str] {
    match view {
        View::Ui => &["console.ftl", KIT, "server.ftl"],
        View::Play => &["play.ftl", KIT, "client.ftl"],
    }
}

/// The files that a finished view depends on.
pub fn sources(view: View) -> Result<Vec<PathBuf>> {
    let mut sources = files(&folder())?;
    sources.retain(|file| {
        let name = file.file_name().unwrap_or_default();
        names(view).iter().any(|known| name == *known)
    });
    Ok(sources)
}

/// Copies what the view fetches into a folder: a folder for each language.
pub fn copy(view: View, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for file in sources(view)? {
        let from = file.strip_prefix(folder())?;
        if from.starts_with("en") {
            continue;
        }
        let target = to.join(from);
        fs::create_dir_all(target.parent().context("a language has a folder")?)?;
        fs::copy(&file, &target).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// Gives the page that comes when a view fails its words in every language: by then nothing can be fetched.
pub fn fill_broken(script: &Path) -> Result<()> {
    let mut said = BTreeMap::new();
    for file in files(&folder())? {
        if file.ends_with(KIT) {
            let tag = file.parent().and_then(Path::file_name).unwrap_or_default();
            said.insert(tag.to_string_lossy().into_owned(), broken(&file)?);
        }
    }
    let page = fs::read_to_string(script)?;
    let words = serde_json::to_string(&said)?;
    fs::write(script, page.replace("\"{{broken}}\"", &words))?;
    Ok(())
}

fn broken(file: &Path) -> Result<BTreeMap<String, String>> {
    let catalog = Catalog::read("", &fs::read_to_string(file)?)
        .with_context(|| file.display().to_string())?;
    let words = catalog.patterns().filter_map(|(code, pattern)| {
        let name = code.strip_prefix("broken-")?;
        Some((name.to_owned(), pattern.plain()?.to_owned()))
    });
    Ok(words.collect())
}
