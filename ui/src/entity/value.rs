//! Reading what the server sends: rows are JSON, because columns are declared and not typed.
use serde_json::Value;

/// The member a dotted path leads to.
pub fn at<'a>(object: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(object, |object, member| {
        object.get(member).unwrap_or(&Value::Null)
    })
}

/// A text member; numbers are written, everything else is empty.
pub fn text(object: &Value, path: &str) -> String {
    match at(object, path) {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// A whole number.
pub fn number(object: &Value, path: &str) -> Option<u64> {
    at(object, path).as_u64()
}

/// An id.
pub fn id(object: &Value) -> i64 {
    object
        .get("id")
        .or_else(|| object.get("pk"))
        .and_then(Value::as_i64)
        .unwrap_or_default()
}

/// Yes or no.
pub fn flag(object: &Value, path: &str) -> bool {
    at(object, path).as_bool().unwrap_or_default()
}

/// The objects of a list member.
pub fn list<'a>(object: &'a Value, path: &str) -> &'a [Value] {
    at(object, path).as_array().map_or(&[], Vec::as_slice)
}

/// The first of `members` that has a text.
pub fn text_of(object: &Value, members: &[&str]) -> String {
    members
        .iter()
        .map(|member| text(object, member))
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

/// How an attribute is written: prefix and value.
pub fn attribute_parts(object: &Value) -> (String, String) {
    let prefix = text(object, "property_att.prefix");
    let value = text_of(object, &["value", "name", "__str__"]);
    (prefix, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_leads_into_nested_objects() {
        let row = json!({"project": {"platform": {"name": "Linux"}}});
        assert_eq!(text(&row, "project.platform.name"), "Linux");
        assert_eq!(text(&row, "project.nothing.name"), "");
    }

    #[test]
    fn the_text_of_an_object_is_its_first_filled_member() {
        let row = json!({"name": "", "fullname": "vlc_3.deb"});
        assert_eq!(text_of(&row, &["name", "fullname"]), "vlc_3.deb");
    }
}
