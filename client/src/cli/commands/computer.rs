//! `info`, `label`, `traits`, `attributes` and `network`.

use migasfree_dbus::{ComputerInfo as BusInfo, ComputerProxy, ManagerProxy, TraitRecord};
use migasfree_types::shown::shown_line;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Ended;
use crate::cli::arguments::{Attributes, Info, Json, Traits};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::report::{self, print_line};
use crate::pms;
use crate::sync::Engine;
use crate::texts::{Language, Text};
use crate::transport::messages::Trait;

/// The keys of `info`, in the order they are shown.
const KEYS: [&str; 17] = [
    "id",
    "uuid",
    "name",
    "search",
    "status",
    "sync_end_date",
    "fqdn",
    "mac_address",
    "ip_address",
    "cpu",
    "architecture",
    "ram",
    "storage",
    "disks",
    "product",
    "product_system",
    "helpdesk",
];

pub async fn info(context: &Context, arguments: Info) -> Ended {
    let record = record(context).await?;
    if let Some(key) = arguments.key {
        let Some(value) = record.get(&key) else {
            let values = vec![key, KEYS.join(" ")];
            return Err(Failure::Said(Text::ErrorUnknownKey, values, Exit::USAGE));
        };
        let line = match (arguments.json, context.quiet) {
            (true, _) => json!({ key: value }).to_string(),
            (false, true) => plain(value),
            (false, false) => in_words(context.language, &key, value),
        };
        print_line(&line);
    } else if arguments.json {
        print_line(&Value::Object(record).to_string());
    } else if context.quiet {
        // The number first, then the other values by the names of their keys.
        let mut others: Vec<&str> = KEYS.iter().copied().filter(|key| *key != "id").collect();
        others.sort_unstable();
        let values: Vec<String> = std::iter::once("id")
            .chain(others)
            .map(|key| plain(&record[key]))
            .collect();
        print_line(&values.join("\t"));
    } else {
        for key in KEYS {
            let words = in_words(context.language, key, &record[key]);
            print_line(&format!("{key:<16} {words}"));
        }
    }
    Ok(Exit::OK)
}

async fn record(context: &Context) -> Result<Map<String, Value>, Failure> {
    let mut record = match context.daemon().await {
        Some(bus) => {
            let info = ComputerProxy::new(&bus).await?.get_info().await?;
            context.tell_age(&bus).await?;
            known_to_daemon(info)
        }
        None => {
            let engine = context.trusted_engine().await?;
            let info = json!(engine.info().await?);
            engine.end_transmission().await;
            let id = engine.identity().computer_id;
            let mut record = info.as_object().cloned().unwrap_or_default();
            record.insert("id".to_owned(), json!(id));
            record
        }
    };
    for key in KEYS {
        record.entry(key).or_insert(Value::Null);
    }
    Ok(record)
}

/// The daemon writes what it does not know as nothing; scripts know `null`.
fn known_to_daemon(info: BusInfo) -> Map<String, Value> {
    let text = |text: String| {
        if text.is_empty() {
            Value::Null
        } else {
            json!(text)
        }
    };
    let number = |number: u64| {
        if number == 0 {
            Value::Null
        } else {
            json!(number)
        }
    };
    let pairs = [
        ("id", number(info.id.into())),
        ("uuid", json!(info.uuid)),
        ("name", json!(info.name)),
        ("search", json!(info.search)),
        ("status", text(info.status)),
        ("sync_end_date", json!(info.sync_end_date)),
        ("fqdn", text(info.fqdn)),
        ("mac_address", text(info.mac_address)),
        ("ip_address", text(info.ip_address)),
        ("cpu", text(info.cpu)),
        ("architecture", number(info.architecture.into())),
        ("ram", number(info.ram)),
        ("storage", number(info.storage)),
        ("disks", number(info.disks.into())),
        ("product", text(info.product)),
        ("product_system", text(info.product_system)),
        ("helpdesk", json!(info.helpdesk)),
    ];
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// A value in one line, whatever it holds: a row is a row.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => shown_line(text).into_owned(),
        other => other.to_string(),
    }
}

/// A value as a person reads it.
fn in_words(language: Language, key: &str, value: &Value) -> String {
    let words = match (key, value) {
        ("sync_end_date", Value::Null) => Some(language.text(Text::Never).to_owned()),
        ("sync_end_date", Value::String(text)) => {
            let at = OffsetDateTime::parse(text, &Rfc3339).ok();
            at.map(report::moment)
        }
        ("status", Value::String(word)) => status(word).map(|text| language.text(text).to_owned()),
        ("ram" | "storage", Value::Number(_)) => value.as_u64().map(pms::amount),
        ("architecture", Value::Number(bits)) => {
            Some(language.fill(Text::Bits, &[&bits.to_string()]))
        }
        _ => None,
    };
    words.unwrap_or_else(|| plain(value))
}

/// The words of the server for what a computer is used for; `None` for those of a newer one.
fn status(word: &str) -> Option<Text> {
    Some(match word {
        // As servers before version 5.1 call it.
        "intended" | "assigned" => Text::StatusAssigned,
        "reserved" => Text::StatusReserved,
        "unknown" => Text::StatusUnknown,
        "in repair" => Text::StatusInRepair,
        "available" => Text::StatusAvailable,
        "unsubscribed" => Text::StatusUnsubscribed,
        _ => return None,
    })
}

