//! Lets the shell be checked before the view was built: Tauri wants a page to embed.

use std::{fs, path::Path};

const PLACEHOLDER: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Play</title>\
<p>The view is not built. Run <code>cargo xtask wasm</code>, then build Play again.</p></html>\n";

fn main() {
    let page = Path::new("view/dist/index.html");
    println!("cargo:rerun-if-changed=view/dist");
    if !page.exists() {
        fs::create_dir_all("view/dist").expect("view/dist can be made");
        fs::write(page, PLACEHOLDER).expect("view/dist/index.html can be written");
    }
    tauri_build::build();
}
