//! What apt's words mean when it fails.

use super::exact;
use crate::PmsError;

/// Explains the failure of a run from what it said. `errors` are those apt reported as package errors.
pub(super) fn explain(output: &str, errors: &[String]) -> PmsError {
    if exact::is_refusal(output) {
        return PmsError::Unsteady;
    }
    let telling: Vec<&str> = output
        .lines()
        .map(str::trim)
        .filter(|line| {
            ["E: ", "Err:", "W: ", "dpkg: error"]
                .iter()
                .any(|mark| line.starts_with(mark))
        })
        .collect();
    let all = output.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| all.contains(word));
    let mut detail: Vec<String> = own_words(output);
    // Whose script failed, and how, is said then.
    let is_told = !detail.is_empty();
    let is_frame =
        |line: &str| line.starts_with("dpkg: error") || line.starts_with("E: Sub-process");
    let is_new = |line: &&str| !(line.starts_with("W: ") || is_told && is_frame(line));
    let others = telling.iter().copied().filter(is_new);
    let others = others.map(str::to_owned);
    for one in unmet_needs(output)
        .into_iter()
        .chain(errors.iter().cloned())
        .chain(others)
    {
        if !says_all_of(&detail, &one) {
            detail.push(one);
        }
    }
    if detail.is_empty() {
        let last = output.lines().rev().find(|line| !line.trim().is_empty());
        detail.extend(last.map(str::to_owned));
    }
    let detail = detail.join("; ");
    if let Some(name) = unknown_package(&telling) {
        return PmsError::NotFound(name);
    }
    if says(&[
        "no space left on device",
        "you don't have enough free space",
    ]) {
        PmsError::DiskFull(detail)
    } else if says(&[
        "could not be authenticated",
        "is not signed",
        "no_pubkey",
        "gpg error",
        "cannot be authenticated",
        "hash sum mismatch",
    ]) {
        PmsError::Untrusted(detail)
    } else if says(&[
        "unmet dependencies",
        "held broken packages",
        "but it is not installable",
    ]) {
        PmsError::Dependency(detail)
    } else if says(&[
        "trying to overwrite",
        "conflicts with",
        "conflicting packages",
    ]) {
        PmsError::Conflict(detail)
    } else if says(&[
        "failed to fetch",
        "unable to fetch some archives",
        "could not resolve",
        "failed to download",
    ]) {
        PmsError::Download(detail)
    } else {
        PmsError::Backend(detail)
    }
}

/// Whether one of the details says this already: `package: reason`, or any other line.
fn says_all_of(details: &[String], one: &str) -> bool {
    let (package, reason) = one.split_once(": ").unwrap_or(("", one));
    details.iter().any(|said| {
        said.contains(one) || (said.starts_with(&format!("{package}: ")) && said.contains(reason))
    })
}

/// What scripts of packages said before they failed, and what dpkg says of that.
fn own_words(output: &str) -> Vec<String> {
    const LINES: usize = 5;
    const LONGEST: usize = 400;
    let lines: Vec<&str> = output
        .lines()
        .map(|line| line.rsplit('\r').next().unwrap_or(line).trim_end())
        .collect();
    let failed = lines.iter().enumerate().filter_map(|(at, line)| {
        let package = line
            .strip_prefix("dpkg: error processing package ")
            .or_else(|| line.strip_prefix("dpkg: error processing archive "))?;
        Some((at, package.split_whitespace().next()?))
    });
    let told = failed.map(|(at, package)| {
        let said = lines[..at]
            .iter()
            .rev()
            .take_while(|line| !is_of_manager(line))
            // What the supervisor adds is told elsewhere.
            .filter(|line| !line.trim().is_empty() && !line.starts_with("migasfree: "))
            .take(LINES);
        let mut words: Vec<&str> = said.copied().collect();
        words.reverse();
        let mut words = words.join(" / ");
        words.truncate(words.floor_char_boundary(LONGEST));
        let reason = lines.get(at + 1).map_or("", |line| line.trim());
        match words.as_str() {
            "" => format!("{package}: {reason}"),
            words => format!("{package}: {words} ({reason})"),
        }
    });
    told.collect()
}

