//! How the tables look: columns with their types, links between tables, default orders.
//!
//! A table is declared once and may serve several entities (an attribute is shown as attribute, tag and feature).
//! Everything that reads or writes rows derives its SQL from here.

/// One value of a choice: what is stored, and what it is called.
pub type Choice<T> = (T, &'static str);

/// What a column holds, which decides how it is compared, checked, stored and shown.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// The id of a row of the named table.
    Key(&'static str),
    Int,
    Float,
    Bool,
    /// Text of at most so many characters.
    Text(usize),
    /// Text without limit; line ends are kept as `LF`.
    LongText,
    /// Several names, stored one per line, shown as an array.
    Lines,
    /// One of a fixed set of texts.
    Choice(&'static [Choice<&'static str>]),
    /// One of a fixed set of numbers.
    IntChoice(&'static [Choice<i64>]),
    /// A moment, exact to the microsecond.
    Time,
    /// A day, `YYYY-MM-DD`, stored as text.
    Date,
    /// A JSON document, stored as text.
    Json,
}

impl Type {
    /// Whether comparisons with it are comparisons of text.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(
            self,
            Self::Text(_)
                | Self::LongText
                | Self::Lines
                | Self::Choice(_)
                | Self::Date
                | Self::Json
        )
    }

    /// Whether it is stored as a whole number.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        matches!(self, Self::Key(_) | Self::Int | Self::IntChoice(_))
    }
}

/// What a column gets when nobody says otherwise.
#[derive(Debug, Clone, Copy)]
pub enum Default {
    /// `NULL`, or no default at all for a column that must have a value.
    None,
    Bool(bool),
    Int(i64),
    Text(&'static str),
    /// The moment of writing.
    Now,
    /// The day of writing, in the server's zone.
    Today,
}

/// What becomes of what is rolled out when an optional reference is lost, because the row it points at is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Nobody said: a test does not let that pass.
    Unsaid,
    /// The row is aimed at those: without one it reaches fewer. Who deletes is told of it before.
    Fewer,
    /// The row spares those: without one it would reach more. What is in force keeps it from being deleted.
    More,
    /// What is in force keeps it from being deleted, by a rule of its own.
    Kept,
    /// Nothing reaches anybody it did not reach before. Who deletes is told of it before.
    Told,
}

/// What becomes of what a list holds when another row takes the place of the one it stands for, or that one leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// The list keeps what it has.
    Nothing,
    /// It holds what stands for the other row from then on.
    Replacement,
    /// The same, and it holds nothing more of a row that leaves.
    Leaving,
}

/// One stored column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub ty: Type,
    pub null: bool,
    pub default: Default,
    /// Never shown, never audited in clear.
    pub secret: bool,
    /// Of a key that may be empty: its row goes with the one it points at instead of losing it.
    pub bound: bool,
    /// Of a key that may be empty: what its loss means.
    pub loss: Loss,
}

/// A value computed by the database from the row.
#[derive(Debug, Clone, Copy)]
pub struct Virtual {
    pub name: &'static str,
    pub ty: Type,
    pub from: From,
}

