//! Set, read, lifted; and set where nothing more can be written.

use std::fs;

use super::{Kept, OPEN, SIZE, STOPPED, Said, is_set, lift, note, prepare, said, set};

fn told(reason: &str) -> Said {
    Said::new("olga.ops", reason, jiff::Timestamp::UNIX_EPOCH)
}

#[test]
fn it_is_one_file_under_one_of_two_names() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    prepare(data).unwrap();
    assert!(!is_set(data));
    assert_eq!(fs::metadata(data.join(OPEN)).unwrap().len(), SIZE as u64);
    let first = told("its disk is full");
    set(data, &first).unwrap();
    assert!(is_set(data));
    assert_eq!(said(data), Some(first.clone()));
    // Whoever comes second changes nothing, and neither does a start.
    set(data, &told("again")).unwrap();
    prepare(data).unwrap();
    assert_eq!(said(data), Some(first.clone()));
    let kept = Said { journal: Some(Kept::Failed("no space".to_owned())), ..first };
    note(data, &kept).unwrap();
    assert_eq!(said(data), Some(kept));
    assert_eq!(fs::metadata(data.join(STOPPED)).unwrap().len(), SIZE as u64);
    assert!(lift(data).unwrap());
    assert!(!is_set(data) && !lift(data).unwrap());
    // A longer word before leaves nothing behind a shorter one.
    let second = told("x");
    set(data, &second).unwrap();
    assert_eq!(said(data), Some(second));
}

#[test]
fn a_reason_of_any_length_fits_and_none_makes_it_unreadable() {
    for reason in ["", &"é\u{1}\"\\".repeat(4_000), &"\u{1}".repeat(10_000)] {
        let dir = tempfile::tempdir().unwrap();
        prepare(dir.path()).unwrap();
        set(dir.path(), &told(reason)).unwrap();
        assert!(is_set(dir.path()));
        let read = said(dir.path());
        assert!(read.is_none_or(|read| reason.starts_with(&read.reason)));
    }
}

#[test]
fn where_nobody_can_tell_it_is_set() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a-file");
    fs::write(&file, "").unwrap();
    assert!(is_set(&file), "the data directory is a file");
    prepare(dir.path()).unwrap();
    fs::rename(dir.path().join(OPEN), dir.path().join(STOPPED)).unwrap();
    assert!(is_set(dir.path()), "the name alone counts");
    assert_eq!(said(dir.path()), None);
}
