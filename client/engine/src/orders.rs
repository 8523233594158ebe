//! Orders that came with a plan and wait for the daemon, and what became of orders and waits for the server. Each is a file
//! of its own: who synchronises and the daemon may be two processes, and neither waits for the other.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use migasfree_native::actions::ActionResult;
use migasfree_native::inventory::ContentHash;

use crate::files;

/// The folders of orders and results of one server.
#[derive(Debug, Clone)]
pub struct Orders {
    folder: PathBuf,
}

/// An order that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The order, as the server signed it.
    pub text: String,
    file: PathBuf,
}

impl Orders {
    /// Orders that wait at most.
    const MOST_ORDERS: usize = 256;
    /// Longest order that is kept.
    const LONGEST: usize = 8 * 1024;
    /// Results that wait at most; ends of executions always do.
    const MOST_RESULTS: usize = 2048;
    /// Results are told in portions of about this size.
    const PORTION: usize = 256 * 1024;

    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Keeps an order for the daemon. One that waits already stays one.
    ///
    /// # Errors
    /// Those of the file system, and that too many wait.
    pub fn receive(&self, order: &str) -> io::Result<()> {
        let folder = self.folder.join("orders");
        if order.len() > Self::LONGEST || names(&folder)?.len() >= Self::MOST_ORDERS {
            return Err(io::Error::from(io::ErrorKind::QuotaExceeded));
        }
        files::private_folder(&folder)?;
        let name = ContentHash::of(order.as_bytes()).to_string();
        files::write(&folder.join(name), order.as_bytes(), 0o600)
    }

    /// The orders that wait.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn waiting(&self) -> io::Result<Vec<Waiting>> {
        let folder = self.folder.join("orders");
        let mut waiting = Vec::new();
        for name in names(&folder)? {
            let file = folder.join(name);
            if let Some(text) = files::read_optional(&file)? {
                waiting.push(Waiting { text, file });
            }
        }
        Ok(waiting)
    }

    /// An order waits no longer.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn taken(&self, waiting: &Waiting) -> io::Result<()> {
        files::remove_optional(&waiting.file).map(drop)
    }

    /// Keeps a result until the server has it. `false` where there is no room for what came out meanwhile.
    ///
    /// # Errors
    /// Those of the file system, and that the execution has no proper name.
    pub fn keep(&self, result: &ActionResult) -> io::Result<bool> {
        let folder = self.folder.join("results");
        if !result.state.is_final() && names(&folder)?.len() >= Self::MOST_RESULTS {
            return Ok(false);
        }
        files::private_folder(&folder)?;
        let name = name_of(result)?;
        files::write(&folder.join(name), &serde_json::to_vec(result)?, 0o600)?;
        Ok(true)
    }

    /// Results that wait, those of an execution in their order, as many as are told at once. What is damaged is dropped.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn results(&self) -> io::Result<Vec<ActionResult>> {
        self.read(Self::PORTION, |_| true)
    }

    /// Results of one execution that wait.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn results_of(&self, execution: &str) -> io::Result<Vec<ActionResult>> {
        self.read(usize::MAX, |name| {
            name.rsplit_once('.')
                .is_some_and(|(one, _)| one == execution)
        })
    }

    /// Executions of which results wait.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn executions(&self) -> io::Result<BTreeSet<String>> {
        let names = names(&self.folder.join("results"))?.into_iter();
        let executions = names.filter_map(|name| Some(name.rsplit_once('.')?.0.to_owned()));
        Ok(executions.collect())
    }

    /// The server has these results.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn told(&self, results: &[ActionResult]) -> io::Result<()> {
        for result in results {
            let file = self.folder.join("results").join(name_of(result)?);
            files::remove_optional(&file)?;
        }
        Ok(())
    }

    /// Of these executions nothing more is told.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn drop_results_of(&self, executions: &[String]) -> io::Result<()> {
        for execution in executions {
            self.told(&self.results_of(execution)?)?;
        }
        Ok(())
    }

    fn read(&self, portion: usize, wanted: impl Fn(&str) -> bool) -> io::Result<Vec<ActionResult>> {
        let folder = self.folder.join("results");
        let (mut results, mut size) = (Vec::new(), 0);
        for name in names(&folder)? {
            if size >= portion {
                break;
            }
            if !wanted(&name) {
                continue;
            }
            let file = folder.join(&name);
            let Some(text) = files::read_optional(&file)? else {
                continue;
            };
            match serde_json::from_str::<ActionResult>(&text) {
                Ok(result) if name_of(&result).is_ok_and(|own| own == name) => {
                    size += text.len();
                    results.push(result);
                }
                _ => {
                    tracing::warn!(name, "a damaged result of an order is dropped");
                    files::remove_optional(&file)?;
                }
            }
        }
        Ok(results)
    }
}

/// The name of the file of a result, by which they are in their order.
fn name_of(result: &ActionResult) -> io::Result<String> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let execution = &result.execution;
    if !(1..=64).contains(&execution.len()) || !execution.bytes().all(good) {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    Ok(format!("{execution}.{:010}", result.sequence))
}

