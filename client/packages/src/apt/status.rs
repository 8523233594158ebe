//! The lines apt writes to `APT::Status-Fd`.

use crate::observer::ItemPhase;
use crate::work::Status;

/// `None` for lines of other kinds and for damaged ones.
pub(super) fn parse(line: &str) -> Option<Status> {
    let (kind, rest) = line.split_once(':')?;
    let (subject, percent, message) = fields(rest)?;
    match kind {
        "dlstatus" => Some(Status::Download { percent }),
        "pmstatus" => {
            let package = if subject == "dpkg-exec" { "" } else { subject };
            Some(Status::Package {
                package: package.to_owned(),
                phase: phase(message),
                percent,
            })
        }
        "pmerror" => Some(Status::Error {
            package: subject.to_owned(),
            message: message.trim().to_owned(),
        }),
        _ => None,
    }
}

/// `subject:percent:message`; the subject may hold colons (an architecture, a path), the message too.
fn fields(rest: &str) -> Option<(&str, f32, &str)> {
    let mut from = 0;
    loop {
        let colon = from + rest[from..].find(':')?;
        let after = &rest[colon + 1..];
        let end = after.find(':')?;
        if let Some(percent) = percent(&after[..end]) {
            return Some((&rest[..colon], percent, &after[end + 1..]));
        }
        from = colon + 1;
    }
}

fn percent(text: &str) -> Option<f32> {
    let plain = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f32 = text.parse().ok().filter(|_| plain)?;
    number.is_finite().then_some(number.clamp(0.0, 100.0))
}

/// Phase and percentage of one package, from apt's words for its step.
fn phase(message: &str) -> Option<(ItemPhase, u8)> {
    const STEPS: [(&str, ItemPhase, u8); 11] = [
        ("Preparing to configure", ItemPhase::Configure, 60),
        ("Preparing for removal", ItemPhase::Remove, 20),
        ("Preparing to completely remove", ItemPhase::Remove, 70),
        ("Preparing", ItemPhase::Unpack, 0),
        ("Unpacking", ItemPhase::Unpack, 20),
        ("Installing", ItemPhase::Install, 40),
        ("Configuring", ItemPhase::Configure, 80),
        ("Installed", ItemPhase::Install, 100),
        ("Removing", ItemPhase::Remove, 50),
        ("Removed", ItemPhase::Remove, 100),
        ("Completely removed", ItemPhase::Remove, 100),
    ];
    let found = STEPS
        .iter()
        .find(|(words, _, _)| message.trim_start().starts_with(words));
    found.map(|(_, phase, percent)| (*phase, *percent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_kind_of_line_is_understood() {
        assert_eq!(
            parse("dlstatus:1:33.5000:Retrieving file 1 of 2"),
            Some(Status::Download { percent: 33.5 })
        );
        assert_eq!(
            parse("pmstatus:libc6:i386:20.0000:Unpacking libc6 (i386)"),
            Some(Status::Package {
                package: "libc6:i386".into(),
                phase: Some((ItemPhase::Unpack, 20)),
                percent: 20.0
            })
        );
        assert_eq!(
            parse("pmstatus:dpkg-exec:40.0000:Running dpkg"),
            Some(Status::Package {
                package: String::new(),
                phase: None,
                percent: 40.0
            })
        );
        let line = "pmerror:/var/cache/a_1%3a2_all.deb:50.0:trying to overwrite: '/x'";
        assert_eq!(
            parse(line),
            Some(Status::Error {
                package: "/var/cache/a_1%3a2_all.deb".into(),
                message: "trying to overwrite: '/x'".into()
            })
        );
        assert_eq!(parse("pmconffile:/etc/a:10.0:'a' 'b' 1 1"), None);
        assert_eq!(parse("hello"), None);
    }

    proptest! {
        #[test]
        fn any_line_is_read_without_harm(line in "\\PC{0,120}") {
            let _ = parse(&line);
        }

        #[test]
        fn well_formed_lines_come_back(
            package in "[a-z][a-z0-9+.-]{1,20}(:[a-z][a-z0-9]{2,5})?",
            percent in 0_u8..=100,
            message in "[A-Za-z ():.,]{0,40}",
        ) {
            let line = format!("pmstatus:{package}:{percent}.0000:{message}");
            let Some(Status::Package { package: found, percent: read, .. }) = parse(&line) else {
                panic!("{line} was not read");
            };
            prop_assert_eq!(found, package);
            prop_assert!((read - f32::from(percent)).abs() < 0.01);
        }
    }
}
