//! Filters, search and order of a list of applications.

use std::cmp::Reverse;

use migasfree_dbus::{AppQuery, AppRecord, AppSort};

use super::text::fold;

/// Score from which an application counts as featured.
const FEATURED: u32 = 5;

/// The records that match, in the order wanted. They still have their descriptions.
#[must_use]
pub fn select(apps: Vec<AppRecord>, query: &AppQuery) -> Vec<AppRecord> {
    let words: Vec<String> = query
        .query
        .as_deref()
        .map(fold)
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let mut found: Vec<(u32, AppRecord)> = apps
        .into_iter()
        .filter(|app| passes(app, query))
        .filter_map(|app| Some((rank(&app, &words)?, app)))
        .collect();
    match query.sort.unwrap_or(AppSort::Relevance) {
        AppSort::Name => found.sort_by_cached_key(|(_, app)| fold(&app.name)),
        AppSort::Newest => found.sort_by_cached_key(|(_, app)| {
            (Reverse(app.created_at.unwrap_or_default()), fold(&app.name))
        }),
        AppSort::Relevance | AppSort::Unknown => found.sort_by_cached_key(|(rank, app)| {
            (Reverse(*rank), Reverse(app.score), fold(&app.name))
        }),
    }
    let offset = usize::try_from(query.offset.unwrap_or(0)).unwrap_or(usize::MAX);
    let limit = query.limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    });
    found
        .into_iter()
        .map(|(_, app)| app)
        .skip(offset)
        .take(limit)
        .collect()
}

fn passes(app: &AppRecord, query: &AppQuery) -> bool {
    query.category.is_none_or(|id| app.category.id == id)
        && query.state.is_none_or(|state| app.state == state)
        && query
            .level
            .as_deref()
            .is_none_or(|level| app.level.as_str() == level)
        && query
            .installed
            .is_none_or(|installed| app.installed == installed)
        && query
            .featured
            .is_none_or(|featured| (app.score >= FEATURED) == featured)
}

/// How well an application matches: every word must occur somewhere, and the name counts most. `None` when it does not.
fn rank(app: &AppRecord, words: &[String]) -> Option<u32> {
    if words.is_empty() {
        return Some(0);
    }
    let name = fold(&app.name);
    let summary = fold(&app.summary);
    let elsewhere = fold(&format!(
        "{} {} {}",
        app.description,
        app.category.name,
        app.packages.join(" ")
    ));
    let whole = words.join(" ");
    let as_typed = if name == whole {
        2_000
    } else if name.starts_with(&whole) {
        1_000
    } else {
        0
    };
    let by_word: Option<u32> = words
        .iter()
        .map(|word| {
            if name.starts_with(word.as_str()) {
                Some(16)
            } else if name
                .split_whitespace()
                .any(|part| part.starts_with(word.as_str()))
            {
                Some(12)
            } else if name.contains(word.as_str()) {
                Some(8)
            } else if summary.contains(word.as_str()) {
                Some(4)
            } else {
                elsewhere.contains(word.as_str()).then_some(1)
            }
        })
        .sum();
    by_word.map(|rank| rank + as_typed)
}

#[cfg(test)]
mod tests {
    use migasfree_dbus::{Category, Level};

    use super::*;

    fn app(id: u32, name: &str, summary: &str, score: u32) -> AppRecord {
        AppRecord {
            id,
            name: name.into(),
            summary: summary.into(),
            score,
            category: Category {
                id: id % 2,
                name: "Diseño".into(),
            },
            level: Level::User,
            ..AppRecord::default()
        }
    }

    fn ids(query: &AppQuery) -> Vec<u32> {
        let apps = vec![
            app(1, "Ágora", "Talk together", 1),
            app(2, "Sketchbook", "Draw on paper", 3),
            app(3, "Paper", "Write", 5),
            app(4, "Bridge", "Draw circuits", 5),
        ];
        select(apps, query).iter().map(|app| app.id).collect()
    }

    fn words(query: &str) -> AppQuery {
        AppQuery {
            query: Some(query.into()),
            ..AppQuery::default()
        }
    }

    #[test]
    fn without_words_score_and_name_decide() {
        assert_eq!(ids(&AppQuery::default()), [4, 3, 2, 1]);
        let by_name = AppQuery {
            sort: Some(AppSort::Name),
            offset: Some(1),
            limit: Some(2),
            ..AppQuery::default()
        };
        assert_eq!(ids(&by_name), [4, 3]);
    }

    #[test]
    fn the_name_counts_more_than_the_summary_and_every_word_must_occur() {
        assert_eq!(ids(&words("paper")), [3, 2]);
        assert_eq!(ids(&words("draw circ")), [4]);
        assert_eq!(ids(&words("agora")), [1]);
        assert_eq!(ids(&words("diseno write")), [3]);
        assert!(ids(&words("draw nothing")).is_empty());
    }

    #[test]
    fn the_name_itself_comes_first_whatever_its_score() {
        let apps = vec![
            app(1, "Papermill", "Paper", 5),
            app(2, "Wrapping paper", "Paper", 5),
            app(3, "Paper", "Write", 1),
            app(4, "Board", "Draw on paper", 5),
        ];
        let found = select(apps, &words("paper"));
        assert_eq!(
            found.iter().map(|app| app.id).collect::<Vec<_>>(),
            [3, 1, 2, 4]
        );
    }

    #[test]
    fn filters_narrow_together() {
        let query = AppQuery {
            category: Some(0),
            featured: Some(true),
            ..AppQuery::default()
        };
        assert_eq!(ids(&query), [4]);
    }
}
