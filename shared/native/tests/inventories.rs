//! Inventories and their differences.
#![allow(clippy::unwrap_used)]

use migasfree_native::inventory::{Difference, Inventory, Mismatch, apply, diff};
use proptest::prelude::*;

/// Some of few packages, so that histories meet again.
fn any_inventory() -> impl Strategy<Value = Inventory> {
    proptest::collection::btree_set("[a-c]{1,2}_[0-9]_all\\.deb", 0..30).prop_map(Inventory::new)
}

#[test]
fn the_hash_is_of_sorted_lines_without_blanks_each_once() {
    let one = Inventory::new([
        "b_1_all.deb",
        " a_1_all.deb\n",
        "b_1_all.deb",
        "",
        "x",
        "c\nd",
    ]);
    assert_eq!(
        one.lines().collect::<Vec<_>>(),
        ["a_1_all.deb", "b_1_all.deb"]
    );
    assert_eq!(
        one.hash().to_string(),
        "a52673401a66b89d253190da96b82a5849f1f3c5f225d43127a604e916dcb3ee"
    );
    let long = "x".repeat(270);
    assert_eq!(Inventory::new([&long]).len(), 1);
    assert!(Inventory::new([long + "x"]).is_empty());
}

#[test]
fn a_difference_to_another_inventory_or_with_another_result_does_not_apply() {
    let old = Inventory::new(["a_1", "b_1"]);
    let new = Inventory::new(["a_2", "b_1"]);
    let difference = diff(&old, &new);
    assert_eq!(difference.added, ["a_2"]);
    assert_eq!(difference.removed, ["a_1"]);
    assert_eq!(apply(&new, &difference), Err(Mismatch::Base));
    let lying = Difference {
        added: vec!["a_3".to_owned()],
        ..difference.clone()
    };
    assert_eq!(apply(&old, &lying), Err(Mismatch::Target));
    assert_eq!(apply(&old, &difference), Ok(new));
}

#[test]
fn a_difference_is_short_in_json() {
    let old = Inventory::new(["a_1", "b_1"]);
    let text = serde_json::to_string(&diff(&old, &old)).unwrap();
    let hash = old.hash();
    assert_eq!(text, format!(r#"{{"base":"{hash}","target":"{hash}"}}"#));
    let read: Difference = serde_json::from_str(&text).unwrap();
    assert_eq!(apply(&old, &read), Ok(old));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn differences_along_any_history_come_to_the_same_as_the_whole(
        history in proptest::collection::vec(any_inventory(), 1..12),
    ) {
        let mut known = Inventory::default();
        for next in &history {
            let text = serde_json::to_string(&diff(&known, next)).unwrap();
            let difference: Difference = serde_json::from_str(&text).unwrap();
            let applied = apply(&known, &difference);
            prop_assert_eq!(applied.as_ref(), Ok(next));
            known = applied.unwrap();
        }
        let whole = serde_json::to_string(&known).unwrap();
        prop_assert_eq!(serde_json::from_str::<Inventory>(&whole).unwrap(), known);
    }

    #[test]
    fn a_lost_difference_is_seen_and_the_whole_sent(
        first in any_inventory(),
        lost in any_inventory(),
        last in any_inventory(),
    ) {
        let applied = apply(&first, &diff(&lost, &last));
        let expected = if first == lost { Ok(last) } else { Err(Mismatch::Base) };
        prop_assert_eq!(applied, expected);
    }
}
