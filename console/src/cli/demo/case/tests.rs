//! Same seed, same cases; and every plot comes.

use super::{AccessPlot, Case, Deck, OPENING, ROUND, RefundPlot, Subject};

fn deal(seed: u64, cases: usize) -> Vec<Case> {
    let mut deck = Deck::new(seed);
    (0..cases).map(|_| deck.deal()).collect()
}

#[test]
fn a_seed_decides_everything() {
    assert_eq!(deal(7, 200), deal(7, 200));
    assert_ne!(deal(7, 200), deal(8, 200));
}

#[test]
fn the_first_round_has_every_plot_of_both_services() {
    let cases = deal(1, OPENING.len() + ROUND.len());
    let refund = |plot| cases.iter().any(|case| matches!(&case.subject, Subject::Refund(p, _) if *p == plot));
    let access =
        |plot| cases.iter().any(|case| matches!(&case.subject, Subject::Access(p, ..) if *p == plot));
    for plot in [
        RefundPlot::Plain,
        RefundPlot::AboveLimit,
        RefundPlot::EuReview,
        RefundPlot::Dawdles,
        RefundPlot::SkipsCheck,
        RefundPlot::WrongCurrency,
        RefundPlot::ForeignAccount,
        RefundPlot::BulkPayout,
        RefundPlot::Loops,
        RefundPlot::Circles,
        RefundPlot::Guesses,
        RefundPlot::TooSmall,
        RefundPlot::Chatters,
        RefundPlot::ThreeOrders,
        RefundPlot::AnswerLost,
        RefundPlot::NotEligible,
        RefundPlot::NotSettled,
        RefundPlot::AmountAsText,
        RefundPlot::Twice,
        RefundPlot::Apology,
    ] {
        assert!(refund(plot), "{plot:?}");
    }
    for plot in [
        AccessPlot::Plain,
        AccessPlot::Privileged,
        AccessPlot::ForeignRole,
        AccessPlot::FormerEmployee,
        AccessPlot::NewRole,
        AccessPlot::Wanders,
        AccessPlot::Ponders,
        AccessPlot::Pastes,
    ] {
        assert!(access(plot), "{plot:?}");
    }
}

#[test]
fn a_case_to_approve_comes_first_and_names_are_distinct() {
    let cases = deal(3, 300);
    assert!(cases[0].needs_a_person());
    let mut names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases.len());
}

#[test]
fn a_case_that_comes_twice_is_about_a_sale_that_was_there() {
    let cases = deal(5, 100);
    for (at, case) in cases.iter().enumerate() {
        let Subject::Refund(RefundPlot::Twice, sales) = &case.subject else { continue };
        let before =
            |case: &Case| matches!(&case.subject, Subject::Refund(RefundPlot::Plain, s) if s == sales);
        assert!(cases[..at].iter().any(before), "{}", case.name);
    }
}
