//! What the daemon says, in the reader's language.

use super::Locale;
use migasfree_play_records::Fault;
use migasfree_types::{
    message::{Catalog, Malformed, Message},
    shown::shown,
};
use std::cell::RefCell;

thread_local! {
    static SAID: RefCell<Vec<(Locale, Catalog)>> = const { RefCell::new(Vec::new()) };
}

/// Takes in what the daemon says in a language.
pub fn learn(locale: Locale, file: &str) -> Result<(), Malformed> {
    let catalog = Catalog::read(locale.tag, file)?;
    SAID.with_borrow_mut(|said| said.push((locale, catalog)));
    Ok(())
}

/// A message in words; names in it may come from anywhere.
fn said(message: &Message, locale: Locale) -> String {
    SAID.with_borrow(|said| {
        let catalog = said.iter().find(|(one, _)| *one == locale);
        let text = catalog.map_or_else(
            || message.text.clone(),
            |(_, catalog)| catalog.text(message),
        );
        shown(&text).into_owned()
    })
}

/// A code with what was said of it, for the helpdesk.
pub fn details(code: &str, message: Option<&Message>, locale: Locale) -> String {
    match message.map(|message| said(message, locale)) {
        Some(words) if !words.is_empty() => format!("{code}: {words}"),
        _ => code.to_owned(),
    }
}

/// The same of a fault.
pub fn fault_details(fault: &Fault, locale: Locale) -> String {
    details(&fault.code, Some(&fault.said), locale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use migasfree_locales::CLIENT;

    fn spanish() -> Locale {
        let spanish = Locale::of("es");
        let mut files = CLIENT.iter();
        let file = files.find(|(tag, _)| *tag == spanish.tag);
        assert_eq!(learn(spanish, file.map_or("", |(_, file)| *file)), Ok(()));
        spanish
    }

    #[test]
    fn what_the_daemon_says_is_said_in_the_language_of_the_view() {
        let message = Message {
            code: "ErrorPackageNotFound".into(),
            args: [("name".into(), "ledger".into())].into(),
            text: "No package called ledger is known.".to_owned(),
        };
        let fault = Fault::saying("not-found", message);
        let spanish = fault_details(&fault, spanish());
        assert!(
            spanish.starts_with("not-found: No se conoce ningún paquete llamado ledger"),
            "{spanish}"
        );
        let english = fault_details(&fault, Locale::ENGLISH);
        assert_eq!(english, "not-found: No package called ledger is known.");
    }

    #[test]
    fn what_has_no_code_stays_as_it_is() {
        let fault = Fault::new("internal", "i/o error");
        assert_eq!(fault_details(&fault, spanish()), "internal: i/o error");
        assert_eq!(details("interrupted", None, spanish()), "interrupted");
    }
}
