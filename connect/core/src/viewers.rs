//! Programs that show another desktop. The first that is installed is started, on the port that is really bound.

/// A program and how it is told where to go.
#[derive(Debug, Clone, Copy)]
pub struct Viewer {
    /// Its name on the path.
    pub program: &'static str,
    arguments: fn(port: u16, user: Option<&str>) -> Vec<String>,
}

impl Viewer {
    /// Its arguments for a port of this computer.
    #[must_use]
    pub fn arguments(&self, port: u16, user: Option<&str>) -> Vec<String> {
        (self.arguments)(port, user)
    }
}

/// Viewers of VNC, the best first.
pub const VNC: &[Viewer] = &[
    Viewer {
        program: "xtigervncviewer",
        arguments: |port, _| vec![format!("127.0.0.1::{port}")],
    },
    Viewer {
        program: "vncviewer",
        arguments: |port, _| vec![format!("127.0.0.1::{port}")],
    },
    Viewer {
        program: "remmina",
        arguments: |port, _| vec!["-c".to_owned(), format!("vnc://127.0.0.1:{port}")],
    },
    Viewer {
        program: "gvncviewer",
        // It counts displays, of which the first is port 5900.
        arguments: |port, _| vec![format!("127.0.0.1:{}", i32::from(port) - 5900)],
    },
];

/// Viewers of RDP, the best first.
pub const RDP: &[Viewer] = &[
    Viewer {
        program: "xfreerdp3",
        arguments: free_rdp,
    },
    Viewer {
        program: "xfreerdp",
        arguments: free_rdp,
    },
    Viewer {
        program: "remmina",
        arguments: |port, user| {
            let user = user.map(|user| format!("{user}@")).unwrap_or_default();
            vec!["-c".to_owned(), format!("rdp://{user}127.0.0.1:{port}")]
        },
    },
];

fn free_rdp(port: u16, user: Option<&str>) -> Vec<String> {
    let user = user.map(|user| format!("/u:{user}"));
    let place = [format!("/v:127.0.0.1:{port}"), "+clipboard".to_owned()];
    place.into_iter().chain(user).collect()
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
            viewer.arguments(40_123, None),
            ["-c", "vnc://127.0.0.1:40123"]
        );
        let viewer = first(RDP, |name| name == "xfreerdp").unwrap();
        let line = viewer.arguments(40_123, Some("ana"));
        assert_eq!(line, ["/v:127.0.0.1:40123", "+clipboard", "/u:ana"]);
        assert!(first(VNC, |_| false).is_none());
    }
}
