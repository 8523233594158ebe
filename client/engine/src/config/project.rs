//! The project of a computer whose configuration names none.

/// `debian-gnu-linux-12`: name and version of the distribution in lower case, with one hyphen for every run of
/// blanks, hyphens, dots and slashes, and without other symbols.
#[must_use]
pub fn default_project(os_release: &str) -> String {
    let value = |key: &str| {
        let lines = os_release
            .lines()
            .filter_map(|line| line.trim().split_once('='));
        let found = lines
            .filter(|(name, _)| *name == key)
            .map(|(_, value)| value)
            .next_back();
        found
            .unwrap_or_default()
            .trim_matches(['"', '\''])
            .to_owned()
    };
    slug(&format!("{}-{}", value("NAME"), value("VERSION_ID")))
}

fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.to_lowercase().chars() {
        if " -./".contains(letter) {
            if !slug.ends_with('-') {
                slug.push('-');
            }
        } else if letter.is_alphanumeric() || letter == '_' {
            slug.push(letter);
        }
    }
    slug.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_version_become_one_word() {
        assert_eq!(
            default_project("NAME=Ubuntu\nVERSION_ID='24.04'"),
            "ubuntu-24-04"
        );
        assert_eq!(
            default_project("NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\""),
            "debian-gnu-linux-12"
        );
        assert_eq!(default_project("NAME=\"Arch Linux\""), "arch-linux");
        assert_eq!(default_project(""), "");
    }
}
