//! Charts: own SVG and boxes, one colour plus grey, direct labels; the table behind each is one press away.
mod bars;
mod frame;
mod heat_map;
mod lines;
mod ring;

pub use bars::{Bar, BarChart};
pub use frame::ChartFrame;
pub use heat_map::{Day, HeatMap};
pub use lines::{LineChart, Series};
pub use ring::{RingChart, Slice};
