//! What the person reads. What operators wrote is shown as it is: some desktops take a text for markup.

use migasfree_dbus::{MessageRecord, SupportRecord};
use migasfree_types::shown::{shown, shown_line};

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

/// What a notice is about.
pub(super) fn title(language: Language, message: &MessageRecord) -> String {
    let counted = |text: Text| language.say(&text.with([i64::from(message.minutes).into()]));
    let operator = shown_line(&message.operator);
    match (message.kind.as_str(), message.minutes) {
        ("reboot", 0) => language.text(Text::SupportRebootNow).to_owned(),
        ("reboot", _) => counted(Text::SupportReboot),
        ("shutdown", 0) => language.text(Text::SupportShutdownNow).to_owned(),
        ("shutdown", _) => counted(Text::SupportShutdown),
        _ => language.fill(Text::SupportMessage, &[&operator]),
    }
}

/// What a notice says, and why. Who says it is in its title or here.
pub(super) fn message(language: Language, message: &MessageRecord) -> String {
    let mut lines = Vec::new();
    if matches!(message.kind.as_str(), "reboot" | "shutdown") {
        let operator = shown_line(&message.operator);
        lines.push(language.fill(Text::SupportOrdered, &[&operator]));
    }
    lines.extend([&message.title, &message.text].map(|text| shown(text).into_owned()));
    if !message.reason.is_empty() {
        let reason = shown_line(&message.reason);
        lines.push(language.fill(Text::SupportReason, &[&reason]));
    }
    lines.retain(|line| !line.is_empty());
    plain(&lines.join("\n"))
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
    fn a_message_says_who_what_and_why_and_nothing_in_it_is_markup() {
        let message = MessageRecord {
            kind: "message".into(),
            operator: "Eva".into(),
            title: "Printers".into(),
            text: "<i>They</i> are back.\nTry again.".into(),
            reason: "4711".into(),
            ..MessageRecord::default()
        };
        assert_eq!(title(Language::ENGLISH, &message), "Message from Eva");
        let said = super::message(Language::ENGLISH, &message);
        let wanted = "Printers\n&lt;i&gt;They&lt;/i&gt; are back.\nTry again.\nReason: 4711";
        assert_eq!(said, wanted);
    }

    #[test]
    fn a_restart_says_how_much_time_there_is() {
        let mut message = MessageRecord {
            kind: "reboot".into(),
            operator: "Eva".into(),
            minutes: 10,
            ..MessageRecord::default()
        };
        let told = title(Language::ENGLISH, &message);
        assert_eq!(told, "This computer restarts in 10 minutes: save your work");
        assert_eq!(
            super::message(Language::ENGLISH, &message),
            "Ordered by Eva."
        );
        message.minutes = 0;
        assert_eq!(
            title(Language::ENGLISH, &message),
            "This computer restarts now"
        );
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
