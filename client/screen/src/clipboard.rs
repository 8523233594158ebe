//! The clipboard, both ways, as far as the switches go.

use anyhow::Result;
use migasfree_tunnel::screen::MAX_CLIPBOARD;
use x11rb::connection::RequestConnection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xfixes::{
    ConnectionExt as _, SelectionEventMask, SelectionNotifyEvent as Taken,
};
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, EventMask, PropMode, Property, PropertyNotifyEvent,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Timestamp,
};
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{CURRENT_TIME, NONE, atom_manager};

use crate::display::Display;
use crate::order::Allowed;

atom_manager! {
    /// What it is about.
    Atoms:
    AtomsCookie {
        CLIPBOARD,
        INCR,
        TARGETS,
        TIMESTAMP,
        UTF8_STRING,
        PLAIN: b"text/plain;charset=utf-8",
        _MIGASFREE_SCREEN,
    }
}

/// What a request needs besides the text.
const REQUEST: usize = 64;

/// The clipboard.
#[derive(Debug)]
pub struct Clipboard {
    atoms: Atoms,
    allowed: Allowed,
    /// The operator's text, as long as it is what the clipboard has.
    own: Option<String>,
    since: Timestamp,
    /// What both sides know: told nobody twice, it does not go round.
    known: String,
    coming: Option<Coming>,
}

/// A text that comes in pieces.
#[derive(Debug, Default)]
struct Coming {
    bytes: Vec<u8>,
    is_too_long: bool,
}

impl Clipboard {
    pub fn watch(display: &Display, allowed: Allowed) -> Result<Self> {
        let atoms = Atoms::new(&display.x)?.reply()?;
        let changes = SelectionEventMask::SET_SELECTION_OWNER;
        display
            .x
            .xfixes_select_selection_input(display.window, atoms.CLIPBOARD, changes)?;
        Ok(Self {
            atoms,
            allowed,
            own: None,
            since: CURRENT_TIME,
            known: String::new(),
            coming: None,
        })
    }

    /// Takes the operator's text.
    pub fn set(&mut self, display: &Display, text: String) -> Result<()> {
        if !self.allowed.clipboard_in || text == self.known {
            return Ok(());
        }
        display
            .x
            .set_selection_owner(display.window, self.atoms.CLIPBOARD, CURRENT_TIME)?;
        self.known.clone_from(&text);
        self.own = Some(text);
        Ok(())
    }

    /// What an event means for the clipboard; a text for the operator where there is a new one.
    pub fn on(&mut self, display: &Display, event: &Event) -> Result<Option<String>> {
        let bytes = match event {
            Event::XfixesSelectionNotify(taken) => self.was_taken(display, taken)?,
            Event::SelectionNotify(answer) => self.was_answered(display, answer)?,
            Event::PropertyNotify(change) => self.goes_on(display, change)?,
            Event::SelectionRequest(request) => {
                self.answer(display, request)?;
                None
            }
            _ => None,
        };
        Ok(bytes.and_then(|bytes| self.news(bytes)))
    }

    fn was_taken(&mut self, display: &Display, taken: &Taken) -> Result<Option<Vec<u8>>> {
        if taken.selection != self.atoms.CLIPBOARD {
            return Ok(None);
        }
        if taken.owner == display.window {
            self.since = taken.selection_timestamp;
            return Ok(None);
        }
        self.own = None;
        if taken.owner != NONE && self.allowed.clipboard_out {
            display.x.convert_selection(
                display.window,
                self.atoms.CLIPBOARD,
                self.atoms.UTF8_STRING,
                self.atoms._MIGASFREE_SCREEN,
                taken.selection_timestamp,
            )?;
        }
        Ok(None)
    }

