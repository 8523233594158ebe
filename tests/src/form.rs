//! Filling in forms as a person does: by the labels they read.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fantoccini::Locator;
use fantoccini::elements::Element;

use crate::browser::Browser;

const PATIENCE: Duration = Duration::from_secs(90);

impl Browser {
    /// The control with this label.
    pub async fn control(&self, label: &str) -> Result<Element> {
        let label = format!(
            "//label[contains(@class,'field-label') and starts-with(normalize-space(.), '{label}')]"
        );
        let element = self.by_path(&label).await?;
        let id = element
            .attr("for")
            .await?
            .with_context(|| format!("{label} belongs to no control"))?;
        // Away from bars that stay at the window's edges.
        self.run(&format!(
            "document.getElementById('{id}').scrollIntoView({{block: 'center'}})"
        ))
        .await?;
        self.find(&format!("[id='{id}']")).await
    }

    /// Types into the control with this label, replacing what is there.
    pub async fn write(&self, label: &str, text: &str) -> Result<()> {
        let control = self.control(label).await?;
        control.clear().await?;
        control.send_keys(text).await?;
        Ok(())
    }

    /// Types into a picker and takes the first thing it offers that contains `text`.
    pub async fn pick(&self, label: &str, text: &str) -> Result<()> {
        let control = self.control(label).await?;
        control.click().await?;
        control.send_keys(text).await?;
        let option = format!("//li[@role='option' and contains(normalize-space(.), '{text}')]");
        self.press_path(&option).await
    }

    /// Presses the button with these words.
    pub async fn press_button(&self, words: &str) -> Result<()> {
        self.press_path(&format!(
            "//button[contains(normalize-space(.), '{words}') and not(@disabled)]"
        ))
        .await
    }

    /// Waits until these words stand somewhere on the page.
    pub async fn reads(&self, words: &str) -> Result<()> {
        self.wait_for_text("body", words).await
    }

    async fn by_path(&self, path: &str) -> Result<Element> {
        self.client()
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::XPath(path))
            .await
            .with_context(|| format!("`{path}` did not appear"))
    }

    async fn press_path(&self, path: &str) -> Result<()> {
        let start = Instant::now();
        loop {
            match self.by_path(path).await?.click().await {
                Ok(()) => return Ok(()),
                Err(error) if start.elapsed() > PATIENCE => {
                    bail!("`{path}` could not be pressed: {error}")
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }
}
