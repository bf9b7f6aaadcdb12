//! Every reason that the core itself produces, the clause that gives it and how strict it is.

use super::world::*;
use crate::{
    Clause, Command, Digest, EvidenceUse, Level, Money, Objection, Outcome, PolicyVerdict, Reason, Timestamp,
};

fn pay() -> Call {
    Call::new("pay", "{}")
}

/// A citation of the record that `look`, action 1, gave.
fn cited(result: &str) -> EvidenceUse {
    EvidenceUse {
        item: "record".into(),
        action: action(1),
        digest: json(result).digest(),
        observed_at: START,
        facts: None,
        as_of: None,
        fresh_for_ms: Some(1_000),
        one_of: None,
    }
}

#[test]
fn a_fresh_world() {
    let content = (Outcome::Admit, Clause::Identity, Reason::WithinContract);
    let table: Vec<(Call, (Outcome, Clause, Reason))> = vec![
        (Call::new("look", "{}"), content),
        (pay(), content),
        (
            pay().with(|proposal, _| proposal.principal = "other".to_owned()),
            (Outcome::Deny, Clause::Identity, Reason::PrincipalMismatch),
        ),
        (
            pay().with(|_, assessment| assessment.contract = Digest::of(b"2")),
            (Outcome::Deny, Clause::Identity, Reason::PolicyError),
        ),
        (Call::new("bulk", "{}"), (Outcome::Deny, Clause::Scope, Reason::ForbiddenAction)),
        (Call::new("unknown", "{}"), (Outcome::Deny, Clause::Scope, Reason::NotInScope)),
        (Call::new("reverse", "{}"), (Outcome::Deny, Clause::Scope, Reason::NotInScope)),
        (Call::new("levelless", "{}"), (Outcome::Deny, Clause::Scope, Reason::NotInScope)),
        (pay().ask(ask("large", "risk", 1)), (Outcome::Escalate, Clause::Scope, Reason::NeedsApproval)),
        (
            pay().with(|_, assessment| assessment.evidence.push(cited("{}"))),
            (Outcome::Deny, Clause::Evidence, Reason::EvidenceMissing),
        ),
        (
            pay().with(|_, assessment| {
                let objection = Objection::new(Reason::EvidenceConflict, "they differ");
                assessment.evidence_objection = Some(objection);
            }),
            (Outcome::Deny, Clause::Evidence, Reason::EvidenceConflict),
        ),
        (
            pay().with(|_, assessment| {
                let objection = Objection::new(Reason::OriginUnknown, "a stranger said it");
                assessment.origin_objection = Some(objection);
            }),
            (Outcome::Escalate, Clause::Evidence, Reason::OriginUnknown),
        ),
        (
            pay().with(|_, assessment| {
                assessment.policy = PolicyVerdict::Object(Objection::new(Reason::NoPermit, "none"));
            }),
            (Outcome::Deny, Clause::Policy, Reason::NoPermit),
        ),
        (
            pay().with(|_, assessment| {
                let (policies, asks) = (vec!["vip".to_owned()], vec![ask("vip", "risk", 1)]);
                assessment.policy = PolicyVerdict::Escalate { policies, asks };
            }),
            (Outcome::Escalate, Clause::Policy, Reason::PolicyEscalates),
        ),
        (
            pay().with(|_, assessment| {
                assessment.tooling_objection = Some(Objection::new(Reason::ParametersInvalid, "no amount"));
            }),
            (Outcome::Deny, Clause::Tooling, Reason::ParametersInvalid),
        ),
        (Call::new("mail", "{}"), (Outcome::Escalate, Clause::Recovery, Reason::Irreversible)),
        (Call::new("careless", "{}"), (Outcome::Deny, Clause::Recovery, Reason::UndoNotDeclared)),
        (Call::new("dangling", "{}"), (Outcome::Deny, Clause::Recovery, Reason::UndoNotDeclared)),
    ];
    for (call, (outcome, clause, reason)) in table {
        World::new().expect(call, outcome, clause, reason);
    }
}

#[test]
fn the_delegation_has_a_beginning_and_an_end() {
    for (on, until, reason) in [
        (1, 2, Reason::DelegationNotBegun),
        (-2, -1, Reason::DelegationEnded),
        (-1, 0, Reason::DelegationEnded),
    ] {
        let mut terms = terms();
        let moment = |by: i64| Timestamp::from_micros(START.as_micros().saturating_add(by));
        (terms.delegation.on, terms.delegation.until) = (moment(on), moment(until));
        let mut world = World::new();
        world.state.runs.get_mut(&run(1)).unwrap().terms = terms.into();
        world.expect(pay(), Outcome::Deny, Clause::Identity, reason);
    }
}

