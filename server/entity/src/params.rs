//! Parameters of a list: from the address, or from the body of a filter by POST.

use serde_json::Value;

/// Names and values in the order they came; a name may repeat.
#[derive(Debug, Clone, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads the query part of an address; what cannot be decoded is dropped.
    #[must_use]
    pub fn from_query(query: &str) -> Self {
        Self(
            url::form_urlencoded::parse(query.as_bytes())
                .map(|(name, value)| (name.into_owned(), clean(&value)))
                .collect(),
        )
    }

    /// The parameters that have a value.
    #[must_use]
    pub fn of(pairs: &[(&str, Option<&str>)]) -> Self {
        Self(
            pairs
                .iter()
                .filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.to_owned())))
                .collect(),
        )
    }

    /// Reads the members of a body; a list counts as repeated values.
    #[must_use]
    pub fn from_body(body: &serde_json::Map<String, Value>) -> Self {
        let mut params = Vec::new();
        for (name, value) in body {
            match value {
                Value::Array(items) => {
                    params.extend(
                        items
                            .iter()
                            .filter_map(plain)
                            .map(|value| (name.clone(), value)),
                    );
                }
                other => params.extend(plain(other).map(|value| (name.clone(), value))),
            }
        }
        Self(params)
    }

    /// The last value of that name that is not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Every value of that name, split on commas, without empty ones.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(key, _)| key == name)
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect()
    }

    /// Whether the name was given at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// The query part with `name` set to `value`, or without it; sorted, so that links are stable.
    #[must_use]
    pub fn with(&self, name: &str, value: Option<&str>) -> String {
        let mut pairs: Vec<(&str, &str)> = self
            .0
            .iter()
            .filter(|(key, _)| key != name)
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        pairs.extend(value.map(|value| (name, value)));
        pairs.sort_by_key(|(key, _)| *key);
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
    }
}

/// PostgreSQL's text cannot hold a zero character, and nothing searched for has one.
fn clean(value: &str) -> String {
    value.replace('\0', "")
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(clean(text)),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Params;

    #[test]
    fn the_last_value_counts_and_empty_ones_are_ignored() {
        let params = Params::from_query("name=a&name=b&store=&id__in=1,2&id__in=3");
        assert_eq!(params.get("name"), Some("b"));
        assert_eq!(params.get("store"), None);
        assert_eq!(params.all("id__in"), ["1", "2", "3"]);
    }

    #[test]
    fn a_link_to_another_page_keeps_the_other_parameters() {
        let params = Params::from_query("search=a%20b&page=2");
        assert_eq!(params.with("page", Some("3")), "page=3&search=a+b");
        assert_eq!(params.with("page", None), "search=a+b");
    }

    #[test]
    fn a_body_may_hold_lists_and_numbers() {
        let body = serde_json::json!({"id__in": [1, 2], "enabled": true, "page": 3, "none": null});
        let params = Params::from_body(body.as_object().expect("an object"));
        assert_eq!(params.all("id__in"), ["1", "2"]);
        assert_eq!(params.get("enabled"), Some("true"));
        assert_eq!(params.get("page"), Some("3"));
        assert!(!params.has("none"));
    }
}
