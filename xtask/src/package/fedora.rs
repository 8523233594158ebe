//! Packages for Fedora: the files of those for Debian, with the scriptlets of `deploy/packages/rpm/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{EPOCH, Product, REVISION};
use crate::{command, paths};

/// Makes the package of a product whose package for Debian is in `folder` already. `quick` leaves it uncompressed.
pub fn package(
    product: &Product,
    version: &str,
    folder: &Path,
    stage: &Path,
    quick: bool,
) -> Result<()> {
    let work = stage.join("rpm").join(product.package);
    if work.exists() {
        fs::remove_dir_all(&work).context("the old files cannot be removed")?;
    }
    let files = work.join("files");
    fs::create_dir_all(&files)?;
    command::run(
        Command::new("dpkg-deb")
            .arg("--extract")
            .arg(debian(product, version, folder)?)
            .arg(&files),
    )?;
    as_fedora_has_it(product, &files)?;
    let listed = work.join("listed");
    fs::write(&listed, list(&files)?)?;

    let payload = if quick { "w.ufdio" } else { "w19.zstdio" };
    let definitions = [
        ("_topdir", work.join("top").display().to_string()),
        ("_rpmdir", folder.display().to_string()),
        (
            "_build_name_fmt",
            "%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm".to_owned(),
        ),
        ("_buildhost", "localhost".to_owned()),
        ("_binary_payload", payload.to_owned()),
        // They are stripped and compressed already.
        ("debug_package", "%{nil}".to_owned()),
        ("__os_install_post", "%{nil}".to_owned()),
        ("_build_id_links", "none".to_owned()),
        ("staged", files.display().to_string()),
        ("listed", listed.display().to_string()),
        ("epoch_of_ours", EPOCH.to_string()),
        ("version_of_ours", version.to_owned()),
        ("release_of_ours", REVISION.to_string()),
    ];
    let mut rpmbuild = Command::new("rpmbuild");
    rpmbuild.args(["-bb", "--quiet"]);
    for (name, value) in definitions {
        rpmbuild.arg("--define").arg(format!("{name} {value}"));
    }
    let spec = format!("deploy/packages/rpm/{}.spec", product.package);
    command::run(rpmbuild.arg(paths::root().join(spec)))
}

fn debian(product: &Product, version: &str, folder: &Path) -> Result<PathBuf> {
    let start = format!("{}_{version}-", product.package);
    let is_it = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(&start) && name.ends_with(".deb"))
    };
    let entries = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut found = entries.filter(is_it);
    found
        .next()
        .with_context(|| format!("{start}….deb is missing"))
}

/// Some files have another place there, or none.
fn as_fedora_has_it(product: &Product, files: &Path) -> Result<()> {
    let share = files.join("usr/share");
    let doc = share.join("doc").join(product.package);
    fs::remove_file(doc.join("changelog.Debian.gz"))?;
    let completions = share.join("zsh/vendor-completions");
    if completions.exists() {
        fs::rename(completions, share.join("zsh/site-functions"))?;
    }
    let licences = share.join("licenses").join(product.package);
    fs::create_dir_all(&licences)?;
    fs::copy(paths::root().join("LICENSE"), licences.join("LICENSE"))?;
    Ok(())
}

/// The lines of a list of files; folders belong to the packages that made them, but for those of this one.
fn list(files: &Path) -> Result<String> {
    let mut lines = String::new();
    let mut folders = vec![files.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let installed = Path::new("/").join(path.strip_prefix(files)?);
            let kind = match installed.to_string_lossy() {
                path if path.starts_with("/usr/share/doc/") => "%doc ",
                path if path.starts_with("/usr/share/licenses/") => "%license ",
                _ => "",
            };
            lines.push_str(&format!("{kind}{}\n", installed.display()));
        }
    }
    Ok(lines)
}
