//! What only a store on disk can do: be reopened, be held, be damaged, be full.

#![expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]

use std::{fs, path::Path};

use rusqlite::Connection;

use crate::{
    Error, Journal,
    store::{Reader, Writer},
    testing::{access, action, append, batch, ended, payments, run, send, seqs, started},
};

#[test]
fn reopening_finds_everything() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open(dir.path()).unwrap();
    for domain in [payments(), access()] {
        append(&journal, batch(&domain, 0, vec![started(1, 1), ended(1, "done")])).unwrap();
    }
    let head = journal.head(&payments());
    journal.close();
    let journal = Journal::open(dir.path()).unwrap();
    assert_eq!(journal.domains().unwrap(), [(access(), 2), (payments(), 2)]);
    assert_eq!(journal.head(&payments()), head);
    assert_eq!(seqs(&append(&journal, batch(&payments(), 2, vec![started(2, 1)])).unwrap()), [3]);
    assert_eq!(journal.verify(&payments()).unwrap().events, 3);
}

#[test]
fn a_second_writer_is_refused_until_the_first_closes() {
    let dir = tempfile::tempdir().unwrap();
    let first = Journal::open(dir.path()).unwrap();
    let path = dir.path().join("journal.lock");
    assert_eq!(Journal::open(dir.path()).unwrap_err(), Error::Held { path });
    first.close();
    assert!(Journal::open(dir.path()).is_ok());
}

#[test]
fn people_can_read_it_with_sqlite_while_it_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open(dir.path()).unwrap();
    append(&journal, batch(&payments(), 0, vec![ended(1, "done")])).unwrap();
    let read = "SELECT seq || ' ' || kind || ' ' || body FROM events ORDER BY domain, seq";
    let line: String = sqlite(dir.path()).query_row(read, [], |row| row.get(0)).unwrap();
    let body =
        r#"{"run_ended":{"run":"run_00000000000000000000000000000001","stopped":false,"note":"done"}}"#;
    assert_eq!(line, format!("1 run_ended {body}"));
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing");
    let error = Journal::open(&missing).unwrap_err().to_string();
    let beginning =
        format!("journal `{}` cannot be opened: No such file", missing.join("journal.lock").display());
    assert!(error.starts_with(&beginning), "{error}");
}

#[test]
fn what_is_no_journal_is_refused_untouched() {
    let check = |spoil: fn(&Path)| {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path()).unwrap();
        append(&journal, batch(&payments(), 0, (0..200).map(|n| started(n, 1)).collect())).unwrap();
        journal.close();
        let path = dir.path().join("journal.sqlite");
        spoil(&path);
        let before = fs::read(&path).unwrap();
        let error = Journal::open(dir.path()).unwrap_err();
        assert!(matches!(&error, Error::Damaged { path: named, .. } if *named == path), "{error:?}");
        assert_eq!(fs::read(&path).unwrap(), before);
    };
    check(|path| fs::write(path, "a text that somebody saved under this name").unwrap());
    check(|path| fs::write(path, "").unwrap());
    check(|path| fs::File::options().write(true).open(path).unwrap().set_len(3 * 8192).unwrap());
    check(|path| {
        fs::remove_file(path).unwrap();
        Connection::open(path).unwrap().execute_batch("CREATE TABLE notes (text)").unwrap();
    });
}

/// Runs 1 and 2 take turns, each event of an action of its own.
fn in_turn(journal: &Journal, after: u64, count: u64) {
    let events = (after..after + count).map(|number| started(number + 1, number % 2 + 1)).collect();
    append(journal, batch(&payments(), after, events)).unwrap();
}

fn found(journal: &Journal, of_run: u64) -> Vec<u64> {
    seqs(&journal.by_run(&payments(), run(of_run)).unwrap())
}

#[test]
fn what_is_indexed_and_what_is_not_yet_are_found_alike() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open(dir.path()).unwrap();
    let mut written = 0;
    for count in [1000, 1, 30, 2000, 500] {
        in_turn(&journal, written, count);
        written += count;
        assert_eq!(found(&journal, 1), (1..=written).step_by(2).collect::<Vec<_>>());
        assert_eq!(seqs(&journal.by_action(&payments(), action(written)).unwrap()), [written]);
        assert_eq!(seqs(&journal.by_action(&payments(), action(1)).unwrap()), [1]);
        assert_eq!(seqs(&journal.by_action(&access(), action(1)).unwrap()), [0; 0]);
    }
    journal.close();
    let (indexed, mentions): (i64, i64) = sqlite(dir.path())
        .query_row("SELECT upto, (SELECT count(*) FROM mentions) FROM indexed", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    // An event speaks of its run and its action; the first two have the same bytes for both here.
    assert_eq!((indexed, mentions), (3031, 2 * 3031 - 2));
    let journal = Journal::open(dir.path()).unwrap();
    in_turn(&journal, written, 600);
    assert_eq!(found(&journal, 2).len(), 2065);
    journal.close();
    let indexed: i64 =
        sqlite(dir.path()).query_row("SELECT upto FROM indexed", [], |row| row.get(0)).unwrap();
    assert_eq!(indexed, 4131, "what waited before a restart counts");
}

