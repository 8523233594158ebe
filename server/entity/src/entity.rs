//! What an entity is: one declaration from which SQL, routes, OpenAPI, CSV and audit follow.
//!
//! Adding an entity means writing one `static` of [`Entity`] and naming it in [`super::registry`].
//! Names in shapes, filters and orders are paths over [`Table`]s: `project__platform__id` walks the
//! relation `project`, then `platform`, and ends at `id`. Every path is resolved once at start-up.

use migasfree_server_db::Dialect;
use sea_query::SelectStatement;

use super::{
    action::Action,
    boundary::Belongs,
    hooks::{Hooks, NO_HOOKS},
    json::Json,
    load::Reading,
    schema::Table,
    visibility::Sight,
};

/// The entity a permission speaks of: `core.add_store`.
#[derive(Debug, Clone, Copy)]
pub struct Model {
    pub app: &'static str,
    pub name: &'static str,
    /// As a heading: `Store`.
    pub one: &'static str,
    /// As a heading: `Stores`.
    pub many: &'static str,
}

impl Model {
    /// In a sentence, for people: `fault definition`.
    #[must_use]
    pub fn in_words(&self) -> String {
        if self.one == "UserProfile" {
            return "user".to_owned();
        }
        let mut words = String::new();
        for (at, letter) in self.one.char_indices() {
            if letter.is_uppercase() && at > 0 && !words.ends_with(' ') {
                words.push(' ');
            }
            words.extend(letter.to_lowercase());
        }
        words
    }
}

/// How a made field is described to programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Like {
    Text,
    /// A text, or null.
    Note,
    Integer,
    /// The id of a row, or null.
    Key,
    Number,
    Boolean,
    Uri,
    Object,
    Texts,
    Ids,
    Objects,
    /// Lists of a day or a year and a number.
    Pairs,
    Anything,
    File,
}

/// One member of an answer.
#[derive(Clone, Copy)]
pub enum Field {
    /// A column or computed value as it is.
    Column {
        name: &'static str,
        column: &'static str,
    },
    /// What the value of a choice is called.
    Label {
        name: &'static str,
        column: &'static str,
    },
    /// The row a to-one relation points at, or null.
    One {
        name: &'static str,
        relation: &'static str,
        shape: &'static Shape,
    },
    /// The rows of a to-many relation, in their table's default order.
    Many {
        name: &'static str,
        relation: &'static str,
        shape: &'static Shape,
    },
    /// The ids of a to-many relation, ascending.
    Ids {
        name: &'static str,
        relation: &'static str,
    },
    /// The value at the end of a path of to-one relations.
    Path {
        name: &'static str,
        path: &'static str,
    },
    /// A value made from others of the same row.
    Made {
        name: &'static str,
        from: &'static [Field],
        make: fn(&Json, &Reading) -> Json,
        like: Like,
    },
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Field {
    /// The key in the answer.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Column { name, .. }
            | Self::Label { name, .. }
            | Self::One { name, .. }
            | Self::Many { name, .. }
            | Self::Ids { name, .. }
            | Self::Path { name, .. }
            | Self::Made { name, .. } => name,
        }
    }

    /// The same value under another key.
    #[must_use]
    pub const fn named(mut self, new: &'static str) -> Self {
        match &mut self {
            Self::Column { name, .. }
            | Self::Label { name, .. }
            | Self::One { name, .. }
            | Self::Many { name, .. }
            | Self::Ids { name, .. }
            | Self::Path { name, .. }
            | Self::Made { name, .. } => *name = new,
        }
        self
    }
}

/// A column under its own name.
#[must_use]
pub const fn col(name: &'static str) -> Field {
    Field::Column { name, column: name }
}

/// The id a to-one relation holds, under the relation's name.
#[must_use]
pub const fn raw(name: &'static str, column: &'static str) -> Field {
    Field::Column { name, column }
}

/// What a choice is called.
#[must_use]
pub const fn label(name: &'static str) -> Field {
    Field::Label { name, column: name }
}

/// The row behind a to-one relation.
#[must_use]
pub const fn one(relation: &'static str, shape: &'static Shape) -> Field {
    Field::One {
        name: relation,
        relation,
        shape,
    }
}

/// The rows behind a to-many relation.
#[must_use]
pub const fn many(relation: &'static str, shape: &'static Shape) -> Field {
    Field::Many {
        name: relation,
        relation,
        shape,
    }
}

/// The ids behind a to-many relation.
#[must_use]
pub const fn ids(relation: &'static str) -> Field {
    Field::Ids {
        name: relation,
        relation,
    }
}

/// The value at the end of a path.
#[must_use]
pub const fn path(name: &'static str, path: &'static str) -> Field {
    Field::Path { name, path }
}

/// A value made from others.
#[must_use]
pub const fn made(
    name: &'static str,
    like: Like,
    from: &'static [Field],
    make: fn(&Json, &Reading) -> Json,
) -> Field {
    Field::Made {
        name,
        from,
        make,
        like,
    }
}

