//! Debian's grammar of package names.

use crate::PmsError;
use crate::change::PackageName;

/// `name` or `name:architecture`. A hyphen at the end is refused, because apt takes it for "remove this".
///
/// # Errors
/// [`PmsError::InvalidName`].
pub fn check(text: &str) -> Result<PackageName, PmsError> {
    let (name, architecture) = match text.split_once(':') {
        Some((name, architecture)) => (name, Some(architecture)),
        None => (text, None),
    };
    let word = |text: &str, others: &[u8]| {
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || others.contains(&byte);
        text.bytes().all(allowed)
            && text
                .bytes()
                .next()
                .is_some_and(|byte| byte.is_ascii_alphanumeric())
    };
    let good_name = (2..=128).contains(&name.len()) && word(name, b"+-.") && !name.ends_with('-');
    let good_architecture = architecture.is_none_or(|text| text.len() <= 32 && word(text, b"-"));
    if good_name && good_architecture {
        Ok(PackageName::checked(text))
    } else {
        Err(PmsError::InvalidName(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_packages_pass() {
        for name in [
            "gimp",
            "libc6:amd64",
            "g++",
            "python3.11",
            "0ad",
            "libstdc++6:i386",
        ] {
            assert!(check(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn options_actions_and_shell_texts_do_not() {
        for name in [
            "", "a", "-y", "--purge", "gimp-", "Gimp", "a b", "a;b", "$(x)", "a/b", "a=1", "a:",
            "a*", "gimp:-x",
        ] {
            assert!(check(name).is_err(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn whatever_passes_is_one_harmless_word(text in "\\PC{0,20}") {
            if check(&text).is_ok() {
                prop_assert!(!text.starts_with('-') && !text.ends_with('-'));
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.:".contains(&byte)));
            }
        }
    }
}
