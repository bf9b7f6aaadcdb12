//! `throttle` of a domain's file: how often each identity, each service and all together may call.

use remit_core::{terms::Rate, throttle::Throttle};

use crate::{
    problem::Problems,
    read::{Fields, scalar::rate},
    yaml::Node,
};

/// Reads `{ identity: 20/s, service: 50/s, domain: 200/s }`; each may be left out.
pub(crate) fn read(node: &Node, problems: &Problems) -> Option<Throttle> {
    let fields = Fields::of(node, "throttle", problems)?;
    let written = ["identity", "service", "domain"].map(|key| (key, fields.get(key)));
    let [identity, service, domain] = written.map(|(key, node)| match node {
        None => Some(None),
        Some(node) => rate(node, &format!("throttle.{key}"), problems).map(Some),
    });
    let less = written.into_iter().zip([identity, service]).map(|((key, node), own)| {
        match (own.flatten(), domain.flatten()) {
            (Some(own), Some(all)) if never_holds(own, all) => problems.note(
                node.map_or(Default::default(), |node| node.place),
                format!("throttle.{key} is {own} and throttle.domain {all}, which is reached first"),
                format!("what one {key} may do is less than what all may do together; remove it, or correct one of them"),
            ),
            _ => Some(()),
        }
    });
    let less = less.collect::<Option<Vec<()>>>();
    fields.end();
    less?;
    Some(Throttle { identity: identity?, service: service?, domain: domain? })
}

/// True when a rate is kept by whoever keeps the other: neither its burst nor its steady rate is less.
fn never_holds(own: Rate, all: Rate) -> bool {
    let steady = |rate: Rate, other: Rate| u128::from(rate.count).saturating_mul(u128::from(other.per_ms));
    all.count <= own.count && steady(all, own) <= steady(own, all)
}
