//! Choosing some of what one may do oneself.
use crate::{
    api::{query, session},
    entities::PERMISSIONS,
    entity::value,
    text::{plural, t},
};
use leptos::prelude::*;
use migasfree_types::rest::page::Page;
use migasfree_ui_kit::{Field, TextInput};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The server's names of what is chosen.
pub type Rights = RwSignal<BTreeSet<String>>;

/// The server's name of a permission, and what it is called here.
type Named = (String, String);

/// Check boxes of all that one may do, to be searched.
#[component]
pub fn Permissions(rights: Rights) -> impl IntoView {
    let held = held();
    let search = RwSignal::new(String::new());
    let rows = move || {
        let wanted = search.get().to_lowercase();
        let mut rows = held.get();
        rows.retain(|(_, words)| words.to_lowercase().contains(&wanted));
        rows.into_iter().map(|one| row(one, rights)).collect_view()
    };
    let count = move || {
        let count = rights.with(BTreeSet::len) as u64;
        plural(count, t!(api_key.rights_one), t!(api_key.rights))
    };
    view! {
        <Field label=t!(group.permissions) help=t!(api_key.rights_help).to_owned()>
            <TextInput value=search kind="search" />
        </Field>
        <div class="own-rights" role="group" aria-label=t!(group.permissions)>{rows}</div>
        <p class="text-muted" aria-live="polite">{count}</p>
    }
}

fn row((name, words): Named, rights: Rights) -> impl IntoView {
    let own = name.clone();
    let checked = Signal::derive(move || rights.with(|rights| rights.contains(&own)));
    let toggle = move |_| {
        rights.update(|rights| {
            if !rights.remove(&name) {
                rights.insert(name.clone());
            }
        });
    };
    view! {
        <label class="own-right">
            <input type="checkbox" class="checkbox checkbox-sm" prop:checked=checked on:change=toggle />
            <span>{words}</span>
        </label>
    }
}

/// What the signed-in person may do. A superuser has no list of their own, and sees that of all there are.
fn held() -> Signal<Vec<Named>> {
    let user = session::user();
    let own = user.permissions.filter(|_| !user.is_superuser);
    if let Some(own) = own {
        return Signal::stored(sorted(own.into_iter().map(named)));
    }
    let all = query::<Page<Value>>(|| Some(format!("{}?page_size=1000", PERMISSIONS.api)));
    Signal::derive(move || {
        all.value.with(|page| {
            let rows = page.iter().flat_map(|page| page.results.iter());
            sorted(rows.map(|row| (name_of(row), PERMISSIONS.text_of(row))))
        })
    })
}

fn sorted(all: impl Iterator<Item = Named>) -> Vec<Named> {
    let mut all: Vec<Named> = all.collect();
    all.sort_by(|one, other| one.1.cmp(&other.1));
    all
}

fn name_of(row: &Value) -> String {
    let app = value::text(row, "app_label");
    format!("{app}.{}", value::text(row, "codename"))
}

/// `core.view_tag` in words.
fn named(name: String) -> Named {
    let (app, codename) = name.split_once('.').unwrap_or_default();
    let words = PERMISSIONS.text_of(&json!({"app_label": app, "codename": codename, "name": name}));
    (name, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_chosen_by_words_and_sent_by_name() {
        let (name, words) = named("core.add_deployment".to_owned());
        assert_eq!(name, "core.add_deployment");
        assert_eq!(words, "Add Deployments");
        let row = json!({"app_label": "core", "codename": "view_tag"});
        assert_eq!(name_of(&row), "core.view_tag");
    }
}
