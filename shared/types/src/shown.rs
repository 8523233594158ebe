//! Text from packages, computers and other people, as it may be shown: what would move the cursor, colour a terminal or
//! turn the direction of writing stands there as a visible escape.
use std::{borrow::Cow, fmt::Write as _};

/// A text of several lines: ends of lines and tabs stay.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, |character| matches!(character, '\n' | '\t'))
}

/// A text that stays in one line.
#[must_use]
pub fn shown_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// Whether a character acts on the text around it instead of being seen.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // Marks, embeddings, overrides and isolates of direction.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
            // Separators of lines and paragraphs, hyphens that are not there, blanks without width.
            | '\u{2028}' | '\u{2029}' | '\u{ad}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{feff}' | '\u{180e}'
            // Annotations, tags, and what arranges hieroglyphs, shorthand and notes.
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        )
}

/// Whether a character makes a name look like another one: hidden, of use in running text alone, or a letter that is a
/// blank.
#[must_use]
pub fn hides_in_names(character: char) -> bool {
    is_hidden(character)
        || matches!(
            character,
            // Joiners.
            '\u{200c}' | '\u{200d}' | '\u{34f}'
            // Signs around numbers and abbreviations.
            | '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{110bd}' | '\u{110cd}'
            // Fillers.
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}'
            // Choices between forms of a letter, and what Unicode reserves for more of all this.
            | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0080}'..='\u{e0fff}'
        )
}

fn escaped(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(|one| is_hidden(one) && !stays(one)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut characters = text.chars().peekable();
    while let Some(one) = characters.next() {
        match one {
            // The end of a line as Windows and some logs write it.
            '\r' if stays('\n') && characters.peek() == Some(&'\n') => {}
            one if !is_hidden(one) || stays(one) => shown.push(one),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            one if one.is_ascii() => {
                let _ = write!(shown, "\\x{:02x}", u32::from(one));
            }
            one => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(one));
            }
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_the_text_is_seen() {
        assert_eq!(shown("\u{1b}[31mred\u{7}"), "\\x1b[31mred\\x07");
        assert_eq!(shown("photo\u{202e}gnp.exe"), "photo\\u{202e}gnp.exe");
        assert_eq!(shown("pass\u{ad}word\u{2028}"), "pass\\u{ad}word\\u{2028}");
        assert_eq!(shown("a\u{2066}b\u{9b}c\u{7f}"), "a\\u{2066}b\\u{9b}c\\x7f");
    }

    #[test]
    fn a_name_has_nothing_that_is_not_seen() {
        for text in [
            "Deb\u{200b}ian",
            "Deb\u{ad}ian",
            "Deb\u{202e}ian",
            "Deb\u{2028}ian",
            "Deb\u{200d}ian",
            "Deb\u{fe0f}ian",
            "Deb\u{3164}ian",
            "Deb\u{e0100}ian",
            "Deb\nian",
            "Deb\0ian",
            "Deb\u{2069}ian",
            "Deb\u{2065}ian",
        ] {
            assert!(text.contains(hides_in_names), "{text:?}");
        }
        for text in [
            "Debian 12",
            "Ñandú",
            "Школа",
            "東京",
            "서울",
            "القاهرة",
            "दिल्ली",
            "תל אביב",
        ] {
            assert!(!text.contains(hides_in_names), "{text}");
        }
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        for text in ["naïve – «ça» 日本語 שלום", "two\n\tlines", "👩\u{200d}🚒"] {
            assert!(matches!(shown(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn lines_stay_where_there_may_be_some() {
        assert_eq!(shown("one\r\ntwo\rthree"), "one\ntwo\\rthree");
        assert_eq!(shown_line("one\ntwo\tthree"), "one\\ntwo\\tthree");
    }
}
