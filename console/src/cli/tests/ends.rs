//! What each verb prints, what it sends and how it ends.

use clap::Parser as _;
use jiff::Timestamp;
use remit_core::SwitchId;

use super::{
    plane::{ACTION, CONTRACT, ESCALATION, PLAN, Plane, SEALED, Script, TOKEN, start},
    verbs::{Ran, run, run_with},
};
use crate::cli::{Cli, exit::Exit, run::answer, screen::Format, screen::Screen, table::Frame};

fn asked(plane: &Plane) -> Vec<String> {
    plane.0.asked.lock().clone()
}

#[tokio::test]
async fn lists_as_yaml_hide_nothing() {
    let (ran, _) = run(Script::default(), "get actions -o yaml").await;
    assert!(!ran.out.contains(['\u{202e}', '\u{1b}']), "{}", ran.out);
    insta::assert_snapshot!("get_actions_yaml", ran.whole());
}

#[tokio::test]
async fn wide_lists_cut_nothing() {
    for (words, titles) in [
        ("get actions -o wide", &["FULL ID", "CHANNEL", "ESCALATION"][..]),
        ("get escalations -o wide", &["FULL ID", "RULES", "DIGEST"]),
        ("get switches -o wide", &["MODE", "RELEASE", "ID"]),
        ("cost -o wide", &["FROM", "TO", "FULL NAME"]),
        ("blast refund-decision -o wide", &["SUCCEEDED", "TOO LATE"]),
        ("audit -o wide", &["KIND", "ACTION"]),
    ] {
        let (ran, _) = run(Script::default(), words).await;
        for title in titles {
            assert!(ran.out.contains(title), "{words} has no {title}: {}", ran.out);
        }
        assert!(!ran.out.contains('…'), "{words}: {}", ran.out);
    }
}

#[tokio::test]
async fn lists_are_tables_or_objects() {
    let (ran, _) = run(Script::default(), "get actions").await;
    insta::assert_snapshot!("get_actions", ran.whole());
    let (ran, _) = run(Script::default(), "get actions -o json").await;
    insta::assert_snapshot!("get_actions_json", ran.whole());
    let (ran, _) = run(Script::default(), "get escalations").await;
    insta::assert_snapshot!("get_escalations", ran.whole());
    let (ran, _) = run(Script::default(), "get switches -o wide").await;
    insta::assert_snapshot!("get_switches_wide", ran.whole());
    let (ran, _) = run(Script::default(), "get domains").await;
    insta::assert_snapshot!("get_domains", ran.whole());
    let (ran, _) = run(Script::default(), "get services").await;
    assert_eq!(ran.whole(), "exit 0\n--- stdout\n--- stderr\nno services\n");
}

#[tokio::test]
async fn show_prints_the_whole_action() {
    let (ran, _) = run(Script::default(), "show 9b1c44d0").await;
    insta::assert_snapshot!("show", ran.whole());
    let (ran, _) = run(Script::default(), "show ffffffff").await;
    insta::assert_snapshot!("show_nothing", ran.whole());
}

#[tokio::test]
async fn approve_prints_what_it_signs_and_signs_what_it_printed() {
    let (ran, plane) = run(Script::default(), "approve 9b1c44d0 --reason checked").await;
    insta::assert_snapshot!("approve", ran.whole());
    let digest = ran.out.lines().find_map(|line| line.trim().strip_prefix("signs")).unwrap().trim();
    assert_eq!(asked(&plane), [format!("decide {ESCALATION} true checked {digest}")]);
}

#[tokio::test]
async fn an_approval_that_is_void_says_what_moved() {
    let moved = || Script { moved: true, ..Script::default() };
    let (ran, _) = run(moved(), "approve 9b1c44d0 --reason checked").await;
    assert_eq!(ran.exit, Exit::No);
    let last = ran.out.lines().last().unwrap();
    assert_eq!(last.trim(), "moved         transaction:/amount_minor was 12900, is nothing");
    for says in [
        "is void and nothing ran: `transaction` has moved",
        "esc_0193a5f2c1d87b3e9c40aa5e77778888 asks again",
    ] {
        assert!(ran.err.contains(says), "{}", ran.err);
    }
    let (ran, _) = run(moved(), "approve 9b1c44d0 --reason checked -o json").await;
    assert_eq!(ran.exit, Exit::No);
    let answer: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(answer["escalation"]["moved"][0]["pointer"], "/amount_minor");
    assert_eq!(answer["escalation"]["replaced_by"], "esc_0193a5f2c1d87b3e9c40aa5e77778888");
}

#[tokio::test]
async fn approve_never_signs_what_does_not_match_its_digests() {
    let altered = Some("{}".to_owned());
    let scripts = [
        (Script { params: altered.clone(), ..Script::default() }, "differ in their parameters"),
        (Script { evidence: altered, ..Script::default() }, "`transaction` is not that of its digest"),
    ];
    for (script, expected) in scripts {
        let (ran, plane) = run(script, "approve 33334444 --reason checked").await;
        assert_eq!(ran.exit, Exit::No);
        assert!(ran.err.contains(expected), "{}", ran.err);
        assert!(asked(&plane).is_empty());
    }
}

