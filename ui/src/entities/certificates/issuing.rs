//! Giving a certificate to a computer or to a person.
use super::{CERTIFICATES, COMPUTERS, USERS};
use crate::{
    api::{query, request},
    certificates::{Given, NoAuthority, are_none, given},
    deed,
    entity::value,
    form::Picker,
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Choice, Dialog, Field, Select, TextArea, TextInput, use_toasts,
};
use serde_json::{Value, json};

const COMPUTER: &str = "computer";
const PERSON: &str = "account";

/// Above the list.
pub fn tools() -> AnyView {
    if CERTIFICATES.may("add") {
        view! { <Issue /> }.into_any()
    } else {
        ().into_any()
    }
}

#[component]
fn Issue() -> impl IntoView {
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let issued = RwSignal::new(None::<Value>);
    let whom = RwSignal::new(PERSON.to_owned());
    let holder = RwSignal::new(Value::Null);
    let [request_text, password] = [(); 2].map(|()| RwSignal::new(String::new()));
    let are_none = are_none();
    Effect::new(move || {
        // A computer is no person.
        whom.track();
        holder.set(Value::Null);
    });
    let begin = move |_| {
        issued.set(None);
        holder.set(Value::Null);
        request_text.set(String::new());
        password.set(String::new());
        open.set(true);
    };
    let issue = move |_| {
        let id = holder.with_untracked(value::id);
        let body = match whom.get_untracked().as_str() {
            COMPUTER => json!({"computer": id, "csr": request_text.get_untracked()}),
            _ => json!({"account": id, "password": password.get_untracked()}),
        };
        let path = format!("{}issue/", CERTIFICATES.api);
        let work = async move { request::post(&path, &body).await };
        deed::run(toasts, busy, work, move |answer| {
            let _ = issued.try_set(Some(answer));
            query::ask_again();
        });
    };
    let disabled = Signal::derive(move || {
        let entered = if whom.get() == COMPUTER {
            request_text
        } else {
            password
        };
        holder.with(Value::is_null) || entered.with(String::is_empty)
    });
    let buttons = move || {
        if issued.with(Option::is_some) {
            return view! { <Button look=ButtonLook::Primary on_press=move |_| open.set(false)>{t!(secret.kept)}</Button> }
                .into_any();
        }
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>{t!(common.cancel)}</Button>
            {(!are_none.get())
                .then(|| view! { <Button look=ButtonLook::Primary busy disabled on_press=issue>{t!(certificate.issue)}</Button> })}
        }
        .into_any()
    };
    let actions = move || buttons;
    let content = move || match issued.get() {
        Some(answer) => view! { <Given files=given(&answer) /> }.into_any(),
        None if are_none.get() => view! { <NoAuthority /> }.into_any(),
        None => view! {
            <Field label=t!(certificate.kind)><Select value=whom choices=holders() /></Field>
            {move || holder_fields(&whom.get(), holder, request_text, password)}
        }
        .into_any(),
    };
    view! {
        <Button size=ButtonSize::Small icon=icondata::LuPlus on_press=begin>{t!(certificate.issue)}</Button>
        <Dialog open title=t!(certificate.issue) actions>
            <div class="stack-small bulk-question">{content}</div>
        </Dialog>
    }
}

fn holders() -> Vec<Choice> {
    vec![
        Choice::new(PERSON, t!(certificate.kind_person)),
        Choice::new(COMPUTER, t!(computer.singular)),
    ]
}

fn holder_fields(
    whom: &str,
    holder: RwSignal<Value>,
    request_text: RwSignal<String>,
    password: RwSignal<String>,
) -> AnyView {
    if whom == COMPUTER {
        return view! {
            <Field label=t!(computer.singular)><Picker entity=&COMPUTERS value=holder single=true /></Field>
            <Field label=t!(certificate.request) help=t!(certificate.request_help).to_owned()>
                <TextArea value=request_text rows=6 mono=true />
            </Field>
        }
        .into_any();
    }
    view! {
        <Field label=t!(user.singular)><Picker entity=&USERS value=holder single=true /></Field>
        <Field label=t!(certificate.password) help=t!(certificate.password_help).to_owned()>
            <TextInput value=password kind="password" autocomplete="new-password" />
        </Field>
    }
    .into_any()
}
