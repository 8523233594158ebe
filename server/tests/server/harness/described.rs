//! Whether values are what the server's own description of its API says. Every answer to the organisation's administrator is looked at.

use std::sync::LazyLock;

use migasfree_server::app::described as described_besides;
use migasfree_server_api::openapi;
use migasfree_server_domain::declared::registry;
use reqwest::Method;
use serde_json::Value;

use super::Answer;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(&openapi::document(registry(), &described_besides())).unwrap()
});

/// What the description says otherwise than the answer to a request; nothing where it says nothing of such a request.
pub fn difference(method: &Method, path: &str, answer: &Answer) -> Option<String> {
    let operation = described(path)?.get(method.as_str().to_lowercase())?;
    // That a server may fail goes without saying.
    if answer.status >= 500 {
        return None;
    }
    let Some(response) = operation["responses"].get(answer.status.to_string()) else {
        return Some("the status is not described".to_owned());
    };
    let Some(contents) = response["content"].as_object() else {
        return (!answer.text.is_empty()).then(|| "a body is not described".to_owned());
    };
    let media_type = answer.header("content-type").split(';').next().unwrap();
    let Some(content) = contents.get(media_type) else {
        return Some(format!("{media_type:?} is not described"));
    };
    if !media_type.ends_with("json") {
        return None;
    }
    broken(&content["schema"], &answer.json)
}

/// The calls about one's own account that are not for everybody, of an object that is not there.
pub fn of_own_account() -> Vec<(Method, String)> {
    for_operators(|path, _| is_own(path))
}

/// The calls that are about no entity and nobody's own account, and not for everybody.
pub fn besides_entities() -> Vec<(Method, String)> {
    // Of what is not generated from an entity, nothing says that other formats than JSON are refused.
    for_operators(|path, operation| !is_own(path) && operation["responses"].get("406").is_none())
}

fn is_own(path: &str) -> bool {
    let own = [
        "/rest-auth/",
        "/api/v1/token/account/",
        "/api/v1/token/device-code/",
    ];
    own.iter().any(|own| path.starts_with(own))
}

fn for_operators(is_meant: impl Fn(&str, &Value) -> bool) -> Vec<(Method, String)> {
    let mut calls = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let for_everybody = operation["security"].is_array();
            let is_call = operation.get("responses").is_some();
            if !for_everybody && is_call && is_meant(path, operation) {
                calls.push((method, path.replace("{id}", "4711")));
            }
        }
    }
    calls
}

/// What the description says of an address; names come before placeholders.
fn described(path: &str) -> Option<&'static Value> {
    let path = path.split('?').next()?;
    let paths = DOCUMENT["paths"].as_object()?;
    if let Some(item) = paths.get(path) {
        return Some(item);
    }
    let (_, item) = paths.iter().find(|(name, _)| {
        let (ours, theirs) = (name.split('/'), path.split('/'));
        ours.clone().count() == theirs.clone().count()
            && ours
                .zip(theirs)
                .all(|(ours, theirs)| ours == theirs || ours == "{id}" && !theirs.is_empty())
    })?;
    Some(item)
}

/// Where a value does not keep to a schema of the description, of whose words these are all that are used.
pub fn broken(schema: &Value, value: &Value) -> Option<String> {
    let words = schema.as_object().unwrap();
    words.iter().find_map(|(word, wanted)| {
        let kept = match word.as_str() {
            "$ref" => {
                let place = wanted.as_str().unwrap().trim_start_matches('#');
                return broken(DOCUMENT.pointer(place).unwrap(), value);
            }
            "properties" => {
                let mut members = wanted.as_object().unwrap().iter();
                return members.find_map(|(name, schema)| {
                    let broken = broken(schema, value.get(name)?)?;
                    Some(format!("{name}: {broken}"))
                });
            }
            "additionalProperties" => {
                let mut members = value.as_object().into_iter().flatten();
                return members
                    .find_map(|(name, value)| Some(format!("{name}: {}", broken(wanted, value)?)));
            }
            "items" => {
                let mut items = value.as_array().into_iter().flatten();
                return items.find_map(|value| broken(wanted, value));
            }
            "anyOf" => choices(wanted).any(|schema| broken(schema, value).is_none()),
            "oneOf" => {
                let fitting = choices(wanted).filter(|schema| broken(schema, value).is_none());
                fitting.count() == 1
            }
            "type" => match wanted {
                Value::Array(types) => types.iter().any(|wanted| is_of(wanted, value)),
                wanted => is_of(wanted, value),
            },
            "enum" => choices(wanted).any(|choice| choice == value),
            "required" => choices(wanted)
                .all(|name| !value.is_object() || value.get(name.as_str().unwrap()).is_some()),
            "minimum" => value.as_f64() >= wanted.as_f64() || !value.is_number(),
            "maximum" => value.as_f64() <= wanted.as_f64() || !value.is_number(),
            "minLength" => letters(value).is_none_or(|count| count >= wanted.as_u64().unwrap()),
            "maxLength" => letters(value).is_none_or(|count| count <= wanted.as_u64().unwrap()),
            "minItems" => value
                .as_array()
                .is_none_or(|items| items.len() as u64 >= wanted.as_u64().unwrap()),
            "pattern" => value.as_str().is_none_or(|text| {
                regex::Regex::new(wanted.as_str().unwrap())
                    .unwrap()
                    .is_match(text)
            }),
            "format" | "description" | "title" => true,
            other => panic!("{other:?} is not known here yet"),
        };
        (!kept).then(|| format!("{value} breaks {word:?}: {wanted}"))
    })
}

fn choices(list: &Value) -> std::slice::Iter<'_, Value> {
    list.as_array().unwrap().iter()
}

fn letters(value: &Value) -> Option<u64> {
    value.as_str().map(|text| text.chars().count() as u64)
}

fn is_of(wanted: &Value, value: &Value) -> bool {
    match wanted.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other:?} is no type"),
    }
}
