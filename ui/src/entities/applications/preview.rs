//! How an application looks in Play, while it is being edited.
use crate::{form::FormState, text::t};
use leptos::prelude::*;
use migasfree_ui_kit::{AppCard, AppIcon, Card, Markdown, StateButton, StateLook, markdown};

/// Beside the form: the card of the grid and the head of the app's page.
pub fn preview(form: FormState) -> AnyView {
    let name = Signal::derive(move || match form.text("name") {
        name if name.is_empty() => t!(application.unnamed).to_owned(),
        name => name,
    });
    let description = Signal::derive(move || form.text("description"));
    let summary = Signal::derive(move || markdown::summary(&description.get()));
    let icon = Signal::derive(move || Some(form.text("icon")));
    let category = move || {
        form.value("category")
            .with(|value| crate::entity::value::text(value, "name"))
    };
    let look = Signal::derive(move || {
        if form.text("level") == "A" {
            StateLook::NeedsAdministrator
        } else {
            StateLook::Get
        }
    });
    let label = t!(application.get);
    let button = move || {
        view! { <StateButton look label accessible_label=label cancel_label=t!(common.cancel) on_press=Callback::new(|()| ()) /> }
    };
    let asks = move || look.get() == StateLook::NeedsAdministrator;
    view! {
        <Card title=t!(application.in_play)>
            <div class="card-pad play-preview" inert=true>
                <AppCard name summary icon>{button()}</AppCard>
                <Show when=asks>
                    <p class="text-muted">{t!(application.ask_admin)}</p>
                </Show>
                <div class="play-page">
                    <div class="play-head">
                        <AppIcon name src=icon size=64 />
                        <div>
                            <p class="play-name">{move || name.get()}</p>
                            <p class="text-muted">{category}</p>
                        </div>
                        {button()}
                    </div>
                    <Markdown text=description />
                </div>
            </div>
        </Card>
    }
    .into_any()
}
