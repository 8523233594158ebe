//! Rail beside, bar above, main area, bar below when narrow.
use leptos::prelude::*;

/// The frame. `skip_label` names the link that jumps over the navigation.
#[component]
pub fn Shell(
    #[prop(into)] rail: ViewFn,
    #[prop(optional, into)] top: Option<ViewFn>,
    #[prop(optional, into)] bottom: Option<ViewFn>,
    #[prop(into)] skip_label: TextProp,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="shell">
            <a class="skip-link" href="#main">{move || skip_label.get()}</a>
            {rail.run()}
            <div class="shell-column">
                {top.map(|top| top.run())}
                <main id="main" class="shell-main" tabindex="-1">{children()}</main>
                {bottom.map(|bottom| bottom.run())}
            </div>
        </div>
    }
}
