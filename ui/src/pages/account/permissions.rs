//! Choosing some of what one may do oneself.
use crate::{
    api::{query, session},
    entities::{PERMISSIONS, about_permission},
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

/// A permission.
#[derive(Debug, Clone)]
struct Named {
    /// What it is about.
    about: String,
    /// What it is called here.
    words: String,
    /// The server's name.
    name: String,
}

/// Check boxes of all that one may do, by what it is about, to be searched.
#[component]
pub fn Permissions(rights: Rights, errors: Signal<Vec<String>>) -> impl IntoView {
    if has_none() {
        return view! { <p class="text-muted">{t!(api_key.no_rights)}</p> }.into_any();
    }
    let held = held();
    let search = RwSignal::new(String::new());
    let rows = move || {
        let wanted = search.get().to_lowercase();
        let mut rows = held.get();
        rows.retain(|one| one.words.to_lowercase().contains(&wanted));
        let groups = rows.chunk_by(|one, next| one.about == next.about);
        groups.map(|rows| group(rows, rights)).collect_view()
    };
    let count = move || {
        let count = rights.with(BTreeSet::len) as u64;
        plural(count, t!(api_key.rights_one), t!(api_key.rights))
    };
    view! {
        <Field label=t!(group.permissions) help=t!(api_key.rights_help).to_owned() errors>
            <TextInput value=search kind="search" />
        </Field>
        <div class="own-rights" role="group" aria-label=t!(group.permissions)>{rows}</div>
        <p class="text-muted" aria-live="polite">{count}</p>
    }
    .into_any()
}

fn has_none() -> bool {
    let user = session::user();
    !user.is_superuser && user.permissions.is_some_and(|own| own.is_empty())
}

fn group(permissions: &[Named], rights: Rights) -> AnyView {
    let about = permissions.first().map(|one| one.about.clone());
    let rows = permissions.iter().map(|one| row(one, rights));
    view! {
        <fieldset class="own-rights-group">
            <legend>{about}</legend>
            {rows.collect_view()}
        </fieldset>
    }
    .into_any()
}

fn row(permission: &Named, rights: Rights) -> impl IntoView + use<> {
    let Named { name, words, .. } = permission.clone();
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
        return Signal::stored(sorted(own.iter().map(|name| named(&told(name)))));
    }
    let all = query::<Page<Value>>(|| Some(format!("{}?page_size=1000", PERMISSIONS.api)));
    Signal::derive(move || {
        all.value.with(|page| {
            let rows = page.iter().flat_map(|page| page.results.iter());
            sorted(rows.map(named))
        })
    })
}

fn sorted(all: impl Iterator<Item = Named>) -> Vec<Named> {
    let mut all: Vec<Named> = all.collect();
    all.sort_by(|one, other| (&one.about, &one.words).cmp(&(&other.about, &other.words)));
    all
}

fn named(row: &Value) -> Named {
    let app = value::text(row, "app_label");
    Named {
        about: about_permission(row),
        words: PERMISSIONS.text_of(row),
        name: format!("{app}.{}", value::text(row, "codename")),
    }
}

/// `core.view_tag` as the list of all permissions has it.
fn told(name: &str) -> Value {
    let (app, codename) = name.split_once('.').unwrap_or_default();
    json!({"app_label": app, "codename": codename, "name": name})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_chosen_by_words_and_sent_by_name() {
        let one = named(&told("core.add_deployment"));
        assert_eq!(one.name, "core.add_deployment");
        assert_eq!(one.words, "Add Deployments");
        assert_eq!(one.about, "Deployments");
        let beside = named(&told("audit.view_verification"));
        assert_eq!(beside.words, "View Audit checks");
        assert_eq!(beside.about, "Audit checks");
    }
}
