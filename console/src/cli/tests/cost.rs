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
async fn a_name_that_is_nothing_here() {
    let (ran, _) = run(Script::default(), "cost ghost").await;
    insta::assert_snapshot!(ran.whole());
}
