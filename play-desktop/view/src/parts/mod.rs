//! Pieces that several pages share.

mod app_button;
mod app_picture;
mod copy_button;
mod grid;
mod grid_card;
mod grid_skeleton;
mod job_row;
mod log;
mod plan_summary;
mod right;
mod segmented;
mod time_text;

pub use app_button::AppButton;
pub use app_picture::AppPicture;
pub use copy_button::CopyButton;
pub use grid::AppGrid;
pub use grid_card::{CardHint, GridCard};
pub use grid_skeleton::GridSkeleton;
pub use job_row::JobRow;
pub use log::LogView;
pub use plan_summary::{PlanFailed, PlanSummary};
pub use right::{Right, Shield, right_to};
pub use segmented::Segmented;
pub use time_text::TimeText;
