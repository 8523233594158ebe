//! Control data as programs leave it on a computer: everything that can be read is, and nothing is refused.

use std::collections::BTreeMap;

/// What one line is, before any rule of who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// It goes on with the field before it.
    Continued,
    /// The name and the value of a field, as they are written.
    Field(&'a str, &'a str),
    /// Neither.
    Other,
}

impl<'a> Line<'a> {
    /// Of a line with something in it.
    pub(crate) fn of(line: &'a str) -> Self {
        if line.starts_with([' ', '\t']) {
            return Self::Continued;
        }
        match line.split_once(':') {
            Some((name, value)) => Self::Field(name, value),
            None => Self::Other,
        }
    }
}

/// The name of each field in lower case, with the first line of its value.
pub type Stanza<'a> = BTreeMap<String, &'a str>;

/// The stanzas of a text, such as dpkg's list of packages or what apt prints of them.
pub fn stanzas(text: &str) -> impl Iterator<Item = Stanza<'_>> {
    let mut lines = text.lines().peekable();
    std::iter::from_fn(move || {
        while lines.next_if(|line| line.trim().is_empty()).is_some() {}
        lines.peek()?;
        let mut stanza = Stanza::new();
        while let Some(line) = lines.next_if(|line| !line.trim().is_empty()) {
            if let Line::Field(name, value) = Line::of(line)
                && !name.starts_with('#')
            {
                stanza.insert(name.to_ascii_lowercase(), value.trim());
            }
        }
        Some(stanza)
    })
}

#[cfg(test)]
mod tests {
    use super::stanzas;

    #[test]
    fn what_is_no_field_is_left_out() {
        let text =
            "\n# a: comment\nPackage: a\n Version: of no field\nnonsense\nSize:1\n\n \nPACKAGE: b";
        let read: Vec<_> = stanzas(text).collect();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].get("package"), Some(&"a"));
        assert_eq!(read[0].get("size"), Some(&"1"));
        assert_eq!(read[0].len(), 2);
        assert_eq!(read[1].get("package"), Some(&"b"));
    }
}
