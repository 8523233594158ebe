//! Which parameters of an address a list takes. Those of its declared filters are known; whether the server knows others is asked
//! once an address has them, so that one that does nothing is not shown as a filter in force.
use super::state::OWN;
use crate::{
    address::Query as Parameters,
    api::{query_by, request},
    entity::{Entity, FilterKind, Sheet},
};
use leptos::prelude::*;
use serde_json::Value;

/// The server's description of itself.
const DESCRIPTION: &str = "/api/schema/?format=json";

/// What is known of the parameters of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Nothing but declared ones was given.
    Declared,
    /// The server is being asked.
    Asking,
    /// These are the server's.
    These(Vec<String>),
    /// The server did not say: all go to it, as they are.
    Unsaid,
}

impl Taken {
    /// Whether what is taken is known as well as it will be.
    pub fn is_settled(&self) -> bool {
        *self != Self::Asking
    }

    /// What of the given parameters the list takes.
    pub fn of(&self, sheet: &Sheet, given: &Parameters) -> Parameters {
        let takes = |name: &str| match self {
            Self::These(names) => names.iter().any(|one| one == name) || is_declared(sheet, name),
            Self::Declared | Self::Asking | Self::Unsaid => true,
        };
        let pairs = given
            .0
            .iter()
            .filter(|(name, value)| takes(name) && says_something(sheet, name, value));
        Parameters(pairs.cloned().collect())
    }
}

/// What is known of the parameters of a list, as the address stands.
pub fn of(
    entity: &'static Entity,
    sheet: &'static Sheet,
    given: Memo<Parameters>,
) -> Signal<Taken> {
    let in_doubt = Memo::new(move |_| {
        given.with(|given| given.0.iter().any(|(name, _)| !is_declared(sheet, name)))
    });
    // The answer is kept by its path: each list has one of its own.
    let path = move || {
        in_doubt
            .get()
            .then(|| format!("{DESCRIPTION}#{}", entity.api))
    };
    let described = query_by::<Vec<String>, _>(path, move |_| async move {
        let description = request::get(DESCRIPTION).await?;
        Ok(parameters(&description, &request::url(entity.api)).into())
    });
    Signal::derive(move || {
        if !in_doubt.get() {
            return Taken::Declared;
        }
        match (described.value.get(), described.error.get()) {
            (Some(names), _) => Taken::These(names),
            (None, Some(_)) => Taken::Unsaid,
            (None, None) => Taken::Asking,
        }
    })
}

/// Whether a value does anything: where yes or no is asked for, the server passes over everything else.
fn says_something(sheet: &Sheet, name: &str, value: &str) -> bool {
    let asks_for_truth = name.ends_with("__isnull")
        || sheet.filters.iter().any(|filter| {
            filter.is(name) && matches!(filter.kind, FilterKind::Flag | FilterKind::Presence)
        });
    !asks_for_truth || matches!(value, "true" | "True" | "1" | "false" | "False" | "0")
}

fn is_declared(sheet: &Sheet, name: &str) -> bool {
    OWN.contains(&name) || name == "id__in" || sheet.filters.iter().any(|filter| filter.is(name))
}

/// The parameters that a list takes by the description.
fn parameters(description: &Value, path: &str) -> Vec<String> {
    let list = description
        .get("paths")
        .and_then(|paths| paths.get(path)?.get("get")?.get("parameters")?.as_array());
    list.into_iter()
        .flatten()
        .filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some("query"))
        .filter_map(|parameter| Some(parameter.get("name")?.as_str()?.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        entity::{Filter, SHEET},
        text::label,
    };
    use serde_json::json;

    static SHEET_OF_COMPUTERS: Sheet = Sheet {
        filters: &[
            Filter::new("status", label!(common.state), FilterKind::Text).several(),
            Filter::new("enabled", label!(common.state), FilterKind::Flag),
        ],
        ..SHEET
    };

    fn given(names: &[&str]) -> Parameters {
        let pairs = names
            .iter()
            .map(|name| ((*name).to_owned(), "1".to_owned()));
        Parameters(pairs.collect())
    }

    #[test]
    fn a_list_takes_what_it_declares_and_what_the_server_describes() {
        let list = json!({"get": {"parameters": [
            {"name": "created_at__lt", "in": "query"},
            {"name": "token", "in": "header"},
        ]}});
        let description = json!({"paths": {"/api/v1/token/computers/": list}});
        let names = parameters(&description, "/api/v1/token/computers/");
        assert_eq!(names, ["created_at__lt"]);
        let asked = given(&[
            "page",
            "status__in",
            "created_at__lt",
            "utm_source",
            "token",
            "id__in",
        ]);
        assert_eq!(
            Taken::These(names).of(&SHEET_OF_COMPUTERS, &asked),
            given(&["page", "status__in", "created_at__lt", "id__in"])
        );
    }

    #[test]
    fn what_is_neither_yes_nor_no_is_no_filter() {
        let asked = |value: &str| {
            let pairs = ["enabled", "schedule__isnull", "status"]
                .map(|name| (name.to_owned(), value.to_owned()));
            Parameters(pairs.to_vec())
        };
        let taken = |value| Taken::Unsaid.of(&SHEET_OF_COMPUTERS, &asked(value)).0.len();
        assert_eq!((taken("maybe"), taken("false")), (1, 3));
    }

    #[test]
    fn what_the_server_does_not_say_is_left_to_it() {
        let asked = given(&["status", "foo"]);
        assert_eq!(Taken::Unsaid.of(&SHEET_OF_COMPUTERS, &asked), asked);
        assert!(parameters(&json!({}), "/api/v1/token/computers/").is_empty());
    }
}
