//! Languages of property and fault code.

/// Languages in the order of their stored number.
pub const LANGUAGES: [&str; 7] = ["bash", "python", "perl", "php", "ruby", "cmd", "powershell"];

/// The name clients know a stored number by; `bash` for a number that has none.
#[must_use]
pub fn name(number: i64) -> &'static str {
    usize::try_from(number)
        .ok()
        .and_then(|index| LANGUAGES.get(index))
        .unwrap_or(&LANGUAGES[0])
}