pub async fn label(context: &Context, arguments: &Json) -> Ended {
    let daemon = context.daemon().await;
    let (uuid, name, search, helpdesk) = match &daemon {
        Some(bus) => {
            let label = ComputerProxy::new(bus).await?.get_label().await?;
            context.tell_age(bus).await?;
            (label.uuid, label.name, label.search, label.helpdesk)
        }
        None => {
            let engine = context.trusted_engine().await?;
            let label = engine.label().await?;
            engine.end_transmission().await;
            (label.uuid, label.name, label.search, label.helpdesk)
        }
    };
    if arguments.json {
        let label = json!({ "uuid": uuid, "name": name, "search": search, "helpdesk": helpdesk });
        print_line(&label.to_string());
        return Ok(Exit::OK);
    }
    print_line(&shown_line(&search));
    let server = match &daemon {
        Some(bus) => ManagerProxy::new(bus).await?.server().await?,
        None => context.settings()?.server.base(),
    };
    for (title, value) in [
        (context.text(Text::LabelName), name),
        ("UUID", uuid),
        (context.text(Text::LabelServer), server),
        (context.text(Text::LabelHelpdesk), helpdesk),
    ] {
        print_line(&format!("{title}: {}", shown_line(&value)));
    }
    Ok(Exit::OK)
}

pub async fn traits(context: &Context, arguments: Traits) -> Ended {
    let mut traits = traits_of(context).await?;
    if let Some(prefix) = &arguments.prefix {
        traits.retain(|one| one.prefix == *prefix);
    }
    let mut list: Vec<Value> = traits.iter().map(|one| json!(one)).collect();
    if let Some(key) = arguments.key {
        if !["id", "description", "name", "value", "prefix", "sort"].contains(&key.as_str()) {
            let values = vec![key, "id description name value prefix sort".to_owned()];
            return Err(Failure::Said(Text::ErrorUnknownKey, values, Exit::USAGE));
        }
        list = list.into_iter().map(|one| one[&key].clone()).collect();
    }
    print_line(&indented(&Value::Array(list)));
    Ok(Exit::OK)
}

/// An administrator gets them from the server; others those the daemon learnt last.
async fn traits_of(context: &Context) -> Result<Vec<Trait>, Failure> {
    if !context.may_write()
        && let Some(bus) = context.daemon().await
    {
        let known = ComputerProxy::new(&bus).await?.list_traits("").await?;
        let read = |record: TraitRecord| Trait {
            id: record.id,
            description: record.description,
            name: record.name,
            value: record.value,
            prefix: record.prefix,
            sort: record.sort,
        };
        return Ok(known.into_iter().map(read).collect());
    }
    let engine = context.trusted_engine().await?;
    let traits = engine.traits().await?;
    engine.end_transmission().await;
    Ok(traits)
}

/// JSON with four blanks for each level, as scripts know it.
pub fn indented(value: &Value) -> String {
    let mut text = Vec::new();
    let format = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut writer = serde_json::Serializer::with_formatter(&mut text, format);
    match serde::Serialize::serialize(value, &mut writer) {
        Ok(()) => String::from_utf8_lossy(&text).into_owned(),
        Err(_) => value.to_string(),
    }
}

pub async fn attributes(context: &Context, arguments: &Attributes) -> Ended {
    let engine = context.administrators_engine().await?;
    let page = engine.attributes(arguments.cid).await?;
    engine.end_transmission().await;
    if arguments.json {
        print_line(&json!(page).to_string());
        return Ok(Exit::OK);
    }
    if page.results.is_empty() {
        context.nothing(Text::NoAttributes);
    }
    for attribute in page.results {
        let prefix = plain(&attribute["property_att"]["prefix"]);
        print_line(&format!(
            "{prefix}-{}\t{}",
            plain(&attribute["value"]),
            plain(&attribute["description"])
        ));
    }
    Ok(Exit::OK)
}

pub async fn network(context: &Context, arguments: &Json) -> Ended {
    let network = context.engine().await?.network();
    if arguments.json {
        print_line(&json!(network).to_string());
    } else if network.network.is_empty() {
        context.nothing(Text::NoNetwork);
    } else {
        print_line(&format!(
            "{} {} {}",
            network.ip_address, network.mask, network.network
        ));
    }
    Ok(Exit::OK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_writes_is_read_by_a_person_in_words() {
        let words = |key, value| in_words(Language::ENGLISH, key, &value);
        for (key, value, expected) in [
            ("id", json!(7), "7"),
            ("status", json!("in repair"), "in repair"),
            ("status", json!("intended"), "assigned to somebody"),
            ("status", json!("of a newer server"), "of a newer server"),
            ("sync_end_date", Value::Null, "never"),
            ("sync_end_date", json!("some day"), "some day"),
            ("ram", json!(8_200_000_000_u64), "8.2 GB"),
            ("storage", Value::Null, ""),
            ("architecture", json!(64), "64 bits"),
        ] {
            assert_eq!(words(key, value), expected, "{key}");
        }
        let moment = words("sync_end_date", json!("2026-11-30T10:11:12.345678+01:00"));
        assert!(!moment.contains(['T', '+', '.']), "{moment}");
        assert!(moment.starts_with("2026-11-"), "{moment}");
    }
}
