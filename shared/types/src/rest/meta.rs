//! What is declared of the entities that somebody may view: `GET /api/v1/token/meta/`.
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An entity, as the caller may use it.
///
/// Words are kept by views, under the entity's and the fields' names. The texts here are English, for what a view has no
/// words of its own for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Meta {
    /// `core.store`: as events, audit and permissions call it.
    pub name: String,
    /// Its resource below `/api/v1/token/`, without slashes at its ends.
    pub route: String,
    /// As a heading: `Store`.
    pub one: String,
    /// As a heading: `Stores`.
    pub many: String,
    /// Name of the entity that its rows are some of, where the caller may view that: tags are attributes.
    pub part_of: Option<String>,
    pub rights: Rights,
    /// Names of further entities whose `view` permission suffices to view this one.
    pub viewed_with: Vec<String>,
    /// Whose its rows are to somebody who is limited to domains.
    pub belongs: Belongs,
    /// The member that a row is called by.
    pub text: String,
    /// Members of a row in lists, in their order.
    pub list: Vec<String>,
    /// Members of a row alone, and what else may be written, in their order.
    pub fields: Vec<Field>,
    pub filters: Vec<Filter>,
    /// Default order of lists, as `ordering` names it.
    pub ordering: Vec<String>,
    /// Whether `search` finds rows.
    pub searchable: bool,
    /// Whether lists are exported as CSV.
    pub exported: bool,
    /// Collections of the rows that refer to one.
    pub relations: Vec<Relation>,
}

/// What the caller may do with rows, as far as that is the same for all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rights {
    pub view: bool,
    pub add: bool,
    pub change: bool,
    pub delete: bool,
}

/// Whose rows are to somebody who is limited to domains.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Belongs {
    /// Of whoever sees them, or only the server can tell.
    #[default]
    Viewers,
    /// Everybody's.
    Everybody,
    /// Everybody's once they are made; anybody may make one.
    Offered,
    /// Of the domain in the member `domain`; everybody's without one.
    Domain,
    /// Of all domains in the member `domains`.
    Domains,
    /// They are domains.
    Itself,
}

/// A member of an entity's rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Field {
    pub name: String,
    /// In English.
    pub label: String,
    pub kind: Kind,
    /// Has to be there when a row is made or replaced.
    #[serde(skip_serializing_if = "is_not")]
    pub required: bool,
    /// May be null.
    #[serde(skip_serializing_if = "is_not")]
    pub null: bool,
    /// Is never written.
    #[serde(skip_serializing_if = "is_not")]
    pub read_only: bool,
    /// Is never read, as a password.
    #[serde(skip_serializing_if = "is_not")]
    pub write_only: bool,
    /// Is written when a row is made, and not changed later.
    #[serde(skip_serializing_if = "is_not")]
    pub fixed: bool,
    /// Characters at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_value: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_value: Option<i64>,
    /// What a new row gets where nothing is said; null where that is nothing, or the moment.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub default: Value,
    /// What may be chosen; empty where that is not fixed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// Name of the entity it refers to, where the caller may view that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// How lists are filtered by it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub operators: Vec<Operator>,
    /// Whether lists are ordered by it.
    #[serde(skip_serializing_if = "is_not")]
    pub sortable: bool,
    /// Whether `search` looks into it.
    #[serde(skip_serializing_if = "is_not")]
    pub searchable: bool,
}

/// What a value is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A text in one line.
    Text,
    /// A text of any length.
    LongText,
    /// The address of a mailbox.
    Email,
    /// A list of texts.
    Lines,
    Integer,
    Number,
    Boolean,
    /// One of [`Field::choices`].
    Choice,
    /// A moment, RFC 3339.
    Time,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A row of [`Field::target`]: an object with its `id` when read, the id when written.
    One,
    /// Rows of [`Field::target`]: objects or ids when read, ids when written.
    Many,
    File,
    /// Anything else.
    #[default]
    Json,
}

/// One of a fixed set of values.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choice {
    /// As it is stored.
    pub value: Value,
    /// In English.
    pub label: String,
}

/// A parameter of a list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Of the address: `created_at__gte`.
    pub name: String,
    /// The field it is about, where it is about one of the row itself or what that refers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub operator: Operator,
    pub kind: Kind,
    /// Name of the entity whose ids it takes, where the caller may view that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// How a filter compares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    Equal,
    /// Is one of several, comma separated.
    In,
    /// Contains a text, in capitals or not.
    Contains,
    /// Contains a text as it is written.
    ContainsExactly,
    /// Is null, or is not.
    IsNull,
    AtLeast,
    MoreThan,
    AtMost,
    LessThan,
    /// In a way of its own.
    #[default]
    Custom,
}

/// A collection of rows that refer to one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Relation {
    /// Name of their entity.
    pub entity: String,
    /// The filter of their list that takes the id.
    pub filter: String,
}

const fn is_not(value: &bool) -> bool {
    !*value
}
