//! The views as the browser gets them: compiled, bound, shrunk, styled, named by content, compressed.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, ValueEnum};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

mod parts;
mod words;

use crate::node::Node;
use crate::{command, paths, system};

const TARGET: &str = "wasm32-unknown-unknown";
/// What the first page of the admin UI may weigh on the wire, fonts included (docs/architecture.md).
const UI_LIMIT: u64 = 400 * 1024;
/// Play's view is read from disk: its limit only keeps it from growing unnoticed.
const PLAY_LIMIT: u64 = 720 * 1024;
/// Which file or folder of an npm package is served under which name, kept beside the other assets.
const FROM_NPM: &str = "from-npm.json";

/// Which views to build.
#[derive(Debug, Args)]
pub struct Options {
    /// Build only this view
    view: Option<View>,
    /// As `cargo xtask dev` does: hardly optimised, into `target/dev/`, of any size
    #[arg(long)]
    quick: bool,
}

/// How a view is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quality {
    /// As it is delivered: small and compressed.
    Delivered,
    /// For whoever works on it: in seconds.
    Quick,
}

impl Quality {
    fn profile(self) -> &'static str {
        match self {
            Self::Delivered => "wasm",
            Self::Quick => "wasm-dev",
        }
    }

    /// Where the finished view goes.
    fn dist(self, view: View) -> PathBuf {
        match self {
            Self::Delivered => view.dist(),
            Self::Quick => view.quick_dist(),
        }
    }

    /// The folder it is put together in; beside its place if it is moved there.
    fn folder(self, view: View) -> PathBuf {
        match self {
            Self::Delivered => self.work(view, "dist"),
            Self::Quick => view.quick_dist().with_extension("new"),
        }
    }

    /// Something in cargo's target folder that belongs to a view built like this.
    fn work(self, view: View, ending: &str) -> PathBuf {
        paths::target().join(format!("{}.{}.{ending}", view.package(), self.profile()))
    }
}

/// A view compiled to WebAssembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum View {
    /// The admin UI, embedded in the server
    Ui,
    /// The window of Play
    Play,
}

impl View {
    /// Every view.
    pub const ALL: [Self; 2] = [Self::Ui, Self::Play];

    /// The name of its crate.
    pub fn package(self) -> &'static str {
        match self {
            Self::Ui => "migasfree-ui",
            Self::Play => "migasfree-play-view",
        }
    }

    fn folder(self) -> PathBuf {
        paths::root().join(match self {
            Self::Ui => "ui",
            Self::Play => "play-desktop/view",
        })
    }

    /// What it is called in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ui => "admin UI",
            Self::Play => "view of Play",
        }
    }

    /// The most it may weigh on the wire, in bytes.
    pub fn limit(self) -> u64 {
        match self {
            Self::Ui => UI_LIMIT,
            Self::Play => PLAY_LIMIT,
        }
    }

    /// Where the finished view is: `dist/` in its folder.
    pub fn dist(self) -> PathBuf {
        self.folder().join("dist")
    }

    /// Where the view is while it is worked on.
    pub fn quick_dist(self) -> PathBuf {
        paths::dev().join(self.package())
    }
}

/// Builds the views asked for and checks their size.
pub fn run(options: &Options) -> Result<()> {
    let views = options.view.map_or(View::ALL.to_vec(), |view| vec![view]);
    if options.quick {
        return make(&views, Quality::Quick);
    }
    build(&views)?;
    for view in views {
        check_size(view)?;
    }
    Ok(())
}

/// Builds views; a view whose sources did not change is left as it is.
pub fn build(views: &[View]) -> Result<()> {
    make(views, Quality::Delivered)
}

fn make(views: &[View], quality: Quality) -> Result<()> {
    let node = Node::ready()?;
    let compiler = Compiler::find()?;
    for view in views {
        let (raw, style) = thread::scope(|scope| {
            let style = scope.spawn(|| stylesheet(&node, *view, quality));
            let raw = compiler.compile(*view, quality);
            (raw, style.join())
        });
        let style = style.map_err(|_| anyhow!("the style sheet was not made"))??;
        assemble(&node, *view, quality, &raw?, &style)?;
    }
    Ok(())
}

