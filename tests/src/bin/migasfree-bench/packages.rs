//! Many small Debian packages, made in memory.

use std::io::Write;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;

/// The file name and the bytes of package number `number`.
pub fn build(number: usize) -> Result<(String, Vec<u8>)> {
    let name = format!("bench-{number:05}");
    let control = format!(
        "Package: {name}\nVersion: 1.0-1\nArchitecture: amd64\nMaintainer: Bench <bench@example.org>\n\
         Installed-Size: 4\nSection: misc\nPriority: optional\nDepends: libc6 (>= 2.36)\n\
         Description: package {number} of the benchmark\n A line that says nothing.\n"
    );
    let mut deb = b"!<arch>\n".to_vec();
    member(&mut deb, "debian-binary", b"2.0\n");
    member(
        &mut deb,
        "control.tar.gz",
        &archive("./control", control.as_bytes())?,
    );
    let data = format!("nothing to see, {number} times\n");
    member(
        &mut deb,
        "data.tar.gz",
        &archive("./usr/share/bench/data", data.as_bytes())?,
    );
    Ok((format!("{name}_1.0-1_amd64.deb"), deb))
}

fn archive(path: &str, content: &[u8]) -> Result<Vec<u8>> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, path, content)?;
    let mut encoder = tar.into_inner()?;
    encoder.flush()?;
    Ok(encoder.finish()?)
}

fn member(deb: &mut Vec<u8>, name: &str, content: &[u8]) {
    let header = format!(
        "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
        0,
        0,
        0,
        100_644,
        content.len()
    );
    deb.extend_from_slice(header.as_bytes());
    deb.extend_from_slice(content);
    if content.len() % 2 == 1 {
        deb.push(b'\n');
    }
}
