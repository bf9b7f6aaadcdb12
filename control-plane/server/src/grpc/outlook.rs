//! What an answer to a question would lead to, in words, and what became of others like it.

use remit_core::{
    ActionStatus, EscalationId, Outcome, ServiceName, Timestamp, ToolName,
    escalation::{Escalation, EscalationStatus},
    outlook::{Bound, Outlook},
    proposal::Mode,
};
use remit_proto::v1 as pb;

use super::wire;
use crate::view::Inner;

/// Nothing where the question does not wait. Others like it are looked for in `among`: its own domain.
pub(super) fn of(
    inner: &Inner,
    question: EscalationId,
    (among, now): (&Inner, Timestamp),
) -> Option<pb::Outlook> {
    let found = inner.state.outlook(question, now)?;
    let asked = inner.state.escalations.get(&question)?;
    let card = inner.card(asked.action)?;
    let until = wire::time(asked.question.deadline);
    Some(pb::Outlook {
        if_approved: if_approved(&found, card.action.mode, card.action.tool.as_str()),
        if_denied: "nothing runs, and the service is told your reason".to_owned(),
        if_nothing: format!("nothing runs: it lapses at {until}"),
        goes: found.goes(),
        bounds: found.bounds.iter().map(|it| bound(it, &card.terms.currency)).collect(),
        likeness: Some(likeness(inner, asked, among)),
    })
}

fn if_approved(found: &Outlook, mode: Mode, tool: &str) -> String {
    let outcome = found.decision.outcome;
    if outcome != Outcome::Admit {
        let why = found.decision.deciding();
        return format!("nothing would run as things stand: {} ({})", why.reason.sentence(), why.reason);
    }
    if !found.is_last {
        return "it waits for one more person".to_owned();
    }
    if let Some(why) = &found.asks_again {
        return format!("people would be asked once more: {why}");
    }
    let goes = match mode {
        Mode::Execute => format!("{tool} is sent at once"),
        Mode::DecisionOnly => format!("the service may carry {tool} out at once"),
    };
    match found.rereads {
        0 => goes,
        1 => format!("one fact is read again; where it has not moved, {goes}"),
        many => format!("{many} facts are read again; where none has moved, {goes}"),
    }
}

fn bound(bound: &Bound, currency: &str) -> pb::Bound {
    pb::Bound {
        place: bound.place.clone(),
        without: bound.without,
        with: bound.with,
        limit: bound.limit,
        currency: if bound.is_money { currency.to_owned() } else { String::new() },
    }
}

/// Other questions about the same tool of the same service by the same rules.
fn likeness(inner: &Inner, asked: &Escalation, among: &Inner) -> pb::Likeness {
    fn tool<'a>(inner: &'a Inner, it: &Escalation) -> Option<(&'a ServiceName, &'a ToolName)> {
        inner.card(it.action).map(|card| (&card.terms.service, &card.action.tool))
    }
    let rules = |it: &Escalation| -> Vec<String> {
        let mut rules: Vec<String> = it.question.asks.iter().map(|ask| ask.rule.clone()).collect();
        rules.dedup();
        rules
    };
    let (wanted, by) = (tool(inner, asked), rules(asked));
    let all = among.state.escalations.values();
    let others =
        all.filter(|it| it.question.id != asked.question.id && tool(among, it) == wanted && rules(it) == by);
    let mut found = pb::Likeness::default();
    let mut since: Option<Timestamp> = None;
    for it in others {
        found.asked = found.asked.saturating_add(1);
        since = Some(since.map_or(it.asked_at, |since| since.min(it.asked_at)));
        let counter = match it.status {
            EscalationStatus::Approved => {
                count_end(&mut found, among.card(it.action).map(|card| card.action.status));
                &mut found.approved
            }
            EscalationStatus::Denied => &mut found.denied,
            EscalationStatus::Lapsed | EscalationStatus::Voided => &mut found.unanswered,
            EscalationStatus::Pending => continue,
        };
        *counter = counter.saturating_add(1);
    }
    found.since = since.map(wire::time);
    found
}

/// What became of one that was approved.
const fn count_end(found: &mut pb::Likeness, status: Option<ActionStatus>) {
    match status {
        Some(ActionStatus::Undone) => found.undone = found.undone.saturating_add(1),
        Some(ActionStatus::Failed | ActionStatus::InDoubt) => {
            found.went_wrong = found.went_wrong.saturating_add(1);
        }
        Some(
            ActionStatus::Proposed
            | ActionStatus::Denied
            | ActionStatus::Held
            | ActionStatus::Lapsed
            | ActionStatus::Approved
            | ActionStatus::Admitted
            | ActionStatus::Running
            | ActionStatus::Succeeded,
        )
        | None => {}
    }
}
