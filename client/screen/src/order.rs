//! What this program was told to do, and nothing beyond it.

use anyhow::{Context as _, Result, bail};
use migasfree_grant::Mode;
use migasfree_tunnel::screen::{ScreenOrder, ScreenRequest};

/// What the operator may do.
#[derive(Debug, Clone, Copy)]
pub struct Allowed {
    /// Move the pointer and type.
    pub control: bool,
    /// Put text into the clipboard here.
    pub clipboard_in: bool,
    /// Read the clipboard here.
    pub clipboard_out: bool,
}

impl Allowed {
    /// The mode, as a grant has it.
    pub fn mode(self) -> Mode {
        if self.control {
            Mode::Control
        } else {
            Mode::View
        }
    }
}

/// Reads `--order JSON`.
pub fn read(mut arguments: impl Iterator<Item = String>) -> Result<(Allowed, ScreenRequest)> {
    let (Some("--order"), Some(json), None) = (
        arguments.next().as_deref(),
        arguments.next(),
        arguments.next(),
    ) else {
        bail!("it takes --order and what to do, and is started by migasfree-session");
    };
    let order: ScreenOrder = serde_json::from_str(&json).context("the order cannot be read")?;
    let control = match order.mode {
        Mode::View => false,
        Mode::Control => true,
        other => bail!("a screen has no mode {other:?}"),
    };
    let allowed = Allowed {
        control,
        // Who looks on changes nothing.
        clipboard_in: control && order.switches.clipboard_in,
        clipboard_out: order.switches.clipboard_out,
    };
    Ok((allowed, order.request))
}
