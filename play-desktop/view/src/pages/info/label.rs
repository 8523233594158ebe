//! The label: who this computer is, for the helpdesk, with a QR code.

use crate::{
    bridge,
    parts::CopyButton,
    text::{i18n::td_string, use_i18n},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::Computer;
use migasfree_ui_kit::{Button, ButtonSize, Card, Qr, Wordmark};

/// The card, and what its print looks like.
#[component]
pub fn Label(
    /// This computer.
    computer: Memo<Computer>,
) -> impl IntoView {
    let i18n = use_i18n();
    let qr = read_qr(computer);
    let identity = Memo::new(move |_| computer.with(identity));
    let ready = Memo::new(move |_| qr.with(Option::is_some));
    let named = move || td_string!(i18n.get_locale(), info.qr);
    view! {
        <Card title=move || td_string!(i18n.get_locale(), info.identification)>
            <div class="card-body label-card" data-testid="label">
                {move || qr.get().map(|text| view! { <div class="qr-box"><Qr text label=named /></div> })}
                {move || computer.with(|computer| view! { <Words computer=computer.clone() /> })}
            </div>
            <div class="card-foot">
                <p class="text-muted">{move || td_string!(i18n.get_locale(), info.label_text)}</p>
                <div class="chip-row">
                    <CopyButton text=identity label=move || td_string!(i18n.get_locale(), info.copy) />
                    <Show when=move || ready.get()>
                        <Button size=ButtonSize::Small icon=icondata::LuPrinter on_press=|_| print()>
                            {move || td_string!(i18n.get_locale(), info.print)}
                        </Button>
                    </Show>
                </div>
            </div>
        </Card>
        <div class="print-label" aria-hidden="true">
            <p class="print-head">
                <Wordmark name=move || td_string!(i18n.get_locale(), info.identification) />
            </p>
            {move || qr.get().map(|text| view! { <Qr text label=named /> })}
            {move || computer.with(|computer| view! { <Words computer=computer.clone() /> })}
        </div>
    }
}

/// Text of the code, read anew when the computer gets another identity.
fn read_qr(computer: Memo<Computer>) -> RwSignal<Option<String>> {
    let qr = RwSignal::new(None::<String>);
    let registered_as = Memo::new(move |_| {
        computer.with(|computer| (computer.registered, computer.id, computer.server.clone()))
    });
    Effect::new(move || {
        let (registered, ..) = registered_as.get();
        qr.set(None);
        if registered {
            spawn_local(async move {
                if let Ok(text) = bridge::label().await {
                    // The page may have been left meanwhile.
                    let _left = qr.try_set(Some(text));
                }
            });
        }
    });
    qr
}

fn print() {
    // Without a print dialog nothing happens, and nothing was promised.
    let _unsupported = window().print();
}

/// What somebody reads to the helpdesk, one thing on a line.
fn identity(computer: &Computer) -> String {
    let id = match computer.registered {
        true => format!("CID {}\n", computer.id),
        false => String::new(),
    };
    format!(
        "{}\n{id}UUID {}\n{}\n",
        computer.name, computer.uuid, computer.server
    )
}

#[component]
fn Words(computer: Computer) -> impl IntoView {
    let i18n = use_i18n();
    let lines = [
        (computer.registered).then(|| ("CID", computer.id.to_string())),
        Some(("UUID", computer.uuid)),
        Some(("", computer.server)),
    ];
    view! {
        <div class="label-text">
            <p class="label-name">{computer.name}</p>
            {lines
                .into_iter()
                .flatten()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| {
                    view! { <p><span class="text-muted">{name}</span> " " <code>{value}</code></p> }
                })
                .collect_view()}
            {(!computer.help_desk.is_empty())
                .then(|| {
                    view! {
                        <p class="label-help pre-line">
                            <strong>{move || td_string!(i18n.get_locale(), info.helpdesk)}</strong>
                            "\n"
                            {computer.help_desk}
                        </p>
                    }
                })}
        </div>
    }
}
