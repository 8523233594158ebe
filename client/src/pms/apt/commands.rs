//! Command lines of apt and dpkg (`client` 13.2).

use super::exact;
use crate::pms::{Action, Plan};
use crate::process::supervise::STATUS_DESCRIPTOR;

/// Options of everything that changes packages: no questions, configuration files of the site stay as they are, nothing
/// goes that was not asked for. In their long form, which `update` takes, too. Whether a held package may change, the
/// policy has judged.
const SILENT: [&str; 24] = [
    "-o",
    "APT::Get::Purge=false",
    "-o",
    "APT::Get::AutomaticRemove=false",
    "-o",
    "APT::Get::AutomaticRemove::Kernels=false",
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
    "-o",
    "APT::Get::Assume-Yes=true",
    "-o",
    "APT::Get::allow-downgrades=true",
    "-o",
    "APT::Get::allow-change-held-packages=true",
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

pub(super) fn owners_of(files: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut command = line(["dpkg-query", "--search", "--"]);
    command.extend(files);
    command
}

pub(super) fn names(prefix: &str) -> Vec<String> {
    line(["apt-cache", "pkgnames", "--", prefix])
}

/// apt takes each word for a regular expression: what means something there is made to mean itself.
pub(super) fn search(words: &[&str]) -> Vec<String> {
    let literal = |word: &&str| -> String {
        let mut literal = String::with_capacity(word.len() * 2);
        for character in word.chars() {
            if r".[]()*+?{}|^$\".contains(character) {
                literal.push('\\');
            }
            literal.push(character);
        }
        literal
    };
    let mut command = line(["apt-cache", "search", "--"]);
    command.extend(words.iter().map(literal));
    command
}

/// The program with little memory and processor time, and as nobody where that is possible.
pub(super) fn modest(program: Vec<String>, as_nobody: bool) -> Vec<String> {
    let mut command = line(["prlimit", "--as=1073741824", "--cpu=20", "--core=0", "--"]);
    if as_nobody {
        command.extend(line([
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "--no-new-privs",
            "--",
        ]));
    }
    command.extend(program);
    command
}

pub(super) fn show(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut command = line(["apt-cache", "show", "--no-all-versions", "--"]);
    command.extend(names);
    command
}

/// The files of an archive with their sizes, as `tar` lists them.
pub(super) fn contents(archive: &str) -> Vec<String> {
    line(["dpkg-deb", "--contents", archive])
}

/// The verb of an action and the names it takes.
fn act(mut command: Vec<String>, action: &Action, names: &[String]) -> Vec<String> {
    let verb = match action {
        Action::Install(_) | Action::UpgradePackages(_) => "install",
        Action::Remove(_) => "purge",
        Action::Upgrade => "dist-upgrade",
        Action::UpgradeKeeping => "upgrade",
        Action::Refresh => "update",
    };
    command.push(verb.to_owned());
    if matches!(action, Action::UpgradePackages(_)) {
        command.push("--only-upgrade".to_owned());
    }
    if matches!(action, Action::UpgradeKeeping) {
        command.push("--with-new-pkgs".to_owned());
    }
    if takes_names(action) {
        command.push("--".to_owned());
        command.extend(names.iter().cloned());
    }
    command
}

