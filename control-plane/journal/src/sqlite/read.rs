//! Reading connections: opened when all others are busy, kept for the next reader.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, OptionalExtension as _, Rows, params};

use super::connect;
use crate::{Error, chain::Head, row::Row, store::Query};
use remit_core::DomainName;

/// Connections kept open between reads; more readers than that open one for themselves.
const IDLE_CONNECTIONS: usize = 4;

/// The reading half of the store.
#[derive(Debug)]
pub(crate) struct Reader {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Reader {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::default() }
    }

    pub(crate) fn rows(&self, domain: &DomainName, query: Query<'_>) -> Result<Vec<Row>, Error> {
        self.with(|connection| select(connection, domain, query))
    }

    pub(crate) fn heads(&self) -> Result<BTreeMap<DomainName, Head>, Error> {
        self.with(heads)
    }

    /// Reads through an idle connection or a new one; one that met an error is closed rather than kept.
    fn with<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        let failed = |cause: rusqlite::Error| unreadable(&self.path, &cause);
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?,
        };
        let found = read(&connection).map_err(failed)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS {
            idle.push(connection);
        }
        Ok(found)
    }
}

/// The end of every chain, by jumping from domain to domain in the index.
fn heads(connection: &Connection) -> rusqlite::Result<BTreeMap<DomainName, Head>> {
    let mut statement = connection.prepare_cached(
        "SELECT domain, seq, hash FROM events
         WHERE domain = (SELECT min(domain) FROM events WHERE domain > ?1)
         ORDER BY seq DESC LIMIT 1",
    )?;
    let mut heads = BTreeMap::new();
    let mut last = String::new();
    while let Some((domain, head)) = statement.query_row([&last], end_of_chain).optional()? {
        heads.insert(DomainName::from(domain.as_str()), head);
        last = domain;
    }
    Ok(heads)
}

fn end_of_chain(row: &rusqlite::Row<'_>) -> rusqlite::Result<(String, Head)> {
    // No batch can follow a negative position, and a replay names it.
    let seq = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(u64::MAX);
    Ok((row.get(0)?, Head { seq, hash: row.get(2)? }))
}

fn select(connection: &Connection, domain: &DomainName, query: Query<'_>) -> rusqlite::Result<Vec<Row>> {
    let domain = domain.as_str();
    match query {
        Query::After { seq, limit } => {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut found = prepare(connection, "WHERE domain = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3")?;
            collect(found.query(params![domain, seq, limit])?)
        }
        Query::Run(id) => collect(prepare(connection, &mentioning("run"))?.query(params![domain, id])?),
        Query::Action(id) => collect(prepare(connection, &mentioning("action"))?.query(params![domain, id])?),
    }
}

fn prepare<'a>(connection: &'a Connection, which: &str) -> rusqlite::Result<CachedStatement<'a>> {
    connection.prepare_cached(&format!("SELECT seq, at, kind, run, action, hash, body FROM events {which}"))
}

/// By the index as far as it goes, then by looking; not by domain, whose events may be very many.
pub(super) fn mentioning(column: &str) -> String {
    format!(
        "NOT INDEXED WHERE domain = ?1 AND {column} = ?2 AND id IN (
             SELECT event FROM mentions WHERE who = ?2
             UNION ALL SELECT id FROM events NOT INDEXED WHERE id > (SELECT upto FROM indexed) AND {column} = ?2
         ) ORDER BY seq"
    )
}

fn collect(mut found: Rows<'_>) -> rusqlite::Result<Vec<Row>> {
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        // Texts are taken as bytes: what is not UTF-8 is a finding about the row, not about the file.
        let bytes = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_bytes()?.to_vec());
        let optional =
            |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_bytes_or_null()?.map(<[u8]>::to_vec));
        rows.push(Row {
            seq: row.get(0)?,
            at: row.get(1)?,
            kind: bytes(2)?,
            run: optional(3)?,
            action: optional(4)?,
            hash: bytes(5)?,
            body: bytes(6)?,
        });
    }
    Ok(rows)
}

fn unreadable(path: &Path, cause: &rusqlite::Error) -> Error {
    let path = path.to_owned();
    let text = cause.to_string().into();
    match cause.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Damaged { path, cause: text },
        _ => Error::Read { path, cause: text },
    }
}
