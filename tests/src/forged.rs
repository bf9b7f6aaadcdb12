//! A journal as somebody who may write it would forge it: an event is changed, and the chain is recomputed.

use remit_core::Digest;
use rusqlite::{Connection, params};

use crate::site::Site;

/// The journal of a control plane that is not running.
#[derive(Debug)]
pub struct Forger(Connection);

impl Forger {
    /// Opens the journal of a site.
    pub fn open(site: &Site) -> Self {
        Self(Connection::open(site.data().join("journal.sqlite")).unwrap())
    }

    /// Position and text of the first event of a kind whose text has these words.
    pub fn find(&self, domain: &str, kind: &str, words: &str) -> (i64, String) {
        let query = "SELECT seq, body FROM events WHERE domain = ?1 AND kind = ?2 AND instr(body, ?3) > 0 ORDER BY seq";
        self.0.query_row(query, params![domain, kind, words], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    }

    /// Writes another text for an event, and every hash anew.
    pub fn write(&self, domain: &str, seq: i64, body: &str) {
        let changed = self.0.execute(
            "UPDATE events SET body = ?3 WHERE domain = ?1 AND seq = ?2",
            params![domain, seq, body],
        );
        assert_eq!(changed.unwrap(), 1, "there is no event {seq} of {domain}");
        self.recompute(domain);
    }

    /// The chain as `journal/src/chain.rs` describes it.
    fn recompute(&self, domain: &str) {
        let mut statement =
            self.0.prepare("SELECT seq, at, body FROM events WHERE domain = ?1 ORDER BY seq").unwrap();
        let rows = statement.query_map([domain], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let rows: Vec<(i64, i64, String)> = rows.unwrap().map(Result::unwrap).collect();
        let length = u32::try_from(domain.len()).unwrap().to_be_bytes();
        let mut hash = Digest::of(&[b"remit journal v1\0", domain.as_bytes()].concat());
        for (seq, at, body) in rows {
            let parts: [&[u8]; 6] = [
                hash.as_bytes(),
                &seq.to_be_bytes(),
                &length,
                domain.as_bytes(),
                &at.to_be_bytes(),
                body.as_bytes(),
            ];
            hash = Digest::of(&parts.concat());
            let update = "UPDATE events SET hash = ?3 WHERE domain = ?1 AND seq = ?2";
            self.0.execute(update, params![domain, seq, hash.as_bytes()]).unwrap();
        }
    }
}
