//! What one action needs the service to say itself: with the call, with a source, and nothing else.

use remit_core::{Assertion, ItemName, Objection, Reason};
use serde_json::Value;

use crate::pointer::Pointer;

/// One item that the service must assert.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) item: ItemName,
    pub(crate) require: Vec<Pointer>,
}

/// The contents of what is asserted, by item.
pub(super) fn contents(asserted: &[Assertion]) -> Vec<(&ItemName, Value)> {
    asserted.iter().map(|said| (&said.item, said.content.value())).collect()
}

/// What is not said, or says too little. `rule` is where the contract asks for it.
pub(super) fn missing((claims, rule): (&[Claim], &str), said: &[(&ItemName, Value)]) -> Option<Objection> {
    let lacking: Vec<String> = claims.iter().filter_map(|claim| claim.lacking(rule, said)).collect();
    (!lacking.is_empty()).then(|| Objection::new(Reason::AssertionMissing, lacking.join("; ")))
}

/// What is said although nobody asks for it. A fact cannot be replaced by saying it.
pub(super) fn refused((claims, rule): (&[Claim], &str), asserted: &[Assertion]) -> Option<Objection> {
    let foreign = asserted.iter().filter(|said| claims.iter().all(|claim| claim.item != said.item));
    let foreign: Vec<String> =
        foreign.map(|said| format!("`{}` is nothing that the service may say here", said.item)).collect();
    let text = || format!("{} (`{rule}.all`)", foreign.join("; "));
    (!foreign.is_empty()).then(|| Objection::new(Reason::AssertionRefused, text()))
}

impl Claim {
    fn lacking(&self, rule: &str, said: &[(&ItemName, Value)]) -> Option<String> {
        let item = &self.item;
        let Some((_, content)) = said.iter().find(|(name, _)| *name == item) else {
            return Some(format!("`{item}` is not said with the call (`{rule}.all`)"));
        };
        let absent = self.require.iter().filter(|pointer| pointer.find(content).is_none());
        let absent: Vec<String> = absent.map(|pointer| format!("`{}`", pointer.as_str())).collect();
        let lacks = || format!("`{item}` lacks {} (`evidence.items.{item}.require`)", absent.join(", "));
        (!absent.is_empty()).then(lacks)
    }
}
