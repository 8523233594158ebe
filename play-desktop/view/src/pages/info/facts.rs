//! What is known about this computer.

use crate::{
    parts::TimeText,
    text::{Locale, bytes, day_of, filled, i18n::td_string, tag, use_i18n},
};
use leptos::prelude::*;
use migasfree_play_records::{Computer, Connectivity, Machine};
use migasfree_ui_kit::{Card, format};

/// The card.
#[component]
pub fn Facts(
    /// This computer.
    computer: Memo<Computer>,
) -> impl IntoView {
    let i18n = use_i18n();
    let last_sync = Memo::new(move |_| computer.with(|computer| computer.last_sync));
    let rows = move || {
        let locale = i18n.get_locale();
        let mut rows = computer.with(|computer| {
            let mut rows = organization(computer, locale);
            rows.extend(machine(&computer.machine, locale));
            rows
        });
        rows.retain(|(_, value)| !value.is_empty());
        rows
    };
    view! {
        <Card title=move || td_string!(i18n.get_locale(), info.facts)>
            <dl class="fact-list" data-testid="computer-facts">
                <div>
                    <dt>{move || td_string!(i18n.get_locale(), info.last_sync)}</dt>
                    <dd><TimeText at=last_sync /></dd>
                </div>
                {move || {
                    rows()
                        .into_iter()
                        .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
                        .collect_view()
                }}
            </dl>
        </Card>
    }
}

fn organization(computer: &Computer, locale: Locale) -> Vec<(&'static str, String)> {
    let registered = if computer.registered {
        td_string!(locale, info.registered)
    } else {
        td_string!(locale, info.not_registered)
    };
    let connection = match computer.connectivity {
        Connectivity::Online => td_string!(locale, info.online),
        Connectivity::Unknown => td_string!(locale, info.untried),
        Connectivity::Metered => td_string!(locale, info.metered),
        Connectivity::Offline => td_string!(locale, info.offline),
        Connectivity::ServerUnreachable => td_string!(locale, info.unreachable),
        Connectivity::Saturated => td_string!(locale, info.saturated),
    };
    vec![
        (td_string!(locale, info.connection), connection.to_owned()),
        (td_string!(locale, info.state), registered.to_owned()),
        (
            td_string!(locale, info.identified),
            identified(computer, locale),
        ),
        (
            td_string!(locale, info.certificate_until),
            certificate(computer.certificate_until, locale),
        ),
        (
            td_string!(locale, info.status),
            lifecycle(&computer.machine.status, locale).to_owned(),
        ),
        (
            td_string!(locale, info.organization),
            computer.organization.clone(),
        ),
        (td_string!(locale, info.project), computer.project.clone()),
        (td_string!(locale, info.server), computer.server.clone()),
        (
            td_string!(locale, info.server_version),
            computer.server_version.clone(),
        ),
        (
            td_string!(locale, info.client_version),
            computer.client_version.clone(),
        ),
    ]
}

/// How the computer proves to its server who it is; empty where it does not, or nobody says.
fn identified(computer: &Computer, locale: Locale) -> String {
    let words = match computer.identification.as_str() {
        "project-key" => td_string!(locale, info.identified_project),
        "own-key" => td_string!(locale, info.identified_own),
        "pending" => td_string!(locale, info.identified_pending),
        "rejected" => td_string!(locale, info.identified_rejected),
        "damaged" => td_string!(locale, info.identified_damaged),
        _ => return String::new(),
    };
    match computer.key_fingerprint.as_str() {
        "" => words.to_owned(),
        key => format!("{words} ({key})"),
    }
}

/// The day until which the computer's certificate is valid; empty where it has none.
fn certificate(until: i64, locale: Locale) -> String {
    match until {
        0 => String::new(),
        until => day_of(until, locale).1,
    }
}

/// The lifecycle status the organisation keeps; empty when it says none.
fn lifecycle(status: &str, locale: Locale) -> &'static str {
    match status {
        "" => "",
        "intended" | "assigned" => td_string!(locale, info.status_assigned),
        "available" => td_string!(locale, info.status_available),
        "in repair" => td_string!(locale, info.status_in_repair),
        "reserved" => td_string!(locale, info.status_reserved),
        "unsubscribed" => td_string!(locale, info.status_unsubscribed),
        _ => td_string!(locale, page.unknown),
    }
}

/// `ana~Ana Ruiz` as `Ana Ruiz (ana)`.
fn person(user: &str) -> String {
    match user.split_once('~') {
        Some((name, full)) if !full.trim().is_empty() => format!("{} ({name})", full.trim()),
        Some((name, _)) => name.to_owned(),
        None => user.to_owned(),
    }
}

fn storage(machine: &Machine, locale: Locale) -> String {
    let size = bytes(machine.storage, locale);
    match (machine.storage, machine.disks) {
        (0, _) => String::new(),
        (_, 0 | 1) => size,
        (_, disks) => filled!(locale, info.disks, size = size, count = disks),
    }
}

fn machine(machine: &Machine, locale: Locale) -> Vec<(&'static str, String)> {
    let memory = match machine.ram {
        0 => String::new(),
        ram => format::memory(ram, tag(locale)),
    };
    let product = [machine.product.as_str(), machine.product_system.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let width = if machine.architecture == 0 {
        String::new()
    } else {
        format!("{} bit", machine.architecture)
    };
    vec![
        (td_string!(locale, info.product), product),
        (td_string!(locale, info.processor), machine.cpu.clone()),
        (td_string!(locale, info.architecture), width),
        (td_string!(locale, info.memory), memory),
        (td_string!(locale, info.storage), storage(machine, locale)),
        (td_string!(locale, info.fqdn), machine.fqdn.clone()),
        (td_string!(locale, info.address), machine.ip_address.clone()),
        (
            td_string!(locale, info.mac),
            hardware_addresses(&machine.mac_address),
        ),
        (td_string!(locale, info.user), person(&machine.user)),
    ]
}

/// `525400123456` as `52:54:00:12:34:56`, several apart.
fn hardware_addresses(joined: &str) -> String {
    let digits: Vec<char> = joined.chars().filter(char::is_ascii_hexdigit).collect();
    (digits.chunks(12))
        .map(|address| {
            let pairs: Vec<String> = address
                .chunks(2)
                .map(|pair| pair.iter().collect())
                .collect();
            pairs.join(":")
        })
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::{hardware_addresses, person};

    #[test]
    fn people_are_called_by_their_name() {
        assert_eq!(person("ana~Ana Ruiz"), "Ana Ruiz (ana)");
        assert_eq!(person("ana~"), "ana");
        assert_eq!(person("ana"), "ana");
    }

    #[test]
    fn hardware_addresses_are_readable() {
        assert_eq!(
            hardware_addresses("525400123456525400abcdef"),
            "52:54:00:12:34:56, 52:54:00:ab:cd:ef"
        );
        assert_eq!(hardware_addresses(""), "");
    }
}