/// What a value is computed from.
#[derive(Debug, Clone, Copy)]
pub enum From {
    /// SQL, in which `{t}` stands for the row.
    Sql(&'static str),
    /// The number of rows of `target` that a link table joins to the row and that meet a condition; of those that are
    /// hidden from the reader, none.
    Count {
        link: &'static str,
        own: &'static str,
        other: &'static str,
        target: &'static Table,
        /// SQL, in which `{t}` stands for the row that is counted.
        that: &'static str,
    },
}

/// A way from one row to many others.
#[derive(Debug, Clone, Copy)]
pub enum Many {
    /// Through a link table that has the two ids. Only the owning side writes it.
    Link {
        owned: bool,
        name: &'static str,
        table: &'static str,
        own: &'static str,
        other: &'static str,
        target: &'static str,
        loss: Loss,
        follows: Follows,
    },
    /// Rows of another table that point here.
    Back {
        name: &'static str,
        target: &'static str,
        column: &'static str,
    },
}

impl Many {
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Link { name, .. } | Self::Back { name, .. } => name,
        }
    }

    /// What the loss of one of the references means, where they are kept in a table of their own.
    #[must_use]
    pub const fn loss(&self) -> Option<Loss> {
        match self {
            Self::Link { loss, .. } => Some(*loss),
            Self::Back { .. } => None,
        }
    }

    /// The same with this meaning.
    #[must_use]
    pub const fn losing(mut self, lost: Loss) -> Self {
        if let Self::Link { loss, .. } = &mut self {
            *loss = lost;
        }
        self
    }

    /// Whether it follows what it names.
    #[must_use]
    pub const fn follows(&self) -> bool {
        match self {
            Self::Link { follows, .. } => !matches!(follows, Follows::Nothing),
            Self::Back { .. } => false,
        }
    }

    /// The same, which follows what it names.
    #[must_use]
    pub const fn following(mut self, what: Follows) -> Self {
        if let Self::Link { follows, .. } = &mut self {
            *follows = what;
        }
        self
    }

    #[must_use]
    pub const fn target(&self) -> &'static str {
        match self {
            Self::Link { target, .. } | Self::Back { target, .. } => target,
        }
    }
}

/// The key most tables have.
pub static ID: Column = Column::new("id", Type::Int);

/// A table and all that the machinery needs to know of it.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    /// The column that is called `id` in answers.
    pub key: &'static Column,
    /// What the key is made of, where it is made up: rows are found and ordered by that.
    pub within: Option<Within>,
    /// Rows that are kept once more, where there is an index of a column that is made up here.
    pub apart: Option<Apart>,
    pub columns: &'static [Column],
    pub virtuals: &'static [Virtual],
    pub many: &'static [Many],
    /// Default order as paths, `-` for descending. The id always breaks ties.
    pub order: &'static [&'static str],
    /// Columns that must be unique together.
    pub unique: &'static [&'static [&'static str]],
}

/// A key that is made up: `factor` times one column, plus another one, which is less than the factor.
#[derive(Debug, Clone, Copy)]
pub struct Within {
    pub column: &'static str,
    pub factor: i64,
    pub rest: &'static str,
}

/// All rows of a table that have a value in `column`, kept in another `table` with the same columns.
#[derive(Debug, Clone, Copy)]
pub struct Apart {
    pub column: &'static str,
    pub table: &'static str,
}

impl Table {
    /// A table with nothing in it, to be filled with `..Table::EMPTY`.
    pub const EMPTY: Self = Self {
        name: "",
        key: &ID,
        within: None,
        apart: None,
        columns: &[],
        virtuals: &[],
        many: &[],
        order: &[],
        unique: &[],
    };

    /// The stored column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        if name == "id" {
            return Some(self.key);
        }
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column behind a to-one relation: `project` is kept in `project_id`.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<(&'static Column, &'static str)> {
        self.columns.iter().find_map(|column| match column.ty {
            Type::Key(target) if column.name.strip_suffix("_id") == Some(name) => {
                Some((column, target))
            }
            _ => None,
        })
    }

    /// The to-many relation of that name.
    #[must_use]
    pub fn many(&self, name: &str) -> Option<&'static Many> {
        self.many.iter().find(|many| many.name() == name)
    }

    /// The computed value of that name.
    #[must_use]
    pub fn computed(&self, name: &str) -> Option<&'static Virtual> {
        self.virtuals.iter().find(|value| value.name == name)
    }

    /// The link tables whose rows belong to a row of this table and are written with it.
    pub fn links(&self) -> impl Iterator<Item = &'static Many> {
        self.many
            .iter()
            .filter(|many| matches!(many, Many::Link { owned: true, .. }))
    }
}

impl Column {
    const fn new(name: &'static str, ty: Type) -> Self {
        Self {
            name,
            ty,
            null: false,
            default: Default::None,
            secret: false,
            bound: false,
            loss: Loss::Unsaid,
        }
    }

