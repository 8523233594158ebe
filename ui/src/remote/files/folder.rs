//! A folder of a computer: what is in it, in which order, and the ways to others.
use super::super::{channel::Channel, link::Link};
use migasfree_tunnel::{
    files::{Entry, EntryKind, FileAnswer, FileRequest},
    message::{Code, Failure, Open},
};

/// Entries that are read; a folder with more is shown up to there.
pub const MOST: usize = 20_000;
/// Longer than any entry.
const LONGEST_LINE: usize = 16 * 1024;

/// What is in a folder.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    pub entries: Vec<Entry>,
    /// Whether there are more.
    pub is_cut: bool,
}

/// Reads one.
pub async fn read(link: &Link, path: &str) -> Result<Folder, Failure> {
    let path = path.to_owned();
    let open = Open::Files(FileRequest::List { path });
    let (mut channel, answer) = Channel::open(link, &open).await?;
    channel.finish();
    let FileAnswer::List { mut entries, more } = answer else {
        return Err(unexpected());
    };
    let mut lines = Lines::default();
    while more && entries.len() <= MOST {
        let Some(bytes) = channel.next().await? else {
            break;
        };
        lines.take(&bytes, &mut entries)?;
        channel.used(bytes.len());
    }
    let is_cut = entries.len() > MOST;
    entries.truncate(MOST);
    Ok(Folder { entries, is_cut })
}

/// What is known of a file; nothing where there is none.
pub async fn known(link: &Link, path: &str) -> Result<Option<Entry>, Failure> {
    let path = path.to_owned();
    let open = Open::Files(FileRequest::Stat { path });
    match Channel::open(link, &open).await {
        Ok((channel, FileAnswer::Stat { entry })) => {
            channel.finish();
            Ok(Some(entry))
        }
        Ok(_) => Err(unexpected()),
        Err(failure) if failure.code == Code::Unknown => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn unexpected() -> Failure {
    Failure::new(Code::Protocol, "another answer was expected")
}

/// Entries that come as lines, cut anywhere.
#[derive(Default)]
struct Lines(Vec<u8>);

impl Lines {
    fn take(&mut self, bytes: &[u8], entries: &mut Vec<Entry>) -> Result<(), Failure> {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.0.extend_from_slice(&rest[..end]);
            rest = &rest[end + 1..];
            let entry = serde_json::from_slice(&self.0).map_err(|_| unexpected())?;
            entries.push(entry);
            self.0.clear();
        }
        self.0.extend_from_slice(rest);
        if self.0.len() > LONGEST_LINE {
            return Err(unexpected());
        }
        Ok(())
    }
}

/// What a folder is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Name,
    Size,
    Changed,
    Owner,
}

/// The entries that are shown, in their order: folders first, whatever they are ordered by.
pub fn arranged(entries: &[Entry], hidden: bool, by: By, descending: bool) -> Vec<Entry> {
    let mut shown: Vec<Entry> = entries
        .iter()
        .filter(|entry| hidden || !entry.name.starts_with('.'))
        .cloned()
        .collect();
    shown.sort_by(|one, other| {
        let is_file = |entry: &Entry| entry.kind != EntryKind::Folder;
        let by_name = || {
            let small = |entry: &Entry| entry.name.to_lowercase();
            small(one)
                .cmp(&small(other))
                .then_with(|| one.name.cmp(&other.name))
        };
        let order = match by {
            By::Name => by_name(),
            By::Size => one.size.cmp(&other.size).then_with(by_name),
            By::Changed => one.modified.cmp(&other.modified).then_with(by_name),
            By::Owner => one.owner.cmp(&other.owner).then_with(by_name),
        };
        let order = if descending { order.reverse() } else { order };
        is_file(one).cmp(&is_file(other)).then(order)
    });
    shown
}

/// The path of something in a folder.
pub fn inside(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// The folder that a folder is in.
pub fn above(path: &str) -> Option<String> {
    let path = path.trim_end_matches('/');
    let (above, _) = path.rsplit_once('/')?;
    Some(if above.is_empty() { "/" } else { above }.to_owned())
}

/// The folders on the way to one, each with its name and path; the first is that of all.
pub fn way(path: &str) -> Vec<(String, String)> {
    let mut all = vec![("/".to_owned(), "/".to_owned())];
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let before = all.last().map_or("/", |(_, path)| path.as_str());
        let path = inside(before, name);
        all.push((name.to_owned(), path));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, kind: EntryKind, size: u64) -> Entry {
        Entry {
            name: name.to_owned(),
            kind,
            size,
            modified: 0,
            mode: 0o644,
            owner: None,
        }
    }

    fn names(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    #[test]
    fn folders_come_first_and_hidden_files_when_they_are_wanted() {
        let entries = [
            entry("b", EntryKind::File, 1),
            entry("A", EntryKind::File, 3),
            entry(".bashrc", EntryKind::File, 2),
            entry("z", EntryKind::Folder, 9),
        ];
        let of = |hidden, by, descending| arranged(&entries, hidden, by, descending);
        assert_eq!(names(&of(false, By::Name, false)), ["z", "A", "b"]);
        assert_eq!(names(&of(true, By::Size, true)), ["z", "A", ".bashrc", "b"]);
    }

    #[test]
    fn lines_are_read_wherever_they_are_cut() {
        let text = [
            entry("a", EntryKind::File, 1),
            entry("ñ", EntryKind::Folder, 2),
        ]
        .map(|entry| serde_json::to_string(&entry).unwrap_or_default() + "\n")
        .concat();
        for cut in 0..=text.len() {
            let (mut lines, mut found) = (Lines::default(), Vec::new());
            let (one, other) = text.as_bytes().split_at(cut);
            assert!(lines.take(one, &mut found).is_ok());
            assert!(lines.take(other, &mut found).is_ok());
            assert_eq!(names(&found), ["a", "ñ"], "cut at {cut}");
        }
        let endless = vec![b'x'; LONGEST_LINE + 1];
        assert!(Lines::default().take(&endless, &mut Vec::new()).is_err());
    }

    #[test]
    fn one_finds_the_way_up_and_down() {
        assert_eq!(inside("/", "home"), "/home");
        assert_eq!(inside("/home/", "ana"), "/home/ana");
        assert_eq!(above("/home/ana").as_deref(), Some("/home"));
        assert_eq!(above("/home").as_deref(), Some("/"));
        assert_eq!(above("/"), None);
        let way = way("/home/ana");
        let paths: Vec<&str> = way.iter().map(|(_, path)| path.as_str()).collect();
        assert_eq!(paths, ["/", "/home", "/home/ana"]);
    }
}