/// Whether the action is about packages by name.
pub(super) fn takes_names(action: &Action) -> bool {
    matches!(
        action,
        Action::Install(_) | Action::Remove(_) | Action::UpgradePackages(_)
    )
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

/// Each list of packages apt has, after `yes` or `no` for whether its source is vouched for.
pub(super) fn package_lists() -> Vec<String> {
    let format = "$(TRUSTED) $(FILENAME)";
    line([
        "apt-get",
        "indextargets",
        "--format",
        format,
        "Created-By: Packages",
    ])
}

/// A list of packages, however it is compressed.
pub(super) fn cat(file: &str) -> Vec<String> {
    line(["/usr/lib/apt/apt-helper", "cat-file", file])
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

/// Refreshes the lists of packages.
pub(super) fn refresh(single_user: bool) -> Vec<String> {
    let mut command = reporting(single_user);
    // A repository that cannot be read is a failure and not a remark.
    command.extend(line(["-o", "APT::Update::Error-Mode=any"]));
    act(command, &Action::Refresh, &[])
}

/// Whether a plan takes away more than these, whose configuration then must stay.
pub(super) fn takes_others(names: &[String], plan: &Plan) -> bool {
    let named = |package: &str| {
        let own = |name: &String| {
            name == package
                || name
                    .split_once(':')
                    .is_some_and(|(bare, _)| bare == package)
        };
        names.iter().any(own)
    };
    plan.remove.iter().any(|package| !named(&package.name))
}

/// Removes what is left of packages that are gone: their configuration.
pub(super) fn purge_rests(names: &[String]) -> Vec<String> {
    let mut command = line(["dpkg", "--purge", "--"]);
    command.extend(names.iter().cloned());
    command
}

/// Everything the sources offer of these packages.
pub(super) fn show_all(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut command = line(["apt-cache", "show", "--"]);
    command.extend(names);
    command
}

/// Does the action, if it is this plan. A removal in two steps leaves the configuration to [`purge_rests`].
pub(super) fn perform(
    action: &Action,
    names: &[String],
    plan: &Plan,
    in_two_steps: bool,
    single_user: bool,
) -> Vec<String> {
    let mut command = reporting(single_user);
    command.extend(exact::options(plan));
    if in_two_steps {
        command.extend(line(["remove", "--"]));
        command.extend(names.iter().cloned());
        return command;
    }
    act(command, action, names)
}

/// Has apt configure nothing but what other work needs first; [`configure`] is for the rest.
pub(super) fn leave_unconfigured(apt_get: &mut Vec<String>) {
    let option = ["-o", "DPkg::ConfigurePending=false"];
    apt_get.splice(1..1, option.map(str::to_owned));
}

/// Tells dpkg what is wanted: lines of a package and a word.
pub(super) fn set_selections(lines: &[String]) -> Vec<String> {
    let script = "for line; do echo \"$line\"; done | dpkg --set-selections";
    let mut command = line(["sh", "-c", script, "sh"]);
    command.extend(lines.iter().cloned());
    command
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

/// Finishes these packages only.
pub(super) fn configure(names: Vec<String>) -> Vec<String> {
    let mut command = configure_pending();
    command.pop();
    command.extend(names);
    command
}

/// Unpacks these packages again. What they need comes along, and nothing goes for it.
pub(super) fn reinstall(names: &[String], single_user: bool) -> Vec<String> {
    let mut command = reporting(single_user);
    command.extend(line(["-o", "APT::Get::allow-change-held-packages=false"]));
    command.extend(line(["--no-remove", "--reinstall", "install", "--"]));
    command.extend(names.iter().cloned());
    command
}

/// Takes away packages that cannot be unpacked again; apt does not work on anything while there are such.
pub(super) fn drop_unpacked_in_part(names: &[String], purge: bool) -> Vec<String> {
    let verb = if purge { "--purge" } else { "--remove" };
    let mut command = line(["dpkg", "--force-remove-reinstreq", verb, "--"]);
    command.extend(names.iter().cloned());
    command
}

/// Brings in what half-installed packages lack, and takes nothing away for it.
pub(super) fn fix_broken(single_user: bool) -> Vec<String> {
    let mut command = reporting(single_user);
    command.extend(line(["-o", "APT::Get::allow-change-held-packages=false"]));
    command.extend(line(["--no-remove", "--fix-broken", "install"]));
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_for_the_words_as_they_are() {
        let command = search(&["g++", "(a+)+$", "-x", "libc6"]);
        assert_eq!(command[3..], [r"g\+\+", r"\(a\+\)\+\$", "-x", "libc6"]);
    }
}
