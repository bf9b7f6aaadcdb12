//! The keymap of this console: the table, with what its configuration file says instead.

use std::collections::{BTreeMap, BTreeSet};

use super::{BINDINGS, Place, Verb, holds, overlap};
use crate::tui::keys::{self, Key};
use crate::tui::state::nav::Page;

/// Keys that mean one thing for good: the way back, the way to a stop, the way out.
const FIXED: [(Key, Verb); 4] = [
    (Key::Esc, Verb::Back),
    (Key::Char('!'), Verb::Act),
    (Key::Ctrl('c'), Verb::Interrupt),
    (Key::Ctrl('z'), Verb::Suspend),
];

/// Keys that confirm in a card: none of them opens one.
const CONFIRMING: [Key; 2] = [Key::Enter, Key::Char('y')];

/// What each key means here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap(Vec<Row>);

/// One row of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Keys with this meaning, the one to advertise first.
    pub keys: Vec<Key>,
    /// Where.
    pub place: Place,
    /// The meaning.
    pub verb: Verb,
    /// In words, for help.
    pub help: &'static str,
}

/// What is wrong with one binding of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{id}`: {what}")]
pub struct Wrong {
    /// The binding.
    pub id: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl Default for Keymap {
    fn default() -> Self {
        let row = |it: &super::Binding| Row {
            keys: it.keys.to_vec(),
            place: it.place,
            verb: it.verb,
            help: it.help,
        };
        Self(BINDINGS.iter().map(row).collect())
    }
}

impl Keymap {
    /// The table with other keys for some ids.
    ///
    /// # Errors
    /// The first binding that is unknown, names no key, takes a key that is fixed or taken, or would let one key both open
    /// and confirm.
    pub fn with(keys: &BTreeMap<String, Vec<String>>) -> Result<Self, Wrong> {
        let mut map = Self::default();
        for (id, names) in keys {
            let wrong = |what: String| Wrong { id: id.clone(), what };
            let Some(row) = map.0.iter_mut().find(|row| row.verb.id() == id) else {
                return Err(wrong(format!("there is no such action; there are: {}", ids())));
            };
            let mut chosen = Vec::new();
            for name in names {
                let key =
                    keys::named(name).ok_or_else(|| wrong(format!("`{name}` is no key; {}", keys::NAMES)))?;
                chosen.push(key);
            }
            let fixed = FIXED.iter().find(|(_, verb)| *verb == row.verb).map(|(key, _)| *key);
            if chosen.is_empty() && fixed.is_none() {
                return Err(wrong("at least one key is needed".to_owned()));
            }
            chosen.extend(fixed);
            let mut once = BTreeSet::new();
            chosen.retain(|key| once.insert(*key));
            row.keys = chosen;
        }
        map.check(keys).map(|()| map)
    }

    /// Of two that want one key, the one that somebody wrote is wrong.
    fn check(&self, written: &BTreeMap<String, Vec<String>>) -> Result<(), Wrong> {
        for (at, row) in self.0.iter().enumerate() {
            let wrong = |what: String| Wrong { id: row.verb.id().to_owned(), what };
            for key in &row.keys {
                let name = keys::name(*key);
                if let Some((_, verb)) = FIXED.iter().find(|(fixed, verb)| fixed == key && *verb != row.verb)
                {
                    return Err(wrong(format!("`{name}` always means `{}`", verb.id())));
                }
                if row.verb.opens_card() && CONFIRMING.contains(key) {
                    return Err(wrong(format!("`{name}` confirms in a card, so it opens none")));
                }
                let others = self.0.iter().take(at);
                let mut same = others.filter(|it| overlap(it.place, row.place) && it.keys.contains(key));
                if let Some(other) = same.next() {
                    let (mine, theirs) = (row.verb.id(), other.verb.id());
                    let (id, taken) =
                        if written.contains_key(mine) { (mine, theirs) } else { (theirs, mine) };
                    let what = format!("`{name}` means `{taken}` in the same place");
                    return Err(Wrong { id: id.to_owned(), what });
                }
            }
        }
        Ok(())
    }

    /// What holds on a page, in the order of the table.
    pub fn on<'a>(&'a self, page: &'a Page) -> impl Iterator<Item = &'a Row> {
        self.0.iter().filter(move |row| holds(row.place, page))
    }

    /// Everything.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Row> {
        self.0.iter()
    }

    /// The key to advertise for `verb` on `page`.
    #[must_use]
    pub fn key_of(&self, verb: Verb, page: &Page) -> Option<Key> {
        self.on(page).find(|row| row.verb == verb)?.keys.first().copied()
    }

    /// What `key` means on `page`.
    #[must_use]
    pub fn lookup(&self, key: Key, page: &Page) -> Option<Verb> {
        self.on(page).find(|row| row.keys.contains(&key)).map(|row| row.verb)
    }

    /// A sentence of ours with keys in it: `<open> opens it` is `Enter opens it` until somebody binds another.
    #[must_use]
    pub fn words(&self, text: &'static str) -> String {
        let name = |row: &Row| row.keys.first().map(|key| keys::name(*key)).unwrap_or_default();
        self.0
            .iter()
            .fold(text.to_owned(), |text, row| text.replace(&format!("<{}>", row.verb.id()), &name(row)))
    }
}

/// Every id that can be bound.
#[must_use]
pub fn ids() -> String {
    BINDINGS.iter().map(|binding| binding.verb.id()).collect::<Vec<_>>().join(", ")
}
