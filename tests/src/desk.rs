//! An ordinary user at a computer: calls to the daemon from a process without privileges.

use std::process::Command;

use anyhow::{Context, Result};

use crate::bus::Bus;

/// What came back from a call.
#[derive(Clone, Debug)]
pub struct Reply {
    /// True if the daemon did not answer with an error.
    pub succeeded: bool,
    /// The answer, or the error with its name, as `gdbus` prints it.
    pub text: String,
}

impl Reply {
    /// The first object path in the answer.
    pub fn path(&self) -> Result<String> {
        self.text
            .split('\'')
            .find(|part| part.starts_with("/org/migasfree/"))
            .map(str::to_owned)
            .with_context(|| format!("no job in the answer: {}", self.text))
    }
}

/// Calls a method of the daemon's root object as the user `nobody`; arguments are GVariant texts.
pub fn call(bus: &Bus, method: &str, arguments: &[&str]) -> Result<Reply> {
    let output = Command::new("setpriv")
        .args([
            "--reuid",
            "nobody",
            "--regid",
            "nogroup",
            "--clear-groups",
            "--",
        ])
        .args(["gdbus", "call", "--system", "--timeout", "60"])
        .args(["--dest", "org.migasfree.Client1"])
        .args(["--object-path", "/org/migasfree/Client1"])
        .args(["--method", &format!("org.migasfree.Client1.{method}")])
        .args(arguments)
        .env(bus.as_system().0, bus.as_system().1)
        .output()
        .context("could not start setpriv or gdbus")?;
    let succeeded = output.status.success();
    let stream = if succeeded {
        output.stdout
    } else {
        output.stderr
    };
    Ok(Reply {
        succeeded,
        text: String::from_utf8_lossy(&stream).trim().to_owned(),
    })
}
