//! Whether what is shown of an escalation agrees with its own digests: recomputed here, not believed.
//!
//! The digest that an approval carries also covers what the wire does not show (the logical effect, what is held
//! from the budget), so it is sent as it was shown; the control plane recomputes it from its journal.

use remit_core::Digest;
use remit_proto::v1::{ActionDetail, Escalation};

/// The first thing that does not agree, in words; `None` when all of it does.
#[must_use]
pub fn broken(asked: &Escalation, detail: &ActionDetail) -> Option<String> {
    let Some(action) = &detail.action else { return Some("there is no action to look at".to_owned()) };
    let same = [
        ("action", &asked.action, &action.id),
        ("run", &asked.run, &action.run),
        ("tool", &asked.tool, &action.tool),
        ("parameters", &asked.params_json, &action.params_json),
    ];
    if let Some((what, ..)) = same.into_iter().find(|(_, asked, shown)| asked != shown) {
        return Some(format!("the escalation and its action differ in their {what}"));
    }
    if digest_of(&action.params_json) != action.params_digest {
        return Some("the parameters are not those of their digest".to_owned());
    }
    let altered = detail.evidence.iter().find(|item| {
        // The content is bounded: what is no longer held cannot be compared.
        !item.content_json.is_empty() && digest_of(&item.content_json) != item.digest
    });
    altered.map(|item| format!("the evidence `{}` is not that of its digest", item.item))
}

/// SHA-256 of the text, as the wire writes it.
fn digest_of(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string()
}