/// The files of a folder that are whole, in order; those that are being written begin with a dot.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let names = entries.map(|entry| entry.map(|entry| entry.file_name().into_string().ok()));
    let names: Vec<Option<String>> = names.collect::<io::Result<_>>()?;
    let whole = |name: &String| !name.starts_with('.');
    let mut names: Vec<String> = names.into_iter().flatten().filter(whole).collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use migasfree_types::actions::ExecutionState;
    use proptest::prelude::*;

    use super::*;

    fn result(execution: &str, sequence: u32, state: ExecutionState) -> ActionResult {
        ActionResult {
            execution: execution.to_owned(),
            state,
            exit: state.is_final().then_some(0),
            output: Some(format!("part {sequence}")),
            sequence,
        }
    }

    #[test]
    fn an_order_waits_once_until_it_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let orders = Orders::new(folder.path().join("actions"));
        assert!(orders.waiting().unwrap().is_empty());
        for order in ["a.b", "c.d", "a.b"] {
            orders.receive(order).unwrap();
        }
        let waiting = orders.waiting().unwrap();
        let mut texts: Vec<&str> = waiting.iter().map(|one| one.text.as_str()).collect();
        texts.sort_unstable();
        assert_eq!(texts, ["a.b", "c.d"]);
        orders.taken(&waiting[0]).unwrap();
        assert_eq!(orders.waiting().unwrap(), waiting[1..]);
        assert!(orders.receive(&"x".repeat(8193)).is_err());
    }

    #[test]
    fn what_is_no_name_of_an_execution_reaches_no_other_folder() {
        let folder = tempfile::tempdir().unwrap();
        let orders = Orders::new(folder.path().to_owned());
        for name in ["", "../orders/x", "a/b", "a.b", &"x".repeat(65)] {
            let result = result(name, 0, ExecutionState::Succeeded);
            assert!(orders.keep(&result).is_err(), "{name}");
        }
        assert!(orders.results().unwrap().is_empty());
    }

    #[test]
    fn damage_takes_no_other_result_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let orders = Orders::new(folder.path().to_owned());
        let good = result("b", 1, ExecutionState::Running);
        orders.keep(&good).unwrap();
        for (name, text) in [("a.0000000000", "{ half"), ("b.0000000000", "[]")] {
            fs::write(folder.path().join("results").join(name), text).unwrap();
        }
        assert_eq!(orders.results().unwrap(), [good]);
        assert_eq!(orders.executions().unwrap().len(), 1);
    }

    #[test]
    fn ends_are_kept_also_where_there_is_no_room_for_more_output() {
        let folder = tempfile::tempdir().unwrap();
        let orders = Orders::new(folder.path().to_owned());
        let results = folder.path().join("results");
        fs::create_dir(&results).unwrap();
        for number in 0..Orders::MOST_RESULTS {
            fs::write(results.join(format!("x.{number:010}")), "").unwrap();
        }
        let part = result("a", 0, ExecutionState::Running);
        assert!(!orders.keep(&part).unwrap());
        let end = result("a", 1, ExecutionState::Failed);
        assert!(orders.keep(&end).unwrap());
        assert_eq!(orders.results_of("a").unwrap(), [end]);
    }

    /// What happens to the folder.
    #[derive(Debug, Clone)]
    enum Step {
        Keep(u8, bool),
        Tell(usize),
        Unknown(u8),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (0..3_u8, any::<bool>()).prop_map(|(one, end)| Step::Keep(one, end)),
            2 => (0..4_usize).prop_map(Step::Tell),
            1 => (0..3_u8).prop_map(Step::Unknown),
        ];
        proptest::collection::vec(step, 0..40)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_result_waits_until_it_was_told_and_in_its_order(steps in steps()) {
            let folder = tempfile::tempdir().unwrap();
            let (mut next, mut wanted) = ([0_u32; 3], BTreeMap::new());
            for step in steps {
                // Each time as another process would find it.
                let orders = Orders::new(folder.path().to_owned());
                match step {
                    Step::Keep(one, is_end) => {
                        let state = if is_end {
                            ExecutionState::Succeeded
                        } else {
                            ExecutionState::Running
                        };
                        let sequence = next[usize::from(one)];
                        next[usize::from(one)] += 1;
                        let result = result(&format!("e-{one}"), sequence, state);
                        prop_assert!(orders.keep(&result).unwrap());
                        wanted.insert((result.execution.clone(), sequence), result);
                    }
                    Step::Tell(count) => {
                        let mut told = orders.results().unwrap();
                        told.truncate(count);
                        orders.told(&told).unwrap();
                        for one in told {
                            let key = (one.execution.clone(), one.sequence);
                            prop_assert_eq!(wanted.remove(&key), Some(one));
                        }
                    }
                    Step::Unknown(one) => {
                        let execution = format!("e-{one}");
                        orders
                            .drop_results_of(std::slice::from_ref(&execution)).unwrap();
                        wanted.retain(|(known, _), _| *known != execution);
                    }
                }
                let waiting: Vec<ActionResult> = wanted.values().cloned().collect();
                prop_assert_eq!(orders.results().unwrap(), waiting);
            }
        }
    }
}
