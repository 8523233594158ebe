//! Saved views: a name for filters and order.
use super::state::ListState;
use crate::{address, preferences, text::t};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Dialog, Field, Icon, IconButton, Menu, MenuItem, MenuSeparator,
    TextInput,
};

/// The menu of saved views.
#[component]
pub fn ViewsMenu(state: ListState) -> impl IntoView {
    let entity = state.entity;
    let views = RwSignal::new(preferences::views(entity.path));
    let naming = RwSignal::new(false);
    let managing = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    let save = move || {
        let given = name.get_untracked().trim().to_owned();
        if given.is_empty() {
            return;
        }
        views.update(|views| {
            views.insert(given, state.query.with_untracked(address::Query::text));
        });
        preferences::keep_views(entity.path, &views.get_untracked());
        name.set(String::new());
        naming.set(false);
    };
    let trigger = || view! { <Icon icon=icondata::LuBookmark /><span class="tool-text">{t!(list.views)}</span> };
    let actions = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| naming.set(false)>{t!(common.cancel)}</Button>
            <Button look=ButtonLook::Primary on_press=move |_| save()>{t!(form.save)}</Button>
        }
    };
    view! {
        <Menu trigger label=t!(list.views).to_owned()>
            {move || {
                views
                    .get()
                    .into_iter()
                    .map(|(name, query)| view! { <MenuItem label=name href=format!("{}{query}", entity.href()) /> })
                    .collect_view()
            }}
            <Show when=move || !views.with(std::collections::BTreeMap::is_empty)>
                <MenuSeparator />
            </Show>
            <MenuItem icon=icondata::LuBookmarkPlus label=t!(list.save_view) on_press=move |()| naming.set(true) />
            <Show when=move || !views.with(std::collections::BTreeMap::is_empty)>
                <MenuItem icon=icondata::LuSettings2 label=t!(list.manage_views) on_press=move |()| managing.set(true) />
            </Show>
        </Menu>
        <Dialog open=naming title=t!(list.save_view) actions>
            <form on:submit=move |event| {
                event.prevent_default();
                save();
            }>
                <Field label=t!(list.view_name) help=t!(list.view_help).to_owned()>
                    <TextInput value=name autofocus=true />
                </Field>
            </form>
        </Dialog>
        <Dialog open=managing title=t!(list.manage_views)>
            <ul class="plain-rows">
                {move || {
                    views
                        .get()
                        .into_keys()
                        .map(|name| {
                            let shown = name.clone();
                            view! {
                                <li>
                                    <span>{shown}</span>
                                    <IconButton
                                        icon=icondata::LuTrash2
                                        label=t!(object.delete)
                                        on_press=move |_| {
                                            views.update(|views| {
                                                views.remove(&name);
                                            });
                                            preferences::keep_views(entity.path, &views.get_untracked());
                                        }
                                    />
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
            <Button size=ButtonSize::Small on_press=move |_| managing.set(false)>{t!(common.close)}</Button>
        </Dialog>
    }
}
