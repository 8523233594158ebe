//! How much of a package is looked at.

/// Bytes of the longest word apt has to keep of a field: a name, a version, a section. It stores the length of a text in
/// 16 bits, and aborts at a longer one.
pub(crate) const APT_WORD: usize = 4_096;

/// Packages one field may name: apt compares them with one another, and takes minutes for a hundred thousand.
pub(crate) const RELATIONS: usize = 5_000;

/// Packages one of which will do.
pub(crate) const ALTERNATIVES: usize = 500;

/// The fields apt keeps as they are, beside those that name packages.
pub(crate) const APT_TEXTS: [&str; 4] = ["Section", "Source", "Priority", "Multi-Arch"];

/// The sizes beyond which a package is refused. The defaults leave a wide margin above
/// the largest packages of Debian's archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the `control.tar` member as it is stored.
    pub control_member: u64,
    /// Bytes of `control.tar` once unpacked.
    pub control_unpacked: u64,
    /// Bytes of the control file.
    pub control_file: u64,
    /// Bytes of one maintainer script.
    pub script: u64,
    /// Members of the outer archive.
    pub members: u64,
    /// Files in `control.tar`.
    pub control_entries: u64,
    /// Bytes of `data.tar` unpacked while looking for the licence; 0 does not look.
    pub licence_search: u64,
    /// Bytes of `data.tar` unpacked while listing it; the list ends there.
    pub data_unpacked: u64,
    /// Files listed of `data.tar`; the list ends there.
    pub data_entries: u64,
    /// Bytes of all paths and links in that list; it ends there.
    pub data_paths: u64,
    /// Bytes of one path inside a tar member.
    pub path: u64,
    /// Bytes kept of the changelog, unpacked.
    pub changelog: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            control_member: 16 * MIB,
            control_unpacked: 64 * MIB,
            control_file: MIB,
            script: MIB,
            members: 32,
            control_entries: 1_000,
            licence_search: 32 * MIB,
            data_unpacked: 1024 * MIB,
            data_entries: 50_000,
            data_paths: 8 * MIB,
            path: 4_096,
            changelog: 64 * 1024,
        }
    }
}
