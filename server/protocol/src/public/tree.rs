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
};
use migasfree_server_files::{Caching, Served, plain, respond};

use super::awaiting::Awaiting;
use super::media;
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
    let found = find(&state.db, path).await?;
    let Some(repository) = repository(path).filter(|_| found.is_none()) else {
        return Ok(found);
    };
    if !published::is_being_published(&state.db, &repository).await? {
        return find(&state.db, path).await;
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
    find(&state.db, path).await
}

/// The repository whose state a path asks for.
fn repository(path: &str) -> Option<Repository> {
    let components: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match components[..] {
        [
            _,
            project,
            "repos",
            "dists",
            slug,
            "InRelease" | "Release" | "Release.gpg",
        ] => Some((project.to_owned(), slug.to_owned())),
        _ => None,
    }
}

async fn find(db: &Db, path: &str) -> Result<Option<Served>, db::Error> {
    let path = path.trim_start_matches('/');
    let path = path.split_once('/').map_or("", |(_root, rest)| rest);
    for form in forms(path) {
        let found = find_exactly(db, &form).await?;
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

async fn find_exactly(db: &Db, path: &str) -> Result<Option<Served>, db::Error> {
    let Some((first, rest)) = path.split_once('/') else {
        return Ok(None);
    };
    if first == "catalog_icons" {
        return icon(db, path).await;
    }
    if let Some(rest) = rest.strip_prefix("stores/") {
        return match rest.split_once('/') {
            Some((store, file)) => in_store(db, first, store, file).await,
            None => Ok(None),
        };
    }
    match rest
        .strip_prefix("repos/dists/")
        .and_then(|rest| rest.split_once('/'))
    {
        Some((slug, file)) => in_repository(db, first, slug, file).await,
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
    db: &Db,
    project: &str,
    store: &str,
    file: &str,
) -> Result<Option<Served>, db::Error> {
    let row = published::in_store(db, project, store, file).await?;
    Ok(row.map(|row| served(row, media::package_or_index(file), Caching::Revalidate)))
}

async fn in_repository(
    db: &Db,
    project: &str,
    slug: &str,
    file: &str,
) -> Result<Option<Served>, db::Error> {
    if let Some((folder, digest)) = file.split_once("/by-hash/") {
        let Some((algorithm, digest)) = digest.split_once('/') else {
            return Ok(None);
        };
        let row = published::by_hash(db, project, slug, folder, algorithm, digest).await?;
        return Ok(row.map(|row| served(row, "application/octet-stream", Caching::Immutable)));
    }
    let media_type = media::package_or_index(file);
    // A package may be called like a folder of indexes, but it lies beside them.
    let is_package = |path: &&str| !path.starts_with("binary-") || !path.contains('/');
    match file.strip_prefix("PKGS/").filter(is_package) {
        Some(path) => {
            let row = published::package(db, project, slug, path).await?;
            Ok(row.map(|row| served(row, media_type, Caching::Immutable)))
        }
        None => {
            let row = published::index(db, project, slug, file).await?;
            Ok(row.map(|row| served(row, media_type, Caching::Revalidate)))
        }
    }
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
