//! A run is an instance of a workflow: it gets that one's actions, and the stricter of the two budgets.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::world::*;
use crate::{
    Clause, Command, Declared, Money, Outcome, Reason, Refusal, State, Terms, ToolName, Workflow,
    proposal::Channel,
    terms::{CourseLimits, RunLimits},
};

fn only(actions: &[&str]) -> Workflow {
    let actions = actions.iter().map(|action| (*action).into()).collect();
    Workflow { actions: Some(actions), ..Workflow::default() }
}

fn with_workflows() -> Terms {
    let narrow = Workflow { calls: Some(1), ..Workflow::default() };
    let workflows = [("refund", Workflow::default()), ("enquiry", only(&["look"])), ("brief", narrow)];
    Terms { workflows: workflows.into_iter().map(|(name, it)| (name.into(), it)).collect(), ..terms() }
}

/// A world in which run 1 is an instance of this workflow; an empty name is none.
fn world(terms: Terms, workflow: &str) -> Result<World, Refusal> {
    let mut world = World::before(terms);
    let workflow = (!workflow.is_empty()).then(|| workflow.into());
    world.start_with(1, "case-1", Declared { workflow, request: None })?;
    Ok(world)
}

#[test]
fn a_run_names_a_workflow_that_there_is() {
    let table = [
        (with_workflows(), "refund", None),
        (terms(), "", None),
        (
            with_workflows(),
            "",
            Some("names the workflow that it is an instance of: `brief`, `enquiry`, `refund`"),
        ),
        (
            with_workflows(),
            "refnud",
            Some("`refunds` has no workflow `refnud`; it has `brief`, `enquiry`, `refund`"),
        ),
        (terms(), "refund", Some("`refunds` has no workflows, but the run names `refund`")),
    ];
    for (terms, workflow, problem) in table {
        match (world(terms, workflow), problem) {
            (Ok(_), None) => {}
            (Err(Refusal::Invalid(text)), Some(problem)) => assert!(text.contains(problem), "{text}"),
            (other, _) => panic!("`{workflow}`: {other:?}"),
        }
    }
}

#[test]
fn an_action_outside_of_the_workflow_is_denied_with_its_own_reason() {
    use Outcome::{Admit, Deny};
    let table = [
        ("refund", "pay", Admit, Reason::WithinContract),
        ("enquiry", "look", Admit, Reason::WithinContract),
        ("enquiry", "pay", Deny, Reason::NotInWorkflow),
        ("enquiry", "ghost", Deny, Reason::NotInScope),
        ("enquiry", "bulk", Deny, Reason::ForbiddenAction),
    ];
    for (workflow, tool, outcome, reason) in table {
        let mut world = world(with_workflows(), workflow).unwrap();
        let decision = world.decided(Call::new(tool, "1")).decision;
        let scope = &decision.findings[1];
        assert_eq!(
            (scope.clause, scope.outcome, scope.reason),
            (Clause::Scope, outcome, reason),
            "{workflow}"
        );
    }
}

/// An attempt at a forbidden name counts whoever makes it and whatever else is wrong; other denials do not.
#[test]
fn an_attempt_at_what_is_forbidden_is_a_security_finding() {
    let table = [
        (Call::new("bulk", "1"), 1),
        (Call::new("bulk", "1").with(|it, _| it.principal = "stranger".to_owned()), 1),
        (Call::new("ghost", "1"), 0),
        (Call::new("look", "1"), 0),
        (Call::new("pay", "1").ask(ask("large", "risk", 1)), 0),
    ];
    for (call, counts) in table {
        let mut world = World::new();
        world.decided(call.clone());
        world.decided(call.clone().key("again"));
        let counted = world.state.services["refunds"].security_findings;
        assert_eq!(counted, counts * 2, "{call:?}");
    }
}

