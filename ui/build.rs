//! Takes in what the server declares and the words in English, and keeps relocations in the WebAssembly: `cargo xtask wasm` needs them to cut off the parts
//! that are loaded after the first page.
use serde_json::Value;
use std::{env, error::Error, fs, path::Path};

/// A test of the server says when this is out of date.
const DECLARED: &str = "../tests/reference/meta.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={DECLARED}");
    let declared: Vec<Value> = serde_json::from_str(&fs::read_to_string(DECLARED)?)?;
    let all: Vec<String> = declared.iter().map(entity).collect();
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("told.rs"), all.join("\n"))?;
    let words = migasfree_locales::words::declared(migasfree_locales::CONSOLE_ENGLISH)?;
    fs::write(Path::new(&out).join("words.rs"), words)?;
    if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|target| target == "wasm32") {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
    Ok(())
}

/// `pub const CORE_STORE: Told = …;`
fn entity(declared: &Value) -> String {
    let model = text(declared, "name");
    let right = |name: &str| flag(&declared["rights"], name);
    format!(
        "pub const {}: Told = Told {{ model: {model:?}, api: \"{}/\", viewed_with: &{:?}, belongs: Belongs::{}, ordering: {:?}, exported: {}, \
         changed: {}, deleted: {}, members: &[{}], filters: &[{}] }};",
        model.replace('.', "_").to_uppercase(),
        text(declared, "route"),
        texts(declared, "viewed_with"),
        capital(text(declared, "belongs")),
        ordering(declared),
        flag(declared, "exported"),
        right("change"),
        right("delete"),
        each(declared, "fields", member),
        each(declared, "filters", filter),
    )
}

/// The first key, where it is a member of the rows themselves.
fn ordering(declared: &Value) -> &str {
    let first = declared["ordering"][0].as_str();
    first.filter(|key| !key.contains("__")).unwrap_or("name")
}

fn member(field: &Value) -> String {
    let bound = |name: &str, none: &str| {
        let bound = field[name].as_i64();
        bound.map_or_else(|| none.to_owned(), |bound| bound.to_string())
    };
    let bounds = || {
        let (min, max) = (
            bound("min_value", "i64::MIN"),
            bound("max_value", "i64::MAX"),
        );
        format!("{{ min: {min}, max: {max} }}")
    };
    let kind = match text(field, "kind") {
        "long_text" => "Area".to_owned(),
        "email" => "Email".to_owned(),
        "lines" => "Lines".to_owned(),
        "boolean" => "Flag".to_owned(),
        "date" => "Date".to_owned(),
        "time" => "Moment".to_owned(),
        "file" => "File".to_owned(),
        "integer" => format!("Number {}", bounds()),
        "number" => format!("Decimal {}", bounds()),
        // What is chosen is said where it is asked for.
        _ => "Text".to_owned(),
    };
    let name = text(field, "name");
    let required = call(flag(field, "required"), ".required()");
    let fixed = call(flag(field, "fixed"), ".fixed()");
    let initial = match &field["default"] {
        Value::Bool(true) => ".begins(Initial::Flag(true))".to_owned(),
        Value::String(text) if !text.is_empty() => format!(".begins(Initial::Text({text:?}))"),
        Value::Number(number) if number.is_i64() => format!(".begins(Initial::Number({number}))"),
        _ => String::new(),
    };
    format!(
        "Member {{ null: {}, sortable: {}, field: Field::new({name:?}, Label::NONE, Kind::{kind}){required}{fixed}{initial} }}",
        flag(field, "null"),
        flag(field, "sortable"),
    )
}

fn filter(filter: &Value) -> String {
    let name = text(filter, "name");
    let kind = match (text(filter, "operator"), text(filter, "kind")) {
        ("is_null", _) => "Presence",
        (_, "boolean") => "Flag",
        ("at_least", "time" | "date") => "Since",
        ("less_than", "time" | "date") => "Before",
        _ => "Text",
    };
    format!("Filter::new({name:?}, Label::NONE, FilterKind::{kind})")
}

fn each(declared: &Value, name: &str, write: fn(&Value) -> String) -> String {
    let all = declared[name].as_array().into_iter().flatten();
    let all: Vec<String> = all.map(write).collect();
    all.join(", ")
}

fn call(wanted: bool, call: &'static str) -> &'static str {
    if wanted { call } else { "" }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn texts<'a>(value: &'a Value, name: &str) -> Vec<&'a str> {
    let all = value[name].as_array().into_iter().flatten();
    all.filter_map(Value::as_str).collect()
}

fn flag(value: &Value, name: &str) -> bool {
    value[name].as_bool().unwrap_or_default()
}

/// `viewers` is `Viewers`.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
