//! Signing in with a passkey and nothing else.
use super::{Ways, proof};
use crate::{api::session, entity::value, text::t};
use leptos::prelude::*;
use migasfree_types::rest::session::SessionUser;
use migasfree_ui_kit::{Button, ButtonLook, Notice, Tone};
use serde_json::json;

/// The device asks for a finger or a PIN.
#[component]
pub fn ByPasskey(ways: Ways) -> impl IntoView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let ask = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        leptos::task::spawn_local(async move {
            let answer = signed_in().await;
            let _ = busy.try_set(false);
            match answer {
                Ok(user) => ways.done.run(user),
                Err(reason) => {
                    let _ = failure.try_set(Some(reason));
                }
            }
        });
    };
    ask();
    view! {
        <div class="login-form">
            <p class="text-muted">{t!(proof.passkey_text)}</p>
            {move || failure.get().map(|reason| view! { <Notice tone=Tone::Error>{reason}</Notice> })}
            <Button look=ButtonLook::Primary busy class="login-button" on_press=move |_| ask()>{t!(proof.use_passkey)}</Button>
            <Button look=ButtonLook::Quiet icon=icondata::LuArrowLeft on_press=move |_| ways.back.run(())>
                {t!(login.with_password)}
            </Button>
        </div>
    }
}

async fn signed_in() -> Result<SessionUser, String> {
    let shown = proof::passkey("/rest-auth/login/passkey/", &json!({})).await?;
    let (secret, credential) = (value::at(&shown, "secret"), value::at(&shown, "credential"));
    let secret = secret.as_str().unwrap_or_default();
    let user = session::sign_in_by_passkey(secret, credential).await;
    user.map_err(|error| error.reason())
}
