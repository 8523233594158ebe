//! Control paragraphs survive being written and read, and cannot be broken out of.

#![allow(clippy::disallowed_methods, reason = "it works with the real system")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use migasfree_deb::{Paragraph, ParagraphError};
use proptest::prelude::*;

#[test]
fn fields_keep_order_and_are_found_by_any_case() {
    let text = "Package: a\nDescription: short\n long\n .\n more\nConffiles:\n /etc/a 12\n";
    let paragraph = Paragraph::parse(text).unwrap();
    assert_eq!(paragraph.get("PACKAGE"), Some("a"));
    assert_eq!(
        paragraph.get("description"),
        Some("short\n long\n .\n more")
    );
    assert_eq!(paragraph.get("Conffiles"), Some("\n /etc/a 12"));
    assert_eq!(paragraph.get("Section"), None);
    assert_eq!(paragraph.to_string(), text);
}

#[test]
fn an_index_has_many_paragraphs() {
    let all = Paragraph::parse_all("\nPackage: a\n\n\nPackage: b\nSize: 1\n").unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(
        Paragraph::parse("Package: a\n\nPackage: b\n"),
        Err(ParagraphError::SecondParagraph(3))
    );
    assert_eq!(Paragraph::parse("\n \n"), Err(ParagraphError::Empty));
}

proptest! {
    #[test]
    fn a_value_never_breaks_out_of_its_field(value in any::<String>(), other in any::<String>()) {
        let mut paragraph = Paragraph::new();
        paragraph.set("First", &value);
        paragraph.set("Second", &other);
        paragraph.set("First", &value);
        let read = Paragraph::parse(&paragraph.to_string()).unwrap();
        prop_assert_eq!(read, paragraph);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        if let Ok(paragraph) = Paragraph::parse(&text) {
            prop_assert_eq!(Paragraph::parse(&paragraph.to_string()), Ok(paragraph));
        }
    }
}
