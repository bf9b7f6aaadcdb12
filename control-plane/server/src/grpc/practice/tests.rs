//! Practice beside real questions: alike until it has ended, judged alike, and never part of what is real.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use proptest::prelude::*;
use remit_core::{
    ActionId, Event, Person, Reach,
    practice::PracticeEnd,
    proposal::{Channel, Mode},
    version::Files,
};
use remit_proto::v1 as pb;
use tokio_util::sync::CancellationToken;

use super::super::{alerts, attention, audit, control, detail, query, sharing, state};
use crate::{
    Running,
    act::{Call, act, parse_params},
    auth::Principal,
    error::Error,
    plane::{CONTROL, Plane, Ward},
    practice::{self, Beside, Stage, put},
    start::sample::{Place, REFUNDS, person, run, settle_people},
};

/// Longest wait for what must happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a case is worth comes from a read, and no tool answers here.
const WORTH: &str = "  value:                         # a case may cost at most half of what it is about
    reported: \"transactions.get:/amount_minor\"
    unit: 0.01
    at_most: 0.5
";

/// A message to a customer, which nobody should let go.
const SCENARIO: &str = "suite: Practice
given: { at: 2026-03-02T09:00:00Z, run: { workflow: refund } }
scenarios:
  - id: a-promise
    when:
      - propose: customer.reply
        with: { customer_id: c-1042, text: You will have it tomorrow. }
        expect: { outcome: escalate }
        answer: deny
        because: Nobody may promise a day.
";

/// A control plane with two real questions, and one for practice.
struct Desk {
    place: Place,
    running: Running,
    real: [ActionId; 2],
}

impl Desk {
    async fn new() -> Self {
        Self::with(SCENARIO).await
    }

    async fn with(scenario: &str) -> Self {
        Self::edited(scenario, |_| {}).await
    }

    async fn edited(scenario: &str, edit: impl FnOnce(&Place)) -> Self {
        let place = Place::new();
        place.edit(REFUNDS, WORTH, "");
        edit(&place);
        place.put(REFUNDS, Files::from([("scenarios/practice.yaml".to_owned(), scenario.to_owned())]));
        let running = place.folders(&[REFUNDS]).await.unwrap();
        settle_people(running.plane()).await;
        let real = [ask(running.plane(), "case-1").await, ask(running.plane(), "case-2").await];
        Self { place, running, real }
    }

    fn plane(&self) -> &Arc<Plane> {
        self.running.plane()
    }

    fn ward(&self) -> &Ward {
        self.plane().ward(&"payments".into()).unwrap()
    }

    /// Puts one.
    async fn put(&self) -> Arc<Stage> {
        let card = self.ward().view.action(self.real[1]).unwrap();
        let beside = Beside::of(self.ward(), card.decision_fact().unwrap()).unwrap();
        assert!(put(self.plane(), self.ward(), &beside).await.unwrap(), "it is asked as things stand");
        let [stage] = self.plane().practice.open().try_into().unwrap();
        stage
    }

    fn pending(&self) -> Vec<pb::Escalation> {
        let request = pb::ListEscalationsRequest { pending_only: true, ..Default::default() };
        query::escalations(self.plane(), &request).unwrap()
    }

    fn row(&self, action: ActionId) -> pb::Escalation {
        self.pending().into_iter().find(|row| row.action == action.to_string()).unwrap()
    }

    fn alert(&self, question: &str) -> Option<pb::Alert> {
        alerts::standing(self.plane()).into_iter().find(|alert| alert.about == question)
    }

    async fn decide(
        &self,
        row: &pb::Escalation,
        by: &Person,
        approve: bool,
    ) -> Result<pb::DecideResponse, Error> {
        control::decide(self.plane(), by.clone(), request(row, approve)).await
    }

    /// What is on record in the control domain about practice, oldest first.
    fn on_record(&self) -> Vec<Event> {
        let records = self.running.journal().read(&CONTROL.into(), 0, 1_000).unwrap();
        let practice = |event: &Event| event.kind().starts_with("practice_");
        records.into_iter().map(|record| record.event.clone()).filter(practice).collect()
    }
}

