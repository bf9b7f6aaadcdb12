//! Practice questions with the real processes: put among real ones, answered, lapsed, taken away; and nothing runs from
//! them.

use std::collections::BTreeSet;

use remit_core::{Event, person::CONTROL_DOMAIN, practice::PracticeEnd};
use remit_journal::Journal;
use remit_proto::v1 as pb;
use remit_tests::{
    client::{Agent, Operator},
    site::{PATIENCE, Remitd, Site},
};
use serde_json::{Value, json};

use crate::{REMITD, cli::remit};

/// What the tool servers of the tests would have said of that sale.
const SCENARIO: &str = r#"suite: Practice
given:
  at: 2026-03-02T09:00:00Z
  run: { workflow: refund }
  asserts: { ticket: { source: "https://desk.example/tickets/7", content: { number: 7 } } }
  tools:
    transactions.get:
      - result: { id: US-50000-4217, status: settled, amount_minor: 50000, currency: USD, region: US, customer_id: cust-US-50000-4217, account: acct-US-50000-4217 }
    eligibility.check:
      - result: { transaction_id: US-50000-4217, customer_id: cust-US-50000-4217, eligible: true, policy_version: r1 }
  reads:
    - { tool: transactions.get, with: { transaction_id: US-50000-4217 } }
    - { tool: eligibility.check, with: { transaction_id: US-50000-4217 } }
scenarios:
  - id: twice-the-usual
    when:
      - propose: payout.create
        with: { transaction_id: US-50000-4217, amount_minor: 30000, currency: USD, account: acct-US-50000-4217 }
        expect: { outcome: escalate }
        answer: deny
        because: The ticket is about another sale.
"#;

struct Desk {
    site: Site,
    remitd: Remitd,
    agent: Agent,
    operator: Operator,
    /// Questions that the service has really asked.
    real: BTreeSet<String>,
}

impl Desk {
    /// A control plane whose domain wants one in ten, or none.
    async fn new(practice: bool, edits: &[(&str, &str)]) -> Self {
        let site = Site::new(REMITD).await;
        let scenarios = site.contracts.folder().join("scenarios");
        std::fs::create_dir_all(&scenarios).unwrap();
        std::fs::write(scenarios.join("practice.yaml"), SCENARIO).unwrap();
        for (from, to) in
            edits.iter().chain(&[("rate: 10/s", "rate: 10000/s"), ("rate: 50/s", "rate: 10000/s")])
        {
            site.contracts.edit(from, to);
        }
        let cadence = "practice: { one_in: 10, most_waiting: 100, longest_wait: 1h }\n";
        let says = if practice { cadence } else { "" };
        site.domain(
            "payments",
            &format!("domain: remit/v1\nname: payments\ncurrency: USD\nbacktest: none\n{says}"),
        );
        Self::started(site).await
    }

    async fn started(site: Site) -> Self {
        let remitd = site.start().await;
        let (agent, operator) = (remitd.agent().await, remitd.operator().await);
        Self { site, remitd, agent, operator, real: BTreeSet::new() }
    }

    /// So many real questions.
    async fn ask(&mut self, many: usize) {
        for _ in 0..many {
            let case = format!("case-{:04}", 1_000 + self.real.len());
            let run = self.agent.run(&case).await;
            let held =
                self.agent.refund(&run, &format!("US-50000-{}", 1_000 + self.real.len()), 30_000).await;
            assert!(!held.escalation.is_empty(), "{held:?}");
            self.real.insert(held.escalation);
        }
    }

