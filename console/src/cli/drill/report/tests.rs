//! What people read of drills: one in full, and the trend.

use super::{Found, Report, TREND};
use crate::cli::{
    drill::{
        shelf::tests::{flying, report},
        stop::Stopped,
        undo::Undone,
    },
    screen::{Format, Screen},
    table::Frame,
};

fn reports() -> [Report; 3] {
    let stop = Stopped {
        load: 16,
        let_go: 120,
        throttled: 800,
        refused: 431,
        acknowledged_us: 2_209,
        committed_us: 474,
        contained_us: 5_149,
        position: 5_235,
        in_flight: vec![flying(); 8],
        ..Stopped::default()
    };
    let late = Stopped { late_admits: 2, ..stop.clone() };
    let undo = Undone {
        effects: 20,
        runs: 10,
        undone: 18,
        parked: 2,
        refused: 2,
        taken_back: 18,
        answers_lost: 2,
        verified: true,
        took_us: 4_520_931,
        ..Undone::default()
    };
    [Found::Stop(stop), Found::Undo(undo), Found::Stop(late)].map(|found| report(1, found))
}

fn shown(show: impl FnOnce(&mut Screen<'_>)) -> String {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let frame =
        Frame { width: Some(160), colour: false, wide: false, now: "2026-03-02T09:00:00Z".parse().unwrap() };
    show(&mut Screen { out: &mut out, err: &mut err, format: Format::Table, frame, series: false });
    assert!(err.is_empty());
    String::from_utf8(out).unwrap()
}

#[test]
fn a_drill_in_full() {
    for (name, report) in ["stop", "undo", "failed_stop"].into_iter().zip(reports()) {
        insta::assert_snapshot!(name, shown(|screen| report.write(screen).unwrap()));
    }
}

#[test]
fn the_trend() {
    let reports = reports();
    insta::assert_snapshot!(shown(|screen| screen.list("drills", &reports, TREND, Report::json).unwrap()));
}
