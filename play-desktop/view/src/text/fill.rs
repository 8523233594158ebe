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
    use super::fill;

    #[test]
    fn values_stand_where_their_names_stood() {
        let values = [("name", "{title}"), ("title", "x")];
        assert_eq!(
            fill("¿Quitar {name}? {other}", &values),
            "¿Quitar {title}? {other}"
        );
    }
}
