//! The order of Debian versions (`deb-version(7)`).

use std::borrow::Cow;
use std::cmp::Ordering;

/// Compares two versions as dpkg does. Texts that are no versions have an order too,
/// though not a meaningful one.
pub fn compare_versions(left: &str, right: &str) -> Ordering {
    let (left_epoch, left) = epoch(left);
    let (right_epoch, right) = epoch(right);
    let (left_upstream, left_revision) = revision(left);
    let (right_upstream, right_revision) = revision(right);
    number(left_epoch, right_epoch)
        .then_with(|| part(left_upstream, right_upstream))
        .then_with(|| part(left_revision, right_revision))
}

/// A version as dpkg writes it down: an epoch of zero is none, and no epoch begins with zeros.
#[must_use]
pub fn written_version(version: &str) -> Cow<'_, str> {
    let Some((epoch, rest)) = version.split_once(':') else {
        return Cow::Borrowed(version);
    };
    if epoch.is_empty() || !epoch.bytes().all(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(version);
    }
    match epoch.trim_start_matches('0') {
        // Without it, what stands before the next colon would be one.
        "" if rest.contains(':') => Cow::Owned(format!("0:{rest}")),
        "" => Cow::Borrowed(rest),
        number if number.len() == epoch.len() => Cow::Borrowed(version),
        number => Cow::Owned(format!("{number}:{rest}")),
    }
}

/// What makes dpkg refuse a version, to go after the field's name.
pub(crate) fn flaw(version: &str) -> Option<&'static str> {
    let made_of = |text: &str, others: &str| {
        text.chars()
            .all(|char| char.is_ascii_alphanumeric() || others.contains(char))
    };
    let (epoch, rest) = match version.split_once(':') {
        Some((epoch, rest)) => (Some(epoch), rest),
        None => (None, version),
    };
    let (upstream, revision) = match rest.rsplit_once('-') {
        Some((upstream, revision)) => (upstream, Some(revision)),
        None => (rest, None),
    };
    let digits = |epoch: &str| epoch.bytes().all(|byte| byte.is_ascii_digit());
    // dpkg keeps it in a C int.
    if epoch.is_some_and(|epoch| !digits(epoch) || epoch.parse::<i32>().is_err()) {
        Some("has an epoch that is no number dpkg takes")
    } else if upstream.is_empty() {
        Some("has nothing but an epoch or a revision")
    } else if revision == Some("") {
        Some("ends with the hyphen of a revision that is not there")
    } else if !made_of(upstream, ".-+~:") || !revision.is_none_or(|text| made_of(text, ".+~")) {
        Some("has characters that are not allowed")
    } else if !upstream.starts_with(|first: char| first.is_ascii_digit()) {
        Some("does not begin with a digit")
    } else {
        None
    }
}

fn epoch(version: &str) -> (&str, &str) {
    version.split_once(':').unwrap_or(("", version))
}

fn revision(version: &str) -> (&str, &str) {
    version.rsplit_once('-').unwrap_or((version, ""))
}

fn part(mut left: &str, mut right: &str) -> Ordering {
    loop {
        let (left_text, left_rest) = split(left, |byte| !byte.is_ascii_digit());
        let (right_text, right_rest) = split(right, |byte| !byte.is_ascii_digit());
        let (left_number, left_rest) = split(left_rest, |byte| byte.is_ascii_digit());
        let (right_number, right_rest) = split(right_rest, |byte| byte.is_ascii_digit());
        let order = text(left_text, right_text).then_with(|| number(left_number, right_number));
        if order.is_ne() || (left_rest.is_empty() && right_rest.is_empty()) {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
}

fn split(value: &str, belongs: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = value
        .bytes()
        .position(|byte| !belongs(byte))
        .unwrap_or(value.len());
    value.split_at(end)
}

fn number(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// Letters before everything else, `~` even before the end.
fn text(left: &str, right: &str) -> Ordering {
    let weight = |byte: Option<u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(byte),
        Some(byte) => i32::from(byte) + 256,
    };
    let (mut left, mut right) = (left.bytes(), right.bytes());
    loop {
        let (a, b) = (left.next(), right.next());
        let order = weight(a).cmp(&weight(b));
        if order.is_ne() || (a.is_none() && b.is_none()) {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_of_zero_is_not_written() {
        for (given, written) in [
            ("1.0", "1.0"),
            ("0:1.0", "1.0"),
            ("00:1.0-1", "1.0-1"),
            ("1:1.0", "1:1.0"),
            ("01:1.0", "1:1.0"),
            ("10:0", "10:0"),
            ("0:1:2", "0:1:2"),
            ("00:1:2", "0:1:2"),
            (":1", ":1"),
            ("x:1", "x:1"),
        ] {
            assert_eq!(written_version(given), written);
            assert_eq!(written_version(written), written);
        }
    }

    #[test]
    fn versions_have_dpkg_s_order() {
        let ascending = [
            "0~~",
            "0~",
            "0",
            "0a",
            "1.0~rc1-1",
            "1.0~rc1-2",
            "1.0",
            "1.0-1",
            "1.0-1+b1",
            "1.0-1.1",
            "1.0a",
            "1.0+git",
            "1.0.1",
            "1.2",
            "1.10",
            "1:0.1",
            "10:0",
        ];
        for (index, left) in ascending.iter().enumerate() {
            for (other, right) in ascending.iter().enumerate() {
                assert_eq!(
                    compare_versions(left, right),
                    index.cmp(&other),
                    "{left} {right}"
                );
            }
        }
        assert_eq!(compare_versions("0:1.00", "1.0-0"), Ordering::Equal);
    }
}
