//! Finding the record of a computer that reports itself (8.1).

use uuid::Uuid;

use crate::ids::ComputerId;

/// A computer that may be the one that reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its record.
    pub id: ComputerId,
    /// Its stored UUID.
    pub uuid: String,
    /// Its stored name.
    pub name: Option<String>,
    /// Its MAC addresses: upper case, without separators, one after the other.
    pub mac_address: Option<String>,
}

/// The one way a UUID is stored and compared; texts that are no UUID stay as they are.
#[must_use]
pub fn canonical(uuid: &str) -> String {
    let text = uuid.trim();
    Uuid::parse_str(text).map_or_else(
        |_| text.to_owned(),
        |uuid| uuid.hyphenated().to_string().to_ascii_uppercase(),
    )
}

/// The UUID of a computer that has none: of the first of its MAC addresses, which stand one after the other.
#[must_use]
pub fn mac_form(addresses: &str) -> Option<String> {
    let digits: Vec<char> = addresses.chars().collect();
    let mut addresses = digits.chunks_exact(12);
    let real = |address: &&[char]| {
        address.iter().all(char::is_ascii_hexdigit)
            && ['0', 'F']
                .iter()
                .all(|filler| address.iter().any(|digit| digit != filler))
    };
    let first: String = addresses.find(real)?.iter().collect();
    Some(format!(
        "00000000-0000-0000-0000-{}",
        first.to_ascii_uppercase()
    ))
}

/// The UUID with its first three groups byte-reversed, as other firmware reports the same board;
/// texts that are no UUID stay as they are.
#[must_use]
pub fn byte_swapped(uuid: &str) -> String {
    let groups: Vec<&str> = uuid.split('-').collect();
    let is_uuid = uuid.is_ascii() && groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]);
    if !is_uuid {
        return uuid.to_owned();
    }
    let reversed = |group: &str| -> String {
        (0..group.len())
            .step_by(2)
            .rev()
            .map(|at| &group[at..at + 2])
            .collect()
    };
    let [a, b, c] = [
        reversed(groups[0]),
        reversed(groups[1]),
        reversed(groups[2]),
    ];
    format!("{a}-{b}-{c}-{}-{}", groups[3], groups[4])
}

/// Whether the UUID stands for a board without one: eight zeros and the MAC address at its end.
#[must_use]
pub fn is_mac_form(uuid: &str) -> bool {
    mac_of(uuid).is_some()
}

/// The MAC address, upper case, at the end of a UUID in MAC form.
#[must_use]
pub fn mac_of(uuid: &str) -> Option<String> {
    let rest = uuid.strip_prefix("00000000")?;
    let start = rest.len().checked_sub(12)?;
    rest.get(start..).map(str::to_ascii_uppercase)
}

/// Which of `candidates` reports as `uuid` and `name`: equal UUID, byte-swapped UUID, the only
/// one with the MAC address of the UUID, the only one of that name.
///
/// With `names_need_mac_form` a name decides only for UUIDs in MAC form.
#[must_use]
pub fn identify(
    uuid: &str,
    name: &str,
    candidates: &[Candidate],
    names_need_mac_form: bool,
) -> Option<ComputerId> {
    let as_sent = candidates.iter().find(|candidate| candidate.uuid == uuid);
    let uuid = canonical(uuid);
    let by_uuid = |uuid: &str| {
        let mut found = candidates
            .iter()
            .filter(|candidate| canonical(&candidate.uuid) == uuid);
        found.next().map(|candidate| candidate.id)
    };
    as_sent
        .map(|candidate| candidate.id)
        .or_else(|| by_uuid(&uuid))
        .or_else(|| by_uuid(&byte_swapped(&uuid)))
        .or_else(|| {
            let mac = mac_of(&uuid)?;
            only(candidates, |candidate| {
                candidate
                    .mac_address
                    .as_ref()
                    .is_some_and(|addresses| addresses.contains(&mac))
            })
        })
        .or_else(|| {
            if names_need_mac_form && !is_mac_form(&uuid) {
                return None;
            }
            only(candidates, |candidate| {
                candidate.name.as_deref() == Some(name)
            })
        })
}

/// How many computers fit what one reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// None.
    Nobody,
    /// Exactly one.
    One(ComputerId),
    /// These two, and maybe more.
    Several(ComputerId, ComputerId),
}

