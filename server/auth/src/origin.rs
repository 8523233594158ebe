//! Which requests may use the cookie.
//!
//! A browser sends the cookie by itself, so whatever page made the request has to be one of ours:
//! unsafe methods need a matching `Origin` and an `X-CSRF` header (which a foreign page cannot set without asking first),
//! WebSockets a matching `Origin`; for the others an `Origin` has to match where there is one.

use axum::http::{HeaderMap, Method, header};
use url::Url;

/// Header that only our own pages send.
pub const CSRF_HEADER: &str = "x-csrf";

/// Whether a request with the cookie comes from one of our own pages.
pub fn is_own_page(method: &Method, headers: &HeaderMap, public_url: Option<&Url>) -> bool {
    let origin = headers
        .get(header::ORIGIN)
        .map(|value| value.to_str().unwrap_or_default());
    let matches = origin.map(|origin| is_own_origin(origin, headers, public_url));
    let upgrade = headers.contains_key(header::UPGRADE);
    if upgrade {
        return matches == Some(true);
    }
    if method.is_safe() {
        return matches != Some(false) && !is_cross_site(headers);
    }
    matches == Some(true) && headers.contains_key(CSRF_HEADER)
}

fn is_own_origin(origin: &str, headers: &HeaderMap, public_url: Option<&Url>) -> bool {
    let Ok(origin) = Url::parse(origin) else {
        return false;
    };
    if public_url.is_some_and(|own| own.origin() == origin.origin()) {
        return true;
    }
    let host = headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok());
    let own = host.and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok());
    own.is_some_and(|own| own.origin() == origin.origin() && own.origin().is_tuple())
}

fn is_cross_site(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn allowed(method: Method, lines: &[(&'static str, &str)], public: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "server.example:8080".parse().unwrap());
        for (name, value) in lines {
            headers.insert(*name, value.parse().unwrap());
        }
        is_own_page(
            &method,
            &headers,
            public.map(|url| Url::parse(url).unwrap()).as_ref(),
        )
    }

    const OWN: (&str, &str) = ("origin", "http://server.example:8080");
    const FOREIGN: (&str, &str) = ("origin", "http://elsewhere.example");
    const CSRF: (&str, &str) = ("x-csrf", "1");
    const UPGRADE: (&str, &str) = ("upgrade", "websocket");

    #[test]
    fn our_own_page_may_read_and_write() {
        assert!(allowed(Method::GET, &[], None));
        assert!(allowed(Method::GET, &[OWN], None));
        assert!(allowed(Method::POST, &[OWN, CSRF], None));
        assert!(allowed(Method::GET, &[OWN, UPGRADE], None));
        let behind_a_proxy = [("origin", "https://public.example"), CSRF];
        assert!(allowed(
            Method::DELETE,
            &behind_a_proxy,
            Some("https://public.example")
        ));
    }

    #[test]
    fn a_foreign_page_may_do_nothing() {
        assert!(!allowed(Method::GET, &[FOREIGN], None));
        assert!(!allowed(
            Method::GET,
            &[("sec-fetch-site", "cross-site")],
            None
        ));
        assert!(!allowed(Method::POST, &[FOREIGN, CSRF], None));
        assert!(!allowed(Method::POST, &[("origin", "null"), CSRF], None));
        assert!(!allowed(Method::GET, &[FOREIGN, UPGRADE], None));
        assert!(!allowed(
            Method::POST,
            &[("origin", "http://server.example:9090"), CSRF],
            None
        ));
    }

    #[test]
    fn writing_needs_the_origin_and_the_header() {
        assert!(!allowed(Method::POST, &[OWN], None));
        assert!(!allowed(Method::POST, &[CSRF], None));
        assert!(!allowed(Method::GET, &[UPGRADE], None));
    }
}
