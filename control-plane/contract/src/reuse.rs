//! In what a call differs from the one that used its idempotency key first.

use remit_core::{Assertion, Proposal};

use crate::{
    looked_at::differences,
    value::{one_line, shown},
};

/// Most fields that are named.
const MOST_NAMED: usize = 5;

/// The fields that differ, each with its value then and now.
pub fn difference(first: &Proposal, now: &Proposal) -> String {
    let mut named = Vec::new();
    if first.tool != now.tool {
        named.push(format!("the tool was `{}`, is `{}`", first.tool, now.tool));
    }
    let (was, is) = (first.params.value(), now.params.value());
    let mut found = Vec::new();
    differences(String::new(), (Some(&was), Some(&is)), &mut found);
    named.extend(found.into_iter().map(|(at, was, is)| {
        let at = if at.is_empty() { "the parameters".to_owned() } else { one_line(&at) };
        format!("{at} was {}, is {}", one_line(&shown(was)), one_line(&shown(is)))
    }));
    let said = |list: &[Assertion], other: &[Assertion]| -> Vec<String> {
        let differs = |said: &&Assertion| !other.contains(said);
        list.iter().filter(differs).map(|said| format!("the assertion `{}` is another", said.item)).collect()
    };
    named.extend(said(&first.asserted, &now.asserted));
    named.extend(said(&now.asserted, &first.asserted));
    named.dedup();
    let more = named.len().saturating_sub(MOST_NAMED);
    named.truncate(MOST_NAMED);
    if 0 < more {
        named.push(format!("and {more} more"));
    }
    named.join("; ")
}

#[cfg(test)]
mod tests;
