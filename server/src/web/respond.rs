//! How the files of the admin UI are answered: compressed as they lie there, cached as their names allow,
//! and under a policy that runs nothing but them.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use migasfree_server_entity::error::RestError;

use super::assets::{Assets, Embedded};

const PAGE: &str = "index.html";

/// Scripts and WebAssembly of this server alone; no frames, no plugins, no foreign addresses.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; \
    manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Starts of addresses that are never pages of the admin UI: what programs ask for, of this server or of
/// the one it takes the place of.
const NOT_PAGES: &[&str] = &[
    "api/",
    "rest-auth/",
    "token-auth",
    "token-refresh",
    "public/",
    "pub/",
    "repo/",
    "pool/",
    "src/",
    "static/",
    "assets/",
    "manager/",
    "computer/",
    "get_",
    "graphql",
    "tunnel",
    "ws/",
    "health",
    "metrics",
    "alerts",
];

/// Whether a person's browser asks for this address, and not a program.
pub(crate) fn is_console(path: &str) -> bool {
    let path = path.trim_start_matches('/');
    !NOT_PAGES.iter().any(|start| path.starts_with(start))
}

/// Answers what no other route does.
pub(super) async fn answer(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    respond(&Embedded, &method, uri.path(), &headers)
}

fn respond(assets: &impl Assets, method: &Method, path: &str, headers: &HeaderMap) -> Response {
    let path = path.trim_start_matches('/');
    if !matches!(*method, Method::GET | Method::HEAD) {
        return nothing();
    }
    if let Some(file) = file(assets, path, headers) {
        return file;
    }
    if !is_page(path) {
        return nothing();
    }
    file(assets, PAGE, headers).unwrap_or_else(|| not_built(path))
}

/// An address without an ending is a place in the admin UI: its page finds out which.
fn is_page(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    !last.contains('.') && is_console(path)
}

fn file(assets: &impl Assets, path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = assets.get(path).filter(|_| !path.ends_with(".br"))?;
    let etag = format!("\"{}\"", plain.hash);
    let matches = knows(headers, &etag);
    let packed = assets
        .get(&format!("{path}.br"))
        .filter(|_| accepts_brotli(headers));
    let mut response = if matches {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let content = packed
            .as_ref()
            .map_or_else(|| plain.content.clone(), |file| file.content.clone());
        Response::new(Body::from(content.into_owned()))
    };
    let out = response.headers_mut();
    out.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(content_type(path)),
    );
    out.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(caching(path)),
    );
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        out.insert(header::ETAG, etag);
    }
    if packed.is_some() && !matches {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    if path == PAGE {
        out.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        );
    }
    Some(response)
}

/// A cache on the way may have marked the tag as weak.
fn knows(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get(header::IF_NONE_MATCH);
    let known = known
        .and_then(|known| known.to_str().ok())
        .unwrap_or_default();
    let mut known = known.split(',').map(str::trim);
    known.any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    let mut accepted = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    accepted.any(|item| {
        let mut parts = item.split(';').map(str::trim);
        parts.next() == Some("br") && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0"))
    })
}

