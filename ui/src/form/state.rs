//! A form as it stands: a signal for each field, what it was, and what the server said against it.
use crate::{
    api::{
        error::{FieldErrors, Told, WHOLE, texts},
        request,
    },
    entities,
    entity::{Entity, Field, Kind, Sheet, value},
    text::t,
};
use leptos::prelude::*;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use web_sys::File;

/// The state; cheap to copy.
#[derive(Clone, Copy)]
pub struct FormState {
    /// What is edited.
    pub entity: &'static Entity,
    /// Its fields.
    pub sheet: &'static Sheet,
    /// None: a new object.
    pub id: Option<i64>,
    /// Nothing is entered: the person may not change it.
    pub read_only: bool,
    /// On its way to the server.
    pub saving: RwSignal<bool>,
    /// Messages by field.
    pub errors: RwSignal<FieldErrors>,
    /// The server knows nothing that offers the packages; somebody may insist.
    pub doubted: RwSignal<bool>,
    insists: StoredValue<bool>,
    values: StoredValue<BTreeMap<&'static str, RwSignal<Value>>>,
    original: RwSignal<BTreeMap<&'static str, Value>>,
    files: StoredValue<BTreeMap<&'static str, File>, LocalStorage>,
    parent: StoredValue<Option<(&'static str, i64)>>,
    created: StoredValue<Option<i64>>,
    /// The version of the object that the person knows of.
    version: StoredValue<Option<String>>,
}

impl FormState {
    /// The form of an object, or of a new one whose first values come from the address.
    pub fn new(
        entity: &'static Entity,
        sheet: &'static Sheet,
        object: Option<&Value>,
        id: Option<i64>,
    ) -> Self {
        let original: BTreeMap<&'static str, Value> = fields(sheet)
            .map(|field| {
                let value = match object {
                    Some(object) => field.read(object),
                    None => field.initial.value(),
                };
                (field.name, value)
            })
            .collect();
        let values = original
            .iter()
            .map(|(name, value)| (*name, RwSignal::new(value.clone())))
            .collect();
        Self {
            entity,
            sheet,
            id,
            read_only: false,
            saving: RwSignal::new(false),
            errors: RwSignal::new(FieldErrors::new()),
            doubted: RwSignal::new(false),
            insists: StoredValue::new(false),
            values: StoredValue::new(values),
            original: RwSignal::new(original),
            files: StoredValue::new_local(BTreeMap::new()),
            parent: StoredValue::new(None),
            created: StoredValue::new(None),
            version: StoredValue::new(object.and_then(request::version)),
        }
    }

    /// Gives a field of a new object a first value, which is nothing that anybody has entered.
    pub fn begin_with(self, name: &'static str, value: Value) {
        self.original.update(|original| {
            original.insert(name, value.clone());
        });
        self.value(name).set(value);
    }

