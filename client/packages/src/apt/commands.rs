//! Command lines of apt and dpkg (`client` 13.2).

use super::exact;
use crate::change::Action;
use crate::entry::Wanted;
use crate::process::supervise::STATUS_DESCRIPTOR;
use crate::query::Line;
use crate::work::{Change, Conditions, Work};

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

fn line<'a>(words: impl IntoIterator<Item = &'a str>) -> Line {
    words.into_iter().map(str::to_owned).collect()
}

pub(super) fn native_architecture() -> Line {
    line(["dpkg", "--print-architecture"])
}

pub(super) fn foreign_architectures() -> Line {
    line(["dpkg", "--print-foreign-architectures"])
}

pub(super) fn owners_of(files: impl IntoIterator<Item = String>) -> Line {
    let mut command = line(["dpkg-query", "--search", "--"]);
    command.extend(files);
    command
}

pub(super) fn names(prefix: &str) -> Line {
    line(["apt-cache", "pkgnames", "--", prefix])
}

/// apt takes each word for a regular expression: what means something there is made to mean itself.
pub(super) fn search(words: &[&str]) -> Line {
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

pub(super) fn show(names: impl IntoIterator<Item = String>) -> Line {
    let mut command = line(["apt-cache", "show", "--no-all-versions", "--"]);
    command.extend(names);
    command
}

/// The files of an archive with their sizes, as `tar` lists them.
pub(super) fn contents(archive: &str) -> Line {
    line(["dpkg-deb", "--contents", archive])
}

/// The verb of an action and the names it takes.
fn act(mut command: Line, action: &Action, names: &[String]) -> Line {
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
fn takes_names(action: &Action) -> bool {
    matches!(
        action,
        Action::Install(_) | Action::Remove(_) | Action::UpgradePackages(_)
    )
}

fn apt_get(extra: &[&str]) -> Line {
    line(
        ["apt-get"]
            .into_iter()
            .chain(SILENT)
            .chain(extra.iter().copied()),
    )
}

/// What would happen, as `Inst` and `Remv` lines.
pub(super) fn simulate(action: &Action, names: &[String]) -> Line {
    act(apt_get(&["--simulate"]), action, names)
}

/// What would be fetched.
pub(super) fn sizes(action: &Action, names: &[String]) -> Line {
    act(apt_get(&["--print-uris"]), action, names)
}

/// Each list of packages apt has, after `yes` or `no` for whether its source is vouched for.
pub(super) fn package_lists() -> Line {
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
pub(super) fn cat(file: &str) -> Line {
    line(["/usr/lib/apt/apt-helper", "cat-file", file])
}

fn status_option() -> String {
    format!("APT::Status-Fd={STATUS_DESCRIPTOR}")
}

fn reporting(conditions: Conditions) -> Line {
    let mut command = apt_get(if conditions.single_user {
        &SINGLE_USER
    } else {
        &[]
    });
    if conditions.leaves_unconfigured {
        command.splice(1..1, line(["-o", "DPkg::ConfigurePending=false"]));
    }
    command.extend(["-o".to_owned(), status_option()]);
    command
}

/// Everything the sources offer of these packages.
pub(super) fn show_all(names: impl IntoIterator<Item = String>) -> Line {
    let mut command = line(["apt-cache", "show", "--"]);
    command.extend(names);
    command
}

/// What does this work.
pub(super) fn work(work: &Work<'_>, conditions: Conditions) -> Line {
    let apt = || reporting(conditions);
    match work {
        Work::Refresh => {
            // A repository that cannot be read is a failure and not a remark.
            let command = named(apt(), &["-o", "APT::Update::Error-Mode=any"], &[]);
            act(command, &Action::Refresh, &[])
        }
        Work::Download(Change { action, names, .. }) => {
            act(named(apt(), &["--download-only"], &[]), action, names)
        }
        Work::Act { change, keep_rests } => {
            let mut command = apt();
            command.extend(exact::options(change.plan));
            if *keep_rests {
                named(command, &["remove", "--"], change.names)
            } else {
                act(command, change.action, change.names)
            }
        }
        Work::PurgeRests(names) => dpkg(&["--purge", "--"], names),
        Work::Configure(names) => configure(*names),
        Work::Reinstall(names) => bring_back(apt(), &["--reinstall", "install", "--"], names),
        Work::Complete => bring_back(apt(), &["--fix-broken", "install"], &[]),
        Work::Discard { names, purge } => {
            let verb = if *purge { "--purge" } else { "--remove" };
            dpkg(&["--force-remove-reinstreq", verb, "--"], names)
        }
    }
}

/// Nothing goes for it, and what is held stays.
fn bring_back(command: Line, words: &[&str], names: &[String]) -> Line {
    let held = [
        "-o",
        "APT::Get::allow-change-held-packages=false",
        "--no-remove",
    ];
    named(named(command, &held, &[]), words, names)
}

fn named(mut command: Line, words: &[&str], names: &[String]) -> Line {
    command.extend(line(words.iter().copied()));
    command.extend(names.iter().cloned());
    command
}

fn dpkg(words: &[&str], names: &[String]) -> Line {
    named(line(["dpkg"]), words, names)
}

/// Finishes what is unpacked: these, or all there is.
fn configure(names: Option<&[String]>) -> Line {
    let command = ["--force-confdef", "--force-confold", "--configure"];
    let all = ["--pending".to_owned()];
    dpkg(&command, names.unwrap_or(&all))
}

/// Tells dpkg what is wanted of packages. Told nothing new, it takes in its journal all the same, as before anything it
/// may write.
pub(super) fn set_selections(packages: &[(String, Wanted)]) -> Line {
    let script = "for line; do echo \"$line\"; done | dpkg --set-selections";
    let mut command = line(["sh", "-c", script, "sh"]);
    command.extend(packages.iter().map(|(name, wanted)| {
        let word = match wanted {
            Wanted::Install => "install",
            Wanted::Hold => "hold",
            Wanted::Remove => "deinstall",
            Wanted::Purge => "purge",
        };
        format!("{name} {word}")
    }));
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
