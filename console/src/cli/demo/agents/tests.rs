//! Every plot against a real control plane and real tools ends as its story must, and the books agree.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Pace, work};
use crate::cli::demo::{
    audit,
    case::{AccessPlot, Deck, Face, RefundPlot, Subject},
    progress::Progress,
    world::World,
};

/// The opening and the first round: every plot at least once.
const CASES: usize = 54;

/// What the last words of a case begin with, when nobody answers questions.
fn ending(subject: &Subject) -> &'static str {
    match subject {
        Subject::Refund(plot, _) => match plot {
            RefundPlot::Plain
            | RefundPlot::Dawdles
            | RefundPlot::SkipsCheck
            | RefundPlot::WrongCurrency
            | RefundPlot::ForeignAccount
            | RefundPlot::AmountAsText
            | RefundPlot::Apology => "refunded ",
            RefundPlot::AboveLimit | RefundPlot::EuReview => "nobody decided in time",
            RefundPlot::BulkPayout => "a person takes over: forbidden_action",
            RefundPlot::Loops => "ended: loop_detected",
            RefundPlot::Circles => "ended: cycle_detected",
            RefundPlot::Guesses => "ended: no_progress",
            RefundPlot::TooSmall => "ended: not_worth_it",
            RefundPlot::Chatters => "ended: calls_exhausted",
            RefundPlot::ThreeOrders => "a person takes over: tool_calls_exhausted",
            RefundPlot::AnswerLost => "the refund of ",
            RefundPlot::NotEligible => "a person takes over: no_permit",
            RefundPlot::NotSettled => "a person takes over: policy_forbids",
            RefundPlot::Twice => "a person takes over: effect_taken",
        },
        Subject::Access(plot, ..) => match plot {
            AccessPlot::Plain => "",
            AccessPlot::Privileged | AccessPlot::ForeignRole => "nobody decided in time",
            AccessPlot::FormerEmployee => "a person takes over: policy_forbids",
            AccessPlot::NewRole => "a person takes over: forbidden_action",
            AccessPlot::Wanders => "ended: not_worth_it",
            AccessPlot::Ponders => "ended: spend_exhausted",
            AccessPlot::Pastes => "ended: tokens_exhausted",
        },
    }
}

async fn plays(face: Face) {
    crate::cli::demo::install_tls();
    let dir = tempfile::tempdir().unwrap();
    let (world, running) = Box::pin(World::start(dir.path(), Progress::quiet())).await.unwrap();
    let pace = Pace { every: Duration::ZERO, waiting: 0, patience: Duration::ZERO };
    let mut deck = Deck::new(11);
    for _ in 0..CASES {
        let case = crate::cli::demo::case::Case { face, ..deck.deal() };
        let said = Box::pin(work(&world, &case, pace, CancellationToken::new())).await.unwrap();
        assert!(said.starts_with(ending(&case.subject)), "{said:?} after {:?}", case.subject);
    }
    let audit = audit::audit(&world, running.journal().clone()).await.unwrap();
    assert_eq!((audit.flaws, audit.mismatches), (Vec::<String>::new(), Vec::<String>::new()));
    assert_eq!(audit.counts.late_admits, 0);
    let rules: Vec<&str> = audit.counts.stopped_by.keys().copied().collect();
    let all = [
        "loop.cycle",
        "loop.no_progress",
        "loop.same_call",
        "run.calls",
        "run.spend",
        "run.tokens",
        "run.tools",
        "value.at_most",
        "value.stop_below",
    ];
    assert_eq!(rules, all, "{:?}", audit.counts);
    // The answer that was lost comes when the same call is sent again, unless the end comes first.
    assert!(audit.counts.in_doubt <= 1, "{:?}", audit.counts);
    assert!(audit.counts.escalated > 0 && audit.payouts > 10, "{:?}", audit.counts);
    running.shutdown().await;
}

#[tokio::test]
async fn every_plot_ends_as_it_must_over_mcp() {
    plays(Face::Mcp).await;
}

#[tokio::test]
async fn every_plot_ends_as_it_must_over_grpc() {
    plays(Face::Grpc).await;
}
