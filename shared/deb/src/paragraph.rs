//! Control data: one paragraph of `deb-control(5)` fields.

use std::collections::HashSet;
use std::fmt;

use crate::stanzas::Line;

/// More fields than any package has; keeps hostile files cheap.
const MAX_FIELDS: usize = 1_000;

/// What is wrong with a paragraph's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParagraphError {
    /// Nothing but blank lines.
    #[error("it has no fields")]
    Empty,
    /// A second paragraph where one is expected.
    #[error("line {0} begins a second paragraph")]
    SecondParagraph(usize),
    /// A line that is neither a field nor the continuation of one.
    #[error("line {0} is no field")]
    NotAField(usize),
    /// A continuation line of white space only; an empty line is written ` .`.
    #[error("line {0} is blank inside a field")]
    BlankContinuation(usize),
    /// The same field twice.
    #[error("the field {0} occurs twice")]
    Duplicate(String),
    /// Too many fields.
    #[error("it has more than {MAX_FIELDS} fields")]
    TooManyFields,
    /// A NUL byte.
    #[error("it has a NUL byte")]
    Nul,
}

/// One field of a [`Paragraph`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name as written.
    pub name: String,
    /// The value; continuation lines follow a newline and keep their first blank.
    pub value: String,
}

/// Fields in their order. Names are compared without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paragraph {
    fields: Vec<Field>,
}

impl Paragraph {
    /// No fields yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Parses a text with exactly one paragraph.
    ///
    /// # Errors
    /// The first rule of the format the text breaks.
    pub fn parse(text: &str) -> Result<Self, ParagraphError> {
        let mut paragraphs = parse_upto(text, 1)?;
        paragraphs.pop().ok_or(ParagraphError::Empty)
    }

    /// Parses any number of paragraphs, as in a `Packages` index.
    ///
    /// # Errors
    /// The first rule of the format the text breaks.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, ParagraphError> {
        parse_upto(text, usize::MAX)
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        let field = self
            .fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))?;
        Some(&field.value)
    }

    /// Sets a field, in its place if it exists, else at the end. Lines after the first are
    /// made continuation lines.
    pub fn set(&mut self, name: &str, value: &str) {
        let value = folded(value);
        match self
            .fields
            .iter_mut()
            .find(|field| field.name.eq_ignore_ascii_case(name))
        {
            Some(field) => field.value = value,
            None => self.fields.push(Field {
                name: name.to_owned(),
                value,
            }),
        }
    }

    /// Removes a field, if it is there.
    pub fn remove(&mut self, name: &str) {
        self.fields
            .retain(|field| !field.name.eq_ignore_ascii_case(name));
    }

    /// Removes the fields that say nothing.
    pub fn remove_empty(&mut self) {
        self.fields.retain(|field| !field.value.is_empty());
    }

    /// The fields in their order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
}

impl fmt::Display for Paragraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Field { name, value } in &self.fields {
            let blank = if value.is_empty() || value.starts_with('\n') {
                ""
            } else {
                " "
            };
            writeln!(f, "{name}:{blank}{value}")?;
        }
        Ok(())
    }
}

fn parse_upto(text: &str, limit: usize) -> Result<Vec<Paragraph>, ParagraphError> {
    if text.contains('\0') {
        return Err(ParagraphError::Nul);
    }
    let mut paragraphs = Vec::new();
    let mut current = Builder::default();
    for (index, line) in text.split('\n').enumerate() {
        let number = index + 1;
        let content = line.trim_ascii_end();
        if content.is_empty() {
            if line.starts_with([' ', '\t']) && current.is_open() {
                return Err(ParagraphError::BlankContinuation(number));
            }
            current.finish_into(&mut paragraphs);
        } else if paragraphs.len() == limit {
            return Err(ParagraphError::SecondParagraph(number));
        } else {
            current.line(content, number)?;
        }
    }
    current.finish_into(&mut paragraphs);
    Ok(paragraphs)
}

#[derive(Default)]
struct Builder {
    paragraph: Paragraph,
    names: HashSet<String>,
}

impl Builder {
    fn line(&mut self, line: &str, number: usize) -> Result<(), ParagraphError> {
        let (name, value) = match Line::of(line) {
            Line::Field(name, value) => (name, value),
            Line::Continued => {
                let field = self.paragraph.fields.last_mut();
                let field = field.ok_or(ParagraphError::NotAField(number))?;
                field.value.push('\n');
                field.value.push_str(line);
                return Ok(());
            }
            Line::Other => return Err(ParagraphError::NotAField(number)),
        };
        let name = name.trim_end_matches([' ', '\t']);
        if !is_field_name(name) {
            return Err(ParagraphError::NotAField(number));
        }
        if !self.names.insert(name.to_ascii_lowercase()) {
            return Err(ParagraphError::Duplicate(name.to_owned()));
        }
        if self.names.len() > MAX_FIELDS {
            return Err(ParagraphError::TooManyFields);
        }
        self.paragraph.fields.push(Field {
            name: name.to_owned(),
            value: value.trim_ascii_start().to_owned(),
        });
        Ok(())
    }

    fn is_open(&self) -> bool {
        !self.paragraph.fields.is_empty()
    }

    fn finish_into(&mut self, paragraphs: &mut Vec<Paragraph>) {
        if self.is_open() {
            self.names.clear();
            paragraphs.push(std::mem::take(&mut self.paragraph));
        }
    }
}

fn is_field_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(['#', '-'])
        && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Makes the lines after the first continuation lines.
fn folded(value: &str) -> String {
    let mut lines = value.split('\n');
    let mut folded = lines
        .next()
        .unwrap_or_default()
        .trim_ascii()
        .replace('\0', "");
    for line in lines {
        let line = line.trim_ascii_end().replace('\0', "");
        folded.push('\n');
        if !line.starts_with([' ', '\t']) {
            folded.push(' ');
        }
        folded.push_str(if line.is_empty() { "." } else { &line });
    }
    folded
}
