//! What the desk remembers: entries by idempotency key, and who works here.

use std::collections::BTreeMap;

use parking_lot::Mutex;

use crate::cli::demo::case::Employee;

/// Why nothing was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Conflict {
    /// An entry needs a key.
    NoKey,
    /// The key belongs to another entry.
    KeyReused,
    /// There is no such entry.
    Unknown,
}

#[derive(Debug)]
struct Entry {
    key: String,
    text: String,
    taken_back: bool,
}

/// What a customer wrote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Ticket {
    /// Who.
    pub(crate) customer_id: String,
    /// In their words.
    pub(crate) text: String,
}

#[derive(Debug, Default)]
struct Books {
    tickets: BTreeMap<String, Ticket>,
    employees: BTreeMap<String, Employee>,
    entries: BTreeMap<String, Entry>,
    by_key: BTreeMap<String, String>,
}

/// The desk's memory; it lasts as long as the demo.
#[derive(Debug, Default)]
pub(crate) struct Records {
    books: Mutex<Books>,
}

impl Records {
    /// Lets somebody be known to the directory.
    pub(crate) fn hire(&self, employee: &Employee) {
        self.books.lock().employees.insert(employee.id.clone(), employee.clone());
    }

    /// Somebody in the directory.
    pub(crate) fn employee(&self, id: &str) -> Option<Employee> {
        self.books.lock().employees.get(id).cloned()
    }

    /// A customer writes.
    pub(crate) fn receive(&self, id: &str, ticket: Ticket) {
        self.books.lock().tickets.insert(id.to_owned(), ticket);
    }

    /// What a customer wrote.
    pub(crate) fn ticket(&self, id: &str) -> Option<Ticket> {
        self.books.lock().tickets.get(id).cloned()
    }

    /// Writes an entry, once a key, and returns its identity.
    ///
    /// # Errors
    /// There is no key, or it was used with another text.
    pub(crate) fn write(&self, kind: &str, key: Option<&str>, text: &str) -> Result<String, Conflict> {
        let key = key.ok_or(Conflict::NoKey)?;
        let books = &mut *self.books.lock();
        if let Some(id) = books.by_key.get(key) {
            let same = books.entries.get(id).is_some_and(|entry| entry.key == key && entry.text == text);
            return if same { Ok(id.clone()) } else { Err(Conflict::KeyReused) };
        }
        let id = format!("{kind}-{:05}", books.entries.len().saturating_add(1));
        let entry = Entry { key: key.to_owned(), text: text.to_owned(), taken_back: false };
        books.by_key.insert(key.to_owned(), id.clone());
        books.entries.insert(id.clone(), entry);
        Ok(id)
    }

    /// Takes an entry back; again is the same.
    ///
    /// # Errors
    /// There is no such entry of this kind.
    pub(crate) fn take_back(&self, kind: &str, id: &str) -> Result<String, Conflict> {
        let of_kind = id.rsplit_once('-').is_some_and(|(of, _)| of == kind);
        let books = &mut *self.books.lock();
        let entry = books.entries.get_mut(id).filter(|_| of_kind).ok_or(Conflict::Unknown)?;
        entry.taken_back = true;
        Ok(id.to_owned())
    }
}
