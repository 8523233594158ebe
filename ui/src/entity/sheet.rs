//! How an entity is listed, edited and acted upon. It lives in the part of the view that is loaded after the first page.
use super::{Cell, Column, Entity, Filter, ObjectTab, Relation, Section, cell};
use crate::{
    api::Query,
    form::FormState,
    list::Selection,
    text::{Label, label},
};
use leptos::prelude::AnyView;
use migasfree_ui_kit::Tone;
use serde_json::Value;

/// The second half of a declaration.
pub struct Sheet {
    /// What belongs here, for the empty list.
    pub about: Label,
    pub columns: &'static [Column],
    pub filters: &'static [Filter],
    /// Order of the list before somebody chooses another.
    pub ordering: &'static str,
    /// Sections of its form; empty where it cannot be edited.
    pub form: &'static [Section],
    /// Whether its list can be exported as CSV.
    pub export: bool,
    /// Whether objects can be changed, where there is a form.
    pub change: bool,
    /// Whether objects can be deleted.
    pub delete: bool,
    /// Objects among them that nobody deletes, such as built-in ones.
    pub keeps: fn(&Value) -> bool,
    /// Narrows what can take the place of an object that is deleted: `&project__id=3`.
    pub replaced_by: fn(&Value) -> String,
    /// A switch (`enabled`, `checked`, `is_active`) that many can be set to at once.
    pub switch: Option<Switch>,
    /// What else can be done with many at once.
    pub bulk: Option<fn(Selection) -> AnyView>,
    /// Whether that can be done with all that match, on all pages.
    pub matching: bool,
    /// The first step in an empty list, where that is not the form for a new object.
    pub first: Option<fn() -> AnyView>,
    /// Above the list, beside the button for a new one.
    pub tools: Option<fn() -> AnyView>,
    /// Said above the form of a new object.
    pub new_note: Option<Label>,
    /// What the answer of the server tells of a new object this once; shown before its page opens.
    pub told_once: Option<fn(&Value) -> AnyView>,
    /// The tab with what a new object still lacks; it opens there.
    pub lacks: Option<&'static str>,
    /// Shown beside the form, made from the form as it stands, and in the summary, made from the object.
    pub aside: Option<fn(FormState) -> AnyView>,
    /// Buttons in the title line of an existing object.
    pub actions: Option<fn(i64, Query<Value>) -> AnyView>,
    /// Said of an object in a line below its name.
    pub subtitle: fn(&Value) -> String,
    /// Said above the tabs of an object: what goes on, what is wrong.
    pub banner: Option<fn(i64, Query<Value>) -> AnyView>,
    /// What an object is, where that does not follow from form and columns.
    pub facts: Option<fn(&Value) -> AnyView>,
    /// What an object touches.
    pub relations: &'static [Relation],
    /// What happened to an object, where that is more than what people changed.
    pub happened: Option<fn(i64) -> AnyView>,
    /// Tabs of an object between its summary and its form.
    pub tabs: &'static [ObjectTab],
}

/// A member that is on or off, with the words for both ways.
#[derive(Clone, Copy)]
pub struct Switch {
    pub member: &'static str,
    pub on: Label,
    pub off: Label,
}

impl Switch {
    /// On and off as most objects have it.
    pub const ENABLED: Self = Self {
        member: "enabled",
        on: label!(common.enable),
        off: label!(common.disable),
    };
}

/// What most declarations do not mention: `..SHEET`.
pub const SHEET: Sheet = Sheet {
    about: Label::NONE,
    columns: &[],
    filters: &[],
    ordering: "name",
    form: &[],
    export: true,
    change: true,
    delete: true,
    keeps: |_| false,
    replaced_by: |_| String::new(),
    switch: None,
    bulk: None,
    matching: true,
    first: None,
    tools: None,
    new_note: None,
    told_once: None,
    lacks: None,
    aside: None,
    actions: None,
    subtitle: |_| String::new(),
    banner: None,
    facts: None,
    relations: &[],
    happened: None,
    tabs: &[],
};

impl Sheet {
    /// Whether the signed-in user may change an object of the entity.
    pub fn may_change(&self, entity: &Entity, object: &Value) -> bool {
        self.change && !self.form.is_empty() && entity.may_with("change", object)
    }

    /// Where a new object opens.
    pub fn opens_at(&self, entity: &Entity, id: i64, object: &Value) -> String {
        let page = entity.object_href(id);
        let tab = self.tabs.iter().find(|tab| Some(tab.path) == self.lacks);
        match tab.filter(|tab| tab.is_shown(object)) {
            Some(tab) => format!("{page}/{}", tab.path),
            None => page,
        }
    }

    /// Whether the signed-in user may delete objects of the entity.
    pub fn may_delete(&self, entity: &Entity) -> bool {
        self.delete && entity.may("delete")
    }

    /// The column that tells the state of an object in a word.
    pub fn state(&self) -> Option<&'static Column> {
        let mut columns = self.columns.iter();
        columns.find(|column| matches!(column.cell, Cell::State(_)))
    }

    /// That word, with its meaning.
    pub fn state_of(&self, object: &Value) -> Option<(Tone, &'static str)> {
        match self.state().map(|column| &column.cell) {
            Some(Cell::State(state)) => Some(state(object)),
            _ => object.get("enabled").map(|_| cell::enabled(object)),
        }
    }
}
