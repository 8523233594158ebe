//! Texts of the catalogue: summaries and words to search.

/// The first line of a description that says something, without Markdown marks.
#[must_use]
pub fn summary(markdown: &str) -> String {
    let line = markdown
        .lines()
        .map(|line| line.trim().trim_start_matches(['#', '>', '*', '-', ' ']))
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['*', '_', '`', '[']) {
        text.push_str(&rest[..at]);
        let (mark, after) = rest[at..].split_at(1);
        match link(after).filter(|_| mark == "[") {
            Some((label, behind)) => {
                text.push_str(label);
                rest = behind;
            }
            None => {
                if keeps(mark, &text, after) {
                    text.push_str(mark);
                }
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text.trim_end_matches('#').trim().to_owned()
}

/// The label of a link whose opening bracket was just read, and what is behind it.
fn link(after: &str) -> Option<(&str, &str)> {
    let (label, rest) = after.split_once("](")?;
    let (_, behind) = rest.split_once(')')?;
    Some((label, behind))
}

/// A mark inside a word, as in `snake_case`, or a bracket of its own is text.
fn keeps(mark: &str, before: &str, after: &str) -> bool {
    let in_word =
        before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric);
    mark == "[" || (mark == "_" && in_word)
}

/// Lower case, without the accents of the languages of the catalogue.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .map(|c| match c {
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'í' | 'ì' | 'î' | 'ï' => 'i',
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
            'ú' | 'ù' | 'û' | 'ü' => 'u',
            'ç' => 'c',
            'ñ' => 'n',
            'ÿ' | 'ý' => 'y',
            'ŀ' => 'l',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_the_first_line_without_marks() {
        assert_eq!(summary("\n# Draw **pictures**\n\nMore"), "Draw pictures");
        assert_eq!(
            summary("See [the manual](https://x.org) for `my_tool`"),
            "See the manual for my_tool"
        );
        assert_eq!(summary("a [b c"), "a [b c");
        assert_eq!(summary(""), "");
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(fold("Diseño GRÁFICO e\u{301}"), "diseno grafico e");
    }
}
