//! Whatever is done to a stored chain, verification fails and names the place.

#![expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]

use std::{fs, path::Path, sync::LazyLock};

use proptest::prelude::*;
use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::{
    Error, Flaw, Journal,
    testing::{access, append, batch, payments, started},
};

const EVENTS: u64 = 8;

/// A journal of eight events in each of two domains, copied for every try.
static INTACT: LazyLock<TempDir> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open(dir.path()).unwrap();
    for domain in [payments(), access()] {
        let events = (1..=EVENTS).map(|number| started(number, 1)).collect();
        append(&journal, batch(&domain, 0, events)).unwrap();
    }
    journal.close();
    dir
});

fn copy() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(INTACT.path().join("journal.sqlite"), dir.path().join("journal.sqlite")).unwrap();
    dir
}

fn sqlite(dir: &Path) -> Connection {
    let connection = Connection::open(dir.join("journal.sqlite")).unwrap();
    // Who alters a journal is not stopped by its constraints.
    connection.pragma_update(None, "ignore_check_constraints", true).unwrap();
    connection
}

/// One way to alter rows of `payments`.
#[derive(Debug, Clone)]
enum Change {
    Body { seq: u64, byte: prop::sample::Index, flip: u8 },
    Hash { seq: u64, byte: prop::sample::Index, flip: u8 },
    At { seq: u64, bit: u32 },
    Seq { seq: u64, bit: u32 },
    Delete { seq: u64 },
    Swap { seq: u64, with: u64 },
}

impl Change {
    fn any() -> impl Strategy<Value = Self> {
        let (seq, byte, flip) = (1..=EVENTS, any::<prop::sample::Index>(), 1..=u8::MAX);
        prop_oneof![
            (seq.clone(), byte.clone(), flip.clone()).prop_map(|(seq, byte, flip)| Self::Body {
                seq,
                byte,
                flip
            }),
            (seq.clone(), byte, flip).prop_map(|(seq, byte, flip)| Self::Hash { seq, byte, flip }),
            (seq.clone(), 0..64_u32).prop_map(|(seq, bit)| Self::At { seq, bit }),
            (seq, 4..64_u32).prop_map(|(seq, bit)| Self::Seq { seq, bit }),
            (1..EVENTS).prop_map(|seq| Self::Delete { seq }),
            (1..EVENTS, 1..EVENTS).prop_map(|(seq, by)| Self::Swap { seq, with: (seq + by).min(EVENTS) }),
        ]
    }

    /// Alters the rows and says where verification must stop.
    fn apply(&self, db: &Connection) -> u64 {
        match *self {
            Self::Body { seq, byte, flip } => alter(db, "body", seq, byte, flip),
            Self::Hash { seq, byte, flip } => alter(db, "hash", seq, byte, flip),
            Self::At { seq, bit } => update(db, "at = (at | ?2) - (at & ?2)", seq, 1_i64 << bit),
            Self::Seq { seq, bit } => {
                update(db, "seq = (seq | ?2) - (seq & ?2)", seq, 1_i64 << bit);
                // The sign bit puts the row before the first.
                if bit == 63 { 1 } else { seq }
            }
            Self::Delete { seq } => {
                db.execute("DELETE FROM events WHERE domain = 'payments' AND seq = ?1", [seq.cast_signed()])
                    .unwrap();
                seq
            }
            Self::Swap { seq, with } => {
                for (from, to) in [(seq, 1000), (with, seq), (1000, with)] {
                    update(db, "seq = ?2", from, to.cast_signed());
                }
                seq
            }
        }
    }
}

fn alter(db: &Connection, column: &str, seq: u64, byte: prop::sample::Index, flip: u8) -> u64 {
    let select = format!("SELECT CAST({column} AS BLOB) FROM events WHERE domain = 'payments' AND seq = ?1");
    let mut bytes: Vec<u8> = db.query_row(&select, [seq.cast_signed()], |row| row.get(0)).unwrap();
    let place = byte.index(bytes.len());
    bytes[place] ^= flip;
    let set = if column == "body" { "body = CAST(?2 AS TEXT)" } else { "hash = ?2" };
    let update = format!("UPDATE events SET {set} WHERE domain = 'payments' AND seq = ?1");
    assert_eq!(db.execute(&update, params![seq.cast_signed(), bytes]).unwrap(), 1);
    seq
}

fn update(db: &Connection, set: &str, seq: u64, value: i64) -> u64 {
    let update = format!("UPDATE events SET {set} WHERE domain = 'payments' AND seq = ?1");
    assert_eq!(db.execute(&update, [seq.cast_signed(), value]).unwrap(), 1);
    seq
}

/// Where the reopened journal stops to hold, after checking that nothing behind that place was handed over.
fn first_flaw(dir: &Path) -> (u64, Flaw) {
    let journal = Journal::open(dir).unwrap();
    let mut handed_over = 0;
    let Err(Error::Corrupt { domain, seq, flaw }) = journal.replay(&payments(), |_| handed_over += 1) else {
        panic!("the chain must not verify")
    };
    assert_eq!((domain, handed_over), (payments(), seq - 1));
    assert_eq!(journal.verify(&access()).unwrap().events, EVENTS);
    journal.close();
    (seq, flaw)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_change_is_found_where_it_was_made(change in Change::any()) {
        let dir = copy();
        let place = change.apply(&sqlite(dir.path()));
        prop_assert_eq!(first_flaw(dir.path()).0, place);
    }
}

#[test]
fn columns_that_contradict_the_body_are_found() {
    for (set, column) in [("kind = 'run_ended'", "kind"), ("run = NULL", "run"), ("action = x'00'", "action")]
    {
        let dir = copy();
        let update = format!("UPDATE events SET {set} WHERE domain = 'payments' AND seq = 3");
        assert_eq!(sqlite(dir.path()).execute(&update, []).unwrap(), 1);
        assert_eq!(first_flaw(dir.path()), (3, Flaw::Column(column)));
    }
}

#[test]
fn a_cut_end_shows_only_to_who_knew_the_head() {
    let dir = copy();
    let journal = Journal::open(dir.path()).unwrap();
    sqlite(dir.path()).execute("DELETE FROM events WHERE domain = 'payments' AND seq > 6", []).unwrap();
    let found = journal.verify(&payments()).unwrap_err();
    assert_eq!(found, Error::Corrupt { domain: payments(), seq: 7, flaw: Flaw::CutOff });
    journal.close();
    // Six intact events are a valid chain: only a head kept elsewhere tells that there were eight.
    let journal = Journal::open(dir.path()).unwrap();
    assert_eq!(journal.verify(&payments()).unwrap().events, 6);
}
