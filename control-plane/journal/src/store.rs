//! The stores: memory and SQLite, each as a half that reads and a half that writes.
//!
//! An enum, because the stores are few and known: a type parameter would spread into every signature
//! of the server. One conformance suite (`conformance.rs`) holds them all.

use std::{collections::BTreeMap, sync::Arc};

use remit_core::DomainName;

use crate::{Error, chain::Head, group::Group, memory, row::Row, sqlite};

/// Which events of a domain to find.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Query<'a> {
    /// Those after a position, at most so many.
    After { seq: i64, limit: usize },
    /// Those of a run, by its 16 bytes.
    Run(&'a [u8; 16]),
    /// Those of an action, by its 16 bytes.
    Action(&'a [u8; 16]),
}

/// The half that reads; shared by all handles, never behind the writer.
#[derive(Debug)]
pub(crate) enum Reader {
    Memory(memory::Store),
    Sqlite(sqlite::Reader),
}

impl Reader {
    /// The end of every chain as it is stored.
    pub(crate) fn heads(&self) -> Result<BTreeMap<DomainName, Head>, Error> {
        match self {
            Self::Memory(store) => Ok(store.heads()),
            Self::Sqlite(reader) => reader.heads(),
        }
    }

    /// The rows that match, in the order of their positions.
    pub(crate) fn rows(&self, domain: &DomainName, query: Query<'_>) -> Result<Vec<Row>, Error> {
        match self {
            Self::Memory(store) => Ok(store.rows(domain, query)),
            Self::Sqlite(reader) => reader.rows(domain, query),
        }
    }
}

/// The half that writes; owned by the writer thread.
#[derive(Debug)]
pub(crate) enum Writer {
    Memory(memory::Store),
    Sqlite(sqlite::Writer),
}

impl Writer {
    /// Makes all records durable, or none; says why it could not.
    pub(crate) fn commit(&mut self, group: &Group) -> Result<(), Arc<str>> {
        match self {
            Self::Memory(store) => {
                store.push(group);
                Ok(())
            }
            Self::Sqlite(writer) => writer.commit(group),
        }
    }

    /// Lets go of the store; after a failure nothing more is written to it.
    pub(crate) fn close(self, failed: bool) {
        match self {
            Self::Memory(_) => {}
            Self::Sqlite(writer) => writer.close(failed),
        }
    }
}
