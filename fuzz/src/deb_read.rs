//! Reads Debian packages, control data alone and with the list of files.

use migasfree_deb::{Limits, inspect, read, split_file_name};

/// Runs one input.
pub fn run(input: &[u8]) {
    let limits = Limits::default();
    let control = read(input, &limits);
    if let Ok((package, _)) = inspect(input, &limits) {
        let control = control.expect("what can be inspected can be read");
        assert_eq!(control.name(), package.name());
    }
    let name = String::from_utf8_lossy(&input[..input.len().min(300)]);
    let parts = split_file_name(&name);
    assert!(name.starts_with(parts.name));
}