/// A reusable fragment: some fields of a row of a table.
#[derive(Debug)]
pub struct Shape {
    /// Its name in OpenAPI.
    pub name: &'static str,
    pub table: &'static str,
    pub fields: &'static [Field],
}

/// Where a written value goes.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// A column; a to-one relation may be named without `_id`.
    Column,
    /// The rows of a link table.
    Links,
    /// Nowhere by itself: the entity's hooks read it.
    Extra(Like),
    /// A file of a multipart form, read by the hooks.
    File,
}

/// One member of what may be written.
#[derive(Debug, Clone, Copy)]
pub struct Write {
    pub name: &'static str,
    pub target: Target,
    pub required: bool,
    /// Empty text is refused even when the value is not required.
    pub filled: bool,
    /// Smallest and largest number accepted.
    pub range: Option<(i64, i64)>,
    /// Whether a text has to look like the address of a mailbox.
    pub mailbox: bool,
}

impl Write {
    const fn new(name: &'static str, target: Target) -> Self {
        Self {
            name,
            target,
            required: false,
            filled: false,
            range: None,
            mailbox: false,
        }
    }

    /// Must be there when creating and replacing; text must not be empty.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self.filled = true;
        self
    }

    /// A text that is empty or the address of a mailbox.
    #[must_use]
    pub const fn mailbox(mut self) -> Self {
        self.mailbox = true;
        self
    }

    /// A number within these limits.
    #[must_use]
    pub const fn range(mut self, least: i64, most: i64) -> Self {
        self.range = Some((least, most));
        self
    }
}

/// A writable column or to-one relation.
#[must_use]
pub const fn put(name: &'static str) -> Write {
    Write::new(name, Target::Column)
}

/// A writable list of ids.
#[must_use]
pub const fn put_ids(name: &'static str) -> Write {
    Write::new(name, Target::Links)
}

/// A value that only the hooks understand.
#[must_use]
pub const fn put_extra(name: &'static str, like: Like) -> Write {
    Write::new(name, Target::Extra(like))
}

/// A file.
#[must_use]
pub const fn put_file(name: &'static str) -> Write {
    Write::new(name, Target::File)
}

/// What is exported as CSV.
#[derive(Debug, Clone, Copy)]
pub enum Csv {
    /// Not exported: the route does not exist.
    Absent,
    /// Refused with an answer that says so.
    Refused,
    /// Every column, then the link fields.
    Everything,
    /// These columns: a name, or `name=path`.
    Columns(&'static [&'static str]),
    /// These fields, for columns that no path leads to.
    Fields(&'static [Field]),
}

/// A filter that no path expresses.
#[derive(Clone, Copy)]
pub struct CustomFilter {
    pub name: &'static str,
    pub like: Like,
    pub resolve: super::filter::Resolve,
}

impl std::fmt::Debug for CustomFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Some rows of an entity stand for rows of another: an attribute `CID` for the computer whose id is its value.
#[derive(Debug, Clone, Copy)]
pub struct Mirror {
    /// The path and the value that tell which rows these are.
    pub kind: (&'static str, &'static str),
    /// The column that repeats a value of the other row.
    pub value: &'static str,
    /// Route of the other entity, and the column of its row that has the value.
    pub route: &'static str,
    pub column: &'static str,
}

