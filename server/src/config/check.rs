//! What values must be beyond their type.

use migasfree_server_domain::{
    core::rules::{display::SearchField, status::Status},
    settings::Names,
};
use tracing_subscriber::EnvFilter;
use url::Url;

use super::value::Secret;

type Checked = Result<(), String>;

/// A number with a least and a largest value.
pub(super) fn within<const LEAST: u32, const LARGEST: u32>(value: &u32) -> Checked {
    if (LEAST..=LARGEST).contains(value) {
        Ok(())
    } else {
        Err(format!(
            "{value} is not a whole number from {LEAST} to {LARGEST}"
        ))
    }
}

/// The address of a PostgreSQL database, which is not repeated: it may hold a password.
pub(super) fn postgres(value: &Option<Secret>) -> Checked {
    let usable = |address: &Secret| {
        Url::parse(&address.0).is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql"))
    };
    if value.as_ref().is_none_or(usable) {
        Ok(())
    } else {
        Err("it is not an address such as postgres://user:password@host/database".to_owned())
    }
}

/// An address under TLS.
pub(super) fn https(value: &Url) -> Checked {
    if value.scheme() == "https" {
        Ok(())
    } else {
        Err(format!("{value} does not begin with https://"))
    }
}

/// Where something is sent, which is not repeated: it may hold a secret.
pub(super) fn webhook(value: &Option<Secret>) -> Checked {
    let usable = |address: &Secret| {
        Url::parse(&address.0)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    };
    if value.as_ref().is_none_or(usable) {
        Ok(())
    } else {
        Err("it is not an address such as https://logs.example/migasfree".to_owned())
    }
}

/// A state computers have.
pub(super) fn status(value: &str) -> Checked {
    let known = Status::ALL.map(Status::as_str);
    one_of(value, &known)
}

/// Columns computers may be called by.
pub(super) fn search_fields(value: &Names) -> Checked {
    if value.is_empty() {
        return Err("at least one column is needed".to_owned());
    }
    value
        .iter()
        .try_for_each(|name| match SearchField::from_name(name) {
            Some(_) => Ok(()),
            None => one_of(name, &SearchField::NAMES),
        })
}

/// What is logged, as the log understands it.
pub(super) fn log_filter(value: &str) -> Checked {
    EnvFilter::try_new(value)
        .map(|_| ())
        .map_err(|error| format!("{value:?} does not say what to log: {error}"))
}

fn one_of(value: &str, known: &[&str]) -> Checked {
    if known.contains(&value) {
        Ok(())
    } else {
        Err(format!("{value:?} is not one of {}", known.join(", ")))
    }
}
