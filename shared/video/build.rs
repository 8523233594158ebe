//! libvpx becomes part of the programs where the system has it in that form: its shared library has another name in each release
//! of a distribution, and a program is to run on all of them.

use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let Ok(folder) = pkg_config::get_variable("vpx", "libdir") else {
        // env-libvpx-sys says what is missing.
        return;
    };
    let plain = PathBuf::from(folder);
    let architecture = std::env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    // Debian's own place, which its pkg-config file does not name.
    let folders = [plain.join(format!("{architecture}-linux-gnu")), plain];
    let mut having = folders
        .iter()
        .filter(|folder| folder.join("libvpx.a").exists());
    if let Some(folder) = having.next() {
        println!("cargo:rustc-link-search=native={}", folder.display());
        println!("cargo:rustc-link-lib=static=vpx");
    }
}
