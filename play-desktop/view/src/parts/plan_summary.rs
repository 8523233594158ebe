//! What an action would change, in a few lines and the packages behind a fold.

use crate::text::{
    Locale, bytes, fault_details, filled, i18n::td_string, objection_words, problem, use_i18n,
};
use leptos::prelude::*;
use migasfree_play_records::{Fault, Plan, PlanPackage};
use migasfree_ui_kit::{Badge, Icon, Notice, badge::Tone, error_state::Details};

/// The plan.
#[component]
pub fn PlanSummary(
    /// What would change.
    plan: Plan,
    /// Whether it is about installing; then removals deserve a warning.
    installing: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let plan = StoredValue::new(plan);
    view! {
        <div class="plan" data-testid="plan">
            {move || {
                let locale = i18n.get_locale();
                let plan = plan.get_value();
                if plan.is_empty() {
                    return view! {
                        <p class="text-muted">{td_string!(locale, page.plan_nothing)}</p>
                    }
                        .into_any();
                }
                let surprising =
                    installing && !plan.remove.is_empty() && plan.objections.is_empty();
                view! {
                    <ul class="plan-lines">
                        {line(
                            icondata::LuPackagePlus,
                            plan.install.len(),
                            td_string!(locale, page.plan_added_single).to_string(),
                            filled!(locale, page.plan_added_many, count = plan.install.len()),
                        )}
                        {line(
                            icondata::LuArrowUp,
                            plan.update.len(),
                            td_string!(locale, page.plan_updated_single).to_string(),
                            filled!(locale, page.plan_updated_many, count = plan.update.len()),
                        )}
                        {line(
                            icondata::LuPackageMinus,
                            plan.remove.len(),
                            td_string!(locale, page.plan_removed_single).to_string(),
                            filled!(locale, page.plan_removed_many, count = plan.remove.len()),
                        )}
                        <li><Icon icon=icondata::LuHardDrive /> <span>{sizes(&plan, installing, locale)}</span></li>
                    </ul>
                    {objections(&plan, locale)}
                    {surprising
                        .then(|| {
                            view! {
                                <Notice tone=Tone::Warning>
                                    {td_string!(locale, page.plan_removes_others)}
                                </Notice>
                            }
                        })}
                    {too_big(&plan)
                        .then(|| {
                            let free = bytes(plan.free, locale);
                            view! {
                                <Notice tone=Tone::Warning>
                                    {filled!(locale, page.plan_no_room, size = free)}
                                </Notice>
                            }
                        })}
                    {plan
                        .untrusted
                        .then(|| {
                            view! {
                                <Notice tone=Tone::Error>{td_string!(locale, page.plan_untrusted)}</Notice>
                            }
                        })}
                    {(plan.reboot == "required" || plan.reboot == "recommended")
                        .then(|| {
                            view! {
                                <Notice tone=Tone::Info>{td_string!(locale, page.plan_reboot)}</Notice>
                            }
                        })}
                    <details class="plan-packages">
                        <summary>{td_string!(locale, page.packages)}</summary>
                        <ul>
                            {packages(&plan.install, "+", locale)}
                            {packages(&plan.update, "↑", locale)}
                            {packages(&plan.remove, "−", locale)}
                        </ul>
                    </details>
                }
                    .into_any()
            }}
        </div>
    }
}

/// Why there is no plan.
#[component]
pub fn PlanFailed(
    /// What the daemon answered.
    fault: Fault,
) -> impl IntoView {
    let i18n = use_i18n();
    let code = fault.code.clone();
    view! {
        <p class="text-muted" data-testid="plan-failed">
            {move || td_string!(i18n.get_locale(), page.plan_failed)} " "
            {move || problem(&code, i18n.get_locale()).text}
        </p>
        <Details details=fault_details(&fault, i18n.get_locale_untracked()) />
    }
}

/// What the policy says against it.
fn objections(plan: &Plan, locale: Locale) -> impl IntoView + use<> {
    let tone = if plan.is_refused() {
        Tone::Error
    } else {
        Tone::Warning
    };
    objection_words(plan, locale)
        .into_iter()
        .map(|words| view! { <Notice tone>{words}</Notice> })
        .collect_view()
}

/// Whether the disk has no room for the download and what it becomes.
fn too_big(plan: &Plan) -> bool {
    let wanted = plan.disk.saturating_add_unsigned(plan.download);
    plan.free > 0 && u64::try_from(wanted).is_ok_and(|wanted| wanted > plan.free)
}

fn line(icon: icondata::Icon, count: usize, one: String, other: String) -> Option<impl IntoView> {
    let words = if count == 1 { one } else { other };
    (count > 0).then(|| view! { <li><Icon icon /> <span>{words}</span></li> })
}

fn sizes(plan: &Plan, installing: bool, locale: Locale) -> String {
    let size = bytes(plan.disk.unsigned_abs(), locale);
    let disk = if plan.disk < 0 {
        filled!(locale, page.plan_frees, size = size)
    } else {
        filled!(locale, page.plan_takes, size = size)
    };
    if !installing {
        return disk;
    }
    let download = if plan.download == 0 {
        td_string!(locale, page.plan_cached).to_string()
    } else {
        filled!(
            locale,
            page.plan_download,
            size = bytes(plan.download, locale)
        )
    };
    format!("{download}, {disk}")
}

fn packages(packages: &[PlanPackage], sign: &'static str, locale: Locale) -> impl IntoView {
    (packages.iter())
        .map(|package| {
            let size = package.size.map(|size| bytes(size, locale));
            let version = if package.from.is_empty() {
                package.version.clone()
            } else {
                format!("{} → {}", package.from, package.version)
            };
            view! {
                <li>
                    <span class="plan-sign" aria-hidden="true">{sign}</span>
                    <code>{package.name.clone()}</code>
                    <span class="text-muted">{version}</span>
                    {size.map(|size| view! { <Badge>{size}</Badge> })}
                </li>
            }
        })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_noticed_before_the_work_begins() {
        let plan = |download, disk| Plan {
            download,
            disk,
            free: 1_000,
            ..Plan::default()
        };
        assert!(too_big(&plan(300, 800)));
        assert!(!too_big(&plan(200, 800)));
        assert!(!too_big(&plan(0, -800)));
        let unknown = Plan {
            free: 0,
            ..plan(300, 800)
        };
        assert!(!too_big(&unknown));
    }
}
