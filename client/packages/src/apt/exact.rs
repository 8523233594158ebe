//! Doing a plan exactly: dpkg is not let at anything else.
//!
//! Before dpkg begins, and with the package database locked, apt tells its hooks what is to happen. Ours compares the
//! digest of that with the one of the plan; when they differ apt gives up with nothing done.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use crate::change::{Plan, bare};

/// The program apt names when the hook fails.
const PROGRAM: &str = "/bin/sed";
/// What is unpacked and what is removed, of all lines apt says.
const UNPACKED: &str =
    r"s|^([a-z0-9][a-z0-9+.-]*) [^ ]+ [^ ]+ [^ ]+ [<=>] ([^ ]+) ([^ ]+) [^ ]+ /.*|+ \1 \3 \2|p";
const REMOVED: &str =
    r"s|^([a-z0-9][a-z0-9+.-]*) ([^ ]+) ([^ ]+) [^ ]+ > - - none \*\*REMOVE\*\*.*|- \1 \3 \2|p";

/// Options that make apt do this plan or nothing.
pub(super) fn options(plan: &Plan) -> [String; 4] {
    let hook = format!(
        "{PROGRAM} -n -E -e '{UNPACKED}' -e '{REMOVED}' | LC_ALL=C sort -u | sha256sum | grep -q ^{}",
        digest(plan)
    );
    [
        "-o".to_owned(),
        format!("DPkg::Tools::Options::{PROGRAM}::Version=3"),
        "-o".to_owned(),
        format!("DPkg::Pre-Install-Pkgs::={hook}"),
    ]
}

/// Whether apt gave up because it would have done something else.
pub(super) fn is_refusal(output: &str) -> bool {
    output.contains(&format!("Failure running script {PROGRAM}"))
}

fn digest(plan: &Plan) -> String {
    let unpacked = plan.install.iter().chain(&plan.update);
    let lines: BTreeSet<String> = unpacked
        .map(|package| ('+', package))
        .chain(plan.remove.iter().map(|package| ('-', package)))
        .map(|(sign, package)| {
            let name = bare(&package.name);
            format!(
                "{sign} {name} {} {}\n",
                package.architecture, package.version
            )
        })
        .collect();
    let text: String = lines.into_iter().collect();
    hex::encode(Sha256::digest(text.as_bytes()))
}
