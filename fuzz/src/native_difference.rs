//! Applies differences: an input is an inventory and a difference to it, in JSON. What results is what the difference
//! names.

use migasfree_native::inventory::{Difference, Inventory, apply, diff};

/// Runs one input.
pub fn run(input: &[u8]) {
    let Ok((old, mut difference)) = serde_json::from_slice::<(Inventory, Difference)>(input) else {
        return;
    };
    if let Ok(new) = apply(&old, &difference) {
        assert_eq!(new.hash(), difference.target);
        assert_eq!(apply(&old, &diff(&old, &new)), Ok(new));
    }
    difference.base = old.hash();
    if let Ok(new) = apply(&old, &difference) {
        assert_eq!(new.hash(), difference.target);
    }
}
