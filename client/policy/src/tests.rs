#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::change::PlannedPackage;

/// `name: dep dep|dep` with marks before the name: `!` essential, `D` desktop, `H` held, `h` installed by hand.
fn facts(lines: &[&str]) -> Facts {
    Facts::new(lines.iter().map(|line| {
        let (head, tail) = line.split_once(':').unwrap_or((line, ""));
        let name = head.trim_start_matches(['!', 'D', 'H', 'h']);
        let marks = &head[..head.len() - name.len()];
        let mut guards = BTreeSet::new();
        if marks.contains('!') {
            guards.insert(Guard::System);
        }
        if marks.contains('D') {
            guards.insert(Guard::Desktop);
        }
        let clause = |clause: &str| -> Vec<Dependency> {
            let name = |name: &str| Dependency {
                name: name.to_owned(),
                architecture: None,
            };
            clause.split('|').map(name).collect()
        };
        let package = Package {
            name: name.to_owned(),
            architecture: "amd64".into(),
            guards,
            held: marks.contains('H'),
            by_hand: marks.contains('h'),
            depends: tail.split_whitespace().map(clause).collect(),
            ..Package::default()
        };
        (name.to_owned(), package)
    }))
}

fn packages(names: &[&str]) -> Vec<PlannedPackage> {
    let package = |name: &&str| PlannedPackage {
        name: (*name).to_owned(),
        version: "1".into(),
        replaces: None,
        architecture: "amd64".into(),
    };
    names.iter().map(package).collect()
}

fn removing(names: &[&str]) -> Plan {
    Plan {
        remove: packages(names),
        ..Plan::default()
    }
}

fn names(names: &[&str]) -> Vec<PackageName> {
    names
        .iter()
        .map(|name| PackageName::checked(*name))
        .collect()
}

fn install(wanted: &[&str]) -> Action {
    Action::Install(names(wanted))
}

fn remove(wanted: &[&str]) -> Action {
    Action::Remove(names(wanted))
}

const ORDINARY: Asker = Asker::Person {
    may_remove: false,
    may_hold: false,
};

/// Every objection as `why: names`, after the word of the verdict.
fn verdict(action: &Action, plan: &Plan, facts: &Facts, mandate: &Mandate) -> String {
    let verdict = judge(action, plan, facts, mandate);
    let objections = verdict.objections().iter();
    let said: Vec<String> = objections
        .map(|objection| format!(" {}: {}", objection.why.as_str(), objection.names()))
        .collect();
    format!("{}{}", verdict.as_str(), said.join(";"))
}

#[test]
fn what_the_computer_needs_stays_whoever_asks_with_all_it_depends_on() {
    let facts = facts(&["Ddesk: shell", "shell: toolkit", "toolkit", "!base", "game"]);
    for asker in [ORDINARY, Asker::ROOT, Asker::Policy, Asker::Unattended] {
        let mandate = Mandate::of(asker);
        let said =
            |action: &Action, gone: &[&str]| verdict(action, &removing(gone), &facts, &mandate);
        for gone in ["desk", "shell", "toolkit"] {
            let judged = said(&remove(&[gone]), &[gone]);
            assert!(
                judged.starts_with(&format!("refuse desktop: {gone}")),
                "{asker:?} {judged}"
            );
        }
        assert!(said(&remove(&["base"]), &["base"]).starts_with("refuse system: base"));
        assert_eq!(said(&remove(&["game"]), &["game"]), "allow");
    }
}

#[test]
fn a_dependency_something_else_fulfils_may_go() {
    let mandate = Mandate::of(ORDINARY);
    let facts = facts(&["Ddesk: small|large", "small", "large"]);
    let said = |gone: &[&str]| verdict(&remove(gone), &removing(gone), &facts, &mandate);
    assert_eq!(said(&["small"]), "allow");
    assert_eq!(said(&["small", "large"]), "refuse desktop: large, small");
}

#[test]
fn a_removal_nobody_named_is_asked_of_who_may_remove_and_refused_to_others() {
    let facts = facts(&["hother", "lib", "app: lib"]);
    let plan = Plan {
        install: packages(&["new"]),
        ..removing(&["other"])
    };
    let said = |asker| verdict(&install(&["new"]), &plan, &facts, &Mandate::of(asker));
    assert_eq!(said(ORDINARY), "refuse removal: other");
    assert_eq!(said(Asker::ROOT), "ask removal: other");
    assert_eq!(said(Asker::Policy), "refuse by-hand: other");
    // Who may remove one application may not thereby remove what needs it.
    let plan = removing(&["app", "lib"]);
    let said = |asker| verdict(&remove(&["lib"]), &plan, &facts, &Mandate::of(asker));
    assert_eq!(said(ORDINARY), "refuse removal: app");
    assert_eq!(said(Asker::ROOT), "ask removal: app");
}

