//! Makes the words that the kit says by itself out of their English file.
use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let words = migasfree_locales::words::declared(migasfree_locales::KIT_ENGLISH)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("words.rs"), words)?;
    Ok(())
}
