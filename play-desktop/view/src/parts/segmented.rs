//! One of a few choices, side by side.

use leptos::prelude::*;

/// A group of radio buttons that looks like one control.
#[component]
pub fn Segmented<T>(
    /// Name of the group, for screen readers and tests.
    name: &'static str,
    /// Name in words.
    #[prop(into)]
    label: Signal<String>,
    /// The choices with their words.
    #[prop(into)]
    choices: Signal<Vec<(T, String)>>,
    /// The current one.
    #[prop(into)]
    value: Signal<T>,
    /// Called with a new one.
    #[prop(into)]
    on_choose: Callback<T>,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    view! {
        <div class="segmented" role="radiogroup" aria-label=label data-testid=name>
            {move || {
                (choices.get().into_iter())
                    .enumerate()
                    .map(|(place, (choice, words))| {
                        view! {
                            <label class="segment" class:segment-on=move || value.get() == choice>
                                <input
                                    type="radio"
                                    class="visually-hidden"
                                    name=name
                                    value=place.to_string()
                                    prop:checked=move || value.get() == choice
                                    on:change=move |_| on_choose.run(choice)
                                />
                                <span>{words}</span>
                            </label>
                        }
                    })
                    .collect_view()
            }}
        </div>
    }
}
