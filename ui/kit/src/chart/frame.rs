//! The frame of a chart: its question as title, the button to the table behind it.
use crate::{button::IconButton, texts::use_texts};
use leptos::prelude::*;

/// A chart and the same numbers as a table.
#[component]
pub fn ChartFrame(
    /// The question the chart answers.
    #[prop(into)]
    title: TextProp,
    /// Head of the table, the label's column first.
    #[prop(into)]
    columns: Signal<Vec<String>>,
    /// Rows of the table, as wide as its head.
    #[prop(into)]
    rows: Signal<Vec<Vec<String>>>,
    children: ChildrenFn,
) -> impl IntoView {
    let texts = use_texts();
    let as_table = RwSignal::new(false);
    let children = StoredValue::new(children);
    let empty = move || rows.get().is_empty();
    view! {
        <section class="surface chart-frame">
            <header class="card-head">
                <h2 class="card-heading">{move || title.get()}</h2>
                <IconButton
                    icon=Signal::derive(move || if as_table.get() { icondata::LuChartNoAxesColumn } else { icondata::LuTable2 })
                    label=move || if as_table.get() { texts.get().show_chart } else { texts.get().show_table }
                    pressed=Signal::derive(move || Some(as_table.get()))
                    on_press=move |_| as_table.update(|on| *on = !*on)
                />
            </header>
            <div class="chart-body">
                {move || {
                    if empty() {
                        view! { <p class="chart-empty">{texts.get().no_values}</p> }.into_any()
                    } else if as_table.get() {
                        view! {
                            <div class="chart-table">
                                <table class="plain-table">
                                    <thead>
                                        <tr>{columns.get().into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view()}</tr>
                                    </thead>
                                    <tbody>
                                        {rows
                                            .get()
                                            .into_iter()
                                            .map(|row| view! { <tr>{row.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> })
                                            .collect_view()}
                                    </tbody>
                                </table>
                            </div>
                        }
                        .into_any()
                    } else {
                        children.read_value()().into_any()
                    }
                }}
            </div>
        </section>
    }
}
