//! The proxies that are believed, by name.

use migasfree_server_auth::Networks;
use toml::Value;

use super::value::{Misplaced, SettingValue, items};

/// Proxies, each with a name and one address or network; one name may have several.
///
/// As text: `edge=10.1.0.0/16,edge=192.0.2.7`; what has no name is called by its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedProxies(Vec<(String, Networks)>);

impl NamedProxies {
    /// All of them.
    pub fn networks(&self) -> Networks {
        self.0.iter().map(|(_, networks)| networks).collect()
    }
}

impl SettingValue for NamedProxies {
    fn parse(text: &str) -> Result<Self, String> {
        let proxies = items(text).map(proxy);
        proxies.collect::<Result<_, String>>().map(Self)
    }

    fn show(&self) -> String {
        let shown = self.0.iter().map(|(name, network)| {
            let network = network.to_string();
            if *name == network {
                network
            } else {
                format!("{name}={network}")
            }
        });
        shown.collect::<Vec<_>>().join(",")
    }

    /// From `[[proxies]]` with `name` and `addresses`.
    fn read(value: &Value) -> Result<String, Misplaced> {
        let Value::Array(list) = value else {
            return Err(Misplaced::here(WANTED));
        };
        let mut names: Vec<String> = Vec::new();
        let mut texts = Vec::new();
        for (place, proxy) in list.iter().enumerate() {
            let (name, addresses) =
                one(proxy).map_err(|wrong| wrong.below(&format!("[{place}]")))?;
            if names.contains(&name) {
                let reason =
                    format!("another proxy is called {name:?} already: give each its own name");
                return Err(Misplaced::at(format!("[{place}].name"), reason));
            }
            texts.extend(addresses.iter().map(|address| format!("{name}={address}")));
            names.push(name);
        }
        Ok(texts.join(","))
    }
}

const WANTED: &str =
    "proxies are written as [[proxies]] with name = \"edge\" and addresses = [\"10.1.0.0/16\"]";

/// One proxy as text.
fn proxy(item: &str) -> Result<(String, Networks), String> {
    let Some((name, address)) = item.split_once('=') else {
        let network: Networks = item.parse()?;
        return Ok((network.to_string(), network));
    };
    if address.trim().is_empty() {
        return Err(format!("{item:?} names no address"));
    }
    Ok((named(name)?, address.parse()?))
}

fn named(name: &str) -> Result<String, String> {
    let name = name.trim();
    let is_good = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if !name.is_empty() && name.chars().all(is_good) {
        Ok(name.to_owned())
    } else {
        Err(format!(
            "{name:?} is not a name: use letters, digits and - _ ."
        ))
    }
}

/// The name and the addresses of one proxy.
fn one(proxy: &Value) -> Result<(String, Vec<String>), Misplaced> {
    let Value::Table(proxy) = proxy else {
        return Err(Misplaced::here(WANTED));
    };
    let known = ["name", "addresses"];
    if let Some(other) = proxy.keys().find(|key| !known.contains(&key.as_str())) {
        let reason = "a proxy has only name and addresses";
        return Err(Misplaced::at(format!(".{other}"), reason));
    }
    let name = proxy.get("name").and_then(Value::as_str);
    let name = name.ok_or_else(|| Misplaced::at(".name", "a text is needed"))?;
    let name = named(name).map_err(|reason| Misplaced::at(".name", reason))?;
    let addresses = proxy.get("addresses").and_then(Value::as_array);
    let addresses = addresses.filter(|list| !list.is_empty());
    let addresses = addresses
        .ok_or_else(|| Misplaced::at(".addresses", "a list of addresses and networks is needed"))?;
    let mut texts = Vec::new();
    for (place, address) in addresses.iter().enumerate() {
        let wrong = |reason: &str| Misplaced::at(format!(".addresses[{place}]"), reason);
        let text = address.as_str().ok_or_else(|| wrong("a text is needed"))?;
        if text.trim().is_empty() || text.contains(',') {
            return Err(wrong("one address or network is needed"));
        }
        let parsed = text.trim().parse::<Networks>();
        parsed.map_err(|reason| wrong(&reason))?;
        texts.push(text.trim().to_owned());
    }
    Ok((name, texts))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let table: toml::Table = text.parse().unwrap();
        let read = NamedProxies::read(&table["proxies"]);
        read.map_err(|wrong| format!("proxies{}: {}", wrong.at, wrong.reason))
    }

    #[test]
    fn proxies_are_read_by_name_and_shown_as_they_can_be_given_again() {
        let text = read(
            "[[proxies]]\nname = 'edge'\naddresses = ['10.1.0.0/16', '192.0.2.7']\n\
             [[proxies]]\nname = 'here'\naddresses = ['::1']",
        )
        .unwrap();
        assert_eq!(text, "edge=10.1.0.0/16,edge=192.0.2.7,here=::1");
        let proxies = NamedProxies::parse(&text).unwrap();
        assert_eq!(proxies.show(), text);
        let networks = proxies.networks();
        for (address, is_proxy) in [("10.1.2.3", true), ("::1", true), ("10.2.0.1", false)] {
            assert_eq!(
                networks.contains(address.parse().unwrap()),
                is_proxy,
                "{address}"
            );
        }
        let unnamed = NamedProxies::parse("127.0.0.1, ::1").unwrap();
        assert_eq!(unnamed.show(), "127.0.0.1,::1");
        for none in ["", "[]"] {
            let proxies = NamedProxies::parse(none).unwrap();
            assert_eq!(proxies.networks().to_string(), "", "{none:?}");
        }
        assert_eq!(read("proxies = []").unwrap(), "");
        for wrong in ["edge=", "a b=::1", "edge=nowhere", "nowhere"] {
            assert!(NamedProxies::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_proxy_is_told_where_it_is() {
        for (text, told) in [
            (
                "proxies = '127.0.0.1'",
                "proxies: proxies are written as [[proxies]]",
            ),
            ("proxies = ['127.0.0.1']", "proxies[0]: proxies are written"),
            (
                "[[proxies]]\naddresses = ['::1']",
                "proxies[0].name: a text",
            ),
            (
                "[[proxies]]\nname = 'a b'",
                "proxies[0].name: \"a b\" is not a name",
            ),
            ("[[proxies]]\nname = 'a'", "proxies[0].addresses: a list"),
            (
                "[[proxies]]\nname = 'a'\nadresses = []",
                "proxies[0].adresses: a proxy has only",
            ),
            (
                "[[proxies]]\nname = 'a'\naddresses = [7]",
                "proxies[0].addresses[0]: a text",
            ),
            (
                "[[proxies]]\nname = 'a'\naddresses = ['::1', 'x']",
                "proxies[0].addresses[1]: \"x\" is neither",
            ),
            (
                "[[proxies]]\nname = 'a'\naddresses = ['::1,::2']",
                "proxies[0].addresses[0]: one address",
            ),
            (
                "[[proxies]]\nname = 'a'\naddresses = ['::1']\n[[proxies]]\nname = 'a'\naddresses = ['::2']",
                "proxies[1].name: another proxy",
            ),
        ] {
            let wrong = read(text).unwrap_err();
            assert!(wrong.starts_with(told), "{text}: {wrong}");
        }
    }
}
