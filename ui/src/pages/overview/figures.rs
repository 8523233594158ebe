//! The five numbers.
use crate::{
    address::Query,
    entities::{COMPUTERS, DEPLOYMENTS, ERRORS},
    text::{number, t, tf},
};
use leptos::prelude::*;
use migasfree_types::rest::overview::{Figure, Overview};
use migasfree_ui_kit::{StatCard, Tone};

struct Kind {
    code: &'static str,
    icon: icondata::Icon,
    list: &'static str,
    /// Whether more of it is worse.
    worse: bool,
}

static KINDS: [Kind; 5] = [
    Kind {
        code: "computers",
        icon: icondata::LuMonitor,
        list: "/computers",
        worse: false,
    },
    Kind {
        code: "synchronized_today",
        icon: icondata::LuRefreshCw,
        list: "/synchronizations",
        worse: false,
    },
    Kind {
        code: "silent",
        icon: icondata::LuMonitorOff,
        list: "/computers",
        worse: true,
    },
    Kind {
        code: "deployments",
        icon: icondata::LuRocket,
        list: "/deployments",
        worse: false,
    },
    Kind {
        code: "errors",
        icon: icondata::LuTriangleAlert,
        list: "/errors",
        worse: true,
    },
];

impl Kind {
    /// The server leaves out what the person may not see.
    fn is_seen(&self) -> bool {
        let entity = match self.code {
            "deployments" => &DEPLOYMENTS,
            "errors" => &ERRORS,
            _ => &COMPUTERS,
        };
        entity.may("view")
    }
}

fn label(code: &str) -> &'static str {
    match code {
        "computers" => t!(overview.computers),
        "synchronized_today" => t!(overview.synchronized_today),
        "silent" => t!(overview.silent),
        "deployments" => t!(overview.deployments),
        _ => t!(overview.errors),
    }
}

/// The row of cards; their places are there before the numbers.
#[component]
pub fn Figures(data: Signal<Option<Overview>>) -> impl IntoView {
    view! { <div class="figures">{KINDS.iter().filter(|kind| kind.is_seen()).map(|kind| view! { <FigureCard kind data /> }).collect_view()}</div> }
}

#[component]
fn FigureCard(kind: &'static Kind, data: Signal<Option<Overview>>) -> impl IntoView {
    let figure = Memo::new(move |_| {
        data.with(|data| {
            data.as_ref().and_then(|data| {
                data.figures
                    .iter()
                    .find(|figure| figure.code == kind.code)
                    .cloned()
            })
        })
    });
    let value = Signal::derive(move || {
        figure
            .get()
            .map_or_else(|| "–".to_owned(), |figure| number(figure.value))
    });
    let trend = Signal::derive(move || figure.get().and_then(|figure| trend_text(&figure)));
    let tone = Signal::derive(move || match figure.get() {
        Some(Figure {
            value: 1..,
            trend: Some(1..),
            ..
        }) if kind.worse => Tone::Warning,
        _ => Tone::Neutral,
    });
    view! {
        {move || {
            let query = figure.get().map(|figure| Query(figure.query.into_iter().collect()).text()).unwrap_or_default();
            if kind.list.is_empty() {
                view! { <StatCard label=label(kind.code) value trend tone icon=kind.icon /> }.into_any()
            } else {
                view! { <StatCard label=label(kind.code) value trend tone icon=kind.icon href=format!("{}{query}", kind.list) /> }.into_any()
            }
        }}
    }
}

fn trend_text(figure: &Figure) -> Option<String> {
    let trend = figure.trend?;
    let today = figure.code == "synchronized_today";
    Some(match (trend, today) {
        (0, true) => t!(overview.same_yesterday).to_owned(),
        (0, false) => t!(overview.same_week).to_owned(),
        (trend, today) => {
            let count = number(trend.unsigned_abs());
            match (today, trend > 0) {
                (true, true) => tf!(overview.more_than_yesterday, count = count),
                (true, false) => tf!(overview.fewer_than_yesterday, count = count),
                (false, true) => tf!(overview.this_week, change = format!("+{count}")),
                (false, false) => tf!(overview.this_week, change = format!("−{count}")),
            }
        }
    })
}
