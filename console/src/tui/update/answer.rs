//! Commands leave with a receipt, and what is heard of them becomes its fate.

use remit_proto::v1::{
    ActionStatus, Escalation, EscalationStatus, Level, Practice, ReleaseSwitchResponse, RollbackProgress,
    SetSwitchResponse,
};

use super::super::clock::Now;
use super::super::event::{Answer, Command, Effect};
use super::super::state::card::Ask;
use super::super::state::contained::Contained;
use super::super::state::facts::moved;
use super::super::state::receipt::{Fate, Receipt};
use super::super::state::{Focus, State};
use super::super::when;
use super::cards;

/// Builds the one effect that carries `command`, and the receipt that waits for its answer.
pub(super) fn send(state: &mut State, words: String, command: Command, now: Now) -> Effect {
    let id = state.next_id();
    let idempotency_id = format!("{}-{id}", state.session);
    state.receipts.sent(Receipt {
        id,
        idempotency_id: idempotency_id.clone(),
        words,
        fate: Fate::Sent,
        at_ms: now.wall_ms,
    });
    // What the page shows is about to change: ask again at once.
    state.details.asked.clear();
    Effect::Send { id, idempotency_id, command }
}

pub(super) fn heard(state: &mut State, id: u64, answer: Answer, now: Now) -> Vec<Effect> {
    state.details.asked.clear();
    let mut effects = Vec::new();
    let fate = match answer {
        Answer::Decided(decided) => {
            let escalation = decided.escalation.unwrap_or_default();
            let status =
                escalation.status().as_str_name().trim_start_matches("ESCALATION_STATUS_").to_lowercase();
            let votes = escalation.votes.iter().filter(|vote| vote.approve).count();
            let denied = decided.action.is_some_and(|action| action.status() == ActionStatus::Denied);
            if let Some(practice) = &escalation.practice {
                practised(practice)
            } else if !escalation.replaced_by.is_empty() {
                state.told.insert(escalation.replaced_by.clone());
                Fate::Failed(voided(&escalation))
            } else if denied && escalation.status() == EscalationStatus::Approved {
                state.told.insert(escalation.id.clone());
                Fate::Failed(format!("nothing ran: {}{}", escalation.note, differences(&escalation)))
            } else {
                Fate::Acked(format!("{status}, {votes} of {} approvals", escalation.quorum.max(1)))
            }
        }
        Answer::HandedOver(escalation) => Fate::Acked(format!("{} is to answer it", escalation.handed_to)),
        Answer::Acknowledged(alert) => {
            let by = alert.acknowledged.map(|known| known.by).unwrap_or_default();
            Fate::Acked(format!("all see that {by} looks at it; it stands until it ends"))
        }
        Answer::Set(set) => {
            let words = containment(&set);
            effects.extend(contained(state, id, set, now));
            Fate::Acked(words)
        }
        Answer::Explained(explained) => {
            Fate::Acked(format!("{} switch(es) explained", explained.switches.len()))
        }
        Answer::Released(released) => Fate::Acked(lifted(&released)),
        Answer::Planned(plan) => {
            let words = format!("{} steps", plan.steps.len());
            // A card never appears over another one, nor under fingers that type a command.
            if matches!(state.focus, Focus::Page) {
                cards::open(state, Ask::Rollback(plan));
                Fate::Acked(words)
            } else {
                Fate::Failed("the plan came while something else had the keys; ask again".to_owned())
            }
        }
        Answer::Step(step) => progress(&step),
        Answer::Resolved(resolved) => {
            let action = resolved.action.unwrap_or_default();
            let status = action.status().as_str_name().trim_start_matches("ACTION_STATUS_").to_lowercase();
            Fate::Acked(if action.status() == ActionStatus::InDoubt {
                let said = resolved.statements.len();
                format!("{said} of {} people have said so; the action stays in doubt", resolved.needed)
            } else {
                format!("the action is {status}")
            })
        }
        Answer::Refused(sentence) => Fate::Failed(sentence),
        Answer::Unknown(sentence) => Fate::Unknown(sentence),
    };
    state.receipts.heard(id, fate, now.wall_ms);
    effects
}

/// Keeps what was in flight, and asks to be told of each end.
fn contained(state: &mut State, id: u64, set: SetSwitchResponse, now: Now) -> Option<Effect> {
    let words = state.receipts.words_of(id)?.to_owned();
    let contained = Contained { id, words, at_ms: now.wall_ms, set, unfollowed: None };
    let actions: Vec<String> = contained.open().map(str::to_owned).collect();
    state.contained = Some(contained);
    (!actions.is_empty()).then_some(Effect::Follow { id, actions })
}

/// What was lifted, and what waits for a second person.
fn lifted(answer: &ReleaseSwitchResponse) -> String {
    let released = format!("{} switch(es) released", answer.released.len());
    let until = answer.requested.first().and_then(|switch| switch.requested.as_ref()?.until.as_ref());
    match answer.requested.len() {
        0 => released,
        asked => {
            let until = when::time_of_day(when::millis(until));
            format!("{released}; {asked} still hold: another person completes it until {until}")
        }
    }
}

/// That it was practice, and how it went: told as loudly as an answer that was refused, where it was wrong.
fn practised(practice: &Practice) -> Fate {
    let known = if practice.approve { "approve" } else { "deny" };
    let told =
        |word: &str| format!("{word} in PRACTICE, nothing ran: {known} it, since: {}", practice.because);
    if practice.right == Some(true) { Fate::Acked(told("RIGHT")) } else { Fate::Failed(told("WRONG")) }
}

/// The approval counts no more: what moved, and which question asks again.
fn voided(escalation: &Escalation) -> String {
    format!(
        "void, nothing ran: {}{}; {} asks again",
        escalation.note,
        differences(escalation),
        escalation.replaced_by
    )
}

/// What moved, in parentheses; nothing where nothing did.
pub(super) fn differences(escalation: &Escalation) -> String {
    let moved: Vec<String> = escalation.moved.iter().map(moved).collect();
    if moved.is_empty() { String::new() } else { format!(" ({})", moved.join(", ")) }
}

/// What the acknowledgement of a switch promises, in one line.
fn containment(set: &SetSwitchResponse) -> String {
    let mut positions: Vec<_> = set.positions.iter().map(|(domain, seq)| format!("{domain}@{seq}")).collect();
    positions.sort();
    let is_stop = set.switches.iter().all(|switch| switch.ceiling() == Level::None);
    format!(
        "in {}.{} ms, {} in flight, {} held voided, nothing {} after {}",
        set.containment_us / 1000,
        set.containment_us % 1000 / 100,
        set.in_flight.len(),
        set.voided,
        if is_stop { "admitted" } else { "above it" },
        if positions.is_empty() { "?".to_owned() } else { positions.join(" ") },
    )
}

fn progress(step: &RollbackProgress) -> Fate {
    if step.done {
        let waiting = match step.waiting {
            0 => String::new(),
            count => format!(", {count} wait for people"),
        };
        let words = format!("{} undone, {} for a person to take over{waiting}", step.undone, step.parked);
        return Fate::Acked(words);
    }
    let tool = step.detail.as_ref().map_or("", |detail| detail.tool.as_str());
    let state = match step.state.as_str() {
        "" => step.status().as_str_name().trim_start_matches("ACTION_STATUS_").to_lowercase(),
        state => state.to_owned(),
    };
    Fate::Working(format!("step {} of {}: {tool} {state} {}", step.step, step.steps, step.note))
}
