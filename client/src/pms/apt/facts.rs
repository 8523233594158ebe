//! What dpkg and apt know of the installed packages, for the policy.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::database::{self, Entry};
use super::{Apt, commands};
use crate::files;
use crate::pms::{Plan, PmsError};
use crate::policy::{Dependency, Facts, Guard, Package};

/// Packages that are ourselves: removing them would leave a computer nobody manages.
const OURSELVES: [&str; 2] = ["migasfree", "migasfree-client"];

/// Without these nothing can be installed any more. What they need stays with them.
const PACKAGE_MANAGER: [&str; 2] = ["apt", "dpkg"];

/// Programs that connect a computer.
const NETWORK: [&str; 6] = [
    "/usr/sbin/NetworkManager",
    "/lib/systemd/systemd-networkd",
    "/sbin/ifup",
    "/usr/sbin/connmand",
    "/usr/sbin/wicked",
    "/usr/sbin/netplan",
];

/// Where desktops say that they can be logged in to.
const SESSIONS: [&str; 2] = ["/usr/share/xsessions/*", "/usr/share/wayland-sessions/*"];

/// What starts the login screen.
const DISPLAY_MANAGER: &str = "/etc/systemd/system/display-manager.service";

impl Apt {
    /// What the policy needs to know to judge this plan. Whose files must stay is only looked for when something goes.
    pub(super) async fn facts_for(&self, plan: &Plan) -> Result<Facts, PmsError> {
        let native = self.native().await?;
        let entries = self.entries().await?;
        let along = self.auto_installed()?;
        let guards = if plan.remove.is_empty() {
            BTreeMap::new()
        } else {
            self.guards(native).await?
        };
        let present = entries
            .into_iter()
            .filter(|entry| entry.is_installed() || entry.is_half_done());
        Ok(Facts::new(present.map(|entry| {
            let id = entry.id(native);
            let package = package(&entry, native, &along, guards.get(&id));
            (id, package)
        })))
    }

    /// Names and architectures of the packages nobody asked for.
    fn auto_installed(&self) -> Result<BTreeSet<(String, String)>, PmsError> {
        let text = files::read_optional(&self.inside("var/lib/apt/extended_states"))?;
        let text = text.unwrap_or_default();
        let along = database::stanzas(&text)
            .filter(|stanza| stanza.get("auto-installed") == Some(&"1"))
            .filter_map(|stanza| {
                let field = |name: &str| stanza.get(name).map(|value| (*value).to_owned());
                field("package").zip(field("architecture"))
            });
        Ok(along.collect())
    }

    /// What must stay, by package.
    async fn guards(&self, native: &str) -> Result<BTreeMap<String, BTreeSet<Guard>>, PmsError> {
        let mut guards: BTreeMap<String, BTreeSet<Guard>> = BTreeMap::new();
        let ourselves = OURSELVES.map(|name| (name, Guard::Migasfree));
        let manager = PACKAGE_MANAGER.map(|name| (name, Guard::System));
        for (name, guard) in ourselves.into_iter().chain(manager) {
            guards.entry(name.to_owned()).or_default().insert(guard);
        }
        let files = self.guarded_files();
        let patterns = files.iter().map(|(pattern, _)| pattern.clone());
        // It fails where one of the files has no owner, and tells of the others all the same.
        let answer = self
            .query(commands::owners_of(patterns))
            .await?
            .stdout_text();
        for line in answer.lines() {
            let Some((owners, path)) = line.split_once(": ") else {
                continue;
            };
            if owners.contains("diversion by") {
                continue;
            }
            let guarding = files.iter().filter(|(pattern, _)| covers(pattern, path));
            for (_, guard) in guarding {
                for owner in owners.split(", ") {
                    let own = owner.strip_suffix(&format!(":{native}"));
                    guards
                        .entry(own.unwrap_or(owner).to_owned())
                        .or_default()
                        .insert(*guard);
                }
            }
        }
        Ok(guards)
    }

