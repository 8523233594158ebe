//! Reading what apt would do: `apt-get --simulate` and `apt-get --print-uris`.

use crate::change::{Plan, PlannedPackage};

/// Adds the lines of a simulation to a plan.
pub(super) fn read_simulation(output: &str, plan: &mut Plan) {
    for line in output.lines() {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "Inst" => {
                if let Some(package) = installation(rest) {
                    let list = if package.replaces.is_some() {
                        if is_security(rest) {
                            plan.security.insert(package.name.clone());
                        }
                        &mut plan.update
                    } else {
                        &mut plan.install
                    };
                    list.push(package);
                }
            }
            "Remv" | "Purg" => {
                if let Some(package) = removal(rest)
                    && !plan.remove.iter().any(|known| known.name == package.name)
                {
                    plan.remove.push(package);
                }
            }
            _ => {}
        }
    }
    // What apt takes away for a moment, to bring it back, does not go.
    let come_back = |package: &PlannedPackage| {
        let mut coming = plan.install.iter().chain(&plan.update);
        coming.any(|coming| coming.name == package.name)
    };
    let kept: Vec<PlannedPackage> = plan
        .remove
        .iter()
        .filter(|package| !come_back(package))
        .cloned()
        .collect();
    plan.remove = kept;
    for list in [&mut plan.install, &mut plan.update, &mut plan.remove] {
        list.sort();
    }
}

/// `name [old version] (new version source [architecture]) …`
fn installation(rest: &str) -> Option<PlannedPackage> {
    let (name, rest) = rest.split_once(' ')?;
    let (before, rest) = rest.split_once('(')?;
    let (inside, _) = rest.split_once(')')?;
    Some(PlannedPackage {
        name: bare_name(name),
        version: inside.split_whitespace().next()?.to_owned(),
        replaces: bracketed(before),
        architecture: bracketed(inside).unwrap_or_default(),
    })
}

/// Whether one of the sources of an installation is a suite of security updates: `Debian-Security:12/stable-security`.
fn is_security(rest: &str) -> bool {
    rest.split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .is_some_and(|(inside, _)| inside.to_lowercase().contains("-security"))
}

/// `name [version]`
fn removal(rest: &str) -> Option<PlannedPackage> {
    let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let name = bare_name(name);
    (!name.is_empty()).then(|| PlannedPackage {
        name,
        version: bracketed(rest).unwrap_or_default(),
        replaces: None,
        architecture: String::new(),
    })
}

fn bare_name(name: &str) -> String {
    name.trim_end_matches('*').to_owned()
}

fn bracketed(text: &str) -> Option<String> {
    let (inside, _) = text.split_once('[')?.1.split_once(']')?;
    Some(inside.to_owned())
}

/// Adds the sizes to a plan: exact bytes of what must be downloaded, and apt's rounded estimate of the room taken.
pub(super) fn read_sizes(output: &str, plan: &mut Plan) {
    for line in output.lines() {
        if line.starts_with('\'') {
            // 'address' file-name size hash
            let size = line
                .split_whitespace()
                .nth(2)
                .and_then(|size| size.parse::<u64>().ok());
            plan.download_bytes += size.unwrap_or(0);
        } else if let Some(rest) = line.strip_prefix("After this operation, ") {
            let bytes = amount(rest).unwrap_or(0);
            plan.disk_bytes = if rest.contains("freed") {
                -bytes
            } else {
                bytes
            };
        }
    }
}

/// `12.3 MB of …` in bytes; apt counts in thousands.
fn amount(text: &str) -> Option<i64> {
    let mut words = text.split_whitespace();
    let number: f64 = words.next()?.replace(',', "").parse().ok()?;
    let factor = match words.next()? {
        "B" => 1.0,
        "kB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "TB" => 1e12,
        _ => return None,
    };
    let bytes = number * factor;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be within the range"
    )]
    (bytes.is_finite() && bytes.abs() < 1e18).then(|| bytes.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn installs_updates_and_removals_are_told_apart() {
        let mut plan = Plan::default();
        read_simulation(
            "NOTE: This is only a simulation!\nReading package lists...\n\
             Remv old [1.0] [dep:amd64 ]\nPurg other [2.0-1]\n\
             Inst gimp (2.10-1 Debian:12/stable [amd64])\n\
             Inst bash [5.1] (5.2 Debian:12/stable, x:now [amd64]) []\n\
             Inst openssl [3.0.1] (3.0.2 Debian-Security:12/stable-security [amd64])\n\
             Conf gimp (2.10-1 Debian:12/stable [amd64])\n",
            &mut plan,
        );
        assert_eq!(
            plan.remove
                .iter()
                .map(|p| p.name.as_str())
                .collect::<Vec<_>>(),
            ["old", "other"]
        );
        assert_eq!(plan.install[0].version, "2.10-1");
        assert_eq!(plan.install[0].architecture, "amd64");
        assert_eq!(plan.update[0].replaces.as_deref(), Some("5.1"));
        assert_eq!(plan.security, ["openssl".to_owned()].into());
    }

    #[test]
    fn sizes_are_added_up() {
        let mut plan = Plan::default();
        read_sizes(
            "Need to get 1,234 kB of archives.\n\
             After this operation, 1,234 kB disk space will be freed.\n\
             'http://x/a.deb' a.deb 1000 SHA256:00\n'http://x/b.deb' b.deb 234 SHA256:00\n",
            &mut plan,
        );
        assert_eq!((plan.download_bytes, plan.disk_bytes), (1234, -1_234_000));
    }

    proptest! {
        #[test]
        fn any_output_is_read_without_harm(text in "((Inst|Remv|Purg|'|After this operation,)? ?\\PC{0,60}\n){0,10}") {
            let mut plan = Plan::default();
            read_simulation(&text, &mut plan);
            read_sizes(&text, &mut plan);
        }
    }
}