fn request(row: &pb::Escalation, approve: bool) -> pb::DecideRequest {
    pb::DecideRequest {
        escalation: row.id.clone(),
        approve,
        reason: "as I see it".to_owned(),
        digest: row.digest.clone(),
        ..pb::DecideRequest::default()
    }
}

/// The service wants to write to a customer, and people are asked.
async fn ask(plane: &Arc<Plane>, case: &str) -> ActionId {
    let run = run(plane, REFUNDS, case).await.unwrap();
    let text = r#"{"customer_id":"c-2077","text":"We look into it today."}"#;
    let (params, value) = parse_params(text).unwrap();
    let call = Call {
        run,
        tool: "customer.reply".into(),
        params,
        value,
        key: None,
        channel: Channel::Grpc,
        mode: Mode::Execute,
        asserted: Vec::new(),
        parcel: None,
    };
    let caller = Principal { name: REFUNDS.into(), reach: Reach::Full };
    let acted = act(plane, &caller, call).await.unwrap();
    assert!(acted.pending.is_some(), "{acted:?}");
    acted.action
}

/// What is left of a message without what differs from question to question: digits, identities, digests, and the words
/// of the call itself.
fn shape(message: &impl std::fmt::Debug) -> String {
    let text = format!("{message:#?}");
    let text = text.replace("You will have it tomorrow.", "TEXT").replace("We look into it today.", "TEXT");
    let mut shape = String::new();
    let mut word = String::new();
    for sign in text.chars().chain([' ']) {
        if sign.is_ascii_alphanumeric() {
            word.push(sign);
            continue;
        }
        let is_id = 16 <= word.len() && word.chars().all(|sign| sign.is_ascii_hexdigit());
        if is_id {
            shape.push('#');
        } else {
            let mut before = ' ';
            for letter in word.chars() {
                let letter = if letter.is_ascii_digit() { '0' } else { letter };
                if (letter, before) != ('0', '0') {
                    shape.push(letter);
                }
                before = letter;
            }
        }
        word.clear();
        shape.push(sign);
    }
    shape
}

#[tokio::test]
async fn until_it_has_ended_it_looks_like_any_other() {
    let desk = Desk::new().await;
    let stage = desk.put().await;
    let plane = desk.plane();
    let both = [desk.real[1], stage.action];

    let rows = both.map(|action| desk.row(action));
    assert_eq!(shape(&rows[0]), shape(&rows[1]), "in the queue");
    let snapshot = state::snapshot(plane);
    assert_eq!(snapshot.pending.len(), 3);
    let [real, practice] =
        both.map(|id| snapshot.pending.iter().find(|row| row.action == id.to_string()).unwrap());
    assert_eq!(shape(real), shape(practice), "in the picture");
    let [service] = snapshot.services.try_into().unwrap();
    assert_eq!(service.pending_escalations, 3, "the service asks as often as the queue says");

    let mut details = Vec::new();
    for row in &rows {
        details.push(detail::action(plane, &row.action).await.unwrap());
    }
    assert_eq!(shape(&details[0]), shape(&details[1]), "its page");
    let [real, practice] = [&details[0], &details[1]].map(|it| it.outlook.clone().unwrap().likeness.unwrap());
    assert_eq!((real.asked, practice.asked), (1, 2), "what became of others like it");
    let mut runs = Vec::new();
    for row in &rows {
        runs.push(detail::run(plane, &row.run).await.unwrap());
    }
    assert_eq!(shape(&runs[0]), shape(&runs[1]), "its run");

    let actions = query::actions(plane, &pb::ListActionsRequest::default()).unwrap().actions;
    let [real, practice] = both.map(|id| actions.iter().find(|row| row.id == id.to_string()).unwrap());
    assert_eq!(shape(real), shape(practice), "in `get actions`");
    let listed = query::runs(plane, &pb::ListRunsRequest::default()).runs;
    let [real, practice] = [&rows[0], &rows[1]].map(|row| listed.iter().find(|it| it.id == row.run).unwrap());
    assert_eq!(shape(real), shape(practice), "in `get runs`");
    for (filter, many) in [("tool=customer.reply", 3), ("service=nobody", 0), ("quorum=1", 3)] {
        let request = pb::ListEscalationsRequest { pending_only: true, filter: filter.to_owned() };
        assert_eq!(query::escalations(plane, &request).unwrap().len(), many, "{filter}");
    }
    // The end of its id names it, and whoever opens it is seen to.
    let end = rows[1].id.get(rows[1].id.len() - 12..).unwrap().to_owned();
    let claim = pb::ClaimEscalationRequest { escalation: end, leave: false };
    assert_eq!(sharing::claim(plane, &person("rita"), &claim).unwrap().claims.len(), 1);
    assert_eq!(desk.row(stage.action).claims.len(), 1);
    let told = audit::list(plane, &pb::ListAuditRequest::default());
    assert!(!format!("{told:?}").contains("practice"), "the audit waits for the answer");
    desk.running.shutdown().await;
}

