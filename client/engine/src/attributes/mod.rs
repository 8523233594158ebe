//! Code the server sends to find out about this computer: properties and faults.

mod evaluate;

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};

pub use evaluate::{Evaluated, EvaluationError, Evaluator};

use crate::job::JobId;
use crate::process::unit;
use crate::transport::messages::{FaultDefinition, Property};

/// How many pieces of code run at a time.
const AT_A_TIME: usize = 4;

/// What came out of a list of code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    /// Prefix or fault name to raw output.
    pub outputs: BTreeMap<String, String>,
    /// One for each piece of code that failed.
    pub complaints: Vec<Complaint>,
}

/// That a piece of code failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Which: a prefix, or the name of a fault.
    pub name: String,
    /// Why; without it, it had no value.
    pub why: Option<EvaluationError>,
    /// The last line it said besides.
    pub last_word: Option<String>,
    /// Everything, for who wrote the code.
    pub text: String,
}

/// Evaluates properties. Those whose code fails are reported with whatever they said before.
pub async fn properties(evaluator: &Evaluator, job: &JobId, properties: &[Property]) -> Results {
    let pieces = properties.iter().map(|property| Piece {
        name: property.prefix.clone(),
        language: property.language.clone(),
        code: property.code.clone(),
    });
    let mut results = Results::default();
    for (piece, evaluated) in evaluate_all(evaluator, job, pieces).await {
        results.complaints.extend(piece.complaint(&evaluated));
        results.outputs.insert(piece.name, evaluated.output);
    }
    results
}

/// Looks for faults: a fault is there when its code succeeds and says something.
pub async fn faults(
    evaluator: &Evaluator,
    job: &JobId,
    definitions: &[FaultDefinition],
) -> Results {
    let pieces = definitions.iter().map(|definition| Piece {
        name: definition.name.clone(),
        language: definition.language.clone(),
        code: definition.code.clone(),
    });
    let mut results = Results::default();
    for (piece, evaluated) in evaluate_all(evaluator, job, pieces).await {
        results.complaints.extend(piece.complaint(&evaluated));
        if evaluated.error.is_none() && !evaluated.output.trim().is_empty() {
            results.outputs.insert(piece.name, evaluated.output);
        }
    }
    results
}

struct Piece {
    name: String,
    language: String,
    code: String,
}

impl Piece {
    fn complaint(&self, evaluated: &Evaluated) -> Option<Complaint> {
        let Self { name, code, .. } = self;
        let stderr = evaluated.stderr.trim();
        let text = match &evaluated.error {
            Some(error) => format!("{name}: {error}\nCode:\n{code}\nError:\n{stderr}"),
            None if evaluated.output.trim().is_empty() && !stderr.is_empty() => {
                format!("{name}: no value\nError:\n{stderr}")
            }
            None => return None,
        };
        Some(Complaint {
            name: name.clone(),
            why: evaluated.error.clone(),
            last_word: stderr.lines().last().map(str::to_owned),
            text,
        })
    }
}

/// Several at a time, answers in the order of the questions.
async fn evaluate_all(
    evaluator: &Evaluator,
    job: &JobId,
    pieces: impl Iterator<Item = Piece>,
) -> Vec<(Piece, Evaluated)> {
    let pieces: Vec<_> = pieces.enumerate().collect();
    let evaluate = |(number, piece): (usize, Piece)| {
        let (evaluator, unit) = (
            evaluator.clone(),
            unit::of_part(job, format_args!("code-{number}")),
        );
        async move {
            let evaluated = evaluator
                .evaluate(&piece.language, &piece.code, &unit)
                .await;
            (piece, evaluated)
        }
    };
    stream::iter(pieces.into_iter().map(evaluate))
        .buffered(AT_A_TIME)
        .collect()
        .await
}