/// The declaration of an entity.
pub struct Entity {
    /// Below `/api/v1/token/`, without slashes at its ends.
    pub route: &'static str,
    /// How links between entities call it, where that differs from the route.
    pub link_route: &'static str,
    pub model: Model,
    /// Further entities, as `(app, name)`, whose `view` permission suffices to read this one.
    pub also_viewed_with: &'static [(&'static str, &'static str)],
    pub table: &'static Table,
    /// The operations offered, as in the reference: `L`ist, `R`etrieve, `C`reate, `U`pdate, `D`elete.
    pub operations: &'static str,
    /// Conditions every row meets (`path`, `value`): what makes a proxy a part of its table.
    pub only: &'static [(&'static str, &'static str)],
    /// Name of the read shape in OpenAPI.
    pub schema: &'static str,
    pub list: &'static [Field],
    pub detail: &'static [Field],
    pub write: &'static [Write],
    /// What create answers, and update unless `updated` says otherwise.
    pub answer: &'static [Field],
    pub updated: &'static [Field],
    /// What update accepts, where it differs from create.
    pub update: &'static [Write],
    /// Paths with operators, see [`super::filter`].
    pub filters: &'static [&'static str],
    pub custom_filters: &'static [CustomFilter],
    pub search: &'static [&'static str],
    /// Columns named in the settings that are searched, too; the first one is the order of lists.
    pub also_searched: bool,
    /// Identities that no single field holds as it is typed; the search over everything shows such rows first.
    pub identified: Option<super::search::Identified>,
    /// Rows that a whole text means, written as the console writes them: where there are some, nothing else is found.
    pub whole: Option<super::search::Whole>,
    /// The column that a search is about: rows that have the text there come first, those that begin with it next.
    pub ranked: Option<&'static str>,
    /// Order of lists; the table's own when empty.
    pub order: &'static [&'static str],
    /// Where its rows lead to: who is limited sees them when they see all of that. Nothing: everybody sees them.
    pub visible: &'static [Sight],
    /// Whose its rows are: who is limited to domains writes no others.
    pub belongs: Belongs,
    /// How a row is called in a chip, a link, the audit record.
    pub text: Field,
    /// The second line where the search over everything finds it; `None` when it does not look there.
    pub search_summary: Option<Field>,
    /// What a badge has besides `pk` and `text`.
    pub badge: &'static [Field],
    /// The rows that stand for others: their badge is that of the other row, their relations are shared.
    pub mirrors: &'static [Mirror],
    pub csv: Csv,
    /// Whether lists in their default order are read along the relation it begins with: for a page of it, the rest
    /// of the rows need not be sorted.
    pub walked: bool,
    /// Of its rows, those that count as being in use: links count no others.
    pub in_use: Option<InUse>,
    /// Where the lengths of lists are kept that are too long to be counted.
    pub counted: Option<Counted>,
    /// Whether a page after the last one answers the last one.
    pub clamped: bool,
    /// Whether filter by POST, badge and relations are offered.
    pub generic: bool,
    /// Whether it answers only `multipart` and form bodies' files; announced in OpenAPI.
    pub multipart: bool,
    /// Whether writing it takes a session that showed lately who is there: then the members that may be changed without.
    pub guarded: Option<&'static [&'static str]>,
    /// What keeps a row from being deleted.
    pub kept: Option<&'static super::keeping::Kept>,
    pub hooks: &'static dyn Hooks,
    pub actions: &'static [Action],
}

/// A table that knows how many rows there are for each row of the relation the default order begins with.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// The table; it has the same relation.
    pub table: &'static str,
    /// Its column with how many rows of the entity each of its own stands for.
    pub rows: &'static str,
    /// The column of the entity that leads to it.
    pub key: &'static str,
    /// The ids of its rows that stand for rows of the entity with one of the ids in a column.
    pub found: fn(Dialect, column: &str, ids: String) -> Option<SelectStatement>,
}

/// Which rows of an entity are in use.
#[derive(Debug, Clone, Copy)]
pub struct InUse {
    /// The column that tells.
    pub column: &'static str,
    /// The filter that asks for several values of it.
    pub filter: &'static str,
    /// The values of rows in use.
    pub values: &'static [&'static str],
}

impl InUse {
    /// The filter with its values.
    pub(crate) fn asked(self) -> (&'static str, Json) {
        (self.filter, Json::text(&self.values.join(",")))
    }
}

impl std::fmt::Debug for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entity")
            .field("route", &self.route)
            .finish_non_exhaustive()
    }
}

impl Entity {
    /// An entity with nothing in it, to be filled with `..Entity::EMPTY`.
    pub const EMPTY: Self = Self {
        route: "",
        link_route: "",
        model: Model {
            app: "",
            name: "",
            one: "",
            many: "",
        },
        also_viewed_with: &[],
        table: &Table::EMPTY,
        operations: "LRCUD",
        only: &[],
        schema: "",
        list: &[],
        detail: &[],
        write: &[],
        answer: &[],
        updated: &[],
        update: &[],
        filters: &[],
        custom_filters: &[],
        search: &[],
        also_searched: false,
        in_use: None,
        identified: None,
        whole: None,
        ranked: None,
        order: &[],
        visible: &[],
        belongs: Belongs::All,
        text: col("name"),
        search_summary: None,
        badge: &[],
        mirrors: &[],
        csv: Csv::Everything,
        walked: false,
        counted: None,
        clamped: false,
        generic: true,
        multipart: false,
        guarded: None,
        kept: None,
        hooks: &NO_HOOKS,
        actions: &[],
    };

    /// `core.store`: how events, audit and permissions call it.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}.{}", self.model.app, self.model.name)
    }

    /// The shape of an item of a list.
    #[must_use]
    pub const fn list_fields(&self) -> &'static [Field] {
        if self.list.is_empty() {
            self.detail
        } else {
            self.list
        }
    }

    /// What an update accepts.
    #[must_use]
    pub const fn update_fields(&self) -> &'static [Write] {
        if self.update.is_empty() {
            self.write
        } else {
            self.update
        }
    }

    /// What creating answers.
    #[must_use]
    pub const fn created_fields(&self) -> &'static [Field] {
        if self.answer.is_empty() {
            self.detail
        } else {
            self.answer
        }
    }

    /// What updating answers.
    #[must_use]
    pub const fn updated_fields(&self) -> &'static [Field] {
        if self.updated.is_empty() {
            self.created_fields()
        } else {
            self.updated
        }
    }

    /// How links between entities call it.
    #[must_use]
    pub const fn linked_as(&self) -> &'static str {
        if self.link_route.is_empty() {
            self.route
        } else {
            self.link_route
        }
    }
}