/// Which of the computers of one project and name reports without a UUID of its own: the only one that has none, else
/// the only one whose UUID is made of its MAC address.
#[must_use]
pub fn identify_unnumbered(candidates: &[Candidate], is_filler: impl Fn(&str) -> bool) -> Match {
    let among = |fits: &dyn Fn(&str) -> bool| {
        let mut found = candidates.iter().filter(|candidate| fits(&candidate.uuid));
        match (found.next(), found.next()) {
            (None, _) => Match::Nobody,
            (Some(only), None) => Match::One(only.id),
            (Some(first), Some(second)) => Match::Several(first.id, second.id),
        }
    };
    match among(&is_filler) {
        Match::Nobody => among(&|uuid| is_mac_form(uuid)),
        found => found,
    }
}

fn only(candidates: &[Candidate], matches: impl Fn(&Candidate) -> bool) -> Option<ComputerId> {
    let mut found = candidates.iter().filter(|candidate| matches(candidate));
    let first = found.next()?;
    found.next().is_none().then_some(first.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn computer(id: i64, uuid: &str, name: &str, mac: &str) -> Candidate {
        Candidate {
            id: ComputerId(id),
            uuid: uuid.to_owned(),
            name: Some(name.to_owned()),
            mac_address: Some(mac.to_owned()),
        }
    }

    #[test]
    fn a_computer_is_found_by_uuid_then_swapped_uuid_then_mac_then_name() {
        let board = "4C4C4544-0036-3010-8056-B7C04F4E4B32";
        let mac_form = "00000000-0000-0000-0000-525400aabbcc";
        let all = [
            computer(1, board, "pc1", ""),
            computer(2, "44454C4C-3600-1030-8056-B7C04F4E4B32", "pc2", ""),
            computer(3, "X", "pc3", "001122334455525400AABBCC"),
            computer(4, "Y", "pc4", ""),
        ];
        assert_eq!(identify(board, "pc4", &all, true), Some(ComputerId(1)));
        assert_eq!(identify(board, "pc4", &all[1..], true), Some(ComputerId(2)));
        assert_eq!(identify(mac_form, "pc4", &all, true), Some(ComputerId(3)));
        assert_eq!(
            identify(mac_form, "pc4", &all[3..], true),
            Some(ComputerId(4))
        );
        assert_eq!(identify(mac_form, "pc9", &all[3..], true), None);
    }

    #[test]
    fn one_number_in_another_spelling_is_the_same_computer() {
        let stored = [computer(1, "4c4c454400363010 8056b7c04f4e4b32", "a", "")];
        assert_eq!(
            identify("4C4C4544-0036-3010-8056-B7C04F4E4B32", "b", &stored, true),
            None
        );
        let stored = [computer(
            1,
            "{4c4c4544-0036-3010-8056-b7c04f4e4b32}",
            "a",
            "",
        )];
        for spelling in [
            "4C4C4544-0036-3010-8056-B7C04F4E4B32",
            " 4c4c4544003630108056b7c04f4e4b32\n",
            "44454c4c-3600-1030-8056-b7c04f4e4b32",
        ] {
            assert_eq!(
                identify(spelling, "b", &stored, true),
                Some(ComputerId(1)),
                "{spelling}"
            );
        }
    }

    #[test]
    fn the_first_real_address_makes_a_number() {
        let form = Some("00000000-0000-0000-0000-525400AABBCC".to_owned());
        assert_eq!(mac_form("525400aabbccFFEEDDCCBBAA"), form);
        assert_eq!(mac_form("000000000000FFFFFFFFFFFF525400AABBCC"), form);
        for none in ["", "000000000000", "52540", "ñ".repeat(12).as_str()] {
            assert_eq!(mac_form(none), None, "{none}");
        }
    }

    #[test]
    fn a_name_alone_does_not_take_over_a_record_unless_that_is_wanted() {
        let board = "4C4C4544-0036-3010-8056-B7C04F4E4B32";
        let twins = [computer(1, "A", "pc", ""), computer(2, "B", "pc", "")];
        assert_eq!(identify(board, "pc", &twins[..1], true), None);
        assert_eq!(
            identify(board, "pc", &twins[..1], false),
            Some(ComputerId(1))
        );
        assert_eq!(identify(board, "pc", &twins, false), None);
    }
}
