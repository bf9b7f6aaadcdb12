//! `practice` of a domain's file: how often people are put a question with a known answer, and when not.

use remit_core::practice::{Cadence, FEWEST};

use crate::{
    problem::Problems,
    read::{
        Fields,
        scalar::{count, duration},
    },
    yaml::Node,
};

/// Reads `{ one_in: 20, most_waiting: 5, longest_wait: 10m }`. Each is written out: nobody should have to look up when
/// a queue is too full for practice.
pub(super) fn read(node: &Node, problems: &Problems) -> Option<Cadence> {
    let fields = Fields::of(node, "practice", problems)?;
    let one_in = fields.need("one_in").and_then(|node| {
        let one_in = count(node, "practice.one_in", problems)?;
        if FEWEST <= one_in {
            return Some(one_in);
        }
        let remedy = format!("write {FEWEST} or more: more often, people practise instead of deciding");
        problems.note(node.place, format!("practice.one_in is {one_in}"), remedy)
    });
    let most_waiting =
        fields.need("most_waiting").and_then(|node| count(node, "practice.most_waiting", problems));
    let longest_wait_ms =
        fields.need("longest_wait").and_then(|node| duration(node, "practice.longest_wait", problems));
    fields.end();
    Some(Cadence { one_in: one_in?, most_waiting: most_waiting?, longest_wait_ms: longest_wait_ms? })
}
