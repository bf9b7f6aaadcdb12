//! JSON pointers (RFC 6901), and what they point into: the parameters, a result, an evidence item.

use remit_core::ItemName;
use serde_json::Value;

use crate::problem::{Place, Problems};

/// A well-formed JSON pointer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Pointer {
    text: String,
    /// The names that lead to it, one per level, taken apart once for all the values that it is looked up in.
    names: Vec<String>,
}

impl Pointer {
    /// `None` when the text is no pointer to a place inside a value.
    fn parse(text: &str) -> Option<Self> {
        let escapes_end = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        (text.starts_with('/') && escapes_end).then(|| Self::new(text.to_owned()))
    }

    fn new(text: String) -> Self {
        let names = text.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
        Self { text, names }
    }

    /// Reads a pointer that stands at `place`.
    pub(crate) fn read(text: &str, place: Place, problems: &Problems) -> Option<Self> {
        Self::parse(text).or_else(|| {
            problems.note(
                place,
                format!("`{text}` is not a JSON pointer"),
                "begin with `/` and write one name per level, for instance `/customer/id`",
            )
        })
    }

    /// To one member of an object.
    pub(crate) fn to_key(key: &str) -> Self {
        Self::new(format!("/{}", key.replace('~', "~0").replace('/', "~1")))
    }

    /// The part of it before a name; all of it where it does not have the name, `None` where it begins with it.
    pub(crate) fn before(&self, name: &str) -> Option<Self> {
        let kept: Vec<&str> = self.text.split('/').skip(1).take_while(|segment| *segment != name).collect();
        (!kept.is_empty()).then(|| Self::new(format!("/{}", kept.join("/"))))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The names that lead to it, one per level.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// What it points at; JSON's null counts as nothing.
    pub(crate) fn find<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        let found = self.names.iter().try_fold(value, |inside, name| {
            // How places of a list are written is the library's to know.
            if inside.is_array() { inside.pointer(&Self::to_key(name).text) } else { inside.get(name) }
        });
        found.filter(|found| !found.is_null())
    }
}

/// Where a value comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// `params:/p`: the action's parameters.
    Params(Pointer),
    /// `result:/p`: the action's result.
    Result(Pointer),
    /// `ITEM:/p`: an evidence item.
    Item(ItemName, Pointer),
}

impl Source {
    /// Reads `name:/pointer`.
    pub(crate) fn read(text: &str, place: Place, problems: &Problems) -> Option<Self> {
        let Some((name, pointer)) = text.split_once(':') else {
            return problems.note(
                place,
                format!("`{text}` does not say where the value comes from"),
                "write `params:/…`, `result:/…` or the name of an evidence item before the pointer",
            );
        };
        let pointer = Pointer::read(pointer, place, problems)?;
        Some(match name {
            "params" => Self::Params(pointer),
            "result" => Self::Result(pointer),
            item => Self::Item(item.into(), pointer),
        })
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Params(pointer) => write!(f, "params:{}", pointer.text),
            Self::Result(pointer) => write!(f, "result:{}", pointer.text),
            Self::Item(item, pointer) => write!(f, "{item}:{}", pointer.text),
        }
    }
}

#[cfg(test)]
mod tests;
