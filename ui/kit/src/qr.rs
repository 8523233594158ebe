//! A text as a QR code.
use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode};

/// Modules of quiet zone around the code.
const MARGIN: usize = 2;

/// The code, black on white in both themes: scanners expect it. Nothing for a text that is too long for one.
#[component]
pub fn Qr(
    text: String,
    /// What screen readers say of it.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let Ok(code) = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L) else {
        return ().into_any();
    };
    let edge = code.width() + 2 * MARGIN;
    view! {
        <svg
            class="qr"
            role="img"
            aria-label=move || label.get()
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
