//! Where a browser goes after signing in: on this server and nowhere else.

use url::Url;

/// Longer ones are nobody's.
const LONGEST: usize = 2000;
const START: &str = "/";

/// The path of this server that was asked for; its start for anything else.
pub fn destination(asked: &str) -> String {
    local(asked).unwrap_or_else(|| START.to_owned())
}

fn local(asked: &str) -> Option<String> {
    if !asked.starts_with('/') || asked.len() > LONGEST {
        return None;
    }
    let here = Url::parse("http://here.invalid/").ok()?;
    let there = here.join(asked).ok()?;
    let mut path = there.path().to_owned();
    if let Some(query) = there.query() {
        path.push('?');
        path.push_str(query);
    }
    let is_local = there.origin() == here.origin() && !path.starts_with("//");
    is_local.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_led_to() {
        for (asked, led) in [
            ("/computers?status=new", "/computers?status=new"),
            ("/a/../b#part", "/b"),
            ("", "/"),
            ("computers", "/"),
            ("//elsewhere.example/", "/"),
            ("/\\elsewhere.example/", "/"),
            ("/\t/elsewhere.example/", "/"),
            ("/.//elsewhere.example", "/"),
            ("https://elsewhere.example/", "/"),
            ("javascript:alert(1)", "/"),
        ] {
            assert_eq!(destination(asked), led, "{asked:?}");
        }
        assert_eq!(destination(&format!("/{}", "a".repeat(LONGEST))), "/");
    }
}
