//! Reads Debian packages as a stream, and the names packages carry.
//!
//! A package file comes from outside, so nothing in it is believed: every size is
//! limited ([`Limits`]), no path is ever opened, and whatever is wrong is a
//! [`ReadError`] that says what. The reader takes any [`std::io::Read`], reads it
//! once from front to back and holds no more than the control data in memory; wrap
//! the source in [`Hashing`] to have the file's digests from the same pass.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let file: &[u8] = b"";
//! use migasfree_deb::{Hashing, Limits, read};
//!
//! let mut source = Hashing::new(file);
//! let package = read(&mut source, &Limits::default());
//! let digests = source.finish();
//! assert!(package.is_err(), "an empty file is no package");
//! assert_eq!(digests.size, 0);
//! # Ok(())
//! # }
//! ```

mod ar;
#[cfg(feature = "build")]
mod build;
mod compression;
mod contents;
mod digests;
mod error;
mod index;
mod licence;
mod limits;
mod names;
mod package;
mod paragraph;
mod relations;
mod stanzas;
mod tar;
mod version;

#[cfg(feature = "build")]
pub use build::{Builder, Compression, archive};
pub use contents::{Contents, Entry, EntryKind};
pub use digests::{Digests, Hashing};
pub use error::ReadError;
pub use index::{IndexEntry, IndexError, read_index};
pub use limits::Limits;
pub use names::{ARCHITECTURES, FileName, split_file_name};
pub use package::{Package, Script, architecture_for_apt, inspect, read};
pub use paragraph::{Field, Paragraph, ParagraphError};
pub use relations::RelationError;
pub use stanzas::{Stanza, stanzas};
pub use version::{compare_versions, written_version};
