//! A field of a form.
use super::{Choices, Entity, value};
use crate::{
    form::FormState,
    text::{Label, t, tf},
};
use migasfree_ui_kit::format;
use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// The years of days that anything may begin on, as the server has them.
const YEARS: RangeInclusive<u32> = 1970..=2999;

/// Fields that belong together.
pub struct Section {
    pub title: Label,
    pub help: Option<Label>,
    pub fields: &'static [Field],
}

/// What most sections do not mention: `..SECTION`.
pub const SECTION: Section = Section {
    title: Label::NONE,
    help: None,
    fields: &[],
};

/// A declared field.
#[derive(Clone, Copy)]
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
    pub initial: Initial,
}

/// What a new object begins with.
#[derive(Clone, Copy)]
pub enum Initial {
    Own(fn() -> Value),
    Flag(bool),
    Text(&'static str),
    Number(i64),
    /// As the server has it.
    Given(&'static Value),
}

impl Initial {
    /// The value.
    pub fn value(self) -> Value {
        match self {
            Self::Own(value) => value(),
            Self::Flag(on) => json!(on),
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
            Self::Given(value) => value.clone(),
        }
    }
}

/// How it is entered.
#[derive(Clone, Copy)]
pub enum Kind {
    Text,
    Mono,
    Email,
    Number {
        min: i64,
        max: i64,
    },
    /// A number that need not be whole.
    Decimal {
        min: i64,
        max: i64,
    },
    Date,
    /// A day and a time by the reader's clock.
    Moment,
    Area,
    Markdown,
    /// Scripts.
    Code,
    Flag,
    Choices(Choices),
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
    /// Any other file to upload.
    File,
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
            initial: Initial::Own(|| Value::Null),
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
    pub const fn initially(self, initial: fn() -> Value) -> Self {
        self.begins(Initial::Own(initial))
    }

    /// The same, however it is known.
    pub const fn begins(mut self, initial: Initial) -> Self {
        self.initial = initial;
        self
    }

    /// Entered in another way than others of its type.
    pub const fn drawn(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Offers only some of the other objects, by the form as it stands.
    pub const fn narrowed(mut self, narrow: fn(FormState) -> String) -> Self {
        match &mut self.kind {
            Kind::One { filter, .. } | Kind::Many { filter, .. } => *filter = narrow,
            _ => panic!("it is no other object"),
        }
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
            (Kind::Picture | Kind::File, _) => json!(value::file(object, self.name)),
            (Kind::Moment, Value::String(at)) => {
                json!(format::parse_time(&at).map_or(at, format::local_minute))
            }
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

    /// Why something that was entered cannot be, as far as that is seen without the server.
    pub fn objection(&self, held: &Value) -> Option<String> {
        match self.kind {
            Kind::Number { min, max } => {
                let entered = self.write(held).as_i64();
                let fits = entered.is_some_and(|number| (min..=max).contains(&number));
                (!fits).then(|| tf!(form.between, min = min, max = max))
            }
            Kind::Decimal { min, max } => {
                #[expect(clippy::cast_precision_loss, reason = "limits are small")]
                let (least, most) = (min as f64, max as f64);
                let entered = self.write(held).as_f64();
                let fits = entered.is_some_and(|number| (least..=most).contains(&number));
                (!fits).then(|| tf!(form.within, min = min, max = max))
            }
            Kind::Date => {
                let (first, last) = (YEARS.start(), YEARS.end());
                let year = held.as_str().and_then(|day| day.split('-').next());
                let year = year.and_then(|year| year.parse::<u32>().ok());
                let fits = year.is_some_and(|year| YEARS.contains(&year));
                (!fits).then(|| tf!(form.years, first = first, last = last))
            }
            Kind::Text | Kind::Mono | Kind::Email => {
                let text = held.as_str().unwrap_or_default();
                let breaks = text.trim().contains(['\n', '\r', '\t']);
                breaks.then(|| t!(form.one_line).to_owned())
            }
            _ => None,
        }
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
            (Kind::Number { .. } | Kind::Decimal { .. }, Value::String(text))
                if text.trim().is_empty() =>
            {
                Value::Null
            }
            (Kind::Decimal { .. }, Value::String(text)) => text
                .trim()
                .replace(',', ".")
                .parse::<f64>()
                .map_or_else(|_| held.clone(), Value::from),
            // What is no whole number goes as it is: the server says so.
            (Kind::Number { .. }, Value::String(text)) => text
                .trim()
                .parse::<i64>()
                .map_or_else(|_| held.clone(), Value::from),
            (
                Kind::Text | Kind::Mono | Kind::Email | Kind::Area | Kind::Markdown | Kind::Code,
                Value::Null,
            ) => json!(""),
            (Kind::Date | Kind::Moment, Value::String(text)) if text.is_empty() => Value::Null,
            (Kind::Moment, Value::String(text)) => {
                format::of_local_minute(text).map_or_else(|| held.clone(), Value::from)
            }
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
        let field = Field::new("packages_to_install", Label::NONE, Kind::Lines);
        let held = field.read(&json!({"packages_to_install": ["vlc", "gimp"]}));
        assert_eq!(held, json!("vlc\ngimp"));
        assert_eq!(field.write(&json!(" vlc\n\ngimp ")), json!(["vlc", "gimp"]));
    }

    #[test]
    fn objects_travel_as_ids() {
        let field = Field::new(
            "groups",
            Label::NONE,
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
    fn what_cannot_be_is_seen_before_it_is_sent() {
        let latitude = Field::new("latitude", Label::NONE, Kind::Decimal { min: -90, max: 90 });
        let said = latitude.objection(&json!("91"));
        assert_eq!(said.as_deref(), Some("Enter a number from -90 to 90."));
        for fine in [json!("39.4699"), json!("-90"), json!(12.5)] {
            assert_eq!(latitude.objection(&fine), None, "{fine}");
        }
        for written in [" 39.5 ", "39,5"] {
            assert_eq!(latitude.write(&json!(written)), json!(39.5), "{written}");
        }
        assert_eq!(latitude.write(&json!(" ")), Value::Null);
        let name = Field::new("name", Label::NONE, Kind::Text);
        assert!(name.objection(&json!("two\nlines")).is_some());
        assert_eq!(name.objection(&json!("one line\n")), None);
        let day = Field::new("start_date", Label::NONE, Kind::Date);
        assert_eq!(day.objection(&json!("2026-11-30")), None);
        for odd in ["0026-11-30", "20260-11-30", "soon"] {
            assert!(day.objection(&json!(odd)).is_some(), "{odd}");
        }
    }

    #[test]
    fn the_same_objects_in_another_order_are_no_change() {
        let field = Field::new(
            "groups",
            Label::NONE,
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
