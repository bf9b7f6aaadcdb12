//! Every screen of the console, as the demo shows it in a terminal; `just screens` writes them into the documentation.

use std::{env, fmt::Write as _, fs};

use remit_tests::terminal::Terminal;

use super::begun;
use crate::REMIT;

const ESC: &str = "\x1b";
const ENTER: &str = "\r";

/// A screen: its heading, what it is for, the keys that lead there from the one before, each with what must be seen
/// then, and what it must show.
struct Screen(&'static str, &'static str, &'static [(Key, &'static str)], &'static [&'static str]);

enum Key {
    /// Pressed once.
    Once(&'static str),
    /// Pressed again until it was heard: what opens a card throws away keys that come too early.
    Heard(&'static str),
}

use Key::{Heard, Once};

const NARROW: &[Screen] = &[
    Screen(
        "Overview",
        "Services with their ceiling, budget and pulse; the first row says where you are, how old the picture is, and what waits.",
        &[],
        &["1 Overview", "LIVE", "PER MINUTE", "refund-decision"],
    ),
    Screen(
        "Queue",
        "What waits for a person, with the time until it lapses.",
        &[(Once("2"), "2 Queue")],
        &["2 Queue", "ASKS FOR", "WHAT"],
    ),
    Screen(
        "Queue, folded",
        "Questions that are alike are one row; Enter shows what differs, `!` denies all of them.",
        &[(Once("v"), "folded: v unfolds")],
        &["2 Queue", "folded: v unfolds"],
    ),
    Screen(
        "Decision",
        "Exactly what would run, all seven clauses, the evidence with source, age and digest. Approving stays locked until all of it was shown.",
        &[(Once("v"), "each is a row"), (Once(ENTER), "lapses in")],
        &["WHAT", "lapses in", "-- lines 1 to"],
    ),
    Screen(
        "Approve",
        "What an approval takes: the document was read to its end, a reason, the digest. It is signed with the operator's key.",
        &[(Heard(" "), "; end --"), (Heard("a"), "APPROVE esc_")],
        &["APPROVE esc_", "signed by you with key", "live: Enter"],
    ),
    Screen(
        "Trace",
        "The journal as it is written; `f` freezes, `/` filters.",
        &[(Heard(ESC), "lapses in"), (Once("3"), "3 Trace")],
        &["3 Trace", "FOLLOWING", "hidden, "],
    ),
    Screen(
        "Service",
        "Who answers for it, its clauses, budgets with pace and forecast, and its runs.",
        &[(Once("1"), "1 Overview"), (Once("j"), "- refund-decision -"), (Once(ENTER), "then its tools")],
        &["then its tools", "delegation", "enforced", "an hour", "run  "],
    ),
    Screen(
        "Run",
        "One run: its actions and its timeline.",
        &[(Once(ENTER), "Run case-")],
        &["Run case-", "started", "Timeline"],
    ),
    Screen(
        "Run in time",
        "The same as bars, from each decision to its end, with what it waited for.",
        &[(Once("w"), "w list")],
        &["Run case-", ". waits", "w list"],
    ),
    Screen(
        "Action",
        "One action: what, with which bytes, and what each clause said.",
        &[(Once("w"), "started"), (Once(ENTER), "Action act_")],
        &["Action act_", "identity"],
    ),
    Screen(
        "Undo plan",
        "The frozen plan of a rollback, last effect first, before anything happens.",
        &[(Once(ESC), "Run case-"), (Once("!"), "ACT on"), (Heard("b"), "UNDO")],
        &["UNDO", "step(s)"],
    ),
    Screen(
        "Safe mode",
        "A card says what it will do; it becomes live only after it was on the screen.",
        &[
            (Heard(ESC), "Run case-"),
            (Once("1"), "1 Overview"),
            (Once("!"), "ACT on"),
            (Heard("m"), "SAFE service:"),
        ],
        &["SAFE service:", "live: y confirms"],
    ),
    Screen(
        "Switches",
        "Ceilings in force, who set them and why.",
        &[(Heard("y"), "1 Overview"), (Once("4"), "4 Switches")],
        &["4 Switches   1 in force", "ACKED"],
    ),
    Screen(
        "Parked",
        "What an undo has left to people.",
        &[(Once("5"), "5 Parked")],
        &["5 Parked", "for people to take over"],
    ),
    Screen(
        "Contracts",
        "The versions of every service: in which state each is, by whose hands, and what it would change.",
        &[(Once("6"), "6 Contracts")],
        &["6 Contracts", "PROPOSED", "this is the active version"],
    ),
    Screen(
        "Cost",
        "Budgets of domains, services and open runs, at which pace they are spent, and when they run out.",
        &[(Once("7"), "7 Cost")],
        &["7 Cost", "AT THIS PACE", "LASTS"],
    ),
    Screen(
        "Audit",
        "Who did what to the control plane, newest first.",
        &[(Once("8"), "8 Audit")],
        &["8 Audit", "lowered service:", "REASON"],
    ),
    Screen(
        "Alerts",
        "What stands, since when, and who looks at it.",
        &[(Once("A"), "A Alerts")],
        &["A Alerts", "SINCE", "LOOKS"],
    ),
    Screen(
        "Help",
        "The keys of the place you are in, from the live keymap.",
        &[(Once("1"), "1 Overview"), (Once("?"), "Keys here")],
        &["Keys here", "Overview: services"],
    ),
];

const WIDE: &[Screen] = &[
    Screen(
        "Overview, 160x48",
        "The same in a wide terminal.",
        &[],
        &["1 Overview", "LIVE", "refund-decision"],
    ),
    Screen(
        "Queue, 160x48",
        "Beside the list, the exact ask under the cursor.",
        &[(Once("2"), "2 Queue")],
        &["2 Queue", "ASKS F", "WHAT"],
    ),
    Screen(
        "Queue, folded, 160x48",
        "Questions that are alike, and what differs.",
        &[(Once("v"), "folded: v unfolds")],
        &["2 Queue", "folded: v unfolds"],
    ),
    Screen(
        "Decision, 160x48",
        "What follows from an answer, and the limits without it and with it, stand between the ask and the clauses.",
        &[(Once("v"), "each is a row"), (Once(ENTER), "lapses in")],
        &["WHAT", "IF YES", "LIMITS", "CLAUSES"],
    ),
    Screen(
        "Approve, 160x48",
        "The card over the document that was read.",
        &[(Heard(" "), "; end --"), (Heard("a"), "APPROVE esc_")],
        &["APPROVE esc_", "signed by you with key", "live: Enter"],
    ),
    Screen(
        "Trace, 160x48",
        "The journal as it is written.",
        &[(Heard(ESC), "d deny"), (Once("3"), "3 Trace")],
        &["3 Trace", "FOLLOWING"],
    ),
    Screen(
        "Service, 160x48",
        "With room for three panes: runs and tools, how the service stands, what it touched in a day.",
        &[(Once("1"), "1 Overview"), (Once("j"), "- refund-decision -"), (Once(ENTER), "CLAUSES")],
        &["run(s)", "CLAUSES", "enforced", "BUDGETS", "Touched in 24h", "DONE"],
    ),
    Screen(
        "Run, 160x48",
        "Its actions, beside its records.",
        &[(Once(ENTER), "Run case-")],
        &["Run case-", "started", "Timeline"],
    ),
    Screen(
        "Run in time, 160x48",
        "Its actions as bars.",
        &[(Once("w"), "w list")],
        &["Run case-", "Timeline", "w list"],
    ),
    Screen(
        "Action, 160x48",
        "What, with which bytes, and what each clause said.",
        &[(Once("w"), "started"), (Once(ENTER), "Action act_")],
        &["Action act_", "identity"],
    ),
    Screen(
        "Undo plan, 160x48",
        "The frozen plan of a rollback.",
        &[(Once(ESC), "Run case-"), (Once("!"), "ACT on"), (Heard("b"), "UNDO")],
        &["UNDO", "step(s)"],
    ),
    Screen(
        "Safe mode, 160x48",
        "What a ceiling would do, before it does.",
        &[
            (Heard(ESC), "Run case-"),
            (Once("1"), "1 Overview"),
            (Once("!"), "ACT on"),
            (Heard("m"), "SAFE service:"),
        ],
        &["SAFE service:", "live: y confirms"],
    ),
    Screen(
        "Switches, 160x48",
        "What is held back.",
        &[(Heard("y"), "1 Overview"), (Once("4"), "4 Switches")],
        &["4 Switches   1 in force", "ACKED"],
    ),
    Screen("Parked, 160x48", "What an undo has left to people.", &[(Once("5"), "5 Parked")], &["5 Parked"]),
    Screen(
        "Contracts, 160x48",
        "The versions, and what the one under the cursor would change.",
        &[(Once("6"), "6 Contracts")],
        &["6 Contracts", "PROPOSED"],
    ),
    Screen(
        "Cost, 160x48",
        "And what runs out first.",
        &[(Once("7"), "7 Cost")],
        &["7 Cost", "Runs out first", "LASTS"],
    ),
    Screen("Audit, 160x48", "Who did what.", &[(Once("8"), "8 Audit")], &["8 Audit", "REASON"]),
    Screen("Alerts, 160x48", "What stands.", &[(Once("A"), "A Alerts")], &["A Alerts", "LOOKS"]),
    Screen(
        "Help, 160x48",
        "The keys of the place you are in.",
        &[(Once("1"), "1 Overview"), (Once("?"), "Keys here")],
        &["Keys here", "Overview: services"],
    ),
];

/// The numbers of the demo's cases on the screen: any of a trace that runs on may be gone before it is looked at.
fn cases(screen: &str) -> impl Iterator<Item = u32> {
    screen.split("case-").skip(1).filter_map(|rest| rest.get(..4)?.parse().ok())
}

/// What the screens show in a terminal of this size, with their headings.
fn walk(size: (u16, u16), screens: &[Screen]) -> String {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = begun(Terminal::start_in(size, REMIT, &["demo"], home.path()));
    // Until there is something to see.
    terminal.press_for("3", &["3 Trace"]);
    terminal.shows_what("a later case", |screen| cases(screen).any(|case| 25 <= case));
    terminal.press_for("1", &["1 Overview"]);
    let mut text = String::new();
    for Screen(heading, what, keys, shows) in screens {
        for (key, seen) in *keys {
            match key {
                Once(key) => terminal.press_for(key, &[seen]),
                Heard(key) => terminal.press_until(key, seen),
            }
        }
        terminal.shows(shows);
        let lines: Vec<_> = terminal.whole_frame().lines().map(|line| line.trim_end().to_owned()).collect();
        assert!(lines.len() <= usize::from(size.1), "{heading}");
        writeln!(text, "\n## {heading}\n\n{what}\n\n```text\n{}\n```", lines.join("\n").trim_end()).unwrap();
    }
    terminal.press_for("1", &["1 Overview"]);
    terminal.press_for(":quit", &["quit"]);
    terminal.press(ENTER);
    let (status, said) = terminal.ended();
    assert!(status.success(), "{status:?}\n{said}");
    text
}

#[test]
fn every_screen_shows_what_it_is_for() {
    let head = "# The screens of the console\n\nCaptured from `remit demo` by `just screens`. `?` lists the keys of the place you are in; the hint \
                row shows the ones that\nmatter.\n";
    let text = [head, &walk((80, 24), NARROW), &walk((160, 48), WIDE)].concat();
    if let Some(path) = env::var_os("REMIT_SCREENS") {
        fs::write(path, text).unwrap();
    }
}
