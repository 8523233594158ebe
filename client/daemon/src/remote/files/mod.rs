//! Files, under the rights of the user of a grant: a child process does it as that user, so the system itself sees to what may
//! be read and written. Over its input and output, one socket: the request in a line of JSON, the answer in another, then the
//! bytes of the file; who puts one gets a last line with what became of it.

mod owners;
mod put;

use std::fs::{self, File, Metadata};
use std::io::{self, BufRead as _, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use migasfree_grant::{Mode, Switches};
use migasfree_tunnel::files::{Entry, EntryKind, FileAnswer, FileRequest};
use migasfree_tunnel::message::{Code, Failure};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use owners::Owners;

/// The argument that makes a program of this helper.
pub const FILES_HELPER: &str = "--files-helper";

/// Entries in the answer itself; the others follow in lines.
const FIRST: usize = 24;
/// The longest request.
const LONGEST_REQUEST: u64 = 16 * 1024;
/// Files above this are not read twice to know their hash beforehand.
const HASHED: u64 = 256 << 20;

/// The first line that comes back.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// What was asked for.
    Answer(FileAnswer),
    /// Why not.
    Failure(Failure),
}

/// Whether mode and switches of a session let a request through.
pub(super) fn is_allowed(request: &FileRequest, mode: Mode, switches: Switches) -> bool {
    match request {
        FileRequest::List { .. } | FileRequest::Stat { .. } => {
            matches!(mode, Mode::Read | Mode::Write | Mode::ReadWrite)
        }
        FileRequest::Get { .. } => {
            switches.files_out && matches!(mode, Mode::Read | Mode::ReadWrite)
        }
        FileRequest::Put { .. } => {
            switches.files_in && matches!(mode, Mode::Write | Mode::ReadWrite)
        }
    }
}

/// The whole life of the helper.
///
/// # Errors
/// When whoever asked is gone.
pub fn files_child() -> io::Result<()> {
    let mut input = BufReader::new(io::stdin());
    let mut output = BufWriter::new(io::stdout());
    let mut line = Vec::new();
    (&mut input)
        .take(LONGEST_REQUEST)
        .read_until(b'\n', &mut line)?;
    let request: FileRequest = serde_json::from_slice(&line)?;
    if let Err(error) = serve(request, &mut input, &mut output) {
        say(&mut output, &Reply::Failure(failure(&error)))?;
    }
    output.flush()
}

fn serve(request: FileRequest, input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    match request {
        FileRequest::List { path } => list(&absolute(path)?, output),
        FileRequest::Stat { path } => {
            let path = absolute(path)?;
            let facts = fs::symlink_metadata(&path)?;
            let entry = entry(&path, &facts, &Owners::of_system());
            answer(output, FileAnswer::Stat { entry })
        }
        FileRequest::Get { path, offset } => get(&absolute(path)?, offset, output),
        FileRequest::Put {
            path,
            size,
            sha256,
            offset,
            mode,
        } => {
            let wanted = put::Wanted {
                path: absolute(path)?,
                size,
                sha256,
                mode,
            };
            put::put(&wanted, offset, input, output)
        }
    }
}

fn absolute(path: String) -> io::Result<PathBuf> {
    let path = PathBuf::from(path);
    if path.is_absolute() {
        return Ok(path);
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        "the path is not absolute",
    ))
}

fn list(folder: &Path, output: &mut impl Write) -> io::Result<()> {
    let mut names: Vec<_> = fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.file_name()))
        .collect();
    names.sort();
    let owners = Owners::of_system();
    // What went meanwhile is not there.
    let mut entries = names.iter().filter_map(|name| {
        let path = folder.join(name);
        let facts = fs::symlink_metadata(&path).ok()?;
        Some(entry(&path, &facts, &owners))
    });
    let first: Vec<Entry> = entries.by_ref().take(FIRST).collect();
    let more = names.len() > FIRST;
    answer(
        output,
        FileAnswer::List {
            entries: first,
            more,
        },
    )?;
    for entry in entries {
        say(output, &entry)?;
    }
    Ok(())
}

fn get(path: &Path, offset: u64, output: &mut impl Write) -> io::Result<()> {
    let mut file = regular(path)?;
    let facts = file.metadata()?;
    let size = facts.len();
    if offset > size {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the file is shorter than that",
        ));
    }
    let sha256 = if size <= HASHED {
        Some(hash(&mut file)?)
    } else {
        None
    };
    file.seek(SeekFrom::Start(offset))?;
    answer(
        output,
        FileAnswer::Get {
            size,
            sha256,
            modified: facts.mtime(),
            offset,
        },
    )?;
    // What is added to it meanwhile belongs to another file than the one that was answered.
    io::copy(&mut file.take(size - offset), output)?;
    Ok(())
}

/// Opens a file to be read; neither a device nor a pipe, which might never end.
fn regular(path: &Path) -> io::Result<File> {
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        "this is not a file",
    ))
}

fn hash(file: &mut File) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(hexadecimal(hasher));
        }
        hasher.update(&buffer[..count]);
    }
}

fn hexadecimal(hasher: Sha256) -> String {
    let digest = hasher.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn entry(path: &Path, facts: &Metadata, owners: &Owners) -> Entry {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let kind = facts.file_type();
    Entry {
        name: name.to_string_lossy().into_owned(),
        kind: if kind.is_file() {
            EntryKind::File
        } else if kind.is_dir() {
            EntryKind::Folder
        } else if kind.is_symlink() {
            EntryKind::Link
        } else {
            EntryKind::Other
        },
        size: facts.len(),
        modified: facts.mtime(),
        mode: facts.mode() & 0o7777,
        owner: Some(owners.name(facts.uid())),
    }
}

fn answer(output: &mut impl Write, answer: FileAnswer) -> io::Result<()> {
    say(output, &Reply::Answer(answer))
}

fn say(output: &mut impl Write, what: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    output.write_all(&line)?;
    output.flush()
}

fn failure(error: &io::Error) -> Failure {
    let code = match error.kind() {
        io::ErrorKind::NotFound => Code::Unknown,
        _ => Code::Failed,
    };
    Failure::new(code, error.to_string())
}
