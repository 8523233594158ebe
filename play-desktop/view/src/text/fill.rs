//! Values in texts.

/// Puts values where `{name}` stands; the values themselves are not looked into.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, after) = rest.split_at(start);
        filled.push_str(before);
        let value = after.find('}').and_then(|end| {
            let name = &after[1..end];
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, end))
        });
        match value {
            Some((value, end)) => {
                filled.push_str(value);
                rest = &after[end + 1..];
            }
            None => {
                filled.push('{');
                rest = &after[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::fill;
    use serde_json::Value;
    use std::collections::BTreeMap;

    #[test]
    fn values_stand_where_their_names_stood() {
        let values = [("name", "{title}"), ("title", "x")];
        assert_eq!(
            fill("¿Quitar {name}? {other}", &values),
            "¿Quitar {title}? {other}"
        );
    }

    /// Text by key, flattened.
    fn texts(json: &str) -> BTreeMap<String, String> {
        let Value::Object(groups) = serde_json::from_str(json).unwrap() else {
            panic!("a language is an object");
        };
        let mut texts = BTreeMap::new();
        for (group, value) in groups {
            match value {
                Value::Object(inner) => {
                    for (key, text) in inner {
                        texts.insert(format!("{group}.{key}"), text.as_str().unwrap().to_owned());
                    }
                }
                text => {
                    texts.insert(group, text.as_str().unwrap().to_owned());
                }
            }
        }
        texts
    }

    fn names(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> = text
            .split('{')
            .skip(1)
            .filter_map(|part| part.split('}').next())
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn both_languages_have_every_text_with_the_same_values() {
        let english = texts(include_str!("../../locales/en.json"));
        let spanish = texts(include_str!("../../locales/es.json"));
        assert!(english.keys().eq(spanish.keys()));
        for (key, text) in &english {
            let translated = &spanish[key];
            assert!(!translated.trim().is_empty(), "{key}");
            assert_eq!(names(text), names(translated), "{key}");
        }
    }
}
