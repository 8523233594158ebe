//! `Release`: what belongs to the repository, with sizes and digests.

use std::fmt::Write;

use migasfree_server_db::Ts;
use time::format_description::FormatItem;
use time::macros::format_description;

use super::tree::COMPONENT;
use crate::format::{Contents, Digests, Generated};

const DATE: &[FormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] UTC"
);

/// The text of `Release`; `files` are the indexes.
pub(super) fn text(contents: &Contents<'_>, files: &[Generated], now: Ts) -> String {
    let suite = contents.repository;
    let date = now.datetime().format(&DATE).unwrap_or_default();
    let architectures = contents.architectures.join(" ");
    let mut text = format!(
        "Origin: migasfree\n\
         Label: migasfree\n\
         Suite: {suite}\n\
         Codename: {suite}\n\
         Date: {date}\n\
         Acquire-By-Hash: yes\n\
         Architectures: {architectures}\n\
         Components: {COMPONENT}\n"
    );
    section(&mut text, "MD5Sum", files, |digests| &digests.md5);
    section(&mut text, "SHA1", files, |digests| &digests.sha1);
    section(&mut text, "SHA256", files, |digests| &digests.sha256);
    section(&mut text, "SHA512", files, |digests| &digests.sha512);
    text
}

fn section(text: &mut String, name: &str, files: &[Generated], digest: fn(&Digests) -> &String) {
    let _ = writeln!(text, "{name}:");
    for file in files {
        let digests = &file.digests;
        let _ = writeln!(text, " {} {} {}", digest(digests), digests.size, file.path);
    }
}