/// Who needs what cannot be had, from the list apt prints before it says that something is wrong.
fn unmet_needs(output: &str) -> Vec<String> {
    const MOST: usize = 5;
    let mut needs = Vec::new();
    let mut lines = output.lines();
    while let Some(line) = lines.next() {
        if !line.trim_end().ends_with("have unmet dependencies:") {
            continue;
        }
        let mut who = String::new();
        for line in lines.by_ref().take_while(|line| line.starts_with(' ')) {
            let mut fact = line.trim();
            if let Some((name, rest)) = fact.split_once(" : ") {
                name.clone_into(&mut who);
                fact = rest.trim();
            }
            let (relation, what) = fact.split_once(": ").unwrap_or(("", fact));
            needs.push(match relation {
                "Depends" | "PreDepends" => format!("{who} needs {what}"),
                "Conflicts" | "Breaks" => format!("{who} goes not together with {what}"),
                _ => format!("{who}: {fact}"),
            });
        }
    }
    needs.dedup();
    needs.truncate(MOST);
    needs
}

/// Whether apt or dpkg said this line, and no script.
fn is_of_manager(line: &str) -> bool {
    const BEGINNINGS: [&str; 18] = [
        "Setting up ",
        "Removing ",
        "Purging configuration files for ",
        "Preparing to unpack ",
        "Unpacking ",
        "Selecting previously unselected package ",
        "Processing triggers for ",
        "Replacing files in old package ",
        "(Reading database",
        "dpkg: ",
        "dpkg-deb: ",
        "Errors were encountered while processing:",
        "Get:",
        "Hit:",
        "Fetched ",
        "E: ",
        "W: ",
        "Extracting templates from packages",
    ];
    BEGINNINGS
        .iter()
        .any(|beginning| line.starts_with(beginning))
}

/// `E: Unable to locate package x`, `E: Package 'x' has no installation candidate`
fn unknown_package(lines: &[&str]) -> Option<String> {
    lines.iter().find_map(|line| {
        if let Some(name) = line.strip_prefix("E: Unable to locate package ") {
            return Some(name.to_owned());
        }
        let name = line
            .strip_prefix("E: Package '")?
            .strip_suffix("' has no installation candidate")?;
        Some(name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::ResultCode;

    #[test]
    fn the_message_has_the_words_of_the_script_and_the_reason_of_the_package_manager() {
        let output = "Unpacking bad (1) ...\nSetting up bad (1) ...\nno licence found\nask the helpdesk\n\
             dpkg: error processing package bad (--configure):\n \
             installed bad package post-installation script subprocess returned error exit status 3\n\
             Setting up good (1) ...\nErrors were encountered while processing:\n bad\n\
             E: Sub-process /usr/bin/dpkg returned an error code (1)\n";
        let told = explain(output, &[]).to_string();
        for words in [
            "no licence found / ask the helpdesk",
            "returned error exit status 3",
        ] {
            assert!(told.contains(words), "{told}");
        }
        assert!(!told.contains("Setting up"), "{told}");
        let reason = "installed bad package post-installation script subprocess returned error exit status 3";
        let told = explain(output, &[format!("bad: {reason}")]).to_string();
        assert_eq!(told.matches("exit status 3").count(), 1, "{told}");
        assert!(!told.contains("Sub-process"), "{told}");
    }

    #[test]
    fn what_cannot_be_had_and_who_needs_it_is_named() {
        let output = "Some packages could not be installed.\n\n\
             The following packages have unmet dependencies:\n \
             tool : Depends: missing (>= 2) but it is not installable\n         \
             Depends: old (>= 3) but 1 is to be installed\n\
             E: Unable to correct problems, you have held broken packages.\n";
        let error = explain(output, &[]);
        assert_eq!(error.code(), ResultCode::Dependency);
        let told = error.to_string();
        for words in [
            "tool needs missing (>= 2) but it is not installable",
            "tool needs old (>= 3) but 1 is to be installed",
        ] {
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn each_failure_has_its_code() {
        for (output, code) in [
            ("E: Unable to locate package gimpp", ResultCode::NotFound),
            (
                "E: Package 'x' has no installation candidate",
                ResultCode::NotFound,
            ),
            (
                "E: You don't have enough free space in /var/cache/apt/archives/.",
                ResultCode::DiskFull,
            ),
            (
                "E: There were unauthenticated packages\nW: x cannot be authenticated!",
                ResultCode::Untrusted,
            ),
            (
                "The following packages have unmet dependencies:\nE: broken",
                ResultCode::Dependency,
            ),
            (
                "dpkg: error processing x: trying to overwrite '/a'",
                ResultCode::Conflict,
            ),
            (
                "E: Failed to fetch http://x/a.deb  404  Not Found",
                ResultCode::Download,
            ),
            (
                "installed x package post-installation script subprocess returned error",
                ResultCode::Backend,
            ),
        ] {
            assert_eq!(explain(output, &[]).code(), code, "{output}");
        }
    }
}
