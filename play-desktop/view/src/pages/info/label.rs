//! The label: who this computer is, for the helpdesk, with a QR code.

use crate::{
    bridge,
    parts::CopyButton,
    text::{i18n::td_string, use_i18n},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_types::play::Computer;
use migasfree_ui_kit::Card;
use qrcode::{Color, EcLevel, QrCode};

/// Modules of quiet zone around the code.
const MARGIN: usize = 2;

/// The card.
#[component]
pub fn Label(
    /// This computer.
    computer: Computer,
) -> impl IntoView {
    let i18n = use_i18n();
    let qr = RwSignal::new(None::<String>);
    if computer.registered {
        spawn_local(async move {
            if let Ok(text) = bridge::label().await {
                // The page may have been left meanwhile.
                let _left = qr.try_set(Some(text));
            }
        });
    }
    let lines = [
        (computer.registered).then(|| ("CID".to_owned(), computer.id.to_string())),
        Some(("UUID".to_owned(), computer.uuid.clone())),
        Some(("".to_owned(), computer.server.clone())),
    ];
    let identity = format!(
        "{}\nCID {}\nUUID {}\n{}\n",
        computer.name, computer.id, computer.uuid, computer.server
    );
    let help_desk = computer.help_desk.clone();
    view! {
        <Card title=move || td_string!(i18n.get_locale(), info.identification)>
            <div class="card-body label-card" data-testid="label">
                <div class="qr-box">{move || qr.get().map(|text| view! { <Code text /> })}</div>
                <div class="label-text">
                    <p class="label-name">{computer.name.clone()}</p>
                    {lines
                        .into_iter()
                        .flatten()
                        .filter(|(_, value)| !value.is_empty())
                        .map(|(name, value)| {
                            view! { <p><span class="text-muted">{name}</span> " " <code>{value}</code></p> }
                        })
                        .collect_view()}
                    {(!help_desk.is_empty())
                        .then(|| {
                            view! {
                                <p class="label-help pre-line">
                                    <strong>{move || td_string!(i18n.get_locale(), info.helpdesk)}</strong>
                                    "\n"
                                    {help_desk}
                                </p>
                            }
                        })}
                </div>
            </div>
            <div class="card-foot">
                <p class="text-muted">{move || td_string!(i18n.get_locale(), info.label_text)}</p>
                <CopyButton text=Signal::stored(identity) label=move || td_string!(i18n.get_locale(), info.copy) />
            </div>
        </Card>
    }
}

/// The code, black on white in both themes: scanners expect it.
#[component]
fn Code(text: String) -> impl IntoView {
    let i18n = use_i18n();
    let Ok(code) = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L) else {
        return ().into_any();
    };
    let edge = code.width() + 2 * MARGIN;
    view! {
        <svg
            class="qr"
            role="img"
            aria-label=move || td_string!(i18n.get_locale(), info.qr)
            viewBox=format!("0 0 {edge} {edge}")
            shape-rendering="crispEdges"
            data-testid="qr"
            data-text=text
        >
            <rect width=edge.to_string() height=edge.to_string() fill="#fff" />
            <path d=path(&code) fill="#000" />
        </svg>
    }
    .into_any()
}

/// One square for each dark module.
fn path(code: &QrCode) -> String {
    let width = code.width();
    (code.to_colors().into_iter().enumerate())
        .filter(|(_, color)| *color == Color::Dark)
        .map(|(place, _)| {
            let (left, top) = (place % width + MARGIN, place / width + MARGIN);
            format!("M{left} {top}h1v1h-1z")
        })
        .collect()
}
