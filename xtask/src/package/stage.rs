//! What goes into packages and is not in the repository: stripped programs, manuals, changelogs and notices, in a folder
//! that looks like a target folder to the tools that package.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};

use super::{Languages, PRODUCTS, Product, licences};
use crate::{command, paths};

/// Fills the folder anew with what the profile built, and returns it.
pub fn fill(profile: &str) -> Result<PathBuf> {
    let stage = paths::target().join(profile).join("stage");
    if stage.exists() {
        fs::remove_dir_all(&stage).context("the old stage cannot be removed")?;
    }
    let release = stage.join("release");
    fs::create_dir_all(&release)?;
    let libraries = licences::Libraries::read()?;
    let changelog = read(&paths::root().join("deploy/packages/changelog"))?;
    for product in &PRODUCTS {
        for (name, languages) in product.programs {
            let built = paths::binary(profile, name);
            strip(&built, &release.join(name))?;
            manual(&built, *languages, &release.join("manual").join(name))?;
        }
        for name in product.parts {
            strip(&paths::binary(profile, name), &release.join(name))?;
        }
        let doc = release.join("doc").join(product.package);
        fs::create_dir_all(&doc)?;
        compressed(
            &doc.join("changelog.Debian.gz"),
            changelog.replace("PACKAGE", product.package).as_bytes(),
        )?;
        let notices = notices(&libraries, product)?;
        compressed(&doc.join("third-party.gz"), notices.as_bytes())?;
    }
    Ok(stage)
}

fn notices(libraries: &licences::Libraries, product: &Product) -> Result<String> {
    let mut crates = product.crates();
    crates.extend(product.view.map(|view| view.package()));
    libraries.notices(&crates, product.view.is_some())
}

fn strip(built: &Path, to: &Path) -> Result<()> {
    command::run(
        Command::new("strip")
            .args(["--strip-unneeded", "--remove-section=.comment", "-o"])
            .arg(to)
            .arg(built),
    )
    .with_context(|| format!("is {} built?", built.display()))
}

/// The program writes its manual itself, in each of its languages.
fn manual(program: &Path, languages: Languages, folder: &Path) -> Result<()> {
    write_manual(program, "C.UTF-8", &folder.join("en"), &[])?;
    if languages == Languages::EnglishAndSpanish {
        write_manual(program, "es_ES.UTF-8", &folder.join("es"), &HEADINGS)?;
    }
    Ok(())
}

/// Headings of a page, which the generator has in English only.
const HEADINGS: [(&str, &str); 6] = [
    ("NAME", "NOMBRE"),
    ("SYNOPSIS", "SINOPSIS"),
    ("DESCRIPTION", "DESCRIPCIÓN"),
    ("OPTIONS", "OPCIONES"),
    ("SUBCOMMANDS", "ÓRDENES"),
    ("VERSION", "VERSIÓN"),
];

fn write_manual(
    program: &Path,
    language: &str,
    folder: &Path,
    headings: &[(&str, &str)],
) -> Result<()> {
    fs::create_dir_all(folder)?;
    command::run(
        Command::new(program)
            .arg("--manual")
            .arg(folder)
            .env("LC_ALL", language)
            .env_remove("LANGUAGE"),
    )?;
    for section in ["man1", "man8"].map(|section| folder.join(section)) {
        for entry in fs::read_dir(section).into_iter().flatten() {
            let page = entry?.path();
            let text = headings.iter().fold(read(&page)?, |text, (english, own)| {
                text.replace(&format!(".SH {english}\n"), &format!(".SH {own}\n"))
            });
            let mut name = page.clone().into_os_string();
            name.push(".gz");
            compressed(Path::new(&name), text.as_bytes())?;
            fs::remove_file(&page)?;
        }
    }
    Ok(())
}

/// Compressed without a name and a time, so that the same content gives the same file.
fn compressed(path: &Path, content: &[u8]) -> Result<()> {
    let file = fs::File::create(path).with_context(|| path.display().to_string())?;
    let mut writer = GzBuilder::new().mtime(0).write(file, Compression::best());
    writer.write_all(content)?;
    writer.finish()?;
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}
