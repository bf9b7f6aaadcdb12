//! What a filter lets through, what it says of a text that is none, and that it can be read again.

#![expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]

use proptest::prelude::*;
use remit_proto::v1::{Action, ActionStatus, AuditEntry, Escalation, Outcome, TraceRecord};

use crate::{Filter, Problem, Row, Texts};

/// 2026-01-02T00:10:00Z.
const NOW: i64 = 1_767_312_600_000;

fn at(ago_s: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds: NOW / 1_000 - ago_s, nanos: 0 })
}

fn read<R: Row>(text: &str) -> Result<Filter<R>, Problem> {
    let saved = [("hot", "deny or escalate"), ("mine", "svc=refund-decision @hot"), ("round", "@round")];
    Filter::read(text, &saved.map(|(name, text)| (name.to_owned(), text.to_owned())).into(), NOW)
}

fn denied() -> TraceRecord {
    TraceRecord {
        domain: "payments".to_owned(),
        seq: 42,
        at: at(600),
        kind: "action_decided".to_owned(),
        service: "refund-decision".to_owned(),
        run: "run_1".to_owned(),
        tool: "payout.create".to_owned(),
        outcome: Outcome::Deny.into(),
        status: ActionStatus::Denied.into(),
        reason: "over_limit".to_owned(),
        text: "payout.create denied: Over the limit".to_owned(),
        params_json: r#"{"amount_minor":30000,"to":{"card":"4411"},"tags":["late"],"urgent":true}"#
            .to_owned(),
        ..TraceRecord::default()
    }
}

#[test]
fn what_is_let_through() {
    let yes = |text: &str| assert!(read(text).unwrap().lets_through(&denied(), NOW, &[]), "{text}");
    let no = |text: &str| assert!(!read(text).unwrap().lets_through(&denied(), NOW, &[]), "{text}");
    for text in [
        "",
        "  ",
        "limit",
        "LIMIT over",
        "\"Over the limit\"",
        "svc=refund-decision kind=action_decided outcome=deny since=-15m",
        "service=Refund-Decision",
        "tool~^payout (deny or escalate)",
        "tool ~ ^payout",
        "!admit",
        "-admit",
        "not admit",
        "not (admit or escalate)",
        "not admit and deny",
        "outcome in (deny, stop)",
        "outcome != admit",
        "tool:CREATE",
        "tool!~^desk",
        "seq>=42 seq<43 seq in (41, 42)",
        "since=00:00 until=00:05",
        "since=23:50",
        "at<2026-01-02T00:05:00Z",
        "params.amount_minor>=30000 params.amount_minor<30000.5",
        "params.to.card=\"4411\" params.tags.0=late params.urgent=true params.to.name=null",
        "params:4411",
        "action=null run!=null",
        "@hot",
        "@mine",
        "admit or deny and limit",
        "(admit or deny) limit",
    ] {
        yes(text);
    }
    for text in [
        "admit",
        "limit admit",
        "!deny",
        "svc=refund",
        "tool~create$x",
        "outcome in (admit, stop)",
        "seq<42",
        "since=-5m",
        "until=00:00",
        "since=00:05",
        "params.amount_minor>30000",
        "params.amount_minor=\"30000\"",
        "params.to.card=4411",
        "params.none=1",
        "!@mine",
        "(admit or deny) stop",
        "!(deny limit)",
    ] {
        no(text);
    }
}

#[test]
fn what_a_row_does_not_show_is_looked_at_too() {
    let filter: Filter<Texts> = read("alpha !beta").unwrap();
    assert!(filter.lets_through(&Texts, NOW, &["x", "ALPHA one"]));
    assert!(!filter.lets_through(&Texts, NOW, &["alpha", "Beta"]));
}

