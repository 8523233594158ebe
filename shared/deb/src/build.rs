//! Writes small packages, the same bytes every time.

use std::io::{self, Write};

use crate::Paragraph;

/// How the members of a built package are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Plain tar.
    None,
    /// `.gz`
    Gzip,
    /// `.xz`
    #[default]
    Xz,
    /// `.zst`
    Zstd,
}

/// Collects what goes into a package.
#[derive(Debug, Clone)]
pub struct Builder {
    control: Paragraph,
    scripts: Vec<(String, Vec<u8>)>,
    files: Vec<(String, u32, Vec<u8>)>,
    compression: Compression,
}

impl Builder {
    /// A package with the fields every package has.
    pub fn new(name: &str, version: &str, architecture: &str) -> Self {
        let mut control = Paragraph::new();
        control.set("Package", name);
        control.set("Version", version);
        control.set("Architecture", architecture);
        control.set("Maintainer", "Migasfree <packages@example.org>");
        control.set("Description", &format!("{name} package"));
        Self {
            control,
            scripts: Vec::new(),
            files: Vec::new(),
            compression: Compression::Xz,
        }
    }

    /// Sets a control field.
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.control.set(name, value);
        self
    }

    /// Adds a maintainer script, or another control file.
    #[must_use]
    pub fn script(mut self, name: &str, text: &str) -> Self {
        self.scripts
            .push((name.to_owned(), text.as_bytes().to_vec()));
        self
    }

    /// Adds a file; `path` is relative to `/`, its folders are added too.
    #[must_use]
    pub fn file(mut self, path: &str, mode: u32, content: &[u8]) -> Self {
        self.files.push((path.to_owned(), mode, content.to_vec()));
        self
    }

    /// Sets the compression of both members.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// The name the file has in a repository.
    pub fn file_name(&self) -> String {
        let field = |name| self.control.get(name).unwrap_or_default();
        let version = field("Version");
        let version = version
            .split_once(':')
            .map_or(version, |(_epoch, rest)| rest);
        format!(
            "{}_{version}_{}.deb",
            field("Package"),
            field("Architecture")
        )
    }

    /// The bytes of the package.
    ///
    /// # Errors
    /// A path tar cannot store, or a failing compressor.
    pub fn build(self) -> io::Result<Vec<u8>> {
        let mut control = tar::Builder::new(Vec::new());
        append(
            &mut control,
            "./control",
            0o644,
            self.control.to_string().as_bytes(),
        )?;
        for (name, script) in &self.scripts {
            append(&mut control, &format!("./{name}"), 0o755, script)?;
        }
        let mut data = tar::Builder::new(Vec::new());
        directory(&mut data, "./")?;
        let mut folders = Vec::new();
        for (path, mode, content) in &self.files {
            for (end, _) in path.match_indices('/') {
                let folder = format!("./{}", &path[..=end]);
                if !folders.contains(&folder) {
                    directory(&mut data, &folder)?;
                    folders.push(folder);
                }
            }
            append(&mut data, &format!("./{path}"), *mode, content)?;
        }
        let (suffix, control) = compress(self.compression, &control.into_inner()?)?;
        let (_, data) = compress(self.compression, &data.into_inner()?)?;
        let control_name = format!("control.tar{suffix}");
        let data_name = format!("data.tar{suffix}");
        Ok(archive(&[
            ("debian-binary", b"2.0\n"),
            (&control_name, &control),
            (&data_name, &data),
        ]))
    }
}

/// An `ar` archive with these members, whatever they are.
pub fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    for (name, content) in members {
        let header = format!(
            "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
            0,
            0,
            0,
            "100644",
            content.len()
        );
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(content);
        if content.len() % 2 == 1 {
            bytes.push(b'\n');
        }
    }
    bytes
}

fn append(
    tar: &mut tar::Builder<Vec<u8>>,
    path: &str,
    mode: u32,
    content: &[u8],
) -> io::Result<()> {
    let mut header = header(tar::EntryType::Regular, mode);
    header.set_size(content.len() as u64);
    tar.append_data(&mut header, path, content)
}

fn directory(tar: &mut tar::Builder<Vec<u8>>, path: &str) -> io::Result<()> {
    tar.append_data(
        &mut header(tar::EntryType::Directory, 0o755),
        path,
        io::empty(),
    )
}

fn header(kind: tar::EntryType, mode: u32) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(0);
    header
}

fn compress(compression: Compression, bytes: &[u8]) -> io::Result<(&'static str, Vec<u8>)> {
    Ok(match compression {
        Compression::None => ("", bytes.to_vec()),
        Compression::Gzip => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(bytes)?;
            (".gz", encoder.finish()?)
        }
        Compression::Xz => {
            let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
            encoder.write_all(bytes)?;
            (".xz", encoder.finish()?)
        }
        Compression::Zstd => (".zst", zstd::encode_all(bytes, 3)?),
    })
}
