//! Whom the sign-in page leads to besides its form, and what came of it.
use crate::{
    address,
    api::{request, session::Step},
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{LinkButton, Notice, Tone};
use serde::Deserialize;

const PROVIDERS: &str = "/rest-auth/login/providers/";

#[derive(Debug, Clone, Deserialize)]
struct Provider {
    name: String,
    label: String,
}

/// A link for each provider. The page that was asked for comes afterwards.
#[component]
pub fn ProviderLinks() -> impl IntoView {
    let providers = RwSignal::new(Vec::<Provider>::new());
    let refusal = taken_refusal();
    let here = here();
    leptos::task::spawn_local(async move {
        // Without an answer the form is still there.
        if let Ok(found) = request::get_as(PROVIDERS).await {
            let _ = providers.try_set(found);
        }
    });
    let link = move |provider: Provider| {
        let next = address::encode(&here);
        let href = format!("{PROVIDERS}{}/begin/?next={next}", provider.name);
        view! { <LinkButton href class="login-button">{provider.label}</LinkButton> }
    };
    view! {
        {refusal.map(|text| view! { <Notice tone=Tone::Error>{text}</Notice> })}
        {move || providers.get().into_iter().map(link.clone()).collect_view()}
    }
}

fn here() -> String {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    format!("{path}{}", location.search().unwrap_or_default())
}

/// Why the provider's word let nobody in; told once.
fn taken_refusal() -> Option<&'static str> {
    let hash = window().location().hash().unwrap_or_default();
    let text = said(hash.strip_prefix("#refused=")?);
    address::replace(&here());
    Some(text)
}

/// What else is needed of whom a provider vouched for; taken once.
pub fn taken_step() -> Option<Step> {
    let hash = window().location().hash().unwrap_or_default();
    let mut step = Step::default();
    for pair in hash.strip_prefix('#')?.split('&') {
        let (name, value) = pair.split_once('=')?;
        let several = || value.split(',').map(str::to_owned).collect();
        match name {
            "step" => step.secret = value.to_owned(),
            "factors" => step.factors = several(),
            "enrol" => step.enrol = several(),
            _ => return None,
        }
    }
    address::replace(&here());
    (!step.secret.is_empty()).then_some(step)
}

fn said(code: &str) -> &'static str {
    match code {
        "account_closed" => t!(login.closed),
        "account_not_linked" => t!(login.not_linked),
        "no_account" => t!(login.no_account),
        "provider_denied" => t!(login.denied),
        "provider_domain" => t!(login.domain),
        "provider_silent" => t!(login.silent),
        "visit_over" => t!(login.over),
        _ => t!(login.refused),
    }
}
