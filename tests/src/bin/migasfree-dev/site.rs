//! A view in the browser: its files as they were built last, and behind them whatever else it asks for.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler as _;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::map_response;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use futures_util::stream::{self, Stream};
use tower_http::services::ServeDir;

use crate::forward::Forward;

/// How often it is looked whether the view was built anew.
const LOOK: Duration = Duration::from_millis(100);
const RELOAD: &str = include_str!("reload.js");
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Being built</title></head>\
    <body><p>The view is being built, or cannot be: the terminal tells. This page follows.</p></body></html>\n";

/// A view in its folder.
#[derive(Clone, Debug)]
struct Site {
    folder: Arc<Path>,
    /// A script that the page needs before the view.
    script: &'static str,
    /// Who answers what is no file.
    behind: Option<Forward>,
}

/// The admin UI in `folder` before the server at `address`.
pub fn before_server(folder: PathBuf, address: &str) -> Router {
    site(Site {
        folder: folder.into(),
        script: "",
        behind: Some(Forward::to(address)),
    })
}

/// The view of Play in `folder`, with what stands in for its window.
pub fn with_shell(folder: PathBuf, shell: Router) -> Router {
    let view = Site {
        folder: folder.into(),
        script: "<script src=\"/shell/shell.js\"></script>",
        behind: None,
    };
    site(view).nest("/shell", shell)
}

fn site(site: Site) -> Router {
    let files = ServeDir::new(&site.folder)
        .append_index_html_on_directories(false)
        .call_fallback_on_method_not_allowed(true)
        .fallback(answer.with_state(site.clone()));
    Router::new()
        .route("/", get(page))
        .route("/dev/reload", get(reloads))
        .route("/dev/reload.js", get(reload_script))
        .with_state(site)
        .fallback_service(files)
        .layer(map_response(asked_again))
}

/// What is built anew has to be asked for again.
async fn asked_again(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-cache"));
    response
}

/// The page with the scripts that are there only while somebody works on it.
async fn page(State(site): State<Site>) -> Html<String> {
    let stamp = stamp(&site.folder);
    let text = tokio::fs::read_to_string(site.folder.join("index.html")).await;
    let text = text.unwrap_or_else(|_| NOT_BUILT.to_owned());
    let scripts = format!(
        "{}<script src=\"/dev/reload.js\" data-shown=\"{stamp}\"></script></head>",
        site.script
    );
    Html(text.replacen("</head>", &scripts, 1))
}

/// What is no file of the view: somebody else's, or an address that the view itself understands.
async fn answer(State(site): State<Site>, request: Request) -> Response {
    let is_page = is_page(&request);
    let response = match &site.behind {
        Some(behind) => behind.pass_on(request).await,
        None => StatusCode::NOT_FOUND.into_response(),
    };
    // A server with the admin UI in it answers such an address with its own.
    if is_page && (response.status() == StatusCode::NOT_FOUND || is_html(&response)) {
        return page(State(site)).await.into_response();
    }
    response
}

/// Whether somebody goes to an address of the view, rather than a program asking for a file.
fn is_page(request: &Request) -> bool {
    let path = request.uri().path();
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_view = !last.contains('.') && !path.starts_with("/api/");
    request.method() == Method::GET && is_view && wants_html(request.headers())
}

fn is_html(response: &Response) -> bool {
    (response.headers().get(header::CONTENT_TYPE))
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn wants_html(headers: &HeaderMap) -> bool {
    (headers.get(header::ACCEPT))
        .and_then(|accepted| accepted.to_str().ok())
        .is_some_and(|accepted| accepted.contains("text/html"))
}

async fn reload_script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript")], RELOAD).into_response()
}

/// Tells which build there is, at once and whenever there is another one.
async fn reloads(State(site): State<Site>) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let builds = stream::unfold(None, move |told: Option<u128>| {
        let folder = site.folder.clone();
        async move {
            loop {
                let now = stamp(&folder);
                if told != Some(now) && (now != 0 || told.is_none()) {
                    return Some((Ok(Event::default().data(now.to_string())), Some(now)));
                }
                tokio::time::sleep(LOOK).await;
            }
        }
    });
    Sse::new(builds).keep_alive(KeepAlive::default())
}

/// When the view was built, in nanoseconds; 0 when it was not.
fn stamp(folder: &Path) -> u128 {
    let changed = (folder.join("index.html").metadata()).and_then(|facts| facts.modified());
    changed
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos())
}
