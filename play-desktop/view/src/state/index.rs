//! The catalogue prepared for looking things up: by id, and by what somebody types.

use super::fold::{fold, nearly};
use migasfree_play_records::{App, Catalog, Category};
use std::collections::HashMap;

/// A catalogue with its search index.
#[derive(Debug, Default)]
pub struct Index {
    catalog: Catalog,
    by_id: HashMap<u32, usize>,
    folded: Vec<Folded>,
}

#[derive(Debug)]
struct Folded {
    name: String,
    summary: String,
    rest: String,
}

impl Folded {
    fn of(app: &App) -> Self {
        Self {
            name: fold(&app.name),
            summary: fold(&app.summary),
            rest: fold(&format!("{} {}", app.category_name, app.packages.join(" "))),
        }
    }

    /// How well one word fits; `None` when it does not.
    fn rank(&self, word: &str) -> Option<u32> {
        if self.name == word {
            Some(100)
        } else if self.name.starts_with(word) {
            Some(80)
        } else if starts_a_word(&self.name, word) {
            Some(60)
        } else if self.name.contains(word) {
            Some(40)
        } else if starts_a_word(&self.summary, word) {
            Some(20)
        } else if self.summary.contains(word) || self.rest.contains(word) {
            Some(10)
        } else {
            None
        }
    }
}

impl Folded {
    /// What several words together are worth: a name that is just them, or begins with them, comes first.
    fn rank_whole(&self, words: &[&str]) -> u32 {
        let whole = words.join(" ");
        if words.len() < 2 {
            0
        } else if self.name == whole {
            2_000
        } else if self.name.starts_with(&whole) {
            1_000
        } else {
            0
        }
    }
}

fn starts_a_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric())
        .any(|part| part.starts_with(word))
}

impl Index {
    /// Prepares a catalogue.
    pub fn new(catalog: Catalog) -> Self {
        Self {
            by_id: (catalog.apps.iter().enumerate())
                .map(|(place, app)| (app.id, place))
                .collect(),
            folded: catalog.apps.iter().map(Folded::of).collect(),
            catalog,
        }
    }

    /// All applications, most relevant first.
    pub fn apps(&self) -> &[App] {
        &self.catalog.apps
    }

    /// Categories that have applications.
    pub fn categories(&self) -> &[Category] {
        &self.catalog.categories
    }

    /// When the daemon fetched it, in seconds since 1970; 0 when never.
    pub fn fetched_at(&self) -> i64 {
        self.catalog.fetched_at
    }

    /// One application.
    pub fn get(&self, id: u32) -> Option<&App> {
        self.by_id.get(&id).map(|place| &self.catalog.apps[*place])
    }

    /// Ids of what fits all words typed, best first; everything in its own order for no words.
    pub fn find(&self, typed: &str, keep: impl Fn(&App) -> bool) -> Vec<u32> {
        let typed = fold(typed);
        let words: Vec<&str> = typed.split_whitespace().collect();
        let mut found: Vec<(u32, usize)> = Vec::new();
        for (place, (app, folded)) in self.catalog.apps.iter().zip(&self.folded).enumerate() {
            let rank: Option<u32> = words.iter().map(|word| folded.rank(word)).sum();
            let rank = rank.map(|rank| rank + folded.rank_whole(&words));
            if let Some(rank) = rank
                && keep(app)
            {
                found.push((rank, place));
            }
        }
        // Stable: equal ranks keep the catalogue's order.
        found.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
        (found.into_iter())
            .map(|(_, place)| self.catalog.apps[place].id)
            .collect()
    }

    /// An application whose name is nearly what was typed.
    pub fn similar(&self, typed: &str) -> Option<&App> {
        let typed = fold(typed.trim());
        if typed.chars().count() < 3 {
            return None;
        }
        let near = |folded: &&Folded| {
            nearly(&typed, &folded.name)
                || (folded.name.split_whitespace()).any(|word| nearly(&typed, word))
        };
        let place = self.folded.iter().position(|folded| near(&folded))?;
        self.catalog.apps.get(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(id: u32, name: &str, summary: &str, category: &str) -> App {
        App {
            id,
            name: name.to_owned(),
            summary: summary.to_owned(),
            category_name: category.to_owned(),
            packages: vec![name.to_lowercase()],
            ..App::default()
        }
    }

    fn index() -> Index {
        Index::new(Catalog {
            apps: vec![
                app(1, "Diagramas", "Dibuja diagramas con GIMP", "Gráficos"),
                app(2, "GIMP", "Edit pictures", "Gráficos"),
                app(3, "Gimp Plug-ins", "More for pictures", "Gráficos"),
                app(4, "Inkscape", "Vector drawing", "Gráficos"),
            ],
            ..Catalog::default()
        })
    }

    #[test]
    fn the_best_fit_comes_first() {
        assert_eq!(index().find("gimp", |_| true), [2, 3, 1]);
    }

    #[test]
    fn the_name_as_it_was_typed_comes_first() {
        let apps = vec![
            app(1, "Desk Photo", "Photo on a desk", "x"),
            app(2, "Photo Desk Extra", "Photo desk", "x"),
            app(3, "Photo Desk", "Pictures", "x"),
        ];
        let index = Index::new(Catalog {
            apps,
            ..Catalog::default()
        });
        assert_eq!(index.find("photo  desk", |_| true), [3, 2, 1]);
    }

    #[test]
    fn all_words_must_fit() {
        assert_eq!(index().find("gimp pictures", |_| true), [2, 3]);
        assert!(index().find("gimp vector", |_| true).is_empty());
    }

    #[test]
    fn a_category_is_found_without_its_accent() {
        assert_eq!(index().find("graficos", |_| true), [1, 2, 3, 4]);
    }

    #[test]
    fn nothing_typed_keeps_the_order_and_the_filter() {
        assert_eq!(index().find("  ", |app| app.id != 2), [1, 3, 4]);
    }

    #[test]
    fn a_slip_finds_what_was_meant() {
        assert_eq!(index().similar("inkscpae").map(|app| app.id), Some(4));
        assert_eq!(index().similar("xyz").map(|app| app.id), None);
    }
}
