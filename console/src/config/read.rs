//! Reading the file entry by entry, so that one that is wrong hides no other.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Deserialize as _;
use toml::{
    Spanned,
    de::{DeTable, DeValue, Deserializer, ValueDeserializer},
};

use super::{Config, Keys, Known, Misfit};
use crate::tui::keymap::live::Keymap;

/// The table of keys.
const KEYS: &str = "keys";

/// The file as far as it is right, and everything that is wrong with it, from its beginning to its end.
pub(super) fn read(text: &str) -> (Known, Vec<Misfit>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // Where a line is no TOML, nobody knows what those after it are about.
        let mut wrong: Vec<_> = errors.iter().map(|error| misfit(text, error)).collect();
        wrong.dedup_by_key(|wrong| wrong.line);
        return (Known::default(), wrong);
    }
    let mut reader = Reader { text, known: Known::default(), wrong: Vec::new() };
    let mut right = DeTable::new();
    let mut keys = BTreeMap::new();
    let whole = table.span();
    for (name, value) in table.into_inner() {
        let line = line_of(text, name.span().start);
        let id = name.get_ref().to_string();
        if id != KEYS {
            if reader.fits(&name, &value) {
                reader.known.lines.insert(id, line);
                right.insert(name, value);
            }
        } else if let DeValue::Table(bindings) = value.into_inner() {
            keys = reader.keys(bindings);
        } else {
            let what = "`keys` is a table: write `[keys]`, and below it `down = \"e\"`".to_owned();
            reader.wrong.push(Misfit { line: Some(line), what });
        }
    }
    if let Some(config) = reader.taken(Deserializer::from(Spanned::new(whole, right))) {
        reader.known.config = config;
    }
    reader.bind(keys);
    let Reader { known, mut wrong, .. } = reader;
    wrong.sort_by_key(|wrong| wrong.line);
    (known, wrong)
}

struct Reader<'a> {
    text: &'a str,
    known: Known,
    wrong: Vec<Misfit>,
}

impl Reader<'_> {
    /// Whether an entry alone is one of a file.
    fn fits<'i>(&mut self, name: &Spanned<Cow<'i, str>>, value: &Spanned<DeValue<'i>>) -> bool {
        let mut one = DeTable::new();
        one.insert(name.clone(), value.clone());
        self.taken(Deserializer::from(Spanned::new(name.span(), one))).is_some()
    }

    fn taken(&mut self, document: Deserializer<'_>) -> Option<Config> {
        Config::deserialize(document).map_err(|error| self.wrong.push(misfit(self.text, &error))).ok()
    }

    fn keys(&mut self, bindings: DeTable<'_>) -> BTreeMap<String, Vec<String>> {
        let mut keys = BTreeMap::new();
        for (name, value) in bindings {
            let (id, line) = (name.get_ref().to_string(), line_of(self.text, name.span().start));
            match Keys::deserialize(ValueDeserializer::from(value)) {
                Ok(Keys::One(key)) => drop(keys.insert(id.clone(), vec![key])),
                Ok(Keys::Several(several)) => drop(keys.insert(id.clone(), several)),
                Err(_) => {
                    let what = format!(
                        "`{id}`: a key or a list of keys is wanted, for instance `[\"e\", \"Down\"]`"
                    );
                    self.wrong.push(Misfit { line: Some(line), what });
                }
            }
            self.known.lines.insert(format!("{KEYS}.{id}"), line);
        }
        keys
    }

    /// Binds what can be bound. Of two that want one key only the one that is wrong is told, not what follows for the other.
    fn bind(&mut self, mut keys: BTreeMap<String, Vec<String>>) {
        let mut told: Vec<String> = Vec::new();
        loop {
            match Keymap::with(&keys) {
                Ok(keymap) => return self.known.keymap = keymap,
                Err(wrong) => {
                    if !told.iter().any(|id| wrong.what.contains(&format!("means `{id}`"))) {
                        let line = self.known.lines.get(&format!("{KEYS}.{}", wrong.id)).copied();
                        self.wrong.push(Misfit { line, what: wrong.to_string() });
                    }
                    if keys.remove(&wrong.id).is_none() {
                        return;
                    }
                    told.push(wrong.id);
                }
            }
        }
    }
}

fn misfit(text: &str, error: &toml::de::Error) -> Misfit {
    Misfit {
        line: error.span().map(|span| line_of(text, span.start)),
        what: error.message().trim().replace('\n', ", "),
    }
}

/// The line, from 1, of byte `offset`.
fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|b| *b == b'\n').count().saturating_add(1)
}
