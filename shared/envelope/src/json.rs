//! JSON as existing programs print it.

use serde::de::DeserializeOwned;

/// Reads JSON. Half of a surrogate pair, which programs print for bytes that are no text, becomes
/// U+FFFD.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let read = serde_json::from_slice(bytes).ok();
    read.or_else(|| serde_json::from_slice(&repaired(bytes)?).ok())
}

/// `bytes` without escapes of half a pair; `None` when there are none.
fn repaired(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut repaired = bytes.to_vec();
    let mut found = false;
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        at += match (rest[0], unit(rest)) {
            (b'\\', Some(0xd800..=0xdbff)) if is_second_half(&rest[6..]) => 12,
            (b'\\', Some(0xd800..=0xdfff)) => {
                repaired[at + 2..at + 6].copy_from_slice(b"fffd");
                found = true;
                6
            }
            (b'\\', _) => 2,
            _ => 1,
        };
    }
    found.then_some(repaired)
}

fn is_second_half(bytes: &[u8]) -> bool {
    matches!(unit(bytes), Some(0xdc00..=0xdfff))
}

/// The code unit of an escape at the begin of `bytes`.
fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
