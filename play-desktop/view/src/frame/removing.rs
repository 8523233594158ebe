//! Asks once before an application is removed, naming it and what goes with it.

use crate::{
    bridge,
    parts::{PlanFailed, PlanSummary},
    state::{use_actions, use_store},
    text::{filled, i18n::td_string, use_i18n},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::{Fault, Plan};
use migasfree_ui_kit::{Button, ButtonLook, Dialog, SkeletonLines};

/// The dialog.
#[component]
pub fn RemovingDialog() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let actions = use_actions();
    let open = RwSignal::new(false);
    let plan = RwSignal::new(None::<Result<Plan, Fault>>);
    let asked = RwSignal::new(0_u32);
    Effect::new(move || {
        let question = asked.get();
        let Some(id) = store.removing.get() else {
            return;
        };
        plan.set(None);
        open.set(true);
        spawn_local(async move {
            let answer = bridge::plan("remove", id).await;
            if store.removing.get_untracked() == Some(id) && asked.get_untracked() == question {
                plan.set(Some(answer));
            }
        });
    });
    Effect::new(move || {
        if !open.get() && store.removing.get_untracked().is_some() {
            store.removing.set(None);
        }
    });
    let name = move || {
        let app = store.removing.get().and_then(|id| store.app(id));
        app.map(|app| app.name).unwrap_or_default()
    };
    let confirm = move |_| {
        if let Some(id) = store.removing.get_untracked() {
            actions.remove(id);
        }
        open.set(false);
    };
    let may_remove =
        Memo::new(move |_| plan.with(|plan| matches!(plan, Some(Ok(plan)) if !plan.is_refused())));
    let failed = Memo::new(move |_| plan.with(|plan| matches!(plan, Some(Err(_)))));
    let again = move |_| asked.update(|asked| *asked = asked.wrapping_add(1));
    let buttons = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>
                {move || td_string!(i18n.get_locale(), remove.keep)}
            </Button>
            <Show when=move || failed.get()>
                <Button class="plan-again" on_press=again>
                    {move || td_string!(i18n.get_locale(), button.again)}
                </Button>
            </Show>
            // Nobody agrees to what they have not seen.
            <Show when=move || may_remove.get()>
                <Button look=ButtonLook::Danger class="confirm-remove" on_press=confirm>
                    {move || td_string!(i18n.get_locale(), remove.confirm)}
                </Button>
            </Show>
        }
    };
    view! {
        <Dialog
            open
            title=move || filled!(i18n.get_locale(), remove.title, name = name())
            actions=buttons
        >
            <div class="stack" data-testid="remove-dialog">
                <p>{move || td_string!(i18n.get_locale(), remove.text)}</p>
                {move || match plan.get() {
                    Some(Ok(plan)) => view! { <PlanSummary plan installing=false /> }.into_any(),
                    Some(Err(fault)) => view! { <PlanFailed fault /> }.into_any(),
                    None => view! { <SkeletonLines lines=2 /> }.into_any(),
                }}
            </div>
        </Dialog>
    }
}