#[test]
fn finding_a_run_reads_what_is_not_indexed_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    Journal::open(dir.path()).unwrap().close();
    for column in ["run", "action"] {
        let plan = format!("EXPLAIN QUERY PLAN SELECT seq FROM events {}", super::read::mentioning(column));
        let connection = sqlite(dir.path());
        let mut plan = connection.prepare(&plan).unwrap();
        let steps = plan.query_map(["payments", ""], |row| row.get::<_, String>(3)).unwrap();
        let steps: Vec<String> = steps.map(Result::unwrap).filter(|step| step.contains("events")).collect();
        let by_row = |step: &String| step.contains("USING INTEGER PRIMARY KEY");
        assert!(steps.len() == 2 && steps.iter().all(by_row), "{steps:?}");
    }
}

#[test]
fn a_journal_of_format_1_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open(dir.path()).unwrap();
    in_turn(&journal, 0, 20);
    journal.close();
    sqlite(dir.path())
        .execute_batch(
            "DROP TABLE mentions; DROP TABLE indexed; UPDATE meta SET format = 1;
             CREATE INDEX by_run ON events (run) WHERE run IS NOT NULL;
             CREATE INDEX by_action ON events (action) WHERE action IS NOT NULL;",
        )
        .unwrap();
    for _ in 0..2 {
        let journal = Journal::open(dir.path()).unwrap();
        assert_eq!(found(&journal, 2), (2..=20).step_by(2).collect::<Vec<_>>());
        assert_eq!(journal.verify(&payments()).unwrap().events, 20);
        journal.close();
    }
    let journal = Journal::open(dir.path()).unwrap();
    in_turn(&journal, 20, 1100);
    assert_eq!(found(&journal, 1).len(), 560);
}

#[test]
fn a_newer_format_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    Journal::open(dir.path()).unwrap().close();
    sqlite(dir.path()).execute("UPDATE meta SET format = 7", []).unwrap();
    let error = Journal::open(dir.path()).unwrap_err().to_string();
    assert!(
        error.ends_with("has format 7, this version reads up to 2; start the version that wrote it"),
        "{error}"
    );
}

#[test]
fn a_creation_that_was_killed_is_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("journal.sqlite.new"), "half").unwrap();
    let journal = Journal::open(dir.path()).unwrap();
    append(&journal, batch(&payments(), 0, vec![started(1, 1)])).unwrap();
}

#[test]
fn a_full_disk_stops_writing_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (reader, writer, published) = super::open(dir.path()).unwrap();
    writer.limit_pages(24);
    let journal = Journal::start(Reader::Sqlite(reader), Writer::Sqlite(writer), published).unwrap();
    append(&journal, batch(&payments(), 0, vec![started(1, 1), started(2, 1)])).unwrap();

    let long = "x".repeat(4000);
    let too_much = (0..100).map(|_| ended(1, &long)).collect();
    let refused = send(&journal, batch(&payments(), 2, too_much));
    let behind_it = send(&journal, batch(&access(), 0, vec![started(1, 1)]));
    let error = refused.recv().unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "journal writing has stopped: `{}`: database or disk is full; \
             free space on the disk that holds it, then start again, what was answered before is safe",
            dir.path().join("journal.sqlite").display()
        )
    );
    // It is over for everybody, also for what would have fitted.
    drop(behind_it.recv().unwrap());
    let small = append(&journal, batch(&payments(), 2, vec![started(3, 1)]));
    assert_eq!(small.unwrap_err(), error);
    assert_eq!(journal.head(&payments()).unwrap().0, 2);
    assert_eq!(journal.verify(&payments()).unwrap().events, 2);
    journal.close();

    let journal = Journal::open(dir.path()).unwrap();
    assert_eq!(journal.verify(&payments()).unwrap().events, 2);
    assert_eq!(seqs(&append(&journal, batch(&payments(), 2, vec![started(3, 1)])).unwrap()), [3]);
}

fn sqlite(dir: &Path) -> Connection {
    Connection::open(dir.join("journal.sqlite")).unwrap()
}
