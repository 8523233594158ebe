//! The screen of another computer, in a window of this one. The window is another program, which decodes what the computer
//! says, and is handed neither the connection nor secrets: between the two there are pipes. What both do is here, without pipes, pixels of
//! a window, or decoders.

mod events;
mod fit;
mod heading;
mod input;
mod outbox;
mod pipe;
mod run;
mod view;

pub use events::Event;
pub use fit::Fit;
pub use heading::{Heading, Headings};
pub use input::{Act, Input};
pub use outbox::Outbox;
pub use pipe::{ToWindow, feed, hear};
pub use run::{run, wanted};
pub use view::{Decode, Happened, Picture, View};
