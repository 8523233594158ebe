//! Users of this computer, as a grant names them.

use migasfree_dbus::Error;

use crate::process::guest::Account;
use crate::process::{CommandRunner as _, Invocation, SystemRunner};
use crate::texts::Text;

const LONGEST: usize = 64;

/// The user of this name.
pub(super) async fn named(name: &str) -> Result<Account, Error> {
    let unknown = || Error::Refused(Text::RemoteNoUser.told(&[name]));
    if !is_name(name) {
        return Err(unknown());
    }
    let ask = Invocation::new("getent", ["passwd", "--", name]);
    let answer = SystemRunner::detect().output(&ask).await;
    let answer = answer.map_err(|_| unknown())?;
    read(&answer.stdout_text(), name).ok_or_else(unknown)
}

/// Whether this is a name, and neither an option nor a number nor a path.
fn is_name(name: &str) -> bool {
    let first = name.bytes().next();
    let begins = first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let goes_on = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-@".contains(&byte);
    begins && name.len() <= LONGEST && name.bytes().all(goes_on)
}

/// An entry of `passwd`; one that has another name, or whose fields are none, is nobody's.
fn read(entry: &str, name: &str) -> Option<Account> {
    let fields: Vec<&str> = entry.lines().next()?.split(':').collect();
    let [found, _, uid, gid, _, home, shell] = fields.as_slice() else {
        return None;
    };
    let shell = if shell.is_empty() { "/bin/sh" } else { *shell };
    let whole = *found == name && home.starts_with('/') && shell.starts_with('/');
    Some(Account {
        name: name.to_owned(),
        uid: uid.parse().ok()?,
        gid: gid.parse().ok()?,
        home: (*home).to_owned(),
        shell: shell.to_owned(),
    })
    .filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_no_names() {
        for name in [
            "", "-u", "0", "1000", "a b", "a:b", "../root", "a\n", "a;b", "ñ",
        ] {
            assert!(!is_name(name), "{name:?}");
        }
        assert!(!is_name(&"a".repeat(65)));
        for name in ["root", "ana.maria", "_apt", "ana@city.example"] {
            assert!(is_name(name), "{name}");
        }
    }

    #[test]
    fn an_entry_of_somebody_else_is_not_taken() {
        let entry = "ana:x:1000:1000:Ana:/home/ana:/bin/bash\n";
        assert_eq!(read(entry, "ana").map(|ana| ana.uid), Some(1000));
        assert_eq!(read(entry, "eva"), None);
        assert_eq!(read("ana:x:1000:1000:Ana::/bin/bash", "ana"), None);
        assert_eq!(read("", "ana"), None);
    }
}