#[tokio::test]
async fn what_is_refused_of_a_real_one_is_refused_here() {
    let desk = Desk::new().await;
    let stage = desk.put().await;
    type Edit = fn(&mut pb::DecideRequest);
    let cases: [(&str, &str, Edit); 7] = [
        ("another digest", "olga", |it| it.digest = "0".repeat(64)),
        ("no digest", "olga", |it| it.digest = String::new()),
        ("no reason", "olga", |it| it.reason = " ".to_owned()),
        ("not of the group", "bob", |_| {}),
        ("the owner", "dana.reyes@acme.example", |_| {}),
        ("not what was shown", "olga", |it| it.shown = "0".repeat(64)),
        ("a signature of nobody", "olga", |it| it.signature = "00".to_owned()),
    ];
    for (name, by, edit) in cases {
        let mut said = Vec::new();
        for action in [desk.real[1], stage.action] {
            let mut request = request(&desk.row(action), true);
            edit(&mut request);
            let refused = control::decide(desk.plane(), person(by), request).await;
            said.push(format!("{:?}", refused.expect_err(name)));
        }
        assert_eq!(said[0], said[1], "{name}");
    }
    let [real, practice] = [desk.real[1], stage.action].map(|action| desk.row(action));
    for row in [&real, &practice] {
        let mut blind = request(row, true);
        blind.not_inspectable = true;
        assert!(control::decide(desk.plane(), person("olga"), blind).await.is_err());
    }
    assert!(desk.on_record().iter().all(|event| event.kind() == "practice_asked"), "nothing has come of it");
    desk.running.shutdown().await;
}

