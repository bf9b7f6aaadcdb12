//! Where the money of the demo is: sales, payouts and reversals in an SQLite file of their own.

use std::path::Path;

use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Deserialize;

use crate::cli::demo::case::Sale;

#[cfg(test)]
mod tests;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE sales (
        id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, amount_minor INTEGER NOT NULL, currency TEXT NOT NULL,
        region TEXT NOT NULL, account TEXT NOT NULL, status TEXT NOT NULL, eligible INTEGER NOT NULL,
        answers INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE payouts (
        number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE,
        transaction_id TEXT NOT NULL REFERENCES sales (id), amount_minor INTEGER NOT NULL,
        currency TEXT NOT NULL, account TEXT NOT NULL
    ) STRICT;
    CREATE TABLE reversals (
        number INTEGER PRIMARY KEY REFERENCES payouts (number), key TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE refusals (number INTEGER PRIMARY KEY REFERENCES payouts (number)) STRICT;
";

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// It names something that is not there.
    #[error("there is no {0}")]
    Unknown(&'static str),
    /// It contradicts what is there.
    #[error("{0}")]
    Conflict(&'static str),
    /// The file could not be read or written.
    #[error("the ledger cannot be used: {0}")]
    Database(#[from] rusqlite::Error),
    /// The process is going down.
    #[error("interrupted")]
    Interrupted,
}

/// What shall be paid.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    /// For which sale.
    pub(crate) transaction_id: String,
    /// In cents.
    pub(crate) amount_minor: i64,
    /// Three letters.
    pub(crate) currency: String,
    /// To whom.
    pub(crate) account: String,
}

/// Money that went out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Payout {
    /// Its identity here.
    pub(crate) payout_id: String,
    /// The idempotency key it came with.
    pub(crate) key: String,
    /// What was ordered.
    pub(crate) order: Order,
}

/// Money that came back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reversal {
    /// What it takes back.
    pub(crate) payout_id: String,
    /// The idempotency key it came with.
    pub(crate) key: String,
}

/// Something that was written now, or had been before under the same key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Entry<T> {
    /// Just now.
    New(T),
    /// Before; nothing happened again.
    Known(T),
}

impl<T> Entry<T> {
    /// The same of something else.
    pub(crate) fn map<U>(self, map: impl FnOnce(T) -> U) -> Entry<U> {
        match self {
            Self::New(value) => Entry::New(map(value)),
            Self::Known(value) => Entry::Known(map(value)),
        }
    }
}

/// The ledger; one connection, one writer at a time.
#[derive(Debug)]
pub(crate) struct Ledger {
    connection: Mutex<Connection>,
}

