//! What happens to a session meanwhile, out of what the person is told of it.

use migasfree_types::message::Message;

use crate::texts::Text;

/// What happens before there is a screen, and to the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The person is being asked.
    Asking,
    /// The connection broke, and is being made again.
    Broken,
    /// The connection is there again.
    Resumed,
}

impl Event {
    /// What a message tells; none where it tells something else.
    #[must_use]
    pub fn of(message: &Message) -> Option<Self> {
        [
            (Text::Asking, Self::Asking),
            (Text::Broken, Self::Broken),
            (Text::Resumed, Self::Resumed),
        ]
        .into_iter()
        .find(|(text, _)| message.code == text.declared().code)
        .map(|(_, event)| event)
    }

    /// Its name for other programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asking => "asking",
            Self::Broken => "broken",
            Self::Resumed => "resumed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_an_event_where_it_is_one() {
        let asking = Text::Asking.told(&["room4"]);
        assert_eq!(Event::of(&asking).map(Event::name), Some("asking"));
        assert_eq!(Event::of(&Text::Nothing.told(&[])), None);
    }
}