#[tokio::test]
async fn the_first_answer_ends_it_and_is_told_what_it_was() {
    let desk = Desk::new().await;
    for (number, (approve, right)) in (1_u32..).zip([(true, false), (false, true)]) {
        let stage = desk.put().await;
        let row = desk.row(stage.action);
        let answer = desk.decide(&row, &person("olga"), approve).await.unwrap();
        let told = answer.escalation.unwrap();
        let practice = told.practice.clone().unwrap();
        assert_eq!((practice.approve, practice.right), (false, Some(right)));
        assert_eq!(
            (practice.scenario.as_str(), practice.because.as_str()),
            ("a-promise", "Nobody may promise a day.")
        );
        assert!(desk.pending().iter().all(|row| row.id != told.id), "it waits no longer");
        // The others who have it open learn it, too; the same answer again is the same, another comes too late.
        let later = detail::action(desk.plane(), &row.action).await.unwrap().escalation.unwrap();
        assert_eq!(later.practice, told.practice);
        let again = pb::DecideRequest { idempotency_id: "i".to_owned(), ..request(&row, approve) };
        let again = control::decide(desk.plane(), person("olga"), again).await.unwrap();
        assert_eq!(again.escalation.unwrap().practice, told.practice);
        for by in ["olga", "root"] {
            let late = desk.decide(&row, &person(by), !approve).await;
            assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
        }
        let Some(Event::PracticeClosed(closed)) = desk.on_record().pop() else { panic!("not on record") };
        let PracticeEnd::Answered { vote } = &closed.end else { panic!("{closed:?}") };
        assert_eq!((vote.by.as_str(), vote.approve, closed.is_right()), ("olga", approve, Some(right)));
        let figures = attention::of(desk.plane(), &person("olga"));
        assert_eq!((figures.practice_right, figures.practice_wrong), (u32::from(right), 1), "{number}");
        assert_eq!((figures.decided, figures.approved), (0, 0), "no other figure counts it");
        let told =
            audit::list(desk.plane(), &pb::ListAuditRequest { filter: "practice".to_owned(), limit: 0 })
                .unwrap();
        assert_eq!(told.entries.len(), usize::try_from(number).unwrap());
        assert_eq!((told.entries[0].by.as_str(), told.entries[0].reason.as_str()), ("olga", "as I see it"));
    }
    desk.running.shutdown().await;
}

/// A payment that two desks are asked about.
const TWO_DESKS: &str = r#"suite: Practice
given:
  at: 2026-03-02T09:00:00Z
  run: { workflow: refund }
  asserts: { ticket: { source: "https://desk.example/tickets/7", content: { number: 7 } } }
  tools:
    transactions.get:
      - result: { id: tx-0318, status: settled, amount_minor: 90000, currency: EUR, customer_id: c-1, region: EU, account: acc-1 }
    eligibility.check:
      - result: { transaction_id: tx-0318, customer_id: c-1, eligible: true, policy_version: "7" }
  reads:
    - { tool: transactions.get, with: { transaction_id: tx-0318 } }
    - { tool: eligibility.check, with: { transaction_id: tx-0318 } }
scenarios:
  - id: two-desks
    when:
      - propose: payout.create
        with: { transaction_id: tx-0318, amount_minor: 50000, currency: EUR, account: acc-1 }
        expect: { outcome: escalate }
        answer: deny
        because: It is more than the other desk would pay.
"#;

#[tokio::test]
async fn a_first_yes_ends_what_would_take_two() {
    let desk = Desk::with(TWO_DESKS).await;
    let stage = desk.put().await;
    let row = desk.row(stage.action);
    assert_eq!((row.groups.len(), row.votes.len()), (2, 0), "{row:?}");
    let answer = desk.decide(&row, &person("rita"), true).await.unwrap();
    let told = answer.escalation.unwrap();
    assert_eq!(told.status(), pb::EscalationStatus::Voided, "{told:?}");
    assert_eq!(told.practice.unwrap().right, Some(false));
    assert!(desk.pending().iter().all(|it| it.id != row.id), "the second is not asked for nothing");
    let late = desk.decide(&row, &person("root"), true).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    desk.running.shutdown().await;
}

/// The journal of the business, what is folded from it, and what is counted of it.
fn figures(desk: &Desk) -> (Vec<[u8; 32]>, String, String) {
    let records = desk.running.journal().read(&"payments".into(), 0, 10_000).unwrap();
    let state = desk.ward().view.read(|inner| format!("{:?} {:?}", inner.state, inner.tallies));
    let positions = BTreeMap::from([("payments".to_owned(), desk.ward().view.read(|inner| inner.seq))]);
    let metrics = desk.plane().metrics.render(positions.into_iter());
    // Canaries are played on a timer of their own.
    let metrics =
        metrics.lines().filter(|line| !line.contains("clauses") && !line.contains("canaries")).collect();
    (records.iter().map(|record| record.hash).collect(), state, metrics)
}

/// What a person may do with a question that waits.
#[derive(Clone, Copy, Debug)]
enum Deed {
    MayNot,
    Approve,
    Deny,
    Unseen,
    Claim,
    HandOver,
    Acknowledge,
    Look,
}