    /// The same form, only to be read where that is so.
    pub fn reading(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// A row of another object, which is named in `member`.
    pub fn of_parent(self, member: &'static str, id: i64) -> Self {
        self.parent.set_value(Some((member, id)));
        self
    }

    /// The object on the server: the one that is edited, or a new one of which only the files are missing.
    pub fn stored_id(self) -> Option<i64> {
        self.id.or(self.created.get_value())
    }

    /// The new object is on the server; saving again changes it.
    pub fn note_created(self, id: i64) {
        self.created.set_value(Some(id));
    }

    /// The value of a field, to read and to write.
    pub fn value(self, name: &str) -> RwSignal<Value> {
        self.values
            .with_value(|values| values.get(name).copied())
            .unwrap_or_else(|| RwSignal::new(Value::Null))
    }

    /// A field as text, tracked.
    pub fn text(self, name: &str) -> String {
        self.value(name)
            .with(|value| value.as_str().unwrap_or_default().to_owned())
    }

    /// The id of the object chosen in a field, tracked.
    pub fn chosen_id(self, name: &str) -> Option<i64> {
        self.value(name)
            .with(|value| value.get("id").and_then(Value::as_i64))
    }

    /// The ids of the objects chosen in a field, tracked.
    pub fn chosen_ids(self, name: &str) -> Vec<i64> {
        self.value(name)
            .with(|value| {
                value
                    .as_array()
                    .map(|objects| objects.iter().map(value::id).collect())
            })
            .unwrap_or_default()
    }

    /// Messages at a field.
    pub fn errors_of(self, name: &'static str) -> Signal<Vec<String>> {
        Signal::derive(move || {
            self.errors
                .with(|errors| texts(errors.get(name).into_iter().flatten()))
        })
    }

    /// Takes the messages at a field away: it says something else by now.
    pub fn forgive(self, name: &str) {
        if fields(self.sheet).any(|field| field.offered && field.name == name) {
            self.doubted.set(false);
            self.insists.set_value(false);
        }
        if self
            .errors
            .with_untracked(|errors| errors.contains_key(name))
        {
            self.errors.update(|errors| {
                errors.remove(name);
            });
        }
    }

    /// Messages that belong to no field of this form.
    pub fn other_errors(self) -> Signal<Vec<String>> {
        Signal::derive(move || {
            self.errors.with(|errors| {
                errors
                    .iter()
                    .filter(|(name, _)| !fields(self.sheet).any(|field| field.name == *name))
                    .flat_map(|(name, messages)| {
                        messages.iter().map(move |Told { text, .. }| {
                            if name == WHOLE {
                                text.clone()
                            } else {
                                format!(
                                    "{}: {text}",
                                    entities::member_label(self.entity.model, name)
                                )
                            }
                        })
                    })
                    .collect()
            })
        })
    }

    /// Whether anything differs from what was loaded.
    pub fn is_dirty(self) -> bool {
        let changed = self.original.with(|original| {
            fields(self.sheet).any(|field| {
                let before = original.get(field.name).unwrap_or(&Value::Null);
                self.value(field.name).with(|now| !field.same(now, before))
            })
        });
        changed || self.files.with_value(|files| !files.is_empty())
    }

    /// Whether a field of an object that is there differs from what was loaded.
    pub fn is_changed(self, field: &Field) -> bool {
        self.id.is_some()
            && self.original.with(|original| {
                let before = original.get(field.name).unwrap_or(&Value::Null);
                self.value(field.name).with(|now| !field.same(now, before))
            })
    }

    /// What the server has to be told: everything the form of a new object shows, with what is left empty or unticked; what changed in an existing one.
    pub fn body(self) -> Map<String, Value> {
        let mut body = self.own_body();
        if let (None, Some((member, id))) = (self.id, self.parent.get_value()) {
            body.insert(member.to_owned(), id.into());
        }
        let names = fields(self.sheet).any(|field| field.offered && body.contains_key(field.name));
        if names && !self.insists.get_value() {
            body.insert("only_offered".to_owned(), true.into());
        }
        body
    }

    /// Takes over what the server said against it.
    pub fn refuse(self, errors: FieldErrors) {
        let is_doubt = |(name, messages): (&String, &Vec<Told>)| {
            fields(self.sheet).any(|field| field.offered && field.name == name.as_str())
                && messages.iter().all(|told| told.code == NOT_OFFERED)
        };
        let doubted = !errors.is_empty() && errors.iter().all(is_doubt);
        self.doubted.set(doubted && !self.insists.get_value());
        self.errors.set(errors);
    }

    /// From the next time on, packages that nothing is known to offer are saved all the same.
    pub fn insist(self) {
        self.insists.set_value(true);
    }

    fn own_body(self) -> Map<String, Value> {
        self.original.with_untracked(|original| {
            fields(self.sheet)
                .filter(|field| !matches!(field.kind, Kind::Picture | Kind::File))
                .filter_map(|field| {
                    let held = self.value(field.name).get_untracked();
                    let unchanged = original
                        .get(field.name)
                        .is_some_and(|value| field.same(value, &held));
                    // The server may have an object of its own for what is left open, such as the person's domain.
                    let open = matches!(field.kind, Kind::One { .. }) && held.is_null();
                    let wanted = if self.id.is_none() { !open } else { !unchanged };
                    wanted.then(|| (field.name.to_owned(), field.write(&held)))
                })
                .collect()
        })
    }

    /// A file chosen for a field, sent after the rest.
    pub fn set_file(self, name: &'static str, file: Option<File>) {
        self.files.update_value(|files| {
            files.remove(name);
            if let Some(file) = file {
                files.insert(name, file);
            }
        });
        self.value(name).notify();
    }

    /// The chosen files.
    pub fn files(self) -> BTreeMap<&'static str, File> {
        self.files.get_value()
    }

