//! The parts of a value: what a rule's path leads to, and everything below it that must be at home.

use std::borrow::Cow;

use serde_json::Value;

use crate::{pointer::Pointer, policy::Type};

/// Stands in a path for every element of a list.
pub(crate) const EACH: &str = "*";

/// Where a path leads in a value.
#[derive(Debug, Default)]
pub(super) struct Places<'v> {
    /// What stands there, with the pointer to it.
    pub(super) found: Vec<(String, &'v Value)>,
    /// Values in which the path cannot go on: they have another shape than the rule is about.
    pub(super) misshapen: Vec<(String, &'v Value)>,
}

/// Follows a path. What is absent, or null, is nowhere.
pub(super) fn places<'v>(path: &Pointer, value: &'v Value) -> Places<'v> {
    let mut places = Places { found: vec![(String::new(), value)], misshapen: Vec::new() };
    for segment in path.segments() {
        for (at, value) in std::mem::take(&mut places.found) {
            match value {
                Value::Null => {}
                Value::Array(items) if segment == EACH => {
                    let items = items.iter().enumerate();
                    places.found.extend(items.map(|(index, item)| (format!("{at}/{index}"), item)));
                }
                Value::Object(fields) if segment != EACH => {
                    let to = Pointer::to_key(segment);
                    places.found.extend(fields.get(segment).map(|it| (format!("{at}{}", to.as_str()), it)));
                }
                Value::Array(_) | Value::Object(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                    places.misshapen.push((at, value));
                }
            }
        }
    }
    places
}

/// One thing that must be at home.
#[derive(Clone, Debug)]
pub(super) struct Part<'v> {
    pub(super) at: String,
    /// The value; for a name, the name as a text.
    pub(super) value: Cow<'v, Value>,
    /// True for the name of a member: whoever chooses it says something with it.
    pub(super) is_name: bool,
}

/// Every scalar of a value, and the name of every member that its type does not have. Nulls say nothing.
pub(super) fn parts<'v>(value: &'v Value, of: &Type) -> Vec<Part<'v>> {
    let (mut parts, mut open) = (Vec::new(), vec![(String::new(), value, of)]);
    while let Some((at, value, of)) = open.pop() {
        match value {
            Value::Null => {}
            Value::Array(items) => {
                let element = if let Type::Set(element) = of { &**element } else { &Type::Untyped };
                let items = items.iter().enumerate();
                open.extend(items.map(|(index, item)| (format!("{at}/{index}"), item, element)));
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    let inside = format!("{at}{}", Pointer::to_key(name).as_str());
                    let declared = of.at(&[name.as_str()]);
                    if declared.is_none() {
                        let value = Cow::Owned(Value::String(name.clone()));
                        parts.push(Part { at: inside.clone(), value, is_name: true });
                    }
                    open.push((inside, field, declared.unwrap_or(&Type::Untyped)));
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                parts.push(Part { at, value: Cow::Borrowed(value), is_name: false });
            }
        }
    }
    parts
}

/// The same of a value of which every name counts: a record, or what was asked for.
pub(super) fn all_parts(value: &Value) -> Vec<Part<'_>> {
    parts(value, &Type::Untyped)
}

/// True when a pointer leads to a place or below it; `*` in the place is any one step.
pub(super) fn is_below(at: &str, place: &Pointer) -> bool {
    let mut steps = at.split('/').skip(1);
    place
        .as_str()
        .split('/')
        .skip(1)
        .all(|wanted| steps.next().is_some_and(|it| wanted == EACH || it == wanted))
}

/// Why a path leads nowhere in the values that a schema accepts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lost<'t> {
    /// No member of that name, but these; the pointer leads to the object.
    Unknown { at: String, name: String, names: Vec<&'t str> },
    /// A list: one element was named, or none.
    OneElement { at: String },
    /// The schema does not say what stands there.
    Unsaid { at: String },
    /// Something without parts.
    Whole { at: String, words: &'static str },
}

/// The type at the end of a path.
///
/// # Errors
/// Where it leads nowhere.
pub(crate) fn type_at<'t>(of: &'t Type, path: &Pointer) -> Result<&'t Type, Lost<'t>> {
    let (mut of, mut at) = (of, String::new());
    for name in path.segments() {
        of = match of {
            Type::Record(attributes) => match attributes.get(name).filter(|_| name != EACH) {
                Some(attribute) => &attribute.of,
                None => {
                    return Err(Lost::Unknown { at, name: name.to_owned(), names: of.names().collect() });
                }
            },
            Type::Set(element) if name == EACH => element,
            Type::Set(_) => return Err(Lost::OneElement { at }),
            Type::Open | Type::Untyped => return Err(Lost::Unsaid { at }),
            Type::Bool | Type::Long | Type::Text | Type::Name(_) => {
                return Err(Lost::Whole { at, words: of.words() });
            }
        };
        at.push_str(Pointer::to_key(name).as_str());
    }
    Ok(of)
}
