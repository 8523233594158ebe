//! The textual armour of keys (RFC 7468), as far as unencrypted RSA keys need it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Characters of base64 per line of armour.
const LINE: usize = 64;

/// One armoured block: what kind of key it says to be, and its DER bytes.
pub(crate) struct Block<'a> {
    pub label: &'a str,
    pub der: Vec<u8>,
}

/// The first armoured block of `text`, whatever surrounds it.
pub(crate) fn parse(text: &str) -> Option<Block<'_>> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let end = format!("-----END {label}-----");
    let (body, _) = rest.split_once(&end)?;
    let packed: String = body.split_ascii_whitespace().collect();
    let der = STANDARD.decode(packed).ok()?;
    Some(Block { label, der })
}

/// Armours `der` under `label`, with a newline at the end.
pub(crate) fn render(label: &str, der: &[u8]) -> String {
    let packed = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = packed.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(LINE));
        text.push_str(line);
        text.push('\n');
        rest = tail;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}