#[tokio::test]
async fn approve_answers_only_for_the_digest_that_was_reviewed() {
    let words = format!("approve {ESCALATION} --reason checked --digest {CONTRACT}");
    let (ran, plane) = run(Script::default(), &words).await;
    assert_eq!(ran.exit, Exit::No);
    assert!(ran.err.contains("it is not what was reviewed"), "{}", ran.err);
    assert!(asked(&plane).is_empty());
}

#[tokio::test]
async fn a_denial_needs_no_seal() {
    let script = Script { params: Some("{}".to_owned()), ..Script::default() };
    let (ran, plane) = run(script, "deny 33334444 --reason wrong+account -o json").await;
    assert_eq!(ran.exit, Exit::Ok);
    assert!(ran.out.contains("\"status\": \"denied\""), "{}", ran.out);
    assert_eq!(asked(&plane), [format!("decide {ESCALATION} false wrong account {SEALED}")]);
}

#[tokio::test]
async fn stop_prints_what_is_promised() {
    let (ran, _) = run(Script::default(), "stop service:refund-decision --reason double+payouts").await;
    insta::assert_snapshot!("stop", ran.whole());
    let (ran, plane) = run(Script::default(), "safe run:11112222 --reason odd -o json").await;
    insta::assert_snapshot!("safe_json", ran.whole());
    let words = asked(&plane);
    let [word] = words.as_slice() else { panic!("{words:?}") };
    let parts: Vec<&str> = word.split(' ').collect();
    // The end of its id is enough: nothing is asked before a stop.
    assert_eq!(parts[1], "run:11112222", "{word}");
    assert!(parts[3].parse::<SwitchId>().is_ok(), "{word}");
}

#[tokio::test]
async fn a_stop_whose_answer_is_lost_is_sent_again_with_the_same_id() {
    let script = Script { lost: 2.into(), ..Script::default() };
    let (ran, plane) = run(script, "stop all --reason incident").await;
    assert_eq!(ran.exit, Exit::Ok, "{}", ran.err);
    let words = asked(&plane);
    assert_eq!(words.len(), 3);
    assert!(words.iter().all(|word| *word == words[0]), "{words:?}");
}

#[tokio::test]
async fn a_stop_that_nobody_acknowledges_is_unknown() {
    let script = Script { lost: 9.into(), ..Script::default() };
    let (ran, _) = run(script, "stop all --reason incident").await;
    insta::assert_snapshot!("stop_unknown", ran.whole());
}

#[tokio::test]
async fn release_shows_what_it_released() {
    let (ran, plane) = run(Script::default(), "release all --reason all+is+well+again").await;
    insta::assert_snapshot!("release", ran.whole());
    assert_eq!(asked(&plane), ["release all all is well again"]);
}

#[tokio::test]
async fn rollback_does_nothing_that_nobody_agreed_to() {
    let (ran, plane) = run(Script::default(), "rollback run 11112222 --reason twice").await;
    insta::assert_snapshot!("rollback_not_agreed", ran.whole());
    assert!(asked(&plane).is_empty());
}

#[tokio::test]
async fn rollback_carries_out_the_plan_and_reports_each_step() {
    let (ran, plane) = run(Script::default(), "rollback run 11112222 --reason twice --yes -o json").await;
    assert_eq!(ran.exit, Exit::Ok, "{}", ran.err);
    assert_eq!(ran.out.lines().count(), 3);
    assert_eq!(asked(&plane), [format!("rollback plan_0193a5f2c1d87b3e9c40aa5e99990000 {CONTRACT} twice")]);
    // A plan is frozen under its id; whoever wants to be sure names its digest, too.
    for words in ["", &format!(" --plan-digest {CONTRACT}")] {
        let words = format!("rollback run {PLAN} --reason twice{words}");
        let (ran, plane) = run(Script { parked: 1, ..Script::default() }, &words).await;
        insta::assert_snapshot!("rollback_parked", ran.whole());
        assert_eq!(asked(&plane), [format!("rollback {PLAN} {CONTRACT} twice")]);
    }
}

#[tokio::test]
async fn a_plan_of_a_choice_shows_what_was_asked_and_what_it_comes_to() {
    let words = "rollback plan service:refund-decision --since 2023-11-14T22:00:00Z --tool payout.create \
                 --where params:/customer_id=c-17 --where params:/amount=500";
    let (ran, plane) = run(Script::default(), words).await;
    insta::assert_snapshot!("rollback_plan_of_a_choice", ran.whole());
    let asked_for =
        "plan service:refund-decision since 1699999200 payout.create /amount=500 /customer_id=\"c-17\"";
    assert_eq!(asked(&plane), [asked_for]);
    let (_, plane) = run(Script::default(), "rollback plan action:0193a5f2 action:0193a601").await;
    assert_eq!(asked(&plane), ["plan 0193a5f2+0193a601 since 0  "]);
    let (ran, plane) = run(Script::default(), "rollback plan action:0193a5f2 service:x").await;
    assert_eq!((ran.exit, asked(&plane).len()), (Exit::Usage, 0), "{}", ran.err);
}

