//! How attentively a person decides: shown to them beside the next question, so that haste is seen by whoever is in it.

use remit_core::{ActionStatus, Event, Person, Timestamp, practice::Tally};
use remit_proto::v1 as pb;

use crate::{clock, plane::Plane};

/// How far back is looked, in milliseconds: an hour.
const WINDOW_MS: u64 = 3_600_000;

/// So many approvals in a row, each sooner after the one before than this, are haste (console.md's starting values).
const IN_A_ROW: usize = 10;
const HASTE_MS: u64 = 3_000;

/// One decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Vote {
    at: Timestamp,
    approve: bool,
    /// What was approved has been undone.
    undone: bool,
}

/// What this person decided in the last hour, as far as memory has it, and how they did in practice.
pub(super) fn of(plane: &Plane, person: &Person) -> pb::Attention {
    let now = clock::now();
    let mut votes = Vec::new();
    for ward in plane.business() {
        ward.view.read(|inner| {
            let recent = inner.deeds.iter().rev().take_while(|deed| now.since_ms(deed.record.at) < WINDOW_MS);
            votes.extend(recent.filter_map(|deed| {
                let Event::EscalationVoted { vote, action, .. } = &deed.record.event else { return None };
                let undone =
                    inner.card(*action).is_some_and(|card| card.action.status == ActionStatus::Undone);
                (vote.by == person.name).then_some(Vote { at: vote.at, approve: vote.approve, undone })
            }));
        });
    }
    votes.sort_by_key(|vote| vote.at);
    let practised =
        plane.control().map(|control| control.view.read(|inner| inner.state.practised.of(person, now)));
    let Tally { right, wrong, lapsed } = practised.unwrap_or_default();
    pb::Attention { practice_right: right, practice_wrong: wrong, practice_lapsed: lapsed, ..summary(&votes) }
}

fn summary(votes: &[Vote]) -> pb::Attention {
    let count = |found: usize| u32::try_from(found).unwrap_or(u32::MAX);
    let mut gaps: Vec<u64> = votes.windows(2).filter_map(gap).collect();
    gaps.sort_unstable();
    pb::Attention {
        decided: count(votes.len()),
        approved: count(votes.iter().filter(|vote| vote.approve).count()),
        undone: count(votes.iter().filter(|vote| vote.approve && vote.undone).count()),
        median_ms: gaps.get(gaps.len() / 2).copied().unwrap_or(0),
        fastest_ms: gaps.first().copied().unwrap_or(0),
        hasty: is_hasty(votes),
        ..pb::Attention::default()
    }
}

/// Between two decisions, in milliseconds.
fn gap(pair: &[Vote]) -> Option<u64> {
    let [before, after] = pair else { return None };
    Some(after.at.since_ms(before.at))
}

/// The last ten were approvals, none of them later than three seconds after the one before.
fn is_hasty(votes: &[Vote]) -> bool {
    // Ten gaps need the decision before the first.
    let Some(last) = votes.len().checked_sub(IN_A_ROW + 1).and_then(|from| votes.get(from..)) else {
        return false;
    };
    let quick = last.windows(2).all(|pair| gap(pair).is_some_and(|ms| ms < HASTE_MS));
    quick && last.iter().skip(1).all(|vote| vote.approve)
}

#[cfg(test)]
mod tests {
    use remit_core::Timestamp;

    use super::{Vote, summary};

    fn votes(every_ms: u64, many: u64, approve: impl Fn(u64) -> bool) -> Vec<Vote> {
        let vote = |number: u64| Vote {
            at: Timestamp::from_micros(0).plus_ms(number.saturating_mul(every_ms)),
            approve: approve(number),
            undone: number == 1,
        };
        (0..many).map(vote).collect()
    }

    #[test]
    fn haste_is_ten_quick_approvals_in_a_row() {
        for (votes, hasty) in [
            (votes(2_999, 11, |_| true), true),
            (votes(2_999, 10, |_| true), false),
            (votes(3_000, 20, |_| true), false),
            (votes(1_000, 20, |number| number != 15), false),
            (votes(1_000, 20, |number| number != 9), true),
            (Vec::new(), false),
        ] {
            assert_eq!(summary(&votes).hasty, hasty, "{votes:?}");
        }
    }

    #[test]
    fn what_was_decided_is_counted() {
        let found = summary(&votes(19_000, 6, |number| number % 2 == 1));
        assert_eq!((found.decided, found.approved, found.undone), (6, 3, 1));
        assert_eq!((found.median_ms, found.fastest_ms), (19_000, 19_000));
        assert_eq!(summary(&votes(5, 1, |_| true)).median_ms, 0, "one decision has no pace");
    }
}
