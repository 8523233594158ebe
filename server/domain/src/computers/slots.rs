//! The counters of distinct computers that synchronized, by year, month, day and hour of the organisation's time zone,
//! in all (project 0) and in each project.

use std::collections::BTreeMap;

use migasfree_server_db::{Result, Ts, Tx, args, zone::Zone};

use crate::ids::{ComputerId, ProjectId, SynchronizationId};

const COUNT: &str = "INSERT INTO stats_synchronization (granularity, slot, project_id, computers) \
    VALUES ($1, $2, $3, 1) ON CONFLICT (granularity, project_id, slot) \
    DO UPDATE SET computers = stats_synchronization.computers + 1";
const COUNT_SEVERAL: &str = "INSERT INTO stats_synchronization (granularity, slot, project_id, computers) \
    VALUES ($1, $2, $3, $4) ON CONFLICT (granularity, project_id, slot) \
    DO UPDATE SET computers = stats_synchronization.computers + excluded.computers";
const DISCOUNT: &str = "UPDATE stats_synchronization SET computers = computers - 1 \
    WHERE granularity = $1 AND slot = $2 AND project_id = $3 AND computers > 0";
/// The computer's synchronizations next to one, in all and in a project.
const BEFORE: &str = "SELECT (SELECT created_at FROM client_synchronization WHERE computer_id = $1 \
    AND created_at <= $2 AND id <> $3 ORDER BY created_at DESC LIMIT 1), \
    (SELECT created_at FROM client_synchronization WHERE computer_id = $1 \
    AND created_at <= $2 AND id <> $3 AND project_id = $4 ORDER BY created_at DESC LIMIT 1)";
const AFTER: &str = "SELECT (SELECT created_at FROM client_synchronization WHERE computer_id = $1 \
    AND created_at > $2 AND id <> $3 ORDER BY created_at LIMIT 1), \
    (SELECT created_at FROM client_synchronization WHERE computer_id = $1 \
    AND created_at > $2 AND id <> $3 AND project_id = $4 ORDER BY created_at LIMIT 1)";

/// A synchronization, as the counters see it.
#[derive(Debug, Clone, Copy)]
pub struct Synchronized {
    /// Its number.
    pub id: SynchronizationId,
    /// Who synchronized.
    pub computer: ComputerId,
    /// In which project.
    pub project: Option<ProjectId>,
    /// When it ended.
    pub at: Ts,
}

impl Synchronized {
    /// Counts its computer, in every slot in which it has not synchronized before: it did the last time, in all and in
    /// the project, at `before`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(
        self,
        tx: &mut Tx,
        zone: &Zone,
        before: (Option<Ts>, Option<Ts>),
    ) -> Result<()> {
        self.in_own_slots(tx, zone, COUNT, &[before]).await
    }

    /// Takes its computer off the counters of every slot in which it has no other synchronization.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn discount(self, tx: &mut Tx, zone: &Zone) -> Result<()> {
        let mut others = Vec::new();
        for other in [BEFORE, AFTER] {
            let asked = args![self.computer, self.at, self.id, self.project];
            others.push(tx.one(other, asked).await?);
        }
        self.in_own_slots(tx, zone, DISCOUNT, &others).await
    }

    async fn in_own_slots(
        self,
        tx: &mut Tx,
        zone: &Zone,
        change: &'static str,
        others: &[(Option<Ts>, Option<Ts>)],
    ) -> Result<()> {
        for (granularity, slot, project) in self.own_slots(zone, others) {
            tx.execute(change, args![granularity, slot, project])
                .await?;
        }
        Ok(())
    }

    /// Its slots, in all and in its project, in which the computer has none of the others.
    fn own_slots(self, zone: &Zone, others: &[(Option<Ts>, Option<Ts>)]) -> Vec<Slot> {
        let own = slots(self.at, zone);
        let (mut in_all, mut in_project) = (Vec::new(), Vec::new());
        for (of_all, of_project) in others {
            in_all.extend(of_all.iter().flat_map(|at| slots(*at, zone)));
            in_project.extend(of_project.iter().flat_map(|at| slots(*at, zone)));
        }
        let project = self.project.map(|project| (i64::from(project), in_project));
        let mut free = Vec::new();
        for (project, taken) in [(0, in_all)].into_iter().chain(project) {
            let slots = own.iter().filter(|slot| !taken.contains(slot));
            free.extend(slots.map(|(granularity, slot)| (*granularity, *slot, project)));
        }
        free
    }
}

/// Granularity, slot, and project.
type Slot = (&'static str, i64, i64);

/// Counts the computers of several synchronizations, each as [`Synchronized::count`] does, but all in a few statements.
///
/// # Errors
/// When the database fails.
pub async fn count_all(
    tx: &mut Tx,
    zone: &Zone,
    all: impl Iterator<Item = (Synchronized, (Option<Ts>, Option<Ts>))>,
) -> Result<()> {
    let mut computers: BTreeMap<Slot, i64> = BTreeMap::new();
    for (one, before) in all {
        for slot in one.own_slots(zone, &[before]) {
            *computers.entry(slot).or_default() += 1;
        }
    }
    for ((granularity, slot, project), count) in computers {
        let args = args![granularity, slot, project, count];
        tx.execute(COUNT_SEVERAL, args).await?;
    }
    Ok(())
}

/// The slots of a moment: `2026`, `202611`, `20261121`, `2026112102`.
fn slots(at: Ts, zone: &Zone) -> [(&'static str, i64); 4] {
    let (date, hour) = zone.hour(at);
    let year = i64::from(date.year());
    let month = year * 100 + i64::from(u8::from(date.month()));
    let day = month * 100 + i64::from(date.day());
    let hour = day * 100 + i64::from(hour);
    [("Y", year), ("M", month), ("D", day), ("H", hour)]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn slots_are_those_of_the_zone() {
        let late = Ts::parse_rfc3339("2026-12-31T23:30:00Z").unwrap();
        let of = |zone: &Zone| slots(late, zone).map(|slot| slot.1);
        assert_eq!(of(&Zone::utc()), [2026, 202_612, 20_261_231, 2_026_123_123]);
        let madrid = Zone::named("Europe/Madrid").unwrap();
        assert_eq!(of(&madrid), [2027, 202_701, 20_270_101, 2_027_010_100]);
    }
}