/// A name with a hash of the content (`app-0123456789ab.wasm`, `app-0123456789ab/app.js`) stands for this content for ever.
fn caching(path: &str) -> &'static str {
    let hashed = path.split('/').any(|part| {
        let stem = part.split('.').next().unwrap_or_default();
        let hash = stem.rsplit_once('-').map_or("", |(_, hash)| hash);
        hash.len() == 12 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    if hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/vnd.microsoft.icon",
        "woff2" => "font/woff2",
        "json" | "webmanifest" => "application/json",
        "txt" | "ftl" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn nothing() -> Response {
    RestError::NoRoute.into_response()
}

fn not_built(path: &str) -> Response {
    let status = if path.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    let text = "This server was built without its admin UI.\n\n\
        Build the UI with `cargo xtask wasm ui` and the server with `--features embed-ui`.\n\
        The REST API is at /api/v1/token/, its description at /api/schema/swagger-ui/.\n";
    (status, text).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::borrow::Cow;

    use super::super::assets::Asset;
    use super::*;

    struct Folder(&'static [&'static str]);

    impl Assets for Folder {
        fn get(&self, path: &str) -> Option<Asset> {
            let known = self.0.iter().find(|name| **name == path)?;
            Some(Asset {
                content: Cow::Borrowed(known.as_bytes()),
                hash: "0123".to_owned(),
            })
        }
    }

    const UI: Folder = Folder(&[
        "index.html",
        "index.html.br",
        "app-0123456789ab.wasm",
        "app-0123456789ab.wasm.br",
        "assets/mark.svg",
        "locales-0123456789ab/es/console.ftl",
    ]);

    fn ask(path: &str, lines: &[(&'static str, &'static str)]) -> Response {
        let headers = lines
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect();
        respond(&UI, &Method::GET, path, &headers)
    }

    fn header_of<'a>(response: &'a Response, name: &str) -> &'a str {
        response
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn every_address_of_the_ui_is_its_page_and_nothing_else_is() {
        for path in ["/", "/computers", "/computers/7/software", "/login"] {
            let page = ask(path, &[]);
            assert_eq!(
                (page.status(), header_of(&page, "content-type")),
                (StatusCode::OK, "text/html; charset=utf-8")
            );
            assert!(header_of(&page, "content-security-policy").contains("'wasm-unsafe-eval'"));
        }
        for path in [
            "/api/v1/none/",
            "/assets/none.svg",
            "/computers/x.js",
            "/index.html.br",
            "/public/x",
            "/get_computer_info/",
            "/computer/4C4C4544-0036-3010-8036-C4C04F4E3732/label/",
        ] {
            assert_eq!(ask(path, &[]).status(), StatusCode::NOT_FOUND, "{path}");
        }
        let post = respond(&UI, &Method::POST, "/", &HeaderMap::new());
        assert_eq!(post.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn only_a_name_with_a_hash_is_cached_for_ever() {
        let wasm = ask(
            "/app-0123456789ab.wasm",
            &[("accept-encoding", "gzip, br;q=0.9")],
        );
        assert_eq!(
            header_of(&wasm, "cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(header_of(&wasm, "content-encoding"), "br");
        assert_eq!(header_of(&wasm, "content-type"), "application/wasm");
        let words = ask("/locales-0123456789ab/es/console.ftl", &[]);
        assert_eq!(
            (
                header_of(&words, "cache-control"),
                header_of(&words, "content-type")
            ),
            (
                "public, max-age=31536000, immutable",
                "text/plain; charset=utf-8"
            )
        );
        assert_eq!(
            header_of(&ask("/assets/mark.svg", &[]), "cache-control"),
            "no-cache"
        );
        assert_eq!(header_of(&ask("/", &[]), "cache-control"), "no-cache");
    }

    #[test]
    fn who_knows_the_page_or_cannot_read_brotli_gets_what_fits() {
        for tags in ["\"0123\"", "\"other\", W/\"0123\""] {
            let known = ask("/", &[("if-none-match", tags), ("accept-encoding", "br")]);
            assert_eq!(
                (known.status(), header_of(&known, "content-encoding")),
                (StatusCode::NOT_MODIFIED, "")
            );
        }
        for accepted in ["gzip", "br;q=0, gzip", "identity"] {
            let page = ask("/", &[("accept-encoding", accepted)]);
            assert_eq!(header_of(&page, "content-encoding"), "", "{accepted}");
        }
    }

    #[test]
    fn without_the_ui_the_front_page_says_how_to_build_it() {
        assert_eq!(
            respond(&Folder(&[]), &Method::GET, "/", &HeaderMap::new()).status(),
            StatusCode::OK
        );
        assert_eq!(
            respond(&Folder(&[]), &Method::GET, "/computers", &HeaderMap::new()).status(),
            StatusCode::NOT_FOUND
        );
    }
}