#[test]
fn policies_win_over_persons() {
    let facts = facts(&["tool: lib", "lib", "game"]);
    let mandate = |asker| Mandate {
        required: ["tool".to_owned()].into(),
        forbidden: ["game".to_owned()].into(),
        ..Mandate::of(asker)
    };
    for asker in [ORDINARY, Asker::ROOT] {
        let mandate = mandate(asker);
        let said = |action: &Action, plan: &Plan| verdict(action, plan, &facts, &mandate);
        assert_eq!(
            said(&remove(&["tool"]), &removing(&["tool"])),
            "refuse required: tool"
        );
        assert!(
            said(&remove(&["lib"]), &removing(&["lib", "tool"]))
                .starts_with("refuse required: lib, tool")
        );
        let plan = Plan {
            install: packages(&["app", "game"]),
            ..Plan::default()
        };
        assert_eq!(said(&install(&["app"]), &plan), "refuse forbidden: game");
    }
    let policy = mandate(Asker::Policy);
    assert_eq!(
        verdict(&remove(&["game"]), &removing(&["game"]), &facts, &policy),
        "allow"
    );
}

#[test]
fn holds_are_kept_unless_who_may_break_them_agrees() {
    let facts = facts(&["Hkept"]);
    let plan = Plan {
        update: packages(&["kept"]),
        ..Plan::default()
    };
    let person = |may_hold| Asker::Person {
        may_remove: true,
        may_hold,
    };
    let said = |action: &Action, asker| verdict(action, &plan, &facts, &Mandate::of(asker));
    assert_eq!(said(&install(&["app"]), person(false)), "refuse held: kept");
    assert_eq!(said(&install(&["app"]), person(true)), "ask held: kept");
    assert_eq!(
        said(&Action::UpgradePackages(names(&["kept"])), person(true)),
        "allow"
    );
    assert_eq!(
        said(&Action::Upgrade, Asker::Unattended),
        "refuse held: kept"
    );
    assert_eq!(said(&install(&["kept"]), Asker::Policy), "allow");
}

#[test]
fn unattended_work_removes_few_packages_and_none_installed_by_hand() {
    let lines: Vec<String> = (0..8).map(|number| format!("p{number}")).collect();
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    lines.push("hmine");
    let facts = facts(&lines);
    let mut mandate = Mandate::of(Asker::Unattended);
    let said = |gone: &[&str], mandate: &Mandate| {
        verdict(&Action::Upgrade, &removing(gone), &facts, mandate)
    };
    assert_eq!(said(&lines[..5], &mandate), "allow");
    assert!(said(&lines[..6], &mandate).starts_with("refuse too-many: p0, p1"));
    assert_eq!(said(&["mine"], &mandate), "refuse by-hand: mine");
    mandate.ceiling = 0;
    assert_eq!(said(&["p0"], &mandate), "refuse too-many: p0");
    // What a policy names it names on purpose.
    let policy = Mandate::of(Asker::Policy);
    assert_eq!(
        verdict(&remove(&lines), &removing(&lines), &facts, &policy),
        "allow"
    );
}

/// A computer of up to twelve packages, each depending on some that come before it.
fn computer() -> impl Strategy<Value = Vec<(BTreeSet<usize>, bool, bool, bool)>> {
    let package = (
        prop::collection::btree_set(0_usize..12, 0..4),
        prop::bool::weighted(0.2),
        any::<bool>(),
        any::<bool>(),
    );
    prop::collection::vec(package, 1..12)
}

proptest! {
    #[test]
    fn whoever_asks_nothing_guarded_and_nothing_it_needs_goes(
        computer in computer(),
        gone in prop::collection::btree_set(0_usize..12, 0..12),
        asker in prop::sample::select(vec![ORDINARY, Asker::ROOT, Asker::Policy, Asker::Unattended]),
        by_name in any::<bool>(),
    ) {
        let name = |number: &usize| format!("p{number}");
        let facts = Facts::new(computer.iter().enumerate().map(|(number, (needs, guarded, held, by_hand))| {
            let package = Package {
                name: name(&number),
                architecture: "amd64".into(),
                guards: guarded.then_some(Guard::System).into_iter().collect(),
                held: *held,
                by_hand: *by_hand,
                depends: needs.iter().filter(|need| **need < number)
                    .map(|need| vec![Dependency { name: name(need), architecture: None }]).collect(),
                ..Package::default()
            };
            (name(&number), package)
        }));
        let gone: Vec<usize> = gone.into_iter().filter(|number| *number < computer.len()).collect();
        let gone_names: Vec<String> = gone.iter().map(name).collect();
        let gone_names: Vec<&str> = gone_names.iter().map(String::as_str).collect();
        let action = if by_name { remove(&gone_names) } else { install(&["new"]) };
        let judged = judge(&action, &removing(&gone_names), &facts, &Mandate::of(asker));
        if judged == Verdict::Allow {
            let mut needed: BTreeSet<usize> = BTreeSet::new();
            for (number, (needs, guarded, ..)) in computer.iter().enumerate().rev() {
                if *guarded || needed.contains(&number) {
                    needed.insert(number);
                    needed.extend(needs.iter().filter(|need| **need < number));
                }
            }
            prop_assert!(gone.iter().all(|number| !needed.contains(number)));
            prop_assert!(by_name || gone.is_empty() || asker == Asker::Unattended || asker == Asker::Policy);
            if matches!(asker, Asker::Unattended | Asker::Policy) && !by_name {
                prop_assert!(gone.len() <= UNATTENDED_REMOVALS);
                prop_assert!(gone.iter().all(|number| !computer[*number].3 && !computer[*number].2));
            }
        }
        // Only who holds a right is ever asked.
        if matches!(judged, Verdict::Ask(_)) {
            prop_assert_eq!(asker, Asker::ROOT);
        }
    }
}