#[test]
fn questions_and_actions_have_fields_of_their_own() {
    let asked = Escalation {
        deadline: at(-200),
        asked_at: at(90),
        rules: vec!["above-limit".to_owned()],
        ..Escalation::default()
    };
    for (text, expected) in [
        ("due<5m age>1m", true),
        ("due<200s", false),
        ("rule=above-limit", true),
        ("rule!=above-limit", false),
        ("moved", false),
        ("!moved votes=0", true),
    ] {
        assert_eq!(read(text).unwrap().lets_through(&asked, NOW, &[]), expected, "{text}");
    }
    let acted = Action {
        cost_micros: 2_500_000,
        undone_by: "act_2".to_owned(),
        proposed_at: at(7_200),
        ..Action::default()
    };
    for (text, expected) in
        [("cost=2.5 undone age>=2h", true), ("cost>2.5", false), ("undone=false", false), ("undoes", false)]
    {
        assert_eq!(read(text).unwrap().lets_through(&acted, NOW, &[]), expected, "{text}");
    }
}

#[test]
fn what_is_no_filter_is_shown_with_its_place() {
    let check = |text: &str, at: &str, words: &str| {
        let problem = read::<TraceRecord>(text).unwrap_err();
        assert_eq!(
            (problem.text.get(problem.at.clone()), problem.words.as_str()),
            (Some(at), words),
            "{text}: {problem}"
        );
    };
    check("servce=x", "servce", "there is no field `servce`; did you mean `service`?");
    check("outcome=dny", "dny", "`outcome` is never `dny`; did you mean `deny`?");
    check(
        "outcome=refused",
        "refused",
        "`outcome` is never `refused`; it is one of: admit, escalate, throttle, deny, stop",
    );
    check("since=5m", "5m", "a moment is written -15m, 03:12, 03:12:30 or 2026-01-31T03:12:00Z, in UTC");
    check("seq>5m", "5m", "a number is wanted here, without a unit");
    check("seq:5", "seq", "`seq` cannot be compared so; it has a size: = != < <= > >= in");
    check("tool<x", "tool", "`tool` cannot be compared so; it is a text: = != : ~ !~ in");
    check("tool.x=1", "tool.x", "`tool` has nothing inside");
    check(
        "params=1",
        "params",
        "`params` cannot be compared so; ask for what is inside, `params.NAME`, or look for a text with : ~ !~",
    );
    check("(deny", "", "here is missing a `)`");
    check("deny)", ")", "this `)` closes nothing");
    check("deny or", "", "here is missing a condition after `or`");
    check("deny and )", ")", "here is missing a condition after `and`");
    check("tool=", "", "here is missing a value to compare with");
    check("tool in ()", ")", "here is missing a value for the list");
    check("tool in (a, )", ",", "here is missing a `)` after the list");
    check("\"deny", "", "here is missing a closing quote");
    check("!", "!", "this cannot be read here; quote a text to look for it");
    check("@cold", "@cold", "no filter is saved as `cold`; there are: @hot, @mine, @round");
    check("@round", "@round", "`@round`: `@round` stands in itself, or too deep in others");
    check("tool~a)", ")", "this `)` closes nothing");
    let pattern = read::<TraceRecord>("tool~[a").unwrap_err();
    assert!(pattern.words.starts_with("this is no pattern: "), "{pattern}");
    let words = read::<Texts>("tool=x").unwrap_err();
    assert_eq!(words.words, "there are only words here, no field like `tool`; quote a text to look for it");
    let span = read::<Escalation>("due<5").unwrap_err();
    assert_eq!(span.words, "a span needs a unit: 30s, 5m, 2h, 1d");
    let dashes = format!("svc={}z", "a-".repeat(80));
    assert_eq!(read::<TraceRecord>(&dashes).unwrap().to_string(), format!("service={}z", "a-".repeat(80)));
    assert!(read::<TraceRecord>(&"-".repeat(66)).unwrap_err().words.contains("64"));
    assert!(read::<TraceRecord>(&"(".repeat(65)).unwrap_err().words.contains("64"));
    assert!(read::<TraceRecord>(&"a".repeat(1025)).unwrap_err().words.contains("1024"));
    assert_eq!(
        read::<TraceRecord>("dény sevice=1").unwrap_err().to_string().lines().last(),
        Some("       ^^^^^^")
    );
}

