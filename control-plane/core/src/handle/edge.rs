//! At the edge of a blast radius: people are asked, or the control plane lowers the ceiling.

use crate::{
    Ask, Clause, Event, Outcome, SwitchId,
    decide::{
        Case,
        radius::{Beyond, beyond},
    },
    decision::Decision,
    handle::propose::DEFAULT_WITHIN_MS,
    person,
    switch::Switch,
};

/// Those who run the service, for each rule that the action would go beyond. The words stay the same while the figures
/// move, so that an approval of the one action is not void when another one goes.
pub(super) fn asks(case: Case<'_>) -> Vec<Ask> {
    let beyond = beyond(case);
    let rules = beyond.iter().filter(|rule| rule.asks());
    let to = |rule: &Beyond| {
        let (name, because) = (rule.place.clone(), rule.allows.clone());
        case.run.terms.run_duty.iter().map(move |group| Ask {
            rule: name.clone(),
            because: because.clone(),
            to: group.clone(),
            quorum: 1,
            within_ms: DEFAULT_WITHIN_MS,
        })
    };
    rules.flat_map(to).collect()
}

/// The ceilings that the control plane lowers because of an action that nothing else keeps back. Whoever acts in a run
/// that is not theirs lowers nothing.
pub(super) fn lowered(case: Case<'_>, decision: &Decision) -> Vec<Event> {
    let mut objecting = decision.findings.iter().filter(|finding| finding.outcome >= Outcome::Throttle);
    let is_alone = objecting.all(|finding| finding.clause == Clause::Recovery);
    if decision.outcome != Outcome::Deny || !is_alone || !case.run.counts(case.proposal) {
        return Vec::new();
    }
    let mut events = Vec::new();
    for rule in beyond(case).iter().filter(|rule| !rule.is_lowered(case)) {
        let Some(ceiling) = rule.lowers_to() else { continue };
        let action = case.proposal.action;
        let id = SwitchId::derived(&[b"remit/edge/v1", rule.place.as_bytes(), action.as_bytes()]);
        let switch = Switch {
            by: person::CONTROL_PLANE.to_owned(),
            reason: format!("{}; {action} would go beyond", rule.objection.detail),
            owner: Some(case.run.terms.owner.clone()),
            ..Switch::new(id, rule.scope.clone(), ceiling, case.now)
        };
        events.extend(super::switch::with_voided(case.state, switch));
    }
    events
}
