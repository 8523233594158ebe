//! Pages that are of no entity. They know the entities, which do not know them.
pub mod account;
pub mod declared;
pub mod login;
pub mod overview;
pub mod peek;
pub mod preferences;
pub mod providers;
pub mod settings;

#[cfg(test)]
mod tests {
    use std::{
        fs,
        path::{Path, PathBuf},
    };

    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("a folder of the view");
        let paths = entries.map(|entry| entry.expect("an entry of it").path());
        paths
            .flat_map(|path| {
                if path.is_dir() {
                    files(&path)
                } else {
                    vec![path]
                }
            })
            .collect()
    }

    #[test]
    fn entities_do_not_know_the_pages() {
        let entities = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/entities");
        let mut files = files(&entities);
        files.retain(|file| {
            let text = fs::read_to_string(file).expect("a file of the view");
            text.contains("pages::")
        });
        assert_eq!(files, Vec::<PathBuf>::new());
    }
}
