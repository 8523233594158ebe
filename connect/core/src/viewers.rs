//! Programs that show another desktop. The first that is installed is started, on the port that is really bound.

/// A program and how it is told where to go.
#[derive(Debug, Clone, Copy)]
pub struct Viewer {
    /// Its name on the path.
    pub program: &'static str,
    /// Whether it takes a certificate, and then no other.
    pub pins: bool,
    arguments: fn(port: u16, user: Option<&str>, certificate: Option<&str>) -> Vec<String>,
}

impl Viewer {
    /// Its arguments for a port of this computer, and for the certificate that is to be there where one is known.
    #[must_use]
    pub fn arguments(
        &self,
        port: u16,
        user: Option<&str>,
        certificate: Option<&str>,
    ) -> Vec<String> {
        (self.arguments)(port, user, certificate)
    }
}

/// Viewers of VNC, the best first.
pub const VNC: &[Viewer] = &[
    Viewer {
        program: "xtigervncviewer",
        pins: false,
        arguments: |port, _, _| vec![format!("127.0.0.1::{port}")],
    },
    Viewer {
        program: "vncviewer",
        pins: false,
        arguments: |port, _, _| vec![format!("127.0.0.1::{port}")],
    },
    Viewer {
        program: "remmina",
        pins: false,
        arguments: |port, _, _| vec!["-c".to_owned(), format!("vnc://127.0.0.1:{port}")],
    },
    Viewer {
        program: "gvncviewer",
        pins: false,
        // It counts displays, of which the first is port 5900.
        arguments: |port, _, _| vec![format!("127.0.0.1:{}", i32::from(port) - 5900)],
    },
];

/// Viewers of RDP, the best first.
pub const RDP: &[Viewer] = &[
    Viewer {
        program: "xfreerdp3",
        pins: true,
        arguments: free_rdp,
    },
    Viewer {
        program: "xfreerdp",
        pins: true,
        arguments: free_rdp,
    },
    Viewer {
        program: "remmina",
        pins: false,
        arguments: |port, user, _| {
            // Behind the first `@` it looks for the host.
            let user = user.map(|user| format!("{}@", user.replace('@', "%40")));
            let user = user.unwrap_or_default();
            vec!["-c".to_owned(), format!("rdp://{user}127.0.0.1:{port}")]
        },
    },
];

fn free_rdp(port: u16, user: Option<&str>, certificate: Option<&str>) -> Vec<String> {
    let user = user.map(|user| format!("/u:{user}"));
    // What is not that certificate is denied, and not asked about.
    let certificate = certificate.map(|sha256| format!("/cert:deny,fingerprint:sha256:{sha256}"));
    let place = [format!("/v:127.0.0.1:{port}"), "+clipboard".to_owned()];
    place.into_iter().chain(user).chain(certificate).collect()
}

/// The first that is installed.
pub fn first(
    viewers: &'static [Viewer],
    is_there: impl Fn(&str) -> bool,
) -> Option<&'static Viewer> {
    viewers.iter().find(|viewer| is_there(viewer.program))
}

/// Their names, for who has none of them.
#[must_use]
pub fn names(viewers: &[Viewer]) -> String {
    let names: Vec<&str> = viewers.iter().map(|viewer| viewer.program).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_first_that_is_installed_gets_the_real_port() {
        let viewer = first(VNC, |name| name == "remmina" || name == "gvncviewer").unwrap();
        assert_eq!(
            viewer.arguments(40_123, None, None),
            ["-c", "vnc://127.0.0.1:40123"]
        );
        let viewer = first(RDP, |name| name == "xfreerdp").unwrap();
        let line = viewer.arguments(40_123, Some("ana"), None);
        assert_eq!(line, ["/v:127.0.0.1:40123", "+clipboard", "/u:ana"]);
        let viewer = first(RDP, |name| name == "remmina").unwrap();
        assert_eq!(
            viewer.arguments(40_123, Some("ana@corp.example"), None),
            ["-c", "rdp://ana%40corp.example@127.0.0.1:40123"]
        );
        assert!(first(VNC, |_| false).is_none());
    }

    #[test]
    fn what_pins_takes_the_reported_certificate_and_no_viewer_takes_any() {
        for viewer in RDP {
            let line = viewer.arguments(1, None, Some("ab:cd"));
            let pinned = line.contains(&"/cert:deny,fingerprint:sha256:ab:cd".to_owned());
            assert_eq!(pinned, viewer.pins, "{line:?}");
            for certificate in [None, Some("ab:cd")] {
                let line = viewer.arguments(1, None, certificate).concat();
                assert!(!line.contains("ignore") && !line.contains("tofu"), "{line}");
            }
        }
    }
}