/// The bytes of a finished view on the wire, by file.
pub fn sizes(view: View) -> Result<BTreeMap<String, u64>> {
    let mut sizes = BTreeMap::new();
    for file in files(&view.dist())? {
        let name = relative(&view.dist(), &file);
        if name.ends_with(".br") {
            continue;
        }
        let compressed = with_suffix(&file, ".br");
        let weighed = if compressed.exists() {
            compressed
        } else {
            file
        };
        sizes.insert(name, fs::metadata(weighed)?.len());
    }
    Ok(sizes)
}

/// Whether the first page needs a file: not the parts that follow it, nor what remote support fetches, nor fonts for letters
/// and code that it does not show.
pub fn is_first(name: &str) -> bool {
    const LATER_FONTS: [&str; 2] = ["inter-latin-ext.woff2", "jetbrains-mono-latin.woff2"];
    const REMOTE: [&str; 3] = ["assets/screen/", "assets/terminal/", "assets/vnc/"];
    parts::of(name).is_none()
        && !REMOTE.iter().any(|folder| name.starts_with(folder))
        && !LATER_FONTS.iter().any(|font| name.ends_with(font))
}

/// Fails if the first page of a view or a part of it outgrew its limit.
pub fn check_size(view: View) -> Result<()> {
    let sizes = sizes(view)?;
    let total: u64 = sizes
        .iter()
        .filter(|(name, _)| is_first(name))
        .map(|(_, size)| size)
        .sum();
    for (name, size) in &sizes {
        let later = if is_first(name) { "" } else { "  (later)" };
        println!("  {size:>9}  {name}{later}");
    }
    println!(
        "  {total:>9}  first page of {} on the wire, limit {}",
        view.package(),
        view.limit()
    );
    if total > view.limit() {
        bail!(
            "the first page of {} weighs {total} bytes on the wire, {} more than its limit",
            view.package(),
            total - view.limit()
        );
    }
    parts::check(&sizes)
}

/// A way to compile for the browser.
enum Compiler {
    /// The toolchain in use has the target.
    Rustup,
    /// Debian's `rustc-web`, building the standard library itself.
    Debian { linker: PathBuf },
}

impl Compiler {
    fn find() -> Result<Self> {
        if has_target() {
            return Ok(Self::Rustup);
        }
        if command::succeeds("rustup", &["target", "add", TARGET]) && has_target() {
            return Ok(Self::Rustup);
        }
        println!("The toolchain cannot get the target {TARGET}: using Debian's rustc-web");
        system::install(&["rustc-web", "cargo-web", "rust-web-src", "lld"]).context(
            "WebAssembly needs either `rustup target add wasm32-unknown-unknown` or Debian's rustc-web",
        )?;
        Ok(Self::Debian { linker: linker()? })
    }

    fn compile(&self, view: View, quality: Quality) -> Result<PathBuf> {
        println!("Compiling {} for the browser", view.package());
        let target = paths::target().join("wasm");
        let mut cargo = match self {
            Self::Rustup => command::cargo(),
            Self::Debian { .. } => Command::new("/usr/bin/cargo"),
        };
        cargo
            .args(["build", "--locked", "--package", view.package()])
            .args(["--target", TARGET, "--profile", quality.profile()])
            .arg("--target-dir")
            .arg(&target)
            .current_dir(paths::root());
        if let Self::Debian { linker } = self {
            cargo
                .arg("-Zbuild-std=std,panic_abort")
                .env("RUSTC", "/usr/bin/rustc")
                .env("RUSTC_BOOTSTRAP", "1")
                .env(
                    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
                    format!(
                        "--cfg erase_components -C linker={} -C linker-flavor=wasm-ld",
                        linker.display()
                    ),
                );
        }
        command::run(&mut cargo)?;
        Ok(target
            .join(TARGET)
            .join(quality.profile())
            .join(format!("{}.wasm", view.package())))
    }
}

fn has_target() -> bool {
    command::output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))
        .is_ok_and(|folder| Path::new(&folder).exists())
}

/// The WebAssembly linker: rustup's own copy, else Debian's.
fn linker() -> Result<PathBuf> {
    let sysroot = command::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let rustup = Path::new(&sysroot)
        .join("lib/rustlib")
        .join(format!("{}-unknown-linux-gnu", std::env::consts::ARCH))
        .join("bin/rust-lld");
    [
        rustup,
        PathBuf::from("/usr/bin/wasm-ld"),
        PathBuf::from("/usr/bin/lld"),
    ]
    .into_iter()
    .find(|linker| linker.exists())
    .context("no WebAssembly linker: install Debian's lld and run again")
}

