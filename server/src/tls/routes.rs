//! Whose each address is.

/// Whom an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Also of those who have no certificate yet, or never get one.
    Anybodys,
    /// Computers, and packagers.
    Computers,
    /// Operators and their programs.
    Operators,
}

/// What is asked before there is a certificate, read by package managers, or guarded in another way.
const ANYBODYS: &[&str] = &[
    "/.well-known/acme-challenge/",
    "/health",
    "/metrics",
    "/public/",
    "/repo/",
    "/pool/",
    "/src/",
    "/get_key_repositories",
    "/api/v1/public/",
    "/api/native/1/enrolment/",
    "/api/native/1/certificate/",
    "/manager/v1/public/",
];

/// What lies among the computers' and is not theirs.
const OPERATORS: &[&str] = &["/api/native/1/relay/session/"];

const COMPUTERS: &[&str] = &[
    "/api/v1/safe/",
    "/api/native/",
    "/tunnel",
    "/manager/v1/private/tunnel/register",
];

impl Whose {
    /// That of a path. What is not known is for operators, so that nothing is open because it is new.
    pub(super) fn of(path: &str) -> Self {
        let is_below = |starts: &[&str]| starts.iter().any(|start| path.starts_with(start));
        if is_below(ANYBODYS) {
            Self::Anybodys
        } else if is_below(COMPUTERS) && !is_below(OPERATORS) {
            Self::Computers
        } else {
            Self::Operators
        }
    }
}

/// Whether a path is guarded in another way than by how it is asked for.
pub(super) fn is_watched(path: &str) -> bool {
    let starts = ["/.well-known/acme-challenge/", "/health", "/metrics"];
    starts.iter().any(|start| path.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_is_somebodys() {
        for (path, whose) in [
            ("/", Whose::Operators),
            ("/computers/7", Whose::Operators),
            ("/api/v1/token/projects/", Whose::Operators),
            ("/rest-auth/login/", Whose::Operators),
            ("/api/v1/safe/computers/", Whose::Computers),
            ("/api/native/1/synchronization/plan/", Whose::Computers),
            ("/api/native/1/relay/agent/", Whose::Computers),
            ("/api/native/1/relay/session/", Whose::Operators),
            ("/api/native/1/enrolment/", Whose::Anybodys),
            ("/api/native/1/certificate/", Whose::Anybodys),
            ("/api/v1/public/server/info/", Whose::Anybodys),
            ("/public/debian-12/stores/main/a_1_all.deb", Whose::Anybodys),
            ("/tunnel", Whose::Computers),
            ("/manager/v1/private/tunnel/register", Whose::Computers),
            ("/manager/v1/private/tunnel/agents", Whose::Operators),
            ("/ws/tunnel/computers/7/", Whose::Operators),
            ("/health", Whose::Anybodys),
        ] {
            assert_eq!(Whose::of(path), whose, "{path}");
        }
    }
}
