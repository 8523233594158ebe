//! Answers with a file: conditions, ranges and caching (RFC 9110).

use std::ops::Range;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use migasfree_server_db::Ts;
use time::format_description::FormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use super::Store;

const HTTP_DATE: &[FormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);
/// Nothing in a public file may run or load anything.
const POLICY: &str = "default-src 'none'; sandbox";
/// A drawing may carry its own styles and pictures.
const POLICY_OF_DRAWINGS: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

/// How long an answer stays good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Ask again every time.
    Revalidate,
    /// What this address stands for never changes.
    Immutable,
}

/// A file to answer with.
#[derive(Debug, Clone)]
pub struct Served {
    /// Digest of its blob.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// When this content came to this address.
    pub modified: Ts,
    /// Media type.
    pub media_type: &'static str,
    /// How long it stays good.
    pub caching: Caching,
}

/// Answers `GET` or `HEAD`.
pub async fn respond(
    store: &Store,
    method: &Method,
    headers: &HeaderMap,
    file: &Served,
) -> Response {
    let etag = format!("\"{}\"", file.sha256);
    if unchanged(headers, &etag, file.modified) {
        return finish(StatusCode::NOT_MODIFIED, file, &etag, Body::empty());
    }
    let (status, range) = match wanted(headers, &etag, file) {
        Wanted::All => (StatusCode::OK, 0..file.size),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Nothing => {
            let mut response = finish(
                StatusCode::RANGE_NOT_SATISFIABLE,
                file,
                &etag,
                Body::empty(),
            );
            set(
                &mut response,
                CONTENT_RANGE,
                &format!("bytes */{}", file.size),
            );
            return response;
        }
    };
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        match store.body(&file.sha256, range.clone()).await {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(blob.sha256 = file.sha256, %error, "a stored file cannot be read");
                return plain(StatusCode::INTERNAL_SERVER_ERROR, "the file cannot be read");
            }
        }
    };
    let mut response = finish(status, file, &etag, body);
    set(
        &mut response,
        CONTENT_LENGTH,
        &(range.end - range.start).to_string(),
    );
    if status == StatusCode::PARTIAL_CONTENT {
        let (first, last) = (range.start, range.end - 1);
        set(
            &mut response,
            CONTENT_RANGE,
            &format!("bytes {first}-{last}/{}", file.size),
        );
    }
    response
}

/// An answer of one line of text.
pub fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "text/plain; charset=utf-8");
    response
}

fn finish(status: StatusCode, file: &Served, etag: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    set(&mut response, ETAG, etag);
    set(&mut response, LAST_MODIFIED, &http_date(file.modified));
    set(&mut response, ACCEPT_RANGES, "bytes");
    set(&mut response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    let drawing = file.media_type == "image/svg+xml";
    let policy = if drawing { POLICY_OF_DRAWINGS } else { POLICY };
    set(&mut response, CONTENT_SECURITY_POLICY, policy);
    let caching = match file.caching {
        Caching::Revalidate => "no-cache",
        Caching::Immutable => "public, max-age=86400, immutable",
    };
    set(&mut response, CACHE_CONTROL, caching);
    if status.is_success() {
        set(&mut response, CONTENT_TYPE, file.media_type);
    }
    response
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn unchanged(headers: &HeaderMap, etag: &str, modified: Ts) -> bool {
    if let Some(tags) = text(headers, IF_NONE_MATCH) {
        let same = |tag: &str| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag;
        return tags.split(',').map(str::trim).any(same);
    }
    text(headers, IF_MODIFIED_SINCE)
        .and_then(parse_http_date)
        .is_some_and(|since| modified.seconds() <= since)
}

#[derive(Debug, PartialEq)]
enum Wanted {
    All,
    Part(Range<u64>),
    Nothing,
}

fn wanted(headers: &HeaderMap, etag: &str, file: &Served) -> Wanted {
    let Some(range) = text(headers, RANGE) else {
        return Wanted::All;
    };
    if let Some(condition) = text(headers, IF_RANGE) {
        let same_time = || parse_http_date(condition) == Some(file.modified.seconds());
        if condition != etag && !same_time() {
            return Wanted::All;
        }
    }
    parse_range(range, file.size)
}

/// One range of bytes; several at once, other units and nonsense are answered in full.
fn parse_range(range: &str, size: u64) -> Wanted {
    let bounds = range
        .strip_prefix("bytes=")
        .and_then(|bounds| bounds.split_once('-'));
    let Some((first, last)) = bounds else {
        return Wanted::All;
    };
    let part = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), Err(_)) if last.is_empty() => first..size,
        (Err(_), Ok(length)) if first.is_empty() => size.saturating_sub(length)..size,
        _ => return Wanted::All,
    };
    if part.is_empty() {
        Wanted::Nothing
    } else {
        Wanted::Part(part)
    }
}

fn http_date(time: Ts) -> String {
    time.datetime().format(&HTTP_DATE).unwrap_or_default()
}

fn parse_http_date(text: &str) -> Option<i64> {
    let time = PrimitiveDateTime::parse(text, &HTTP_DATE).ok()?;
    Some(OffsetDateTime::unix_timestamp(time.assume_utc()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn one_range_is_answered_and_nonsense_is_ignored() {
        for (range, wanted) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=2-", Wanted::Part(2..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=-30", Wanted::Part(0..10)),
            ("bytes=5-99", Wanted::Part(5..10)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=99-100", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-2", Wanted::All),
            ("bytes=0-1,3-4", Wanted::All),
            ("lines=0-1", Wanted::All),
            ("bytes=x-y", Wanted::All),
            ("bytes=0-18446744073709551615", Wanted::Part(0..10)),
        ] {
            assert_eq!(parse_range(range, 10), wanted, "{range}");
        }
    }

    #[test]
    fn dates_are_those_of_http() {
        let time = Ts::from_seconds(784_111_777);
        assert_eq!(http_date(time), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(
            parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777)
        );
        assert_eq!(parse_http_date("yesterday"), None);
    }

    #[test]
    fn conditions_compare_tags_before_times() {
        let modified = Ts::from_seconds(784_111_777);
        let mut headers = HeaderMap::new();
        headers.insert(
            IF_MODIFIED_SINCE,
            "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap(),
        );
        assert!(unchanged(&headers, "\"a\"", modified));
        assert!(!unchanged(&headers, "\"a\"", Ts::from_seconds(784_111_778)));
        headers.insert(IF_NONE_MATCH, "\"b\", W/\"a\"".parse().unwrap());
        assert!(unchanged(&headers, "\"a\"", Ts::from_seconds(784_111_778)));
        headers.insert(IF_NONE_MATCH, "\"b\"".parse().unwrap());
        assert!(!unchanged(&headers, "\"a\"", modified));
    }
}
