//! In which order packages are told that a search found.

/// How near a package is to what was looked for: the name itself, its beginning, a word of it, part of it, the summary,
/// the rest of the description. Of several words each counts.
pub(super) fn rank(name: &str, summary: &str, words: &[&str]) -> u32 {
    let (name, summary) = (name.to_lowercase(), summary.to_lowercase());
    let starts_a_word = |text: &str, word: &str| {
        text.split(|one: char| !one.is_alphanumeric())
            .any(|part| part.starts_with(word))
    };
    let of_word = |word: &&str| {
        let word = word.to_lowercase();
        if name == word {
            0
        } else if name.starts_with(&word) {
            1
        } else if starts_a_word(&name, &word) {
            2
        } else if name.contains(&word) {
            3
        } else if starts_a_word(&summary, &word) {
            4
        } else if summary.contains(&word) {
            5
        } else {
            6
        }
    };
    words.iter().map(of_word).sum()
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn the_name_comes_first_then_its_beginning_a_word_of_it_and_the_description() {
        let mut found = [
            ("zzz", "Nothing of the kind"),
            ("abc", "Reads a gimp file"),
            ("libgimp2.0", "Libraries"),
            ("a-gimp", "Something"),
            ("gimp-help", "Help"),
            ("GIMP", "Image editor"),
            ("aaa", "For pregimped files"),
        ];
        found.sort_by_cached_key(|(name, summary)| rank(name, summary, &["gimp"]));
        let names = found.map(|(name, _)| name);
        assert_eq!(
            names,
            [
                "GIMP",
                "gimp-help",
                "a-gimp",
                "libgimp2.0",
                "abc",
                "aaa",
                "zzz"
            ]
        );
        let both = rank("gimp", "edits images", &["gimp", "images"]);
        assert!(both < rank("gimp-data", "edits images", &["gimp", "images"]));
    }
}
