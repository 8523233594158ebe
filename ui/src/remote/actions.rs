//! Actions on a computer: one button for each that is allowed, and what came of them.
use crate::{
    acting::{Ask, Executions, Verb, Whom, allowed},
    api::{Query, session},
    entities::COMPUTERS,
    entity::value,
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, Card};
use serde_json::Value;

#[component]
pub fn Actions(id: i64, computer: Query<Value>) -> impl IntoView {
    let verb = RwSignal::new(None::<&'static Verb>);
    let name = Signal::derive(move || {
        let computer = computer.value.get().unwrap_or_default();
        match value::text(&computer, "name") {
            name if name.is_empty() => COMPUTERS.text_of(&computer),
            name => name,
        }
    });
    let verbs = allowed();
    let sees = session::may("view", "remote.execution");
    let path = format!("executions/?computer__id={id}&ordering=-created_at&page_size=25");
    let buttons = (!verbs.is_empty()).then(|| {
        let buttons = verbs.into_iter().map(|one| {
            view! { <Button icon=one.icon on_press=move |_| verb.set(Some(one))>{one.label.text()}</Button> }
        });
        view! { <div class="chip-row">{buttons.collect_view()}</div> }
    });
    let is_empty = buttons.is_none() && !sees;
    view! {
        {(!is_empty).then(|| view! {
            <Card title=t!(action.plural)>
                <div class="card-pad stack-small">
                    {buttons}
                    {sees.then(|| view! { <Executions path by_computer=false /> })}
                </div>
            </Card>
        })}
        <Ask verb whom=Whom::One(id) name on_done=|()| {} />
    }
}
