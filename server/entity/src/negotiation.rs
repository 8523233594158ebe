//! What the caller reads, by its `Accept` header.

use axum::http::{HeaderMap, header};
use migasfree_types::message::MEDIA_TYPE;

/// Whether an answer in JSON, or in CSV for an export, is something the caller reads.
/// A browser that asks for a page gets the JSON, and so does who names problems alone: they are JSON.
#[must_use]
pub fn acceptable(headers: &HeaderMap, export: bool) -> bool {
    let mut ranges = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim())
        .filter(|range| !range.is_empty())
        .peekable();
    ranges.peek().is_none()
        || ranges.any(|range| {
            let range = range.to_ascii_lowercase();
            let any = [
                "*/*",
                "application/*",
                "application/json",
                MEDIA_TYPE,
                "text/html",
            ];
            any.contains(&range.as_str()) || (export && matches!(&*range, "text/csv" | "text/*"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_suits_everybody_who_does_not_rule_it_out() {
        for (accept, json, csv) in [
            ("", true, true),
            ("*/*", true, true),
            ("application/json, text/plain, */*", true, true),
            ("Application/JSON; indent=2", true, true),
            ("text/html,application/xhtml+xml;q=0.9", true, true),
            ("application/problem+json", true, true),
            ("text/csv", false, true),
            ("application/xml", false, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Ok(value) = accept.parse() {
                headers.insert(header::ACCEPT, value);
            }
            assert_eq!(acceptable(&headers, false), json, "{accept}");
            assert_eq!(acceptable(&headers, true), csv, "{accept}");
        }
    }
}
