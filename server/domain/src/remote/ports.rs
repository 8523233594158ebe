//! The services of a computer that a policy lets operators reach, by name.

/// What a policy names where nobody says otherwise.
pub(crate) const USUAL: &str = "ssh=22\nvnc=5900\nrdp=3389";

/// A service by name, and where it listens on the computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Port {
    pub(super) name: String,
    pub(super) number: u16,
}

/// Those written one on each line; what is none of them comes back as it was written.
pub(super) fn read(written: &str) -> Result<Vec<Port>, &str> {
    let lines = written.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty());
    lines.map(|line| one(line).ok_or(line)).collect()
}

fn one(line: &str) -> Option<Port> {
    let (name, number) = line.split_once('=')?;
    let (name, number) = (name.trim(), number.trim());
    let is_name = (1..=32).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let number = number.parse().ok().filter(|number| *number > 0)?;
    is_name.then(|| Port {
        name: name.to_owned(),
        number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_a_name_and_a_number_each() {
        let usual = read(USUAL).expect("ports");
        assert_eq!(usual.len(), 3);
        assert_eq!((usual[0].name.as_str(), usual[0].number), ("ssh", 22));
        for wrong in ["ssh", "ssh=0", "ssh=70000", "=22", "SSH=22", "s h=22"] {
            assert_eq!(read(wrong), Err(wrong));
        }
        assert_eq!(read("\n"), Ok(Vec::new()));
    }
}