    /// Looks at the picture again and again until this is found in it.
    async fn seen<T>(&mut self, look: impl Fn(&pb::StateSnapshot) -> Option<T>) -> T {
        let mut pictures = self.operator.0.watch_state(pb::WatchStateRequest {}).await.unwrap().into_inner();
        let found = async {
            loop {
                let picture = pictures.message().await.unwrap().unwrap();
                if let Some(found) = look(&picture) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("it is seen")
    }

    /// The question that the service has not asked, once there is one.
    async fn practice(&mut self) -> pb::Escalation {
        let real = self.real.clone();
        self.seen(|picture| picture.pending.iter().find(|it| !real.contains(&it.id)).cloned()).await
    }

    async fn attention(&mut self) -> [u32; 5] {
        let found = self.operator.0.get_attention(pb::GetAttentionRequest {}).await.unwrap().into_inner();
        let pb::Attention { decided, approved, practice_right, practice_wrong, practice_lapsed, .. } = found;
        [decided, approved, practice_right, practice_wrong, practice_lapsed]
    }

    async fn says(&self, arguments: &[&str]) -> crate::cli::Said {
        remit(&self.site, arguments).await
    }

    /// Everything that the business has on record and in its books, and what the tools were asked for.
    async fn world(&mut self) -> (Vec<String>, Value, Value, usize, usize) {
        let events = self.operator.export("refund-decision").await;
        let events = events.into_iter().map(|event| event.event_json).collect();
        let mut services = self.says(&["get", "services", "-o", "json"]).await.json();
        for service in services["services"].as_array_mut().unwrap() {
            let service = service.as_object_mut().unwrap();
            // These go with time alone.
            service.retain(|key, _| {
                !key.contains("minute") && !matches!(key.as_str(), "decisions" | "clauses" | "reached")
            });
            service.remove("pending_escalations");
        }
        let books = self.says(&["cost", "--books", "-o", "json"]).await.json();
        let (looks, paid) = (self.site.upstream.looks(), self.site.upstream.ledger().payouts().len());
        (events, services, books, looks, paid)
    }
}

/// What the control domain has on record about practice, oldest first.
fn on_record(site: &Site) -> Vec<Event> {
    let journal = Journal::open(&site.data()).unwrap();
    let records = journal.read(&CONTROL_DOMAIN.into(), 0, 1_000).unwrap();
    let events = records.iter().map(|record| record.event.clone());
    events.filter(|event| event.kind().starts_with("practice_")).collect()
}

/// A message without what differs from question to question: numbers, identities, digests and moments.
fn shape(message: &impl std::fmt::Debug) -> String {
    let mut shape = String::new();
    for word in format!("{message:#?}").split_inclusive(|sign: char| !sign.is_ascii_alphanumeric()) {
        let letters = word.trim_end_matches(|sign: char| !sign.is_ascii_alphanumeric());
        let is_hex = letters.chars().all(|sign| sign.is_ascii_hexdigit());
        if 8 <= letters.len() && is_hex && letters.contains(|sign: char| sign.is_ascii_digit()) {
            shape.push('0');
        } else {
            let mut before = ' ';
            for sign in letters.chars() {
                let sign = if sign.is_ascii_digit() { '0' } else { sign };
                if (sign, before) != ('0', '0') {
                    shape.push(sign);
                }
                before = sign;
            }
        }
        shape.push_str(word.get(letters.len()..).unwrap());
    }
    shape
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_yes_to_it_is_told_and_nothing_has_run() {
    let mut desk = Desk::new(true, &[]).await;
    for verb in ["create", "register"] {
        assert_eq!(desk.says(&["key", verb]).await.code, 0);
    }
    let watched = desk.operator.0.watch_decisions(pb::WatchDecisionsRequest::default()).await;
    let mut decisions = watched.unwrap().into_inner();
    desk.ask(10).await;
    let asked = desk.practice().await;
    let told = async {
        loop {
            let update = decisions.message().await.unwrap().unwrap();
            if let Some(pb::decision_update::What::Escalation(it)) = update.what
                && it.id == asked.id
            {
                return it;
            }
        }
    };
    let told = tokio::time::timeout(PATIENCE, told).await.expect("it is told as others are");
    assert_eq!(shape(&told), shape(&asked));

    // To whom is asked it is one among others, on every page.
    let real = desk.operator.pending().await.into_iter().find(|it| desk.real.contains(&it.id)).unwrap();
    assert_eq!(shape(&real), shape(&asked), "in the queue");
    let [real, page] = [&real, &asked].map(|it| it.action.clone());
    let [real, page] = [desk.operator.action(&real).await, desk.operator.action(&page).await];
    assert_eq!(shape(&real), shape(&page), "its page");
    let listed = desk.says(&["get", "escalations"]).await;
    assert!(!listed.out.to_lowercase().contains("practice"), "{listed:?}");
    let audit = desk.says(&["audit", "-o", "json"]).await.json();
    assert!(!audit.to_string().contains("practice question"), "{audit}");
    let exported = desk.operator.export("refund-decision").await;
    assert!(
        exported.iter().all(|it| !it.event_json.contains(&asked.id) && !it.event_json.contains("practice_"))
    );

    let before = desk.world().await;
    let approved = desk.says(&["approve", &asked.id, "--reason", "looks fine"]).await;
    assert_eq!(approved.code, 0, "{approved:?}");
    for words in
        ["PRACTICE: nothing ran", "your answer was WRONG", "deny", "The ticket is about another sale."]
    {
        assert!(approved.out.contains(words), "`{words}` is not in {approved:?}");
    }
    assert_eq!(desk.world().await, before, "the business and the tools know nothing of it");
    assert_eq!(desk.attention().await, [0, 0, 0, 1, 0]);
    let attention = desk.says(&["attention", "-o", "json"]).await.json();
    assert_eq!(attention["practice"], json!({ "right": 0, "wrong": 1, "lapsed": 0 }));
    let audit = desk.says(&["audit", "-o", "json"]).await.json();
    assert!(
        audit.to_string().contains("answered a practice question about payout.create: approve"),
        "{audit}"
    );
    let shown = desk.says(&["show", &asked.action]).await;
    assert!(shown.out.contains("PRACTICE"), "{shown:?}");

    // A real one goes as ever.
    let real = desk.operator.pending().await.into_iter().next().unwrap();
    assert_eq!(desk.says(&["approve", &real.id, "--reason", "checked"]).await.code, 0);
    desk.site.upstream.paid(1).await;
    assert_eq!(desk.attention().await, [1, 1, 0, 1, 0]);
    desk.operator.verify().await;

    let Desk { site, remitd, .. } = desk;
    remitd.stop().await;
    let events: [Event; 2] = on_record(&site).try_into().unwrap();
    let [Event::PracticeAsked(put), Event::PracticeClosed(closed)] = events else {
        panic!("the record says something else")
    };
    assert_eq!((put.question.to_string(), put.scenario.as_str()), (asked.id, "twice-the-usual"));
    let PracticeEnd::Answered { vote } = closed.end else { panic!("{closed:?}") };
    assert!(vote.approve && vote.endorsed.is_some(), "the signature is on record, too: {vote:?}");
    // How somebody did outlives the control plane.
    let mut desk = Desk::started(site).await;
    assert_eq!(desk.attention().await[2..], [0, 1, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_no_to_it_is_told_and_the_next_one_comes_later() {
    let mut desk = Desk::new(true, &[]).await;
    desk.ask(10).await;
    let first = desk.practice().await;
    let denied = desk.says(&["deny", &first.id, "--reason", "another sale", "-o", "json"]).await.json();
    assert_eq!(denied["escalation"]["practice"]["right"], true, "{denied}");
    assert_eq!(denied["escalation"]["status"], "denied");
    desk.real.insert(first.id.clone());
    desk.ask(10).await;
    let second = desk.practice().await;
    let params = |it: &pb::Escalation| it.params_json.clone();
    assert_ne!(params(&second), params(&first), "it is not known by its number");
    let answered = desk.operator.answer(&second, false).await.unwrap().escalation.unwrap();
    assert_eq!(answered.practice.unwrap().right, Some(true));
    assert_eq!(desk.attention().await, [0, 0, 2, 0, 0]);
    desk.operator.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobodys_answer_is_counted_as_that() {
    let mut desk = Desk::new(true, &[("within: 30m", "within: 4s")]).await;
    desk.ask(10).await;
    let asked = desk.practice().await;
    // It leaves the queue like the others.
    desk.seen(|picture| picture.pending.iter().all(|it| it.id != asked.id).then_some(())).await;
    let all = desk.operator.0.list_escalations(pb::ListEscalationsRequest::default()).await.unwrap();
    let lapsed = all.into_inner().escalations.into_iter().find(|it| it.id == asked.id).unwrap();
    assert_eq!(lapsed.status(), pb::EscalationStatus::Lapsed);
    assert_eq!(lapsed.practice.unwrap().right, None);
    assert_eq!(desk.attention().await, [0, 0, 0, 0, 1]);
    let late = desk.operator.answer(&asked, true).await.unwrap_err();
    assert!(late.message().contains("lapsed already"), "{late}");
    desk.operator.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_and_a_stop_take_it_away() {
    let mut desk = Desk::new(true, &[]).await;
    desk.ask(10).await;
    let asked = desk.practice().await;
    let Desk { site, remitd, real, .. } = desk;
    remitd.kill().await;
    let mut desk = Desk { real, ..Desk::started(site).await };
    let pending = desk.operator.pending().await;
    assert_eq!(pending.len(), 10);
    assert!(pending.iter().all(|it| desk.real.contains(&it.id)), "the real ones are there, it is not");
    assert!(
        desk.operator.answer(&asked, true).await.unwrap_err().message().contains("there is no escalation")
    );
    assert_eq!(desk.attention().await, [0; 5]);

    desk.ask(10).await;
    desk.practice().await;
    desk.operator.ceiling("service:refund-decision", pb::Level::None).await;
    desk.seen(|picture| picture.pending.is_empty().then_some(())).await;
    assert_eq!(desk.attention().await, [0; 5]);
    desk.operator.verify().await;
    let Desk { site, remitd, .. } = desk;
    remitd.stop().await;
    let whys: Vec<String> = on_record(&site)
        .into_iter()
        .filter_map(|event| {
            let Event::PracticeClosed(closed) = event else { return None };
            let PracticeEnd::Withdrawn { why } = closed.end else { panic!("{closed:?}") };
            Some(why)
        })
        .collect();
    assert_eq!(whys.len(), 2, "{whys:?}");
    assert_eq!(whys[0], "the control plane was started again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_off_unless_the_file_says_so() {
    let mut desk = Desk::new(false, &[]).await;
    desk.ask(25).await;
    let pending = desk.operator.pending().await;
    assert_eq!(pending.len(), 25);
    assert!(pending.iter().all(|it| desk.real.contains(&it.id)));
    let domains = desk.says(&["get", "domains", "-o", "json"]).await.json();
    assert_eq!(domains["domains"][0]["practice"], Value::Null);
    let Desk { site, remitd, .. } = desk;
    remitd.stop().await;
    assert!(on_record(&site).is_empty());
}
