//! An observer that remembers.

use std::sync::Mutex;

use async_trait::async_trait;
use migasfree_client::job::Cancel;
use migasfree_client::observer::{
    Item, LockHolder, Observer, OutputStream, Progress, Question, Stage, Step,
};
use migasfree_client::transport::messages::Trait;

#[derive(Default)]
pub struct Recorder {
    pub progress: Mutex<Vec<Progress>>,
    pub items: Mutex<Vec<Item>>,
    pub output: Mutex<Vec<String>>,
    pub steps: Mutex<Vec<Step>>,
    pub holders: Mutex<Vec<Option<LockHolder>>>,
    pub traits: Mutex<Vec<Trait>>,
    pub questions: Mutex<Vec<Question>>,
    pub answer: Option<String>,
    /// Cancelled when this stage begins to move.
    pub cancel_at: Option<(Stage, Cancel)>,
}

impl Recorder {
    pub fn stages(&self) -> Vec<Stage> {
        let mut stages: Vec<_> = self
            .progress
            .lock()
            .unwrap()
            .iter()
            .map(|p| p.stage)
            .collect();
        stages.dedup();
        stages
    }

    pub fn failed(&self) -> Vec<(Stage, String)> {
        let steps = self.steps.lock().unwrap();
        steps
            .iter()
            .filter(|step| !step.ok)
            .map(|step| (step.stage, step.detail.clone()))
            .collect()
    }

    pub fn text(&self) -> String {
        self.output.lock().unwrap().join("\n")
    }
}

#[async_trait]
impl Observer for Recorder {
    fn progress(&self, progress: &Progress) {
        if let Some((stage, cancel)) = &self.cancel_at
            && *stage == progress.stage
        {
            cancel.cancel();
        }
        self.progress.lock().unwrap().push(progress.clone());
    }

    fn item(&self, item: &Item) {
        self.items.lock().unwrap().push(item.clone());
    }

    fn output(&self, _stream: OutputStream, line: &str) {
        self.output.lock().unwrap().push(line.to_owned());
    }

    fn step(&self, step: &Step) {
        self.steps.lock().unwrap().push(step.clone());
    }

    fn waiting_for_lock(&self, holder: Option<&LockHolder>) {
        self.holders.lock().unwrap().push(holder.cloned());
    }

    fn traits(&self, traits: &[Trait]) {
        self.traits.lock().unwrap().extend_from_slice(traits);
    }

    async fn question(&self, question: &Question) -> Option<String> {
        self.questions.lock().unwrap().push(question.clone());
        self.answer.clone()
    }
}
