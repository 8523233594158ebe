//! Packages made on the spot.

use migasfree_deb::{Builder, Compression};

/// A file in `usr/share/NAME`, nothing else.
pub fn plain(name: &str, version: &str) -> Builder {
    let content = format!("{name} {version}\n");
    Builder::new(name, version, "all")
        .compression(Compression::Gzip)
        .file(&format!("usr/share/{name}/file"), 0o644, content.as_bytes())
}

/// Scripts that write down which of them ran, as whom and in which root.
pub fn with_scripts(name: &str, version: &str) -> Builder {
    let script = |kind: &str| {
        format!(
            "#!/bin/sh\nset -e\necho \"{kind} $1 $(id -u) $(cat /etc/root-name)\" >> /scripts.log\n\
             echo >/dev/null; test -r /proc/self/status\n"
        )
    };
    let kinds = ["preinst", "postinst", "prerm", "postrm"];
    kinds.iter().fold(plain(name, version), |builder, kind| {
        builder.script(kind, &script(kind))
    })
}

/// Its postinst waits while `/hold` exists in the root.
pub fn slow(name: &str, version: &str) -> Builder {
    let script = "#!/bin/sh\ntouch /slow-began\nwhile [ -e /hold ]; do sleep 0.1; done\n";
    plain(name, version).script("postinst", script)
}

/// Its postinst says something and then sleeps for ever, with a child, unless `/release` exists in the root.
pub fn endless(name: &str, version: &str) -> Builder {
    let script = "#!/bin/sh\ntest -e /release && exit 0\necho waiting for nobody\ntouch /endless-began\n\
                  sleep 100000 &\nsleep 100000\n";
    plain(name, version).script("postinst", script)
}

/// As [`endless`], and it does not heed being asked to end.
pub fn stubborn(name: &str, version: &str) -> Builder {
    let script = "#!/bin/sh\ntrap '' TERM\ntouch /endless-began\nwhile :; do sleep 1; done\n";
    plain(name, version).script("postinst", script)
}

/// Its postinst fails.
pub fn broken(name: &str, version: &str) -> Builder {
    plain(name, version).script("postinst", "#!/bin/sh\necho on purpose >&2\nexit 3\n")
}
