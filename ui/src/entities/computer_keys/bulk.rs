//! Deciding about the selected keys.
use super::{
    COMPUTER_KEYS,
    deciding::{Deed, Question},
};
use crate::list::Selection;
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonSize};

/// The buttons in the bar of the list.
pub fn actions(selection: Selection) -> AnyView {
    if COMPUTER_KEYS.may("change") {
        view! { <Actions selection /> }.into_any()
    } else {
        ().into_any()
    }
}

#[component]
fn Actions(selection: Selection) -> impl IntoView {
    let open = RwSignal::new(false);
    let deed = RwSignal::new(Deed::Approve);
    let button = move |what: Deed| {
        let ask = move |_| {
            deed.set(what);
            open.set(true);
        };
        view! { <Button size=ButtonSize::Small on_press=ask>{what.verb()}</Button> }
    };
    let on_done = Callback::new(move |()| selection.done());
    view! {
        {button(Deed::Approve)}
        {button(Deed::Reject)}
        <Question open deed ids=Signal::derive(move || selection.ids()) on_done />
    }
}