#[tokio::test]
async fn what_people_do_about_a_rollback_is_said_and_shown() {
    let words = [
        ("show", format!("rollback show {PLAN}")),
        ("pause", format!("rollback pause {PLAN} --reason looking")),
        ("resume", format!("rollback resume {PLAN} --reason looked")),
        ("skip", format!("rollback skip {PLAN} 0193a5f2 --reason by+hand")),
        ("get", "get rollbacks".to_owned()),
        ("parked", "get parked".to_owned()),
    ];
    let mut shown = Vec::new();
    for (name, words) in words {
        let (ran, plane) = run(Script::default(), &words).await;
        assert_eq!(ran.exit, Exit::Ok, "{words}: {}", ran.err);
        shown.push(format!("$ {name}  {:?}\n{}", asked(&plane), ran.whole()));
    }
    insta::assert_snapshot!("rollback_care", shown.join("\n"));
}

#[tokio::test]
async fn verify_ends_with_1_on_a_broken_chain() {
    let (ran, _) = run(Script::default(), "verify").await;
    assert_eq!(ran.exit, Exit::Ok);
    let (ran, _) = run(Script { broken: true, ..Script::default() }, "verify").await;
    insta::assert_snapshot!("verify_broken", ran.whole());
}

#[tokio::test]
async fn a_new_token_is_all_that_standard_output_gets() {
    let (ran, _) = run(Script::default(), "token create --operator ana --groups on-call,payments").await;
    insta::assert_snapshot!("token_create", ran.whole());
}

#[tokio::test]
async fn a_plane_that_is_not_there_or_does_not_know_us() {
    // Port 1 of the loopback: nothing listens there without being root.
    let ran = run_with("http://127.0.0.1:1", TOKEN, "stop all --reason incident").await;
    insta::assert_snapshot!("unreachable", ran.whole());
    let (endpoint, _) = start(Script::default()).await;
    let ran = run_with(&endpoint, "another-token", "get runs").await;
    insta::assert_snapshot!("unauthenticated", ran.whole());
}

#[tokio::test]
async fn explain_needs_no_plane() {
    let ran = run_with("http://127.0.0.1:1", TOKEN, "explain evidence_stale").await;
    insta::assert_snapshot!("explain", ran.whole());
    let ran = run_with("http://127.0.0.1:1", TOKEN, "explain nonsense").await;
    assert_eq!(ran.exit, Exit::No);
}

/// A writer that tells when the first record has been written.
struct Noticing<'a>(&'a mut Vec<u8>, Option<tokio::sync::oneshot::Sender<()>>);

impl std::io::Write for Noticing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if let Some(noticed) = self.1.take_if(|_| !self.0.is_empty()) {
            noticed.send(()).unwrap();
        }
        Ok(())
    }
}

#[tokio::test]
async fn tail_follows_until_it_is_interrupted_and_counts_what_it_did_not_show() {
    let (endpoint, _) = start(Script::default()).await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("context.toml");
    std::fs::write(&file, format!("environment = \"t\"\nendpoint = \"{endpoint}\"\ntoken = \"{TOKEN}\"\n"))
        .unwrap();
    let words = ["remit", "tail", "needle", "--context", file.to_str().unwrap()];
    let cli = Cli::try_parse_from(words).unwrap();
    let (mut bytes, mut err) = (Vec::new(), Vec::new());
    let (noticed, first) = tokio::sync::oneshot::channel();
    let mut out = Noticing(&mut bytes, Some(noticed));
    let frame = Frame { width: None, colour: false, wide: false, now: Timestamp::UNIX_EPOCH };
    let mut screen = Screen { out: &mut out, err: &mut err, format: Format::Table, frame, series: false };
    let exit = answer(cli, &mut screen, async { first.await.unwrap() }).await;
    let (out, err) = (String::from_utf8(bytes).unwrap(), String::from_utf8(err).unwrap());
    insta::assert_snapshot!("tail", Ran { exit, out, err }.whole());
}

#[tokio::test]
async fn resolve_says_what_became_of_an_action() {
    let (ran, plane) =
        run(Script::default(), "resolve 9b1c44d0 --happened --reason statement --result null").await;
    assert_eq!(ran.exit, Exit::Ok, "{}", ran.whole());
    assert_eq!(ran.out.lines().last().unwrap(), format!("resolved {ACTION}: the action is succeeded"));
    assert_eq!(asked(&plane), [format!("resolve {ACTION} Happened statement null")]);
    let (ran, _) = run(Script::default(), "resolve 9b1c44d0 --did-not-happen --reason none -o json").await;
    let said: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(said["statements"][0]["verdict"], "did_not_happen");
}