    /// Back to what was loaded.
    pub fn discard(self) {
        self.files.set_value(BTreeMap::new());
        self.errors.set(FieldErrors::new());
        self.original.with_untracked(|original| {
            for (name, value) in original {
                self.value(name).set(value.clone());
            }
        });
    }

    /// What is there now is what is stored.
    pub fn settle(self) {
        self.files.set_value(BTreeMap::new());
        self.original.update(|original| {
            for (name, value) in original.iter_mut() {
                *value = self.value(name).get_untracked();
            }
        });
    }

    /// Whether the object on the server is no longer what this form began with.
    pub fn differs(self, object: &Value) -> bool {
        self.original.with_untracked(|original| {
            fields(self.sheet).any(|field| {
                let before = original.get(field.name).unwrap_or(&Value::Null);
                !field.same(&field.read(object), before)
            })
        })
    }

    /// What somebody else changed since this form began: fields with their value and, where it was changed here too, the one of the form.
    pub fn differences(self, newer: &Value) -> Vec<Difference> {
        self.original.with_untracked(|original| {
            fields(self.sheet)
                .filter_map(|field| {
                    let before = original.get(field.name).unwrap_or(&Value::Null);
                    let theirs = field.read(newer);
                    let mine = self.value(field.name).get_untracked();
                    (!field.same(&theirs, before)).then(|| Difference {
                        field,
                        mine: (!field.same(&mine, before)).then_some(mine),
                        theirs,
                    })
                })
                .collect()
        })
    }

    /// Goes on from the object as it is on the server: what was changed here stays, everything else is as it is there.
    pub fn rebase(self, object: &Value) {
        self.original.update(|original| {
            for field in fields(self.sheet) {
                let theirs = field.read(object);
                let before = original.insert(field.name, theirs.clone());
                let value = self.value(field.name);
                let before = before.unwrap_or_default();
                if value.with_untracked(|now| field.same(now, &before)) {
                    value.set(theirs);
                }
            }
        });
    }

    /// The version that is changed.
    pub fn version(self) -> Option<String> {
        self.version.get_value()
    }

    /// The person knows this state of the object.
    pub fn note_version(self, object: &Value) {
        self.version.set_value(request::version(object));
    }

    /// Begins anew with the object as it is on the server.
    pub fn adopt(self, object: &Value) {
        self.original.update(|original| {
            for field in fields(self.sheet) {
                original.insert(field.name, field.read(object));
            }
        });
        self.discard();
    }

    /// Says at its field what needs no server to be seen: nothing entered where something has to be, what cannot be there. True when
    /// there is no such thing.
    pub fn check(self) -> bool {
        let wrong: FieldErrors = fields(self.sheet)
            .filter_map(|field| {
                Some((field.name.to_owned(), vec![Told::here(&self.wrong(field)?)]))
            })
            .collect();
        let right = wrong.is_empty();
        self.errors.set(wrong);
        right
    }

    fn wrong(self, field: &Field) -> Option<String> {
        let held = self.value(field.name).get_untracked();
        let unchanged = self.original.with_untracked(|original| {
            let before = original.get(field.name);
            before.is_some_and(|before| field.same(&held, before))
        });
        if value::is_empty(&held) {
            // Built-in objects lack what others need, and are not sent what did not change.
            let is_asked = field.required && !(unchanged && self.id.is_some());
            return is_asked.then(|| t!(form.required).to_owned());
        }
        if unchanged {
            None
        } else {
            field.objection(&held)
        }
    }
}

/// The server's code for names that are well formed and that nothing in the project offers.
const NOT_OFFERED: &str = "not_offered";

/// A field that somebody else changed.
pub struct Difference {
    pub field: &'static Field,
    pub theirs: Value,
    /// None: it was not changed in the form.
    pub mine: Option<Value>,
}

/// All fields of a form.
pub fn fields(sheet: &'static Sheet) -> impl Iterator<Item = &'static Field> {
    sheet.form.iter().flat_map(|section| section.fields)
}
