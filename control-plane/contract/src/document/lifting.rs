//! Key `release` of a contract's recovery and of a domain's file: how many people let it go again after a stop.

use crate::{
    problem::Problems,
    read::{Fields, scalar::count},
    yaml::Node,
};

/// True for two people.
pub(crate) fn read(node: &Node, problems: &Problems) -> Option<bool> {
    let fields = Fields::of(node, "release", problems)?;
    let people = fields.need("people").and_then(|node| {
        let people = count(node, "people", problems)?;
        let remedy = "write 2, or 1 where one person is enough";
        if people <= 2 {
            Some(people == 2)
        } else {
            problems.note(node.place, format!("people is {people}"), remedy)
        }
    });
    fields.end();
    people
}
