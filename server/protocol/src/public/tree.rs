//! The public tree: `/public/…` and its alias `/repo/…` (client protocol 1.7). Every path is
//! looked up in the database; nothing of a request becomes a path on disk.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use migasfree_server_db::{self as db, Db};
use migasfree_server_domain::{
    app_catalog::icons,
    client::published::{self, File, Repository},
    services::OfDomain as _,
};
use migasfree_server_files::{Caching, Served, plain, respond};
use migasfree_server_repository::format::{Format, Located, Wanted};

use super::awaiting::Awaiting;
use crate::ProtocolState;

/// Routes of this domain.
pub fn router() -> Router<ProtocolState> {
    Router::new()
        .route("/public/{*path}", get(serve))
        .route("/repo/{*path}", get(serve))
        .layer(Extension(Arc::new(Awaiting::<Repository>::default())))
}

async fn serve(
    State(state): State<ProtocolState>,
    Extension(awaiting): Extension<Arc<Awaiting<Repository>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match find_or_await(&state, &awaiting, uri.path()).await {
        Ok(Some(file)) => respond(&state.files, &method, &headers, &file).await,
        Ok(None) => plain(StatusCode::NOT_FOUND, "there is no such file"),
        Err(error) => {
            tracing::error!(%error, path = uri.path(), "a public file cannot be looked up");
            plain(
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer; try again",
            )
        }
    }
}

/// A computer may hear of a deployment before its repository is published for the first time, or
/// under its new name: it waits for that moment instead of failing.
async fn find_or_await(
    state: &ProtocolState,
    awaiting: &Arc<Awaiting<Repository>>,
    path: &str,
) -> Result<Option<Served>, db::Error> {
    let found = find(state, path).await?;
    if found.is_some() {
        return Ok(found);
    }
    let Some(repository) = repository(state, path).await? else {
        return Ok(None);
    };
    if !published::is_being_published(&state.db, &repository).await? {
        return find(state, path).await;
    }
    let (db, wanted) = (state.db.clone(), repository.clone());
    let goes_on = move || {
        let (db, wanted) = (db.clone(), wanted.clone());
        async move {
            published::is_being_published(&db, &wanted)
                .await
                .unwrap_or(false)
        }
    };
    awaiting.end_of(repository, goes_on).await;
    find(state, path).await
}

/// The repository whose state a path asks for.
async fn repository(state: &ProtocolState, path: &str) -> Result<Option<Repository>, db::Error> {
    let Some((project, below)) = below_root(path).split_once("/repos/") else {
        return Ok(None);
    };
    let format = format_of(state, project).await?;
    let located = format.as_ref().and_then(|format| format.locate(below));
    Ok(located.and_then(|located| match located.wanted {
        Wanted::Index { is_first: true, .. } => {
            Some((project.to_owned(), located.repository.to_owned()))
        }
        _ => None,
    }))
}

/// The format that says what lies where in the repositories of a project.
async fn format_of(
    state: &ProtocolState,
    project: &str,
) -> Result<Option<Arc<dyn Format>>, db::Error> {
    let system = published::package_system(&state.db, project).await?;
    Ok(system.and_then(|system| state.domain().systems.format(&system)))
}

/// A path of the tree without `public/` or `repo/`.
fn below_root(path: &str) -> &str {
    let path = path.trim_start_matches('/');
    path.split_once('/').map_or("", |(_root, rest)| rest)
}

