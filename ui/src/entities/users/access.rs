//! Users: how they sign in.
use crate::{
    api::{
        ApiError, Query,
        error::{Told, texts},
        request, session,
    },
    entities::USERS,
    entity::value,
    object::once_there,
    secret::Secret,
    text::{t, tf},
    work::OthersAccount,
};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, Card, ConfirmDialog, Field, Notice, TextInput, Tone, button::ButtonLook, use_toasts,
};
use serde_json::{Value, json};

/// Active or not.
pub fn state(row: &Value) -> (Tone, &'static str) {
    if value::flag(row, "is_active") {
        (Tone::Success, t!(user.active))
    } else {
        (Tone::Neutral, t!(user.inactive))
    }
}

/// Whether password and token of a user are the signed-in one's to set.
pub fn is_given(user: &Value) -> bool {
    session::user().id == value::id(user) || USERS.may_with("change", user)
}

/// On the user's page: password, factors, sessions, links and token. One's own are on a page of their own.
pub fn tab(id: i64, user: Query<Value>) -> AnyView {
    once_there(user, move |user| {
        if !is_given(&user) {
            let words = if USERS.may("change") {
                t!(right.beyond)
            } else {
                t!(form.read_only)
            };
            return view! { <Notice tone=Tone::Info icon=icondata::LuLock>{words}</Notice> }
                .into_any();
        }
        let own = session::user().id == id;
        let name = value::text(&user, "username");
        let never = value::text(&user, "last_login").is_empty();
        view! {
            <div class="object-cards">
                {never
                    .then(|| view! { <Notice tone=Tone::Info icon=icondata::LuKeyRound>{t!(user.never_signed_in)}</Notice> })}
                <PasswordCard id own name=name.clone() />
                {(!own).then(|| view! { <OthersAccount id name=name.clone() /> })}
                <TokenCard id name />
            </div>
        }
        .into_any()
    })
}

/// Sets a password; the own one needs the current one.
#[component]
pub fn PasswordCard(id: i64, own: bool, name: String) -> impl IntoView {
    let toasts = use_toasts();
    let [current, first, second] = [(); 3].map(|()| RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<ApiError>);
    let errors = move |names: &'static [&'static str]| {
        Signal::derive(move || {
            failure.with(|failure| match failure {
                Some(ApiError::Invalid(fields)) => {
                    texts(names.iter().filter_map(|name| fields.get(*name)).flatten())
                }
                _ => Vec::new(),
            })
        })
    };
    let name = StoredValue::new(name);
    let submit = move || {
        if first.get_untracked() != second.get_untracked() {
            let message = vec![Told::here(t!(user.passwords_differ))];
            failure.set(Some(ApiError::Invalid(
                [("password2".to_owned(), message)].into(),
            )));
            return;
        }
        let name = name.get_value();
        failure.set(None);
        busy.set(true);
        let (one, two) = (first.get_untracked(), second.get_untracked());
        let old = current.get_untracked();
        leptos::task::spawn_local(async move {
            let answer = if own {
                let body = json!({"old_password": old, "new_password1": one, "new_password2": two});
                request::post("/rest-auth/password/change/", &body).await
            } else {
                request::put(
                    &format!("user-profiles/{id}/change-password/"),
                    &json!({"password": one, "password2": two}),
                )
                .await
            };
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => {
                    for field in [current, first, second] {
                        let _ = field.try_set(String::new());
                    }
                    let _ = failure.try_set(None);
                    toasts.success(tf!(user.password_set, name = name));
                }
                Err(error) => {
                    let _ =
                        failure.try_set(Some(error).filter(|error| *error != ApiError::SignedOut));
                }
            }
        });
    };
    view! {
        <Card title=t!(user.password)>
            <form
                class="card-form"
                on:submit=move |event| {
                    event.prevent_default();
                    submit();
                }
            >
                // A password manager keeps the new password under this name.
                <input type="text" autocomplete="username" value=name.get_value() readonly=true hidden=true />
                {own
                    .then(|| {
                        view! {
                            <Field label=t!(user.current_password) errors=errors(&["old_password"])>
                                <TextInput value=current kind="password" autocomplete="current-password" />
                            </Field>
                        }
                    })}
                <Field label=t!(user.new_password) help=t!(user.password_help).to_owned() errors=errors(&["password", "new_password1"])>
                    <TextInput value=first kind="password" autocomplete="new-password" />
                </Field>
                <Field label=t!(user.repeat_password) errors=errors(&["password2", "new_password2", "non_field_errors"])>
                    <TextInput value=second kind="password" autocomplete="new-password" />
                </Field>
                {move || {
                    failure
                        .get()
                        .filter(|error| !matches!(error, ApiError::Invalid(_)))
                        .map(|error| view! { <Notice tone=Tone::Error>{error.line()}</Notice> })
                }}
                <Button kind="submit" busy disabled=Signal::derive(move || first.with(String::is_empty)) class="card-form-button">
                    {t!(user.set_password)}
                </Button>
            </form>
        </Card>
    }
}

#[component]
fn TokenCard(id: i64, name: String) -> impl IntoView {
    let toasts = use_toasts();
    let token = RwSignal::new(None::<String>);
    let asking = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let renew = move |()| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer =
                request::post(&format!("user-profiles/{id}/update-token/"), &json!({})).await;
            let _ = busy.try_set(false);
            let _ = asking.try_set(false);
            match answer {
                Ok(answer) => {
                    let _ = token.try_set(Some(value::text(&answer, "info")));
                }
                Err(error) => toasts.error(error.line()),
            }
        });
    };
    view! {
        <Card title=t!(user.token)>
            <div class="card-form">
                <p class="text-muted">{t!(user.token_help)}</p>
                {move || {
                    token
                        .get()
                        .map(|token| view! { <Secret warning=t!(user.token_once) text=token /> })
                }}
                <Button class="card-form-button" on_press=move |_| asking.set(true)>{t!(user.renew_token)}</Button>
            </div>
            <ConfirmDialog
                open=asking
                title=tf!(user.renew_title, name = name)
                message=t!(user.renew_text)
                confirm=t!(user.renew_token)
                look=ButtonLook::Primary
                busy
                on_confirm=renew
            />
        </Card>
    }
}