    fn was_answered(
        &mut self,
        display: &Display,
        answer: &SelectionNotifyEvent,
    ) -> Result<Option<Vec<u8>>> {
        if answer.requestor != display.window || answer.property == NONE {
            return Ok(None);
        }
        let (kind, bytes) = self.take(display)?;
        if kind == self.atoms.INCR {
            self.coming = Some(Coming::default());
            return Ok(None);
        }
        self.coming = None;
        Ok(bytes)
    }

    /// The next piece; the one without anything is the last.
    fn goes_on(
        &mut self,
        display: &Display,
        change: &PropertyNotifyEvent,
    ) -> Result<Option<Vec<u8>>> {
        let is_piece = change.window == display.window
            && change.atom == self.atoms._MIGASFREE_SCREEN
            && change.state == Property::NEW_VALUE;
        if !is_piece || self.coming.is_none() {
            return Ok(None);
        }
        let (_, piece) = self.take(display)?;
        let Some(coming) = &mut self.coming else {
            return Ok(None);
        };
        match piece {
            Some(piece) if piece.is_empty() => {
                let coming = self.coming.take().filter(|coming| !coming.is_too_long);
                return Ok(coming.map(|coming| coming.bytes));
            }
            Some(piece) if coming.bytes.len() + piece.len() <= MAX_CLIPBOARD => {
                coming.bytes.extend(piece);
            }
            _ => {
                tracing::info!("a text in the clipboard is too long for the operator");
                coming.bytes = Vec::new();
                coming.is_too_long = true;
            }
        }
        Ok(None)
    }

    /// Takes what was put down for this program; no bytes where they are too many.
    fn take(&self, display: &Display) -> Result<(Atom, Option<Vec<u8>>)> {
        let most = u32::try_from(MAX_CLIPBOARD / 4 + 1).unwrap_or(u32::MAX);
        let (window, property) = (display.window, self.atoms._MIGASFREE_SCREEN);
        let value = display
            .x
            .get_property(true, window, property, AtomEnum::ANY, 0, most)?
            .reply()?;
        if value.bytes_after == 0 && value.value.len() <= MAX_CLIPBOARD {
            return Ok((value.type_, Some(value.value)));
        }
        display.x.delete_property(window, property)?;
        tracing::info!("a text in the clipboard is too long for the operator");
        Ok((value.type_, None))
    }

    fn news(&mut self, bytes: Vec<u8>) -> Option<String> {
        let text = String::from_utf8(bytes).ok()?;
        let is_news = self.allowed.clipboard_out && !text.is_empty() && text != self.known;
        is_news.then(|| {
            self.known.clone_from(&text);
            text
        })
    }

    fn answer(&self, display: &Display, request: &SelectionRequestEvent) -> Result<()> {
        // Those of long ago name no property.
        let property = match request.property {
            NONE => request.target,
            property => property,
        };
        let is_put = self.put(display, request, property)?;
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: if is_put { property } else { NONE },
        };
        display
            .x
            .send_event(false, request.requestor, EventMask::NO_EVENT, answer)?;
        Ok(())
    }

    fn put(
        &self,
        display: &Display,
        request: &SelectionRequestEvent,
        property: Atom,
    ) -> Result<bool> {
        let Some(text) = &self.own else {
            return Ok(false);
        };
        let (x, atoms, to) = (&display.x, &self.atoms, request.requestor);
        let replace = PropMode::REPLACE;
        if request.target == atoms.TARGETS {
            let targets = [
                atoms.TARGETS,
                atoms.TIMESTAMP,
                atoms.UTF8_STRING,
                atoms.PLAIN,
            ];
            x.change_property32(replace, to, property, AtomEnum::ATOM, &targets)?;
        } else if request.target == atoms.TIMESTAMP {
            x.change_property32(replace, to, property, AtomEnum::INTEGER, &[self.since])?;
        } else if [atoms.UTF8_STRING, atoms.PLAIN].contains(&request.target)
            && text.len() + REQUEST <= x.maximum_request_bytes()
        {
            x.change_property8(replace, to, property, request.target, text.as_bytes())?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}
