//! What the person reads. What operators wrote is shown as it is: some desktops take a text for markup.

use migasfree_dbus::SupportRecord;
use migasfree_types::shown::shown_line;

use crate::texts::{Language, Text};

pub(super) fn asks(language: Language, session: &SupportRecord) -> String {
    language.fill(Text::SupportAsks, &[&shown_line(&session.operator)])
}

pub(super) fn helps(language: Language, session: &SupportRecord) -> String {
    language.fill(Text::SupportHelps, &[&shown_line(&session.operator)])
}

/// What is asked, and what comes of no answer.
pub(super) fn question(
    language: Language,
    session: &SupportRecord,
    seconds: u32,
    allows: bool,
) -> String {
    let silence = if allows {
        Text::SupportSecondsAllows
    } else {
        Text::SupportSeconds
    };
    let silence = language.say(&silence.with([i64::from(seconds).into()]));
    let what = language.fill(Text::SupportWhat, &[&session.service]);
    format!("{what}\n{}\n{silence}", banner(language, session))
}

/// What goes on, why, and whether it is recorded.
pub(super) fn banner(language: Language, session: &SupportRecord) -> String {
    let mut lines = vec![language.fill(Text::SupportMay, &[&session.mode])];
    for (text, value) in [
        (Text::SupportReason, &session.reason),
        (Text::SupportTicket, &session.ticket),
    ] {
        if !value.is_empty() {
            lines.push(plain(&language.fill(text, &[&shown_line(value)])));
        }
    }
    let recorded = if session.recorded {
        Text::SupportRecorded
    } else {
        Text::SupportNotRecorded
    };
    lines.push(language.text(recorded).to_owned());
    lines.join("\n")
}

fn plain(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> SupportRecord {
        SupportRecord {
            operator: "Eva".into(),
            service: "files".into(),
            mode: "read_write".into(),
            reason: "<b>printer</b> & scanner".into(),
            recorded: true,
            ..SupportRecord::default()
        }
    }

    #[test]
    fn a_banner_says_why_and_whether_it_is_recorded_and_nothing_in_it_is_markup() {
        let said = banner(Language::ENGLISH, &session());
        assert!(
            said.contains("&lt;b&gt;printer&lt;/b&gt; &amp; scanner"),
            "{said}"
        );
        assert!(said.contains("The session is recorded."), "{said}");
        assert!(!said.contains("Ticket"), "{said}");
    }

    #[test]
    fn a_question_says_who_what_and_what_comes_of_no_answer() {
        let said = question(Language::ENGLISH, &session(), 30, false);
        assert!(said.contains("They want to open files."), "{said}");
        assert!(said.contains("in 30 seconds, it is denied"), "{said}");
        assert!(question(Language::ENGLISH, &session(), 30, true).contains("it is allowed"));
        assert_eq!(
            asks(Language::ENGLISH, &session()),
            "Eva wants to help on this computer"
        );
    }
}
