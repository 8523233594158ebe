//! Showing what would happen.

use migasfree_dbus::PlanRecord;

use super::report::print_line;
use crate::pms::Plan;
use crate::policy::Verdict;
use crate::texts::{Language, Text};

/// A plan as it is shown.
#[derive(Debug, Default)]
pub struct Shown {
    install: Vec<String>,
    update: Vec<String>,
    remove: Vec<String>,
    download_bytes: u64,
    disk_bytes: i64,
    untrusted: bool,
    /// Something is said against it.
    doubted: bool,
}

impl Shown {
    /// A plan and what the policy says of it.
    pub fn of(plan: Plan, verdict: &Verdict) -> Self {
        Self {
            doubted: *verdict != Verdict::Allow,
            ..Self::from(plan)
        }
    }

    /// Nothing is said against it.
    pub fn is_allowed(&self) -> bool {
        !self.doubted
    }

    pub fn is_empty(&self) -> bool {
        self.install.is_empty() && self.update.is_empty() && self.remove.is_empty()
    }

    pub fn print(&self, language: Language) {
        for (title, packages) in [
            (Text::PlanInstall, &self.install),
            (Text::PlanUpdate, &self.update),
            (Text::PlanRemove, &self.remove),
        ] {
            if !packages.is_empty() {
                print_line(&format!(
                    "{}\n  {}",
                    language.text(title),
                    packages.join(" ")
                ));
            }
        }
        let text = if self.disk_bytes < 0 {
            Text::PlanSizesFreed
        } else {
            Text::PlanSizes
        };
        let room = size(self.disk_bytes.saturating_abs());
        let download = size(self.download_bytes.cast_signed());
        print_line(&language.fill(text, &[&download, &room]));
        if self.untrusted {
            print_line(language.text(Text::PlanUntrusted));
        }
    }
}

impl From<Plan> for Shown {
    fn from(plan: Plan) -> Self {
        let names = |packages: Vec<crate::pms::PlannedPackage>| {
            packages
                .into_iter()
                .map(|package| format!("{} ({})", package.name, package.version))
                .collect()
        };
        Self {
            install: names(plan.install),
            update: names(plan.update),
            remove: names(plan.remove),
            download_bytes: plan.download_bytes,
            disk_bytes: plan.disk_bytes,
            untrusted: plan.untrusted,
            doubted: false,
        }
    }
}

impl From<PlanRecord> for Shown {
    fn from(plan: PlanRecord) -> Self {
        let names = |packages: Vec<migasfree_dbus::PlannedPackage>| {
            packages
                .into_iter()
                .map(|package| format!("{} ({})", package.name, package.version))
                .collect()
        };
        Self {
            install: names(plan.install),
            update: names(plan.update),
            remove: names(plan.remove),
            download_bytes: plan.download_bytes,
            disk_bytes: plan.disk_bytes,
            untrusted: plan.untrusted,
            doubted: !plan.objections.is_empty(),
        }
    }
}

/// Bytes for people, in thousands.
fn size(bytes: i64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut unit = 0;
    let mut tenths = i128::from(bytes) * 10;
    while tenths >= 10_000 && unit < units.len() - 1 {
        tenths /= 1000;
        unit += 1;
    }
    let (whole, rest) = (tenths / 10, tenths % 10);
    if unit == 0 {
        format!("{whole} B")
    } else {
        format!("{whole}.{rest} {}", units[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_short() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1_234_567), "1.2 MB");
        assert_eq!(size(20_000), "20.0 kB");
    }
}
