//! Files of another computer.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use migasfree_connect_core::files::{self, EntryKind, Place};
use migasfree_connect_core::session::Session;
use migasfree_connect_core::ssh::account;
use migasfree_connect_core::table;
use migasfree_connect_core::texts::Text;
use migasfree_connect_core::trouble::{Kind, Trouble};
use migasfree_types::shown::shown_line;

use super::{computer, request};
use crate::arguments::{As, Files, Get, ListFiles, Put, Why};
use crate::context::Context;
use crate::signals::{Keys, or_interrupted};
use crate::{Exit, output};

/// Lists or copies.
pub async fn run(context: &Context, asked: &Files) -> Result<Exit, Trouble> {
    match asked {
        Files::List(asked) => list(context, asked).await,
        Files::Get(asked) => get(context, asked).await,
        Files::Put(asked) => put(context, asked).await,
    }
}

async fn begin(
    context: &Context,
    place: &Place,
    mode: &'static str,
    who: &As,
    why: &Why,
) -> Result<Session, Trouble> {
    let (api, found) = computer(context, &place.computer).await?;
    let mut request = request(&found, "files", Some(mode), why);
    if who.admin {
        "root".clone_into(&mut request.account);
    } else if let Some(user) = &who.user {
        account(user)?.clone_into(&mut request.account);
    }
    super::session(context, &api, &found, request).await
}

async fn list(context: &Context, asked: &ListFiles) -> Result<Exit, Trouble> {
    let place = Place::read(&asked.place)?;
    let mut session = begin(context, &place, "read", &asked.who, &asked.why).await?;
    let entries = or_interrupted(Keys::Ours, files::list(&mut session, &place.path)).await;
    session.end().await;
    let entries = entries?;
    if asked.json {
        output::json(&entries);
        return Ok(Exit::OK);
    }
    let headings = [Text::ColumnSize, Text::ColumnName];
    let headings = headings.map(|text| context.language.text(text));
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            let end = match entry.kind {
                EntryKind::Folder => "/",
                EntryKind::Link => "@",
                EntryKind::File | EntryKind::Other => "",
            };
            vec![entry.size.to_string(), format!("{}{end}", entry.name)]
        })
        .collect();
    for line in table::lines(&headings, &rows) {
        output::say(&line);
    }
    Ok(Exit::OK)
}

async fn get(context: &Context, asked: &Get) -> Result<Exit, Trouble> {
    let place = Place::read(&asked.place)?;
    let to = here(asked.file.as_deref(), place.name());
    if to.exists() && !asked.force {
        let name = to.display().to_string();
        return Err(Trouble::of(Kind::Usage, Text::ErrorExists, &[&name]));
    }
    let mut session = begin(context, &place, "read", &asked.who, &asked.why).await?;
    let bar = Bar::new(context, place.name());
    let told = |at, of| bar.show(at, of);
    let got = or_interrupted(
        Keys::Ours,
        files::get(&mut session, &place.path, &to, &told),
    )
    .await;
    bar.end();
    session.end().await;
    done(context, &to, got?);
    Ok(Exit::OK)
}

/// Where a file is put: in a folder by its own name, else as what was named.
fn here(named: Option<&Path>, name: &str) -> PathBuf {
    match named {
        Some(folder) if folder.is_dir() => folder.join(name),
        Some(file) => file.to_owned(),
        None => PathBuf::from(name),
    }
}

async fn put(context: &Context, asked: &Put) -> Result<Exit, Trouble> {
    let mut place = Place::read(&asked.place)?;
    let name = asked.file.file_name().unwrap_or_default().to_string_lossy();
    if place.path.ends_with('/') {
        place.path.push_str(&name);
    }
    let mut session = begin(context, &place, "write", &asked.who, &asked.why).await?;
    let bar = Bar::new(context, &name);
    let told = |at, of| bar.show(at, of);
    let put = or_interrupted(
        Keys::Ours,
        files::put(&mut session, &asked.file, &place.path, &told),
    )
    .await;
    bar.end();
    session.end().await;
    done(context, Path::new(&place.path), put?);
    Ok(Exit::OK)
}

fn done(context: &Context, file: &Path, size: u64) {
    let values = [file.display().to_string(), size.to_string()];
    let values = values.each_ref().map(String::as_str);
    context.tell(Text::Transferred, &values);
}

/// How far a file is, where somebody looks on.
struct Bar<'a> {
    context: &'a Context,
    name: String,
    is_seen: bool,
    /// Hundredths that were shown last.
    shown: AtomicU64,
}

impl<'a> Bar<'a> {
    fn new(context: &'a Context, name: &str) -> Self {
        Self {
            context,
            name: shown_line(name).into_owned(),
            is_seen: std::io::stderr().is_terminal(),
            shown: AtomicU64::new(u64::MAX),
        }
    }

    fn show(&self, at: u64, of: u64) {
        let percent = at.saturating_mul(100) / of.max(1);
        if self.is_seen && self.shown.swap(percent, Ordering::Relaxed) != percent {
            let values = [self.name.as_str(), &percent.to_string()];
            output::progress(&self.context.language.fill(Text::Progress, &values));
        }
    }

    fn end(&self) {
        if self.is_seen && self.shown.load(Ordering::Relaxed) != u64::MAX {
            output::progress("");
        }
    }
}