fn stylesheet(node: &Node, view: View, quality: Quality) -> Result<String> {
    let output = quality.work(view, "css");
    command::run(
        node.script("@tailwindcss/cli/dist/index.mjs")
            .arg("--input")
            .arg(view.folder().join("styles/main.css"))
            .arg("--output")
            .arg(&output)
            .arg("--minify")
            .current_dir(paths::root()),
    )?;
    fs::read_to_string(&output).with_context(|| output.display().to_string())
}

/// Puts the view together in its folder, which is replaced only when everything is ready.
fn assemble(node: &Node, view: View, quality: Quality, raw: &Path, style: &str) -> Result<()> {
    let dist = quality.dist(view);
    let stamp = stamp(view, &dist, raw, style)?;
    let stamp_file = quality.work(view, "stamp");
    let index = dist.join("index.html");
    if index.exists() && fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) {
        return Ok(());
    }
    let work = quality.folder(view);
    remove(&work)?;
    fs::create_dir_all(&work)?;

    let app = work.join("app");
    copy_folder(&program(node, view, quality, raw)?, &app)?;
    let app = named_folder(&app)?;
    fs::write(work.join("style.css"), style)?;
    let style = named(&work, "style.css", style.as_bytes())?;
    copy_assets(view, &work)?;
    words::fill_broken(&work.join("assets/broken.js"))?;
    let locales = work.join("locales");
    words::copy(view, &locales)?;
    let locales = named_folder(&locales)?;

    let page = fs::read_to_string(view.folder().join("index.html"))
        .with_context(|| format!("{}/index.html", view.folder().display()))?
        .replace("{{css}}", &format!("/{style}"))
        .replace("{{locales}}", &format!("/{locales}"))
        .replace("{{js}}", &format!("/{app}/app.js"))
        .replace("{{wasm}}", &format!("/{app}/app_bg.wasm"));
    fs::write(work.join("index.html"), page)?;
    if quality == Quality::Delivered {
        compress(&work)?;
    }

    remove(&dist)?;
    match quality {
        Quality::Delivered => copy_folder(&work, &dist)?,
        // At once: a browser may be asking.
        Quality::Quick => fs::rename(&work, &dist)?,
    }
    fs::write(stamp_file, stamp).context("could not note what the view was built from")
}

/// Makes what the browser runs of what the compiler made; answers in which folder it is. It takes longest, and a change
/// of styles or pictures leaves it as it is.
fn program(node: &Node, view: View, quality: Quality, raw: &Path) -> Result<PathBuf> {
    let app = quality.work(view, "app");
    let stamp = hex::encode(Sha256::digest(
        fs::read(raw).with_context(|| raw.display().to_string())?,
    ));
    let stamp_file = quality.work(view, "app.stamp");
    if fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) {
        return Ok(app);
    }
    // Until it is whole, it is not what any stamp says.
    fs::write(&stamp_file, "")?;
    remove(&app)?;
    fs::create_dir_all(&app)?;
    let first = quality.work(view, "first.wasm");
    match view {
        View::Ui => {
            parts::split(raw, &app, &first)?;
            bind(&first, &app, quality)?;
        }
        View::Play => bind(raw, &app, quality)?,
    }
    if quality == Quality::Delivered {
        shrink_all(node, &app)?;
    }
    parts::pack(&app)?;
    fs::write(stamp_file, stamp).context("could not note what the program was made from")?;
    Ok(app)
}

/// What the finished view depends on, as one hash; and where it stands, since checkouts may share a target folder.
fn stamp(view: View, dist: &Path, raw: &Path, style: &str) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(dist.as_os_str().as_encoded_bytes());
    hash.update(fs::read(raw).with_context(|| raw.display().to_string())?);
    hash.update(style);
    hash.update(fs::read(view.folder().join("index.html"))?);
    for file in words::sources(view)? {
        hash.update(file.as_os_str().as_encoded_bytes());
        hash.update(fs::read(&file)?);
    }
    for folder in asset_folders(view) {
        for file in files(&folder)? {
            hash.update(relative(&folder, &file));
            hash.update(fs::read(&file)?);
        }
    }
    Ok(hex::encode(hash.finalize()))
}

