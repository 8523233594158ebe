//! Two people with one form: whoever saves second is told what the first one changed, and decides.
use super::{FormState, picker::parts, state::Difference};
use crate::{
    api::{ApiError, Query},
    entity::{Field, Kind, filter, value},
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonLook, ButtonSize, Dialog, Notice, Tone};
use serde_json::Value;

/// What somebody else saved while the form was being filled in.
#[derive(Clone, Copy)]
pub struct Clash {
    form: FormState,
    newer: RwSignal<Option<Value>>,
    refused: RwSignal<bool>,
    asking: RwSignal<bool>,
}

impl Clash {
    /// Nothing yet.
    pub fn new(form: FormState) -> Self {
        Self {
            form,
            newer: RwSignal::new(None),
            refused: RwSignal::new(false),
            asking: RwSignal::new(false),
        }
    }

    /// Takes over what the server has now; where somebody is editing, keeps it for them to decide. `on_save` saves again.
    pub fn follow(
        self,
        object: Query<Value>,
        failure: RwSignal<Option<ApiError>>,
        on_save: Callback<()>,
    ) {
        Effect::new(move |before: Option<()>| {
            let now = object.value.get();
            // What is remembered from before comes first, and one's own change while it is being saved.
            let settled = !object.loading.get_untracked() && !self.form.saving.get_untracked();
            if let (Some(()), Some(now), true) = (before, now, settled) {
                self.meet(now, on_save);
            }
        });
        Effect::new(move || {
            let error = object.error.get();
            if error.is_some() && self.refused.get_untracked() {
                self.refused.set(false);
                failure.set(error);
            }
        });
    }

    /// The server refused to save: it has another version, which comes next.
    pub fn refuse(self) {
        self.refused.set(true);
    }

    fn settle(self) {
        self.newer.set(None);
        self.asking.set(false);
    }

    fn meet(self, now: Value, on_save: Callback<()>) {
        let refused = self.refused.get_untracked();
        self.refused.set(false);
        if self.form.differs(&now) && untrack(|| self.form.is_dirty()) {
            self.newer.set(Some(now));
            if refused {
                self.asking.set(true);
            }
            return;
        }
        if self.form.differs(&now) {
            self.form.adopt(&now);
        }
        self.form.note_version(&now);
        self.settle();
        if refused {
            // Nothing of what the form shows was changed.
            on_save.run(());
        }
    }

    /// The form goes back to what the server has by now.
    pub fn take_theirs(self) {
        if let Some(newer) = self.newer.get_untracked() {
            self.form.adopt(&newer);
            self.form.note_version(&newer);
        }
        self.settle();
    }

    fn save_mine(self, on_save: Callback<()>) {
        if let Some(newer) = self.newer.get_untracked() {
            self.form.rebase(&newer);
            self.form.note_version(&newer);
        }
        self.settle();
        on_save.run(());
    }
}

/// Says above the form that there is something newer.
#[component]
pub fn ClashNotice(clash: Clash) -> impl IntoView {
    view! {
        <Show when=move || clash.newer.with(Option::is_some)>
            <Notice tone=Tone::Warning>
                <b>{t!(form.changed_meanwhile)}</b>
                <p>{t!(form.changed_meanwhile_text)}</p>
                <Button size=ButtonSize::Small on_press=move |_| clash.asking.set(true)>{t!(form.compare)}</Button>
            </Notice>
        </Show>
    }
}

/// Shows both and asks which one stays.
#[component]
pub fn ClashDialog(clash: Clash, on_save: Callback<()>) -> impl IntoView {
    let actions = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| clash.asking.set(false)>{t!(form.keep_editing)}</Button>
            <Button on_press=move |_| clash.take_theirs()>{t!(form.take_over)}</Button>
            <Button look=ButtonLook::Primary on_press=move |_| clash.save_mine(on_save)>{t!(form.save_mine)}</Button>
        }
    };
    view! {
        <Dialog open=clash.asking title=t!(error.stale) wide=true actions>
            <div class="stack-small">
                <p>{t!(form.clash_text)}</p>
                {move || clash.newer.get().map(|newer| view! { <Differences form=clash.form newer /> })}
                <p class="text-muted">{t!(form.clash_choice)}</p>
            </div>
        </Dialog>
    }
}

#[component]
fn Differences(form: FormState, newer: Value) -> impl IntoView {
    let rows = form
        .differences(&newer)
        .into_iter()
        .map(
            |Difference {
                 field,
                 theirs,
                 mine,
             }| {
                let before = mine.is_none();
                let mine =
                    mine.map_or_else(|| t!(form.unchanged).to_owned(), |mine| words(field, &mine));
                view! {
                    <tr>
                        <th scope="row">{field.label.text()}</th>
                        <td>{words(field, &theirs)}</td>
                        <td class:text-muted=before>{mine}</td>
                    </tr>
                }
            },
        )
        .collect_view();
    view! {
        <table class="clash-table">
            <thead>
                <tr>
                    <th scope="col">{t!(form.clash_field)}</th>
                    <th scope="col">{t!(form.clash_theirs)}</th>
                    <th scope="col">{t!(form.clash_mine)}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// What a field holds, as it is read.
fn words(field: &'static Field, held: &Value) -> String {
    let text = match (&field.kind, held) {
        (Kind::Flag, held) => {
            let on = held.as_bool().unwrap_or_default();
            if on { t!(common.yes) } else { t!(common.no) }.to_owned()
        }
        (Kind::Choices(choices), held) => choices.text_of(plain(held)),
        (Kind::Date | Kind::Moment, held) => filter::moment(&plain(held)),
        (Kind::One { entity, .. } | Kind::Many { entity, .. }, Value::Object(_)) => {
            joined(parts(entity, held))
        }
        (Kind::Many { entity, .. }, Value::Array(objects)) => {
            let names = objects.iter().map(|one| joined(parts(entity, one)));
            names.collect::<Vec<_>>().join(", ")
        }
        (_, held) => plain(held),
    };
    if text.is_empty() {
        "–".to_owned()
    } else {
        text
    }
}

fn joined((prefix, text): (Option<String>, String)) -> String {
    prefix.map_or_else(|| text.clone(), |prefix| format!("{prefix}-{text}"))
}

fn plain(held: &Value) -> String {
    match held {
        Value::String(text) => value::lines(text),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