impl Ledger {
    /// Creates the file.
    ///
    /// # Errors
    /// When it cannot be created, or is there already.
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Lets a sale have been made; one that is known stays as it is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn sell(&self, sale: &Sale) -> Result<(), Error> {
        self.connection.lock().execute(
            "INSERT OR IGNORE INTO sales VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                sale.id,
                sale.customer_id,
                sale.amount_minor,
                sale.currency,
                sale.region,
                sale.account,
                sale.status,
                sale.eligible,
                sale.answers
            ],
        )?;
        Ok(())
    }

    /// One sale.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn sale(&self, id: &str) -> Result<Option<Recorded>, Error> {
        let sql = "SELECT * FROM sales WHERE id = ?1";
        Ok(self.connection.lock().query_row(sql, [id], Recorded::of).optional()?)
    }

    /// Pays, once a key: the same key with the same order finds what was paid.
    ///
    /// # Errors
    /// The sale is unknown, or the key belongs to another order.
    pub(crate) fn pay(&self, key: &str, order: &Order) -> Result<Entry<Payout>, Error> {
        let mut connection = self.connection.lock();
        let work = connection.transaction()?;
        let known = work.query_row("SELECT * FROM payouts WHERE key = ?1", [key], payout).optional()?;
        match known {
            Some(known) if known.order == *order => return Ok(Entry::Known(known)),
            Some(_) => return Err(Error::Conflict("the key was used for another order")),
            None => {}
        }
        let sold: bool = work.query_row(
            "SELECT EXISTS (SELECT 1 FROM sales WHERE id = ?1)",
            [&order.transaction_id],
            |row| row.get(0),
        )?;
        if !sold {
            return Err(Error::Unknown("such transaction"));
        }
        work.execute(
            "INSERT INTO payouts (key, transaction_id, amount_minor, currency, account) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![key, order.transaction_id, order.amount_minor, order.currency, order.account],
        )?;
        let paid = work.query_row("SELECT * FROM payouts WHERE key = ?1", [key], payout)?;
        work.commit()?;
        Ok(Entry::New(paid))
    }

    /// Takes a payout back, at most once.
    ///
    /// # Errors
    /// The payout is unknown, or was reversed under another key, or the key reversed another one.
    pub(crate) fn reverse(&self, key: &str, id: &str) -> Result<Entry<Reversal>, Error> {
        let number = number(id).ok_or(Error::Unknown("such payout"))?;
        let mut connection = self.connection.lock();
        let work = connection.transaction()?;
        let paid: bool =
            work.query_row("SELECT EXISTS (SELECT 1 FROM payouts WHERE number = ?1)", [number], |row| {
                row.get(0)
            })?;
        if !paid {
            return Err(Error::Unknown("such payout"));
        }
        let sql = "SELECT * FROM reversals WHERE number = ?1 OR key = ?2";
        let known = work.query_row(sql, params![number, key], reversal).optional()?;
        match known {
            Some(known) if known.key == key && known.payout_id == id => return Ok(Entry::Known(known)),
            Some(known) if known.key == key => {
                return Err(Error::Conflict("the key was used for another payout"));
            }
            Some(_) => return Err(Error::Conflict("the payout is reversed already")),
            None => {}
        }
        work.execute("INSERT INTO reversals (number, key) VALUES (?1, ?2)", params![number, key])?;
        work.commit()?;
        Ok(Entry::New(Reversal { payout_id: id.to_owned(), key: key.to_owned() }))
    }

    /// What was paid under a key, if anything.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn paid(&self, key: &str) -> Result<Option<Payout>, Error> {
        let sql = "SELECT * FROM payouts WHERE key = ?1";
        Ok(self.connection.lock().query_row(sql, [key], payout).optional()?)
    }

    /// Notes that a payout is not taken back.
    ///
    /// # Errors
    /// The payout is unknown.
    pub(crate) fn refuse(&self, id: &str) -> Result<(), Error> {
        let number = number(id).ok_or(Error::Unknown("such payout"))?;
        self.connection.lock().execute("INSERT OR IGNORE INTO refusals (number) VALUES (?1)", [number])?;
        Ok(())
    }

    /// The payouts that are not taken back.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn refused(&self) -> Result<Vec<String>, Error> {
        let connection = self.connection.lock();
        let mut refused = connection.prepare("SELECT number FROM refusals ORDER BY number")?;
        let refused = refused.query_map([], |row| row.get("number").map(identity))?;
        Ok(refused.collect::<Result<_, _>>()?)
    }

    /// True when a payout was taken back, false when it stands; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn is_reversed(&self, id: &str) -> Result<Option<bool>, Error> {
        let Some(number) = number(id) else { return Ok(None) };
        let sql = "SELECT EXISTS (SELECT 1 FROM reversals WHERE number = ?1) FROM payouts WHERE number = ?1";
        Ok(self.connection.lock().query_row(sql, [number], |row| row.get(0)).optional()?)
    }

    /// Everything that was ever paid and taken back, in the order of the payouts.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn entries(&self) -> Result<(Vec<Payout>, Vec<Reversal>), Error> {
        let connection = self.connection.lock();
        let mut paid = connection.prepare("SELECT * FROM payouts ORDER BY number")?;
        let paid = paid.query_map([], payout)?.collect::<Result<_, _>>()?;
        let mut reversed = connection.prepare("SELECT * FROM reversals ORDER BY number")?;
        let reversed = reversed.query_map([], reversal)?.collect::<Result<_, _>>()?;
        Ok((paid, reversed))
    }
}

/// A sale as it was recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Recorded {
    pub(crate) id: String,
    pub(crate) customer_id: String,
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) status: String,
    pub(crate) eligible: bool,
    pub(crate) answers: bool,
}

impl Recorded {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            customer_id: row.get("customer_id")?,
            amount_minor: row.get("amount_minor")?,
            currency: row.get("currency")?,
            region: row.get("region")?,
            account: row.get("account")?,
            status: row.get("status")?,
            eligible: row.get("eligible")?,
            answers: row.get("answers")?,
        })
    }
}

fn payout(row: &Row<'_>) -> rusqlite::Result<Payout> {
    Ok(Payout {
        payout_id: identity(row.get("number")?),
        key: row.get("key")?,
        order: Order {
            transaction_id: row.get("transaction_id")?,
            amount_minor: row.get("amount_minor")?,
            currency: row.get("currency")?,
            account: row.get("account")?,
        },
    })
}

fn reversal(row: &Row<'_>) -> rusqlite::Result<Reversal> {
    Ok(Reversal { payout_id: identity(row.get("number")?), key: row.get("key")? })
}

fn identity(number: i64) -> String {
    format!("po-{number:05}")
}

fn number(id: &str) -> Option<i64> {
    id.strip_prefix("po-")?.parse().ok().filter(|number| identity(*number) == id)
}