async fn find(state: &ProtocolState, path: &str) -> Result<Option<Served>, db::Error> {
    for form in forms(below_root(path)) {
        let found = find_exactly(state, &form).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// What a path may mean. Some names contain what looks like an escape, for the colon of an epoch
/// (`foo_1%3a2_all.deb`), and programs treat it differently: the path is taken as it is meant, as it
/// is written, and as it is meant but for the colon.
fn forms(path: &str) -> Vec<String> {
    let Some(meant) = unescape(path) else {
        return vec![path.to_owned()];
    };
    let named = meant.replace(':', "%3a");
    let mut forms = vec![meant, path.to_owned(), named];
    forms.dedup();
    // Nothing is called so, and PostgreSQL cannot be asked for it.
    forms.retain(|form| !form.contains('\0'));
    forms
}

async fn find_exactly(state: &ProtocolState, path: &str) -> Result<Option<Served>, db::Error> {
    let Some((first, rest)) = path.split_once('/') else {
        return Ok(None);
    };
    if first == "catalog_icons" {
        return icon(&state.db, path).await;
    }
    if let Some(rest) = rest.strip_prefix("stores/") {
        return match rest.split_once('/') {
            Some((store, file)) => in_store(state, first, store, file).await,
            None => Ok(None),
        };
    }
    match rest.strip_prefix("repos/") {
        Some(below) => in_repository(state, first, below).await,
        None => Ok(None),
    }
}

fn served(row: File, media_type: &'static str, caching: Caching) -> Served {
    let (sha256, size, modified) = row;
    Served {
        sha256,
        size: u64::try_from(size).unwrap_or_default(),
        modified,
        media_type,
        caching,
    }
}

async fn icon(db: &Db, path: &str) -> Result<Option<Served>, db::Error> {
    let Some(media_type) = path
        .rsplit_once('.')
        .and_then(|(_, end)| icons::media_type(end))
    else {
        return Ok(None);
    };
    let row = published::icon(db, path).await?;
    Ok(row.map(|row| served(row, media_type, Caching::Revalidate)))
}

async fn in_store(
    state: &ProtocolState,
    project: &str,
    store: &str,
    file: &str,
) -> Result<Option<Served>, db::Error> {
    let media_type = state.domain().systems.media_type(file);
    let row = published::in_store(&state.db, project, store, file).await?;
    Ok(row.map(|row| served(row, media_type, Caching::Revalidate)))
}

/// A file of a repository, as the format of the project lays it out.
async fn in_repository(
    state: &ProtocolState,
    project: &str,
    below: &str,
) -> Result<Option<Served>, db::Error> {
    let format = format_of(state, project).await?;
    let located = format.as_ref().and_then(|format| format.locate(below));
    let Some(Located { repository, wanted }) = located else {
        return Ok(None);
    };
    let (db, systems) = (&state.db, &state.domain().systems);
    let (row, media_type, caching) = match wanted {
        Wanted::Index { path, .. } => (
            published::index(db, project, repository, path).await?,
            systems.media_type(path),
            Caching::Revalidate,
        ),
        Wanted::Package { path } => (
            published::package(db, project, repository, path).await?,
            systems.media_type(path),
            Caching::Immutable,
        ),
        Wanted::ByHash {
            paths,
            algorithm,
            digest,
        } => {
            let digest = (algorithm, digest);
            (
                published::by_hash(db, project, repository, &paths, digest).await?,
                "application/octet-stream",
                Caching::Immutable,
            )
        }
    };
    Ok(row.map(|row| served(row, media_type, caching)))
}

/// Undoes percent-encoding; `None` when the result is no text.
fn unescape(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = escape(rest);
        bytes.push(escaped.unwrap_or(*first));
        rest = &tail[if escaped.is_some() { 2 } else { 0 }..];
    }
    String::from_utf8(bytes).ok()
}

/// The byte of an escape that `bytes` begins with.
fn escape(bytes: &[u8]) -> Option<u8> {
    let digits = bytes.strip_prefix(b"%")?.get(..2)?;
    let both = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| both)?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_others_left_alone() {
        assert_eq!(unescape("a%20b%2bc").as_deref(), Some("a b+c"));
        assert_eq!(unescape("50%_%").as_deref(), Some("50%_%"));
        assert_eq!(unescape("%ff"), None);
        assert_eq!(unescape("%+a").as_deref(), Some("%+a"));
    }

    #[test]
    fn an_escape_in_a_name_is_tried_in_every_way_it_may_arrive() {
        assert_eq!(forms("A_1+b.deb"), ["A_1+b.deb"]);
        for written in ["A_1%3A2+b.deb", "A_1%3a2%2bb.deb"] {
            assert_eq!(forms(written), ["A_1:2+b.deb", written, "A_1%3a2+b.deb"]);
        }
        assert_eq!(forms("%ff"), ["%ff"]);
        assert_eq!(forms("a%00b"), ["a%00b"]);
    }
}
