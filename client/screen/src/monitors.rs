//! The monitors of the screen, and the one that is shown.

use anyhow::Result;
use migasfree_tunnel::screen::Monitor;
use x11rb::protocol::randr::{ConnectionExt as _, MonitorInfo, NotifyMask};
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, EventMask};

use crate::display::Display;
use crate::geometry::Rect;

/// Asks to be told when monitors come and go.
pub fn watch(display: &Display) -> Result<()> {
    let mask = NotifyMask::SCREEN_CHANGE | NotifyMask::CRTC_CHANGE | NotifyMask::OUTPUT_CHANGE;
    display.x.randr_select_input(display.root, mask)?;
    // Monitors that are none of the hardware are announced this way alone.
    let root = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
    display
        .x
        .change_window_attributes(display.root, &root)?
        .check()?;
    Ok(())
}

/// The monitors there are now. Each is known by the atom of its name, which stays the same.
pub fn list(display: &Display) -> Result<Vec<Monitor>> {
    let reply = display.x.randr_get_monitors(display.root, true)?.reply()?;
    reply
        .monitors
        .iter()
        .map(|monitor| described(display, monitor))
        .collect()
}

fn described(display: &Display, monitor: &MonitorInfo) -> Result<Monitor> {
    let name = display.x.get_atom_name(monitor.name)?.reply()?.name;
    Ok(Monitor {
        id: monitor.name,
        name: String::from_utf8_lossy(&name).into_owned(),
        x: monitor.x.into(),
        y: monitor.y.into(),
        width: monitor.width.into(),
        height: monitor.height.into(),
        primary: monitor.primary,
    })
}

/// What is shown where `wanted` is asked for: that monitor as far as it is on the screen, or the whole screen.
pub fn choose(whole: Rect, monitors: &[Monitor], wanted: Option<u32>) -> (Option<u32>, Rect) {
    let chosen = monitors
        .iter()
        .find(|monitor| Some(monitor.id) == wanted)
        .and_then(|monitor| Some((Some(monitor.id), place(monitor)?.intersection(whole)?)));
    chosen.unwrap_or((None, whole))
}

fn place(monitor: &Monitor) -> Option<Rect> {
    let (width, height) = (
        monitor.width.try_into().ok()?,
        monitor.height.try_into().ok()?,
    );
    Some(Rect::new(monitor.x, monitor.y, width, height))
}
