//! What a person must be told unasked: an approval of theirs that counts no more, and a tripwire that has tripped.

use remit_proto::v1::{DecisionUpdate, EscalationStatus, decision_update::What};

use super::super::clock::Now;
use super::super::state::State;
use super::super::state::receipt::{Fate, Receipt};
use super::answer::differences;

/// Tells of every pending question that replaces one which this operator had approved, once.
pub(super) fn asked_again(state: &mut State, now: Now) {
    let Some(me) = state.who.as_ref().map(|who| who.operator.clone()) else { return };
    let pending = state.picture.iter().flat_map(|picture| &picture.pending);
    let voided: Vec<(String, String, String)> = pending
        .filter(|it| it.voided_voters.contains(&me) && !it.votes.iter().any(|vote| vote.by == me))
        .map(|it| {
            let fate = format!("void, nothing ran{}; {} asks again", differences(it), it.id);
            (it.id.clone(), it.replaces.clone(), fate)
        })
        .collect();
    for (id, replaces, fate) in voided {
        tell(state, id, format!("your approval of {replaces}"), Fate::Failed(fate), now);
    }
}

/// Tells of an action that this operator had approved and that the contract denies on the facts as they are.
pub(super) fn denied(state: &mut State, update: &DecisionUpdate, now: Now) {
    let Some(What::Escalation(asked)) = &update.what else { return };
    let is_mine = |me: &str| asked.votes.iter().any(|vote| vote.approve && vote.by == me);
    let mine = state.who.as_ref().is_some_and(|who| is_mine(&who.operator));
    if mine && asked.status() == EscalationStatus::Approved && !asked.moved.is_empty() {
        let fate = format!("nothing ran: {}{}", asked.note, differences(asked));
        tell(state, asked.id.clone(), format!("your approval of {}", asked.id), Fate::Failed(fate), now);
    }
}

/// Tells of a tripwire.
pub(super) fn tripped(state: &mut State, update: &DecisionUpdate, now: Now) {
    let Some(What::Tripped(tripped)) = &update.what else { return };
    let about = format!("{}/{}", update.domain, update.seq);
    let words = format!("{} tripped {}", tripped.scope, tripped.wire);
    tell(state, about, words, Fate::Tripped(format!("{}, {}", tripped.then, tripped.figures)), now);
}

/// Once, and not where the answer itself has said so.
fn tell(state: &mut State, about: String, words: String, fate: Fate, now: Now) {
    if !state.told.insert(about) {
        return;
    }
    let id = state.next_id();
    let receipt = Receipt { id, idempotency_id: String::new(), words, fate, at_ms: now.wall_ms };
    state.receipts.sent(receipt);
}