/// Where no run can be there to be decided in, the attempt is a finding all the same: once a minute, for a tool that
/// is forbidden, by the service itself.
#[test]
fn an_attempt_without_a_run_is_a_security_finding() {
    let attempt = |principal: &str, tool: &str| Command::RecordAttempt {
        service: "refunds".into(),
        principal: principal.to_owned(),
        tool: tool.into(),
        channel: Channel::Mcp,
        why: "the delegation has ended".to_owned(),
    };
    let mut world = World::new();
    let service = world.state.services["refunds"].active.principal.clone();
    for (principal, tool) in [("stranger", "bulk"), (service.as_str(), "look"), (service.as_str(), "ghost")] {
        assert!(world.command(attempt(principal, tool)).is_err(), "{principal} {tool}");
    }
    for (later_ms, counted) in [(0, 1), (59_999, 1), (1, 2), (1, 2)] {
        world.later(later_ms);
        world.command(attempt(&service, "bulk")).unwrap();
        assert_eq!(world.state.services["refunds"].security_findings, counted, "after {later_ms} ms more");
    }
    assert_eq!(State::replay(world.state.domain.clone(), &world.history).services, world.state.services);
}

/// A journal can hold what no command would accept: then nothing is allowed.
#[test]
fn a_workflow_that_the_contract_does_not_know_has_no_actions() {
    for (workflow, to) in [("", with_workflows()), ("refund", terms())] {
        let from = if workflow.is_empty() { terms() } else { with_workflows() };
        let mut world = world(from, workflow).unwrap();
        world.state.runs.get_mut(&run(1)).unwrap().terms = to.into();
        world.expect(Call::new("look", "1"), Outcome::Deny, Clause::Scope, Reason::NotInWorkflow);
    }
}

#[test]
fn a_workflow_ends_where_its_own_budget_does() {
    let mut world = world(with_workflows(), "brief").unwrap();
    world.admit(Call::new("look", "1"));
    world.expect(Call::new("look", "2"), Outcome::Deny, Clause::Cost, Reason::CallsExhausted);
}

type Limits = (Option<u64>, Option<u32>, Option<u64>, BTreeMap<ToolName, u32>, Option<u64>);

fn limits() -> impl Strategy<Value = Limits> {
    let tools = prop::collection::btree_map(
        prop_oneof![Just("look".into()), Just("pay".into()), Just("mail".into())],
        0_u32..5,
        0..3,
    );
    let most = || prop::option::of(0_u64..5);
    (most(), prop::option::of(0_u32..5), most(), tools, most())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariant_a_workflow_only_narrows(own in limits(), contract in limits()) {
        let run = RunLimits {
            spend: Money::from_micros(contract.0.unwrap_or(0)),
            calls: contract.1.unwrap_or(0),
            wall_time_ms: contract.2,
            tools: contract.3,
            tokens: contract.4,
            same_call: Some(3),
            course: CourseLimits::default(),
        };
        let workflow = Workflow {
            actions: None,
            spend: own.0.map(Money::from_micros),
            calls: own.1,
            tokens: own.4,
            wall_time_ms: own.2,
            tools: own.3.clone(),
        };
        let terms = Terms { run: run.clone(), workflows: [("w".into(), workflow)].into(), ..terms() };
        let got = terms.limits_of(Some(&"w".into()));
        prop_assert!(got.spend <= run.spend && own.0.is_none_or(|most| got.spend.as_micros() <= most));
        prop_assert!(got.calls <= run.calls && own.1.is_none_or(|most| got.calls <= most));
        for bound in [run.wall_time_ms, own.2].into_iter().flatten() {
            prop_assert!(got.wall_time_ms.is_some_and(|got| got <= bound));
        }
        for bound in [run.tokens, own.4].into_iter().flatten() {
            prop_assert!(got.tokens.is_some_and(|got| got <= bound));
        }
        for (tool, bound) in run.tools.iter().chain(&own.3) {
            prop_assert!(got.tools.get(tool).is_some_and(|got| got <= bound));
        }
        prop_assert_eq!(got.same_call, run.same_call);
        prop_assert_eq!(terms.limits_of(None), run);
    }
}
