//! How a computer is called in lists and labels (8.9).

use crate::ids::ComputerId;

/// A field of a computer that people search by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchField {
    /// The number.
    Id,
    /// The host name.
    Name,
    /// The board's UUID.
    Uuid,
    /// The reported address.
    IpAddress,
    /// The full host name.
    Fqdn,
}

impl SearchField {
    /// The names of all fields.
    pub const NAMES: [&str; 5] = ["id", "name", "uuid", "ip_address", "fqdn"];

    /// The field of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "id" => Self::Id,
            "name" => Self::Name,
            "uuid" => Self::Uuid,
            "ip_address" => Self::IpAddress,
            "fqdn" => Self::Fqdn,
            _ => return None,
        })
    }
}

/// The values a computer can be called by.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Names<'a> {
    pub id: ComputerId,
    pub name: Option<&'a str>,
    pub uuid: &'a str,
    pub ip_address: Option<&'a str>,
    pub fqdn: Option<&'a str>,
}

impl Names<'_> {
    fn field(&self, field: SearchField) -> String {
        match field {
            SearchField::Id => self.id.to_string(),
            SearchField::Name => self.name.unwrap_or_default().to_owned(),
            SearchField::Uuid => self.uuid.to_owned(),
            SearchField::IpAddress => self.ip_address.unwrap_or_default().to_owned(),
            SearchField::Fqdn => self.fqdn.unwrap_or_default().to_owned(),
        }
    }
}

/// Default order of [`SearchField`]s.
pub const DEFAULT_SEARCH_FIELDS: [SearchField; 2] = [SearchField::Id, SearchField::Name];

/// `CID-7`, or `name (CID-7)` when the search fields do not begin with the number.
#[must_use]
pub fn display_name(fields: &[SearchField], names: &Names<'_>) -> String {
    match fields.first() {
        Some(SearchField::Id) | None => format!("CID-{}", names.id),
        Some(field) => format!("{} (CID-{})", names.field(*field), names.id),
    }
}

/// The description of the attribute that stands for the computer: its first search field besides
/// the number.
#[must_use]
pub fn cid_description(fields: &[SearchField], names: &Names<'_>) -> String {
    let field = fields.iter().find(|field| **field != SearchField::Id);
    names.field(field.copied().unwrap_or(SearchField::Name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_fields_decide_what_a_computer_is_called() {
        let names = Names {
            id: ComputerId(7),
            name: Some("pc7"),
            uuid: "U",
            ip_address: Some("192.0.2.7"),
            fqdn: None,
        };
        assert_eq!(display_name(&DEFAULT_SEARCH_FIELDS, &names), "CID-7");
        assert_eq!(cid_description(&DEFAULT_SEARCH_FIELDS, &names), "pc7");
        let fields = [SearchField::IpAddress, SearchField::Id];
        assert_eq!(display_name(&fields, &names), "192.0.2.7 (CID-7)");
        assert_eq!(cid_description(&fields, &names), "192.0.2.7");
    }
}
