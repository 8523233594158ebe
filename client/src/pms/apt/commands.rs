//! Command lines of apt and dpkg (`client` 13.2).

use crate::pms::Action;
use crate::process::supervise::STATUS_DESCRIPTOR;

/// Options of everything that changes packages: no questions, configuration files of the site stay as they are.
const SILENT: [&str; 18] = [
    "-o",
    "APT::Get::Purge=true",
    "-o",
    "Dpkg::Options::=--force-confdef",
    "-o",
    "Dpkg::Options::=--force-confold",
    "-o",
    "Dpkg::Use-Pty=0",
    "-o",
    "DPkg::Lock::Timeout=600",
    "-o",
    "Acquire::Languages=none",
    "-o",
    "APT::Color=0",
    "--assume-yes",
    "--allow-downgrades",
    "--allow-change-held-packages",
    "--auto-remove",
];

/// apt cannot become its download user where no other user exists.
const SINGLE_USER: [&str; 2] = ["-o", "APT::Sandbox::User=root"];

fn line<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

pub(super) fn native_architecture() -> Vec<String> {
    line(["dpkg", "--print-architecture"])
}

pub(super) fn foreign_architectures() -> Vec<String> {
    line(["dpkg", "--print-foreign-architectures"])
}

pub(super) fn owner_of(path: &str) -> Vec<String> {
    line(["dpkg-query", "--search", path])
}

pub(super) fn names(prefix: &str) -> Vec<String> {
    line(["apt-cache", "pkgnames", "--", prefix])
}

pub(super) fn search(pattern: &str) -> Vec<String> {
    line(["apt-cache", "search", "--", pattern])
}

pub(super) fn show(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut command = line(["apt-cache", "show", "--no-all-versions", "--"]);
    command.extend(names);
    command
}

/// The verb of an action and the names it takes.
fn act(mut command: Vec<String>, action: &Action, names: &[String]) -> Vec<String> {
    let verb = match action {
        Action::Install(_) => "install",
        Action::Remove(_) => "purge",
        Action::Upgrade => "dist-upgrade",
        Action::Refresh => "update",
    };
    command.push(verb.to_owned());
    if matches!(action, Action::Install(_) | Action::Remove(_)) {
        command.push("--".to_owned());
        command.extend(names.iter().cloned());
    }
    command
}

fn apt_get(extra: &[&str]) -> Vec<String> {
    line(
        ["apt-get"]
            .into_iter()
            .chain(SILENT)
            .chain(extra.iter().copied()),
    )
}

/// What would happen, as `Inst` and `Remv` lines.
pub(super) fn simulate(action: &Action, names: &[String]) -> Vec<String> {
    act(apt_get(&["--simulate"]), action, names)
}

/// What would be fetched.
pub(super) fn sizes(action: &Action, names: &[String]) -> Vec<String> {
    act(apt_get(&["--print-uris"]), action, names)
}

/// Says whether something comes from a source nobody vouches for; `None` when nothing is fetched.
pub(super) fn dry_run(action: &Action, names: &[String]) -> Option<Vec<String>> {
    matches!(action, Action::Install(_) | Action::Upgrade)
        .then(|| act(line(["apt-get", "--assume-no"]), action, names))
}

fn status_option() -> String {
    format!("APT::Status-Fd={STATUS_DESCRIPTOR}")
}

fn reporting(single_user: bool) -> Vec<String> {
    let mut command = apt_get(if single_user { &SINGLE_USER } else { &[] });
    command.extend(["-o".to_owned(), status_option()]);
    command
}

/// Fetches what the action needs, and nothing else.
pub(super) fn download(action: &Action, names: &[String], single_user: bool) -> Vec<String> {
    let mut command = reporting(single_user);
    command.push("--download-only".to_owned());
    act(command, action, names)
}

/// Does the action.
pub(super) fn perform(action: &Action, names: &[String], single_user: bool) -> Vec<String> {
    let mut command = reporting(single_user);
    if matches!(action, Action::Refresh) {
        // A repository that cannot be read is a failure and not a remark.
        command.extend(line(["-o", "APT::Update::Error-Mode=any"]));
    }
    act(command, action, names)
}

/// Finishes what dpkg was interrupted at.
pub(super) fn configure_pending() -> Vec<String> {
    line([
        "dpkg",
        "--force-confdef",
        "--force-confold",
        "--configure",
        "--pending",
    ])
}

/// Brings in what half-installed packages lack.
pub(super) fn fix_broken(single_user: bool) -> Vec<String> {
    let mut command = reporting(single_user);
    command.extend(line(["--fix-broken", "install"]));
    command
}
