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
