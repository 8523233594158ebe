//! What a computer cannot do without, whichever package manager it has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Driver;
use crate::PmsError;
use crate::change::Plan;
use crate::files;
use crate::policy::{Facts, Guard};

/// Packages that are ourselves: removing them would leave a computer nobody manages.
const OURSELVES: [&str; 2] = ["migasfree", "migasfree-client"];

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

impl Driver {
    /// What the policy needs to know to judge this plan. Whose files must stay is only looked for when something goes.
    pub(super) async fn facts_for(&self, plan: &Plan) -> Result<Facts, PmsError> {
        let native = self.native().await?;
        let mut packages = self.ask(self.back_end.known(native)).await?;
        if !plan.remove.is_empty() {
            let guards = self.guards(native).await?;
            for (id, package) in &mut packages {
                package.guards.extend(guards.get(id).into_iter().flatten());
            }
        }
        Ok(Facts::new(packages))
    }

    /// What must stay, by package.
    async fn guards(&self, native: &str) -> Result<BTreeMap<String, BTreeSet<Guard>>, PmsError> {
        let mut guards: BTreeMap<String, BTreeSet<Guard>> = BTreeMap::new();
        let ourselves = OURSELVES.map(|name| (name, Guard::Migasfree));
        let manager = self.back_end.own_packages().iter();
        let manager = manager.map(|name| (*name, Guard::System));
        for (name, guard) in ourselves.into_iter().chain(manager) {
            guards.entry(name.to_owned()).or_default().insert(guard);
        }
        let files = self.guarded_files();
        let patterns = files.iter().map(|(pattern, _)| pattern.clone()).collect();
        for (path, owners) in self.ask(self.back_end.owners_of(patterns, native)).await? {
            let guarding = files.iter().filter(|(pattern, _)| covers(pattern, &path));
            for (_, guard) in guarding {
                for owner in &owners {
                    guards.entry(owner.clone()).or_default().insert(*guard);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_what_is_below_them() {
        assert!(covers(
            "/usr/share/xsessions/*",
            "/usr/share/xsessions/gnome.desktop"
        ));
        assert!(!covers("/sbin/init", "/sbin/initctl"));
    }
}
