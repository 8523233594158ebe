//! What a parameter says that the server takes though no filter is declared for it: it comes in links, or is written by hand.
use crate::{
    entities::{member_label, sections},
    entity::{Entity, filter},
    text::{t, tf},
};

const LOOKUPS: [&str; 8] = [
    "in",
    "icontains",
    "contains",
    "isnull",
    "gte",
    "gt",
    "lte",
    "lt",
];

/// A parameter in words.
pub struct Parameter {
    pub label: String,
    /// Whose id the value is, where it is one.
    pub object: Option<&'static Entity>,
    lookup: Option<&'static str>,
}

impl Parameter {
    /// Reads `created_at__lt`, `project__platform__id` or `name__icontains`; the value decides between times and numbers.
    pub fn read(entity: &Entity, name: &str, value: &str) -> Self {
        let mut parts: Vec<&str> = name.split("__").collect();
        let lookup = parts
            .last()
            .and_then(|last| LOOKUPS.into_iter().find(|lookup| lookup == last))
            .filter(|_| parts.len() > 1);
        if lookup.is_some() {
            parts.pop();
        }
        let by_id = parts.len() > 1 && parts.last() == Some(&"id");
        if by_id || parts.len() > 1 && parts.last() == Some(&"name") {
            parts.pop();
        }
        let member = parts.last().copied().unwrap_or(name);
        let named = |entity: &&'static Entity| {
            let own = entity.model.split_once('.');
            own.is_some_and(|(_, own)| own == member)
        };
        let object = sections::all()
            .find(named)
            .filter(|_| by_id && lookup.is_none());
        Self {
            label: compared(&member_label(entity.model, member), lookup, value),
            object,
            lookup,
        }
    }

    /// The words for a value.
    pub fn value_text(&self, value: &str) -> String {
        let yes = matches!(value, "true" | "True" | "1");
        match self.lookup {
            Some("isnull") if yes => t!(common.without).to_owned(),
            Some("isnull") => t!(common.with).to_owned(),
            Some("in") => value.split(',').collect::<Vec<_>>().join(", "),
            _ if is_time(value) => filter::moment(value),
            None if matches!(value, "true" | "True") => t!(common.yes).to_owned(),
            None if matches!(value, "false" | "False") => t!(common.no).to_owned(),
            _ => value.to_owned(),
        }
    }
}

fn compared(member: &str, lookup: Option<&str>, value: &str) -> String {
    match (lookup, is_time(value)) {
        (Some("gte"), true) => tf!(list.since, member = member),
        (Some("gt"), true) => tf!(list.after, member = member),
        (Some("lte"), true) => tf!(list.until, member = member),
        (Some("lt"), true) => tf!(list.before, member = member),
        (Some("gte"), false) => tf!(list.at_least, member = member),
        (Some("gt"), false) => tf!(list.more_than, member = member),
        (Some("lte"), false) => tf!(list.at_most, member = member),
        (Some("lt"), false) => tf!(list.less_than, member = member),
        (Some("icontains" | "contains"), _) => tf!(list.contains, member = member),
        _ => member.to_owned(),
    }
}

/// Whether a value begins with a day: `2026-11-21`.
fn is_time(value: &str) -> bool {
    let mut parts = value.get(..10).unwrap_or_default().split('-');
    let mut digits = |count: usize| {
        parts.next().is_some_and(|part| {
            part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    digits(4) && digits(2) && digits(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::{COMPUTERS, DEPLOYMENTS};

    #[test]
    fn a_parameter_without_a_filter_is_named_in_words() {
        let label = |entity, name, value| Parameter::read(entity, name, value).label;
        assert_eq!(
            label(&COMPUTERS, "created_at__lt", "2026-11-21"),
            "Registered before"
        );
        assert_eq!(label(&COMPUTERS, "ram__lt", "4096"), "Memory less than");
        assert_eq!(label(&DEPLOYMENTS, "name__icontains", "x"), "Name contains");
        let platform = Parameter::read(&DEPLOYMENTS, "project__platform__id", "3");
        assert_eq!(platform.label, "Platform");
        assert!(platform.object.is_some_and(|one| one.path == "platforms"));
        let schedule = Parameter::read(&COMPUTERS, "schedule__isnull", "true");
        assert_eq!(schedule.label, "Schedule");
        assert_eq!(schedule.value_text("true"), "Without");
        assert_eq!(
            Parameter::read(&COMPUTERS, "id__in", "1,2").value_text("1,2"),
            "1, 2"
        );
    }
}