#[test]
fn runs_that_have_ended() {
    let mut world = World::new();
    world.end().unwrap();
    world.expect(pay(), Outcome::Deny, Clause::Identity, Reason::RunEnded);
    let mut world = World::new();
    let paid = world.admit(pay());
    world.settle(paid, succeeded()).unwrap();
    world.plan(1, 1, oncall()).unwrap();
    let digest = world.state.rollbacks[&plan(1)].plan.digest;
    let reason = "wrong payee".to_owned();
    world.command(Command::StartRollback { plan: plan(1), digest, by: oncall(), reason }).unwrap();
    world.expect(Call::new("look", "{}"), Outcome::Deny, Clause::Identity, Reason::RunRollingBack);
}

#[test]
fn ceilings() {
    let mut low = terms();
    low.autonomy = Level::Draft;
    World::under(low).expect(pay(), Outcome::Deny, Clause::Scope, Reason::AboveAutonomy);
    for (ceiling, reason) in [(Level::None, Reason::Stopped), (Level::Draft, Reason::AboveCeiling)] {
        let mut world = World::new();
        world.set_switch(1, "service:refunds", ceiling).unwrap();
        world.expect(pay(), Outcome::Deny, Clause::Scope, reason);
    }
}

#[test]
fn evidence_is_what_this_run_saw_and_ages() {
    let mut world = World::new();
    let look = world.admit(Call::new("look", "{}"));
    world.settle(look, succeeded()).unwrap();
    let cite = |result: &'static str| pay().with(move |_, it| it.evidence.push(cited(result)));
    world.expect(cite("{}"), Outcome::Deny, Clause::Evidence, Reason::EvidenceMissing);
    world.later(1_001);
    world.expect(cite(r#"{"id":1}"#), Outcome::Deny, Clause::Evidence, Reason::EvidenceStale);
    let mut world = World::new();
    let look = world.admit(Call::new("look", "{}"));
    world.settle(look, succeeded()).unwrap();
    world.later(1_000);
    world.admit(cite(r#"{"id":1}"#));
}

#[test]
fn a_fact_is_as_old_as_its_source_says_and_never_younger_than_its_arrival() {
    for (own, later, stale) in
        [(-1_000, 0, false), (-1_001, 0, true), (500, 1_001, true), (500, 1_000, false)]
    {
        let mut world = World::new();
        let look = world.admit(Call::new("look", "{}"));
        world.settle(look, succeeded()).unwrap();
        world.later(later);
        let as_of = Some(Timestamp::from_micros(START.as_micros() + own * 1_000));
        let call = pay().with(|_, it| it.evidence.push(EvidenceUse { as_of, ..cited(r#"{"id":1}"#) }));
        let decision = world.decided(call).decision;
        let finding = &decision.findings[2];
        assert_eq!(finding.reason == Reason::EvidenceStale, stale, "{own} {later}: {finding:?}");
    }
}

#[test]
fn a_finding_names_the_item_its_age_its_digest_and_the_rule() {
    let lacks = || Objection::new(Reason::EvidenceIncomplete, "`record` lacks `/id` (a rule)");
    let digest = json(r#"{"id":1}"#).digest().to_string();
    let other = json("{}").digest().to_string();
    let table = [
        (900, r#"{"id":1}"#, None, format!("record (0.9 s old, {digest:.8}) (`evidence.needs.pay`)")),
        (
            2_500,
            r#"{"id":1}"#,
            None,
            format!(
                "`record` ({digest:.8}) is 2.5 s old, it counts for 1.0 s (`evidence.items.record.fresh_for`)"
            ),
        ),
        (
            900,
            r#"{"id":1}"#,
            Some(lacks()),
            format!("`record` lacks `/id` (a rule); known are record (0.9 s old, {digest:.8})"),
        ),
        (
            900,
            "{}",
            None,
            format!(
                "`record` ({other:.8}) has another digest than what was seen ({digest:.8}) (`evidence.needs.pay`)"
            ),
        ),
    ];
    for (later, result, objection, detail) in table {
        let mut world = World::new();
        let look = world.admit(Call::new("look", "{}"));
        world.settle(look, succeeded()).unwrap();
        world.later(later);
        let call = pay().with(|_, it| {
            it.evidence.push(cited(result));
            it.evidence_objection = objection;
        });
        assert_eq!(world.decided(call).decision.findings[2].detail, detail);
    }
}

/// Clauses 1 and 2 name the place in the document that they go by, content or not.
#[test]
fn identity_and_scope_name_their_rules() {
    let mut world = World::new();
    let findings = world.decided(pay()).decision.findings;
    assert_eq!(findings[0].detail, "acts as refunds (`identity.principal`)");
    assert_eq!(findings[1].detail, "execute (`scope.actions.pay`), ceiling execute");
    let mut stranger = World::new();
    let findings = stranger.decided(pay().with(|it, _| it.principal = "other".to_owned())).decision.findings;
    assert!(findings[0].detail.ends_with("(`identity.principal`)"), "{findings:?}");
    let findings = World::new().decided(Call::new("unknown", "{}")).decision.findings;
    assert_eq!(findings[1].detail, "`unknown` is not listed (`scope.actions`)");
}

#[test]
fn what_people_approved_is_not_held_for_its_origin_again() {
    let mut world = World::new();
    let foreign = Objection::new(Reason::OriginUnknown, "a stranger said it");
    let held = world
        .hold(pay().ask(ask("origin:/account", "risk", 1)).with(|_, it| it.origin_objection = Some(foreign)));
    world.answer(held, &person("rita", &["risk"]), true).unwrap();
    assert_eq!(world.status(held), crate::ActionStatus::Approved);
}

#[test]
fn evidence_does_not_rejuvenate_when_the_clock_is_set_back() {
    let mut world = World::new();
    let look = world.admit(Call::new("look", "{}"));
    world.settle(look, succeeded()).unwrap();
    world.later(1_001);
    world.admit(Call::new("look", "[]"));
    world.now = START;
    let stale = pay().with(|_, it| it.evidence.push(cited(r#"{"id":1}"#)));
    world.expect(stale, Outcome::Deny, Clause::Evidence, Reason::EvidenceStale);
}

#[test]
fn only_what_goes_uses_up_the_rate_and_a_throttled_call_comes_again() {
    let mut world = World::new();
    let busy = |key: &str| Call::new("busy", &format!("{key:?}")).key(key);
    let denied =
        busy("a").with(|_, it| it.tooling_objection = Some(Objection::new(Reason::ParametersInvalid, "")));
    world.expect(denied, Outcome::Deny, Clause::Tooling, Reason::ParametersInvalid);
    world.admit(busy("b"));
    for _ in 0..4 {
        let decision = world.expect(busy("c"), Outcome::Throttle, Clause::Tooling, Reason::RateExceeded);
        assert_eq!(decision.retry_after_ms, Some(1_000));
    }
    world.later(1_000);
    world.admit(busy("c"));
}

#[test]
fn one_logical_effect_at_a_time() {
    let mut world = World::new();
    let first = world.admit(pay().effect("refund:1"));
    let again = || Call::new("pay", r#"{"again":1}"#).effect("refund:1");
    world.expect(again(), Outcome::Deny, Clause::Tooling, Reason::EffectTaken);
    world.settle(first, in_doubt()).unwrap();
    world.expect(again(), Outcome::Deny, Clause::Tooling, Reason::EffectTaken);
    world.settle(first, failed()).unwrap();
    world.admit(again());
}

#[test]
fn the_budget_of_a_run() {
    let mut poor = terms();
    poor.run.spend = Money::from_micros(109);
    World::under(poor.clone()).expect(pay(), Outcome::Deny, Clause::Cost, Reason::SpendExhausted);
    poor.run.spend = Money::from_micros(110);
    World::under(poor).admit(pay());
    let mut few = terms();
    few.run.calls = 1;
    let mut world = World::under(few);
    world.admit(pay());
    world.expect(Call::new("look", "{}"), Outcome::Deny, Clause::Cost, Reason::CallsExhausted);
    let mut few = terms();
    few.run.tools.insert("pay".into(), 0);
    World::under(few).expect(pay(), Outcome::Deny, Clause::Cost, Reason::ToolCallsExhausted);
}

#[test]
fn what_ends_a_run() {
    let mut world = World::new();
    for _ in 0..3 {
        world.admit(Call::new("look", "{}"));
    }
    world.expect(Call::new("look", "{}"), Outcome::Stop, Clause::Cost, Reason::LoopDetected);
    assert_eq!(world.state.runs[&run(1)].reason, Some(Reason::LoopDetected));
    let mut world = World::new();
    world.later(600_001);
    let held = world.propose(pay()).unwrap();
    assert!(matches!(held.last(), Some(crate::Event::RunEnded { stopped: true, .. })));
    assert_eq!(world.state.runs[&run(1)].reason, Some(Reason::WallTimeExhausted));
    let mut world = World::new();
    for number in 0..1_000 {
        world.expect(
            Call::new("unknown", &number.to_string()),
            Outcome::Deny,
            Clause::Scope,
            Reason::NotInScope,
        );
    }
    world.expect(Call::new("look", "{}"), Outcome::Stop, Clause::Cost, Reason::LoopDetected);
}

#[test]
fn a_stranger_cannot_use_up_or_end_a_run() {
    let mut world = World::new();
    let before = world.state.clone();
    for _ in 0..10 {
        let stranger = pay().key("k").with(|proposal, _| proposal.principal = "other".to_owned());
        world.expect(stranger, Outcome::Deny, Clause::Identity, Reason::PrincipalMismatch);
    }
    // Each attempt is on record, and nothing else of it.
    assert_eq!(world.state, crate::State { position: world.state.position, ..before });
    world.admit(pay().key("k"));
}

#[test]
fn a_key_joins_the_same_bytes_and_refuses_others() {
    let mut world = World::new();
    let first = world.admit(pay().key("k"));
    let joins = Err(crate::Refusal::Joins(first));
    assert_eq!(world.propose(pay().key("k")), joins);
    // Without a key an effect is known by its bytes; joining is no repetition.
    for _ in 0..5 {
        assert_eq!(world.propose(pay().key("k")), joins);
    }
    let other = || Call::new("pay", "[]").key("k");
    world.expect(other(), Outcome::Deny, Clause::Tooling, Reason::KeyReused);
    let other_tool = Call::new("look", "{}").key("k");
    world.expect(other_tool, Outcome::Deny, Clause::Tooling, Reason::KeyReused);
    world.end().unwrap();
    assert_eq!(world.propose(pay().key("k")), joins);
    let decision = world.expect(other(), Outcome::Deny, Clause::Identity, Reason::RunEnded);
    assert!(decision.findings.iter().any(|finding| finding.reason == Reason::KeyReused));
}

#[test]
fn a_derived_key_is_free_again_only_when_nothing_happened() {
    for (settlement, joins) in [(succeeded(), true), (in_doubt(), true), (failed(), false)] {
        let mut world = World::new();
        let first = world.admit(pay());
        assert_eq!(world.propose(pay()), Err(crate::Refusal::Joins(first)));
        world.settle(first, settlement).unwrap();
        assert_eq!(world.propose(pay()) == Err(crate::Refusal::Joins(first)), joins);
    }
    let mut world = World::new();
    let held = world.hold(pay().ask(ask("large", "risk", 1)));
    assert_eq!(world.propose(pay()), Err(crate::Refusal::Joins(held)));
}

#[test]
fn the_strictest_finding_wins_and_all_seven_speak() {
    let mut world = World::new();
    let all = Call::new("unknown", "{}").with(|proposal, it| {
        proposal.principal = "other".to_owned();
        it.evidence.push(cited("{}"));
        it.policy = PolicyVerdict::Object(Objection::new(Reason::PolicyForbids, "no"));
        it.tooling_objection = Some(Objection::new(Reason::ParametersInvalid, "no"));
    });
    let decision = world.expect(all, Outcome::Deny, Clause::Identity, Reason::PrincipalMismatch);
    assert_eq!(decision.findings.iter().filter(|finding| finding.outcome == Outcome::Deny).count(), 5);
    let ordered = [Outcome::Admit, Outcome::Escalate, Outcome::Throttle, Outcome::Deny, Outcome::Stop];
    assert!(ordered.is_sorted_by(|milder, stricter| milder < stricter));
}

#[test]
fn whoever_was_stopped_gets_no_fresh_run_by_calling_again() {
    let mut world = World::new();
    world
        .command(Command::EndRun { run: run(1), reason: Some(Reason::LoopDetected), note: String::new() })
        .unwrap();
    assert_eq!(world.later(3_599_999).start(2, "case-1"), Err(crate::Refusal::JoinsRun(run(1))));
    world.start(3, "case-2").unwrap();
    world.later(1).start(2, "case-1").unwrap();
    assert_eq!(world.start(4, "case-1"), Err(crate::Refusal::JoinsRun(run(2))));
    // A run that ended well, or whose time was up, gives its name back at once.
    world.command(Command::EndRun { run: run(2), reason: None, note: String::new() }).unwrap();
    world.start(5, "case-1").unwrap();
    world
        .command(Command::EndRun {
            run: run(5),
            reason: Some(Reason::WallTimeExhausted),
            note: String::new(),
        })
        .unwrap();
    world.start(6, "case-1").unwrap();
}

#[test]
fn malformed_parameters_decide_before_what_was_judged_from_them() {
    let mut world = World::new();
    let conflict = crate::Objection::new(Reason::EvidenceConflict, "`params:/currency` is absent");
    let malformed = crate::Objection::new(Reason::ParametersInvalid, "`/currency` is missing");
    let call = pay().with(|_, it| {
        it.evidence_objection = Some(conflict);
        it.tooling_objection = Some(malformed);
    });
    world.expect(call, Outcome::Deny, Clause::Tooling, Reason::ParametersInvalid);
}