#[test]
fn it_is_written_as_it_was_understood() {
    for (text, written) in [
        ("  deny   and  not admit ", "deny !admit"),
        ("a or b c", "a or b c"),
        ("(a or b) c", "(a or b) c"),
        ("!(a b)", "!(a b)"),
        ("not not a", "a"),
        ("svc = refund-decision", "service=refund-decision"),
        ("tool in(a,\"b c\")", "tool in (a, \"b c\")"),
        ("@mine", "service=refund-decision (deny or escalate)"),
        ("since=-15m", "at>=2026-01-01T23:55:00Z"),
        ("\"or\" \"a\\\"b\"", "\"or\" \"a\\\"b\""),
    ] {
        assert_eq!(read::<TraceRecord>(text).unwrap().to_string(), written);
    }
    assert_eq!(
        read::<Escalation>("due<90s age>120m age>1500ms").unwrap().to_string(),
        "due<90s age>2h age>1500ms"
    );
}

/// Texts that are filters, mostly.
fn texts() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-z]{1,6}",
        Just("deny".to_owned()),
        Just("outcome=deny".to_owned()),
        Just("outcome in (admit, deny)".to_owned()),
        Just("seq>=42".to_owned()),
        Just("since=-15m".to_owned()),
        Just("tool~^payout".to_owned()),
        Just("params.amount_minor>100".to_owned()),
        "\"[a-z \\(\\)=!]{0,8}\"",
        "tool:[a-z.]{1,5}",
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            inner.prop_map(|a| format!("!({a})")),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(text in texts()) {
        if let Ok(filter) = read::<TraceRecord>(&text) {
            let written = filter.to_string();
            let again = read::<TraceRecord>(&written).unwrap();
            prop_assert_eq!(again.to_string(), written);
            prop_assert_eq!(again.lets_through(&denied(), NOW, &[]), filter.lets_through(&denied(), NOW, &[]));
        }
    }

    #[test]
    fn not_and_or_keep_their_laws(a in texts(), b in texts()) {
        let holds = |text: String| read::<TraceRecord>(&text).ok().map(|it| it.lets_through(&denied(), NOW, &[]));
        if let (Some(left), Some(right)) = (holds(a.clone()), holds(b.clone())) {
            for (text, expected) in [
                (format!("!({a})"), !left),
                (format!("({a}) ({b})"), left && right),
                (format!("({a}) or ({b})"), left || right),
                (format!("!(({a}) or ({b}))"), !left && !right),
            ] {
                if let Some(found) = holds(text.clone()) {
                    prop_assert_eq!(found, expected, "{}", text);
                }
            }
        }
    }

    #[test]
    fn whatever_is_typed_is_answered(text in "[a-z @!()\"=<>~:,.\\\\-]{0,40}|\\PC{0,30}") {
        if let Err(problem) = read::<TraceRecord>(&text) {
            prop_assert!(problem.at.end <= text.len() && problem.text.get(problem.at.clone()).is_some(), "{:?}", problem);
            prop_assert!(!problem.to_string().is_empty());
        }
    }
}

#[test]
fn deeds_have_fields_too() {
    let deed = AuditEntry {
        domain: "payments".to_owned(),
        seq: 7,
        at: at(600),
        kind: "switch_set".to_owned(),
        by: "olga".to_owned(),
        what: "stopped service:refund-decision".to_owned(),
        reason: "double payouts".to_owned(),
        service: "refund-decision".to_owned(),
        ..AuditEntry::default()
    };
    for (text, shows) in [
        ("by=olga kind=switch_set since=-15m", true),
        ("who=olga", true),
        ("what:service:refund-decision reason~payouts$", true),
        ("olga double", true),
        ("by=olg", false),
        ("run=null action=null seq>=8", false),
        ("until=-15m", false),
    ] {
        assert_eq!(read(text).unwrap().lets_through(&deed, NOW, &[]), shows, "{text}");
    }
    let refused = read::<AuditEntry>("knd=switch_set").unwrap_err();
    assert!(refused.to_string().contains("did you mean `kind`?"), "{refused}");
}
