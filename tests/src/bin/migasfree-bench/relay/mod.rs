//! The relay of remote support: in a process of its own, and agents and operators in this one.

mod idle;
mod lossy;
mod peer;
mod people;
mod serve;
mod served;
mod through;

use std::path::Path;

use anyhow::Result;

use crate::table::Row;

pub use lossy::{computer, operator};
pub use serve::serve;

/// What goes through the relay, what idle agents cost, and what it adds on a bad network.
pub async fn measure(folder: &Path) -> Result<Vec<Row>> {
    let mut rows = idle::measure(folder).await?;
    rows.extend(through::measure(folder).await?);
    rows.extend(people::measure().await?);
    rows.extend(lossy::measure(folder).await?);
    Ok(rows)
}
