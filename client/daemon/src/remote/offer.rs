//! What this computer offers to those who help: the services, and the host keys of its `sshd`, so that whoever comes through
//! the port `ssh` knows where they are.

use std::fs;
use std::path::Path;

use super::ports::{USUAL, listening};
use crate::config::RemoteSupport;
use crate::paths::Layout;

/// Before the host keys in the list of services.
const HOST_KEY: &str = "ssh-host-key ";
/// Host keys that are told.
const MOST_KEYS: usize = 8;

/// The services there are now.
pub(super) fn services(local: RemoteSupport, screen: bool, root: &Path) -> Vec<String> {
    if local == RemoteSupport::Off {
        return Vec::new();
    }
    let open = listening();
    let mut services = vec!["terminal".to_owned(), "files".to_owned()];
    services.extend(screen.then(|| "screen".to_owned()));
    let there = USUAL.iter().filter(|(_, number)| open.contains(number));
    services.extend(there.map(|(name, _)| (*name).to_owned()));
    services.extend(host_keys(root));
    services
}

/// Public host keys, kind and key: `ssh-host-key ssh-ed25519 AAAA…`.
fn host_keys(root: &Path) -> Vec<String> {
    let folder = Layout::new(root).inside("etc/ssh");
    let mut keys: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("ssh_host_") && name.ends_with("_key.pub")
        })
        .filter_map(|entry| key(&fs::read_to_string(entry.path()).ok()?))
        .take(MOST_KEYS)
        .collect();
    keys.sort();
    keys
}

/// Kind and key of a line, without the comment, which names computer and person.
fn key(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let (kind, key) = (words.next()?, words.next()?);
    let is_key = key.len() <= 2048 && key.bytes().all(|byte| byte.is_ascii_graphic());
    is_key.then(|| format!("{HOST_KEY}{kind} {key}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn host_keys_are_told_without_their_comments_and_nothing_where_it_is_off() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("etc/ssh");
        fs::create_dir_all(&folder).unwrap();
        let public = folder.join("ssh_host_ed25519_key.pub");
        fs::write(public, "ssh-ed25519 AAAAC3 root@pc7\n").unwrap();
        fs::write(folder.join("ssh_host_ed25519_key"), "secret words\n").unwrap();
        let offered = services(RemoteSupport::Ask, false, root.path());
        assert!(offered.contains(&"ssh-host-key ssh-ed25519 AAAAC3".to_owned()));
        assert!(!format!("{offered:?}").contains("secret"));
        assert!(services(RemoteSupport::Off, true, root.path()).is_empty());
    }

    #[test]
    fn a_screen_is_offered_where_one_is_shown() {
        let root = tempfile::tempdir().unwrap();
        for shown in [true, false] {
            let offered = services(RemoteSupport::Server, shown, root.path());
            assert_eq!(offered.contains(&"screen".to_owned()), shown);
        }
    }
}
