//! How each clause of an active version is: what its canaries have shown, and when it last objected in earnest.

use remit_contract::scenario::{Canaries, Standing};
use remit_core::{Clause, Terms};
use remit_proto::v1 as pb;

use super::wire;
use crate::{canary::Rounds, view::Tally};

/// All seven, in the document's order.
pub(super) fn of(rounds: &Rounds, terms: &Terms, tally: &Tally) -> Vec<pb::ClauseState> {
    let round = rounds.of(&terms.service, terms.digest);
    let states = Clause::ALL.into_iter().map(|clause| {
        let objected = tally.objected.get(&clause);
        let mut state = pb::ClauseState {
            clause: wire::clause(clause).into(),
            standing: pb::ClauseStanding::NotExercised.into(),
            objected_at: objected.map(|(at, _)| wire::time(*at)),
            objected_reason: objected.map(|(_, reason)| reason.code().to_owned()).unwrap_or_default(),
            ..pb::ClauseState::default()
        };
        match round.as_deref().map(|round| (round.at, &round.seen)) {
            None => state.note = "the canaries were not played yet".to_owned(),
            Some((_, Err(why))) => state.note.clone_from(why),
            Some((at, Ok(seen))) => {
                state.played_at = Some(wire::time(at));
                if let Some(canaries) = seen.iter().find(|canaries| canaries.clause == clause) {
                    show(&mut state, canaries);
                }
            }
        }
        state
    });
    states.collect()
}

fn show(state: &mut pb::ClauseState, canaries: &Canaries) {
    state.canaries = canaries.played;
    state.missed = u32::try_from(canaries.missed.len()).unwrap_or(u32::MAX);
    let (standing, note) = match canaries.standing() {
        Standing::Enforced => (pb::ClauseStanding::Enforced, String::new()),
        Standing::NotExercised => (
            pb::ClauseStanding::NotExercised,
            format!("no scenario says `clause: {}` of a step that it must refuse", canaries.clause),
        ),
        Standing::Off => (pb::ClauseStanding::Off, why_off(canaries)),
    };
    state.standing = standing.into();
    state.note = note;
}

/// The first canary that went through.
fn why_off(canaries: &Canaries) -> String {
    canaries.missed.first().map_or_else(
        || "the contract gives it nothing to enforce".to_owned(),
        |missed| format!("{}:{} {}: {}", missed.file, missed.line, missed.scenario, missed.what),
    )
}
