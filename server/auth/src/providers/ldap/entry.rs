//! What a directory has of somebody.

use std::collections::HashMap;

use ldap3::SearchEntry;

/// An entry. Attributes are found however they are written.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) dn: String,
    texts: HashMap<String, Vec<String>>,
    bytes: HashMap<String, Vec<Vec<u8>>>,
}

impl From<SearchEntry> for Entry {
    fn from(entry: SearchEntry) -> Self {
        Self {
            dn: entry.dn,
            texts: lower(entry.attrs),
            bytes: lower(entry.bin_attrs),
        }
    }
}

fn lower<T>(attributes: HashMap<String, T>) -> HashMap<String, T> {
    let attributes = attributes.into_iter();
    attributes
        .map(|(name, values)| (name.to_ascii_lowercase(), values))
        .collect()
}

impl Entry {
    pub(super) fn all(&self, attribute: &str) -> &[String] {
        let values = self.texts.get(&attribute.to_ascii_lowercase());
        values.map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn first(&self, attribute: &str) -> String {
        self.all(attribute).first().cloned().unwrap_or_default()
    }

    /// What somebody is known by for ever; bytes as hexadecimal digits.
    pub(super) fn id(&self, attribute: &str) -> Option<String> {
        if attribute.eq_ignore_ascii_case("dn") {
            return Some(self.dn.to_lowercase());
        }
        let text = self.all(attribute).first().cloned();
        let bytes = self.bytes.get(&attribute.to_ascii_lowercase());
        text.or_else(|| bytes.and_then(|values| values.first()).map(hex::encode))
    }
}
