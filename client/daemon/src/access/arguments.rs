//! Checks of what callers pass (section 27.10 of the interface).

use migasfree_dbus::Error;

use crate::sync::EngineText;
use crate::texts::Text;

const NAMES: usize = 200;
const NAME_LENGTH: usize = 128;
/// Ids of one question; a catalogue is not longer.
const IDS: usize = 10_000;
const TAGS: usize = 100;
const TAG_LENGTH: usize = 255;
const TEXT: usize = 64 * 1024;
const JUSTIFICATION: usize = 2 * 1024;

fn invalid(text: Text, limit: usize) -> Error {
    Error::InvalidArgument(text.with([limit.into()]))
}

/// Checks what holds for names of packages in every package manager; its own grammar comes on top.
pub fn check_names(names: &[String]) -> Result<(), Error> {
    if names.len() > NAMES {
        return Err(invalid(Text::TooManyPackages, NAMES));
    }
    for name in names {
        if name.is_empty() || name.len() > NAME_LENGTH {
            return Err(invalid(Text::NameLength, NAME_LENGTH));
        }
        if name.starts_with('-') || name.chars().any(|c| c.is_control() || c.is_whitespace()) {
            let told = EngineText::ErrorInvalidName.told(&[name]);
            return Err(Error::InvalidArgument(told));
        }
    }
    Ok(())
}

/// Checks a list of ids of applications.
pub fn check_ids(ids: &[u32]) -> Result<(), Error> {
    if ids.len() > NAMES {
        return Err(invalid(Text::TooManyApps, NAMES));
    }
    Ok(())
}

/// Checks the ids of a question, which may be about the whole catalogue.
pub fn check_asked_ids(ids: &[u32]) -> Result<(), Error> {
    if ids.len() > IDS {
        return Err(invalid(Text::TooManyApps, IDS));
    }
    Ok(())
}

/// Checks tags: `PREFIX-value`.
pub fn check_tags(tags: &[String]) -> Result<(), Error> {
    if tags.len() > TAGS {
        return Err(invalid(Text::TooManyTags, TAGS));
    }
    for tag in tags {
        if tag.chars().count() > TAG_LENGTH {
            return Err(invalid(Text::TagLength, TAG_LENGTH));
        }
        let whole = tag
            .split_once('-')
            .is_some_and(|(prefix, value)| !prefix.is_empty() && !value.is_empty());
        if !whole || tag.chars().any(char::is_control) {
            let told = EngineText::ErrorInvalidTag.told(&[tag]);
            return Err(Error::InvalidArgument(told));
        }
    }
    Ok(())
}

/// Checks a text in general.
pub fn check_text(text: &str) -> Result<(), Error> {
    if text.len() > TEXT {
        return Err(invalid(Text::TextLength, TEXT));
    }
    Ok(())
}

/// Checks the justification of a request.
pub fn check_justification(text: &str) -> Result<(), Error> {
    if text.len() > JUSTIFICATION {
        return Err(invalid(Text::JustificationLength, JUSTIFICATION));
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
