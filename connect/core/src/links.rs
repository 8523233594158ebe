//! `migasfree-connect://computer/CID/terminal`: links of the admin UI, which any page may offer. So a link says what to begin
//! with and nothing else: no server, no user, no command.

use crate::texts::Text;
use crate::trouble::{Kind, Trouble};

const START: &str = "migasfree-connect://computer/";

/// What a link begins with a computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// A terminal.
    Terminal,
    /// The screen.
    Screen,
    /// `ssh` through a port.
    Ssh,
    /// A viewer of VNC.
    Vnc,
    /// A viewer of RDP.
    Rdp,
}

/// A link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The computer's id.
    pub computer: i64,
    /// What is begun with it.
    pub begin: Begin,
}

/// Reads a link, which has to be exactly one.
///
/// # Errors
/// When it is none.
pub fn read(text: &str) -> Result<Link, Trouble> {
    parts(text).ok_or_else(|| Trouble::of(Kind::Usage, Text::ErrorLink, &[text]))
}

fn parts(text: &str) -> Option<Link> {
    let (computer, begin) = text.strip_prefix(START)?.split_once('/')?;
    let digits = !computer.is_empty() && computer.bytes().all(|byte| byte.is_ascii_digit());
    let computer = computer.parse().ok().filter(|id: &i64| digits && *id > 0)?;
    let begin = match begin {
        "terminal" => Begin::Terminal,
        "screen" => Begin::Screen,
        "ssh" => Begin::Ssh,
        "vnc" => Begin::Vnc,
        "rdp" => Begin::Rdp,
        _ => return None,
    };
    Some(Link { computer, begin })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_a_computer_and_what_is_begun_with_it() {
        for (service, begin) in [("terminal", Begin::Terminal), ("screen", Begin::Screen)] {
            let text = format!("migasfree-connect://computer/42/{service}");
            let computer = 42;
            assert_eq!(read(&text), Ok(Link { computer, begin }));
        }
    }

    #[test]
    fn what_is_more_or_less_than_that_is_no_link() {
        for text in [
            "",
            "migasfree-connect://computer/42",
            "migasfree-connect://computer/42/",
            "migasfree-connect://computer/42/terminal/",
            "migasfree-connect://computer/42/terminal?user=root",
            "migasfree-connect://computer/42/terminal#x",
            "migasfree-connect://computer/-42/terminal",
            "migasfree-connect://computer/+42/terminal",
            "migasfree-connect://computer/0/terminal",
            "migasfree-connect://computer/99999999999999999999/terminal",
            "migasfree-connect://computer/42/files",
            "migasfree-connect://server/42/terminal",
            "MIGASFREE-CONNECT://computer/42/terminal",
            "https://computer/42/terminal",
            " migasfree-connect://computer/42/terminal",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
