//! The two charts.
use crate::text::{self, number, t, tf};
use leptos::prelude::*;
use migasfree_types::rest::overview::Overview;
use migasfree_ui_kit::{
    chart::{Bar, BarChart, ChartFrame, LineChart, Series},
    format,
};

/// Are computers in touch, and where are they?
#[component]
pub fn Trends(data: Signal<Option<Overview>>) -> impl IntoView {
    view! {
        <div class="trends">
            <InTouch data />
            <ByProject data />
        </div>
    }
}

#[component]
fn InTouch(data: Signal<Option<Overview>>) -> impl IntoView {
    let days = Memo::new(move |_| {
        data.with(|data| {
            data.as_ref()
                .map(|data| data.synchronizations.clone())
                .unwrap_or_default()
        })
    });
    let day_label = |date: &str| {
        format::parse_time(date)
            .map_or_else(|| date.to_owned(), |at| format::short_day(at, text::tag()))
    };
    let labels = Signal::derive(move || {
        days.with(|days| {
            days.iter()
                .map(|day| day_label(&day.date))
                .collect::<Vec<_>>()
        })
    });
    #[expect(clippy::cast_precision_loss, reason = "counts of computers")]
    let series = Signal::derive(move || {
        days.with(|days| {
            let mut series = vec![Series {
                label: t!(overview.series_computers).to_owned(),
                values: days.iter().map(|day| day.computers as f64).collect(),
            }];
            if days.iter().any(|day| day.failed > 0) {
                series.push(Series {
                    label: t!(overview.series_failed).to_owned(),
                    values: days.iter().map(|day| day.failed as f64).collect(),
                });
            }
            series
        })
    });
    let columns = vec![
        t!(overview.day).to_owned(),
        t!(overview.series_computers).to_owned(),
        t!(overview.series_failed).to_owned(),
    ];
    let rows = Signal::derive(move || {
        days.with(|days| {
            days.iter()
                .rev()
                .map(|day| {
                    vec![
                        day_label(&day.date),
                        number(day.computers),
                        number(day.failed),
                    ]
                })
                .collect::<Vec<_>>()
        })
    });
    let summary = move || {
        days.with(|days| {
            let most = days
                .iter()
                .map(|day| day.computers)
                .max()
                .unwrap_or_default();
            let last = days.last().map(|day| day.computers).unwrap_or_default();
            tf!(
                overview.in_touch_summary,
                most = number(most),
                last = number(last)
            )
        })
    };
    view! {
        <ChartFrame title=t!(overview.in_touch) columns rows>
            <LineChart
                series
                labels
                format=Callback::new(|value: f64| format::decimal(value, 0, text::tag()))
                summary
            />
        </ChartFrame>
    }
}

#[component]
fn ByProject(data: Signal<Option<Overview>>) -> impl IntoView {
    let projects = Memo::new(move |_| {
        data.with(|data| {
            data.as_ref()
                .map(|data| data.projects.clone())
                .unwrap_or_default()
        })
    });
    #[expect(clippy::cast_precision_loss, reason = "counts of computers")]
    let bars = Signal::derive(move || {
        projects.with(|projects| {
            projects
                .iter()
                .take(8)
                .map(|project| Bar {
                    label: project.name.clone(),
                    value: project.computers as f64,
                    text: number(project.computers),
                    href: Some(format!("/computers?project__id={}", project.id)),
                })
                .collect::<Vec<_>>()
        })
    });
    let columns = vec![
        t!(project.singular).to_owned(),
        t!(computer.plural).to_owned(),
    ];
    let rows = Signal::derive(move || {
        projects.with(|projects| {
            projects
                .iter()
                .map(|one| vec![one.name.clone(), number(one.computers)])
                .collect::<Vec<_>>()
        })
    });
    view! {
        <ChartFrame title=t!(overview.by_project) columns rows>
            <BarChart bars />
        </ChartFrame>
    }
}
