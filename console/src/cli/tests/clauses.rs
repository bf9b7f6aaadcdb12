//! `remit get clauses`: what people and programs read of them.

use remit_proto::v1 as pb;

use super::{plane::Script, verbs::run};

fn script() -> Script {
    let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let state =
        |clause: pb::Clause, standing: pb::ClauseStanding, [canaries, missed]: [u32; 2], note: &str| {
            pb::ClauseState {
                clause: clause.into(),
                standing: standing.into(),
                canaries,
                missed,
                played_at: time(1_700_000_000),
                note: note.to_owned(),
                objected_at: if missed == 0 { None } else { time(1_699_990_000) },
                objected_reason: if missed == 0 { String::new() } else { "no_permit".to_owned() },
            }
        };
    let clauses = vec![
        state(pb::Clause::Scope, pb::ClauseStanding::Enforced, [4, 0], ""),
        state(
            pb::Clause::Policy,
            pb::ClauseStanding::Off,
            [3, 1],
            "scenarios/a.yaml:7 a-\u{202e}case: propose payout.create: policy must refuse it; decided: admit (within_contract)",
        ),
        state(pb::Clause::Cost, pb::ClauseStanding::NotExercised, [0, 0], "no scenario says `clause: cost`"),
        state(
            pb::Clause::Recovery,
            pb::ClauseStanding::Off,
            [0, 0],
            "the contract gives it nothing to enforce",
        ),
    ];
    let other = pb::Service { name: "access-grants".to_owned(), ..pb::Service::default() };
    let service = pb::Service { name: "refund-decision".to_owned(), clauses, ..pb::Service::default() };
    Script { services: vec![other, service], ..Script::default() }
}

#[tokio::test]
async fn clauses_for_people_and_for_programs() {
    let (ran, _) = run(script(), "get clauses refund-decision").await;
    insta::assert_snapshot!("clauses", ran.whole());
    let (ran, _) = run(script(), "get clauses -o json").await;
    insta::assert_snapshot!("clauses_for_programs", ran.whole());
    let (ran, _) = run(script(), "get clauses ghost").await;
    insta::assert_snapshot!("clauses_of_nobody", ran.whole());
}
