//! The witness: what was really paid and taken back, in SQLite.
//!
//! It is naive on purpose and pays whatever it is told to, but keeps its word about keys: the same key is the same
//! payout, and with other bytes an error. Without a key it pays twice: a double must show.

use std::path::Path;

use parking_lot::Mutex;
use rusqlite::Connection;

/// Money that left.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Payout {
    /// `po-N`, as the tool answers it.
    pub id: String,
    /// The idempotency key that came with it.
    pub key: String,
    /// Which sale it refunds.
    pub transaction: String,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// The very bytes of the request.
    pub body: String,
}

/// Payouts and reversals of one test.
#[derive(Debug)]
pub struct Ledger(Mutex<Connection>);

impl Ledger {
    /// An empty ledger in a file.
    pub fn create(path: &Path) -> Self {
        let connection = Connection::open(path).unwrap();
        connection
            .execute_batch(
                "PRAGMA synchronous = OFF;
                 CREATE TABLE payouts (number INTEGER PRIMARY KEY, key TEXT, sale TEXT, amount INTEGER, body TEXT);
                 CREATE TABLE reversals (payout TEXT, key TEXT);",
            )
            .unwrap();
        Self(Mutex::new(connection))
    }

    /// Pays, once a key; returns the payout's id.
    pub fn pay(&self, key: &str, transaction: &str, amount_minor: i64, body: &str) -> String {
        if let Some(known) = self.payouts().into_iter().find(|known| !key.is_empty() && known.key == key) {
            assert_eq!(known.body, body, "the key {key} came with other bytes");
            return known.id;
        }
        let connection = self.0.lock();
        let row = (key, transaction, amount_minor, body);
        connection
            .execute("INSERT INTO payouts (key, sale, amount, body) VALUES (?1, ?2, ?3, ?4)", row)
            .unwrap();
        format!("po-{}", connection.last_insert_rowid())
    }

    /// Takes a payout back.
    pub fn reverse(&self, key: &str, payout: &str) {
        let known = self.reversals().into_iter().any(|(_, known)| !key.is_empty() && known == key);
        if !known {
            self.0.lock().execute("INSERT INTO reversals VALUES (?1, ?2)", (payout, key)).unwrap();
        }
    }

    /// Everything that was paid, in order.
    pub fn payouts(&self) -> Vec<Payout> {
        let connection = self.0.lock();
        let mut rows = connection
            .prepare("SELECT number, key, sale, amount, body FROM payouts ORDER BY number")
            .unwrap();
        let payouts = rows.query_map([], |row| {
            let number: i64 = row.get(0)?;
            Ok(Payout {
                id: format!("po-{number}"),
                key: row.get(1)?,
                transaction: row.get(2)?,
                amount_minor: row.get(3)?,
                body: row.get(4)?,
            })
        });
        payouts.unwrap().map(Result::unwrap).collect()
    }

    /// The payouts that were taken back, in order, with the key of each reversal.
    pub fn reversals(&self) -> Vec<(String, String)> {
        let connection = self.0.lock();
        let mut rows = connection.prepare("SELECT payout, key FROM reversals ORDER BY rowid").unwrap();
        rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }
}