    /// Files, or patterns of them, whose owners stay.
    fn guarded_files(&self) -> Vec<(String, Guard)> {
        let mut files: Vec<(String, Guard)> = Vec::new();
        let mut add = |guard: Guard, path: &str| {
            // Packages may have the file under its older place, too.
            let bare = path.strip_prefix("/usr").unwrap_or(path);
            for path in [bare.to_owned(), format!("/usr{bare}")] {
                if !files.contains(&(path.clone(), guard)) {
                    files.push((path, guard));
                }
            }
        };
        let release = files::read_optional(Path::new("/proc/sys/kernel/osrelease"));
        let release = release.ok().flatten().unwrap_or_default();
        let release = release.trim();
        for file in [
            format!("/boot/vmlinuz-{release}"),
            format!("/lib/modules/{release}/modules.builtin"),
            format!("/lib/modules/{release}/modules.order"),
        ] {
            add(Guard::Kernel, &file);
        }
        add(Guard::Init, "/sbin/init");
        if let Some(target) = self.target_of("/sbin/init") {
            add(Guard::Init, &target);
        }
        for program in NETWORK {
            add(Guard::Network, program);
        }
        add(Guard::Desktop, DISPLAY_MANAGER);
        add(
            Guard::Desktop,
            "/lib/systemd/system/display-manager.service",
        );
        if let Some(target) = self.target_of(DISPLAY_MANAGER) {
            add(Guard::Desktop, &target);
        }
        let chosen = files::read_optional(&self.inside("etc/X11/default-display-manager"));
        if let Ok(Some(program)) = chosen
            && program.starts_with('/')
        {
            add(Guard::Desktop, program.trim());
        }
        for pattern in SESSIONS {
            add(Guard::Desktop, pattern);
        }
        for program in ["/bin/migasfree", "/sbin/migasfreed"] {
            add(Guard::Migasfree, program);
        }
        if self.root.is_host()
            && let Ok(program) = std::env::current_exe()
        {
            add(Guard::Migasfree, &program.to_string_lossy());
        }
        files
    }

    /// Where a link leads to, as a path inside the root.
    fn target_of(&self, link: &str) -> Option<String> {
        let target = std::fs::read_link(self.inside(link)).ok()?;
        let folder = Path::new(link).parent()?;
        let mut path = PathBuf::new();
        for part in folder.join(target).components() {
            match part {
                std::path::Component::ParentDir => {
                    path.pop();
                }
                part => path.push(part),
            }
        }
        Some(path.to_str()?.to_owned())
    }
}

fn covers(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(folder) => path.starts_with(folder),
        None => pattern == path,
    }
}

fn package(
    entry: &Entry,
    native: &str,
    along: &BTreeSet<(String, String)>,
    guards: Option<&BTreeSet<Guard>>,
) -> Package {
    let architecture = if entry.architecture == "all" {
        native
    } else {
        &entry.architecture
    };
    let mut guards = guards.cloned().unwrap_or_default();
    if entry.essential {
        guards.insert(Guard::System);
    }
    Package {
        guards,
        held: entry.held,
        by_hand: !along.contains(&(entry.name.clone(), architecture.to_owned())),
        serves_all: entry.multi_arch == "foreign",
        provides: alternatives(&entry.provides)
            .flatten()
            .map(|dependency| dependency.name)
            .collect(),
        depends: alternatives(&entry.pre_depends)
            .chain(alternatives(&entry.depends))
            .collect(),
        name: entry.name.clone(),
        architecture: entry.architecture.clone(),
    }
}

/// The names of a relation field: `a (>= 1), b | c:any`.
fn alternatives(field: &str) -> impl Iterator<Item = Vec<Dependency>> + '_ {
    field.split(',').filter_map(|clause| {
        let names: Vec<Dependency> = clause
            .split('|')
            .filter_map(|alternative| alternative.split(['(', '[', '<']).next())
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| match name.split_once(':') {
                Some((name, architecture)) => Dependency {
                    name: name.to_owned(),
                    architecture: Some(architecture.to_owned()),
                },
                None => Dependency {
                    name: name.to_owned(),
                    architecture: None,
                },
            })
            .collect();
        (!names.is_empty()).then_some(names)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_are_read_without_their_versions() {
        let names: Vec<Vec<String>> = alternatives("libc6 (>= 2.36), a:any | b(>=1) [amd64], , c")
            .map(|clause| clause.into_iter().map(|one| one.name).collect())
            .collect();
        assert_eq!(names, [vec!["libc6"], vec!["a", "b"], vec!["c"]]);
    }

    #[test]
    fn patterns_cover_what_is_below_them() {
        assert!(covers(
            "/usr/share/xsessions/*",
            "/usr/share/xsessions/gnome.desktop"
        ));
        assert!(!covers("/sbin/init", "/sbin/initctl"));
    }
}
