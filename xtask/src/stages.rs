//! Progress of a long task: what is being done, and at the end a table of what took how long.

use std::time::{Duration, Instant};

use anyhow::Result;

/// The stages done so far.
#[derive(Debug, Default)]
pub struct Stages {
    done: Vec<(String, Duration, bool)>,
}

impl Stages {
    /// Runs one stage; its failure is kept for the table and returned.
    pub fn run<T>(&mut self, name: &str, stage: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n── {name}");
        let start = Instant::now();
        let outcome = stage();
        self.done
            .push((name.to_owned(), start.elapsed(), outcome.is_ok()));
        outcome
    }

    /// Prints how long each stage took.
    pub fn print(&self) {
        println!("\n{:<44} {:>9}", "stage", "seconds");
        for (name, duration, passed) in &self.done {
            let mark = if *passed { "" } else { "  failed" };
            println!("{name:<44} {:>9.1}{mark}", duration.as_secs_f64());
        }
        let total: Duration = self.done.iter().map(|(_, duration, _)| *duration).sum();
        println!("{:<44} {:>9.1}", "total", total.as_secs_f64());
    }
}
