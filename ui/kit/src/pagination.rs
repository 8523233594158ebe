//! Paging of a list: where one is, and the four steps.
use crate::{button::IconButton, format::number, texts::use_texts};
use leptos::prelude::*;

/// "51–100 of 1,204" with its buttons. Pages count from 1.
#[component]
pub fn Pagination(
    #[prop(into)] page: Signal<u64>,
    #[prop(into)] page_size: Signal<u64>,
    #[prop(into)] total: Signal<u64>,
    #[prop(into)] on_page: Callback<u64>,
) -> impl IntoView {
    let texts = use_texts();
    let last = Signal::derive(move || total.get().div_ceil(page_size.get().max(1)).max(1));
    let at_start = Signal::derive(move || page.get() <= 1);
    let at_end = Signal::derive(move || page.get() >= last.get());
    let range = move || {
        let (total, size) = (total.get(), page_size.get());
        let from = (page.get().saturating_sub(1) * size + 1).min(total);
        let to = (page.get() * size).min(total);
        let words = texts.get();
        format!(
            "{}–{} {} {}",
            number(from, words.language),
            number(to, words.language),
            words.of,
            number(total, words.language)
        )
    };
    view! {
        <div class="pagination">
            <span class="tabular text-muted" aria-live="polite">{range}</span>
            <div class="pagination-buttons">
                <IconButton icon=icondata::LuChevronsLeft label=move || texts.get().first disabled=at_start on_press=move |_| on_page.run(1) />
                <IconButton icon=icondata::LuChevronLeft label=move || texts.get().previous disabled=at_start on_press=move |_| on_page.run(page.get_untracked().saturating_sub(1)) />
                <IconButton icon=icondata::LuChevronRight label=move || texts.get().next disabled=at_end on_press=move |_| on_page.run(page.get_untracked() + 1) />
                <IconButton icon=icondata::LuChevronsRight label=move || texts.get().last disabled=at_end on_press=move |_| on_page.run(last.get_untracked()) />
            </div>
        </div>
    }
}
