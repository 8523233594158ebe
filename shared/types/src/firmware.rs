//! Hardware numbers that a maker left in the firmware of many computers, because nobody wrote one.

/// What the field knows. Upper and lower case, blanks, hyphens and dots make no difference. Beside these, any UUID of
/// sixteen equal bytes says nothing.
pub const FILLERS: &[&str] = &[
    "00000000-0000-0000-0000-000000000000",
    "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
    "FFFFFF00-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
    "00000000-0000-0000-0000-FFFFFFFFFFFF",
    "03000200-0400-0500-0006-000700080009",
    "03000200-0400-0500-0006-000700080008",
    "00010203-0405-0607-0809-0A0B0C0D0E0F",
    "00112233-4455-6677-8899-AABBCCDDEEFF",
    "01234567-8910-1112-1314-151617181920",
    "12345678-1234-1234-1234-123456789ABC",
    "12345678-1234-5678-90AB-CDDEEFAABBCC",
    "6AB5B300-538D-1014-9FB5-B0684D007B53",
    // Of boards whose service tag is blank.
    "4C4C4544-0000-2010-8020-80C04F202020",
    "0",
    "0123456789",
    "123456789",
    "1234567890",
    "Default",
    "Default string",
    "Empty",
    "Invalid",
    "N/A",
    "None",
    "Not Applicable",
    "Not Available",
    "Not Present",
    "Not Settable",
    "Not Specified",
    "Null",
    "O.E.M.",
    "OEM",
    "System Serial Number",
    "System UUID",
    "To be filled by O.E.M.",
    "To be set by OEM",
    "Undefined",
    "Unknown",
];

/// Whether a number says nothing: it is blank, or one of `fillers` in any spelling, also as firmware reports it that
/// keeps the first three groups the other way round.
#[must_use]
pub fn is_filler<T: AsRef<str>>(number: &str, fillers: &[T]) -> bool {
    let number = spelling(number);
    let swapped = byte_swapped(&number);
    number.is_empty()
        || is_one_byte(&number)
        || fillers.iter().any(|filler| {
            let filler = spelling(filler.as_ref());
            filler == number || Some(&filler) == swapped.as_ref()
        })
}

fn spelling(text: &str) -> String {
    text.chars()
        .filter(|character| character.is_alphanumeric())
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

/// Sixteen times the same.
fn is_one_byte(digits: &str) -> bool {
    let mut bytes = digits.as_bytes().chunks(2);
    let first = bytes.next().unwrap_or_default();
    digits.len() == 32
        && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        && bytes.all(|byte| byte == first)
}

/// 32 digits with the bytes of the first three groups in reverse.
fn byte_swapped(digits: &str) -> Option<String> {
    if digits.len() != 32 || !digits.is_ascii() {
        return None;
    }
    let bytes = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    Some(bytes.iter().map(|at| &digits[at * 2..at * 2 + 2]).collect())
}

#[cfg(test)]
mod tests {
    use super::{FILLERS, is_filler};

    #[test]
    fn what_nobody_wrote_is_no_number_in_any_spelling() {
        for filler in [
            "",
            " \n",
            "00000000000000000000000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "{03000200-0400-0500-0006-000700080009}",
            "00020003-0004-0005-0006-000700080009",
            "20202020-2020-2020-2020-202020202020",
            "default STRING",
            "To Be Filled By O.E.M.",
            "To be filled by OEM",
        ] {
            assert!(is_filler(filler, FILLERS), "{filler}");
        }
        for number in [
            "4C4C4544-0036-3010-8056-B7C04F4E4B32",
            "00000000-0000-0000-0000-525400AABBCC",
            "SN-0001",
        ] {
            assert!(!is_filler(number, FILLERS), "{number}");
        }
    }
}
