//! What stands above the window: which computer it is, whose, what may be done, and what is going on.

use migasfree_grant::Mode;
use migasfree_tunnel::message::SessionState;
use migasfree_types::message::Message;
use migasfree_types::shown::shown_line;
use serde::{Deserialize, Serialize};

use super::Event;
use crate::fleet::Computer;
use crate::texts::{Language, Text};

/// The title of the window, and whether the picture is of now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// The title.
    pub title: String,
    /// Whether the computer is connected: otherwise the picture is old, and is shown so.
    pub live: bool,
}

/// Makes headings as things happen.
#[derive(Debug)]
pub struct Headings {
    language: Language,
    place: String,
    /// What may be done, once it is agreed upon.
    state: Option<Text>,
    /// What is going on instead.
    note: Option<String>,
}

impl Headings {
    /// For a computer.
    #[must_use]
    pub fn new(language: Language, computer: &Computer) -> Self {
        let place = match computer.user.as_str() {
            "" => computer.name.clone(),
            user => format!("{} · {user}", computer.name),
        };
        let note = language.text(Text::WindowConnecting).to_owned();
        Self {
            language,
            place,
            state: None,
            note: Some(note),
        }
    }

    /// The session began.
    pub fn begun(&mut self, state: &SessionState) {
        let controls = state.mode == Mode::Control;
        self.state = Some(match (controls, state.recorded) {
            (true, false) => Text::WindowControl,
            (true, true) => Text::WindowControlRecorded,
            (false, false) => Text::WindowView,
            (false, true) => Text::WindowViewRecorded,
        });
        self.note = None;
    }

    /// The person was told something.
    pub fn hear(&mut self, message: &Message) {
        match Event::of(message) {
            Some(Event::Asking | Event::Broken) => self.note = Some(self.language.say(message)),
            Some(Event::Resumed) => self.note = None,
            None => {}
        }
    }

    /// What stands there now.
    #[must_use]
    pub fn heading(&self) -> Heading {
        let state = self.state.map(|text| self.language.text(text).to_owned());
        let parts = [Some(self.place.clone()), state, self.note.clone()];
        let title = parts.into_iter().flatten().collect::<Vec<_>>().join(" – ");
        Heading {
            title: shown_line(&title).into_owned(),
            live: self.state.is_some() && self.note.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use migasfree_grant::{Service, Switches};

    use super::*;

    fn state(mode: Mode, recorded: bool) -> SessionState {
        SessionState {
            session: "s".to_owned(),
            computer: 4,
            service: Service::Screen,
            mode,
            switches: Switches::default(),
            secret: String::new(),
            resume_window: 60,
            recorded,
            ends: 0,
            streams: Vec::new(),
        }
    }

    #[test]
    fn it_says_which_computer_whose_what_may_be_done_and_what_is_going_on() {
        let computer = Computer {
            name: "room4".to_owned(),
            user: "ana".to_owned(),
            ..Computer::default()
        };
        let mut headings = Headings::new(Language::ENGLISH, &computer);
        headings.hear(&Text::Asking.told(&["room4"]));
        let asking = headings.heading();
        assert_eq!(
            asking.title,
            "room4 · ana – The person at room4 is being asked…"
        );
        assert!(!asking.live);
        headings.begun(&state(Mode::View, true));
        let heading = headings.heading();
        assert_eq!(heading.title, "room4 · ana – view only, recorded");
        assert!(heading.live);
        headings.hear(&Text::Broken.told(&[]));
        assert!(!headings.heading().live);
        assert!(headings.heading().title.contains("broke"));
        headings.hear(&Text::Resumed.told(&[]));
        assert_eq!(headings.heading(), heading);
    }

    #[test]
    fn a_computer_without_a_user_is_named_alone() {
        let computer = Computer {
            name: "room4".to_owned(),
            ..Computer::default()
        };
        let mut headings = Headings::new(Language::ENGLISH, &computer);
        headings.begun(&state(Mode::Control, false));
        assert_eq!(headings.heading().title, "room4 – control");
    }
}
