//! Reads enrolment tokens: what is read is the one spelling of a token.

use migasfree_native::token::EnrolmentToken;

/// Runs one input.
pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(token) = text.parse::<EnrolmentToken>() {
        assert_eq!(token.to_string(), text.trim());
    }
}
