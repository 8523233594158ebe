//! Words that are taken for names of packages, whatever shell or option they look like.

/// Characters of the longest name.
pub(super) const LONGEST: usize = 128;

/// The names most systems know, among them `group/name`, `name=version` and `name-version.architecture`.
pub(super) fn is_common_name(word: &str) -> bool {
    word.len() <= 2 * LONGEST
        && (begins_well(word) || word.starts_with(['@', '_']))
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"@._+-~^:=/".contains(&byte))
}

/// Whether a word begins with a letter or a digit.
pub(super) fn begins_well(text: &str) -> bool {
    text.bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphanumeric())
}
