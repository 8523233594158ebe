//! Text made comparable: lower case, without accents.

/// Folds a text for searching.
pub fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .flat_map(|letter| plain(letter).chars().chain(kept(letter)))
        .collect()
}

fn kept(letter: char) -> Option<char> {
    plain(letter).is_empty().then_some(letter)
}

/// The plain letters for an accented one; empty when it is plain already.
fn plain(letter: char) -> &'static str {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' => "s",
        'ť' | 'ţ' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        _ => "",
    }
}

/// Whether two words differ by at most one letter: one more, one less, one other, or two swapped.
pub fn nearly(left: &str, right: &str) -> bool {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let same_head = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[same_head..], &right[same_head..]);
    match (left, right) {
        ([], []) | ([_], []) | ([], [_]) => true,
        ([_, tail @ ..], other) if tail == other => true,
        (other, [_, tail @ ..]) if tail == other => true,
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([a, b, tail @ ..], [c, d, other @ ..]) => a == d && b == c && tail == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_do_not_matter() {
        assert_eq!(fold("Diseño GRÁFICO"), "diseno grafico");
        assert_eq!(fold("Œuvre Straße"), "oeuvre strasse");
        assert_eq!(fold("日本"), "日本");
    }

    #[test]
    fn a_slip_of_the_finger_is_near_and_two_are_not() {
        for (typed, meant) in [
            ("gimp", "gimp"),
            ("gmp", "gimp"),
            ("giimp", "gimp"),
            ("gamp", "gimp"),
            ("igmp", "gimp"),
            ("gim", "gimp"),
        ] {
            assert!(nearly(typed, meant), "{typed} {meant}");
        }
        assert!(!nearly("blender", "gimp"));
        assert!(!nearly("gaap", "gimp"));
        assert!(!nearly("gi", "gimp"));
    }
}
