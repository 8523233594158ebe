//! Names under which files may lie in a store, and what the names of packages tell.

pub use migasfree_deb::{FileName, split_file_name};

/// Longest name of a file, in bytes; what file systems of clients allow.
const LONGEST: usize = 255;

/// Why a name cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the file name {name:?} {reason}")]
pub struct FileNameError {
    /// The name as it came.
    pub name: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// The last component of a name as it came from a client, which may be a whole path of its own
/// computer, when a repository can offer a file of that name.
///
/// # Errors
/// [`FileNameError`] when it cannot.
pub fn checked(raw: &str) -> Result<String, FileNameError> {
    let name = raw.rsplit(['/', '\\']).next().unwrap_or_default();
    let refused = |reason| FileNameError {
        name: name.chars().take(80).collect(),
        reason,
    };
    if name.is_empty() || name.starts_with('.') {
        return Err(refused("is empty or begins with a dot"));
    }
    if name.len() > LONGEST {
        return Err(refused("is too long"));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".+~:_-@%()=,^!".contains(&byte);
    if !name.bytes().all(allowed) {
        return Err(refused("has characters that repositories cannot offer"));
    }
    Ok(name.to_owned())
}

/// A folder inside a store: the components that remain of a path, each a usable name.
///
/// # Errors
/// [`FileNameError`] when one of them is not.
pub fn checked_folder(raw: &str) -> Result<String, FileNameError> {
    let components = raw
        .split(['/', '\\'])
        .filter(|part| !part.is_empty() && *part != ".");
    let names: Result<Vec<String>, FileNameError> = components.map(checked).collect();
    let folder = names?.join("/");
    if folder.len() > LONGEST {
        let reason = "is too long";
        let name = folder.chars().take(80).collect();
        return Err(FileNameError { name, reason });
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_component_of_a_path_counts() {
        let name = |raw| checked(raw).ok();
        assert_eq!(
            name("/home/me/a_1.0_all.deb").as_deref(),
            Some("a_1.0_all.deb")
        );
        assert_eq!(name(r"C:\packages\a.tar.gz").as_deref(), Some("a.tar.gz"));
        assert_eq!(
            name("a_1%3a2+b~1-1_all.deb").as_deref(),
            Some("a_1%3a2+b~1-1_all.deb")
        );
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for raw in [
            "",
            "..",
            "a/..",
            "/",
            ".htaccess",
            "a b.deb",
            "a\nb",
            "a\0b",
            "ñ.deb",
            "a?b",
        ] {
            assert!(checked(raw).is_err(), "{raw:?}");
        }
        assert!(checked(&"a".repeat(256)).is_err());
    }

    #[test]
    fn folders_keep_their_usable_components_only() {
        assert_eq!(
            checked_folder("extra//./more/").ok().as_deref(),
            Some("extra/more")
        );
        assert_eq!(checked_folder("").ok().as_deref(), Some(""));
        assert!(checked_folder("../../etc").is_err());
        assert!(checked_folder(&"abc/".repeat(100)).is_err());
    }
}
