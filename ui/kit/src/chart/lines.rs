//! Lines over time. The drawing stretches with the card, its lines keep their width; labels are text beside it.
use leptos::prelude::*;
use std::fmt::Write as _;

/// One line. The first of a chart is drawn in the main colour and filled, the others grey.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub label: String,
    pub values: Vec<f64>,
}

/// Lines with a common axis from zero. `labels` name the points from left to right; a few of them are written below.
#[component]
pub fn LineChart(
    #[prop(into)] series: Signal<Vec<Series>>,
    #[prop(into)] labels: Signal<Vec<String>>,
    /// Writes a value for the axis and the pointer.
    #[prop(into)]
    format: Callback<f64, String>,
    /// The whole in one sentence for screen readers.
    #[prop(into)]
    summary: TextProp,
) -> impl IntoView {
    let pointed = RwSignal::new(None::<usize>);
    let top = Signal::derive(move || {
        nice_top(
            series
                .get()
                .iter()
                .flat_map(|one| one.values.iter().copied())
                .fold(0.0, f64::max),
        )
    });
    let count = Signal::derive(move || labels.get().len());
    let on_move = move |event: leptos::ev::PointerEvent| {
        use wasm_bindgen::JsCast;
        let Some(area) = event
            .current_target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        else {
            return;
        };
        let rect = area.get_bounding_client_rect();
        let share = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
        let last = count.get_untracked().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index within the chart"
        )]
        let index = (share.clamp(0.0, 1.0) * last as f64).round() as usize;
        pointed.set(Some(index.min(last)));
    };
    view! {
        <div class="line-chart">
            <div class="line-axis" aria-hidden="true">
                <span>{move || format.run(top.get())}</span>
                <span>{move || format.run(top.get() / 2.0)}</span>
                <span>{move || format.run(0.0)}</span>
            </div>
            <div
                class="line-area"
                role="img"
                aria-label=move || summary.get().to_string()
                on:pointermove=on_move
                on:pointerleave=move |_| pointed.set(None)
            >
                <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
                    <path class="line-grid" d="M0 .5H100M0 50H100M0 99.5H100" />
                    {move || {
                        let top = top.get();
                        series
                            .get()
                            .into_iter()
                            .enumerate()
                            .rev()
                            .map(|(index, one)| {
                                let path = path_of(&one.values, top);
                                let area = (index == 0).then(|| view! { <path class="line-fill" d=format!("{path}V100H0Z") /> });
                                view! {
                                    {area}
                                    <path class=if index == 0 { "line-main" } else { "line-other" } d=path />
                                }
                            })
                            .collect_view()
                    }}
                </svg>
                {move || {
                    pointed
                        .get()
                        .map(|index| {
                            let left = position(index, count.get());
                            let values = series
                                .get()
                                .into_iter()
                                .filter_map(|one| one.values.get(index).map(|value| (one.label, format.run(*value))))
                                .map(|(label, value)| view! { <span><b>{value}</b>" "{label}</span> })
                                .collect_view();
                            view! {
                                <span class="line-pointer" style:left=format!("{left:.2}%")></span>
                                <span class="line-tip" class:line-tip-left={left > 60.0} style:left=format!("{left:.2}%")>
                                    <span class="text-muted">{labels.get().get(index).cloned()}</span>
                                    {values}
                                </span>
                            }
                        })
                }}
            </div>
            <div class="line-labels" aria-hidden="true">
                {move || {
                    let labels = labels.get();
                    ticks(labels.len()).into_iter().filter_map(|index| labels.get(index).cloned()).map(|label| view! { <span>{label}</span> }).collect_view()
                }}
            </div>
            <Show when=move || { series.with(|series| series.len() > 1) }>
                <div class="line-legend">
                    {move || {
                        series
                            .get()
                            .into_iter()
                            .enumerate()
                            .map(|(index, one)| view! { <span class=if index == 0 { "legend-main" } else { "legend-other" }>{one.label}</span> })
                            .collect_view()
                    }}
                </div>
            </Show>
        </div>
    }
}

#[expect(clippy::cast_precision_loss, reason = "a chart has few points")]
fn position(index: usize, count: usize) -> f64 {
    index as f64 / count.saturating_sub(1).max(1) as f64 * 100.0
}

fn path_of(values: &[f64], top: f64) -> String {
    let mut path = String::new();
    for (index, value) in values.iter().enumerate() {
        let verb = if index == 0 { 'M' } else { 'L' };
        let (x, y) = (position(index, values.len()), 100.0 - value / top * 100.0);
        let _ = write!(path, "{verb}{x:.2} {y:.2}");
    }
    path
}

/// First, middle and last of a long axis; all of a short one.
fn ticks(count: usize) -> Vec<usize> {
    match count {
        0..=4 => (0..count).collect(),
        _ => vec![0, count / 2, count - 1],
    }
}

/// The next round number above, so that the axis reads well.
fn nice_top(value: f64) -> f64 {
    if value <= 4.0 {
        return 4.0;
    }
    let step = 10_f64.powf(value.log10().floor());
    [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0]
        .into_iter()
        .map(|factor| factor * step)
        .find(|top| *top >= value)
        .unwrap_or(value)
}
