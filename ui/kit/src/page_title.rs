//! The title line of a page.
use leptos::prelude::*;

/// Title, what it is in a line, and the actions of the page.
#[component]
pub fn PageTitle(
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] subtitle: MaybeProp<String>,
    /// Beside the title: state, count.
    #[prop(optional, into)]
    aside: Option<ViewFn>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="page-title">
            <div class="page-title-text">
                <div class="page-title-line">
                    <h1>{move || title.get()}</h1>
                    {aside.map(|aside| move || aside.run())}
                </div>
                {move || subtitle.get().map(|subtitle| view! { <p class="text-muted">{subtitle}</p> })}
            </div>
            {children.map(|children| view! { <div class="page-actions">{children()}</div> })}
        </header>
    }
}
