//! Messages on the bus: JSON with `code`, `args` and `text`, beside the English text, which older programs read.

use migasfree_types::message::Message;

/// As it is written.
#[must_use]
pub fn written(message: &Message) -> String {
    serde_json::to_string(message).unwrap_or_default()
}

/// As it is read. A daemon that tells no codes tells its English text.
#[must_use]
pub fn read(said: &str, text: &str) -> Message {
    serde_json::from_str(said).unwrap_or_else(|_| Message::verbatim(text))
}
