//! Checks of what callers pass (section 27.10 of the interface).

use migasfree_dbus::Error;

const NAMES: usize = 200;
const NAME_LENGTH: usize = 128;
/// Ids of one question; a catalogue is not longer.
const IDS: usize = 10_000;
const TAGS: usize = 100;
const TAG_LENGTH: usize = 255;
const TEXT: usize = 64 * 1024;
const JUSTIFICATION: usize = 2 * 1024;

fn invalid(text: impl Into<String>) -> Error {
    Error::InvalidArgument(text.into())
}

/// Checks what holds for names of packages in every package manager; its own grammar comes on top.
pub fn check_names(names: &[String]) -> Result<(), Error> {
    if names.len() > NAMES {
        return Err(invalid(format!("at most {NAMES} packages in one call")));
    }
    for name in names {
        if name.is_empty() || name.len() > NAME_LENGTH {
            return Err(invalid(format!(
                "a package name has 1 to {NAME_LENGTH} characters"
            )));
        }
        if name.starts_with('-') || name.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(invalid(format!("`{name}` is not a package name")));
        }
    }
    Ok(())
}

/// Checks a list of ids of applications.
pub fn check_ids(ids: &[u32]) -> Result<(), Error> {
    if ids.len() > NAMES {
        return Err(invalid(format!("at most {NAMES} applications in one call")));
    }
    Ok(())
}

/// Checks the ids of a question, which may be about the whole catalogue.
pub fn check_asked_ids(ids: &[u32]) -> Result<(), Error> {
    if ids.len() > IDS {
        return Err(invalid(format!("at most {IDS} applications in one call")));
    }
    Ok(())
}

/// Checks tags: `PREFIX-value`.
pub fn check_tags(tags: &[String]) -> Result<(), Error> {
    if tags.len() > TAGS {
        return Err(invalid(format!("at most {TAGS} tags")));
    }
    for tag in tags {
        if tag.chars().count() > TAG_LENGTH {
            return Err(invalid(format!(
                "a tag has at most {TAG_LENGTH} characters"
            )));
        }
        let whole = tag
            .split_once('-')
            .is_some_and(|(prefix, value)| !prefix.is_empty() && !value.is_empty());
        if !whole || tag.chars().any(char::is_control) {
            return Err(invalid(format!("`{tag}` is not a tag: PREFIX-value is")));
        }
    }
    Ok(())
}

/// Checks a text in general.
pub fn check_text(text: &str) -> Result<(), Error> {
    if text.len() > TEXT {
        return Err(invalid(format!("a text has at most {TEXT} bytes")));
    }
    Ok(())
}

/// Checks the justification of a request.
pub fn check_justification(text: &str) -> Result<(), Error> {
    if text.len() > JUSTIFICATION {
        return Err(invalid(format!(
            "a justification has at most {JUSTIFICATION} bytes"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn hostile_names_are_refused() {
        for name in ["", "-o=x", "a b", "a\nb", &"x".repeat(129)] {
            assert!(check_names(&[name.to_owned()]).is_err(), "{name:?}");
        }
        assert!(check_names(&vec!["a".to_owned(); 201]).is_err());
        check_names(&["libc6:amd64".to_owned(), "g++".to_owned()]).unwrap();
    }

    #[test]
    fn hostile_tags_are_refused() {
        let long = format!("A-{}", "x".repeat(254));
        for tag in ["", "nohyphen", "-value", "A-", "A-\u{7}", &long] {
            assert!(check_tags(&[tag.to_owned()]).is_err(), "{tag:?}");
        }
        let accented = format!("A-{}", "ñ".repeat(253));
        check_tags(&["ROOM-Library".to_owned(), accented]).unwrap();
    }
}
