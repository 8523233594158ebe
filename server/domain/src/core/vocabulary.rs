//! The words stored in columns, and what they are called.

use migasfree_server_entity::schema::Choice;

/// States of a computer.
pub const STATUS: &[Choice<&str>] = &[
    ("assigned", "Assigned"),
    ("reserved", "Reserved"),
    ("unknown", "Unknown"),
    ("in repair", "In repair"),
    ("available", "Available"),
    ("unsubscribed", "Unsubscribed"),
];

/// Physical or virtual.
pub const MACHINE: &[Choice<&str>] = &[("P", "Physical"), ("V", "Virtual")];

/// What kind of machine the hardware tells.
pub const PRODUCT_SYSTEM: &[Choice<&str>] = &[
    ("docker", "docker"),
    ("virtual", "virtual"),
    ("laptop", "laptop"),
    ("desktop", "desktop"),
    ("", ""),
];

/// Where the values of a property come from.
pub const SORT: &[Choice<&str>] = &[
    ("basic", "Basic"),
    ("client", "Client"),
    ("server", "Server"),
];

/// How a value becomes attributes.
pub const KIND: &[Choice<&str>] = &[
    ("N", "Normal"),
    ("-", "List"),
    ("L", "Added to the left"),
    ("R", "Added to the right"),
    ("J", "JSON"),
];

/// Languages of formulas, singularities and fault definitions.
pub const LANGUAGE: &[Choice<i64>] = &[
    (0, "bash"),
    (1, "python"),
    (2, "perl"),
    (3, "php"),
    (4, "ruby"),
    (5, "cmd"),
    (6, "powershell"),
];

/// Package managers: the names of the systems a server knows.
pub const PMS: &[Choice<&str>] = &[
    ("apt", "apt"),
    ("dnf", "dnf"),
    ("pacman", "pacman"),
    ("wpt", "wpt"),
    ("yum", "yum"),
    ("zypper", "zypper"),
];

/// Where the packages of a deployment are.
pub const SOURCE: &[Choice<&str>] = &[("I", "Internal"), ("E", "External")];

/// The property of the attributes that stand for attribute sets.
pub const SET: &str = "SET";
/// The property of the attributes that stand for computers.
pub const CID: &str = "CID";
/// The property of the attributes that stand for domains.
pub const DMN: &str = "DMN";
/// The attribute every computer has.
pub const ALL_SYSTEMS: i64 = 1;

#[cfg(test)]
mod tests {
    use migasfree_server_repository::system::Systems;

    use super::PMS;

    #[test]
    fn projects_choose_among_the_systems_there_are() {
        let systems = Systems::default();
        let known: Vec<&str> = systems.all().map(|system| system.name()).collect();
        let declared: Vec<&str> = PMS.iter().map(|(name, _)| *name).collect();
        assert_eq!(declared, known);
    }
}