fn bind(raw: &Path, work: &Path, quality: Quality) -> Result<()> {
    Bindgen::new()
        .input_path(raw)
        .keep_lld_exports(true)
        .web(true)?
        .typescript(false)
        // Names of functions make a trace of an error readable.
        .remove_name_section(quality == Quality::Delivered)
        .remove_producers_section(true)
        .out_name("app")
        .generate(work)
        .context("wasm-bindgen")
}

fn shrink_all(node: &Node, app: &Path) -> Result<()> {
    for part in files(app)? {
        if part.extension().is_some_and(|ending| ending == "wasm") {
            shrink(node, &part)?;
        }
    }
    Ok(())
}

fn shrink(node: &Node, wasm: &Path) -> Result<()> {
    command::run(
        node.script("binaryen/bin/wasm-opt")
            .args(["-Oz", "--strip-debug", "--strip-producers"])
            .args([
                "--enable-bulk-memory",
                "--enable-bulk-memory-opt",
                "--enable-multivalue",
                "--enable-mutable-globals",
                "--enable-nontrapping-float-to-int",
                "--enable-reference-types",
                "--enable-sign-ext",
                "--enable-call-indirect-overlong",
            ])
            .arg(wasm)
            .arg("--output")
            .arg(wasm),
    )
}

/// Gives a folder a name that changes with its content. The files of a program refer to each other by name, so they keep theirs.
fn named_folder(folder: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    for file in files(folder)? {
        hash.update(relative(folder, &file));
        hash.update(fs::read(&file)?);
    }
    let stem = folder.file_name().unwrap_or_default().to_string_lossy();
    let name = format!("{stem}-{}", &hex::encode(hash.finalize())[..12]);
    fs::rename(folder, folder.with_file_name(&name))?;
    Ok(name)
}

/// Gives a file a name that changes with its content, so that it can be cached for ever.
fn named(work: &Path, name: &str, content: &[u8]) -> Result<String> {
    let digest = hex::encode(Sha256::digest(content));
    let (stem, ending) = name.split_once('.').context("a file name without ending")?;
    let new = format!("{stem}-{}.{ending}", &digest[..12]);
    fs::write(work.join(&new), content)?;
    fs::remove_file(work.join(name))?;
    Ok(new)
}

fn asset_folders(view: View) -> [PathBuf; 2] {
    [
        paths::root().join("ui/kit/assets"),
        view.folder().join("assets"),
    ]
}

fn copy_assets(view: View, work: &Path) -> Result<()> {
    for folder in asset_folders(view) {
        copy_folder(&folder, &work.join("assets"))?;
        let list = folder.join(FROM_NPM);
        if list.exists() {
            copy_from_npm(&list, work)?;
            fs::remove_file(work.join("assets").join(FROM_NPM))?;
        }
    }
    Ok(())
}

fn copy_from_npm(list: &Path, work: &Path) -> Result<()> {
    let files: BTreeMap<String, String> =
        serde_json::from_slice(&fs::read(list)?).with_context(|| list.display().to_string())?;
    for (name, source) in files {
        let target = work.join(name);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        let found = paths::root().join("node_modules").join(&source);
        if found.is_dir() {
            copy_folder(&found, &target)?;
        } else {
            fs::copy(found, target).context(source)?;
        }
    }
    Ok(())
}

/// Writes a brotli copy beside everything that shrinks.
fn compress(work: &Path) -> Result<()> {
    for file in files(work)? {
        if file
            .extension()
            .is_some_and(|ending| ending == "woff2" || ending == "png")
        {
            continue;
        }
        let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, 11, 22);
        writer.write_all(&fs::read(&file)?)?;
        fs::write(with_suffix(&file, ".br"), writer.into_inner())?;
    }
    Ok(())
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn relative(folder: &Path, file: &Path) -> String {
    file.strip_prefix(folder)
        .unwrap_or(file)
        .to_string_lossy()
        .into_owned()
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| folder.display().to_string())
        }
        _ => Ok(()),
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for file in files(from)? {
        let target = to.join(relative(from, &file));
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(&file, &target).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// Every file below a folder, sorted; none if there is no such folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
