//! What apt's words mean when it fails.

use crate::pms::PmsError;

/// Explains the failure of a run from what it said. `errors` are those apt reported as package errors.
pub(super) fn explain(output: &str, errors: &[String]) -> PmsError {
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
    let mut detail: Vec<&str> = errors.iter().map(String::as_str).collect();
    detail.extend(telling.iter().filter(|line| !line.starts_with("W: ")));
    if detail.is_empty() {
        detail.extend(output.lines().rev().find(|line| !line.trim().is_empty()));
    }
    detail.dedup();
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
