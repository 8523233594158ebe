#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use zbus::wire::{LE, serialized::Context, to_bytes};
use zbus::{OwnedVariant, Type, Variant};

use super::*;

fn over_the_bus<A, B>(value: &A) -> B
where
    A: serde::Serialize + Type,
    B: for<'de> serde::Deserialize<'de> + Type,
{
    let bytes = to_bytes(Context::new(LE, 0), value).unwrap();
    bytes.deserialize().unwrap().0
}

fn an_app() -> AppRecord {
    AppRecord {
        id: 7,
        name: "Inkscape".into(),
        category: Category {
            id: 3,
            name: "Graphics".into(),
        },
        level: Level::Admin,
        packages: vec!["inkscape".into()],
        state: AppState::Partial,
        detail: StateDetail {
            missing: vec!["inkscape-tutorials".into()],
            ..StateDetail::default()
        },
        installed_version: Some("1.2".into()),
        ..AppRecord::default()
    }
}

#[test]
fn a_record_is_a_dictionary_of_variants_on_the_bus() {
    let dictionary: HashMap<String, OwnedVariant> = over_the_bus(&an_app());
    assert_eq!(*dictionary["id"], Variant::from(7u32));
    assert_eq!(*dictionary["state"], Variant::from("partial"));
    assert_eq!(*dictionary["level"], Variant::from("A"));
    assert!(!dictionary.contains_key("candidate_version"));
}

#[test]
fn a_record_comes_back_as_it_went() {
    assert_eq!(over_the_bus::<_, AppRecord>(&an_app()), an_app());
    let plan = PlanRecord {
        install: vec![PlannedPackage {
            name: "a".into(),
            ..PlannedPackage::default()
        }],
        ..PlanRecord::default()
    };
    assert_eq!(over_the_bus::<_, PlanRecord>(&plan), plan);
}

#[test]
fn unknown_keys_are_ignored_and_missing_ones_take_their_default() {
    let newer: HashMap<&str, Variant<'_>> = HashMap::from([
        ("id", Variant::from(7u32)),
        ("state", Variant::from("a-word-of-tomorrow")),
        ("seats", Variant::from(vec![(1u32, "x")])),
    ]);
    let app: AppRecord = over_the_bus(&newer);
    assert_eq!(app.id, 7);
    assert_eq!(app.state, AppState::Unknown);
    assert_eq!(app.name, "");
}

#[test]
fn options_take_numbers_of_any_width_and_refuse_other_types() {
    let options = |value: Variant<'_>| {
        HashMap::from([
            ("limit".to_owned(), OwnedVariant::try_from(value).unwrap()),
            (
                "tomorrow".to_owned(),
                OwnedVariant::try_from(Variant::from(1u8)).unwrap(),
            ),
        ])
    };
    let nested = Variant::Variant(Box::new(Variant::from(5u64)));
    for value in [Variant::from(5i32), Variant::from(5u8), nested] {
        assert_eq!(JobFilter::read(&options(value)).unwrap().limit, Some(5));
    }
    for value in [
        Variant::from(-5i32),
        Variant::from("5"),
        Variant::from(true),
    ] {
        let refused = JobFilter::read(&options(value)).unwrap_err();
        assert_eq!(refused.code(), Some("InvalidArgument"));
        assert_eq!(refused.message().args["key"], "limit".into());
    }
    assert_eq!(
        JobFilter::read(&HashMap::new()).unwrap(),
        JobFilter::default()
    );
}

#[test]
fn a_record_is_a_plain_object_in_json() {
    let json = serde_json::to_value(an_app()).unwrap();
    assert_eq!(json["state"], "partial");
    assert_eq!(json["category"]["name"], "Graphics");
    assert_eq!(json["detail"]["missing"][0], "inkscape-tutorials");
    assert_eq!(serde_json::from_value::<AppRecord>(json).unwrap(), an_app());
}

#[test]
fn every_word_reads_back() {
    for state in AppState::ALL {
        assert_eq!(AppState::parse(state.as_str()), *state);
        assert_eq!(over_the_bus::<_, AppState>(state), *state);
    }
    for action in crate::Action::ALL {
        assert_eq!(crate::Action::parse(action.id()), Some(*action));
    }
    assert_eq!(crate::Action::parse("org.freedesktop.policykit.exec"), None);
}
