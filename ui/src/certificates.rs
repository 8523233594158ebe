//! What is handed over with a new certificate, this once.
use crate::{
    api::query,
    entity::value,
    secret::{binary_file, text_file},
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{LinkButton, Notice, Tone};
use serde_json::Value;

/// One's own: whether the server gives any, and a new one.
pub const OWN: &str = "/rest-auth/user/certificates/";

const MAKE: &str = "migasfree-server ca create --data DIR";

/// Whether the server has said that it gives none.
pub fn are_none() -> Memo<bool> {
    let told = query::<Value>(|| Some(OWN.to_owned()));
    Memo::new(move |_| {
        told.value.with(|told| {
            told.as_ref()
                .is_some_and(|told| !value::flag(told, "offered"))
        })
    })
}

/// In the place of a form that could only be refused: what has to be done first.
#[component]
pub fn NoAuthority() -> impl IntoView {
    view! {
        <Notice tone=Tone::Info icon=icondata::LuFileBadge>
            <p>{t!(certificate.no_authority)}</p>
            <code class="token">{MAKE}</code>
        </Notice>
    }
}

/// A file: what it is called, and its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    href: String,
}

/// The files of an answer: one with everything where the key was made by the server, else the certificate and who vouches for it.
pub fn given(answer: &Value) -> Vec<File> {
    let name = value::text(answer, "serial");
    let held = |member: &str| value::at(answer, member).as_str().map(str::to_owned);
    if let Some(both) = held("p12") {
        return vec![File {
            name: format!("{name}.p12"),
            href: binary_file(&both),
        }];
    }
    let parts = [("certificate", "pem"), ("chain", "chain.pem")];
    let parts = parts.into_iter().filter_map(|(member, ending)| {
        Some(File {
            name: format!("{name}.{ending}"),
            href: text_file(&held(member)?),
        })
    });
    parts.collect()
}

/// Offers to save them.
#[component]
pub fn Given(files: Vec<File>) -> impl IntoView {
    let links = files.into_iter().map(|file| {
        let File { name, href } = file;
        view! { <LinkButton icon=icondata::LuDownload href download=name.clone()>{name}</LinkButton> }
    });
    view! {
        <Notice tone=Tone::Warning icon=icondata::LuKeyRound>
            <p>{t!(certificate.once)}</p>
            <div class="chip-row">{links.collect_view()}</div>
        </Notice>
    }
}
