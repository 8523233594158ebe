//! The types settings have, as text.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::HeaderName;
use migasfree_server_db::zone::Zone;
use migasfree_server_domain::settings::Names;
use migasfree_server_mail::MailServer;
use url::Url;

/// A value that is written as text in the environment, on the command line and in `config check`.
pub trait SettingValue: Sized {
    /// From text.
    ///
    /// # Errors
    /// What would be accepted.
    fn parse(text: &str) -> Result<Self, String>;
    /// As text; secrets are masked.
    fn show(&self) -> String;
    /// The text of what stands in the settings file.
    ///
    /// # Errors
    /// What may stand there.
    fn read(value: &toml::Value) -> Result<String, Misplaced> {
        plain(value).ok_or_else(|| {
            Misplaced::here("a text, a number, true, false or a list of texts is needed")
        })
    }
}

fn plain(value: &toml::Value) -> Option<String> {
    Some(match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Boolean(value) => value.to_string(),
        toml::Value::Array(items) => items
            .iter()
            .map(toml::Value::as_str)
            .collect::<Option<Vec<_>>>()?
            .join(","),
        _ => return None,
    })
}

/// Something in the settings file that cannot stand where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misplaced {
    /// Where below the setting, as in `[0].name`; empty for the setting itself.
    pub at: String,
    /// Why not.
    pub reason: String,
}

impl Misplaced {
    /// The setting itself.
    pub fn here(reason: impl Into<String>) -> Self {
        Self::at("", reason)
    }

    /// Something below it.
    pub fn at(at: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            reason: reason.into(),
        }
    }

    /// The same, further down.
    pub fn below(self, above: &str) -> Self {
        Self::at(format!("{above}{}", self.at), self.reason)
    }
}

impl SettingValue for String {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
    fn show(&self) -> String {
        self.clone()
    }
}

impl SettingValue for PathBuf {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            Err("a path is needed".to_owned())
        } else {
            Ok(Self::from(text))
        }
    }
    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl SettingValue for u32 {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| format!("{text:?} is not a whole number from 0 on"))
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for bool {
    fn parse(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err(format!("{text:?} is neither true nor false")),
        }
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for SocketAddr {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| format!("{text:?} is not an address with a port, such as 127.0.0.1:8080"))
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl<T: SettingValue> SettingValue for Option<T> {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            Ok(None)
        } else {
            T::parse(text).map(Some)
        }
    }
    fn show(&self) -> String {
        self.as_ref().map_or_else(String::new, T::show)
    }
}

impl SettingValue for Zone {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            Ok(Self::system())
        } else {
            Self::named(text).map_err(|error| error.to_string())
        }
    }
    fn show(&self) -> String {
        self.name()
    }
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl SettingValue for Secret {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }
    /// Scheme, host and path of an address, without user and password.
    fn show(&self) -> String {
        Url::parse(&self.0).map_or_else(
            |_| "(hidden)".to_owned(),
            |mut url| {
                let masked = url.password().is_some() && url.set_password(Some("***")).is_ok();
                url.set_query(None);
                if masked || url.password().is_none() {
                    url.to_string()
                } else {
                    "(hidden)".to_owned()
                }
            },
        )
    }
}

/// A text of which nothing is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

impl SettingValue for Hidden {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }
    fn show(&self) -> String {
        "(hidden)".to_owned()
    }
}

impl SettingValue for MailServer {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse()
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

/// An address users and computers reach the server under, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(pub Url);

impl PublicUrl {
    /// `https://migasfree.example:8443`
    pub fn base(&self) -> String {
        self.0.as_str().trim_end_matches('/').to_owned()
    }
}

impl SettingValue for PublicUrl {
    fn parse(text: &str) -> Result<Self, String> {
        let wanted = || format!("{text:?} is not an address such as https://migasfree.example");
        let url = Url::parse(text).map_err(|_| wanted())?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty();
        if plain { Ok(Self(url)) } else { Err(wanted()) }
    }
    fn show(&self) -> String {
        self.base()
    }
}

impl SettingValue for Url {
    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| format!("{text:?} is not an address: {error}"))
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for HeaderName {
    fn parse(text: &str) -> Result<Self, String> {
        Self::from_bytes(text.as_bytes())
            .map_err(|_| format!("{text:?} is not the name of a header"))
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

/// Where syslog is received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyslogUrl(pub Url);

impl SettingValue for SyslogUrl {
    fn parse(text: &str) -> Result<Self, String> {
        let wanted = || format!("{text:?} is not an address such as tls://logs.example:6514");
        let url = Url::parse(text).map_err(|_| wanted())?;
        let plain = matches!(url.scheme(), "tcp" | "tls")
            && url.host_str().is_some_and(|host| !host.is_empty())
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty();
        if plain { Ok(Self(url)) } else { Err(wanted()) }
    }
    fn show(&self) -> String {
        self.0.as_str().trim_end_matches('/').to_owned()
    }
}

impl SettingValue for Names {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self(items(text).map(str::to_owned).collect()))
    }
    fn show(&self) -> String {
        self.0.join(",")
    }
}

/// The items of a list; an empty one may be written as in the settings file, too.
pub(super) fn items(text: &str) -> impl Iterator<Item = &str> {
    let text = if text.trim() == "[]" { "" } else { text };
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

impl SettingValue for LogFormat {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("{text:?} is neither text nor json")),
        }
    }
    fn show(&self) -> String {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
        .to_owned()
    }
}
