//! `remit cost`: what people and programs read of budgets.

use super::{plane::Script, verbs::run};

#[tokio::test]
async fn budgets_for_people_and_for_programs() {
    let (ran, _) = run(Script::default(), "cost refund-decision --since 30m").await;
    insta::assert_snapshot!("cost", ran.whole());
    let (ran, _) = run(Script::default(), "cost -o json").await;
    insta::assert_snapshot!("cost_for_programs", ran.whole());
}

#[tokio::test]
async fn books_for_people_and_for_programs() {
    let (ran, _) = run(Script::default(), "cost payments --books").await;
    insta::assert_snapshot!("books", ran.whole());
    let (ran, _) = run(Script::default(), "cost payments --books -o json").await;
    insta::assert_snapshot!("books_for_programs", ran.whole());
    // Books that do not balance, or that are not what is counted, end with 1.
    let (ran, _) = run(Script { broken: true, ..Script::default() }, "cost payments --books").await;
    insta::assert_snapshot!("books_that_do_not_balance", ran.whole());
}

#[tokio::test]
async fn a_name_that_is_nothing_here() {
    let (ran, _) = run(Script::default(), "cost ghost").await;
    insta::assert_snapshot!(ran.whole());
}