async fn done(desk: &Desk, row: &pb::Escalation, deed: Deed) {
    let olga = person("olga");
    // Some are refused; what matters is what they leave behind.
    match deed {
        Deed::MayNot => drop(desk.decide(row, &person("bob"), true).await),
        Deed::Approve => drop(desk.decide(row, &olga, true).await),
        Deed::Deny => drop(desk.decide(row, &olga, false).await),
        Deed::Unseen => {
            let wrong = pb::DecideRequest { digest: "0".repeat(64), ..request(row, true) };
            drop(control::decide(desk.plane(), olga, wrong).await);
        }
        Deed::Claim => {
            let claim = pb::ClaimEscalationRequest { escalation: row.id.clone(), leave: false };
            drop(sharing::claim(desk.plane(), &olga, &claim));
        }
        Deed::HandOver => {
            let (to, note) = ("root".to_owned(), "you know them".to_owned());
            let to = pb::HandOverRequest { escalation: row.id.clone(), to, note };
            drop(sharing::hand_over(desk.plane(), olga, to).await);
        }
        Deed::Acknowledge => {
            let alert = desk.alert(&row.id).map(|alert| alert.id).unwrap_or_default();
            let word = pb::AcknowledgeRequest { alert, reason: "I am on it".to_owned() };
            drop(alerts::acknowledge(desk.plane(), olga, word).await);
        }
        Deed::Look => drop(detail::action(desk.plane(), &row.action).await),
    }
}

#[test]
fn whatever_is_done_with_it_the_domain_is_as_it_was() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let desk = runtime.block_on(Desk::edited(SCENARIO, soon));
    let before = figures(&desk);
    let deeds = prop::sample::select(vec![
        Deed::MayNot,
        Deed::Approve,
        Deed::Deny,
        Deed::Unseen,
        Deed::Claim,
        Deed::HandOver,
        Deed::Acknowledge,
        Deed::Look,
    ]);
    proptest!(ProptestConfig::with_cases(60), |(deeds in prop::collection::vec(deeds, 0..6))| {
        let ended = desk.on_record().len();
        runtime.block_on(async {
            let stage = desk.put().await;
            let row = desk.row(stage.action);
            for deed in deeds {
                done(&desk, &row, deed).await;
            }
            if stage.closed().is_none() {
                desk.decide(&row, &person("root"), false).await.unwrap();
            }
        });
        prop_assert_eq!(figures(&desk), before.clone());
        prop_assert_eq!(desk.on_record().len(), ended.saturating_add(2), "put, and ended once");
    });
    runtime.block_on(desk.running.shutdown());
}

/// Its questions lapse so soon that they are alerts at once.
fn soon(place: &Place) {
    let rule = "escalate:
    - id: reply-soon
      action: customer.reply
      when: context.params.text != \"\"
      because: Customers wait.
      to: group:payments-oncall
      quorum: 1
      within: 4m";
    place.edit(REFUNDS, "escalate:", rule);
}

#[tokio::test]
async fn that_it_lapses_soon_is_an_alert_like_any_other() {
    let desk = Desk::edited(SCENARIO, soon).await;
    let stage = desk.put().await;
    let rows = [desk.real[1], stage.action].map(|action| desk.row(action));
    let alerts = || rows.each_ref().map(|row| desk.alert(&row.id).unwrap());
    let [real, practice] = alerts();
    assert_eq!(shape(&real), shape(&practice));
    for (by, reason) in [("bob", "mine"), ("olga", " "), ("olga", "I am on it"), ("root", "me, too")] {
        let mut said = Vec::new();
        for alert in alerts() {
            let asked = pb::AcknowledgeRequest { alert: alert.id, reason: reason.to_owned() };
            let answer = alerts::acknowledge(desk.plane(), person(by), asked).await;
            said.push(answer.map(|row| shape(&row)).map_err(|error| format!("{error:?}")));
        }
        assert_eq!(said[0], said[1], "{by}: {reason}");
    }
    let [real, practice] = alerts();
    assert_eq!(practice.acknowledged.as_ref().unwrap().by, "olga");
    assert_eq!(shape(&real), shape(&practice));
    desk.decide(&rows[1], &person("olga"), false).await.unwrap();
    assert!(desk.alert(&rows[1].id).is_none(), "it waits no longer");
    desk.running.shutdown().await;
}

