//! Reports are kept for their person alone, in the order of time, and a foreign file is named.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::Shelf;
use crate::cli::drill::{
    report::{Found, Report, Setting},
    stop::{Flying, Stopped},
    undo::Undone,
};

/// A report of this kind, the newer the larger the number.
pub(in crate::cli::drill) fn report(number: u64, found: Found) -> Report {
    Report {
        id: format!("drill-{number:04}"),
        at: "2026-03-02T09:00:00Z".parse().unwrap(),
        environment: "test".to_owned(),
        setting: Setting {
            service: "refund-decision".to_owned(),
            version: "1.0.0".to_owned(),
            digest: "00".repeat(32),
            domain: "payments".to_owned(),
            domain_file: true,
            scenario: "scenarios/rollback.yaml last-effect-first".to_owned(),
            tool: "payout.create".to_owned(),
        },
        wrong: found.wrong(),
        found,
    }
}

pub(in crate::cli::drill) fn flying() -> Flying {
    Flying {
        action: "act_1".to_owned(),
        tool: "payout.create".to_owned(),
        sent: true,
        ended: Some("succeeded".to_owned()),
    }
}

#[test]
fn what_is_kept_is_read_again_in_the_order_of_time() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf(folder.path().join("state/drills"));
    assert_eq!(shelf.all().unwrap(), []);
    let stop = Stopped { load: 8, position: 70, in_flight: vec![flying()], ..Stopped::default() };
    let undo = Undone {
        effects: 20,
        undone: 18,
        parked: 2,
        refused: 2,
        taken_back: 18,
        verified: true,
        ..Undone::default()
    };
    let reports = [report(1, Found::Stop(stop)), report(2, Found::Undo(undo))];
    let newest = shelf.keep(&reports[1]).unwrap();
    shelf.keep(&reports[0]).unwrap();
    assert_eq!(shelf.all().unwrap(), reports);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&newest), mode(newest.parent().unwrap())), (0o600, 0o700));
    assert!(shelf.keep(&reports[1]).is_err(), "a report is never written over");

    fs::write(shelf.0.join("notes.json"), "{}").unwrap();
    let foreign = format!("{:?}", shelf.all().unwrap_err());
    assert!(foreign.contains("notes.json"), "{foreign}");
}

#[test]
fn whatever_must_not_be_is_said() {
    let stop = Stopped { in_flight: vec![flying()], ..Stopped::default() };
    assert_eq!(stop.wrong(), Vec::<String>::new());
    let open = Flying { ended: None, ..flying() };
    for (wrong, says) in [
        (Stopped { late_admits: 1, ..stop.clone() }, "1 were admitted after the acknowledged position"),
        (Stopped { in_flight: Vec::new(), ..stop.clone() }, "nothing was in flight, so nothing was shown"),
        (Stopped { in_flight: vec![open], ..stop }, "1 of what was in flight did not end"),
    ] {
        assert_eq!(wrong.wrong(), [says]);
    }
    let good = Undone {
        effects: 20,
        undone: 18,
        parked: 2,
        refused: 2,
        taken_back: 18,
        verified: true,
        ..Undone::default()
    };
    assert_eq!(good.wrong(), Vec::<String>::new());
    for (wrong, says) in [
        (Undone { parked: 3, undone: 17, taken_back: 17, ..good.clone() }, "3 were parked, and 2 refused"),
        (Undone { taken_back: 19, ..good.clone() }, "18 count as undone, and 19 were taken back"),
        (Undone { effects: 21, ..good.clone() }, "of 21, 18 were undone and 2 parked"),
        (Undone { doubled: 1, ..good.clone() }, "1 were taken back twice"),
        (Undone { in_doubt: 1, ..good.clone() }, "1 are in doubt at the end"),
        (Undone { verified: false, ..good }, "the chain of the journal is broken"),
    ] {
        assert_eq!(wrong.wrong(), [says]);
    }
}