    /// May be empty (`NULL`).
    #[must_use]
    pub const fn null(mut self) -> Self {
        self.null = true;
        self
    }

    #[must_use]
    pub const fn default(mut self, value: Default) -> Self {
        self.default = value;
        self
    }

    /// A key that may be empty, whose row goes with the one it points at.
    #[must_use]
    pub const fn bound(mut self) -> Self {
        self.bound = true;
        self
    }

    /// What the loss of this reference means.
    #[must_use]
    pub const fn losing(mut self, loss: Loss) -> Self {
        self.loss = loss;
        self
    }

    /// Whether the row goes with the one that this key points at.
    #[must_use]
    pub const fn goes_along(&self) -> bool {
        !self.null || self.bound
    }

    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

/// A text of limited length.
#[must_use]
pub const fn text(name: &'static str, max: usize) -> Column {
    Column::new(name, Type::Text(max))
}

/// A text without limit.
#[must_use]
pub const fn long_text(name: &'static str) -> Column {
    Column::new(name, Type::LongText)
}

/// JSON, or null.
#[must_use]
pub const fn document(name: &'static str) -> Column {
    Column::new(name, Type::Json).null()
}

/// Names, one per line.
#[must_use]
pub const fn lines(name: &'static str) -> Column {
    Column::new(name, Type::Lines)
}

#[must_use]
pub const fn int(name: &'static str) -> Column {
    Column::new(name, Type::Int)
}

#[must_use]
pub const fn float(name: &'static str) -> Column {
    Column::new(name, Type::Float)
}

/// A yes or no with its default.
#[must_use]
pub const fn bool(name: &'static str, default: bool) -> Column {
    Column::new(name, Type::Bool).default(Default::Bool(default))
}

#[must_use]
pub const fn time(name: &'static str) -> Column {
    Column::new(name, Type::Time)
}

#[must_use]
pub const fn date(name: &'static str) -> Column {
    Column::new(name, Type::Date)
}

#[must_use]
pub const fn choice(name: &'static str, choices: &'static [Choice<&'static str>]) -> Column {
    Column::new(name, Type::Choice(choices))
}

#[must_use]
pub const fn int_choice(name: &'static str, choices: &'static [Choice<i64>]) -> Column {
    Column::new(name, Type::IntChoice(choices))
}

/// The id of a row of another table; the relation is called like the column without `_id`.
#[must_use]
pub const fn key(name: &'static str, target: &'static str) -> Column {
    Column::new(name, Type::Key(target))
}

/// A value the database computes from the row (`{t}`).
#[must_use]
pub const fn computed(name: &'static str, ty: Type, sql: &'static str) -> Virtual {
    Virtual {
        name,
        ty,
        from: From::Sql(sql),
    }
}

/// How many there are of something.
#[must_use]
pub const fn counted(name: &'static str, from: From) -> Virtual {
    Virtual {
        name,
        ty: Type::Int,
        from,
    }
}

/// A link table between this table (`own`) and `target` (`other`).
#[must_use]
pub const fn link(
    name: &'static str,
    table: &'static str,
    own: &'static str,
    other: &'static str,
    target: &'static str,
) -> Many {
    Many::Link {
        owned: true,
        name,
        table,
        own,
        other,
        target,
        loss: Loss::Unsaid,
        follows: Follows::Nothing,
    }
}

/// The same link table, seen from the side that does not write it.
#[must_use]
pub const fn linked(
    name: &'static str,
    table: &'static str,
    own: &'static str,
    other: &'static str,
    target: &'static str,
) -> Many {
    Many::Link {
        owned: false,
        name,
        table,
        own,
        other,
        target,
        loss: Loss::Unsaid,
        follows: Follows::Nothing,
    }
}

/// Rows of `target` whose `column` points here.
#[must_use]
pub const fn back(name: &'static str, target: &'static str, column: &'static str) -> Many {
    Many::Back {
        name,
        target,
        column,
    }
}
