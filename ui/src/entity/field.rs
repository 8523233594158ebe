//! A field of a form.
use super::{Entity, value};
use crate::{form::FormState, text::Label};
use migasfree_ui_kit::Choice;
use serde_json::{Value, json};

/// Fields that belong together.
pub struct Section {
    pub title: Label,
    pub help: Option<Label>,
    pub fields: &'static [Field],
}

/// A declared field.
pub struct Field {
    /// Member of the object, and where the server's errors point.
    pub name: &'static str,
    pub label: Label,
    pub help: Option<Label>,
    /// The help is for who enters something, and says nothing about what is there.
    pub prompts: bool,
    /// What follows from changing it in an object that is there; said once somebody does.
    pub warning: Option<Label>,
    pub kind: Kind,
    pub required: bool,
    /// Cannot be changed once the object exists.
    pub fixed: bool,
    /// Names of packages: what nothing in the project offers is refused until somebody insists.
    pub offered: bool,
    /// Value in a new object.
    pub initial: fn() -> Value,
}

/// How it is entered.
pub enum Kind {
    Text,
    Mono,
    Email,
    Number {
        min: i64,
        max: i64,
    },
    Date,
    Area,
    Markdown,
    /// Scripts.
    Code,
    Flag,
    Choices(fn() -> Vec<Choice>),
    /// One object of another entity; `filter` narrows the offer by the form as it stands.
    One {
        entity: &'static Entity,
        filter: fn(FormState) -> String,
    },
    /// Several objects of another entity.
    Many {
        entity: &'static Entity,
        filter: fn(FormState) -> String,
    },
    /// Names of packages, one in each line; the server wants a list.
    Lines,
    /// A picture to upload.
    Picture,
}

impl Field {
    /// An optional field without help.
    pub const fn new(name: &'static str, label: Label, kind: Kind) -> Self {
        Self {
            name,
            label,
            help: None,
            prompts: false,
            warning: None,
            kind,
            required: false,
            fixed: false,
            offered: false,
            initial: || Value::Null,
        }
    }

    /// Must be filled.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Explains itself below the control.
    pub const fn help(mut self, help: Label) -> Self {
        self.help = Some(help);
        self
    }

    /// Says below the control how to enter it.
    pub const fn prompt(mut self, help: Label) -> Self {
        self.prompts = true;
        self.help(help)
    }

    /// Says below the control what follows from changing it, once somebody does.
    pub const fn warn(mut self, warning: Label) -> Self {
        self.warning = Some(warning);
        self
    }

    /// Cannot be changed later.
    pub const fn fixed(mut self) -> Self {
        self.fixed = true;
        self
    }

    /// Only what something in the project offers, unless somebody insists.
    pub const fn offered(mut self) -> Self {
        self.offered = true;
        self
    }

    /// Value in a new object.
    pub const fn initially(mut self, initial: fn() -> Value) -> Self {
        self.initial = initial;
        self
    }

    /// The value as the form keeps it, from an object of the server. Other objects stay whole, so that they can be shown.
    pub fn read(&self, object: &Value) -> Value {
        let found = value::at(object, self.name).clone();
        match (&self.kind, found) {
            (Kind::Lines, Value::Array(lines)) => {
                let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
                json!(lines.join("\n"))
            }
            (Kind::Choices(_), Value::Object(choice)) => {
                choice.get("id").cloned().unwrap_or_default()
            }
            (Kind::Picture, _) => json!(value::file(object, self.name)),
            (_, found) => found,
        }
    }

    /// Whether two values are the same to the server: nothing and the empty text are, and so are objects in another order.
    pub fn same(&self, one: &Value, other: &Value) -> bool {
        if one == other || value::is_empty(one) && value::is_empty(other) {
            return true;
        }
        let written = |held: &Value| match (&self.kind, self.write(held)) {
            (Kind::Many { .. }, Value::Array(mut ids)) => {
                ids.sort_by_key(Value::as_i64);
                Value::Array(ids)
            }
            (_, written) => written,
        };
        written(one) == written(other)
    }

    /// The value as the server wants it.
    pub fn write(&self, held: &Value) -> Value {
        match (&self.kind, held) {
            (Kind::One { .. }, Value::Object(_)) => json!(value::id(held)),
            (Kind::Many { .. }, Value::Array(objects)) => {
                objects.iter().map(value::id).collect::<Vec<_>>().into()
            }
            (Kind::Many { .. }, _) => json!([]),
            (Kind::Lines, Value::String(lines)) => {
                let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
                lines.collect::<Vec<_>>().into()
            }
            (Kind::Lines, _) => json!([]),
            (Kind::Choices(_), Value::String(text)) => text
                .parse::<i64>()
                .map_or_else(|_| held.clone(), Value::from),
            (Kind::Number { .. }, Value::String(text)) if text.trim().is_empty() => Value::Null,
            // What is no whole number goes as it is: the server says so.
            (Kind::Number { .. }, Value::String(text)) => text
                .trim()
                .parse::<i64>()
                .map_or_else(|_| held.clone(), Value::from),
            (
                Kind::Text | Kind::Mono | Kind::Email | Kind::Area | Kind::Markdown | Kind::Code,
                Value::Null,
            ) => json!(""),
            (Kind::Date, Value::String(text)) if text.is_empty() => Value::Null,
            (Kind::Flag, Value::Null) => json!(false),
            (_, held) => held.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_travel_as_a_list() {
        let field = Field::new("packages_to_install", || "", Kind::Lines);
        let held = field.read(&json!({"packages_to_install": ["vlc", "gimp"]}));
        assert_eq!(held, json!("vlc\ngimp"));
        assert_eq!(field.write(&json!(" vlc\n\ngimp ")), json!(["vlc", "gimp"]));
    }

    #[test]
    fn objects_travel_as_ids() {
        let field = Field::new(
            "groups",
            || "",
            Kind::Many {
                entity: &super::super::NONE,
                filter: |_| String::new(),
            },
        );
        assert_eq!(
            field.write(&json!([{"id": 3, "name": "Reader"}])),
            json!([3])
        );
        assert_eq!(field.write(&Value::Null), json!([]));
    }

    #[test]
    fn the_same_objects_in_another_order_are_no_change() {
        let field = Field::new(
            "groups",
            || "",
            Kind::Many {
                entity: &super::super::NONE,
                filter: |_| String::new(),
            },
        );
        let one = json!([{"id": 3, "name": "Reader"}, {"id": 1}]);
        assert!(field.same(&one, &json!([{"id": 1}, {"id": 3}])));
        assert!(!field.same(&one, &json!([{"id": 1}])));
        assert!(field.same(&Value::Null, &json!([])));
    }
}
