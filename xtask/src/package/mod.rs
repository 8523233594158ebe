//! Packages for Debian and Fedora, from programs that are built: `cargo xtask package`.

mod fedora;
mod licences;
mod stage;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::wasm::View;
use crate::{command, paths, system, tools, wasm};

/// How to package.
#[derive(Debug, Args)]
pub struct Options {
    /// Package the unoptimised programs, with light compression: made in a minute, for tests
    #[arg(long)]
    debug: bool,
    /// Package what is built already
    #[arg(long)]
    no_build: bool,
}

/// The crate of a package, and the programs it installs with the section of their manual.
#[derive(Debug)]
struct Product {
    package: &'static str,
    programs: &'static [(&'static str, Languages)],
    /// Programs without a manual, which nobody calls.
    parts: &'static [&'static str],
    /// Other crates that some of these programs are made of.
    besides: &'static [&'static str],
    /// The view that is embedded in a program.
    view: Option<View>,
}

impl Product {
    fn crates(&self) -> Vec<&'static str> {
        [&[self.package], self.besides].concat()
    }
}

/// Which languages a program speaks when it is asked for help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Languages {
    English,
    EnglishAndSpanish,
}

const PRODUCTS: [Product; 5] = [
    Product {
        package: "migasfree-server",
        programs: &[("migasfree-server", Languages::English)],
        parts: &[],
        besides: &[],
        view: Some(View::Ui),
    },
    Product {
        package: "migasfree-client",
        programs: &[
            ("migasfreed", Languages::English),
            ("migasfree", Languages::EnglishAndSpanish),
        ],
        parts: &["migasfree-agent", "migasfree-session", "migasfree-screen"],
        besides: &["migasfree-client-screen"],
        view: None,
    },
    Product {
        package: "migasfree-connect",
        programs: &[("migasfree-connect", Languages::EnglishAndSpanish)],
        parts: &[],
        besides: &[],
        view: None,
    },
    Product {
        package: "migasfree-connect-screen",
        programs: &[],
        parts: &["migasfree-connect-screen"],
        besides: &[],
        view: None,
    },
    Product {
        package: "migasfree-play",
        programs: &[("migasfree-play", Languages::English)],
        parts: &[],
        besides: &[],
        view: Some(View::Play),
    },
];

/// The numbers begin anew with this software: an epoch makes them follow those of version 5.
const EPOCH: u32 = 1;
const REVISION: u32 = 1;
/// A number below every other.
const EARLIER: &str = "0.0.1";

/// Builds what is packaged, packages it and says where the packages are.
pub fn run(options: &Options) -> Result<()> {
    system::ensure(&[
        system::Need::BUILD,
        system::Need::PLAY,
        system::Need::PACKAGE,
    ])?;
    if !options.no_build {
        wasm::build(&View::ALL)?;
        build(options.debug)?;
    }
    for package in make(if options.debug { "debug" } else { "release" })? {
        println!("{}", package.display());
    }
    Ok(())
}

fn build(debug: bool) -> Result<()> {
    let mut cargo = command::cargo();
    cargo
        .current_dir(paths::root())
        .args(["build", "--locked", "--bins"])
        .args(["--features", "migasfree-server/embed-ui"]);
    if !debug {
        cargo.arg("--release");
    }
    for product in &PRODUCTS {
        for name in product.crates() {
            cargo.args(["--package", name]);
        }
    }
    command::run(&mut cargo)
}

/// Packages the programs of a profile that are built already; the packages are in its folder `packages/`. Those of the debug
/// profile are also made with a lower number, in `packages/earlier/`, for tests to upgrade from.
pub fn make(profile: &str) -> Result<Vec<PathBuf>> {
    let packages = paths::target().join(profile).join("packages");
    if packages.exists() {
        fs::remove_dir_all(&packages).context("the old packages cannot be removed")?;
    }
    let quick = profile == "debug";
    let packager = Packager {
        deb: tools::cargo_deb()?,
        stage: stage::fill(profile)?,
        quick,
    };
    packager.package_all(env!("CARGO_PKG_VERSION"), &packages)?;
    if quick {
        packager.package_all(EARLIER, &packages.join("earlier"))?;
    }
    let mut made: Vec<PathBuf> = fs::read_dir(&packages)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    made.retain(|path| path.is_file());
    made.sort();
    Ok(made)
}

/// The tools, and the folder with what they package.
struct Packager {
    deb: PathBuf,
    stage: PathBuf,
    quick: bool,
}

impl Packager {
    fn package_all(&self, version: &str, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        for product in &PRODUCTS {
            self.debian(product, version, folder)
                .with_context(|| format!("{} for Debian", product.package))?;
            fedora::package(product, version, folder, &self.stage, self.quick)
                .with_context(|| format!("{} for Fedora", product.package))?;
        }
        Ok(())
    }

    fn debian(&self, product: &Product, version: &str, folder: &Path) -> Result<()> {
        let mut deb = Command::new(&self.deb);
        deb.current_dir(paths::root())
            .args(["--package", product.package])
            .args(["--no-build", "--no-strip", "--locked", "--quiet"])
            .args(["--deb-version", &format!("{EPOCH}:{version}-{REVISION}")])
            .arg("--output")
            .arg(folder)
            .env("CARGO_TARGET_DIR", &self.stage);
        if self.quick {
            deb.args(["--fast", "--compress-system", "--compress-type", "gz"]);
        }
        command::run(&mut deb)?;
        without_epoch(folder)
    }
}

/// Names of files have no epoch, as everywhere else.
fn without_epoch(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let plain = name.replace(&format!("_{EPOCH}:"), "_");
        if plain != name {
            fs::rename(&path, folder.join(&plain)).context(plain)?;
        }
    }
    Ok(())
}
