//! Power cuts at each named point of one payout's way: before and after every commit, send and reply. After the next
//! start the effect is there once, the budgets are exact, and nothing is left to guess.

use futures::{StreamExt as _, stream};
use remit_proto::v1::{ActionStatus, Verdict};
use remit_tests::{
    client::{Agent, payout},
    site::{Remitd, Site},
    upstream::Mood,
};

use super::audit::Audit;
use crate::{
    REMITD,
    doubts::{known, without_key},
};

const SALE: &str = "US-500-a";

/// Sites that are up at a time.
const AT_A_TIME: usize = 4;

/// What ends the doubt after the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    /// The same bytes under the same key.
    Key,
    /// A read that tells.
    Query,
    /// A person.
    Person,
}

/// On the way of the first sending; the two reads before it pass each point once.
const FIRST: [&str; 9] = [
    "before-commit:action_decided",
    "after-commit:action_decided",
    "before-commit:action_started",
    "after-commit:action_started",
    "before-send",
    "after-reply",
    "before-commit:action_settled",
    "after-commit:action_settled",
    "before-answer:action_settled",
];

/// On the way of the second sending, whose first answer was lost.
const AGAIN: [(&str, u32); 6] = [
    ("before-commit:action_resent", 0),
    ("after-commit:action_resent", 0),
    ("before-send", 3),
    ("after-reply", 3),
    ("before-commit:action_settled", 3),
    ("after-commit:action_settled", 3),
];

/// On the way of a person's word.
const SAID: [&str; 3] =
    ["before-commit:doubt_stated", "after-commit:doubt_stated", "before-answer:doubt_stated"];

/// One power cut.
#[derive(Clone, Debug)]
struct Cut {
    point: &'static str,
    /// So often it is passed unharmed.
    passes: u32,
    /// The first answer is lost.
    mute: bool,
    end: End,
}

fn cuts() -> Vec<Cut> {
    let first = |end| FIRST.into_iter().map(move |point| Cut { point, passes: 2, mute: false, end });
    let again = AGAIN.into_iter().map(|(point, passes)| Cut { point, passes, mute: true, end: End::Key });
    let said = SAID.into_iter().map(|point| Cut { point, passes: 0, mute: true, end: End::Person });
    first(End::Key).chain(first(End::Query)).chain(again).chain(said).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_at_any_point_of_a_payout_neither_doubles_nor_loses_it() {
    stream::iter(cuts()).for_each_concurrent(AT_A_TIME, |cut| Box::pin(play(cut))).await;
}

async fn play(cut: Cut) {
    let when = format!("{cut:?}");
    let site = Site::new(REMITD).await;
    match cut.end {
        End::Key => {}
        End::Query => without_key(&site, true),
        End::Person => without_key(&site, false),
    }
    let Cut { point, passes, .. } = cut;
    let remitd = site.start_to_end_at(&format!("{point}={passes}*off->return")).await;
    let mut agent = remitd.agent().await;
    let mut operator = remitd.operator().await;
    let run = agent.run("case-1").await;
    agent.look_up(&run, SALE).await;
    if cut.mute {
        site.upstream.turn(Mood::Mute);
    }
    let told = agent.try_act(&run, "payout.create", &payout(SALE, 500).to_string()).await;
    site.upstream.turn(Mood::Honest);
    if let (End::Person, Ok(lost)) = (cut.end, &told) {
        assert_eq!(lost.status(), ActionStatus::InDoubt, "{when}");
        let said = operator.resolve(&lost.action, Verdict::Happened, r#"{"payout_id":"po-1"}"#).await;
        assert!(said.is_err(), "{when}: nobody was told");
    }
    let token = agent.token;
    assert!(!remitd.ended().await.success(), "{when}");
    let mut books = Books(cut.end, Audit::default());
    books.look(&site, &when);

    let remitd = site.start().await;
    let mut agent = Agent::connect(&remitd.url(), &token).await;
    settle(&remitd, &mut agent, (&run, cut.end), &when).await;
    let budget = remitd.operator().await.run(&run).await.run.unwrap().budget.unwrap();
    assert_eq!(budget.held_micros, 0, "{when}: {budget:?}");
    // One payout, and pairs of reads.
    assert_eq!((budget.spent_micros - 250_000) % 1_200, 0, "{when}: {budget:?}");
    remitd.operator().await.verify().await;
    remitd.kill().await;
    books.look(&site, &when);
    assert_eq!(site.upstream.ledger().payouts().len(), 1, "{when}");
}

/// The journal against the ledger, which knows an action by its key.
struct Books(End, Audit);

impl Books {
    fn look(&mut self, site: &Site, when: &str) {
        if self.0 == End::Key {
            self.1.look(&site.data(), site.upstream.ledger(), &[], when);
        }
    }
}

/// The service goes on where it was; what is in doubt comes to its end.
async fn settle(remitd: &Remitd, agent: &mut Agent, (run, end): (&str, End), when: &str) {
    let mut operator = remitd.operator().await;
    let mut paid = agent.refund(run, SALE, 500).await;
    if paid.status() == ActionStatus::InDoubt {
        if end == End::Person {
            operator.resolve(&paid.action, Verdict::Happened, r#"{"payout_id":"po-1"}"#).await.unwrap();
        } else {
            known(&mut operator, run, &paid.action).await;
        }
        // What did not happen is done now.
        paid = agent.act(run, "payout.create", &payout(SALE, 500)).await;
    }
    assert_eq!(paid.status(), ActionStatus::Succeeded, "{when}: {paid:?}");
}
