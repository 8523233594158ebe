//! Keeps relocations in the WebAssembly: `cargo xtask wasm` needs them to cut off the part that is loaded after the first page.
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|target| target == "wasm32") {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
}