#[tokio::test]
async fn a_restart_takes_an_open_one_away_and_keeps_the_figures() {
    let desk = Desk::new().await;
    let stage = desk.put().await;
    desk.decide(&desk.row(stage.action), &person("olga"), true).await.unwrap();
    desk.put().await;
    let Desk { place, running, real } = desk;
    running.shutdown().await;
    let running = place.folders(&[REFUNDS]).await.unwrap();
    let desk = Desk { place, running, real };
    assert_eq!(desk.pending().len(), 2, "the real ones");
    let Some(Event::PracticeClosed(closed)) = desk.on_record().pop() else { panic!("it is not on record") };
    assert!(
        matches!(&closed.end, PracticeEnd::Withdrawn { why } if why.contains("started again")),
        "{closed:?}"
    );
    let figures = attention::of(desk.plane(), &person("olga"));
    assert_eq!((figures.practice_right, figures.practice_wrong, figures.practice_lapsed), (0, 1, 0));
    desk.put().await;
    desk.running.shutdown().await;
}

#[tokio::test]
async fn where_the_file_wants_it_one_comes_among_ten() {
    let desk = Desk::edited(SCENARIO, wanted).await;
    let plane = desk.plane();
    let mut new = plane.practice.follow();
    for case in 3..=10 {
        ask(plane, &format!("case-{case}")).await;
    }
    let stage = tokio::time::timeout(PATIENCE, new.recv()).await.expect("one comes").unwrap();
    assert_eq!((stage.asked.scenario.as_str(), stage.closed()), ("a-promise", None));
    desk.running.shutdown().await;
}

/// The domain's file wants practice.
fn wanted(place: &Place) {
    let file = "domain: remit/v1\nname: payments\ncurrency: USD\nbacktest: none\n";
    let wanted = "practice: { one_in: 10, most_waiting: 100, longest_wait: 1h }\n";
    place.domain("payments.yaml", &format!("{file}{wanted}"));
}

#[tokio::test]
async fn where_more_happens_than_can_be_followed_it_is_taken_away() {
    let desk = Desk::edited(SCENARIO, wanted).await;
    let stage = desk.put().await;
    let mut news = desk.plane().practice.follow();
    let record = desk.running.journal().read(&"payments".into(), 0, 1).unwrap().pop().unwrap();
    // Nobody else has a turn until all of it is there.
    for _ in 0..3 * crate::start::UPDATES {
        drop(desk.ward().updates.send(Arc::clone(&record)));
    }
    let told = tokio::time::timeout(PATIENCE, news.recv()).await.expect("it ends").unwrap();
    assert_eq!(told.asked.question, stage.asked.question);
    let PracticeEnd::Withdrawn { why } = &stage.closed().unwrap().end else { panic!("{stage:?}") };
    assert!(why.contains("followed"), "{why}");
    assert_eq!(desk.pending().len(), 2, "the real ones");
    desk.running.shutdown().await;
}

#[tokio::test]
async fn without_a_word_in_the_file_nobody_is_put_one() {
    let desk = Desk::new().await;
    for case in 3..15 {
        ask(desk.plane(), &format!("case-{case}")).await;
    }
    let watch = practice::watch(Arc::clone(desk.plane()), CancellationToken::new());
    tokio::time::timeout(PATIENCE, watch).await.expect("there is nothing to follow");
    assert_eq!(desk.pending().len(), 14);
    assert!(desk.on_record().is_empty());
    desk.running.shutdown().await;
}
