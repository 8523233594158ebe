//! What the policy of this computer says against a plan.

use super::{Locale, filled};
use migasfree_play_records::Plan;

/// A sentence for each objection, with the names of the packages.
pub fn objection_words(plan: &Plan, locale: Locale) -> Vec<String> {
    (plan.objections.iter())
        .map(|objection| {
            let packages = objection.packages.join(", ");
            match objection.reason.as_str() {
                "removal" if plan.is_refused() => {
                    filled!(locale, page.objection_removal, packages = packages)
                }
                "removal" => filled!(locale, page.objection_asks, packages = packages),
                "held" => filled!(locale, page.objection_held, packages = packages),
                "required" => filled!(locale, page.objection_required, packages = packages),
                "forbidden" => filled!(locale, page.objection_forbidden, packages = packages),
                _ => filled!(locale, page.objection_protected, packages = packages),
            }
        })
        .collect()
}
