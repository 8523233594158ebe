//! Reading what the server sends: rows are JSON, because columns are declared and not typed.
use crate::text::{said, t};
use migasfree_types::shown::{shown, shown_line};
use serde_json::Value;

/// The member a dotted path leads to.
pub fn at<'a>(object: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(object, |object, member| {
        object.get(member).unwrap_or(&Value::Null)
    })
}

/// Whether nothing was entered.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// Changes when anything in the object does.
pub fn stamp(object: &Value) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    object.to_string().hash(&mut hasher);
    hasher.finish()
}

/// A text as it may be shown: characters that would act on it are seen. Forms read values as they are.
pub fn lines(text: &str) -> String {
    shown(text).into_owned()
}

/// The same for a text that stays in one line.
pub fn line(text: &str) -> String {
    shown_line(text).into_owned()
}

/// A text member, to be shown; numbers are written, everything else is empty.
pub fn text(object: &Value, path: &str) -> String {
    match at(object, path) {
        Value::String(text) => said_beside(object, path).unwrap_or_else(|| lines(text)),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// What the server says is beside its English text as a message with code and arguments.
fn said_beside(object: &Value, path: &str) -> Option<String> {
    let beside = object.get("message_said").filter(|_| path == "message")?;
    let message = serde_json::from_value(beside.clone()).ok()?;
    Some(said(&message))
}

/// The address of a file of this server as a page of it may ask for it: whatever name the page itself came by.
pub fn file(object: &Value, path: &str) -> String {
    let address = text(object, path);
    match address.find("/public/") {
        Some(start) => address.get(start..).unwrap_or_default().to_owned(),
        None => address,
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

/// Members that hold the name of most objects.
pub const NAMES: &[&str] = &["__str__", "name", "fullname", "username", "value"];

/// Whether the server says that the object is there, but not for the reader to see.
pub fn is_hidden(object: &Value) -> bool {
    object.get("hidden") == Some(&Value::Bool(true))
}

/// What an object is called; says so where the reader may not see it.
pub fn name_of(object: &Value, members: &[&str]) -> String {
    if is_hidden(object) {
        t!(common.hidden).to_owned()
    } else {
        text_of(object, members)
    }
}

/// What the object in a member is called.
pub fn related(object: &Value, path: &str) -> String {
    name_of(at(object, path), NAMES)
}

/// The first line that says something: what a computer reports often begins with a line of dashes and the time.
pub fn gist(text: &str) -> &str {
    let says = |line: &&str| {
        line.chars()
            .any(|letter| letter.is_alphabetic() && !matches!(letter, 'T' | 'Z'))
    };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .clone()
        .find(says)
        .or_else(|| lines.next())
        .unwrap_or_default()
}

/// Four characters each, as they are compared, read aloud and typed.
pub fn in_groups(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups = letters.chunks(4);
    let groups: Vec<String> = groups.map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// The prefix of the attributes that stand for computers.
pub const CID: &str = "CID";

/// Prefix and value of an attribute. One that stands for a computer is written as the computer itself, with its host name
/// where that is known: `CID-11 harbour-nb013`, without a prefix of its own.
pub fn attribute_parts(object: &Value) -> (String, String) {
    let prefix = text(object, "property_att.prefix");
    let value = text_of(object, &["value", "name", "__str__"]);
    if prefix == CID {
        let host = line(&text(object, "description"));
        return (
            String::new(),
            format!("{CID}-{value} {host}").trim_end().to_owned(),
        );
    }
    (prefix, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_attribute_that_stands_for_a_computer_is_written_as_the_computer() {
        let mut row = json!({"value": "11", "property_att": {"prefix": "CID"}});
        assert_eq!(attribute_parts(&row).1, "CID-11");
        row["description"] = json!("harbour-nb013");
        assert_eq!(
            attribute_parts(&row),
            (String::new(), "CID-11 harbour-nb013".to_owned())
        );
        let other =
            json!({"value": "north", "property_att": {"prefix": "LOC"}, "description": "x"});
        assert_eq!(
            attribute_parts(&other),
            ("LOC".to_owned(), "north".to_owned())
        );
    }

    #[test]
    fn a_notification_is_read_in_the_language_of_the_reader() {
        crate::text::speak("es");
        let mut row = json!({
            "message": "New computer CID-7 (lab) in Desk",
            "message_said": {
                "code": "new_computer",
                "args": {"computer": "CID-7", "name": "lab", "project": "Desk"},
                "text": "New computer CID-7 (lab) in Desk"
            }
        });
        assert_eq!(text(&row, "message"), "Nuevo equipo CID-7 (lab) en Desk");
        row["message_said"] = Value::Null;
        assert_eq!(text(&row, "message"), "New computer CID-7 (lab) in Desk");
    }

    #[test]
    fn a_path_leads_into_nested_objects() {
        let row = json!({"project": {"platform": {"name": "Linux"}}});
        assert_eq!(text(&row, "project.platform.name"), "Linux");
        assert_eq!(text(&row, "project.nothing.name"), "");
    }

    #[test]
    fn a_file_is_asked_for_where_the_page_came_from() {
        let row = json!({"icon": "http://10.0.0.1:8080/public/icons/1.svg", "none": null});
        assert_eq!(file(&row, "icon"), "/public/icons/1.svg");
        assert_eq!(file(&row, "none"), "");
    }

    #[test]
    fn what_is_compared_is_written_in_groups() {
        assert_eq!(in_groups("ABCDEFGHIJ"), "ABCD EFGH IJ");
        assert_eq!(in_groups(""), "");
    }

    #[test]
    fn a_report_is_summed_up_by_what_it_says() {
        let report =
            "--------------------\n2026-11-29 10:02:11\nE: Unable to locate package vlcc\n\n";
        assert_eq!(gist(report), "E: Unable to locate package vlcc");
        assert_eq!(
            gist("---- 2026-11-29T10:02:11Z ----\nNo space left"),
            "No space left"
        );
        assert_eq!(gist("\n  one\ntwo"), "one");
        assert_eq!(gist("-----\n404"), "-----");
        assert_eq!(gist(""), "");
    }

    #[test]
    fn a_hidden_object_is_said_to_be_hidden() {
        let row = json!({"project": {"id": 3, "name": "", "hidden": true}, "store": {"id": 4, "name": "main"}, "schedule": null});
        assert_eq!(related(&row, "project"), "Not visible to you");
        assert_eq!(related(&row, "store"), "main");
        assert_eq!(related(&row, "schedule"), "");
    }

    #[test]
    fn what_acts_on_a_text_is_seen() {
        let row = json!({"name": "photo\u{202e}gnp.exe", "output": "one\n\u{1b}[2Jtwo"});
        assert_eq!(text(&row, "name"), "photo\\u{202e}gnp.exe");
        assert_eq!(text(&row, "output"), "one\n\\x1b[2Jtwo");
    }

    #[test]
    fn the_text_of_an_object_is_its_first_filled_member() {
        let row = json!({"name": "", "fullname": "vlc_3.deb"});
        assert_eq!(text_of(&row, &["name", "fullname"]), "vlc_3.deb");
    }
}
