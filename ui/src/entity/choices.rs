//! Values of which one is chosen.
use migasfree_ui_kit::Choice;

/// The values there are.
#[derive(Clone, Copy)]
pub enum Choices {
    /// In the reader's language.
    Own(fn() -> Vec<Choice>),
    /// As the server calls them.
    Given(&'static [Choice]),
}

impl Choices {
    /// All of them, with their words.
    pub fn all(self) -> Vec<Choice> {
        match self {
            Self::Own(choices) => choices(),
            Self::Given(choices) => choices.to_vec(),
        }
    }

    /// The words for one; the value where there are none.
    pub fn text_of(self, held: String) -> String {
        let known = self.all().into_iter().find(|choice| choice.value == held);
        known.map_or(held, |choice| choice.label)
    }
}
