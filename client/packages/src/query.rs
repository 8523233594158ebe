//! A question to a package manager that changes nothing: programs to run, files to read, and how to read the answers.

use std::fmt;
use std::path::Path;

use super::error::PmsError;
use crate::process::Finished;

/// A program with its arguments.
pub type Line = Vec<String>;

type Read<T> = Box<dyn FnOnce(&Path, &[Finished]) -> Result<T, PmsError> + Send>;

/// A question and how its answer is read. The driver runs the programs, in their order, inside the root folder; then it has
/// the answers read, with that folder at hand, where files may be waited for.
pub struct Query<T> {
    pub(super) lines: Vec<Line>,
    pub(super) must_succeed: bool,
    pub(super) is_typed: bool,
    pub(super) read: Read<T>,
}

impl<T: 'static> Query<T> {
    /// Answered by files below the root folder.
    #[must_use]
    pub fn files(read: impl FnOnce(&Path) -> Result<T, PmsError> + Send + 'static) -> Self {
        Self::lines(Vec::new(), move |root, _| read(root))
    }

    /// Answered by one program, also by one that failed.
    #[must_use]
    pub fn line(line: Line, read: impl FnOnce(&Finished) -> T + Send + 'static) -> Self {
        Self::lines(vec![line], move |_, answers| {
            Ok(read(&answers.first().cloned().unwrap_or_default()))
        })
    }

    /// Answered by several programs, also by those that failed.
    #[must_use]
    pub fn lines(
        lines: Vec<Line>,
        read: impl FnOnce(&Path, &[Finished]) -> Result<T, PmsError> + Send + 'static,
    ) -> Self {
        Self {
            lines,
            must_succeed: false,
            is_typed: false,
            read: Box::new(read),
        }
    }

    /// The first program that fails ends it, with what its failure means.
    #[must_use]
    pub fn must_succeed(mut self) -> Self {
        self.must_succeed = true;
        self
    }

    /// Somebody's own words are in it: it runs as nobody, with little time and memory.
    #[must_use]
    pub fn typed(mut self) -> Self {
        self.is_typed = true;
        self
    }
}

impl<T> fmt::Debug for Query<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Query")
            .field("lines", &self.lines)
            .finish_non_exhaustive()
    }
}
