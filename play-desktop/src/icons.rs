//! Application icons: `icon://localhost/<app>/<size>/<revision>`, from the person's cache or the daemon.

use crate::settings::write_whole;
use migasfree_play_bus::{Daemon, internal};
use migasfree_play_records::Fault;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};
use tauri::{
    Manager, Runtime, UriSchemeContext, UriSchemeResponder,
    http::{Request, Response, StatusCode, header},
};
use tokio::task::spawn_blocking;

/// Bytes of icons kept; the oldest go first.
const KEPT: u64 = 100 * 1024 * 1024;

/// Kinds of images an icon may be, with their file extension.
const KINDS: [(&str, &str); 5] = [
    ("image/png", "png"),
    ("image/svg+xml", "svg"),
    ("image/jpeg", "jpg"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
];

/// One icon in one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted {
    app: u32,
    size: u32,
    revision: u64,
}

impl Wanted {
    fn parse(path: &str) -> Option<Self> {
        let mut parts = path.trim_start_matches('/').split('/');
        let wanted = Self {
            app: parts.next()?.parse().ok()?,
            size: parts.next()?.parse().ok()?,
            revision: parts.next()?.parse().ok()?,
        };
        (parts.next().is_none() && (16..=512).contains(&wanted.size)).then_some(wanted)
    }

    fn file(&self, extension: &str) -> String {
        format!("{}-{}-{:x}.{extension}", self.app, self.size, self.revision)
    }
}

/// The person's cache of icons.
#[derive(Debug)]
pub struct IconCache {
    folder: PathBuf,
}

impl IconCache {
    /// Icons below `folder`.
    pub fn new(folder: PathBuf) -> Self {
        prune(&folder, KEPT);
        Self { folder }
    }

    fn read(&self, wanted: Wanted) -> Option<(Vec<u8>, &'static str)> {
        KINDS.into_iter().find_map(|(kind, extension)| {
            let bytes = fs::read(self.folder.join(wanted.file(extension))).ok()?;
            Some((bytes, kind))
        })
    }

    fn keep(&self, wanted: Wanted, extension: &str, bytes: &[u8]) {
        if let Err(error) = write_whole(&self.folder.join(wanted.file(extension)), bytes) {
            tracing::warn!(%error, "an icon could not be kept");
        }
    }
}

/// Answers the web view's request for an icon.
pub fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let app = context.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        let daemon = app.state::<Arc<Daemon>>();
        let cache = app.state::<Arc<IconCache>>().inner().clone();
        let icon = match Wanted::parse(request.uri().path()) {
            Some(wanted) => find(cache, &daemon, wanted).await,
            None => Err(Fault::new("invalid-argument", "no such address")),
        };
        responder.respond(response(icon));
    });
}

async fn find(
    cache: Arc<IconCache>,
    daemon: &Daemon,
    wanted: Wanted,
) -> Result<(Vec<u8>, &'static str), Fault> {
    let shelf = cache.clone();
    let kept = spawn_blocking(move || shelf.read(wanted)).await;
    if let Some(found) = kept.map_err(internal)? {
        return Ok(found);
    }
    let (bytes, kind) = daemon.image(wanted.app, wanted.size).await?;
    let (kind, extension) = (KINDS.into_iter())
        .find(|(name, _)| *name == kind)
        .ok_or_else(|| Fault::new("not-available", format!("{kind} is no icon")))?;
    let copy = bytes.clone();
    let keep = spawn_blocking(move || cache.keep(wanted, extension, &copy));
    keep.await.map_err(internal)?;
    Ok((bytes, kind))
}

fn response(icon: Result<(Vec<u8>, &'static str), Fault>) -> Response<Vec<u8>> {
    let (status, kind, lifetime, body) = match icon {
        Ok((bytes, kind)) => (
            StatusCode::OK,
            kind,
            "private, max-age=31536000, immutable",
            bytes,
        ),
        Err(fault) => (
            StatusCode::NOT_FOUND,
            "text/plain",
            "no-store",
            fault.said.text.into_bytes(),
        ),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    headers.insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static(lifetime),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        header::HeaderValue::from_static("nosniff"),
    );
    response
}

/// Removes the oldest files until `kept` bytes are left.
fn prune(folder: &Path, kept: u64) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let facts = entry.metadata().ok()?;
            Some((facts.modified().ok()?, facts.len(), entry.path()))
        })
        .collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.0));
    let mut total = 0;
    for (_, size, path) in files {
        total += size;
        if total > kept
            && let Err(error) = fs::remove_file(&path)
        {
            tracing::warn!(%error, path = %path.display(), "an old icon could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_icon_addresses_are_answered() {
        let wanted = Wanted {
            app: 12,
            size: 128,
            revision: 77,
        };
        assert_eq!(Wanted::parse("/12/128/77"), Some(wanted));
        for path in [
            "/12/128",
            "/12/9999/77",
            "/../128/77",
            "/12/128/77/x",
            "/-1/64/1",
        ] {
            assert_eq!(Wanted::parse(path), None, "{path}");
        }
    }

    #[test]
    fn the_oldest_icons_go_first() {
        let folder = tempfile::tempdir().unwrap();
        for (name, age) in [("old", 100), ("new", 0)] {
            let path = folder.path().join(name);
            fs::write(&path, [0; 10]).unwrap();
            #[expect(clippy::disallowed_methods, reason = "files have the system's time")]
            let time = SystemTime::now() - std::time::Duration::from_secs(age);
            let file = fs::File::options().append(true).open(path).unwrap();
            file.set_modified(time).unwrap();
        }
        prune(folder.path(), 15);
        assert!(folder.path().join("new").exists());
        assert!(!folder.path().join("old").exists());
    }
}
