//! What is above every session: how far it is, whether it is recorded, its tools, and its end.
use crate::text::t;
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonLook, ButtonSize, Icon, Notice, Status, Tone};

/// How far a session is.
#[derive(Clone, PartialEq)]
pub enum Stage {
    Connecting,
    Asking,
    Open,
    Lost,
    Over(Tone, String),
}

impl Stage {
    /// Whether nothing follows.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Over(..))
    }

    /// Whether something may follow: it is not over, nor was the page left.
    pub fn goes_on(stage: RwSignal<Self>) -> bool {
        stage.try_with_untracked(Self::is_over) == Some(false)
    }

    /// Says why it is over, unless that was said, or the page was left.
    pub fn end(stage: RwSignal<Self>, tone: Tone, why: String) {
        if Self::goes_on(stage) {
            let _ = stage.try_set(Self::Over(tone, why));
        }
    }

    /// Whoever helps ended it before it began.
    pub fn give_up(stage: RwSignal<Self>) {
        let words = t!(remote.failed_ended_by_operator).to_owned();
        Self::end(stage, Tone::Info, words);
    }

    fn words(&self) -> (Tone, &'static str) {
        match self {
            Self::Connecting => (Tone::Info, t!(remote.connecting)),
            Self::Asking => (Tone::Info, t!(remote.asking)),
            Self::Open => (Tone::Success, t!(remote.connected)),
            Self::Lost => (Tone::Warning, t!(remote.lost)),
            Self::Over(..) => (Tone::Neutral, t!(remote.over)),
        }
    }
}

#[component]
pub fn Head(
    stage: RwSignal<Stage>,
    recorded: RwSignal<bool>,
    #[prop(into)] on_end: Callback<()>,
    #[prop(into)] on_close: Callback<()>,
    /// Its tools.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let state = move || {
        let (tone, label) = stage.with(Stage::words);
        view! { <span role="status"><Status tone label /></span> }
    };
    let why = move || match stage.get() {
        Stage::Over(tone, words) => Some(view! { <Notice tone>{words}</Notice> }),
        _ => None,
    };
    view! {
        <header class="remote-head">
            {state}
            {move || recorded.get().then(|| view! { <span class="remote-recorded"><Icon icon=icondata::LuDisc />{t!(remote.recorded)}</span> })}
            <span class="remote-space"></span>
            {children.map(|children| children())}
            <Show
                when=move || stage.with(Stage::is_over)
                fallback=move || view! { <Button size=ButtonSize::Small on_press=move |_| on_end.run(())>{t!(remote.end)}</Button> }
            >
                <Button size=ButtonSize::Small look=ButtonLook::Primary on_press=move |_| on_close.run(())>{t!(remote.close)}</Button>
            </Show>
        </header>
        {why}
    }
}
